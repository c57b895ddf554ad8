// What is said of one slice, in the tooltip and in the panel.

function title(state, ...children) {
  return el('div', {class: 'title'}, el('i', {swatch: state}), ...children);
}
function when(start, end) {
  return `${duration(end - start)}, from ${moment(start, (end - start) / 100)}`;
}

function goroutineFacts(trace, row, i, link = g => trace.nameOf(g)) {
  const tracks = trace.goroutines, {start, end, kind, text, g} = tracks, state = STATES[kind[i]];
  const reason = trace.strings[text[i]];
  const regions = (trace.regionsOf.get(tracks.id[row]) ?? []).filter(region => region.start < end[i] && region.end > start[i]);
  return el('div', {},
    title(state, state + (kind[i] === WAITING && reason !== state ? ': ' + reason : '')),
    factList([
      ['time', when(start[i], end[i])],
      [kind[i] === WAITING ? 'woken by' : 'made runnable by', g[i] ? link(g[i]) : ''],
      ['regions', [...new Set(regions.map(region => trace.strings[region.name]))].slice(0, 5).join(', ')],
    ]));
}

function sliceFacts(trace, entry, i) {
  const {tracks, row} = entry;
  if (tracks === trace.goroutines) {
    return el('div', {}, el('div', {class: 'title'}, trace.nameOf(tracks.id[row])), goroutineFacts(trace, row, i),
      factList([['created at', trace.createdAt(row)], ['created by', tracks.parent[row] ? trace.nameOf(tracks.parent[row]) : '']]));
  }
  const {start, end, kind, text, g, m} = tracks, goroutine = trace.nameOf(g[i]);
  if (tracks === trace.threads) {
    return el('div', {}, title(STATES[kind[i]], `${goroutine} on ${entry.label}, without a P`), factList([['time', when(start[i], end[i])]]));
  }
  const reason = trace.strings[text[i]];
  const own = trace.goroutines.rowOf.get(g[i]);
  return el('div', {}, title('running', `${goroutine} on ${entry.label}`), factList([
    ['time', when(start[i], end[i])],
    ['then', ENDS[kind[i]] + (reason ? ': ' + reason : '')],
    ['thread', m[i] >= 0 ? 'M' + m[i] : ''],
    ['created at', own === undefined ? '' : trace.createdAt(own)],
  ]));
}

// Of a column of pixels that holds more than one slice.
function columnFacts(trace, entry, from, to) {
  const {tracks, row} = entry, i = tracks.endingAfter(row, from), j = tracks.endingAfter(row, to, i);
  const inside = j - i + (j < tracks.first[row + 1] && tracks.start[j] < to ? 1 : 0);
  if (inside < 2) return null;
  const times = tracks.times(row, from, to);
  return el('div', {}, el('div', {class: 'title'}, `${entry.label}: ${plural(inside, 'slice')} here`),
    factList([['time', when(from, to)], ...STATES.map((state, s) => [state, times[s] ? percent(times[s], to - from) : ''])]));
}

function instantFacts(trace, instants, time, near) {
  const close = instants.filter(({at}) => Math.abs(at - time) <= near).slice(0, 4);
  return close.map(({at, category, name, text}) => {
    const what = trace.strings[category] === 'user' ? 'log ' + trace.strings[name] : trace.strings[name];
    return factList([[what, `${trace.strings[text]} at ${moment(at, near / 10)}`]]);
  });
}
