// The results as Markdown, and where they go.

import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- measured: ./build.sh bench --publish -->';
const END = '<!-- end -->';

/** @param {{columns: string[], rows: string[][]}} table */
export function markdownTable({ columns, rows }) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${columns.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}

/** One line for each aim. */
export function verdictTable(verdicts) {
  const mark = (met) => (met === undefined ? 'not measured' : met ? 'met' : '**missed**');
  return {
    columns: ['aim', 'measured', 'verdict'],
    rows: verdicts.map(({ aim, value, met }) => [aim, value, mark(met)]),
  };
}

/**
 * @param {{machine: string[][], verdicts: any[], groups: {name: string, title: string, tables: any[]}[]}} results
 * @param {string} images folder of the plots, relative to the text
 */
export function markdown({ machine, verdicts, groups }, images) {
  const parts = ['## The machine', markdownTable({ columns: ['', ''], rows: machine })];
  parts.push('## The aims', markdownTable(verdictTable(verdicts)));
  for (const { name, title, tables } of groups) {
    parts.push(`## ${title}`);
    for (const table of tables) parts.push(table.note, markdownTable(table));
    parts.push(`![${title}](${images}/bench-${name}.svg)`);
  }
  return parts.join('\n\n');
}

/** Puts `text` between the marks in a file. */
export function publish(file, text) {
  const before = readFileSync(file, 'utf8');
  const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for results`);
  writeFileSync(file, `${before.slice(0, from + BEGIN.length)}\n\n${text}\n\n${before.slice(to)}`);
}
