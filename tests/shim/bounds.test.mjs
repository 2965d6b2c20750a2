// What the shim holds has a bound each, and what happens at it is documented.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, settled, shimFile, start } from './support.mjs';

const code = (promise) => promise.then(() => 'resolved').catch((error) => error.code);

test('of calls that wait for the module 1024 are kept, the rest is refused with 1100013', async () => {
  const { zg, host, engine } = await start({ wait: true });
  const calls = Array.from({ length: 1030 }, (_, i) => code(zg.sendBroadcastMessage('r', String(i))));
  assert.deepEqual(await Promise.all(calls.slice(1024)), Array(6).fill(1100013));
  for (let i = 0; i < 2000; i += 1) zg.renewToken('t');
  assert.equal(zg.renewToken('t'), false);
  host.release();
  await settled();
  await Promise.all(calls.slice(0, 1024));
  assert.equal(engine().calls.length, 2048);
  assert.equal(await code(zg.sendBroadcastMessage('r', 'room again')), 'resolved');
});

test('calls that the engine does not answer are bounded as well', async () => {
  const { zg } = await start({ script: { loginRoom: () => new Promise(() => {}) } });
  for (let i = 0; i < 1024; i += 1) zg.loginRoom(`r${i}`).catch(() => {});
  assert.equal(await code(zg.loginRoom('one more')), 1100013);
});

test('events that wait for a timer that never fires are delivered in the end, in order', async (t) => {
  const { zg, engine, host } = await start({});
  const got = [];
  zg.on('publishQualityUpdate', (streamID) => got.push(streamID));
  t.mock.method(globalThis, 'setTimeout', () => 0);
  for (let i = 0; i < 3000; i += 1) {
    engine().put({ ...event('publishQualityUpdate', String(i), {}), deferred: true });
    host.hooks.wake();
  }
  assert.ok(got.length >= 3000 - 1024, String(got.length));
  assert.deepEqual(
    got,
    got.map((_, i) => String(i)),
  );
});

test('frames for a Worker that fell behind wait in the page, travel together in order, and are lost beyond 16 MiB', async () => {
  const { engine, answer, posted, warnings } = await startInWorker();
  const size = 100_000;
  for (let i = 0; i < 300; i += 1) engine.frame(i, new Uint8Array(size), i, i);
  // The construction, and 63 frames that went at once.
  assert.deepEqual([posted.length, engine.unanswered], [64, 64 + Math.floor((16 * 1024 * 1024) / (size + 256))]);
  assert.equal(warnings.length, 1);
  engine.input({ type: 'network' }, 300, 300);
  engine.tick(301, 301);
  while (engine.unanswered) answer();
  const arrived = posted.slice(1).flatMap((m) => (m.type === 'frames' ? m.frames.map((f) => f.socket) : m.type));
  const sockets = arrived.slice(0, -2);
  assert.deepEqual(arrived.slice(-2), ['input', 'tick']);
  assert.deepEqual(
    sockets,
    sockets.map((_, i) => i),
  );
  assert.ok(posted.length < 70, 'frames travel together');
  engine.frame(7, new Uint8Array(1), 302, 302);
  assert.deepEqual(
    posted.at(-1).frames.map((f) => [f.socket, f.mono]),
    [[7, 302]],
  );
});

/** An engine in a Worker that answers, one message after the other, when it is told to. */
async function startInWorker() {
  const { toMessage, fromMessage } = shimFile('message');
  const [posted, warnings] = [[], []];
  let hear;
  const answer = (content) => hear(toMessage({ outputs: [], nexts: {}, isAnswer: true, ...content }));
  const worker = {
    onMessage: (listener) => (hear = listener),
    terminate: () => {},
    postMessage(message) {
      const m = fromMessage(message);
      if (m.type === 'load')
        Promise.resolve().then(() => answer({ type: 'loaded', id: m.id, version: shimFile('version') }));
      else posted.push(m);
    },
  };
  const my = { createWorker: () => worker };
  const hooks = { wake: () => {}, lost: () => {} };
  const { openInWorker } = shimFile('host-worker');
  const log = (level, message) => warnings.push([level, message]);
  const Engine = await openInWorker(my, { script: 'w.js', wasm: '/e.wasm' }, log, hooks);
  const engine = new Engine({}, 0, 0);
  return { engine, posted, warnings, answer: () => answer({ type: 'outputs', id: posted[0].id }) };
}
