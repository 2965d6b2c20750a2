// What the page is told beside what the engine says: the state before, and the devices of others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, settled, shimFile, start, turn } from './support.mjs';

const { Told, open, seal } = shimFile('told.js');

const user = { userID: 'peer', userName: 'Peer' };
const stream = (extraInfo, streamID = 'theirs') => ({ streamID, user, extraInfo });
const added = (told, ...streams) => told.events('roomStreamUpdate', ['r', 'ADD', streams]);
const updated = (told, ...streams) => told.events('streamExtraInfoUpdate', ['r', streams]);
const deleted = (told, ...streams) => told.events('roomStreamUpdate', ['r', 'DELETE', streams]);
const devices = (camera, microphone, streamID = 'theirs') => [
  'peerDeviceStateUpdate',
  'r',
  [{ streamID, user, camera, microphone }],
];

test('each state of a room and its reason come with the one before, from the first login to the next', () => {
  const told = new Told();
  const got = [];
  for (const [state, reason] of [
    ['CONNECTING', 'LOGINING'],
    ['CONNECTED', 'LOGINED'],
    ['CONNECTING', 'RECONNECTING'],
    ['CONNECTED', 'RECONNECTED'],
    ['DISCONNECTED', 'KICKOUT'],
    ['CONNECTING', 'LOGINING'],
    ['DISCONNECTED', 'LOGIN_FAILED'],
    ['CONNECTING', 'LOGINING'],
  ]) {
    const [[, ...update]] = told.events('roomStateUpdate', ['r', state, 0, undefined]);
    const [[, ...changed]] = told.events('roomStateChanged', ['r', reason, 0, undefined]);
    assert.deepEqual([update.length, changed.length], [5, 5]);
    got.push(`${update[4]} ${changed[4]}`);
  }
  assert.deepEqual(got, [
    'DISCONNECTED LOGOUT',
    'CONNECTING LOGINING',
    'CONNECTED LOGINED',
    'CONNECTING RECONNECTING',
    'CONNECTED RECONNECTED',
    'DISCONNECTED LOGOUT',
    'CONNECTING LOGINING',
    'DISCONNECTED LOGOUT',
  ]);
});

test('states of rooms and streams do not mix', () => {
  const told = new Told();
  const before = (name, streamID, state) => told.events(name, [{ streamID, state }])[0][1].previousState;
  assert.equal(before('publisherStateUpdate', 's', 'PUBLISH_REQUESTING'), 'NO_PUBLISH');
  assert.equal(before('publisherStateUpdate', 's', 'PUBLISHING'), 'PUBLISH_REQUESTING');
  assert.equal(before('publisherStateUpdate', 's', 'PUBLISHING'), 'PUBLISHING');
  assert.equal(before('playerStateUpdate', 's', 'PLAY_REQUESTING'), 'NO_PLAY');
  assert.equal(before('publisherStateUpdate', 't', 'PUBLISH_REQUESTING'), 'NO_PUBLISH');
  assert.equal(before('publisherStateUpdate', 's', 'NO_PUBLISH'), 'PUBLISHING');
  assert.equal(before('publisherStateUpdate', 's', 'PUBLISH_REQUESTING'), 'NO_PUBLISH');
});

test('nothing is remembered of rooms that are over', () => {
  const told = new Told();
  for (let round = 0; round < 3; round += 1) {
    told.events('roomStateUpdate', ['r', 'CONNECTED', 0, undefined]);
    told.events('roomStateChanged', ['r', 'LOGINED', 0, undefined]);
    told.events('playerStateUpdate', [{ streamID: `s${round}`, state: 'PLAYING' }]);
    added(told, stream('{"$cam":0,"$mic":1}', `t${round}`));
    told.events('roomStateUpdate', ['r', 'DISCONNECTED', 0, undefined]);
    told.events('roomStateChanged', ['r', 'LOGOUT', 0, undefined]);
    assert.deepEqual([told.states.size, told.streams.size], [0, 0], 'players end without an event');
  }
});

