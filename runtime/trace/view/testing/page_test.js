// Uses the page as a person would, by events, and compares what it says with FACTS (make_trace.py). The results are added to the
// document: a line "ok: ..." or "FAILED: ..." for each statement.

const results = [];
function check(what, good, detail = '') {
  results.push(`${good ? 'ok' : 'FAILED'}: ${what}${good ? '' : ' -- ' + detail}`);
}
function same(what, got, want) {
  check(what, got === want, `${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
}
const $ = selector => document.querySelector(selector);
const text = selector => $(selector).textContent;
// Two frames: the first draws, after the second it has been drawn.
const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
const visible = () => ({start: Number($('#timeline').dataset.start), end: Number($('#timeline').dataset.end)});
const width = () => visible().end - visible().start;

function pointer(canvas, type, x, y, more = {}) {
  const box = canvas.getBoundingClientRect();
  canvas.dispatchEvent(new PointerEvent(type, {clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true, cancelable: true, ...more}));
}
async function click(canvas, x, y) {
  pointer(canvas, 'pointerdown', x, y);
  pointer(canvas, 'pointerup', x, y);
  await drawn();
}
async function drag(canvas, fromX, toX, y, toY = y) {
  pointer(canvas, 'pointerdown', fromX, y);
  for (let k = 1; k <= 4; k++) pointer(canvas, 'pointermove', fromX + (toX - fromX) * k / 4, y + (toY - y) * k / 4);
  pointer(canvas, 'pointerup', toX, toY);
  await drawn();
}
async function wheel(canvas, deltaY, x, more = {}) {
  const box = canvas.getBoundingClientRect();
  canvas.dispatchEvent(new WheelEvent('wheel', {deltaY, clientX: box.left + x, clientY: box.top + 30, bubbles: true, cancelable: true, ...more}));
  await drawn();
}
async function key(name, target = document.body) {
  target.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true}));
  await drawn();
}
async function search(query) {
  $('#query').value = query;
  $('#query').dispatchEvent(new Event('input'));
  await drawn();
}
const card = heading => [...document.querySelectorAll('.card')].find(section => section.querySelector('h3').textContent === heading);
const rows = heading => [...card(heading).querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent));
const head = (heading, name) => [...card(heading).querySelectorAll('th')].find(cell => cell.textContent === name);
const number = string => Number(string.replace(/[^0-9.]/g, ''));

async function headerSaysWhatTheTraceIs() {
  same('the program is named, markup and all', text('#program'), 'simulated </title>');
  check('the title names it too', document.title.startsWith('simulated </title>'), document.title);
  check('all goroutines are counted', text('#facts').includes(FACTS.goroutines.toLocaleString('en-US') + ' goroutines'), text('#facts'));
  check('all intervals are counted', text('#facts').includes(FACTS.intervals.toLocaleString('en-US') + ' intervals'), text('#facts'));
  check('nothing is warned of', $('#warning').hidden);
}

async function zoomAndPan(canvas) {
  await key('0');
  const whole = visible(), gutter = 190, plot = canvas.clientWidth - gutter;
  const x = Math.round(gutter + plot / 4), share = (x - gutter) / plot;
  same('at first everything is visible', whole.start, 0);
  const under = () => visible().start + width() * share;
  const before = under();
  await wheel(canvas, -120, x);
  await wheel(canvas, -120, x);
  check('the wheel zooms in', Math.abs(width() / whole.end - Math.exp(-0.6)) < 0.001, width());
  check('what is under the pointer stays', Math.abs(under() - before) < 2, `${under()} instead of ${before}`);
  const zoomed = width();
  await drag(canvas, x, x + plot / 10, 30);
  check('dragging moves without zooming', Math.abs(width() - zoomed) < 1e-3 && under() < before, `${width()} ${zoomed}`);
  const dragged = visible().start;
  await wheel(canvas, 100, x, {shiftKey: true});
  check('Shift and the wheel move', visible().start > dragged && Math.abs(width() - zoomed) < 1e-3);
  await key('w');
  check('W zooms in', width() < zoomed);
  await key('s');
  check('S undoes W', Math.abs(width() - zoomed) < 1);
  const start = visible().start;
  await key('d');
  check('D goes on', visible().start > start);
  await key('a');
  check('A goes back', Math.abs(visible().start - start) < 1);
  $('#zoom-in').click();
  await drawn();
  check('the button + halves the width', Math.abs(width() - zoomed / 2) < 1, width());
  for (let k = 0; k < 200; k++) $('#zoom-in').click();
  await drawn();
  check('zooming in has an end', width() >= 9.999, width());
  check('the range is shown in words', /ns \(10 ns\)$/.test(text('#range')) || text('#range').includes('(10 ns)'), text('#range'));
  $('#zoom-fit').click();
  await drawn();
  same('Fit shows everything again', width(), whole.end);
  for (let k = 0; k < 5; k++) $('#zoom-out').click();
  await drawn();
  same('zooming out ends there', width(), whole.end);
}

async function overviewChoosesAPart() {
  const canvas = $('#overview'), span = width(), w = canvas.clientWidth;
  await drag(canvas, w * 0.25, w * 0.5, 20);
  check('a part drawn in the overview is shown', Math.abs(visible().start - span * 0.25) < span * 0.01 && Math.abs(visible().end - span * 0.5) < span * 0.01,
        JSON.stringify(visible()));
  await drag(canvas, w * 0.3, w * 0.4, 20);
  check('the frame can be moved', Math.abs(visible().start - span * 0.35) < span * 0.01, JSON.stringify(visible()));
  await key('0');
}

async function hoverTells(ps, goroutines) {
  await key('0');
  for (let k = 0; k < 16; k++) await wheel(ps, -120, 600);
  let found = '';
  for (let x = 200; x < 900 && !found.includes(' on P0'); x += 10) {
    pointer(ps, 'pointermove', x, 10);
    found = $('#tooltip').hidden ? '' : text('#tooltip');
  }
  check('over a P the goroutine is named, how it ended, and its thread', /^G\d+ .* on P0time.*then.*threadM0/s.test(found), found);
  pointer(goroutines, 'pointermove', 600, 30);
  check('over a goroutine its state and origin are told', /^G2.*(running|runnable|waiting|syscall).*time.*created at.*created by/s.test(text('#tooltip')), text('#tooltip'));
  await key('0');
  pointer(ps, 'pointermove', 600, 10);
  check('over a crowded column the states are summed up', /P0: \d+ slices here.*running\d+/s.test(text('#tooltip')), text('#tooltip'));
  pointer(ps, 'pointerleave', 600, 10);
  check('the tooltip goes with the pointer', $('#tooltip').hidden);
}

async function clickSelects(goroutines) {
  await click(goroutines, 60, 3 * 20 + 8);
  check('a click on a row selects its goroutine', !$('#selection').hidden && text('#selection h2').startsWith('G4 gr'), text('#selection'));
  check('the panel says where it was created', text('#selection').includes('main.cc:12 in main') || text('#selection').includes('pool.cc:77'), text('#selection'));
  await key('ArrowDown');
  check('arrow down selects the next row', text('#selection h2').startsWith('G5 line'), text('#selection h2'));
  await key('ArrowUp');
  await key('ArrowRight');
  const first = text('#selection .title');
  await key('ArrowRight');
  check('arrow right goes to the next interval', text('#selection .title') !== first || text('#selection').includes('time'), first);
  await key('f');
  check('F zooms to it', width() < FACTS.longest_us * 1e3 * 50, width());
  await key('Escape');
  check('Esc selects nothing', $('#selection').hidden);
  await key('0');
}

async function searchFinds(goroutines) {
  await search('7');
  check('a number finds at least the goroutine', /^\d+ found$/.test(text('#found')), text('#found'));
  await search('g7');
  same('g7 finds one', text('#found'), '1 found');
  await key('Enter', $('#query'));
  same('Enter goes there', text('#found'), '1 of 1');
  check('and selects it', text('#selection h2').startsWith('G7 reader'), text('#selection h2'));
  await search('pool.cc');
  const many = number(text('#found'));
  check('a place finds its goroutines', many > 100 && many < FACTS.goroutines / 2, many);
  $('#previous').click();
  same('previous begins at the end', text('#found'), `${many} of ${many}`);
  $('#next').click();
  same('next goes on at the beginning', text('#found'), `1 of ${many}`);
  await search('sync.mutex');
  check('a wait reason finds who waited, in any case', number(text('#found')) > 10, text('#found'));
  await key('Enter', $('#query'));
  check('and shows the wait', text('#selection .title').includes('waiting: sync.Mutex.Lock'), text('#selection .title'));
  await search('<\/script>');
  check('markup is text', number(text('#found')) > 10, text('#found'));
  $('#matches-only').click();
  await drawn();
  check('rows can be limited to matches', text('#shown').startsWith(text('#found').split(' ')[0] + ' of'), text('#shown'));
  await click(goroutines, 60, 8);
  same('the first match is the first row', text('#selection h2').slice(0, 12), 'G3 <\/script>');
  $('#matches-only').click();
  await search('no such thing');
  same('nothing is found where nothing is', text('#found'), 'nothing');
  await search('');
  same('no query, no result', text('#found'), '');
}

async function summaryIsTrue() {
  const waits = Object.fromEntries(rows('Waiting, by reason').map(([reason, n]) => [reason, number(n)]));
  same('waits are counted by reason', JSON.stringify(Object.entries(waits).sort()), JSON.stringify(Object.entries(FACTS.waits).sort()));
  check('latencies are counted', card('Scheduling latency').textContent.includes(FACTS.latencies.toLocaleString('en-US') + ' times'), card('Scheduling latency').textContent);
  const longest = card('Scheduling latency').querySelectorAll('dd')[3].textContent, [value, unit] = longest.split(' ');
  const us = value * {ns: 0.001, 'µs': 1, ms: 1000, s: 1e6}[unit];
  check('the longest is right', Math.abs(us - FACTS.longest_us) <= 0.006 * FACTS.longest_us, `${longest} for ${FACTS.longest_us} us`);
  head('Waiting, by reason', 'count').querySelector('button').click();
  const counts = () => rows('Waiting, by reason').map(row => number(row[1]));
  check('a table sorts by a column', counts().every((n, k, all) => k === 0 || all[k - 1] >= n) && head('Waiting, by reason', 'count').getAttribute('aria-sort') === 'descending', counts());
  head('Waiting, by reason', 'count').querySelector('button').click();
  check('and the other way round', counts().every((n, k, all) => k === 0 || all[k - 1] <= n), counts());
  const link = card('Waiting, by reason').querySelector('tbody tr td:last-child button'), wait = link.textContent, reason = rows('Waiting, by reason')[0][0];
  link.click();
  await drawn();
  check('the longest wait can be visited', text('#selection .title').includes('waiting: ' + reason) && text('#selection').includes(wait), text('#selection'));
  $('#sum-visible').click();
  check('the visible part can be summed up alone', rows('Waiting, by reason').reduce((sum, row) => sum + number(row[1]), 0) < FACTS.latencies, rows('Waiting, by reason'));
  $('#sum-all').click();
  check('Ps are listed', rows('Ps').length === 4 && rows('Ps').every(row => number(row[1]) > 0), JSON.stringify(rows('Ps')));
  check('go statements are listed', rows('Go statements').length === 4, JSON.stringify(rows('Go statements')));
  check('regions are listed', rows('Regions')[0][0] === 'parse', JSON.stringify(rows('Regions')));
  check('no name became an element', document.querySelectorAll('#summary b, #selection b').length === 0);
  await key('Escape');
  await key('0');
}

async function rowsAreVirtual(goroutines) {
  const pane = $('#goroutines');
  check('the canvas is no larger than the pane', goroutines.clientHeight <= pane.clientHeight && pane.scrollHeight > FACTS.goroutines * 15, `${goroutines.clientHeight} ${pane.scrollHeight}`);
  pane.scrollTop = pane.scrollHeight;
  await drawn();
  await click(goroutines, 60, pane.clientHeight - 10);
  check('the last row is the last goroutine', text('#selection h2').startsWith('G' + FACTS.goroutines), text('#selection h2'));
  $('#order').value = 'running';
  $('#order').dispatchEvent(new Event('change'));
  pane.scrollTop = 0;
  await drawn();
  await click(goroutines, 60, 8);
  check('rows can be ordered by time', text('#selection h2').startsWith(rows('Goroutines')[0][0]), `${text('#selection h2')} ${rows('Goroutines')[0][0]}`);
  $('#order').value = 'id';
  $('#order').dispatchEvent(new Event('change'));
  pane.scrollTop = 0;
  await key('Escape');
}

async function canvasesShowStates() {
  for (const selector of ['#ps canvas', '#goroutines canvas', '#overview']) {
    const canvas = $(selector), {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), seen = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
    check(`${selector} has the colour of running`, seen.has(0x1f9d84) || seen.has(0x2aa58c), [...seen].slice(0, 9));
  }
}

async function helpOpens() {
  await key('?');
  check('? opens the keys', $('#help').open && text('#help').includes('zoom in and out'));
  $('#help').close();
}

function everythingHasALabel() {
  const nameless = [...document.querySelectorAll('button, input, select, canvas, section')].filter(element =>
    !element.getAttribute('aria-label') && !element.textContent.trim() && !element.closest('label') && !element.getAttribute('aria-hidden'));
  check('every control has a name', nameless.length === 0, nameless.map(element => element.outerHTML));
}

async function testPage() {
  const ps = $('#ps canvas'), goroutines = $('#goroutines canvas');
  // Made-up pointers cannot be captured.
  for (const canvas of [ps, goroutines, $('#overview')]) canvas.setPointerCapture = () => {};
  await drawn();
  same('the page is ready', document.documentElement.dataset.ready, 'true');
  await headerSaysWhatTheTraceIs();
  await canvasesShowStates();
  await zoomAndPan(goroutines);
  await overviewChoosesAPart();
  await hoverTells(ps, goroutines);
  await clickSelects(goroutines);
  await searchFinds(goroutines);
  await summaryIsTrue();
  await rowsAreVirtual(goroutines);
  await helpOpens();
  everythingHasALabel();
}

addEventListener('load', async () => {
  try {
    await testPage();
  } catch (error) {
    check('the test runs to its end', false, error.stack);
  }
  same('no error was reported', pageErrors.join('; '), '');
  results.push(`done: ${results.length} statements`);
  document.body.append(Object.assign(document.createElement('pre'), {textContent: '\n' + results.join('\n') + '\n'}));
});
