import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { createMy, shim, start } from './support.mjs';

const opener = (extra) => ({
  constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://127.0.0.1/a' }),
  ...extra,
});
const inputs = (engine) =>
  engine().calls.map(([name, ...args]) => [
    name,
    ...args.map((a) => (a && a.socket !== undefined ? Object.values(a) : a)),
  ]);
const base64 = (text) => Buffer.from(text).toString('base64');

test('a socket is asked for with its own task and has all four handlers before anything can happen', async () => {
  const { task } = await start({ script: opener() });
  assert.equal(task().request.url, 'wss://127.0.0.1/a');
  assert.equal(task().request.multiple, true);
  assert.deepEqual(task().listening().sort(), ['Close', 'Error', 'Message', 'Open']);
});

test('binary goes out as base64 with isBuffer', async () => {
  const data = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i)).toString('base64');
  const { task } = await start({
    script: opener({
      socketOpened: (e, { socket }) => e.put({ type: 'send', socket, data }, { type: 'send', socket: 99, data }),
    }),
  });
  task().fire('Open', {});
  assert.equal(task().sent.length, 1, 'a socket that is not there swallows what is sent');
  assert.equal(task().sent[0].isBuffer, true);
  assert.equal(task().sent[0].data, data);
});

test('binary comes in as base64 text, wrapped or not, and as ArrayBuffer of any realm', async () => {
  const text = 'a frame of more than one group';
  const wrapped = base64(text).replace(/(.{7})/g, '$1\r\n ');
  const buffer = new TextEncoder().encode(text).buffer;
  const foreign = vm.runInNewContext('(bytes) => Uint8Array.from(bytes).buffer')([...Buffer.from(text)]);
  assert.equal(foreign instanceof ArrayBuffer, false);
  const forms = [
    { data: { socketTaskID: 1, data: base64(text), isBuffer: true } },
    { data: { data: wrapped, isBuffer: true } },
    { data: { data: base64(text).replace(/=+$/, ''), isBuffer: true } },
    { data: base64(text), isBuffer: true },
    { data: { data: base64(text) }, isBuffer: true },
    { data: { data: buffer, isBuffer: true } },
    { data: { data: buffer } },
    { data: buffer, isBuffer: false },
    { data: { data: foreign, isBuffer: true } },
    { data: foreign },
    { data: { data: new Uint8Array(buffer, 0), isBuffer: true } },
    { data: Buffer.from(`xx${text}`).subarray(2) },
  ];
  const { task, engine } = await start({ script: opener() });
  for (const form of forms) task().fire('Message', form);
  assert.deepEqual(
    inputs(engine),
    forms.map(() => ['frame', 1, text]),
  );
});

test('text, damaged and empty messages are ignored with a word in the log', async () => {
  const { task, engine, logs } = await start({ script: opener() });
  const bad = [
    undefined,
    null,
    {},
    { data: 'text' },
    { data: { data: '{"a":1}', isBuffer: false } },
    { data: { data: 'A*==', isBuffer: true } },
    { data: null },
    { data: { data: 5 } },
  ];
  for (const form of bad) task().fire('Message', form);
  assert.deepEqual(engine().calls, []);
  assert.equal(logs.filter((line) => line.includes('not binary')).length, bad.length);
});

for (const [how, connectSocket] of [
  [
    'throws',
    () => {
      throw Object.assign(new Error('too many'), { error: 3 });
    },
  ],
  ['returns nothing', () => undefined],
  ['returns a promise without a task', () => Promise.reject(new Error('no'))],
  ['is missing', undefined],
]) {
  test(`a connectSocket that ${how} is a closed socket`, async () => {
    const { engine, logs } = await start({ my: createMy({ connectSocket }), script: opener() });
    const [name, socket, code, reason] = inputs(engine)[0].flat();
    assert.deepEqual([name, socket, code, engine().calls.length], ['socketClosed', 1, 1006, 1]);
    assert.ok(reason.length > 0);
    assert.ok(logs.some((line) => line.startsWith('error: socket 1')));
  });
}

test('a connectSocket that fails by callback, at once or later, is a closed socket, told once', async () => {
  const my = createMy();
  const connect = my.connectSocket;
  my.connectSocket = (request) => {
    request.fail({ error: 20, errorMessage: 'use wss' });
    return connect(request);
  };
  const a = await start({ my, script: opener() });
  assert.deepEqual(inputs(a.engine), [['socketClosed', [1, 1006, '20 use wss']]]);
  assert.equal(a.task().closes.length, 1, 'a task that came all the same is closed');
  const b = await start({ script: opener() });
  b.task().request.fail({ error: 6, errorMessage: 'timeout' });
  b.task().fire('Error', { data: { socketTaskID: 1 }, error: 1 });
  b.task().fire('Close', {});
  assert.deepEqual(inputs(b.engine), [['socketClosed', [1, 1006, '6 timeout']]]);
});

