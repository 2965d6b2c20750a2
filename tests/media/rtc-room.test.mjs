import test from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRtcRoomHost } from './rtc-room.mjs';
import { startMediaServer } from './media-server.mjs';
import { media } from './processes.mjs';

const limit = { timeout: 60_000 };

async function phones(t, names, options = {}) {
  const mediaServer = await startMediaServer({ allowPublish: (path) => !path.includes('forbidden') });
  const hosts = names.map((name) => createRtcRoomHost({ mediaServer, camera: { name }, ...options }));
  t.after(async () => {
    await Promise.all(hosts.map((host) => host.close()));
    await mediaServer.close();
  });
  let sequence = 0;
  const url = (stream) => `rtmp://${mediaServer.rtmpHost}/7/${stream}?zgseq=${(sequence += 1)}&zgdid=9`;
  return { mediaServer, hosts, url };
}

/** Mounts a component that records its codes and lets a test wait for one. */
function mount(host, id, extraInfo, more = {}) {
  const waiting = [];
  const onRtmpEvent = ({ detail }) => {
    for (const wait of waiting) if (wait.code === detail.code) wait.resolve();
  };
  const room = host.mount({ id, extraInfo, onRtmpEvent, ...more });
  room.code = (code) =>
    room.codes.includes(code) ? Promise.resolve() : new Promise((resolve) => waiting.push({ code, resolve }));
  return room;
}

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('two phones see each other: 3800 for the push, 3802 for the play', media(limit), async (t) => {
  const {
    hosts: [a, b],
    url,
  } = await phones(t, ['A', 'B']);
  const first = mount(a, 'rtcroom-1', { rtmpPushUrl: url('sa') });
  await first.code(3800);
  const second = mount(b, 'rtcroom-1', { rtmpPushUrl: url('sb'), rtmpPullUrl: url('sa') });
  await Promise.all([second.code(3800), second.code(3802)]);
  await until(() => second.viewer.frames > 15);
  assert.deepEqual(first.codes, [3800]);
  assert.equal((await second.viewer.probe()).video.codec, 'h264');
});

test('the urls count at creation only', media(limit), async (t) => {
  const {
    hosts: [a],
    url,
  } = await phones(t, ['A']);
  const room = mount(a, 'r', { rtmpPushUrl: url('sa') });
  await room.code(3800);
  room.setAttributes({ extraInfo: { rtmpPushUrl: url('other'), rtmpPullUrl: url('sa') } });
  assert.deepEqual(room.urls.pull, undefined);
  assert.equal(room.viewer, undefined);
  assert.match(room.urls.push, /\/sa\?/);
});

test('a component created again takes the camera over without a failure in between', media(limit), async (t) => {
  const {
    hosts: [a],
    url,
  } = await phones(t, ['A']);
  const push = url('sa');
  const first = mount(a, 'r1', { rtmpPushUrl: push });
  await first.code(3800);
  a.unmount('r1');
  const second = mount(a, 'r2', { rtmpPushUrl: push, rtmpPullUrl: url('sa') });
  await Promise.all([second.code(3800), second.code(3802)]);
  assert.deepEqual(first.codes, [3800]);
  assert.equal(second.codes.includes(3801), false);
});

test('a play survives the pause in which the remote component is created again', media(limit), async (t) => {
  const {
    hosts: [a, b],
    url,
  } = await phones(t, ['A', 'B']);
  const push = url('sa');
  await mount(a, 'r1', { rtmpPushUrl: push }).code(3800);
  const watcher = mount(b, 'r', { rtmpPullUrl: url('sa') });
  await watcher.code(3802);
  await until(() => watcher.frames > 5);
  a.unmount('r1');
  await mount(a, 'r2', { rtmpPushUrl: push }).code(3800);
  const before = watcher.frames;
  await until(() => watcher.frames > before + 15);
  assert.deepEqual(watcher.codes, [3802]);
});

test('a refused push is 3801', media(limit), async (t) => {
  const {
    hosts: [a],
    url,
  } = await phones(t, ['A']);
  const room = mount(a, 'r', { rtmpPushUrl: url('forbidden') });
  await room.code(3801);
  assert.deepEqual(room.codes, [3801]);
});

test('a push to a server that is not there is 3801', media(limit), async (t) => {
  const {
    hosts: [a],
  } = await phones(t, ['A']);
  const room = mount(a, 'r', { rtmpPushUrl: 'rtmp://127.0.0.1:1/7/sa?zgseq=1' });
  await room.code(3801);
  assert.deepEqual(room.codes, [3801]);
});

test('a play that delivers nothing is 3803', media(limit), async (t) => {
  const {
    hosts: [a],
    url,
  } = await phones(t, ['A'], { playLimit: 1500 });
  const room = mount(a, 'r', { rtmpPullUrl: url('nobody') });
  await room.code(3803);
  assert.deepEqual(room.codes, [3803]);
});

test('the end of the remote stream is 3803, the loss of the own one 3801', media(limit), async (t) => {
  const {
    hosts: [a, b],
    url,
  } = await phones(t, ['A', 'B']);
  const source = mount(a, 'r', { rtmpPushUrl: url('sa') });
  await source.code(3800);
  const watcher = mount(b, 'r', { rtmpPullUrl: url('sa') });
  await watcher.code(3802);
  process.kill(source.camera.pid, 'SIGKILL');
  await Promise.all([source.code(3801), watcher.code(3803)]);
  assert.deepEqual(source.codes, [3800, 3801]);
  assert.deepEqual(watcher.codes, [3802, 3803]);
});

test('the context stops, darkens and silences the component of its id', media(limit), async (t) => {
  const {
    mediaServer,
    hosts: [a],
    url,
  } = await phones(t, ['A']);
  const room = mount(a, 'r', { rtmpPushUrl: url('sa') }, { 'enable-camera': false });
  await room.code(3800);
  const context = a.createRtcRoomContext('r');
  context.enableCamera({ enable: true });
  context.mute({ muted: true });
  const ended = once(mediaServer, 'publishEnd');
  await new Promise((success) => context.stop({ success }));
  await ended;
  assert.deepEqual(room.codes, [3800, 3801]);
  assert.equal(room.camera, undefined);
  let failure;
  a.createRtcRoomContext('other').stop({ fail: (value) => (failure = value) });
  assert.match(failure.errorMessage, /no rtc-room/);
});
