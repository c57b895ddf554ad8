// The scale above the rows, and the overview of the whole trace.

function drawRuler(canvas, view, colours) {
  const {clientWidth: width, clientHeight: height} = canvas;
  const context = prepare(canvas, width, height, colours);
  const step = roundStep(view.width * 95 / width);
  context.fillStyle = colours.muted;
  context.strokeStyle = colours.line;
  context.beginPath();
  for (let k = Math.ceil(view.start / step); k * step <= view.end; k++) {
    const x = Math.round((k * step - view.start) / view.width * width) + 0.5;
    context.moveTo(x, height - 6);
    context.lineTo(x, height);
    const text = moment(k * step, step);
    if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 4, height / 2);
  }
  context.stroke();
  return step;
}

// Times of the ruler's marks, for the lines behind the rows.
function* ticks(view, step) {
  for (let k = Math.ceil(view.start / step); k * step <= view.end; k++) yield k * step;
}

// How many Ps are busy over the whole trace, with the visible part as a frame that can be dragged or drawn anew.
class Overview {
  constructor(trace, view, colours) {
    this.trace = trace;
    this.view = view;
    this.colours = colours;
    this.canvas = byId('overview');
    this.canvas.addEventListener('pointerdown', event => this.press(event));
    this.canvas.addEventListener('pointermove', event => this.move(event));
    this.canvas.addEventListener('pointerup', () => this.drag = null);
    this.canvas.addEventListener('dblclick', () => view.all());
  }
  xOf(time) {
    return time / this.trace.span * this.canvas.clientWidth;
  }
  timeAt(event) {
    return (event.clientX - this.canvas.getBoundingClientRect().left) / this.canvas.clientWidth * this.trace.span;
  }
  press(event) {
    const time = this.timeAt(event), {start, end, width} = this.view;
    const inside = width < this.trace.span * 0.999 && time >= start && time <= end;
    this.drag = inside ? {grip: time - start} : {from: time};
    this.canvas.setPointerCapture(event.pointerId);
  }
  move(event) {
    if (!this.drag) return;
    const time = this.timeAt(event);
    if (this.drag.grip !== undefined) {
      this.view.show(time - this.drag.grip, time - this.drag.grip + this.view.width);
    } else if (Math.abs(this.xOf(time - this.drag.from)) >= 3) {
      this.view.show(Math.max(0, Math.min(time, this.drag.from)), Math.min(this.trace.span, Math.max(time, this.drag.from)));
    }
  }
  draw() {
    const {clientWidth: width, clientHeight: height} = this.canvas, {trace, view, colours} = this;
    const context = prepare(this.canvas, width, height, colours);
    const columns = Math.max(1, Math.floor(width / 2));
    // The history does not change with the view, only with the width.
    if (this.columns !== columns) {
      this.columns = columns;
      this.busy = history(trace.ps, 0, trace.span, columns)[RUNNING];
    }
    const most = Math.max(1, trace.ps.count);
    context.fillStyle = colours.running;
    for (let k = 0; k < columns; k++) {
      const bar = (height - 4) * this.busy[k] / most;
      context.fillRect(k * width / columns, height - bar, width / columns, bar);
    }
    const left = this.xOf(view.start), right = Math.max(left + 2, this.xOf(view.end));
    context.fillStyle = colours.shade;
    context.fillRect(0, 0, left, height);
    context.fillRect(right, 0, width - right, height);
    context.strokeStyle = colours.accent;
    context.strokeRect(left + 0.5, 0.5, Math.max(1, right - left - 1), height - 1);
  }
}
