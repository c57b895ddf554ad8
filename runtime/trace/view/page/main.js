// Puts the page together.

function showHeader(trace) {
  const name = trace.program || 'trace', {dropped} = trace;
  document.title = `${name} · gort trace`;
  byId('program').textContent = name;
  for (const [value, what] of [
    [duration(trace.duration), ''], [count(trace.goroutines.count), trace.goroutines.count === 1 ? 'goroutine' : 'goroutines'],
    [trace.gomaxprocs, trace.gomaxprocs === 1 ? 'P' : 'Ps'], [count(trace.goroutines.start.length), 'intervals'],
  ]) byId('facts').append(el('li', {}, el('b', {}, value), what && ' ' + what));
  const nothing = trace.goroutines.start.length === 0 ? 'No goroutine did anything while this trace was recorded. ' : '';
  const lost = dropped ? `${plural(dropped, 'event')} did not fit into the rings, so the trace shows only a part; record with larger rings or for a shorter time.` : '';
  byId('warning').textContent = nothing + lost;
  byId('warning').hidden = !nothing && !lost;
  byId('legend').append(...STATES.map(state => el('span', {swatch: state}, state)), el('span', {swatch: 'accent'}, 'selected, noted'));
}

function bindKeys(timeline, search) {
  const {view} = timeline;
  const keys = {
    'w': () => view.zoom(0.7), '+': () => view.zoom(0.7), '=': () => view.zoom(0.7),
    's': () => view.zoom(1 / 0.7), '-': () => view.zoom(1 / 0.7),
    'a': () => view.pan(-0.15), 'd': () => view.pan(0.15),
    '0': () => view.all(), 'f': () => timeline.zoomToSelection(),
    'ArrowUp': () => timeline.stepRow(-1), 'ArrowDown': () => timeline.stepRow(1),
    'ArrowLeft': () => timeline.stepInterval(-1), 'ArrowRight': () => timeline.stepInterval(1),
    'n': () => search.step(1), 'N': () => search.step(-1),
    '/': () => byId('query').select(), '?': () => byId('help').showModal(), 'Escape': () => timeline.select(-1),
  };
  document.addEventListener('keydown', event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    const action = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (typing || byId('help').open || event.ctrlKey || event.metaKey || event.altKey || !action) return;
    event.preventDefault();
    action();
  });
  byId('help-open').onclick = () => byId('help').showModal();
}

function bindSummary(trace, timeline, actions) {
  const choose = visible => {
    byId('sum-all').setAttribute('aria-pressed', !visible);
    byId('sum-visible').setAttribute('aria-pressed', visible);
    showSummary(trace, visible ? timeline.view.start : 0, visible ? timeline.view.end : trace.span, actions);
  };
  byId('sum-all').onclick = () => choose(false);
  byId('sum-visible').onclick = () => choose(true);
  choose(false);
}

const trace = new Trace(JSON.parse(byId('trace-header').textContent), byId('trace-data').textContent);
showHeader(trace);
const timeline = new Timeline(trace), search = new Search(timeline);
bindKeys(timeline, search);
bindSummary(trace, timeline, {
  visit: slice => timeline.visit(slice),
  find: text => search.find(text),
  link: g => timeline.link(g),
});
// The page's state for scripts: it is there once everything above has worked.
document.documentElement.dataset.ready = 'true';
