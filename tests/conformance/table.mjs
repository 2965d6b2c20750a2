// The table at the end of a run.

const HEADS = ['calls', 'events', 'listed', 'unlisted', 'mixed rooms'];

/**
 * @param {{name: string, calls: number, events: number, listed: number, unlisted: number, mixed?: string}[]} rows
 * @param {string} [what='scenario'] what a row is
 * @returns {string}
 */
export function table(rows, what = 'scenario') {
  const heads = rows.some(({ mixed }) => mixed !== undefined) ? HEADS : HEADS.slice(0, -1);
  const total = (field) => rows.reduce((sum, row) => sum + row[field], 0);
  const counts = ({ calls, events, listed, unlisted }) => [calls, events, listed, unlisted];
  const all = [
    [what, ...heads],
    ...rows.map((row) => [row.name, ...counts(row), row.mixed ?? '']),
    [`${rows.length} ${what}s`, ...['calls', 'events', 'listed', 'unlisted'].map(total), ''],
  ].map((row) => row.slice(0, heads.length + 1).map(String));
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const text = (row) =>
    row
      .map((cell, column) => pad(cell, widths[column], column))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [text(all[0]), rule, ...all.slice(1, -1).map(text), rule, text(all.at(-1))].join('\n');
}

/** Words to the left, numbers to the right. */
function pad(cell, width, column) {
  return column === 0 || column > 4 ? cell.padEnd(width) : cell.padStart(width);
}
