// What the trace says as a whole, between two times.

// Calls visit(row, i) for each slice of `tracks` that touches [a, b).
function eachSlice(tracks, a, b, visit) {
  for (let row = 0; row < tracks.count; row++) {
    const last = tracks.first[row + 1];
    for (let i = tracks.endingAfter(row, a); i < last && tracks.start[i] < b; i++) visit(row, i);
  }
}

// From runnable to running: waits that both began and ended in the trace. Ascending.
function latencies(trace, a, b) {
  const {start, end, kind, first} = trace.goroutines, out = [];
  eachSlice(trace.goroutines, a, b, (row, i) => {
    const ran = i + 1 < first[row + 1] && kind[i + 1] === RUNNING && start[i + 1] === end[i];
    if (kind[i] === RUNNABLE && ran && start[i] > 0) out.push(end[i] - start[i]);
  });
  return Float64Array.from(out).sort();
}

// The value that a share p of the ascending `values` does not exceed.
function percentile(values, p) {
  return values.length ? values[Math.min(values.length - 1, Math.ceil(p * values.length) - 1)] : 0;
}

// By wait reason: how often, how long (within [a, b)), and the longest wait, whole.
function blocking(trace, a, b) {
  const {start, end, kind, text} = trace.goroutines, byReason = new Map();
  eachSlice(trace.goroutines, a, b, (row, i) => {
    if (kind[i] !== WAITING) return;
    let entry = byReason.get(text[i]);
    if (!entry) byReason.set(text[i], entry = {reason: trace.strings[text[i]], count: 0, total: 0, max: -1, longest: i, rows: new Set()});
    entry.count++;
    entry.total += Math.min(end[i], b) - Math.max(start[i], a);
    entry.rows.add(row);
    if (end[i] - start[i] > entry.max) {
      entry.max = end[i] - start[i];
      entry.longest = i;
    }
  });
  return [...byReason.values()].map(entry => ({...entry, mean: entry.total / entry.count, goroutines: entry.rows.size}));
}

// The time of each goroutine in each state; those that were not there are left out.
function goroutineTimes(trace, a, b) {
  const tracks = trace.goroutines, out = [];
  for (let row = 0; row < tracks.count; row++) {
    const [running, runnable, waiting, syscall] = tracks.times(row, a, b);
    if (running + runnable + waiting + syscall > 0) out.push({row, running, runnable, waiting, syscall});
  }
  return out;
}

// The same by go statement.
function siteTimes(trace, times) {
  const bySite = new Map();
  for (const entry of times) {
    const name = trace.createdAt(entry.row) || 'not known';
    let site = bySite.get(name);
    if (!site) bySite.set(name, site = {name, count: 0, running: 0, runnable: 0, waiting: 0, syscall: 0});
    site.count++;
    for (const state of STATES) site[state] += entry[state];
  }
  return [...bySite.values()];
}

function utilisation(trace, a, b) {
  const tracks = trace.ps, out = [];
  for (let row = 0; row < tracks.count; row++) {
    const instants = trace.instants.get(tracks.id[row]) ?? [];
    const i = tracks.endingAfter(row, a), j = tracks.endingAfter(row, b, i);
    const steals = instants.filter(({at, category}) => at >= a && at <= b && trace.strings[category] === 'steal').length;
    out.push({row, busy: tracks.times(row, a, b)[RUNNING], slices: j - i, steals});
  }
  return out;
}

// How many tracks are in each state on average in each of `buckets` parts of [a, b): out[state][bucket]. A slice counts in the buckets
// at its edges by its share; in those between it is a step up and a step down, so a long slice costs no more than a short one.
function history(tracks, a, b, buckets) {
  const width = (b - a) / buckets;
  const out = STATES.map(() => new Float64Array(buckets)), steps = STATES.map(() => new Float64Array(buckets + 1));
  eachSlice(tracks, a, b, (row, i) => {
    const state = tracks.stateOf(tracks.kind[i]);
    const from = (Math.max(tracks.start[i], a) - a) / width, to = (Math.min(tracks.end[i], b) - a) / width;
    const low = Math.min(Math.floor(from), buckets - 1), high = Math.min(Math.floor(to), buckets - 1);
    if (low === high) {
      out[state][low] += to - from;
      return;
    }
    out[state][low] += low + 1 - from;
    out[state][high] += to - high;
    steps[state][low + 1] += 1;
    steps[state][high] -= 1;
  });
  for (let s = 0; s < STATES.length; s++) {
    for (let bucket = 0, level = 0; bucket < buckets; bucket++) out[s][bucket] += level += steps[s][bucket];
  }
  return out;
}
