// Every scenario with the vendor's client, with ours, and with both in one room; see docs/conformance.md.

import test, { after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { clientProblem } from '../support/clients.mjs';
import { roomServerProblem } from '../support/room-server.mjs';
import { Differences, weight } from './compare.mjs';
import recordings from './recorded/scenarios.mjs';
import { loadScenarios } from './scenarios/index.mjs';
import { perform } from './stage.mjs';
import { table } from './table.mjs';

/** Scenarios played at a time; each waits for time to pass more than it computes. */
const CONCURRENCY = 10;
/** In ms; a scenario takes seconds, but a busy machine makes it wait. */
const TIMEOUT = 300_000;

const problem = [roomServerProblem(), clientProblem('ours'), clientProblem('vendor')].find(Boolean);
const skip = problem && !process.env.CI ? problem : false;
const scenarios = await loadScenarios();
const differences = new Differences();
const rows = [];

describe("the vendor's client and ours say the same", { concurrency: CONCURRENCY, skip }, () => {
  for (const scenario of scenarios) {
    test(scenario.name, { timeout: TIMEOUT }, () => play(scenario));
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

  test('holds nothing that no longer occurs', { skip }, (t) => {
    if (rows.length < scenarios.length) t.skip('not all scenarios were played');
    else assert.deepEqual([...differences.unused('builds'), ...differences.unused('mixed')], []);
  });
});

async function play(scenario) {
  const mixes =
    scenario.mixed && scenario.clients.length > 1
      ? [
          ['vendor', 'ours'],
          ['ours', 'vendor'],
        ]
      : [];
  const [theirs, ours, ...mixed] = await Promise.all(
    [['vendor'], ['ours'], ...mixes].map((kinds) => perform(scenario, kinds)),
  );
  const builds = differences.compare(scenario.name, 'builds', theirs, ours, scenario.clients);
  const problems = [...builds.unlisted];
  let strange = 0;
  let known = 0;
  mixes.forEach((kinds, index) => {
    for (const kind of ['vendor', 'ours']) {
      const clients = scenario.clients.filter((_, place) => (kinds[place] ?? kinds.at(-1)) === kind);
      const alone = kind === 'vendor' ? theirs : ours;
      const found = differences.compare(scenario.name, 'mixed', alone, { kind, steps: mixed[index].steps }, clients);
      strange += weight(found.unlisted);
      known += found.listed.length;
      if (found.unlisted.length > 0) problems.push(`in a room of ${kinds.join(' and ')}:`, ...found.unlisted);
    }
  });
  rows.push({
    name: scenario.name,
    calls: ours.calls,
    events: ours.events,
    listed: builds.listed.length,
    unlisted: weight(builds.unlisted),
    mixed: mixes.length === 0 ? '' : strange > 0 ? `${strange} unlisted` : known > 0 ? `${known} listed` : 'same',
  });
  if (problems.length > 0) assert.fail(`- the vendor's client, + ours\n${problems.join('\n')}`);
}
