// Scripts made at random, with the vendor's client, with ours, and with both in one room: all are told the same.
//
// RANDOM_RUNS and RANDOM_SEED choose how many scripts of each kind are played, and which; a failure prints the shortest script.

import test from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clientProblem } from '../support/clients.mjs';
import { roomServerProblem } from '../support/room-server.mjs';
import { Differences } from './compare.mjs';
import { play } from './play.mjs';
import { KINDS, scenarioOf, scripts } from './random.mjs';

const RUNS = Number(process.env.RANDOM_RUNS ?? 6);
const SEED = Number(process.env.RANDOM_SEED ?? 1);
/** Most steps of a script. */
const LENGTH = 10;
/** For making a script that fails shorter, in ms. */
const SHRINKING = 60_000;

const problem = [roomServerProblem(), clientProblem('ours'), clientProblem('vendor')].find(Boolean);
const skip = problem && !process.env.CI ? problem : false;
const differences = new Differences();

for (const [what, kind] of Object.entries(KINDS)) {
  test(`users who ${what} at random are told the same`, { skip }, async () => {
    const property = fc.asyncProperty(scripts(kind, LENGTH), async (script) => {
      const { problems } = await play(scenarioOf(script, kind), differences);
      assert.ok(problems.length === 0, `- the vendor's client, + ours\n${problems.join('\n')}`);
    });
    await fc.assert(property, {
      numRuns: RUNS,
      seed: SEED,
      interruptAfterTimeLimit: RUNS * 5000 + SHRINKING,
      includeErrorInReport: true,
    });
  });
}
