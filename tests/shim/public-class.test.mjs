import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createHost, createMy, event, settled, shim, shimFile, start } from './support.mjs';

const { ZegoExpressEngine, ZegoError } = shim;

test('an app id that is not a positive integer number is refused by name', () => {
  ZegoExpressEngine.configure({ host: createHost(), my: createMy(), log: () => {} });
  for (const appID of [undefined, null, '1234', 0, -1, 1.5, NaN, Infinity, 2 ** 32, {}, [1], true, Symbol('x'), 1n]) {
    assert.throws(() => new ZegoExpressEngine(appID, 'wss://x'), { name: 'TypeError', message: /^appID must be / });
  }
});

test('a server that is neither a string nor a non-empty array of strings is refused by name', () => {
  for (const server of [undefined, null, 5, {}, [], [5], ['wss://x', undefined], () => 'wss://x']) {
    assert.throws(() => new ZegoExpressEngine(1, server), { name: 'TypeError', message: /^server must be / });
  }
});

test('the module is told the app id, a list of servers, the seed, the device and the platform', async () => {
  const { engine, my } = await start();
  assert.deepEqual(engine().config, {
    appID: 1234,
    server: ['wss://127.0.0.1/ws'],
    seed: 7,
    seedIsGiven: true,
    deviceID: my.storage.z_deviceID,
    platform: 'Android',
    networkType: 'WIFI',
    reconnect: false,
  });
  assert.deepEqual((await start({ server: '' })).engine().config.server, [], 'an empty server names none');
  assert.deepEqual((await start({ server: ['a', 'b'] })).engine().config.server, ['a', 'b']);
});

test('the version is the one of the crate, on the class and on the instance', async () => {
  const cargo = readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8');
  const { zg } = await start();
  assert.equal(ZegoExpressEngine.version, /^version = "(.+)"$/m.exec(cargo)[1]);
  assert.equal(zg.getVersion(), ZegoExpressEngine.version);
});

test('methods that need the module are passed to it with their arguments', async () => {
  const { zg, engine } = await start();
  const asynchronous = [
    'loginRoom',
    'startPublishingStream',
    'startPlayingStream',
    'sendBroadcastMessage',
    'sendBarrageMessage',
    'sendCustomCommand',
    'setRoomExtraInfo',
    'setStreamExtraInfo',
  ];
  const synchronous = [
    'logoutRoom',
    'stopPublishingStream',
    'stopPlayingStream',
    'getNextUrl',
    'renewToken',
    'enableMultiRoom',
    'updatePlayerState',
    'updatePlayerNetStatus',
  ];
  for (const name of asynchronous) assert.ok(zg[name]('a', 1) instanceof Promise, name);
  for (const name of synchronous) zg[name]('a', 1);
  const expected = [...asynchronous, ...synchronous].map((name) => [name, 'a', 1]);
  assert.deepEqual(engine().calls, expected);
});

test('a rejection of the module arrives as a ZegoError under new and old names', async () => {
  const reason = {
    code: 1002034,
    name: 'RoomFull',
    message: 'the room is full',
    advice: 'wait',
    errorCode: 1002034,
    msg: 'full',
    extendedData: '{}',
  };
  const { zg } = await start({ script: { loginRoom: () => Promise.reject(reason) } });
  const error = await zg.loginRoom('r', 't', { userID: 'u' }).catch((e) => e);
  assert.ok(error instanceof ZegoError && error instanceof Error);
  assert.deepEqual({ ...error, message: error.message }, reason);
});

test('an engine in a page keeps its inner parts out of copies of the page data', async () => {
  const { zg } = await start();
  assert.deepEqual(Object.keys(zg), []);
  assert.equal(JSON.stringify({ zg }), '{"zg":{}}');
  const observed = new Proxy(zg, { get: (target, key) => Reflect.get(target, key) });
  assert.equal(
    observed.on('roomStateUpdate', () => {}),
    true,
  );
});

test('getHostInfo tells where the module runs and how far it is', async () => {
  const { zg, host } = await start({ wait: true });
  const version = ZegoExpressEngine.version;
  assert.deepEqual(zg.getHostInfo(), { host: 'fake', state: 'loading', version });
  host.release();
  await settled();
  assert.equal(zg.getHostInfo().state, 'ready');
  zg.destroyEngine();
  assert.equal(zg.getHostInfo().state, 'destroyed');
});

test('an engine that was given no my uses the global one', async () => {
  globalThis.my = createMy();
  try {
    const { engine } = await start({ configure: { my: undefined } });
    assert.equal(engine().config.networkType, 'WIFI');
  } finally {
    delete globalThis.my;
  }
});

test('custom commands cross the border as JSON text where they are objects', async () => {
  const { zg, engine } = await start({ script: { sendCustomCommand: () => ({ errorCode: 0 }) } });
  const cyclic = {};
  cyclic.self = cyclic;
  await zg.sendCustomCommand('r', { a: [1, { b: null }], when: new Date(0) }, ['u']);
  await zg.sendCustomCommand('r', 'text', []);
  await zg.sendCustomCommand('r', cyclic);
  await zg.sendCustomCommand('r', null);
  assert.deepEqual(
    engine().calls.map((call) => call[2]),
    [{ json: '{"a":[1,{"b":null}],"when":"1970-01-01T00:00:00.000Z"}' }, 'text', { $type: 'object' }, null],
  );
});

test('a received custom command is the object, or the text, that was sent', async () => {
  const { fromBorder } = shimFile('plain.js');
  const user = { userID: 'u' };
  assert.deepEqual(fromBorder('IMRecvCustomCommand', ['r', user, { json: '{"a":1}' }]), ['r', user, { a: 1 }]);
  assert.deepEqual(fromBorder('IMRecvCustomCommand', ['r', user, 'text']), ['r', user, 'text']);
  assert.deepEqual(fromBorder('IMRecvCustomCommand', ['r', user, { json: 'broken' }]), ['r', user, 'broken']);
  const { zg, engine, host } = await start();
  const got = [];
  zg.on('IMRecvCustomCommand', (...args) => got.push(args));
  engine().put(event('IMRecvCustomCommand', 'r', user, { json: '[1]' }));
  host.hooks.wake();
  assert.deepEqual(got, [['r', user, [1]]]);
});
