// The summary's cards: figures, charts, and tables that sort.

const TOP = 20;  // rows of a table

function card(kind, heading, note, ...children) {
  return el('section', {class: 'card ' + kind, 'aria-label': heading}, el('h3', {}, heading), el('p', {class: 'note'}, note), ...children);
}

// columns: [{key, name, show(entry), text}]; sorted by `key`, the largest first, until somebody clicks on another column.
function table(columns, entries, sortKey) {
  let key = sortKey, sign = -1;
  const body = el('tbody'), head = el('tr'), more = el('p', {class: 'note'});
  function fill() {
    const compare = (a, b) => sign * (typeof a[key] === 'string' ? a[key].localeCompare(b[key]) : a[key] - b[key]);
    const shown = [...entries].sort(compare).slice(0, TOP);
    head.replaceChildren(...columns.map(column => {
      const sorted = column.key === key && (sign < 0 ? 'descending' : 'ascending');
      const choose = () => {
        sign = column.key === key ? -sign : column.text ? 1 : -1;
        key = column.key;
        fill();
      };
      return el('th', {scope: 'col', 'aria-sort': sorted, class: column.text && 'text'}, el('button', {type: 'button', onclick: choose}, column.name));
    }));
    body.replaceChildren(...shown.map(entry => el('tr', {}, ...columns.map(column =>
      el('td', column.text ? {class: 'text', title: String(entry[column.key])} : {}, column.show(entry))))));
    more.textContent = entries.length > TOP ? `The first ${TOP} of ${count(entries.length)}; sort by another column to see others.` : '';
  }
  fill();
  return el('div', {class: 'scroll'}, el('table', {}, el('thead', {}, head), body), more);
}

