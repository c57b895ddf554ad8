// Finds goroutines: by number ("7" or "g7"), or by a part of the name, of a wait reason, of a region, or of where they were created.

function findGoroutines(trace, query) {
  const wanted = query.trim().toLowerCase(), tracks = trace.goroutines, out = new Map();  // row -> interval or -1
  if (!wanted) return null;
  const number = /^g?(\d+)$/.exec(wanted);
  const hit = Uint8Array.from(trace.strings, text => text.toLowerCase().includes(wanted) ? 1 : 0);
  hit[0] = 0;
  const inRegion = new Set(trace.regions.filter(region => hit[region.name]).map(region => region.g));
  const anyReason = hit.includes(1);
  for (let row = 0; row < tracks.count; row++) {
    if (number) {
      if (tracks.id[row] === Number(number[1])) out.set(row, -1);
      if (wanted[0] === 'g') continue;
    }
    if (hit[tracks.name[row]] || hit[tracks.created[row]] || hit[tracks.func[row]] || inRegion.has(tracks.id[row])) {
      if (!out.has(row)) out.set(row, -1);
      continue;
    }
    for (let i = tracks.first[row]; anyReason && i < tracks.first[row + 1]; i++) {
      if (tracks.kind[i] !== WAITING || !hit[tracks.text[i]]) continue;
      if (!out.has(row)) out.set(row, i);
      break;
    }
  }
  return out;
}

class Search {
  constructor(timeline) {
    this.timeline = timeline;
    this.matches = null;
    this.at = -1;
    byId('search').addEventListener('submit', event => event.preventDefault());
    byId('query').addEventListener('input', () => this.run());
    byId('query').addEventListener('keydown', event => {
      if (event.key === 'Enter') this.step(event.shiftKey ? -1 : 1);
      if (event.key === 'Escape') byId('query').blur();
    });
    byId('next').onclick = () => this.step(1);
    byId('previous').onclick = () => this.step(-1);
  }
  // Sets the query as if it had been typed.
  find(text) {
    byId('query').value = text;
    this.run();
    this.step(1);
  }
  run() {
    const {timeline} = this;
    this.matches = findGoroutines(timeline.trace, byId('query').value);
    this.at = -1;
    timeline.matches = this.matches && [...this.matches.keys()];
    if (byId('matches-only').checked) timeline.sortGoroutines();
    this.report();
  }
  // In the order of the rows on the screen.
  step(direction) {
    if (!this.matches?.size) return;
    const {timeline} = this, rows = timeline.rows.filter(row => this.matches.has(row));
    if (!rows.length) return;
    this.at = (this.at < 0 ? (direction > 0 ? 0 : rows.length - 1) : this.at + direction + rows.length) % rows.length;
    timeline.select(rows[this.at], this.matches.get(rows[this.at]));
    this.report();
  }
  report() {
    const found = this.matches?.size;
    byId('found').textContent = found === undefined ? '' : found === 0 ? 'nothing' : this.at < 0 ? `${count(found)} found` : `${count(this.at + 1)} of ${count(found)}`;
  }
}
