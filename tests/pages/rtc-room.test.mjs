// RtcRoom with a page and an engine that do what the test says: when the component is made anew, and when it is not.

import test from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createRtc } from './rtc.mjs';

const { RtcRoom } = createRequire(import.meta.url)('../../src/shim/index.js');
const tick = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

function setUp(options = {}) {
  const rtc = createRtc();
  const handlers = {};
  const calls = [];
  let number = 0;
  const engine = {
    calls,
    fire: (name, ...args) => [...(handlers[name] ?? [])].forEach((handler) => handler(...args)),
    on: (name, handler) => (handlers[name] ??= new Set()).add(handler),
    off: (name, handler) => handlers[name]?.delete(handler),
    handlers,
    checkSystemRequirements: async () => ({ code: 0, msg: '' }),
    loginRoom: async () => true,
    startPublishingStream: async (streamID) => ({ streamID, url: `rtmp://push/${(number += 1)}` }),
    startPlayingStream: async (streamID) => ({ streamID, url: `rtmp://pull/${streamID}/${(number += 1)}` }),
    updatePlayerState: (streamID, { detail: { code } }) => calls.push(`${code} ${streamID}`),
  };
  for (const name of ['logoutRoom', 'stopPublishingStream', 'stopPlayingStream', 'renewToken'])
    engine[name] = (...args) => void calls.push([name, ...args].join(' '));
  const page = {
    data: {},
    /** The template: a component exists while `shown`, under the id it was shown with. */
    setData(change, callback) {
      for (const [path, value] of Object.entries(change)) {
        const [key, field] = path.split('.');
        if (field) this.data[key][field] = value;
        else this.data[key] = value;
      }
      const { shown, id, extraInfo } = this.data.rtcRoom ?? {};
      if (rtc.shown && (!shown || rtc.shown.id !== id)) rtc.unmount(rtc.shown.id);
      if (shown && !rtc.shown) {
        rtc.mount({
          id,
          extraInfo,
          onRtmpEvent: (event) => page.onRtcRoomRtmpEvent({ ...event, currentTarget: { id } }),
        });
      }
      if (callback) setTimeout(callback);
    },
  };
  const my = { createRtcRoomContext: rtc.createRtcRoomContext, getSystemInfoSync: () => ({ platform: 'Android' }) };
  const errors = [];
  const room = new RtcRoom(page, engine, {
    user: { userID: 'me' },
    token: '04',
    mrtc: {},
    streamID: 'mine',
    my,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { rtc, engine, page, room, errors };
}

const streams = (...ids) => ids.map((streamID) => ({ streamID }));

test('one component for one address, and none for what does not change it', async () => {
  const { rtc, room, engine } = setUp();
  await room.join('r');
  await tick();
  assert.deepEqual(rtc.log, ['show 1', 'context 1']);
  room.setCamera(false);
  room.setCamera(false);
  await room.startPublishing();
  engine.fire('publisherStateUpdate', { streamID: 'mine', state: 'PUBLISHING', errorCode: 0 });
  await tick();
  assert.deepEqual(rtc.log, ['show 1', 'context 1', 'camera 1 false']);
  room.destroy();
});

test('a change hides, stops, shows under a new id and takes the new context, in this order', async () => {
  const { rtc, room, engine } = setUp();
  await room.join('r');
  await tick();
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a'));
  await tick();
  assert.deepEqual(rtc.log.slice(2), ['hide 1', 'stop 1', 'show 2', 'context 2']);
  assert.notEqual(rtc.all[0].id, rtc.all[1].id);
  room.destroy();
});

test('two addresses that come together need one component', async () => {
  const { rtc, room, engine } = setUp();
  const joining = room.join('r');
  await Promise.resolve();
  while (room.state.room !== 'connected') await Promise.resolve();
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a'));
  await joining;
  await tick();
  assert.deepEqual(rtc.log, ['show 1', 'context 1']);
  assert.match(rtc.shown.push, /push/);
  assert.match(rtc.shown.pull, /pull\/a/);
  room.destroy();
});

test('one foreign stream is played at a time, the next when it goes', async () => {
  const { room, engine } = setUp();
  await room.join('r', { publish: false });
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a', 'b'));
  assert.equal(room.state.playing, 'a');
  engine.fire('roomStreamUpdate', 'r', 'DELETE', streams('a'));
  assert.equal(room.state.playing, 'b');
  assert.ok(engine.calls.includes('stopPlayingStream a'));
  room.stopPlaying();
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('c'));
  assert.equal(room.state.playing, '');
  await room.startPlaying('c');
  assert.equal(room.state.playing, 'c');
  room.destroy();
});

test('events of a component that was taken off are not heard', async () => {
  const { rtc, page, room, engine } = setUp();
  await room.join('r');
  await tick();
  const old = rtc.all[0].id;
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a'));
  await tick();
  engine.calls.length = 0;
  page.onRtcRoomRtmpEvent({ detail: { code: 3801 }, currentTarget: { id: old } });
  assert.deepEqual(engine.calls, []);
  page.onRtcRoomRtmpEvent({ detail: { code: 3802 }, currentTarget: { id: rtc.shown.id } });
  assert.deepEqual(engine.calls, ['3802 a']);
  room.destroy();
});

test('after a short interruption the addresses stay and the component is new', async () => {
  const { rtc, room, engine } = setUp();
  await room.join('r');
  engine.fire('publisherStateUpdate', { streamID: 'mine', state: 'PUBLISHING', errorCode: 0 });
  await tick();
  const before = rtc.shown.push;
  engine.fire('roomStateUpdate', 'r', 'CONNECTING', 1000017, '');
  assert.equal(room.state.room, 'reconnecting');
  engine.fire('roomStateUpdate', 'r', 'CONNECTED', 0, '');
  await tick();
  assert.deepEqual(rtc.log.slice(2), ['hide 1', 'stop 1', 'show 2', 'context 2']);
  assert.equal(rtc.shown.push, before);
  room.destroy();
});

test('after a long interruption the stream gets another address', async (t) => {
  const { rtc, room, engine } = setUp();
  await room.join('r');
  engine.fire('publisherStateUpdate', { streamID: 'mine', state: 'PUBLISHING', errorCode: 0 });
  await tick();
  const before = rtc.shown.push;
  engine.fire('roomStateUpdate', 'r', 'CONNECTING', 1000017, '');
  const now = Date.now();
  t.mock.method(Date, 'now', () => now + 90_000);
  engine.fire('roomStateUpdate', 'r', 'CONNECTED', 0, '');
  await tick();
  assert.notEqual(rtc.shown.push, before);
  assert.ok(engine.calls.includes('stopPublishingStream mine'));
  assert.equal(rtc.all.length, 2);
  room.destroy();
});

test('a destroyed helper hears nothing and touches the page no more', async () => {
  const { page, room, engine } = setUp();
  await room.join('r');
  await tick();
  room.destroy();
  page.setData = () => assert.fail('the page is gone');
  assert.deepEqual(
    Object.values(engine.handlers).map((set) => set.size),
    [0, 0, 0, 0, 0],
  );
  assert.ok(engine.calls.includes('logoutRoom r'));
  await assert.rejects(room.join('r'), { code: 1198005 });
});

test('the component is prepared once, before the first login; where that fails nothing begins', async () => {
  const said = [];
  let result = { success: false };
  const my = {
    call: (name, _parameters, callback) => setTimeout(() => callback((said.push(name), result))),
    createRtcRoomContext: () => ({ stop() {} }),
  };
  const { room, engine } = setUp({ my });
  engine.loginRoom = async () => said.push('login');
  await assert.rejects(room.join('r'), { code: 1198001, name: 'ResourceMissing', source: 'platform' });
  assert.equal(room.state.room, 'idle');
  result = { success: true };
  await room.join('r', { publish: false });
  room.leave();
  await room.join('r', { publish: false });
  assert.deepEqual(said, ['prepareRTCResource', 'prepareRTCResource', 'login', 'login']);
  room.destroy();
});

test('refused permissions are asked for once more, then named', async () => {
  const { room, engine } = setUp();
  engine.checkSystemRequirements = async () => ({ code: 10002, msg: '' });
  await assert.rejects(room.join('r'), { code: 1198003, name: 'PermissionRefused', source: 'platform' });
  assert.equal(room.state.room, 'idle');
  engine.checkSystemRequirements = async () => ({ code: 0, msg: '' });
  await room.join('r');
  room.destroy();
});

test('a server that does not answer is given up in time, and joining works again', async () => {
  const { room, engine } = setUp({ joinTimeout: 30 });
  const { loginRoom } = engine;
  engine.loginRoom = () => new Promise((_resolve, reject) => (engine.logoutRoom = () => reject(new Error('left'))));
  await assert.rejects(room.join('r'), { code: 1198012, name: 'JoinTimeout' });
  assert.equal(room.state.room, 'idle');
  engine.loginRoom = loginRoom;
  engine.logoutRoom = () => {};
  const again = room.join('r', { publish: false });
  await assert.rejects(room.join('other'), { code: 1198004 });
  // The login that was given up may still be on its way: the next one waits for it, at most 2 s.
  room.leave();
  await assert.rejects(again, { code: 1198005 });
});