function figures(pairs) {
  return el('dl', {class: 'figures'}, ...pairs.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

// Bars of a histogram whose buckets double: 1 to 2 ns, 2 to 4 ns, ...
function histogram(values) {
  const bucketOf = value => Math.max(0, Math.floor(Math.log2(Math.max(1, value))));
  const buckets = new Map();
  for (const value of values) buckets.set(bucketOf(value), (buckets.get(bucketOf(value)) ?? 0) + 1);
  const low = Math.min(...buckets.keys()), high = Math.max(...buckets.keys()), most = Math.max(...buckets.values());
  const width = 560, height = 120, bars = high - low + 1, each = Math.min(48, width / bars);
  const chart = el('svg', {viewBox: `0 0 ${width} ${height + 20}`, role: 'img', 'aria-label': 'Histogram of scheduling latency'});
  for (let k = low; k <= high; k++) {
    const n = buckets.get(k) ?? 0, bar = n ? Math.max(1.5, height * n / most) : 0, x = (k - low) * each;
    const from = 2 ** k, label = `${duration(from)} to ${duration(2 * from)}: ${plural(n, 'time')}`;
    chart.append(el('rect', {x: x + 1, y: height - bar, width: each - 2, height: bar, fill: 'var(--runnable)'}, el('title', {}, label)));
    if ((k - low) % Math.ceil(60 / each) === 0 && x + 50 < width) chart.append(el('text', {x: x + 1, y: height + 15}, duration(from)));
  }
  chart.append(el('line', {x1: 0, x2: width, y1: height, y2: height, stroke: 'var(--line)'}));
  return chart;
}

function latencyCard(trace, a, b) {
  const values = latencies(trace, a, b), at = p => duration(percentile(values, p));
  const note = `From runnable to running; ${plural(values.length, 'time')}.`;
  if (!values.length) return card('', 'Scheduling latency', note);
  return card('', 'Scheduling latency', note,
    figures([['half within', at(0.5)], ['90 % within', at(0.9)], ['99 % within', at(0.99)], ['longest', at(1)]]), histogram(values));
}

// One strip for each state, each with its own scale: a thousand that wait must not flatten two that run.
function statesCard(trace, a, b) {
  const buckets = 280, width = 560, height = 40, all = history(trace.goroutines, a, b, buckets);
  const strips = STATES.map((state, s) => {
    const most = all[s].reduce((x, y) => Math.max(x, y), 0), scale = Math.max(1e-9, most);
    let path = `M0 ${height}`;
    all[s].forEach((n, k) => path += `L${k * width / buckets} ${(height - (height - 2) * n / scale).toFixed(1)}H${((k + 1) * width / buckets).toFixed(1)}`);
    const top = most > 0 && most < 10 ? most.toFixed(1) : count(Math.round(most));
    return el('svg', {viewBox: `0 0 ${width} ${height + 17}`, role: 'img', 'aria-label': `Goroutines ${state} over time, at most ${top}`},
      el('text', {x: 0, y: 11}, `${state}, at most ${top}`),
      el('g', {transform: 'translate(0 15)'}, el('path', {d: path + `V${height}Z`, fill: `var(--${state})`}),
        el('line', {x1: 0, x2: width, y1: height, y2: height, stroke: 'var(--line)'})));
  });
  return card('', 'Goroutines by state', `Average number over time, from ${moment(a, (b - a) / 100)} to ${moment(b, (b - a) / 100)}.`, ...strips);
}

function blockingCard(trace, a, b, actions) {
  const jump = entry => el('button', {type: 'button', class: 'link', title: 'Show the longest wait', onclick: () => actions.visit(entry.longest)}, duration(entry.max));
  const find = entry => el('button', {type: 'button', class: 'link', title: 'Find the goroutines', onclick: () => actions.find(entry.reason)}, entry.reason);
  return card('', 'Waiting, by reason', 'How often goroutines waited, and how long in sum.', table([
    {key: 'reason', name: 'reason', show: find, text: true},
    {key: 'count', name: 'count', show: entry => count(entry.count)},
    {key: 'goroutines', name: 'goroutines', show: entry => count(entry.goroutines)},
    {key: 'total', name: 'total', show: entry => duration(entry.total)},
    {key: 'mean', name: 'mean', show: entry => duration(entry.mean)},
    {key: 'max', name: 'longest', show: jump},
  ], blocking(trace, a, b), 'total'));
}

function utilisationCard(trace, a, b) {
  const all = utilisation(trace, a, b), width = b - a, busy = all.reduce((sum, p) => sum + p.busy, 0);
  const meter = entry => {
    const bar = el('span');
    bar.style.width = `${100 * entry.busy / width}%`;
    return el('span', {}, percent(entry.busy, width) + ' ', el('span', {class: 'meter'}, bar));
  };
  return card('', 'Ps', `Busy for ${percent(busy, width * Math.max(1, all.length))} of the time on average.`, table([
    {key: 'row', name: 'P', show: entry => trace.strings[trace.ps.name[entry.row]] || 'P' + trace.ps.id[entry.row], text: true},
    {key: 'busy', name: 'busy', show: meter},
    {key: 'slices', name: 'slices', show: entry => count(entry.slices)},
    {key: 'steals', name: 'steals', show: entry => count(entry.steals)},
  ], all, 'busy'));
}

const STATE_COLUMNS = STATES.map(state => ({key: state, name: state, show: entry => duration(entry[state])}));

function goroutinesCard(trace, times, actions) {
  const entries = times.map(entry => ({...entry, created: trace.createdAt(entry.row)}));
  return card('wide', 'Goroutines', 'Time in each state.', table([
    {key: 'row', name: 'goroutine', show: entry => actions.link(trace.goroutines.id[entry.row])},
    ...STATE_COLUMNS,
    {key: 'created', name: 'created at', show: entry => entry.created, text: true},
  ], entries, 'running'));
}

function sitesCard(trace, times) {
  return card('wide', 'Go statements', 'The same, summed up over all goroutines that one statement started.', table([
    {key: 'name', name: 'created at', show: entry => entry.name, text: true},
    {key: 'count', name: 'goroutines', show: entry => count(entry.count)},
    ...STATE_COLUMNS,
  ], siteTimes(trace, times), 'running'));
}

function regionsCard(trace, heading, regions) {
  const groups = [...groupBy(regions, region => region.name)].map(([name, list]) => {
    const times = list.map(region => region.end - region.start), total = times.reduce((x, y) => x + y, 0);
    return {name: trace.strings[name], count: list.length, total, mean: total / list.length, max: times.reduce((x, y) => Math.max(x, y), 0)};
  });
  return card('', heading, 'As the program named them.', table([
    {key: 'name', name: 'name', show: entry => entry.name, text: true},
    {key: 'count', name: 'count', show: entry => count(entry.count)},
    ...['total', 'mean', 'max'].map(key => ({key, name: key === 'max' ? 'longest' : key, show: entry => duration(entry[key])})),
  ], groups, 'total'));
}

// Fills the summary for [a, b). actions: visit(slice), find(text), link(g).
function showSummary(trace, a, b, actions) {
  const within = list => list.filter(region => region.start < b && region.end > a), times = goroutineTimes(trace, a, b);
  const regions = within(trace.regions), tasks = within(trace.tasks);
  byId('sum-range').textContent = `${moment(a, (b - a) / 1000)} to ${moment(b, (b - a) / 1000)}`;
  byId('cards').replaceChildren(...[
    latencyCard(trace, a, b), statesCard(trace, a, b), blockingCard(trace, a, b, actions), utilisationCard(trace, a, b),
    regions.length ? regionsCard(trace, 'Regions', regions) : '', tasks.length ? regionsCard(trace, 'Tasks', tasks) : '',
    goroutinesCard(trace, times, actions), sitesCard(trace, times),
  ].filter(Boolean));
}
