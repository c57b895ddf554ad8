// Rows of tracks that scroll. Only what is seen is drawn, so the number of rows does not matter: the canvas is as large as the pane and
// sticks to it, and an empty element gives the scroll bar its length.

// Browsers limit an element's height; beyond this the scroll bar is coarser than a pixel.
const MAX_SCROLL = 15e6;

class Pane {
  constructor(element, timeline) {
    this.element = element;
    this.timeline = timeline;
    this.canvas = el('canvas', {tabindex: '0', role: 'img'});
    this.filler = el('div', {'aria-hidden': 'true'});
    element.append(this.canvas, this.filler);
    this.count = 0;
    element.addEventListener('scroll', () => timeline.changed());
    this.canvas.addEventListener('wheel', event => this.wheel(event), {passive: false});
    this.canvas.addEventListener('pointerdown', event => this.press(event));
    this.canvas.addEventListener('pointermove', event => this.move(event));
    this.canvas.addEventListener('pointerup', event => this.release(event));
    this.canvas.addEventListener('pointerleave', () => timeline.hover(null));
  }

  // entryAt(place) is what stands there: {tracks, row, label, instants}.
  setRows(count, entryAt) {
    this.count = count;
    this.entryAt = entryAt;
    // As high as its rows, up to the style's maximum.
    this.element.style.height = Math.min(5000, Math.max(3, count) * ROW + 5) + 'px';
    this.resize();
  }
  resize() {
    this.height = this.element.clientHeight;
    this.filler.style.height = Math.max(0, Math.min(MAX_SCROLL, this.count * ROW + 4) - this.height) + 'px';
    this.canvas.style.height = this.height + 'px';
  }
  // The hidden pixels above the pane's upper edge.
  get offset() {
    const hidden = Math.max(0, this.count * ROW + 4 - this.height), scroll = this.element.scrollHeight - this.height;
    return scroll > 0 ? this.element.scrollTop / scroll * hidden : 0;
  }
  set offset(offset) {
    const hidden = Math.max(1, this.count * ROW + 4 - this.height);
    this.element.scrollTop = offset / hidden * (this.element.scrollHeight - this.height);
  }
  reveal(place) {
    const y = place * ROW;
    if (y < this.offset || y + ROW > this.offset + this.height) this.offset = y - this.height / 2;
  }
  yOf(place) {
    return place * ROW + 3 - this.offset;
  }

  draw() {
    const {view, colours, gutter} = this.timeline;
    const width = this.element.clientWidth, plot = width - gutter;
    const context = prepare(this.canvas, width, this.height, colours);
    const first = Math.floor(this.offset / ROW), last = Math.min(this.count, Math.ceil((this.offset + this.height) / ROW));
    this.drawGrid(context, plot);
    const selected = this.timeline.selection;
    for (let place = first; place < last; place++) {
      const entry = this.entryAt(place);
      if (selected && entry.tracks === this.timeline.trace.goroutines && entry.row === selected.row) {
        context.fillStyle = colours['accent-soft'];
        context.fillRect(0, this.yOf(place) - 3, width, ROW);
      }
      this.drawLabel(context, entry, place);
    }
    context.save();
    context.beginPath();
    context.rect(gutter, 0, plot, this.height);
    context.clip();
    context.translate(gutter, 0);
    const rectangles = new Rectangles();
    for (let place = first; place < last; place++) {
      const entry = this.entryAt(place), y = this.yOf(place);
      drawTrack(entry.tracks, entry.row, view, plot, y, i => this.timeline.fillOf(entry, i), i => this.timeline.textOf(entry, i), rectangles);
    }
    rectangles.draw(context, colours);
    for (let place = first; place < last; place++) this.drawMarks(context, this.entryAt(place), this.yOf(place), plot);
    if (selected) selected.draw(context, this, plot);
    context.restore();
  }
  drawGrid(context, plot) {
    const {view, colours, gutter, step} = this.timeline;
    context.fillStyle = colours.line;
    for (const time of ticks(view, step)) {
      context.fillRect(gutter + Math.round((time - view.start) / view.width * plot), 0, 1, this.height);
    }
    context.fillRect(gutter - 1, 0, 1, this.height);
  }
  drawLabel(context, entry, place) {
    const {colours, gutter} = this.timeline;
    context.fillStyle = colours.ink;
    drawText(context, entry.label, 14, this.yOf(place) + BAR / 2, gutter - 20);
  }
  // What happened at one moment, as ticks above the slices, and the goroutine's regions as a line below them; at most one per pixel.
  drawMarks(context, entry, y, plot) {
    const {trace, view, colours} = this.timeline;
    const xOf = time => (time - view.start) / view.width * plot;
    if (entry.tracks === trace.goroutines) {
      context.fillStyle = colours.accent;
      for (const region of trace.regionsOf.get(entry.tracks.id[entry.row]) ?? []) {
        if (region.end < view.start || region.start > view.end) continue;
        const from = Math.max(0, xOf(region.start));
        context.fillRect(from, y + BAR, Math.max(1, Math.min(plot, xOf(region.end)) - from), 2);
      }
      return;
    }
    let seen = -3;
    for (const instant of entry.instants ?? []) {
      const x = xOf(instant.at);
      if (x < 0 || x > plot || x < seen + 3) continue;
      seen = x;
      context.fillStyle = trace.strings[instant.category] === 'user' ? colours.accent : colours.muted;
      context.fillRect(Math.round(x) - 1, y - 3, 2, 4);
    }
  }

  // What is under the pointer: {entry, place, time, x, y, inGutter}, or null.
  under(event) {
    const box = this.canvas.getBoundingClientRect(), {gutter, view} = this.timeline;
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const place = Math.floor((y + this.offset) / ROW);
    const entry = place >= 0 && place < this.count ? this.entryAt(place) : null;
    const share = (x - gutter) / (box.width - gutter);
    return {entry, place, x: event.clientX, y: event.clientY, inGutter: x < gutter, share, time: view.start + share * view.width,
            perPixel: view.width / (box.width - gutter)};
  }
  wheel(event) {
    const at = this.under(event), {view} = this.timeline;
    if (at.inGutter) return;  // the browser scrolls the rows
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
    if (sideways) view.pan(sideways / 1000);
    else view.zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0025), at.share);
  }
  press(event) {
    if (event.button !== 0) return;
    this.drag = {x: event.clientX, y: event.clientY, start: this.timeline.view.start, offset: this.offset, moved: false};
    this.canvas.setPointerCapture(event.pointerId);
  }
  move(event) {
    if (!this.drag) return this.timeline.hover(this.under(event));
    const dx = event.clientX - this.drag.x, dy = event.clientY - this.drag.y;
    this.drag.moved ||= Math.abs(dx) + Math.abs(dy) > 3;
    if (!this.drag.moved) return;
    this.timeline.hover(null);
    const {view} = this.timeline, start = this.drag.start - dx * this.under(event).perPixel;
    view.show(start, start + view.width);
    this.offset = this.drag.offset - dy;
  }
  release(event) {
    if (this.drag && !this.drag.moved) this.timeline.click(this.under(event));
    this.drag = null;
  }
}
