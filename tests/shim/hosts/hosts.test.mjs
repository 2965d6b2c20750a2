// Whole calls of the packed package in worlds that have only what Alipay has: every host in every runtime, one behaviour.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { roomServerProblem, startRoomServer } from '../../support/room-server.mjs';
import { Recorder } from '../../support/recorder.mjs';
import { RUNTIMES, createWorld } from './bare-world.mjs';
import { installPackage, packageProblem } from './packed.mjs';

const HOSTS = ['inline', 'worker', 'plain'];
const STEPS = ['loads', 'logs in', 'publishes', 'plays', 'reconnects', 'survives', 'destroys'];
const WORKER = { script: 'pkg/worker.js', wasm: '/pkg/engine.wasm.br' };
const skip = packageProblem() ?? roomServerProblem() ?? false;

let installed;
let server;
/** Rows of the table printed at the end. */
const table = [];

before(async () => {
  if (skip) return;
  installed = installPackage();
  server = await startRoomServer({ mediaHosts: ['127.0.0.1:1935', '127.0.0.2:1935'] });
});
after(async () => {
  if (skip) return;
  installed.remove();
  await server.close();
  console.log(`\n${['host', 'runtime', ...STEPS].map((text) => text.padEnd(11)).join('')}`);
  for (const { host, runtime, done } of table) {
    console.log(
      [host, runtime, ...STEPS.map((step) => done.get(step) ?? 'NO')].map((text) => text.padEnd(11)).join(''),
    );
  }
});

/** One mini program with one engine. */
function startProgram({ runtime = 'simulator', host, worker = WORKER, files = installed.files, ...options }) {
  const world = createWorld({ runtime, files, ...options });
  const { ZegoExpressEngine } = world.load();
  ZegoExpressEngine.configure({ host, worker, log: () => {} });
  const zg = new ZegoExpressEngine(server.appID, server.ws);
  const recorder = new Recorder().attach(zg);
  for (const name of ['error', 'streamUrlUpdate']) zg.on(name, (...args) => recorder.record(name, args));
  return { world, zg, recorder, ZegoExpressEngine };
}

const login = async ({ zg }, roomID, userID) =>
  zg.loginRoom(roomID, await server.token(userID), { userID }, { userUpdate: true });
const failure = (promise) =>
  promise.then(
    () => assert.fail('resolved'),
    (error) => error,
  );
