// Two records side by side, and the differences that are known and listed.

import { readFileSync } from 'node:fs';

/** Name of scripts that are made at random. */
export const RANDOM = 'random scripts';

/**
 * The list of known differences. Each entry rewrites what one record says into what the other is expected to say, so that
 * whatever is left is unlisted; and it counts, so that an entry that no longer rewrites anything is noticed.
 */
export class Differences {
  #uses = new Map();

  /** @param {object[]} [entries] see docs/conformance.md */
  constructor(entries = read()) {
    this.entries = entries.map((entry) => ({ ...entry, changes: entry.changes.map(compile) }));
    const ids = entries.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) throw new Error(`two differences are called "${twice}"`);
  }

  /**
   * Compares two records step by step and client by client.
   * @param {string} scenario
   * @param {string} between which comparison it is: 'builds', 'mixed' or 'recorded'
   * @param {{kind: string, steps: {title: string, lines: Record<string, string[]>}[]}} theirs and the kind of client it is from
   * @param {{kind: string, steps: {title: string, lines: Record<string, string[]>}[]}} ours
   * @param {string[]} clients which clients to compare
   * @returns {{listed: string[], unlisted: string[]}} ids of the differences used, once per use; and lines for people
   */
  compare(scenario, between, theirs, ours, clients) {
    const entries = this.entries.filter(
      (entry) => applies(entry, scenario, between) && (entry.kind === undefined || entry.kind === theirs.kind),
    );
    const listed = [];
    const unlisted = [];
    for (let index = 0; index < Math.max(theirs.steps.length, ours.steps.length); index += 1) {
      const [here, there] = [theirs.steps[index], ours.steps[index]];
      if (here?.title !== there?.title) {
        unlisted.push(`step ${index}: "${here?.title}" here, "${there?.title}" there`);
        continue;
      }
      for (const client of clients) {
        const concerned = entries.filter((entry) => entry.client === undefined || entry.client === client);
        const rewrite = (lines, wanted) => this.#rewrite(lines, concerned.filter(wanted), here.title, scenario, listed);
        const [left, right] = [here.lines[client] ?? [], there.lines[client] ?? []];
        const found = diff(
          rewrite(left, ({ race }) => race === undefined || race === 'both' || race === theirs.kind),
          rewrite(right, ({ race }) => race === 'both' || race === ours.kind),
        );
        if (found.some((line) => !line.startsWith(' '))) {
          unlisted.push(here.title, ...found.map((line) => `  ${client} ${line}`));
        }
      }
    }
    return { listed, unlisted };
  }

  #rewrite(lines, entries, title, scenario, listed) {
    let now = lines;
    for (const { id, step, changes } of entries) {
      if (step !== undefined && ![step].flat().some((part) => title.includes(part))) continue;
      for (const change of changes) {
        const changed = change(now);
        if (changed.join('\n') !== now.join('\n')) {
          listed.push(id);
          this.#use(id, scenario);
        }
        now = changed;
      }
    }
    return now;
  }

  /** Entries, or the part of an entry that names a scenario, that nothing needed. Meaningful after a whole run only. */
  unused(between) {
    const wanted = this.entries.filter((entry) => (entry.between ?? 'builds') === between && entry.race === undefined);
    return wanted.flatMap(({ id, scenarios }) => {
      const used = this.#uses.get(id) ?? new Set();
      if (scenarios === undefined) return used.size > 0 ? [] : [id];
      return scenarios.filter((name) => !used.has(name)).map((name) => `${id} in "${name}"`);
    });
  }

  #use(id, scenario) {
    if (!this.#uses.has(id)) this.#uses.set(id, new Set());
    this.#uses.get(id).add(scenario);
  }
}

/** How many lines of a comparison differ. */
export function weight(unlisted) {
  return unlisted.filter((line) => / [-+] /.test(line.slice(0, 12)) || line.startsWith('step ')).length;
}

function read() {
  return JSON.parse(readFileSync(new URL('differences.json', import.meta.url), 'utf8')).differences;
}

function applies(entry, scenario, between) {
  // What is a race in one comparison is one in all.
  const where = entry.between ?? (entry.race === undefined ? 'builds' : between);
  const isNamed = entry.scenarios?.includes(scenario) ?? true;
  return where === between && (isNamed || (scenario === RANDOM && entry.random === true));
}

/** One change of an entry as a function from lines to lines. */
function compile(change) {
  const [kind] = Object.keys(change);
  const make = CHANGES[kind];
  if (make === undefined) throw new Error(`a difference cannot be a "${kind}"`);
  return make(change[kind]);
}

const CHANGES = {
  /** The lines that match stand in the order of the patterns; other lines keep their places. */
  order(patterns) {
    const tests = patterns.map((pattern) => new RegExp(pattern));
    const rank = (line) => tests.findIndex((test) => test.test(line));
    return (lines) => {
      const places = lines.flatMap((line, index) => (rank(line) >= 0 ? [index] : []));
      const sorted = places.map((index) => lines[index]).sort((a, b) => rank(a) - rank(b));
      const changed = [...lines];
      places.forEach((place, index) => (changed[place] = sorted[index]));
      return changed;
    };
  },
  /** Part of a line reads differently. */
  replace([from, to]) {
    const pattern = new RegExp(from, 'g');
    return (lines) => lines.map((line) => line.replace(pattern, to));
  },
  /** Theirs only. */
  drop(pattern) {
    const test = new RegExp(pattern);
    return (lines) => lines.filter((line) => !test.test(line));
  },
  /** Ours only: lines that follow (or, with `before`, precede) the first line that matches; with neither, the first of the step. */
  add({ after, before, lines: added }) {
    const test = new RegExp(after ?? before ?? '^');
    return (lines) => {
      if (after === undefined && before === undefined) return [...added, ...lines];
      const index = lines.findIndex((line) => test.test(line));
      if (index < 0) return lines;
      return lines.toSpliced(after === undefined ? index : index + 1, 0, ...added);
    };
  },
};

/** A line-by-line difference: unchanged lines begin with a blank, theirs with `-`, ours with `+`. */
function diff(theirs, ours) {
  const common = Array.from({ length: theirs.length + 1 }, () => new Array(ours.length + 1).fill(0));
  for (let i = theirs.length - 1; i >= 0; i -= 1) {
    for (let j = ours.length - 1; j >= 0; j -= 1) {
      common[i][j] = theirs[i] === ours[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < theirs.length || j < ours.length) {
    if (i < theirs.length && theirs[i] === ours[j]) {
      lines.push(`  ${theirs[i]}`);
      i += 1;
      j += 1;
    } else if (j >= ours.length || (i < theirs.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`- ${theirs[i]}`);
      i += 1;
    } else {
      lines.push(`+ ${ours[j]}`);
      j += 1;
    }
  }
  return lines;
}