test('an extra info holds the devices beside the text of the application', () => {
  const on = { camera: true, microphone: false };
  for (const [text, sealed] of [
    ['', '{"$cam":1,"$mic":0}'],
    ['{"a":[1,{"b":null}]}', '{"a":[1,{"b":null}],"$cam":1,"$mic":0}'],
    ['plain "text" 你好', '{"$text":"plain \\"text\\" 你好","$cam":1,"$mic":0}'],
    ['[1]', '{"$text":"[1]","$cam":1,"$mic":0}'],
    ['null', '{"$text":"null","$cam":1,"$mic":0}'],
    ['7', '{"$text":"7","$cam":1,"$mic":0}'],
  ]) {
    assert.equal(seal(text, on), sealed);
    assert.deepEqual(open(sealed), { text, devices: on });
  }
  assert.equal(seal('{"a":1,"$cam":0,"$mic":1}', on), '{"a":1,"$cam":1,"$mic":0}', 'the newest counts');
});

test('what is no such extra info is left as it is', () => {
  for (const text of [
    '',
    'null',
    '{"a":1}',
    '{"$cam":1}',
    '{"$cam":true,"$mic":false}',
    '{"$cam":2,"$mic":0}',
    '["$cam","$mic"]',
    '{"$cam":1,"$mic":0',
    'camera off',
  ]) {
    assert.deepEqual(open(text), { text, devices: undefined });
    const told = new Told();
    assert.deepEqual(added(told, stream(text)), [['roomStreamUpdate', 'r', 'ADD', [stream(text)]]]);
    assert.deepEqual(updated(told, stream(text)), [['streamExtraInfoUpdate', 'r', [stream(text)]]]);
  }
});

test('devices of a stream are told when it comes and when they change, the text of the application when it changes', () => {
  const told = new Told();
  assert.deepEqual(added(told, stream('{"$text":"x","$cam":0,"$mic":1}')), [
    ['roomStreamUpdate', 'r', 'ADD', [stream('x')]],
    devices(false, true),
  ]);
  assert.deepEqual(updated(told, stream('{"$text":"x","$cam":0,"$mic":1}')), [
    ['streamExtraInfoUpdate', 'r', [stream('x')]],
  ]);
  assert.deepEqual(updated(told, stream('{"$text":"x","$cam":1,"$mic":1}')), [devices(true, true)]);
  assert.deepEqual(updated(told, stream('{"$text":"x","$cam":1,"$mic":1}')), [], 'no news at all');
  assert.deepEqual(updated(told, stream('{"$text":"y","$cam":1,"$mic":0}')), [
    ['streamExtraInfoUpdate', 'r', [stream('y')]],
    devices(true, false),
  ]);
  assert.deepEqual(deleted(told, stream('{"$text":"y","$cam":1,"$mic":0}')), [
    ['roomStreamUpdate', 'r', 'DELETE', [stream('y')]],
  ]);
  assert.deepEqual(added(told, stream('{"$cam":1,"$mic":0}')), [
    ['roomStreamUpdate', 'r', 'ADD', [stream('')]],
    devices(true, false),
  ]);
  assert.deepEqual(updated(told, stream('{"$cam":1,"$mic":0}')), [], 'the application set nothing');
});

test('of several streams in one event only those with news are told', () => {
  const told = new Told();
  const off = '{"$cam":0,"$mic":0}';
  added(told, stream('', 'a'), stream(off, 'b'), stream(off, 'c'));
  assert.deepEqual(updated(told, stream('text', 'a'), stream(off, 'b'), stream('{"$cam":1,"$mic":0}', 'c')), [
    ['streamExtraInfoUpdate', 'r', [stream('text', 'a')]],
    devices(true, false, 'c'),
  ]);
});

/** An engine in room `r` that publishes `mine`; what it is asked for is answered as `answer` says. */
async function publishing({ extraInfo, answer = () => ({ errorCode: 0, extendedData: '' }) } = {}) {
  const script = {
    loginRoom: (engine, room) => {
      engine.put(event('roomStateUpdate', room, 'CONNECTED', 0, undefined));
      return true;
    },
    startPublishingStream: (_engine, streamID) => ({ streamID, url: `rtmp://${streamID}` }),
    setStreamExtraInfo: () => answer(),
    updatePlayerState: (engine, ...args) => engine.put(event(...args)),
  };
  const all = await start({ script });
  await all.zg.loginRoom('r', 't', { userID: 'u' });
  await all.zg.startPublishingStream('mine', { extraInfo });
  all.sent = () =>
    all
      .engine()
      .calls.filter(([name]) => name === 'setStreamExtraInfo')
      .map((call) => call[2]);
  return all;
}

