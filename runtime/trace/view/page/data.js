// The trace in memory: columns of numbers, one array for all tracks of a kind. The other half of page.cc.

const STATES = ['running', 'runnable', 'waiting', 'syscall'];
const ENDS = ['parked', 'yielded', 'preempted', 'went into a syscall', 'ended', 'still running when the trace ended'];
const RUNNING = 0, RUNNABLE = 1, WAITING = 2;

// Reads numbers in groups of seven bits. Products instead of shifts: those have 32 bits only, and times need 53.
class Numbers {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.time = 0;
  }
  next() {
    let value = 0, scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
      scale *= 128;
    }
  }
  signed() {
    const value = this.next();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
  nextTime() {
    return this.time += this.signed();
  }
}

// Ps, threads or goroutines. Track `row` has the slices first[row] to first[row + 1] - 1, in order and without overlap.
class Tracks {
  constructor(numbers) {
    const rows = numbers.next(), slices = numbers.next();
    this.count = rows;
    this.id = new Float64Array(rows);
    this.name = new Uint32Array(rows);
    this.created = new Uint32Array(rows);
    this.func = new Uint32Array(rows);
    this.parent = new Float64Array(rows);
    this.first = new Uint32Array(rows + 1);
    this.start = new Float64Array(slices);
    this.end = new Float64Array(slices);
    this.kind = new Uint8Array(slices);
    this.text = new Uint32Array(slices);
    this.g = new Float64Array(slices);
    this.m = new Int32Array(slices);
    this.rowOf = new Map();
    for (let row = 0, i = 0; row < rows; row++) {
      this.id[row] = numbers.signed();
      this.name[row] = numbers.next();
      this.created[row] = numbers.next();
      this.func[row] = numbers.next();
      this.parent[row] = numbers.signed();
      const last = i + numbers.next();
      numbers.time = 0;
      for (; i < last; i++) {
        this.start[i] = numbers.nextTime();
        this.end[i] = numbers.nextTime();
        this.kind[i] = numbers.next();
        this.text[i] = numbers.next();
        this.g[i] = numbers.signed();
        this.m[i] = numbers.signed();
      }
      this.first[row + 1] = i;
      this.rowOf.set(this.id[row], row);
    }
  }

  // before[s][i]: time in state s of all slices before i. With it the shares of the states in any stretch of time, of however many
  // slices, are the difference of two places: that is what a column of pixels needs. `stateOf` maps kinds to states.
  sumUp(stateOf) {
    this.stateOf = stateOf;
    const slices = this.start.length;
    this.before = STATES.map(() => new Float64Array(slices + 1));
    for (let i = 0; i < slices; i++) {
      for (const sums of this.before) sums[i + 1] = sums[i];
      this.before[stateOf(this.kind[i])][i + 1] += this.end[i] - this.start[i];
    }
  }

  // The first slice of the row that ends after `time`, at or after slice `from`; first[row + 1] if none does. Steps that double, then
  // halves: neighbouring questions are cheap.
  endingAfter(row, time, from = this.first[row]) {
    const last = this.first[row + 1];
    let low = from, step = 1;
    while (low + step <= last && this.end[low + step - 1] <= time) {
      low += step;
      step *= 2;
    }
    let high = Math.min(last, low + step);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle] <= time) low = middle + 1; else high = middle;
    }
    return low;
  }

  // Adds to out[s] the time in state s between the times a and b; i and j are endingAfter of a and b.
  addTimes(row, a, b, i, j, out) {
    for (let s = 0; s < STATES.length; s++) out[s] += this.before[s][j] - this.before[s][i];
    const last = this.first[row + 1];
    if (i < last && this.start[i] < a) out[this.stateOf(this.kind[i])] -= a - this.start[i];
    if (j < last && this.start[j] < b) out[this.stateOf(this.kind[j])] += b - this.start[j];
  }
  times(row, a, b) {
    const out = [0, 0, 0, 0];
    const i = this.endingAfter(row, a);
    this.addTimes(row, a, b, i, this.endingAfter(row, b, i), out);
    return out;
  }

  // The slice of the row at that time, or -1.
  at(row, time) {
    const i = this.endingAfter(row, time);
    return i < this.first[row + 1] && this.start[i] <= time ? i : -1;
  }
  // The row that slice i belongs to.
  rowOfSlice(i) {
    let low = 0, high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.first[middle] <= i) low = middle; else high = middle - 1;
    }
    return low;
  }
}

function readRegions(numbers) {
  const count = numbers.next(), out = [];
  numbers.time = 0;
  for (let i = 0; i < count; i++) {
    const start = numbers.nextTime();
    out.push({start, end: start + numbers.next(), g: numbers.signed(), name: numbers.next(), task: numbers.signed()});
  }
  return out;
}

function readInstants(numbers) {
  const count = numbers.next(), out = [];
  numbers.time = 0;
  for (let i = 0; i < count; i++) {
    out.push({
      at: numbers.nextTime(), onP: numbers.next() === 1, track: numbers.signed(),
      category: numbers.next(), name: numbers.next(), text: numbers.next(),
    });
  }
  return out;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

function bytesOfBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

class Trace {
  constructor(header, base64) {
    Object.assign(this, header);  // program, gomaxprocs, dropped, duration, strings
    const numbers = new Numbers(bytesOfBase64(base64));
    this.ps = new Tracks(numbers);
    this.threads = new Tracks(numbers);
    this.goroutines = new Tracks(numbers);
    this.ps.sumUp(() => RUNNING);
    this.threads.sumUp(kind => kind);
    this.goroutines.sumUp(kind => kind);
    const instants = readInstants(numbers);
    this.instants = groupBy(instants.filter(instant => instant.onP), instant => instant.track);
    this.offP = instants.filter(instant => !instant.onP);
    this.regions = readRegions(numbers);
    this.regionsOf = groupBy(this.regions, region => region.g);
    this.tasks = readRegions(numbers);
    // A trace in which nothing happened still has a first and a last moment to show.
    this.span = Math.max(this.duration, 1000);
  }

  // "G7 worker", as the trace names it.
  nameOf(g) {
    const row = this.goroutines.rowOf.get(g);
    return row !== undefined && this.goroutines.name[row] ? this.strings[this.goroutines.name[row]] : 'G' + g;
  }
  createdAt(row) {
    const {created, func} = this.goroutines;
    const place = this.strings[created[row]], name = this.strings[func[row]];
    return name && place ? `${place} in ${name}` : place || name;
  }
  // The row of the P that goroutine g ran on at that time, or -1.
  pOf(g, time) {
    for (let row = 0; row < this.ps.count; row++) {
      const i = this.ps.at(row, time);
      if (i >= 0 && this.ps.g[i] === g) return row;
    }
    return -1;
  }
}
