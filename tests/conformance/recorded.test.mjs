// Our engine beside recordings of the vendor's Alipay build: the same calls, the same answers and events in the same order.

import test, { after, describe } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { clientProblem } from '../support/clients.mjs';
import { roomServerProblem } from '../support/room-server.mjs';
import { Differences, weight } from './compare.mjs';
import recordings from './recorded/scenarios.mjs';
import { perform } from './stage.mjs';
import { table } from './table.mjs';
import { eventText, resultText } from './text.mjs';

const problem = [roomServerProblem(), clientProblem('ours')].find(Boolean);
const skip = problem && !process.env.CI ? problem : false;
const differences = new Differences();
const rows = [];

describe("ours does what the vendor's Alipay build did", { concurrency: 3, skip }, () => {
  for (const recording of recordings) test(recording.name, { timeout: 60_000 }, () => play(recording));
});

after(() => {
  if (rows.length > 0) console.log(`\n${table(rows, 'recording')}\n`);
});

describe('the list of differences', { skip }, () => {
  test('holds nothing that no longer occurs in the recordings', (t) => {
    if (rows.length < recordings.length) t.skip('not all recordings were compared');
    else assert.deepEqual(differences.unused('recorded'), []);
  });
});

async function play(recording) {
  const ours = await perform(recording, ['ours']);
  const lines = Object.fromEntries(recording.clients.map((name) => [name, recordable(ours.steps, name)]));
  const title = 'the whole recording';
  const theirs = { kind: 'alipay', steps: [{ title, lines: read(recording.file) }] };
  const found = differences.compare(
    recording.name,
    'recorded',
    theirs,
    { kind: 'ours', steps: [{ title, lines }] },
    recording.clients,
  );
  rows.push({
    name: recording.name,
    calls: ours.calls,
    events: ours.events,
    listed: found.listed.length,
    unlisted: weight(found.unlisted),
  });
  if (found.unlisted.length > 0) assert.fail(`- the recording, + ours\n${found.unlisted.join('\n')}`);
}

/** The lines of one client that a recording would have: all but what synchronous calls returned. */
function recordable(steps, name) {
  const all = steps.flatMap((step) => step.lines[name] ?? []);
  return all.map((line) => line.replace(/^(\w+) #\d+ /, '$1 ')).filter((line) => !/^\w+ = /.test(line));
}

/** The lines of a recording by client. */
function read(file) {
  const { clients } = JSON.parse(readFileSync(new URL(`recorded/${file}.json`, import.meta.url), 'utf8'));
  return Object.fromEntries(Object.entries(clients).map(([name, entries]) => [name, entries.map(line)]));
}

function line(entry) {
  if (entry.event !== undefined) return eventText(entry.event, entry.args.map(given));
  const how = 'rejected' in entry ? 'rejected' : 'resolved';
  return `${entry.result} ${how} ${resultText(given(entry[how]), how)}`;
}

/** JSON knows no undefined: the recorder wrote null. */
function given(value) {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(given);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, given(inner)]));
}
