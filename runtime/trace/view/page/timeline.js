// The timeline as a whole: what is visible, selected and hovered over, and the order of the goroutines.

class Timeline {
  constructor(trace) {
    this.trace = trace;
    this.view = new Window(trace.span);
    this.colours = new Colours();
    this.selection = null;
    this.matches = null;  // rows that the search found, or null
    this.overview = new Overview(trace, this.view, this.colours);
    this.psPane = new Pane(byId('ps'), this);
    this.gPane = new Pane(byId('goroutines'), this);
    this.listRunners();
    this.sortGoroutines();
    this.view.listeners.push(() => this.changed());
    new ResizeObserver(() => this.resize()).observe(byId('timeline'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.colours.read();
      this.changed();
    });
    byId('zoom-in').onclick = () => this.view.zoom(0.5);
    byId('zoom-out').onclick = () => this.view.zoom(2);
    byId('zoom-fit').onclick = () => this.view.all();
    byId('order').onchange = byId('matches-only').onchange = () => this.sortGoroutines();
    this.resize();
  }

  // The rows of the upper pane: the Ps, a row for what happened without one, and threads that had none.
  listRunners() {
    const {trace} = this, {ps, threads} = trace;
    this.runners = [];
    for (let row = 0; row < ps.count; row++) {
      this.runners.push({tracks: ps, row, label: trace.strings[ps.name[row]] || 'P' + ps.id[row], instants: trace.instants.get(ps.id[row])});
    }
    for (let row = 0; row < threads.count; row++) {
      if (threads.first[row] === threads.first[row + 1]) continue;
      const name = trace.strings[threads.name[row]] || 'M' + threads.id[row];
      this.runners.push({tracks: threads, row, label: name + ' (no P)', instants: trace.offP.filter(({track}) => track === threads.id[row])});
    }
    const threadIds = new Set(threads.id);
    const others = trace.offP.filter(({track}) => !threadIds.has(track));
    const nothing = {first: [0, 0], endingAfter: () => 0, start: [], end: [], at: () => -1};
    if (others.length) this.runners.push({tracks: nothing, row: 0, label: 'other threads', instants: others});
    this.psPane.setRows(this.runners.length, place => this.runners[place]);
    this.psPane.canvas.setAttribute('aria-label', `${plural(ps.count, 'P')}: what ran when. The summary below has the figures.`);
  }

  sortGoroutines() {
    const {trace} = this, tracks = trace.goroutines, order = byId('order').value;
    const only = byId('matches-only').checked && this.matches;
    let rows = only ? [...this.matches] : Array.from({length: tracks.count}, (_, row) => row);
    if (order !== 'id') {
      const state = STATES.indexOf(order), times = new Map(rows.map(row => [row, tracks.times(row, 0, trace.span)[state]]));
      rows = rows.sort((a, b) => times.get(b) - times.get(a) || a - b);
    }
    this.rows = rows;
    this.places = new Int32Array(tracks.count).fill(-1);
    rows.forEach((row, place) => this.places[row] = place);
    this.gPane.setRows(rows.length, place => ({tracks, row: rows[place], label: trace.nameOf(tracks.id[rows[place]])}));
    byId('shown').textContent = only ? `${count(rows.length)} of ${count(tracks.count)}` : count(tracks.count);
    this.gPane.canvas.setAttribute('aria-label', `${plural(rows.length, 'goroutine')}: what each did when. Arrow keys select one.`);
    this.changed();
  }
  placeOf(g) {
    const row = this.trace.goroutines.rowOf.get(g);
    return row === undefined ? -1 : this.places[row];
  }

