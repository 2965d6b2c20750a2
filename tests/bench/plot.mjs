// Line and bar charts as SVG texts: a grid of panels under one title.

const SIZE = { width: 340, height: 230, left: 58, right: 14, top: 34, bottom: 44, gap: 8, head: 54 };
const FONT = 'font-family="Helvetica, Arial, sans-serif"';
const COLOURS = { vendor: '#c2571a', ours: '#1f6fb2', floor: '#7a8794' };
const OTHERS = ['#1f6fb2', '#5aa469', '#8a5fb0', '#b0892b'];

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {'lines' | 'bars'} kind lines have logarithmic axes; bars begin at 0
 * @property {string} [xLabel] @property {string} yLabel
 * @property {{name: string, points: [number | string, number][]}[]} series
 */

/** @param {{title: string, subtitle?: string, columns?: number, panels: Panel[]}} chart @returns {string} */
export function drawChart({ title, subtitle = '', columns = 3, panels }) {
  const across = Math.min(columns, panels.length);
  const width = across * (SIZE.width + SIZE.gap) + SIZE.gap;
  const height = SIZE.head + Math.ceil(panels.length / across) * (SIZE.height + SIZE.gap);
  const names = [...new Set(panels.flatMap((panel) => panel.series.map((one) => one.name)))];
  const colour = (name) => COLOURS[name] ?? OTHERS[names.indexOf(name) % OTHERS.length];
  const body = panels.map((panel, i) => {
    const x = SIZE.gap + (i % across) * (SIZE.width + SIZE.gap);
    const y = SIZE.head + Math.floor(i / across) * (SIZE.height + SIZE.gap);
    return `<g transform="translate(${x} ${y})">${(panel.kind === 'bars' ? bars : lines)(panel, colour)}</g>`;
  });
  const legend = names.map(
    (name, i) =>
      `<rect x="${width - 84 * (names.length - i)}" y="30" width="10" height="10" fill="${colour(name)}"/>` +
      label(width - 84 * (names.length - i) + 14, 39, name, { size: 11 }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${FONT}>`,
    `<title>${escape(title)}</title><rect width="${width}" height="${height}" fill="#ffffff"/>`,
    label(SIZE.gap + 4, 22, title, { size: 15, weight: 'bold' }),
    label(SIZE.gap + 4, 39, subtitle, { size: 11, fill: '#55606b' }),
    ...legend,
    ...body,
    '</svg>\n',
  ].join('\n');
}

const inner = { x: SIZE.left, y: SIZE.top, width: SIZE.width - SIZE.left - SIZE.right };
inner.height = SIZE.height - SIZE.top - SIZE.bottom;

function frame(panel) {
  return (
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#f7f8fa"/>` +
    label(10, 20, panel.title, { size: 12, weight: 'bold' }) +
    label(10, SIZE.height - 8, panel.yLabel, { size: 10, fill: '#55606b' }) +
    (panel.xLabel
      ? label(SIZE.width - SIZE.right, SIZE.height - 8, panel.xLabel, { size: 10, fill: '#55606b', anchor: 'end' })
      : '')
  );
}

function lines(panel, colour) {
  const points = panel.series.flatMap((one) => one.points);
  if (points.length === 0) return frame(panel);
  const x = logScale(
    points.map((point) => Number(point[0])),
    inner.x,
    inner.x + inner.width,
    false,
  );
  const y = logScale(
    points.map((point) => point[1]),
    inner.y + inner.height,
    inner.y,
    true,
  );
  const grid = y.ticks.map((tick) => gridLine(y.at(tick), tick));
  const marks = [...new Set(points.map((point) => Number(point[0])))].map((tick) =>
    label(x.at(tick), inner.y + inner.height + 14, short(tick), { size: 10, anchor: 'middle' }),
  );
  const drawn = panel.series.map(({ name, points }) => {
    const path = points.map(([a, b], i) => `${i ? 'L' : 'M'}${n(x.at(Number(a)))} ${n(y.at(b))}`).join('');
    const dots = points.map(
      ([a, b]) => `<circle cx="${n(x.at(Number(a)))}" cy="${n(y.at(b))}" r="2.6" fill="${colour(name)}"/>`,
    );
    return `<path d="${path}" fill="none" stroke="${colour(name)}" stroke-width="1.8"/>${dots.join('')}`;
  });
  return [frame(panel), ...grid, ...marks, ...drawn].join('');
}

function bars(panel, colour) {
  const groups = [...new Set(panel.series.flatMap((one) => one.points.map((point) => point[0])))];
  const most = Math.max(...panel.series.flatMap((one) => one.points.map((point) => point[1])), 0) || 1;
  const step = niceStep(most / 4);
  const top = Math.ceil(most / step) * step;
  const y = (value) => inner.y + inner.height * (1 - value / top);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  const slot = inner.width / groups.length;
  const bar = Math.min((slot * 0.8) / panel.series.length, 34);
  const drawn = panel.series.flatMap(({ name, points }, i) =>
    points.map(([group, value]) => {
      const x = inner.x + slot * (groups.indexOf(group) + 0.5) + bar * (i - panel.series.length / 2);
      return (
        `<rect x="${n(x)}" y="${n(y(value))}" width="${n(bar - 2)}" height="${n(y(0) - y(value))}" fill="${colour(name)}"/>` +
        label(x + bar / 2 - 1, y(value) - 3, short(value), { size: 9, anchor: 'middle' })
      );
    }),
  );
  const marks = groups.map((group, i) =>
    label(inner.x + slot * (i + 0.5), inner.y + inner.height + 14, String(group), { size: 10, anchor: 'middle' }),
  );
  return [frame(panel), ...ticks.map((tick) => gridLine(y(tick), tick)), ...drawn, ...marks].join('');
}

function gridLine(y, value) {
  return (
    `<line x1="${inner.x}" x2="${inner.x + inner.width}" y1="${n(y)}" y2="${n(y)}" stroke="#d9dee3" stroke-width="1"/>` +
    label(inner.x - 5, y + 3, short(value), { size: 10, anchor: 'end' })
  );
}

/** From values to pixels; `round` widens to ticks of 1, 2 and 5. */
function logScale(values, from, to, round) {
  const steps = [];
  for (let power = -6; power < 9; power += 1) for (const digit of [1, 2, 5]) steps.push(digit * 10 ** power);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (round || low === high) {
    low = steps.findLast((step) => step <= low * 1.0001) ?? low;
    high = steps.find((step) => step >= high * 0.9999 && step > low) ?? high;
  }
  let ticks = steps.filter((step) => step >= low * 0.999 && step <= high * 1.001);
  if (ticks.length > 7)
    ticks = ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 0.01);
  const at = (value) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low);
  return { at, ticks };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= rough);
}

/** A number in few characters. @param {number} value @returns {string} */
export function short(value) {
  if (value >= 1e6) return `${trim(value / 1e6)}M`;
  if (value >= 1e4 || (value >= 1e3 && value % 100 === 0)) return `${trim(value / 1e3)}k`;
  return trim(value);
}

const trim = (value) => String(Number(value.toPrecision(3)));
const n = (value) => value.toFixed(1);
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

function label(x, y, text, { size = 11, anchor = 'start', fill = '#1d2730', weight = 'normal' } = {}) {
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${fill}">${escape(text)}</text>`;
}
