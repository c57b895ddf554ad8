// Drawing: a canvas in device pixels, the page's colours, and rows of slices.

const ROW = 20, BAR = 15;
// What a rectangle can be filled with: the four states, a second running colour to tell neighbours apart, and the selection.
const FILLS = ['running', 'runnable', 'waiting', 'syscall', 'running-2', 'accent'];
const RUNNING_2 = 4, SELECTED = 5;

class Colours {
  constructor() {
    this.read();
  }
  read() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['paper', 'panel', 'ink', 'muted', 'line', 'accent', 'accent-soft', 'on-running', 'on-runnable', 'shade', ...FILLS]) {
      this[name] = style.getPropertyValue('--' + name).trim();
    }
    this.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  }
}

// Gives the canvas the size (CSS pixels) and returns its context, cleared and scaled.
function prepare(canvas, width, height, colours) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = width + 'px';
    canvas.style.height = height + 'px';
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = colours.font;
  context.textBaseline = 'middle';
  return context;
}

// Collects rectangles by colour, since changing the colour for each costs more than the rectangle.
class Rectangles {
  constructor() {
    this.lists = FILLS.map(() => []);
    this.texts = [];
  }
  add(fill, x, y, width, height) {
    this.lists[fill].push(x, y, width, height);
  }
  text(fill, text, x, y, width) {
    this.texts.push([fill, text, x, y, width]);
  }
  draw(context, colours) {
    this.lists.forEach((list, fill) => {
      context.fillStyle = colours[FILLS[fill]];
      for (let i = 0; i < list.length; i += 4) context.fillRect(list[i], list[i + 1], list[i + 2], list[i + 3]);
    });
    for (const [fill, text, x, y, width] of this.texts) {
      context.fillStyle = fill === WAITING ? colours.ink : fill === RUNNABLE ? colours['on-runnable'] : colours['on-running'];
      drawText(context, text, x, y, width);
    }
  }
}

// As much of the text as fits, or nothing.
function drawText(context, text, x, y, width) {
  const fits = Math.floor(width / 6);
  if (fits < 2) return;
  const whole = text.length <= fits || context.measureText(text).width <= width;
  context.fillText(whole ? text : text.slice(0, fits - 1) + '…', x, y);
}

// Draws a track's slices between the times of `view` into `out`, `width` pixels wide and BAR high, from y on. Each column of pixels is
// either part of one slice, or shows how its time divides among the states: exact at any zoom, and never more work than columns.
function drawTrack(tracks, row, view, width, y, fillOf, textOf, out) {
  const perPixel = view.width / width, last = tracks.first[row + 1], times = [0, 0, 0, 0];
  let i = tracks.endingAfter(row, view.start);
  for (let x = 0; x < width;) {
    const from = view.start + x * perPixel, to = from + perPixel;
    i = tracks.endingAfter(row, from, i);
    if (i === last) return;
    if (tracks.start[i] >= to) {
      x = Math.max(x + 1, Math.floor((tracks.start[i] - view.start) / perPixel));
      continue;
    }
    const j = tracks.endingAfter(row, to, i);
    if (j > i + 1) {
      times.fill(0);
      tracks.addTimes(row, from, to, i, j, times);
      drawShares(times, perPixel, x, y, out);
      x++;
      continue;
    }
    const whose = j === i || wins(tracks, i, from, to, j < last) ? i : j;
    const until = Math.min(width, Math.max(x + 1, Math.round((tracks.end[whose] - view.start) / perPixel)));
    drawSlice(whose, x, until, y, fillOf, textOf, out);
    x = until;
  }
}

// Whether slice i has more of a column than the one after it, which begins there.
function wins(tracks, i, from, to, hasNext) {
  const mine = Math.min(tracks.end[i], to) - Math.max(tracks.start[i], from);
  const next = hasNext && tracks.start[i + 1] < to ? to - tracks.start[i + 1] : 0;
  return mine >= next;
}

function drawSlice(i, x, until, y, fillOf, textOf, out) {
  const fill = fillOf(i), gap = until - x > 3 ? 1 : 0;
  out.add(fill, x, y, until - x - gap, BAR);
  if (until - x > 30) out.text(fill, textOf(i), x + 4, y + BAR / 2 + 0.5, until - x - 8);
}

function drawShares(times, whole, x, y, out) {
  let top = y + BAR;
  for (const state of [0, 1, 3, 2]) {
    const height = BAR * times[state] / whole;
    top -= height;
    if (height > 0.05) out.add(state, x, top, 1, height);
  }
}
