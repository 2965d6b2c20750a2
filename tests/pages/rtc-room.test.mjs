// RtcRoom with a page and an engine that do what the test says: when the component is made anew, and when it is not.

import test from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createRtc } from './rtc.mjs';

const { RtcRoom } = createRequire(import.meta.url)('../../src/shim/index.js');
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Lets time pass, and then what follows from it, however slow the machine is. */
async function tick(ms = 20) {
  await wait(ms);
  for (let i = 0; i < 10; i += 1) await wait(0);
}

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
    setDeviceState: async (streamID, state) => calls.push(`${streamID} ${JSON.stringify(state)}`),
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

test('the others are told of devices that are switched, and at first of those that are off', async () => {
  const { room, engine } = setUp();
  const told = () => engine.calls.filter((call) => call.startsWith('mine {'));
  await room.join('r');
  assert.deepEqual(told(), [], 'both are on: there is nothing to say');
  room.setMicrophone(false);
  room.setCamera(false);
  room.setCamera(false);
  assert.deepEqual(told(), ['mine {"camera":true,"microphone":false}', 'mine {"camera":false,"microphone":false}']);
  room.stopPublishing();
  room.setCamera(true);
  await room.startPublishing();
  assert.deepEqual(told().slice(2), ['mine {"camera":true,"microphone":false}']);
  room.destroy();
});

test('the state shows the devices of the stream that is played', async () => {
  const { room, engine } = setUp();
  const shown = () => [room.state.playing, room.state.peerCamera, room.state.peerMicrophone];
  const tell = (streamID, camera, microphone) =>
    engine.fire('peerDeviceStateUpdate', 'r', [{ streamID, user: { userID: 'u' }, camera, microphone }]);
  await room.join('r', { publish: false });
  assert.deepEqual(shown(), ['', true, true]);
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a', 'b'));
  tell('b', false, true);
  assert.deepEqual(shown(), ['a', true, true]);
  tell('a', true, false);
  assert.deepEqual(shown(), ['a', true, false]);
  engine.fire('peerDeviceStateUpdate', 'elsewhere', [{ streamID: 'a', camera: false, microphone: false }]);
  assert.deepEqual(shown(), ['a', true, false]);
  engine.fire('roomStreamUpdate', 'r', 'DELETE', streams('a'));
  assert.deepEqual(shown(), ['b', false, true]);
  engine.fire('roomStreamUpdate', 'r', 'DELETE', streams('b'));
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('b'));
  assert.deepEqual(shown(), ['b', true, true], 'a new stream of that name says nothing yet');
  room.destroy();
});

test('nonsense passed to join is nothing at all, and what the engine refuses is what join rejects with', async () => {
  for (const what of [null, 0, 'publish', [], () => {}]) {
    const { room } = setUp();
    await room.join('r', what);
    assert.deepEqual([room.state.room, room.state.publish], ['connected', 'requesting'], String(what));
    room.destroy();
  }
  for (const roomID of [undefined, null, 7, {}, []]) {
    const { room, engine } = setUp();
    engine.loginRoom = () => Promise.reject(Object.assign(new Error('roomID must be a string'), { code: 1100001 }));
    await assert.rejects(room.join(roomID), /roomID must be a string/);
    assert.equal(room.state.room, 'idle');
    room.destroy();
  }
});

test('a page whose functions throw is in the room and out of it as any other', async (t) => {
  const shown = t.mock.method(console, 'error', () => {});
  const onChange = () => {
    throw new Error('thrown by the page');
  };
  const { room, engine, page } = setUp({ onChange, onError: onChange, onComponentEvent: onChange });
  await room.join('r');
  await tick();
  page.onRtcRoomError({ detail: { error: -104 } });
  page.onRtcRoomRtmpEvent({ detail: { code: 3800 } });
  room.leave();
  assert.equal(room.state.room, 'idle');
  assert.ok(engine.calls.includes('stopPublishingStream mine'));
  assert.ok(engine.calls.includes('logoutRoom r'));
  const lines = shown.mock.calls.map(({ arguments: [line] }) => line.split('\n')[0]);
  for (const name of ['onChange', 'onError', 'onComponentEvent'])
    assert.ok(lines.includes(`[zego] ${name} threw: Error: thrown by the page`), name);
  room.destroy();
});

test('a page that cannot show anything leaves the room as any other', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { room, engine, page } = setUp();
  page.setData = () => {
    throw new Error('the page is gone');
  };
  await room.join('r');
  await tick();
  room.leave();
  assert.ok(engine.calls.includes('logoutRoom r'));
  room.destroy();
});

test('parameters of the component that cannot be read are empty ones', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const { room, rtc, page } = setUp({
    mrtc: () => ({
      signature: 's',
      bizName: proxy,
      get userId() {
        throw new Error('no');
      },
    }),
  });
  await room.join('r');
  await tick();
  assert.equal(rtc.all.length, 1);
  assert.deepEqual([page.data.rtcRoom.signature, page.data.rtcRoom.userId], ['s', '']);
  room.destroy();
});

test('the state holds texts and flags, whatever it is asked for', async () => {
  const { room, engine } = setUp({ streamID: () => 7 });
  engine.startPublishingStream = (streamID) =>
    Promise.reject(Object.assign(new Error(`no ${streamID}`), { code: 1000015 }));
  await room.join('r', { publish: false });
  await assert.rejects(room.startPublishing());
  await assert.rejects(room.startPlaying({ type: 'tap' }), { code: 1198009 });
  room.setCamera(0);
  assert.deepEqual([room.state.streamID, room.state.publish, room.state.camera], ['', 'failed', false]);
  room.destroy();
});

