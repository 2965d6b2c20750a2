// Every scenario with the vendor's client, with ours, and with both in one room; see docs/conformance.md.

import test, { after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { clientProblem } from '../support/clients.mjs';
import { roomServerProblem } from '../support/room-server.mjs';
import { Differences } from './compare.mjs';
import { play } from './play.mjs';
import recordings from './recorded/scenarios.mjs';
import { loadScenarios } from './scenarios/index.mjs';
import { table } from './table.mjs';

/** Scenarios played at a time: one computes while others wait for their room servers. */
const CONCURRENCY = 4;
/** In ms; a scenario takes less than a second, but a busy machine makes it wait. */
const TIMEOUT = 300_000;

const problem = [roomServerProblem(), clientProblem('ours'), clientProblem('vendor')].find(Boolean);
const skip = problem && !process.env.CI ? problem : false;
const scenarios = await loadScenarios();
const differences = new Differences();
const rows = [];

describe("the vendor's client and ours say the same", { concurrency: CONCURRENCY, skip }, () => {
  for (const scenario of scenarios) {
    test(scenario.name, { timeout: TIMEOUT }, () => check(scenario));
  }
});

after(() => {
  if (rows.length === 0) return;
  const order = scenarios.map(({ name }) => name);
  console.log(`\n${table(rows.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)))}\n`);
});

describe('the list of differences', () => {
  test('names scenarios that exist, and says why', () => {
    const known = new Set([...scenarios, ...recordings].map(({ name }) => name));
    for (const { id, reason, scenarios: named = [] } of differences.entries) {
      assert.ok(reason?.length > 10, `${id} has no reason`);
      for (const name of named) assert.ok(known.has(name), `${id} names "${name}"`);
    }
  });

  test('and what covers what name scenarios and files that exist', () => {
    const root = new URL('../../', import.meta.url);
    const page = readFileSync(new URL('docs/conformance.md', root), 'utf8');
    const [section] = page.split('## What covers what')[1].split('\n## ');
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    const known = new Set(scenarios.map(({ name }) => name));
    const cells = rows.flatMap((row) => row.split('|').slice(2));
    const named = cells.flatMap((cell) => [...cell.matchAll(/"([^"]+)"/g)]).map(([, name]) => name);
    assert.ok(named.length > 80);
    for (const name of named) assert.ok(known.has(name), `there is no scenario "${name}"`);
    const files = cells.flatMap((cell) => [...cell.matchAll(/`((?:src|tests)\/[^`]+)`/g)]).map(([, name]) => name);
    for (const name of files) assert.ok(existsSync(new URL(name, root)), name);
  });

  test('is explained in docs/differences.md, but for what is chance or the vendor itself', () => {
    const text = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
    const [, table] = text.split('## In the conformance suite');
    const explained = [...table.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, ids]) =>
      ids.replaceAll('`', '').split(', '),
    );
    const known = differences.entries.map(({ id }) => id).filter((id) => !/^(wx|race|recorded-race)-/.test(id));
    const chosen = ['recorded-server-ids', 'recorded-cdn-hosts'];
    assert.deepEqual(explained.sort(), known.filter((id) => !chosen.includes(id)).sort());
  });

  test('holds nothing that no longer occurs', { skip }, (t) => {
    if (rows.length < scenarios.length) t.skip('not all scenarios were played');
    else assert.deepEqual([...differences.unused('builds'), ...differences.unused('mixed')], []);
  });
});

async function check(scenario) {
  const { row, problems } = await play(scenario, differences);
  rows.push(row);
  if (problems.length > 0) assert.fail(`- the vendor's client, + ours\n${problems.join('\n')}`);
}
