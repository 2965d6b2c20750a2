// The table at the end of a run.

const HEADS = ['scenario', 'calls', 'events', 'listed', 'unlisted', 'mixed rooms'];

/**
 * @param {{name: string, calls: number, events: number, listed: number, unlisted: number, mixed: string}[]} rows
 * @returns {string}
 */
export function table(rows) {
  const total = (field) => rows.reduce((sum, row) => sum + row[field], 0);
  const cells = rows.map(({ name, calls, events, listed, unlisted, mixed }) => [
    name,
    calls,
    events,
    listed,
    unlisted,
    mixed,
  ]);
  const foot = [`${rows.length} scenarios`, total('calls'), total('events'), total('listed'), total('unlisted'), ''];
  const all = [HEADS, ...cells, foot].map((row) => row.map(String));
  const widths = HEADS.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(all[0]), rule, ...all.slice(1, -1).map(line), rule, line(all.at(-1))].join('\n');
}