test('a time for joining that no timer takes is the longest one', async () => {
  const { room, engine } = setUp({ joinTimeout: Infinity });
  let answer;
  engine.loginRoom = () => new Promise((resolve) => (answer = resolve));
  const joining = room.join('r');
  await tick();
  assert.equal(room.state.room, 'joining');
  answer(true);
  await joining;
  room.destroy();
});

test('a function for the id of the own stream that throws rejects what needed it', async () => {
  const { room } = setUp({
    streamID: () => {
      throw new Error('no id');
    },
  });
  await room.join('r', { publish: false });
  const rejected = room.startPublishing();
  await assert.rejects(rejected, { message: 'no id', source: 'publish' });
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

test('a stream that plays again by itself keeps its component', async (t) => {
  const { rtc, room, engine, page } = setUp();
  await room.join('r');
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a'));
  await tick(100);
  const { id } = rtc.shown;
  const report = (code, update) => {
    page.onRtcRoomRtmpEvent({ currentTarget: { id }, detail: { code } });
    engine.fire('playerStateUpdate', { streamID: 'a', ...update });
  };
  t.mock.timers.enable({ apis: ['setTimeout'] });
  report(3803, { state: 'NO_PLAY', errorCode: 3803 });
  assert.equal(room.state.play, 'requesting');
  report(3802, { state: 'PLAYING', errorCode: 0 });
  assert.equal(room.state.play, 'playing');
  t.mock.timers.tick(10_000);
  assert.equal(rtc.shown.id, id);
  assert.deepEqual(
    engine.calls.filter((call) => call.startsWith('stopPlaying')),
    [],
  );
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
  await tick(100);
  assert.deepEqual(rtc.log.slice(2), ['hide 1', 'stop 1', 'show 2', 'context 2']);
  assert.equal(rtc.shown.push, before);
  room.destroy();
});

/** A call with both streams running, and the news of the engine after an interruption. */
async function interrupted() {
  const world = setUp();
  const { room, engine } = world;
  await room.join('r');
  engine.fire('roomStreamUpdate', 'r', 'ADD', streams('a'));
  await tick();
  engine.fire('publisherStateUpdate', { streamID: 'mine', state: 'PUBLISHING', errorCode: 0 });
  engine.fire('playerStateUpdate', { streamID: 'a', state: 'PLAYING', errorCode: 0 });
  await tick();
  world.rtc.log.length = 0;
  engine.calls.length = 0;
  engine.fire('roomStateUpdate', 'r', 'CONNECTING', 1000017, '');
  engine.fire('roomStateUpdate', 'r', 'CONNECTED', 0, '');
  const news = {
    push: (state, errorCode = 0) => engine.fire('publisherStateUpdate', { streamID: 'mine', state, errorCode }),
    pull: (state, errorCode = 0) => engine.fire('playerStateUpdate', { streamID: 'a', state, errorCode }),
    url: (streamID) => engine.fire('streamUrlUpdate', streamID, `rtmp://new/${streamID}`, 'LONG_OUTAGE'),
  };
  return { ...world, news };
}

test('when the engine gets other addresses the component is made anew once, with both', async () => {
  const { rtc, room, engine, news } = await interrupted();
  news.push('PUBLISH_REQUESTING');
  news.pull('PLAY_REQUESTING');
  await tick(150);
  assert.deepEqual(rtc.log, [], 'the old addresses are worth nothing');
  assert.deepEqual([room.state.publish, room.state.play], ['requesting', 'requesting']);
  news.url('mine');
  await tick(100);
  news.url('a');
  await tick();
  assert.equal(rtc.log.filter((line) => line.startsWith('show')).length, 1);
  assert.deepEqual([rtc.shown.push, rtc.shown.pull], ['rtmp://new/mine', 'rtmp://new/a']);
  assert.deepEqual(
    engine.calls.filter((call) => /^(start|stop)/.test(call)),
    [],
    'the engine needs no help',
  );
  room.destroy();
});

test('a stream that the service lost needs one component more, although it is announced at once', async () => {
  const { rtc, room, news } = await interrupted();
  news.push('PUBLISH_REQUESTING');
  news.push('PUBLISHING');
  await tick(100);
  news.url('mine');
  await tick();
  assert.equal(rtc.log.filter((line) => line.startsWith('show')).length, 1);
  assert.equal(rtc.shown.push, 'rtmp://new/mine');
  room.destroy();
});

test('an address that comes alone is not waited with for ever', async () => {
  const { rtc, room, news } = await interrupted();
  news.push('PUBLISH_REQUESTING');
  news.pull('PLAY_REQUESTING');
  await tick(100);
  news.url('a');
  await tick(700);
  assert.equal(rtc.shown.pull, 'rtmp://new/a');
  room.destroy();
});

test('where no other address is to be had the failure is told', async () => {
  const { rtc, room, news, errors } = await interrupted();
  news.push('PUBLISH_REQUESTING');
  await tick(100);
  news.push('NO_PUBLISH', 1102017);
  await tick();
  assert.equal(room.state.publish, 'failed');
  assert.equal(errors[0].code, 1102017);
  assert.equal(rtc.shown.push, '');
  room.destroy();
});

test('a destroyed helper hears nothing and touches the page no more', async () => {
  const { page, room, engine } = setUp();
  await room.join('r');
  await tick();
  room.destroy();
  page.setData = () => assert.fail('the page is gone');
  assert.ok(Object.keys(engine.handlers).length > 4);
  assert.ok(Object.values(engine.handlers).every((set) => set.size === 0));
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
