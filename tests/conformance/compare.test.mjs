// The comparison itself: what it must not let pass.

import test from 'node:test';
import assert from 'node:assert/strict';
import { Differences, weight } from './compare.mjs';

const ENTRY = { id: 'one-is-uno', reason: 'for the test', changes: [{ replace: ['^one$', 'uno'] }] };

/** A record of one step and one client. */
function record(kind, ...lines) {
  return { kind, steps: [{ title: 'a step', lines: { a: lines } }] };
}

function compare(entries, theirs, ours, { scenario = 's', between = 'builds' } = {}) {
  const differences = new Differences(entries);
  const found = differences.compare(scenario, between, record('vendor', ...theirs), record('ours', ...ours), ['a']);
  return { ...found, unused: differences.unused(between) };
}

test('equal records have no differences', () => {
  assert.deepEqual(compare([], ['one', 'two'], ['one', 'two']), { listed: [], unlisted: [], unused: [] });
});

test('a line that differs, is missing, is new or stands elsewhere is unlisted', () => {
  for (const [theirs, ours, lines] of [
    [['one'], ['uno'], 2],
    [['one', 'two'], ['one'], 1],
    [['one'], ['one', 'two'], 1],
    [['one', 'two'], ['two', 'one'], 2],
  ]) {
    assert.equal(weight(compare([], theirs, ours).unlisted), lines, `${theirs} and ${ours}`);
  }
});

test('a listed difference passes and is counted', () => {
  assert.deepEqual(compare([ENTRY], ['one', 'two'], ['uno', 'two']), {
    listed: ['one-is-uno'],
    unlisted: [],
    unused: [],
  });
});

test('a listed difference that no longer occurs is told', () => {
  assert.deepEqual(compare([ENTRY], ['two'], ['two']).unused, ['one-is-uno']);
  const named = { ...ENTRY, scenarios: ['s', 'gone'] };
  assert.deepEqual(compare([named], ['one'], ['uno']).unused, ['one-is-uno in "gone"']);
});

test('a listed difference that ours no longer has fails as unlisted', () => {
  assert.equal(weight(compare([ENTRY], ['one'], ['one']).unlisted), 2);
});

test('a difference is only listed where it says so', () => {
  const elsewhere = [
    { ...ENTRY, scenarios: ['another'] },
    { ...ENTRY, step: 'another step' },
    { ...ENTRY, client: 'b' },
    { ...ENTRY, kind: 'ours' },
    { ...ENTRY, between: 'mixed' },
  ];
  for (const entry of elsewhere) assert.equal(weight(compare([entry], ['one'], ['uno']).unlisted), 2);
});

test('an order is stated for ours, not waived', () => {
  const order = [{ id: 'order', reason: 'for the test', changes: [{ order: ['^second', '^first'] }] }];
  assert.deepEqual(compare(order, ['first', 'x', 'second'], ['second', 'x', 'first']).unlisted, []);
  assert.equal(weight(compare(order, ['first', 'x', 'second'], ['first', 'x', 'second']).unlisted) > 0, true);
});

test('a race of both is ordered on both sides, one of the vendor only there', () => {
  const changes = [{ order: ['^first', '^second'] }];
  const race = (which) => [{ id: 'race', reason: 'for the test', race: which, changes }];
  assert.deepEqual(compare(race('both'), ['first', 'second'], ['second', 'first']).unlisted, []);
  assert.equal(weight(compare(race('vendor'), ['first', 'second'], ['second', 'first']).unlisted) > 0, true);
});

test('lines can be added and dropped', () => {
  const entry = (change) => [{ id: 'change', reason: 'for the test', changes: [change] }];
  assert.deepEqual(compare(entry({ drop: '^o' }), ['one', 'two'], ['two']).unlisted, []);
  assert.deepEqual(
    compare(entry({ add: { after: '^one', lines: ['new'] } }), ['one', 'two'], ['one', 'new', 'two']).unlisted,
    [],
  );
  assert.deepEqual(compare(entry({ add: { before: '^one', lines: ['new'] } }), ['one'], ['new', 'one']).unlisted, []);
  assert.deepEqual(compare(entry({ add: { lines: ['new'] } }), [], ['new']).unlisted, []);
});

test('a list with a mistake in it is refused', () => {
  assert.throws(() => new Differences([ENTRY, ENTRY]), /two differences are called "one-is-uno"/);
  assert.throws(() => new Differences([{ ...ENTRY, changes: [{ waive: '.' }] }]), /cannot be a "waive"/);
});
