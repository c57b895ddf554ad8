// The visible part of the time, shared by everything that draws it.

class Window {
  static MIN_NS = 10;

  constructor(span) {
    this.span = span;
    this.start = 0;
    this.end = span;
    this.listeners = [];
  }
  get width() {
    return this.end - this.start;
  }
  // Shows [start, end), moved and cut to what there is. A width that is kept stays exactly the same.
  show(start, end) {
    const width = Math.min(this.span, Math.max(Window.MIN_NS, end - start));
    const middle = (start + end) / 2;
    this.start = Math.min(Math.max(0, end - start === width ? start : middle - width / 2), this.span - width);
    this.end = this.start + width;
    for (const listener of this.listeners) listener();
  }
  all() {
    this.show(0, this.span);
  }
  // Around a share of the width: what is under the pointer stays there.
  zoom(factor, share = 0.5) {
    const at = this.start + share * this.width;
    const width = Math.min(this.span, Math.max(Window.MIN_NS, this.width * factor));
    this.show(at - share * width, at + (1 - share) * width);
  }
  pan(share) {
    this.show(this.start + share * this.width, this.end + share * this.width);
  }
  // Moves or widens only if the interval is not seen as it is.
  reveal(start, end) {
    if (start >= this.start && end <= this.end) return;
    const width = Math.max(this.width, (end - start) * 1.2);
    this.show((start + end - width) / 2, (start + end + width) / 2);
  }
}
