import test from 'node:test';
import assert from 'node:assert/strict';
import { roomServerProblem } from './room-server.mjs';
import { startVirtualWorld } from './virtual-world.mjs';

const problem = roomServerProblem();
const skip = problem && !process.env.CI ? problem : false;

/** A world that ends with the test. */
async function worldOf(t, options) {
  const world = await startVirtualWorld({ args: ['--seed', '1'], ...options });
  t.after(() => world.close());
  return world;
}

/** A socket of the world, and what it was told: `[ms since now, event, ...]`. */
function socketOf(world) {
  const socket = new world.WebSocket(world.ws);
  const told = [];
  const begin = world.now;
  for (const event of ['open', 'message', 'error', 'close']) {
    socket.on(event, (first, second) => {
      const what = event === 'close' ? [first, second.toString()] : [];
      told.push([world.now - begin, event, ...what]);
    });
  }
  return { socket, told };
}

test('time passes only when it is let pass, for timers and dates alike', { skip }, async (t) => {
  const world = await worldOf(t);
  const { setTimeout, Date } = world.globals;
  const begin = Date.now();
  const rung = [];
  for (const ms of [30, 10, 20]) setTimeout(() => rung.push([ms, Date.now() - begin]), ms);
  await new Promise((resolve) => globalThis.setTimeout(resolve, 50));
  assert.deepEqual([rung, Date.now()], [[], begin]);
  await world.run(25);
  assert.deepEqual(rung, [
    [10, 10],
    [20, 20],
  ]);
  assert.equal(Date.now(), begin + 25);
  assert.equal(world.now, begin + 25);
});

test('time stops where a condition is met, and at the limit where it is not', { skip }, async (t) => {
  const world = await worldOf(t);
  const begin = world.now;
  let rung = false;
  world.globals.setTimeout(() => (rung = true), 40);
  assert.equal(await world.runUntil(() => rung, 30), false);
  assert.equal(await world.runUntil(() => rung, 1000), true);
  assert.equal(world.now, begin + 40);
});

test('a socket opens, a text message ends it, and each takes its time', { skip }, async (t) => {
  const world = await worldOf(t);
  const { socket, told } = socketOf(world);
  await world.run(5);
  socket.send('text');
  await world.run(1000);
  assert.deepEqual(told, [
    [5, 'open'],
    [15, 'close', 1003, 'text message'],
  ]);
});

test('a socket that is closed or breaks is closed for the server as well', { skip }, async (t) => {
  const world = await worldOf(t);
  const [first, second] = [socketOf(world), socketOf(world)];
  await world.run(10);
  assert.equal((await world.control('health')).connections, 2);
  first.socket.close(1000, 'bye');
  second.socket.terminate();
  await world.run(100);
  assert.deepEqual(first.told.at(-1), [20, 'close', 1000, 'bye']);
  assert.deepEqual(second.told.at(-1), [10, 'close', 1006, '']);
  assert.equal((await world.control('health')).connections, 0);
});

test('a socket that breaks while it connects was never there', { skip }, async (t) => {
  const world = await worldOf(t);
  const { socket, told } = socketOf(world);
  socket.terminate();
  await world.run(100);
  assert.deepEqual(told, [
    [0, 'error'],
    [0, 'close', 1006, ''],
  ]);
  assert.equal((await world.control('health')).connections, 0);
});

test("the server's own deadlines are kept", { skip }, async (t) => {
  const world = await worldOf(t, { args: ['--handshake-timeout-ms', '400'] });
  const { told } = socketOf(world);
  await world.run(10_000);
  assert.deepEqual(told.at(-1), [410, 'close', 1008, 'no login in time']);
});

test('a command that the server refuses says why', { skip }, async (t) => {
  const world = await worldOf(t);
  await assert.rejects(world.control('kick', { userID: 'nobody' }), /refused kick: user not found/);
  await assert.rejects(world.control('fly'), /does not understand .*unknown variant `fly`/);
});

test('what is random is the same for the same seed, and another for another', { skip }, async (t) => {
  const [first, same, other] = await Promise.all([{ seed: 7 }, { seed: 7 }, { seed: 8 }].map((o) => worldOf(t, o)));
  const draw = ({ globals }) => Array.from({ length: 5 }, () => globals.Math.floor(globals.Math.random() * 1e6));
  const drawn = draw(first);
  assert.deepEqual(draw(same), drawn);
  assert.notDeepEqual(draw(other), drawn);
});

test('what cannot be started is named', { skip }, async () => {
  await assert.rejects(startVirtualWorld({ args: ['--no-such-flag'] }), /the room server ended: 2 .*--no-such-flag/s);
});