  resize() {
    this.gutter = document.documentElement.clientWidth < 700 ? 110 : 190;
    document.documentElement.style.setProperty('--gutter', this.gutter + 'px');
    this.psPane.resize();
    this.gPane.resize();
    this.changed();
  }
  // Draws at the next frame, once, however often it is called.
  changed() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }
  draw() {
    const {view} = this;
    this.step = drawRuler(byId('ruler'), view, this.colours);
    this.overview.draw();
    this.psPane.draw();
    this.gPane.draw();
    byId('range').textContent = `${moment(view.start, view.width / 1000)} to ${moment(view.end, view.width / 1000)} (${duration(view.width)})`;
    Object.assign(byId('timeline').dataset, {start: view.start, end: view.end});
  }

  fillOf({tracks}, i) {
    if (tracks === this.trace.goroutines || tracks === this.trace.threads) return tracks.kind[i];
    if (this.selection && tracks.g[i] === this.selection.g) return SELECTED;
    return tracks.g[i] % 2 ? RUNNING : RUNNING_2;
  }
  textOf({tracks}, i) {
    const {trace} = this;
    if (tracks !== trace.goroutines) return trace.nameOf(tracks.g[i]);
    return tracks.kind[i] === WAITING ? trace.strings[tracks.text[i]] : STATES[tracks.kind[i]];
  }

  hover(at) {
    const tooltip = byId('tooltip');
    tooltip.hidden = true;
    if (!at?.entry || at.inGutter && at.entry.tracks !== this.trace.goroutines) return;
    const content = at.inGutter ? this.rowFacts(at.entry.row) : this.factsAt(at);
    if (!content.length) return;
    tooltip.replaceChildren(...content);
    tooltip.hidden = false;
    const {width, height} = tooltip.getBoundingClientRect();
    tooltip.style.left = Math.max(4, Math.min(at.x + 14, innerWidth - width - 8)) + 'px';
    tooltip.style.top = (at.y + 18 + height > innerHeight ? Math.max(4, at.y - height - 12) : at.y + 18) + 'px';
  }
  rowFacts(row) {
    const {trace} = this, tracks = trace.goroutines;
    return [el('div', {class: 'title'}, trace.nameOf(tracks.id[row])), factList([
      ['created at', trace.createdAt(row)],
      ['created by', tracks.parent[row] ? trace.nameOf(tracks.parent[row]) : ''],
    ])];
  }
  factsAt({entry, time, perPixel}) {
    const i = entry.tracks.at(entry.row, time), column = columnFacts(this.trace, entry, time - perPixel / 2, time + perPixel / 2);
    const facts = column ? [column] : i >= 0 ? [sliceFacts(this.trace, entry, i)] : [];
    return [...facts, ...instantFacts(this.trace, entry.instants ?? [], time, 3 * perPixel)];
  }

  click({entry, time, inGutter}) {
    const {goroutines} = this.trace;
    if (!entry) return this.select(-1);
    const i = inGutter ? -1 : entry.tracks.at(entry.row, time);
    if (entry.tracks === goroutines) return this.select(entry.row, i);
    const row = i < 0 ? undefined : goroutines.rowOf.get(entry.tracks.g[i]);
    this.select(row ?? -1, row === undefined ? -1 : goroutines.at(row, time));
  }
  // Row -1: nothing. Scrolls to the goroutine, and shows the interval if there is one.
  select(row, slice = -1) {
    const panel = byId('selection');
    this.selection = row < 0 ? null : this.selection?.row === row ? this.selection : new Selection(this.trace, row, slice);
    panel.hidden = row < 0;
    if (row >= 0) {
      this.selection.slice = slice;
      const actions = [
        el('button', {type: 'button', onclick: () => this.stepInterval(-1), title: 'Previous interval (←)', 'aria-label': 'Previous interval'}, '←'),
        el('button', {type: 'button', onclick: () => this.stepInterval(1), title: 'Next interval (→)', 'aria-label': 'Next interval'}, '→'),
        el('button', {type: 'button', onclick: () => this.zoomToSelection(), title: 'F'}, 'Zoom to it'),
        el('button', {type: 'button', onclick: () => this.select(-1), title: 'Esc', 'aria-label': 'Select nothing'}, '×'),
      ];
      this.selection.describe(panel, g => this.link(g), actions);
      if (this.places[row] >= 0) this.gPane.reveal(this.places[row]);
      const {start, end} = this.trace.goroutines;
      if (slice >= 0 && (end[slice] < this.view.start || start[slice] > this.view.end)) this.view.reveal(start[slice], end[slice]);
    }
    this.changed();
  }
  link(g) {
    const row = this.trace.goroutines.rowOf.get(g);
    if (row === undefined) return el('span', {}, this.trace.nameOf(g));
    return el('button', {type: 'button', class: 'link', onclick: () => this.select(row)}, this.trace.nameOf(g));
  }
  // The next interval of the selected goroutine, or the one before.
  stepInterval(direction) {
    if (!this.selection) return;
    const {row, slice} = this.selection, {first} = this.trace.goroutines;
    const begin = this.trace.goroutines.endingAfter(row, this.view.start);
    const next = slice < 0 ? begin : slice + direction;
    if (next >= first[row] && next < first[row + 1]) this.select(row, next);
  }
  stepRow(direction) {
    const place = this.selection ? this.places[this.selection.row] + direction : 0;
    if (place >= 0 && place < this.rows.length) this.select(this.rows[place]);
  }
  zoomToSelection() {
    if (!this.selection) return;
    const {row, slice} = this.selection, {first, start, end} = this.trace.goroutines;
    if (first[row] === first[row + 1]) return;
    const from = start[slice < 0 ? first[row] : slice], to = end[slice < 0 ? first[row + 1] - 1 : slice];
    this.view.show(from - (to - from) * 0.1, to + (to - from) * 0.1);
  }
  // Shows one interval of a goroutine: selected, and zoomed to.
  visit(slice) {
    this.select(this.trace.goroutines.rowOfSlice(slice), slice);
    this.zoomToSelection();
    byId('timeline').scrollIntoView({block: 'nearest'});
  }
}