test('an error and the close after it are one closed socket', async () => {
  const { task, engine } = await start({ script: opener() });
  task().fire('Open', {});
  task().fire('Error', { data: { error: 1, errorMessage: 'reset' } });
  task().fire('Error', { data: { error: 1, errorMessage: 'reset' } });
  task().fire('Close', { data: { code: 1006 } });
  assert.deepEqual(inputs(engine), [
    ['socketOpened', [1]],
    ['socketClosed', [1, 1006, '1 reset']],
  ]);
  assert.equal(task().closes.length, 1);
});

test('a close tells code and reason where the host knows them', async () => {
  for (const [close, expected] of [
    [{ data: { code: 1001, reason: 'away' } }, [1, 1001, 'away']],
    [{ code: 4000 }, [1, 4000, '']],
    [undefined, [1, 1005, '']],
  ]) {
    const { task, engine, zg } = await start({
      script: opener({ stopPlayingStream: (e) => e.put({ type: 'send', socket: 1, data: 'AA==' }) }),
    });
    task().fire('Close', close);
    assert.deepEqual(inputs(engine), [['socketClosed', expected]]);
    assert.equal(task().closes.length, 0);
    zg.stopPlayingStream();
    assert.equal(task().sent.length, 0, 'a closed socket takes nothing any more');
  }
});

test('a message that cannot be sent loses the socket', async () => {
  const send = { type: 'send', socket: 1, data: 'AA==' };
  const sender = opener({ socketOpened: (e) => e.put(send, send) });
  for (const broken of [
    () => {
      throw new Error('not open');
    },
    ({ fail }) => fail({ error: 10, errorMessage: 'not open' }),
  ]) {
    const { task, engine } = await start({ script: sender });
    task().send = broken;
    task().fire('Open', {});
    const [, closed, ...rest] = inputs(engine);
    assert.match(closed.flat().join(' '), /^socketClosed 1 1006 .*not open$/);
    assert.deepEqual(rest, []);
  }
});

test('closing twice, or a task that throws when closed, does no harm', async () => {
  const close = { type: 'close', socket: 1, code: 1000, reason: 'bye' };
  const { task, zg } = await start({
    script: opener({ stopPlayingStream: (e) => e.put(close, close, { ...close, socket: 7 }) }),
  });
  task().close = (how) => {
    task().closes.push(how);
    throw new Error('closed already');
  };
  zg.stopPlayingStream();
  assert.deepEqual(task().closes, [{ code: 1000, reason: 'bye' }]);
});

test('late callbacks of an old socket carry the number of that socket', async () => {
  const script = opener({
    stopPlayingStream: (e) =>
      e.put(
        { type: 'close', socket: 1, code: 1000, reason: '' },
        { type: 'open', socket: 2, url: 'wss://127.0.0.1/b' },
      ),
  });
  const { my, zg, engine } = await start({ script });
  zg.stopPlayingStream();
  const [old, fresh] = my.tasks;
  fresh.fire('Open', {});
  old.fire('Open', {});
  old.fire('Message', { data: { data: base64('late'), isBuffer: true } });
  old.fire('Close', { data: { code: 1000 } });
  assert.deepEqual(inputs(engine).slice(1), [
    ['socketOpened', [2]],
    ['socketOpened', [1]],
    ['frame', 1, 'late'],
    ['socketClosed', [1, 1000, '']],
  ]);
});

test('the device id is made once and kept', async () => {
  const my = createMy();
  const a = await start({ my });
  const b = await start({ my });
  assert.match(a.engine().config.deviceID, /^[0-9a-f]{32}$/);
  assert.equal(a.engine().config.deviceID, b.engine().config.deviceID);
  my.storage.z_deviceID = 'from an older client';
  assert.equal((await start({ my })).engine().config.deviceID, 'from an older client');
});

test('a storage that refuses, answers nonsense or is missing breaks nothing and changes no id', async () => {
  const refuse = () => {
    throw new Error('full');
  };
  const ids = new Set();
  for (const my of [
    createMy({ setStorageSync: refuse }),
    createMy({ getStorageSync: refuse, setStorageSync: refuse }),
    createMy({ getStorageSync: () => ({ error: 13 }), setStorageSync: () => ({ error: 14 }) }),
    createMy({ getStorageSync: () => undefined }),
    createMy({ getStorageSync: () => ({ data: { an: 'object' } }) }),
    createMy({ getStorageSync: undefined, setStorageSync: undefined }),
  ]) {
    const { engine } = await start({ my });
    ids.add(engine().config.deviceID);
  }
  assert.equal(ids.size, 1);
  assert.match([...ids][0], /^[0-9a-f]{32}$/);
});

