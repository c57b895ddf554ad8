// The selected goroutine: where it ran, who woke it, whom it woke, and a panel with its facts.

const MAX_ARROWS = 300;  // in view at once

class Selection {
  constructor(trace, row, slice) {
    this.trace = trace;
    this.row = row;
    this.slice = slice;  // an interval of it, or -1
    this.g = trace.goroutines.id[row];
    this.ran = [];  // by P: [start, end, start, end, ...]
    for (let p = 0; p < trace.ps.count; p++) {
      const {g, start, end, first} = trace.ps, times = [];
      for (let i = first[p]; i < first[p + 1]; i++) if (g[i] === this.g) times.push(start[i], end[i]);
      this.ran.push(times);
    }
    this.wakes = this.findWakes();
  }

  // Both ways: {at, from, to: goroutines, row: of the one that was woken, runs: when it ran}.
  findWakes() {
    const {goroutines: tracks} = this.trace, out = [];
    for (let row = 0; row < tracks.count; row++) {
      for (let i = tracks.first[row]; i < tracks.first[row + 1]; i++) {
        if (tracks.kind[i] !== WAITING || !tracks.g[i] || (row !== this.row && tracks.g[i] !== this.g)) continue;
        const next = i + 1 < tracks.first[row + 1] && tracks.kind[i + 1] === RUNNABLE ? i + 1 : i;
        out.push({at: tracks.end[i], from: tracks.g[i], to: tracks.id[row], runs: tracks.end[next]});
      }
    }
    return out.sort((a, b) => a.at - b.at);
  }

  draw(context, pane, plot) {
    const {timeline} = pane, {view, colours} = timeline, xOf = time => (time - view.start) / view.width * plot;
    context.strokeStyle = context.fillStyle = colours.accent;
    const isPs = pane === timeline.psPane;
    if (isPs) this.drawRuns(context, pane, xOf, plot);
    else this.drawFrame(context, pane, xOf, plot);
    let drawn = 0, seen = -1;
    for (const wake of this.wakes) {
      if (wake.runs < view.start || wake.at > view.end) continue;
      const x = xOf(wake.at);
      if (x < seen + 2 && drawn > 40) continue;
      seen = x;
      const rows = isPs ? [this.trace.pOf(wake.from, wake.at), this.trace.pOf(wake.to, wake.runs)] :
                          [timeline.placeOf(wake.from), timeline.placeOf(wake.to)];
      if (rows[0] < 0 || rows[1] < 0) continue;
      this.drawArrow(context, x, pane.yOf(rows[0]) + BAR / 2, isPs ? xOf(wake.runs) : x, pane.yOf(rows[1]) + BAR / 2);
      if (++drawn === MAX_ARROWS) return;
    }
  }
  // A line below the slices of the Ps on which it ran, also where they are too narrow to be seen.
  drawRuns(context, pane, xOf, plot) {
    this.ran.forEach((times, row) => {
      const y = pane.yOf(row) + BAR;
      let until = -1;
      for (let i = 0; i < times.length; i += 2) {
        const to = xOf(times[i + 1]), from = Math.max(xOf(times[i]), until);
        if (to < 0 || to <= until) continue;
        if (from > plot) break;
        until = Math.max(to, from + 1);
        context.fillRect(from, y, until - from, 3);
      }
    });
  }
  drawFrame(context, pane, xOf, plot) {
    const {start, end} = this.trace.goroutines;
    if (this.slice < 0) return;
    const from = Math.max(-2, xOf(start[this.slice])), to = Math.min(plot + 2, xOf(end[this.slice]));
    const place = pane.timeline.placeOf(this.g);
    if (place < 0) return;
    context.lineWidth = 2;
    context.strokeRect(from, pane.yOf(place) - 1, Math.max(2, to - from), BAR + 2);
    context.lineWidth = 1;
  }
  drawArrow(context, x1, y1, x2, y2) {
    const head = y2 === y1 ? 0 : Math.sign(y2 - y1) * 4;
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2 - head);
    context.stroke();
    context.beginPath();
    context.arc(x1, y1, 2, 0, 7);
    context.moveTo(x2, y2);
    context.lineTo(x2 - 3.5, y2 - head * 1.6);
    context.lineTo(x2 + 3.5, y2 - head * 1.6);
    context.fill();
  }

  // Fills the panel. `link(g)` is an element that selects another goroutine.
  describe(panel, link, actions) {
    const {trace, row} = this, tracks = trace.goroutines;
    const first = tracks.first[row], last = tracks.first[row + 1];
    const begin = first < last ? tracks.start[first] : 0, end = first < last ? tracks.end[last - 1] : 0;
    const times = tracks.times(row, 0, trace.span), sum = end - begin;
    const reasons = blocking({...trace, goroutines: oneRow(tracks, row)}, 0, trace.span).sort((a, b) => b.total - a.total);
    const wokenBy = groupBy(this.wakes.filter(wake => wake.to === this.g), wake => wake.from);
    panel.replaceChildren(
      el('h2', {}, trace.nameOf(this.g), el('span', {class: 'buttons'}, ...actions)),
      el('div', {class: 'columns'},
        el('div', {}, this.interval(link), factList([
          ['created at', trace.createdAt(row)],
          ['created by', tracks.parent[row] ? link(tracks.parent[row]) : ''],
          ['seen', `${moment(begin, sum / 100)} to ${moment(end, sum / 100)}, ${plural(last - first, 'interval')}`],
          ['tasks', [...new Set(trace.tasks.filter(task => task.g === this.g).map(task => trace.strings[task.name]))].join(', ')],
        ])),
        el('div', {},
          el('div', {class: 'shares'}, ...STATES.map((state, s) => {
            const part = el('span', {swatch: state, title: `${state} ${duration(times[s])}`});
            part.style.width = `${100 * times[s] / Math.max(1, sum)}%`;
            return part;
          })),
          factList(STATES.map((state, s) => [state, `${duration(times[s])}, ${percent(times[s], sum)}`]))),
        el('div', {}, factList(reasons.slice(0, 6).map(({reason, count, total}) =>
          [reason, `${plural(count, 'time')}, ${duration(total)}`]))),
        el('div', {}, factList([...wokenBy].sort((a, b) => b[1].length - a[1].length).slice(0, 6).map(([g, wakes], k) =>
          [k === 0 ? 'woken by' : '', el('span', {}, link(g), ` ${plural(wakes.length, 'time')}`)])))));
    panel.hidden = false;
  }
  interval(link) {
    const {trace, slice} = this;
    return slice < 0 ? '' : goroutineFacts(trace, this.row, slice, link);
  }
}

// The same tracks, but only one row of them.
function oneRow(tracks, row) {
  const view = Object.create(tracks);
  view.count = 1;
  view.first = tracks.first.subarray(row, row + 2);
  return view;
}