test('setDeviceState sends what it was given and what it was told before, in one extra info with the text', async () => {
  const { zg, sent } = await publishing({ extraInfo: '{"a":1}' });
  assert.deepEqual(await zg.setDeviceState('mine', { camera: false }), { errorCode: 0, extendedData: '' });
  await Promise.all([zg.setDeviceState('mine', { microphone: false }), zg.setStreamExtraInfo('mine', 'x')]);
  await zg.setDeviceState('mine', { camera: true, microphone: undefined, other: 1 });
  assert.deepEqual(sent(), [
    '{"a":1,"$cam":0,"$mic":1}',
    '{"a":1,"$cam":0,"$mic":0}',
    '{"$text":"x","$cam":0,"$mic":0}',
    '{"$text":"x","$cam":1,"$mic":0}',
  ]);
});

test('without setDeviceState an extra info is sent as it is, and a bad one is left to the engine to refuse', async () => {
  const { zg, sent } = await publishing();
  await zg.setStreamExtraInfo('mine', 'x');
  await zg.setDeviceState('mine', { camera: false });
  for (const bad of ['', 7, undefined, null]) await zg.setStreamExtraInfo('mine', bad);
  assert.deepEqual(sent(), ['x', '{"$text":"x","$cam":0,"$mic":1}', '', 7, undefined, null]);
});

test('devices that are no booleans are refused and leave everything as it is', async () => {
  const { zg, sent } = await publishing();
  const hostile = new Proxy({}, { get: () => assert.fail('trap'), ownKeys: () => assert.fail('trap') });
  for (const bad of [undefined, null, 1, 'camera', [], {}, { camera: 1, microphone: 'off' }, hostile]) {
    await assert.rejects(zg.setDeviceState('mine', bad), { code: 1100001, name: 'BadParameter' });
  }
  assert.deepEqual(sent(), []);
});

test('devices that could not be told while the room was away are told when it is back; a refused text is not', async () => {
  let away = true;
  const { zg, sent } = await publishing({
    extraInfo: 'first',
    answer: () => (away ? Promise.reject({ code: 1100003 }) : { errorCode: 0 }),
  });
  await assert.rejects(zg.setDeviceState('mine', { camera: false }), { code: 1100003 });
  await assert.rejects(zg.setStreamExtraInfo('mine', 'refused'), { code: 1100003 });
  away = false;
  zg.updatePlayerState('roomStateUpdate', 'r', 'CONNECTED', 0, undefined);
  await settled();
  assert.equal(sent().at(-1), '{"$text":"first","$cam":0,"$mic":1}');
  const count = sent().length;
  zg.updatePlayerState('roomStateUpdate', 'r', 'CONNECTED', 0, undefined);
  await settled();
  assert.equal(sent().length, count, 'once');
});

test('a restarted engine publishes the stream with the newest devices', async () => {
  const { zg, host, engine } = await publishing({
    extraInfo: '{"a":1}',
    answer: () => Promise.reject({ code: 1100003 }),
  });
  await assert.rejects(zg.setDeviceState('mine', { microphone: false }));
  host.hooks.lost(new Error('gone'));
  await turn(5);
  const call = engine().calls.find(([name]) => name === 'startPublishingStream');
  assert.deepEqual(call[2], { extraInfo: '{"a":1,"$cam":1,"$mic":0}' });
});

test('states that the shim tells by itself come with the state before', async () => {
  const { zg, host } = await publishing();
  const got = [];
  zg.on('roomStateUpdate', (...args) => got.push(args.slice(1)));
  zg.on('roomStateChanged', (...args) => got.push(args.slice(1)));
  zg.on('publisherStateUpdate', ({ state, previousState }) => got.push([state, previousState]));
  zg.updatePlayerState('publisherStateUpdate', { streamID: 'mine', state: 'PUBLISHING', errorCode: 0 });
  host.hooks.lost(new Error('gone'));
  // The next one is opened in a microtask.
  await undefined;
  const driver = zg._driver();
  driver.restarts = Array(3).fill(driver.clock.mono());
  host.hooks.lost(new Error('gone too often'));
  await turn(5);
  assert.deepEqual(
    got.map((args) => [args[0], args.at(-1)]),
    [
      ['PUBLISHING', 'NO_PUBLISH'],
      ['CONNECTING', 'CONNECTED'],
      ['RECONNECTING', 'LOGOUT'],
      ['NO_PUBLISH', 'PUBLISHING'],
      ['DISCONNECTED', 'CONNECTING'],
      ['RECONNECT_FAILED', 'RECONNECTING'],
    ],
  );
});
