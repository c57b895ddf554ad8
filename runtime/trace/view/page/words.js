// Times, counts and elements.

const UNITS = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];

function unitOf(ns) {
  return UNITS.find(([size]) => Math.abs(ns) >= size) ?? UNITS[3];
}
// Three digits and a unit: "1.24 ms".
function duration(ns) {
  if (ns === 0) return '0';
  const [size, name] = unitOf(ns);
  const value = ns / size, digits = size === 1 ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${name}`;
}
// A moment, as exact as `resolution` is fine.
function moment(ns, resolution) {
  if (ns === 0) return '0';
  const [size, name] = unitOf(Math.max(Math.abs(ns), resolution));
  const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(size / Math.max(resolution, 1)) - 1e-9)));
  return `${(ns / size).toFixed(digits)} ${name}`;
}
// The smallest 1, 2 or 5 times a power of ten that is at least x.
function roundStep(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= x * 0.999);
}
function percent(part, whole) {
  const share = whole > 0 ? 100 * part / whole : 0;
  return share > 0 && share < 0.1 ? '<0.1 %' : share.toFixed(share < 10 ? 1 : 0) + ' %';
}
function count(n) {
  return n.toLocaleString('en-US');
}
function plural(n, what) {
  return `${count(n)} ${what}${n === 1 ? '' : 's'}`;
}

function byId(id) {
  return document.getElementById(id);
}
// An element; children are elements, or texts, which stay texts whatever they hold. Attributes: "onclick" and the like are listeners.
function el(tag, attributes = {}, ...children) {
  const svg = ['svg', 'path', 'rect', 'line', 'text', 'g', 'title'].includes(tag);
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'swatch') element.style.setProperty('--swatch', `var(--${value})`);
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child !== undefined && child !== ''));
  return element;
}
// A list of names and what they mean; pairs without a meaning are left out.
function factList(pairs) {
  const list = el('dl', {class: 'facts'});
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== '') list.append(el('dt', {}, name), el('dd', {}, value));
  }
  return list;
}
