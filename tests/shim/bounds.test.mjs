// What the shim holds has a bound each, and what happens at it is documented.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, settled, start } from './support.mjs';

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

test('frames for an engine in another thread that fell behind are lost', async () => {
  const script = { constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://127.0.0.1/a' }) };
  const { task, engine } = await start({ script });
  const frame = { data: { data: Buffer.from('x').toString('base64'), isBuffer: true } };
  const frames = () => engine().calls.filter(([name]) => name === 'frame').length;
  engine().unanswered = 4096;
  task().fire('Message', frame);
  assert.equal(frames(), 1);
  engine().unanswered = 4097;
  task().fire('Message', frame);
  assert.equal(frames(), 1);
  engine().unanswered = 0;
  task().fire('Message', frame);
  assert.equal(frames(), 2);
});
