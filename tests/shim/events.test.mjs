import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, settled, start, turn } from './support.mjs';

const shout = { updatePlayerState: (engine, ...args) => engine.put(event('roomStateUpdate', ...args)) };
const withEvents = () => start({ script: shout });

test('handlers are called in the order in which they were added', async () => {
  const { zg } = await withEvents();
  const got = [];
  for (const n of [1, 2, 3])
    assert.equal(
      zg.on('roomStateUpdate', (room, state) => got.push([n, room, state])),
      true,
    );
  zg.updatePlayerState('r', 'CONNECTED');
  assert.deepEqual(got, [
    [1, 'r', 'CONNECTED'],
    [2, 'r', 'CONNECTED'],
    [3, 'r', 'CONNECTED'],
  ]);
});

test('on and off answer false for an unknown event or something that is not a function', async () => {
  const { zg } = await withEvents();
  assert.equal(
    zg.on('roomstateupdate', () => {}),
    false,
  );
  assert.equal(
    zg.on('toString', () => {}),
    false,
  );
  assert.equal(zg.on('roomStateUpdate', 'handler'), false);
  assert.equal(zg.on('roomStateUpdate'), false);
  assert.equal(zg.once('roomStateUpdate', null), false);
  assert.equal(zg.off('nope'), false);
  assert.equal(zg.off('roomStateUpdate', 5), false);
  assert.equal(zg.off('roomStateUpdate'), true);
});

test('off with a handler removes that handler, off without one removes all of the event', async () => {
  const { zg } = await withEvents();
  const got = [];
  const first = () => got.push(1);
  const second = () => got.push(2);
  zg.on('roomStateUpdate', first);
  zg.on('roomStateUpdate', second);
  zg.on('roomStateUpdate', first);
  zg.off('roomStateUpdate', first);
  zg.updatePlayerState();
  assert.deepEqual(got, [2]);
  zg.off('roomStateUpdate');
  zg.updatePlayerState();
  assert.deepEqual(got, [2]);
});

test('a handler added with once is called once, also when it causes the event again', async () => {
  const { zg } = await withEvents();
  let calls = 0;
  zg.once('roomStateUpdate', () => {
    calls += 1;
    zg.updatePlayerState();
  });
  zg.updatePlayerState();
  zg.updatePlayerState();
  assert.equal(calls, 1);
  const never = () => assert.fail('was removed');
  zg.once('roomStateUpdate', never);
  zg.off('roomStateUpdate', never);
  zg.updatePlayerState();
});

test('a handler that throws is logged and stops neither the others nor the engine', async () => {
  const { zg, logs } = await withEvents();
  const got = [];
  zg.on('roomStateUpdate', () => {
    throw new Error('from the page');
  });
  zg.on('roomStateUpdate', () => {
    throw null;
  });
  zg.on('roomStateUpdate', (n) => got.push(n));
  zg.updatePlayerState(1);
  zg.updatePlayerState(2);
  assert.deepEqual(got, [1, 2]);
  assert.equal(logs.filter((line) => line.startsWith('error: a handler of roomStateUpdate threw')).length, 4);
  assert.match(logs.join(), /from the page/);
});

test('a handler removed by another during an event is not called, one added waits for the next', async () => {
  const { zg } = await withEvents();
  const got = [];
  const late = () => got.push('late');
  const removed = () => got.push('removed');
  const first = () => {
    zg.on('roomStateUpdate', late);
    zg.off('roomStateUpdate', removed);
    zg.off('roomStateUpdate', first);
  };
  zg.on('roomStateUpdate', first);
  zg.on('roomStateUpdate', removed);
  zg.updatePlayerState();
  assert.deepEqual(got, []);
  zg.updatePlayerState();
  assert.deepEqual(got, ['late']);
  zg.on('roomStateUpdate', () => zg.on('roomStateUpdate', late));
  zg.updatePlayerState();
  assert.deepEqual(got, ['late', 'late']);
});

test('a handler may call the API: the call runs at once, its events wait behind those already there', async () => {
  const { zg } = await start({
    script: {
      updatePlayerState: (engine) => engine.put(event('roomStateUpdate', 'a'), event('roomStateUpdate', 'b')),
      stopPublishingStream: (engine) => {
        engine.put(event('publisherStateUpdate', 'from the handler'));
        return true;
      },
    },
  });
  const got = [];
  zg.on('roomStateUpdate', (which) => {
    got.push(`${which} begins`);
    if (which === 'a') got.push(zg.stopPublishingStream('s'));
    got.push(`${which} ends`);
  });
  zg.on('publisherStateUpdate', (what) => got.push(what));
  zg.updatePlayerState();
  assert.deepEqual(got, ['a begins', true, 'a ends', 'b begins', 'b ends', 'from the handler']);
});

test('deferred events come one timer tick later, in order, after the undeferred ones', async () => {
  const later = (name, ...args) => ({ ...event(name, ...args), deferred: true });
  const { zg } = await start({
    script: {
      updatePlayerState: (engine) =>
        engine.put(later('playerStateUpdate', 1), event('roomStateUpdate', 2), later('playerStateUpdate', 3)),
      stopPlayingStream: (engine) => engine.put(later('playerStateUpdate', 4)),
    },
  });
  const got = [];
  zg.on('roomStateUpdate', (n) => got.push(n));
  zg.on('playerStateUpdate', (n) => {
    got.push(n);
    if (n === 1) zg.stopPlayingStream();
  });
  zg.updatePlayerState();
  assert.deepEqual(got, [2]);
  await settled();
  assert.deepEqual(got, [2]);
  await turn();
  assert.deepEqual(got, [2, 1, 3]);
  await turn();
  assert.deepEqual(got, [2, 1, 3, 4]);
});

test('events of a call come before its promise settles', async () => {
  const { zg } = await start({
    script: {
      loginRoom: (engine) => {
        engine.put(event('roomStateUpdate', 'r', 'CONNECTED'));
        return true;
      },
    },
  });
  const got = [];
  zg.on('roomStateUpdate', (room, state) => got.push(state));
  await zg.loginRoom('r', 't', {}).then((value) => got.push(value));
  assert.deepEqual(got, ['CONNECTED', true]);
});