test('network changes and app show and hide reach the engine', async () => {
  const { my, engine } = await start();
  my.fire('network', { isConnected: false, networkType: 'NOTREACHABLE' });
  my.fire('network', { isConnected: true, networkType: '4G' });
  my.fire('network', undefined);
  my.fire('hide');
  my.fire('show', { path: 'x' });
  assert.deepEqual(engine().calls, [
    ['network', { online: false, networkType: 'NOTREACHABLE' }],
    ['network', { online: true, networkType: '4G' }],
    ['network', { online: true, networkType: 'UNKNOWN' }],
    ['visibility', { visible: false }],
    ['visibility', { visible: true }],
  ]);
});

test('an engine that starts offline or in the background is told so first', async () => {
  const my = createMy({
    getNetworkType: ({ success }) => success({ networkAvailable: false, networkType: 'NOTREACHABLE' }),
  });
  const { zg, host, engine } = await start({ my, wait: true });
  zg.stopPlayingStream('s');
  my.fire('hide');
  host.release();
  await new Promise(setImmediate);
  assert.equal(engine().config.networkType, 'NOTREACHABLE');
  assert.deepEqual(
    engine().calls.map((c) => c[0]),
    ['network', 'visibility', 'stopPlayingStream'],
  );
});

test('a late answer of getNetworkType does not undo a change seen meanwhile', async () => {
  let answer;
  const { my, engine } = await start({ my: createMy({ getNetworkType: ({ success }) => (answer = success) }) });
  my.fire('network', { isConnected: false, networkType: 'NOTREACHABLE' });
  answer({ networkAvailable: true, networkType: 'WIFI' });
  assert.equal(engine().calls.length, 1);
});

test('an empty my, or none, still gives an engine, with a log that says what is missing', async () => {
  for (const my of [{}, null]) {
    const { engine, logs, zg } = await start({ my, script: opener() });
    assert.equal(engine().calls[0][0], 'socketClosed');
    assert.match(logs.join('\n'), /my\.connectSocket is missing/);
    assert.match(logs.join('\n'), /my\.onNetworkStatusChange is missing/);
    assert.deepEqual(await zg.checkSystemRequirements(), { code: 0, msg: '' });
    zg.destroyEngine();
  }
});

test('checkSystemRequirements knows the oldest client', async () => {
  for (const [version, code] of [
    ['10.1.79', 10001],
    ['9.9.99', 10001],
    ['10.0.90', 10001],
    ['10.1.80', 0],
    ['10.1.80.1000', 0],
    ['10.2', 0],
    ['11', 0],
    ['10.5.90', 0],
    ['', 0],
  ]) {
    const { zg } = await start({ my: createMy({ getSystemInfoSync: () => ({ version }) }) });
    const answer = await zg.checkSystemRequirements();
    assert.equal(answer.code, code, version);
    assert.equal(answer.msg === '', code === 0);
  }
});

test('checkSystemRequirements reports a refused camera or microphone, and asks before the module is there', async () => {
  for (const [authSetting, code] of [
    [{ camera: false, audioRecord: true }, 10002],
    [{ audioRecord: false }, 10002],
    [{ 'scope.camera': false }, 10002],
    [{ 'scope.record': false }, 10002],
    [{ location: false }, 0],
    [{}, 0],
    [undefined, 0],
  ]) {
    const { zg } = await start({ wait: true, my: createMy({ getSetting: ({ success }) => success({ authSetting }) }) });
    assert.equal((await zg.checkSystemRequirements()).code, code, JSON.stringify(authSetting));
  }
});

test('checkSystemRequirements rejects with the error of the host', async () => {
  const failing = createMy({ getSetting: ({ fail }) => fail({ error: 3, errorMessage: 'busy' }) });
  const throwing = createMy({
    getSetting: () => {
      throw new Error('broken');
    },
  });
  for (const [my, code, message] of [
    [failing, 3, /busy/],
    [throwing, 1, /broken/],
  ]) {
    const { zg } = await start({ my });
    await assert.rejects(
      zg.checkSystemRequirements(),
      (error) => error instanceof shim.ZegoError && error.code === code && message.test(error.message),
    );
  }
  const old = createMy({
    getSetting: ({ fail }) => fail({ error: 3 }),
    getSystemInfoSync: () => ({ version: '10.1.0' }),
  });
  assert.equal((await (await start({ my: old })).zg.checkSystemRequirements()).code, 10001);
});
