// The application's reconnect policy: what it is asked, what of its answers counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from './support.mjs';

const RETRY = { type: 'retry', of: 0, attempt: 2, elapsed: 2500, delay: 4000 };

/** An engine that announces a retry when the module starts; `answers` are the inputs that came back. */
async function ask(reconnect, retry = RETRY) {
  const answers = [];
  const script = { tick: (e) => e.put(retry), retry: (_, input) => answers.push(input) };
  const world = await start({ script, configure: { reconnect } });
  world.engine().tick(0, 0);
  world.host.hooks.wake();
  return { ...world, answers };
}

test('the policy gets the number, the time, the reason and the default, and its delay goes to the engine', async () => {
  const asked = [];
  const policy = (...args) => asked.push(args) && 1234;
  const { answers, engine } = await ask(policy);
  assert.equal(engine().config.reconnect, true);
  assert.deepEqual(asked, [[2, 2500, 'CONNECTION', 4000]]);
  assert.deepEqual(answers, [{ of: 0, attempt: 2, delay: 1234 }]);
  await ask(policy, { ...RETRY, of: 3 });
  assert.deepEqual(asked[1], [2, 2500, 'LOGIN', 4000]);
});

test('null gives up', async () => {
  const { answers } = await ask(() => null);
  assert.deepEqual(answers, [{ of: 0, attempt: 2, delay: null }]);
});

for (const [what, policy] of [
  ['throws', () => JSON.parse('{')],
  ['returns nothing', () => undefined],
  ['returns a text', () => '1000'],
  ['returns NaN', () => NaN],
  ['returns a negative number', () => -1],
  ['returns Infinity', () => Infinity],
  ['is asynchronous', async () => 1000],
]) {
  test(`a policy that ${what} leaves the default, with a line in the log`, async () => {
    const { answers, logs } = await ask(policy);
    assert.deepEqual(answers, []);
    assert.equal(logs.filter((line) => /^warn: the reconnect policy failed/.test(line)).length, 1, logs.join('\n'));
  });
}

test('without a policy the engine does not ask', async () => {
  const { engine } = await ask(undefined);
  assert.equal(engine().config.reconnect, false);
});