const component = ({ zg }, streamID, code) => zg.updatePlayerState(streamID, { detail: { code } });
const named = (recorder, name) => recorder.events.filter((event) => event.name === name);
const states = (recorder) => named(recorder, 'roomStateUpdate').map(({ args }) => args[1]);
const until = async (condition, what) => {
  const end = Date.now() + 8000;
  while (!(await condition())) {
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const usersOf = async (roomID) =>
  (await server.rooms()).find((room) => room.roomID === roomID)?.users.map((user) => user.userID) ?? [];

// They wait for most of their time.
describe('a whole call', { concurrency: 4, skip }, () => {
  for (const runtime of RUNTIMES) {
    for (const host of HOSTS) {
      // A runtime without WebAssembly cannot be inline; that it says so is tested below.
      if (runtime === 'plainest' && host === 'inline') continue;
      test(`host ${host}, runtime ${runtime}`, async () => {
        const row = { host, runtime, done: new Map() };
        table.push(row);
        const done = (step) => row.done.set(step, 'yes');
        const us = startProgram({ runtime, host });
        const peer = startProgram({ runtime: 'simulator', host: 'inline' });
        try {
          await call({ us, peer, roomID: `${host}-${runtime}`, host, done });
        } finally {
          for (const { zg, world } of [us, peer]) {
            zg.destroyEngine();
            world.dispose();
          }
        }
      });
    }
  }
});

async function call({ us, peer, roomID, host, done }) {
  const { zg, recorder, world } = us;

  const early = await failure(zg.sendBroadcastMessage(roomID, ''));
  assert.equal(early.code, 1009001, 'bad arguments are refused with the documented code');
  assert.deepEqual({ ...zg.getHostInfo() }, { host, state: 'ready', version: zg.getVersion() });
  assert.equal(zg.enableMultiRoom('yes'), false);
  assert.equal(zg.stopPublishingStream('s'), false);
  assert.equal(zg.renewToken('x'), false, 'no room, no token');
  done('loads');

  assert.equal(await login(us, roomID, 'us'), true);
  assert.equal(await login(peer, roomID, 'peer'), true);
  assert.deepEqual(states(recorder), ['CONNECTING', 'CONNECTED']);
  await until(() => named(recorder, 'roomUserUpdate').length === 1, 'the peer is seen');
  assert.equal(zg.enableMultiRoom(true), false, 'too late');
  assert.equal(zg.renewToken(await server.token('us'), roomID), true);
  assert.equal(zg.renewToken('x', 'another room'), false);
  assert.equal((await failure(login(us, roomID, 'us'))).code, 1002056);
  done('logs in');

  const mine = `${roomID}-us`;
  const published = await zg.startPublishingStream(mine, { extraInfo: 'äöü 通话 🎥' });
  assert.match(published.url, new RegExp(`^rtmp://127.0.0.1:1935/${server.appID}/${mine}\\?`));
  assert.match(zg.getNextUrl(mine), /^rtmp:\/\/127\.0\.0\.2:1935\//);
  assert.equal(zg.getNextUrl('unknown'), '');
  assert.equal((await failure(zg.startPublishingStream(mine))).code, 1103056);
  component(us, mine, 3800);
  await until(() => named(recorder, 'publisherStateUpdate').at(-1)?.args[0].state === 'PUBLISHING', 'publishing');
  await until(() => named(peer.recorder, 'roomStreamUpdate').length === 1, 'the peer sees the stream');
  assert.equal(named(peer.recorder, 'roomStreamUpdate')[0].args[2][0].extraInfo, 'äöü 通话 🎥');
  assert.equal((await zg.startPublishingStream(`${mine}-2`)).streamID, `${mine}-2`);
  assert.equal(zg.stopPublishingStream(`${mine}-2`), true);
  assert.equal(zg.stopPublishingStream(`${mine}-2`), false);
  done('publishes');

  const theirs = `${roomID}-peer`;
  await peer.zg.startPublishingStream(theirs);
  component(peer, theirs, 3800);
  await until(() => named(recorder, 'roomStreamUpdate').length === 1, 'we see the stream');
  assert.match((await zg.startPlayingStream(theirs)).url, /^rtmp:/);
  component(us, theirs, 3802);
  await until(() => named(recorder, 'playerStateUpdate').at(-1)?.args[0].state === 'PLAYING', 'playing');
  assert.equal((await zg.sendBroadcastMessage(roomID, 'hello 你好')).errorCode, 0);
  await zg.sendCustomCommand(roomID, { a: [1, undefined, null], b: { $: 'undefined' } }, ['peer']);
  await until(() => named(peer.recorder, 'IMRecvCustomCommand').length === 1, 'the command arrives');
  assert.deepEqual(JSON.parse(JSON.stringify(named(peer.recorder, 'IMRecvCustomCommand')[0].args[2])), {
    a: [1, null, null],
    b: { $: 'undefined' },
  });
  done('plays');

  let from = recorder.events.length;
  const since = (name) =>
    recorder.events
      .slice(from)
      .filter((event) => event.name === name)
      .map(({ args }) => args);
  world.host.cutNetwork();
  await until(() => since('roomStateUpdate').some((args) => args[1] === 'CONNECTING'), 'the break is told');
  world.host.restoreNetwork();
  await until(() => since('roomStateUpdate').some((args) => args[1] === 'CONNECTED'), 'connected again');
  assert.deepEqual(since('error'), []);
  done('reconnects');

  for (const disaster of host === 'worker' ? ['trap', 'kill'] : ['trap']) {
    from = recorder.events.length;
    const peerFrom = peer.recorder.events.length;
    if (disaster === 'kill') world.worker.kill();
    else world.trap = true;
    zg.sendBroadcastMessage(roomID, 'this one may be lost').catch(() => {});
    await until(() => since('roomStateUpdate').length === 2, `back after the ${disaster}`);
    assert.deepEqual(
      since('roomStateUpdate').map(([, state, code]) => [state, code]),
      [
        ['CONNECTING', 1000017],
        ['CONNECTED', 0],
      ],
    );
    assert.equal(since('error').length, 1);
    assert.equal(since('error')[0][0].code, 1199002);
    assert.match(since('error')[0][0].msg, disaster === 'kill' ? /ended the Worker/ : /panicked at .*boom/);
    await until(
      () =>
        peer.recorder.events.slice(peerFrom).some(({ name, args }) => name === 'roomStreamUpdate' && args[1] === 'ADD'),
      'the stream is announced again',
    );
    // Long enough for what comes late.
    await new Promise((resolve) => setTimeout(resolve, 2300));
    for (const name of [
      'roomUserUpdate',
      'roomStreamUpdate',
      'publisherStateUpdate',
      'playerStateUpdate',
      'streamUrlUpdate',
    ]) {
      assert.deepEqual(since(name), [], `${name} tells nothing that the page knows`);
    }
    assert.equal((await zg.sendBroadcastMessage(roomID, 'back')).errorCode, 0);
    // The Worker that replaces a killed one knows nothing of the first.
    if (host !== 'plain' && disaster === 'trap')
      assert.equal(world.compilations, 1, 'a restart does not compile again');
  }
  component(us, theirs, 3803);
  await until(() => named(recorder, 'playerStateUpdate').at(-1)?.args[0].state === 'NO_PLAY', 'the player failed');
  assert.match(zg.getNextUrl(theirs), /^rtmp:/, 'a failed player is there');
  done('survives');

  zg.destroyEngine();
  assert.equal(zg.getHostInfo().state, 'destroyed');
  await until(async () => !(await usersOf(roomID)).includes('us'), 'the server saw us leave');
  await until(() => !world.worker && world.host.openSockets.length === 0, 'nothing is left running');
  assert.equal((await failure(zg.loginRoom(roomID, 't', { userID: 'us' }))).code, 1199003);
  done('destroys');
}

test('without a choice the host is inline, else the declared worker, else plain JavaScript', { skip }, async () => {
  const cases = [
    [{ runtime: 'simulator' }, 'inline', ['index.js', 'engine-wasm.js']],
    [{ runtime: 'plainest' }, 'worker', ['index.js', 'host-worker.js']],
    [{ runtime: 'plainest', worker: null }, 'plain', ['index.js', 'engine-plain.js']],
  ];
  for (const [options, expected, required] of cases) {
    const { zg, world } = startProgram(options);
    await failure(zg.loginRoom('', '', {}));
    assert.deepEqual({ ...zg.getHostInfo() }, { host: expected, state: 'ready', version: zg.getVersion() });
    assert.deepEqual(world.required, required, 'nothing is loaded that is not needed');
    zg.destroyEngine();
    world.dispose();
  }
});

test('the module is compiled once, however many engines there are', { skip }, async () => {
  for (const host of ['inline', 'worker']) {
    const { zg, world, ZegoExpressEngine } = startProgram({ host });
    await failure(zg.loginRoom('', '', {}));
    const more = [new ZegoExpressEngine(server.appID, server.ws), new ZegoExpressEngine(server.appID, server.ws)];
    for (const engine of more) await failure(engine.loginRoom('', '', {}));
    assert.equal(world.compilations, 1, host);
    for (const engine of [zg, ...more]) engine.destroyEngine();
    world.dispose();
  }
});

test('an argument that makes the memory grow does not cut the module off', { skip }, async () => {
  for (const host of HOSTS) {
    const us = startProgram({ host });
    assert.equal((await failure(us.zg.setStreamExtraInfo('s', 'x'.repeat(4_000_000)))).code, 1100001, host);
    assert.equal(await login(us, `grown-${host}`, 'us'), true, host);
    assert.equal((await us.zg.sendBroadcastMessage(`grown-${host}`, 'hello')).errorCode, 0, host);
    us.zg.destroyEngine();
    us.world.dispose();
  }
});

test('states come with the one before, and devices of the peer are told, in every host', { skip }, async () => {
  for (const host of HOSTS) {
    const roomID = `devices-${host}`;
    const us = startProgram({ host });
    const peer = startProgram({ host });
    const heard = [];
    us.zg.on('peerDeviceStateUpdate', (room, [{ camera, microphone }]) => heard.push([room, camera, microphone]));
    await login(us, roomID, 'us');
    await login(peer, roomID, 'peer');
    await peer.zg.startPublishingStream(roomID, { extraInfo: 'mine' });
    await peer.zg.setDeviceState(roomID, { microphone: false });
    component(peer, roomID, 3800);
    await until(() => heard.length === 1, 'the devices of a new stream');
    await peer.zg.setDeviceState(roomID, { microphone: true, camera: false });
    await until(() => heard.length === 2, 'the devices that were switched');
    assert.deepEqual(heard, [
      [roomID, true, false],
      [roomID, false, true],
    ]);
    const [added] = named(us.recorder, 'roomStreamUpdate');
    assert.equal(added.args[2][0].extraInfo, 'mine');
    assert.deepEqual(
      named(us.recorder, 'roomStateUpdate').map(({ args }) => [args[1], args[4]]),
      [
        ['CONNECTING', 'DISCONNECTED'],
        ['CONNECTED', 'CONNECTING'],
      ],
      host,
    );
    assert.deepEqual(
      named(peer.recorder, 'publisherStateUpdate').map(({ args: [{ state, previousState }] }) => [
        state,
        previousState,
      ]),
      [
        ['PUBLISH_REQUESTING', 'NO_PUBLISH'],
        ['PUBLISHING', 'PUBLISH_REQUESTING'],
      ],
      host,
    );
    for (const { zg, world } of [us, peer]) {
      zg.destroyEngine();
      world.dispose();
    }
  }
});

test('on iOS the Worker is the experimental one, elsewhere the common one', { skip }, async () => {
  for (const [runtime, how] of [
    ['iPhone', { useExperimentalWorker: true }],
    ['simulator', undefined],
  ]) {
    const { zg, world } = startProgram({ runtime, host: 'worker' });
    await failure(zg.loginRoom('', '', {}));
    assert.deepEqual(
      world.made.map((worker) => worker.how && { ...worker.how }),
      [how],
    );
    zg.destroyEngine();
    world.dispose();
  }
});

const without = (name) => new Map([...installed.files].filter(([file]) => file !== name));
const damaged = (name) => new Map(installed.files).set(name, Buffer.from(installed.files.get(name).subarray(0, 900)));
const damagedText = (damage) =>
  new Map(installed.files).set('engine-wasm.js', Buffer.from(damage(installed.files.get('engine-wasm.js').toString())));
/** What can be wrong, and what the developer must be told: words of the message and of the advice. */
const FAULTS = [
  [
    'the text form of the module is missing',
    () => ({ host: 'inline', files: without('engine-wasm.js') }),
    /engine-wasm/,
    /engine-wasm\.js/,
  ],
  [
    'the text form of the module is damaged',
    () => ({ host: 'inline', files: damagedText((text) => text.slice(0, 40_000) + text.slice(60_000)) }),
    /./,
    /engine-wasm\.js/,
  ],
  [
    'the text form of the module has lost its characters of two bytes',
    () => ({ host: 'inline', files: damagedText((text) => text.replace(/[^ -~]/g, '')) }),
    /./,
    /engine-wasm\.js/,
  ],
  [
    'the runtime rejects the module',
    () => ({ host: 'inline', refuse: () => Promise.reject(new RangeError('no memory')) }),
    /no memory/,
    /"plain" needs no WebAssembly/,
  ],
  [
    'the runtime throws instead of instantiating',
    () => ({
      host: 'inline',
      refuse() {
        throw new TypeError('not today');
      },
    }),
    /not today/,
    /"plain" needs no WebAssembly/,
  ],
  ['the runtime has no WebAssembly', () => ({ host: 'inline', runtime: 'plainest' }), /no WebAssembly/, /"plain"/],
  [
    'the translation is missing',
    () => ({ host: 'plain', files: without('engine-plain.js') }),
    /engine-plain/,
    /engine-plain\.js/,
  ],
  ['the translation is damaged', () => ({ host: 'plain', files: damaged('engine-plain.js') }), /./, /engine-plain\.js/],
  ['the host is unknown', () => ({ host: 'elsewhere' }), /elsewhere/, /inline, worker, plain/],
  ['no Worker is declared', () => ({ host: 'worker', worker: null }), /not declared/, /configure/],
  ['the Worker is not in app.json', () => ({ host: 'worker', workers: [] }), /gave no Worker/, /app\.json/],
  [
    'the Worker script never answers',
    () => ({
      host: 'worker',
      files: new Map(installed.files).set('worker.js', ''),
      worker: { ...WORKER, timeout: 200 },
    }),
    /did not answer within 0\.2 s/,
    /app\.json/,
  ],
  [
    'the Worker script is of another version',
    () => ({
      host: 'worker',
      files: new Map(installed.files).set(
        'worker.js',
        String(installed.files.get('worker.js')).replaceAll('0.1.0', '9.9.9'),
      ),
    }),
    /9\.9\.9/,
    /same package/,
  ],
  [
    'engine.wasm is missing',
    () => ({ host: 'worker', files: without('engine.wasm.br') }),
    /no such file/,
    /engine\.wasm/,
  ],
  [
    'engine.wasm is damaged',
    () => ({ host: 'worker', files: damaged('engine.wasm.br') }),
    /could not load/,
    /engine\.wasm/,
  ],
  [
    'the path of engine.wasm is relative',
    () => ({ host: 'worker', worker: { ...WORKER, wasm: 'engine.wasm' } }),
    /absolute/,
    /absolute path/,
  ],
];

for (const [name, options, message, advice] of FAULTS) {
  test(`${name}: the login is rejected with a code and advice, and the page keeps running`, { skip }, async () => {
    const { zg, world, recorder } = startProgram(options());
    const error = await failure(zg.loginRoom('room', 'token', { userID: 'us' }));
    assert.equal(error.code, 1199001);
    assert.match(error.message, message);
    assert.match(error.advice, advice);
    assert.equal(named(recorder, 'error').length, 1);
    assert.equal(zg.getHostInfo().state, 'failed');
    assert.equal(zg.stopPublishingStream('s'), false);
    zg.destroyEngine();
    world.dispose();
  });
}

test('a Worker that falls silent in a call is replaced', { skip }, async () => {
  const us = startProgram({ host: 'worker', worker: { ...WORKER, timeout: 500 } });
  await login(us, 'mute', 'us');
  const { worker } = us.world;
  worker.isMute = true;
  us.world.host.setNetworkType('4G');
  await until(() => us.world.made.length === 2, 'another Worker');
  await until(() => states(us.recorder).join() === 'CONNECTING,CONNECTED,CONNECTING,CONNECTED', 'connected again');
  assert.equal(worker.isAlive, false);
  us.zg.destroyEngine();
  us.world.dispose();
});

test('messages on the way to an engine that stopped do not make its Worker look dead', { skip }, async () => {
  const us = startProgram({ host: 'worker', worker: { ...WORKER, timeout: 400 } });
  await login(us, 'busy', 'us');
  const busy = setInterval(() => us.zg.setDebugVerbose(true), 1);
  us.world.trap = true;
  us.zg.sendBroadcastMessage('busy', 'm').catch(() => {});
  await until(() => named(us.recorder, 'error').length === 1, 'the trap');
  clearInterval(busy);
  await until(() => states(us.recorder).at(-1) === 'CONNECTED', 'connected again');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(us.world.made.length, 1, 'the same Worker');
  assert.equal(named(us.recorder, 'error').length, 1);
  us.zg.destroyEngine();
  us.world.dispose();
});

test('an engine that stops again and again ends its rooms and stays stopped until it is called', { skip }, async () => {
  const us = startProgram({ host: 'inline' });
  await login(us, 'doomed', 'us');
  Object.defineProperty(us.world, 'trap', { get: () => true, set() {} });
  us.world.host.lastSocket.drop();
  await until(() => states(us.recorder).at(-1) === 'DISCONNECTED', 'given up');
  assert.equal(named(us.recorder, 'error').length, 4);
  assert.equal(us.zg.getHostInfo().state, 'failed');
  us.zg.destroyEngine();
  us.world.dispose();
});

test('an ES module import gives the same classes', { skip }, async () => {
  const folder = `${installed.folder}/node_modules/zego-express-alipay`;
  const esm = await import(`${folder}/index.js`);
  assert.equal(typeof esm.ZegoExpressEngine, 'function');
  assert.equal(typeof esm.ZegoError, 'function');
  assert.match(String(installed.files.get('index.esm.js')), /export default ZegoExpressEngine/);
});
