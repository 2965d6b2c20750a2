import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHost, event, settled, shim, start, turn } from './support.mjs';

const call = (promise) =>
  promise.then(
    (value) => value,
    (error) => error,
  );

test('calls made while the module loads wait, in order, and lose nothing', async () => {
  const { zg, host, engine } = await start({
    wait: true,
    script: { loginRoom: () => true, getNextUrl: () => 'rtmp://late' },
  });
  const user = { userID: 'u' };
  const login = zg.loginRoom('r', 't', user);
  user.userID = 'changed after the call';
  zg.enableMultiRoom(true);
  zg.sendBroadcastMessage('r', 'hello').catch(() => {});
  zg.stopPlayingStream('s');
  host.release();
  assert.equal(await login, true);
  assert.deepEqual(engine().calls, [
    ['loginRoom', 'r', 't', { userID: 'u' }],
    ['enableMultiRoom', true],
    ['sendBroadcastMessage', 'r', 'hello'],
    ['stopPlayingStream', 's'],
  ]);
});

test('a call made by a handler during the first events does not overtake the calls that waited', async () => {
  const { zg, host, engine } = await start({
    wait: true,
    script: { loginRoom: (e) => e.put(event('roomStateUpdate')) },
  });
  zg.on('roomStateUpdate', () => zg.stopPlayingStream('from the handler'));
  zg.loginRoom('r');
  zg.stopPlayingStream('waited');
  host.release();
  await settled();
  assert.deepEqual(
    engine().calls.map((c) => c[1]),
    ['r', 'waited', 'from the handler'],
  );
});

test('synchronous calls answer "accepted" while the module loads, the truth afterwards, "refused" in the end', async () => {
  const answers = (zg) => [
    zg.logoutRoom('r'),
    zg.stopPublishingStream('s'),
    zg.stopPlayingStream('s'),
    zg.getNextUrl('s'),
    zg.renewToken('t'),
    zg.enableMultiRoom(true),
    zg.updatePlayerState('s', {}),
  ];
  const script = {
    stopPublishingStream: () => false,
    getNextUrl: () => 'rtmp://x',
    renewToken: () => false,
    enableMultiRoom: () => false,
  };
  const { zg, host } = await start({ wait: true, script });
  assert.deepEqual(answers(zg), [undefined, true, undefined, '', true, true, undefined]);
  host.release();
  await settled();
  assert.deepEqual(answers(zg), [undefined, false, undefined, 'rtmp://x', false, false, undefined]);
  zg.destroyEngine();
  assert.deepEqual(answers(zg), [undefined, false, undefined, '', false, false, undefined]);
});

test('a module that cannot load rejects every waiting call with a code and advice; the next call tries again', async () => {
  let healthy = false;
  const good = createHost({ loginRoom: () => true });
  good.release();
  const host = {
    name: 'odd',
    available: () => true,
    open: (hooks) => (healthy ? good.open(hooks) : Promise.reject(new Error('no memory'))),
  };
  const { zg, logs } = await start({ host });
  const events = [];
  zg.on('error', (error) => events.push(error.code));
  const errors = await Promise.all([call(zg.loginRoom('r')), call(zg.sendBroadcastMessage('r', 'm'))]);
  for (const error of errors) {
    assert.ok(error instanceof shim.ZegoError);
    assert.equal(error.code, 1199001);
    assert.match(error.message, /no memory/);
    assert.ok(error.advice.length > 20);
  }
  assert.deepEqual(events, [1199001]);
  assert.ok(logs.some((line) => line.startsWith('error: ')));
  assert.equal(zg.renewToken('t'), false);
  assert.equal(zg.getHostInfo().state, 'failed');
  healthy = true;
  assert.equal(await zg.loginRoom('r'), true);
});

test('a host that throws, an Engine that cannot be made and an unknown host name end the same way', async () => {
  class Broken {
    constructor() {
      throw new Error('unreachable');
    }
  }
  const hosts = [
    {
      name: 'a',
      available: () => true,
      open: () => {
        throw new Error('sync');
      },
    },
    { name: 'b', available: () => true, open: () => Promise.resolve(Broken) },
    { name: 'c', available: () => true, open: () => Promise.reject(undefined) },
    'nonsense',
  ];
  for (const host of hosts) {
    const { zg } = await start({ host });
    assert.equal((await call(zg.loginRoom('r'))).code, 1199001);
  }
});

test('a module that traps outside a room rejects the open calls, reports an error event, and starts anew at the next call', async () => {
  const never = new Promise(() => {});
  const script = {
    constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://x' }),
    setRoomExtraInfo: () => never,
    sendBroadcastMessage: () => 'ok',
    frame: (e, socket, text) => {
      e.put(event('roomStateUpdate', text));
      if (text === 'bad') throw new Error('unreachable executed');
    },
  };
  const { zg, host, my, logs } = await start({ script });
  const got = [];
  zg.on('roomStateUpdate', (text) => got.push(text));
  zg.on('error', (error) => got.push(error.code, error.name));
  const open = call(zg.setRoomExtraInfo('r', 'k', 'v'));
  const old = my.tasks[0];
  old.fire('Message', { data: { data: Buffer.from('good').toString('base64'), isBuffer: true } });
  old.fire('Message', { data: { data: Buffer.from('bad').toString('base64'), isBuffer: true } });
  assert.equal((await open).code, 1199002);
  assert.deepEqual(got, ['good', 1199002, 'EngineStopped']);
  assert.equal(old.closes.length, 1, 'its sockets are closed');
  assert.equal(my.listeners.network.length, 0);
  assert.match(logs.join('\n'), /unreachable executed/);
  assert.equal(zg.stopPublishingStream('s'), false);

  assert.equal(await zg.sendBroadcastMessage('r', 'm'), 'ok');
  assert.equal(host.engines.length, 2);
  old.fire('Message', { data: { data: 'AAAA', isBuffer: true } });
  old.fire('Close', { data: {} });
  assert.deepEqual(
    host.engines[1].calls,
    [['sendBroadcastMessage', 'r', 'm']],
    'the new engine hears nothing of old sockets',
  );
  assert.equal(host.engines[0].freed, false, 'a stopped instance is not called again');
});

const room = {
  loginRoom: (e, roomID) => {
    e.put(event('roomStateUpdate', roomID, 'CONNECTING', 0), event('roomStateUpdate', roomID, 'CONNECTED', 0));
    return true;
  },
  startPublishingStream: (e, streamID) => {
    e.put(event('publisherStateUpdate', { streamID, state: 'PUBLISH_REQUESTING' }));
    return { streamID, url: `rtmp://${e.config.host ?? 'a'}/${streamID}?zgseq=${e.lastTimes?.[1] ?? 0}&zgdid=1` };
  },
  updatePlayerState: (e, streamID) => e.put(event('publisherStateUpdate', { streamID, state: 'PUBLISHING' })),
};

test('a module that stops in a room is started again and led back to it, with the newest token and settings', async () => {
  const { zg, host } = await start({ script: { ...room, renewToken: () => true, enableMultiRoom: () => true } });
  const got = [];
  zg.on('roomStateUpdate', (roomID, state, code) => got.push(`${state} ${code}`));
  zg.on('publisherStateUpdate', ({ state }) => got.push(state));
  zg.on('streamUrlUpdate', () => assert.fail('the address is the same'));
  zg.enableMultiRoom(true);
  await zg.loginRoom('r', 'old', { userID: 'u' }, { userUpdate: true });
  zg.renewToken('new');
  await zg.startPublishingStream('s', { extraInfo: 'e' });
  zg.updatePlayerState('s', { detail: { code: 3800 } });
  const message = call(zg.setRoomExtraInfo('r', 'k', 'v'));
  await message;
  got.length = 0;
  host.hooks.lost(new Error('gone'));
  await settled();
  assert.deepEqual(host.engines[1].calls, [
    ['enableMultiRoom', true],
    ['loginRoom', 'r', 'new', { userID: 'u' }, { userUpdate: true }],
    ['startPublishingStream', 's', { extraInfo: 'e' }],
    ['updatePlayerState', 's', { detail: { code: 3800 } }],
  ]);
  assert.deepEqual(got, ['CONNECTING 1000017', 'CONNECTED 0'], 'the page learns of a reconnection, nothing else');
});

test('open logins, publishes and plays are answered by the restarted module; what may have been sent is rejected', async () => {
  let answers = false;
  const later =
    (name) =>
    (e, ...args) =>
      answers ? room[name](e, ...args) : new Promise(() => {});
  const { zg, host } = await start({
    script: { loginRoom: later('loginRoom'), sendBroadcastMessage: () => new Promise(() => {}) },
  });
  const login = zg.loginRoom('r', 't', { userID: 'u' });
  const message = call(zg.sendBroadcastMessage('r', 'm'));
  answers = true;
  host.hooks.lost(new Error('gone'));
  assert.equal((await message).code, 1199002);
  assert.equal(await login, true);
});

test('the call that stopped the module is rejected and not tried again', async () => {
  const { zg, host } = await start({
    script: {
      ...room,
      startPublishingStream: () => {
        throw new Error('unreachable');
      },
    },
  });
  await zg.loginRoom('r', 't', { userID: 'u' });
  assert.equal((await call(zg.startPublishingStream('s'))).code, 1199002);
  await settled();
  assert.deepEqual(
    host.engines[1].calls.map(([method]) => method),
    ['loginRoom'],
  );
});

test('what the page ends while the module restarts is not brought back', async () => {
  const { zg, host } = await start({ script: { ...room, stopPublishingStream: () => false } });
  await zg.loginRoom('r', 't', { userID: 'u' });
  await zg.startPublishingStream('s');
  host.hooks.lost(new Error('gone'));
  assert.equal(zg.getHostInfo().state, 'loading');
  assert.equal(zg.stopPublishingStream('unknown'), false);
  assert.equal(zg.stopPublishingStream('s'), true);
  await settled();
  assert.deepEqual(
    host.engines[1].calls.map(([method]) => method),
    ['loginRoom', 'stopPublishingStream', 'stopPublishingStream'],
  );
});

test('a publish that comes back on another address is told', async () => {
  const hosts = ['a', 'b'];
  const { zg, host } = await start({ script: { ...room, constructor: (e) => (e.config.host = hosts.shift()) } });
  const got = [];
  zg.on('streamUrlUpdate', (...args) => got.push(args));
  await zg.loginRoom('r', 't', { userID: 'u' });
  await zg.startPublishingStream('s');
  zg.updatePlayerState('s', { detail: { code: 3800 } });
  host.hooks.lost(new Error('gone'));
  await settled();
  assert.deepEqual(
    got.map(([streamID, url, reason]) => [streamID, url.slice(0, 10), reason]),
    [['s', 'rtmp://b/s', 'ENGINE_RESTARTED']],
  );
  assert.deepEqual(host.engines[1].calls.at(-1)[0], 'startPublishingStream', 'the component must begin anew');
});

/** Published and played streams, whose module stops when the service was not heard for `away` ms; `again` ms later once more. */
async function restartedAfter(t, away, again) {
  let now = 1000;
  let isMute = false;
  const script = {
    ...room,
    constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://127.0.0.1/a' }),
    loginRoom: (e, roomID) => (isMute ? new Promise(() => {}) : room.loginRoom(e, roomID)),
    startPlayingStream: (_, streamID) => ({ streamID, url: `rtmp://a/${streamID}?zgseq=${now}&zgdid=1` }),
  };
  const { zg, host, my } = await start({ script, configure: { clock: { mono: () => now, wall: () => now } } });
  const hear = () => my.tasks.at(-1).fire('Message', { data: { data: 'AQ==', isBuffer: true } });
  const got = [];
  zg.on('streamUrlUpdate', (streamID, url, reason) => got.push(`${streamID} ${reason}`));
  await zg.loginRoom('r', 't', { userID: 'u' });
  await zg.startPublishingStream('s');
  await zg.startPlayingStream('p');
  zg.updatePlayerState('s', { detail: { code: 3800 } });
  zg.updatePlayerState('p', { detail: { code: 3802 } });
  hear();
  now += away;
  isMute = again !== undefined;
  host.hooks.lost(new Error('gone'));
  await settled();
  if (isMute) {
    // The link is there and the room is not.
    hear();
    assert.deepEqual(got, []);
    now += again;
    isMute = false;
    t.mock.timers.enable({ apis: ['setTimeout'] });
    host.hooks.lost(new Error('gone'));
    t.mock.timers.tick(1000);
    await settled();
    t.mock.timers.reset();
  }
  zg.destroyEngine();
  return got;
}

test('after a long outage a restarted module tells each address once, also one that stayed', async (t) => {
  const both = ['s ENGINE_RESTARTED', 'p ENGINE_RESTARTED'];
  assert.deepEqual(await restartedAfter(t, 85_000), [], 'the component goes on');
  assert.deepEqual(await restartedAfter(t, 85_001), both);
  assert.deepEqual(await restartedAfter(t, 80_000, 5_000), []);
  assert.deepEqual(await restartedAfter(t, 80_000, 5_001), both, 'the time counts from before the first restart');
});

test('a trap inside a synchronous call, an asynchronous call or a tick is caught', async () => {
  const trap = () => {
    throw new Error('unreachable');
  };
  const script = {
    constructor: (e) => (e.at = e.config.appID === 0 ? 0 : undefined),
    loginRoom: trap,
    renewToken: trap,
    tick: trap,
    stopPlayingStream: (e) => (e.at = 0),
  };
  const a = await start({ script });
  assert.equal((await call(a.zg.loginRoom('r'))).code, 1199002);
  const b = await start({ script });
  assert.equal(b.zg.renewToken('t'), false);
  assert.equal(b.zg.getHostInfo().state, 'failed');
  const c = await start({ script });
  const reported = new Promise((resolve) => c.zg.on('error', resolve));
  c.zg.stopPlayingStream('s');
  assert.equal((await reported).code, 1199002);
});

test('a trap in the middle of a batch drops what was for its sockets and keeps the events', async () => {
  const send = { type: 'send', socket: 1, data: 'AA==' };
  const script = {
    constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://x' }),
    stopPlayingStream: (e) =>
      e.put(
        event('roomStateUpdate', 'a'),
        send,
        { type: 'open', socket: 2, url: 'wss://y' },
        event('roomStateUpdate', 'b'),
      ),
    renewToken: () => {
      throw new Error('unreachable');
    },
  };
  const { zg, my, logs } = await start({ script });
  const got = [];
  zg.on('roomStateUpdate', (which) => got.push(which, which === 'a' && zg.renewToken('t')));
  zg.on('error', (error) => got.push(error.code));
  zg.stopPlayingStream('s');
  assert.deepEqual(got, ['a', false, 'b', false, 1199002]);
  assert.deepEqual(
    my.tasks.map((task) => task.sent.length),
    [0],
  );
  assert.equal(logs.length, 1, 'only the trap itself is logged');
});

test('a trap during destroyEngine still ends the engine', async () => {
  const { zg, my } = await start({
    script: {
      constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://x' }),
      destroyEngine: () => {
        throw new Error('unreachable');
      },
    },
  });
  zg.on('error', () => assert.fail('after the end'));
  zg.destroyEngine();
  assert.equal(my.tasks[0].closes.length, 1);
  assert.equal((await call(zg.loginRoom('r'))).code, 1199003);
});

test('a host that loses its module is a module that stopped', async () => {
  const { zg, host } = await start({ script: { setRoomExtraInfo: () => new Promise(() => {}) } });
  const open = call(zg.setRoomExtraInfo('r', 'k', 'v'));
  host.hooks.lost(new Error('worker killed'));
  const error = await open;
  assert.equal(error.code, 1199002);
  assert.match(error.message, /worker killed/);
});

test('one timer follows the deadline of the engine', async (t) => {
  let now = 1000;
  t.mock.method(performance, 'now', () => now);
  const armed = [];
  t.mock.method(globalThis, 'setTimeout', (fn, ms) => armed.push({ fn, ms }));
  t.mock.method(globalThis, 'clearTimeout', (id) => id && (armed[id - 1].cleared = true));
  const at = {
    stopPlayingStream: (e, deadline) => void (e.at = deadline ?? undefined),
    renewToken: () => {
      throw new Error('unreachable');
    },
  };
  const { zg, engine } = await start({ script: at });
  assert.equal(armed.length, 0);
  zg.stopPlayingStream(1500.2);
  zg.stopPlayingStream(1500.2);
  assert.deepEqual(
    armed.map((x) => x.ms),
    [501],
    'the same deadline arms once, rounded up',
  );
  zg.stopPlayingStream(3000);
  assert.deepEqual(
    armed.map((x) => [x.ms, !!x.cleared]),
    [
      [501, true],
      [2000, false],
    ],
  );
  now = 3000;
  armed[1].fn();
  assert.deepEqual(engine().calls.at(-1), ['tick']);
  assert.deepEqual(armed.at(-1).ms, 0, 'a deadline that stays is armed again');
  zg.stopPlayingStream(5e12);
  assert.equal(armed.at(-1).ms, 0x7fffffff);
  zg.stopPlayingStream(10);
  assert.equal(armed.at(-1).ms, 0);
  zg.stopPlayingStream(null);
  const running = () => armed.filter((x, i) => !x.cleared && i !== 1).length;
  assert.equal(running(), 0, 'no deadline, no timer');
  zg.stopPlayingStream(9000);
  assert.equal(running(), 1);
  zg.renewToken('trap');
  assert.equal(running(), 0, 'a stopped engine needs no timer');
  const other = await start({ script: at });
  other.zg.stopPlayingStream(9000);
  other.zg.destroyEngine();
  assert.equal(running(), 0, 'nor does a destroyed one');
});

test('a destroyed engine that waits for an answer has its socket and its timer until then, a second at most', async (t) => {
  const begin = async () => {
    const script = {
      constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://127.0.0.1/a' }),
      destroyEngine: (e) => void (e.at = performance.now() + 6000),
      frame: (e) => {
        e.at = undefined;
        e.put({ type: 'send', socket: 1, data: 'AQ==' }, { type: 'close', socket: 1 });
      },
    };
    const started = await start({ script });
    started.my.tasks[0].fire('Open', {});
    const login = call(started.zg.loginRoom('r'));
    started.zg.destroyEngine();
    assert.equal((await login).code, 1199003, 'nobody waits');
    assert.equal(started.my.tasks[0].closes.length, 0);
    assert.equal(started.engine().freed, false);
    return started;
  };
  const answered = await begin();
  answered.my.tasks[0].fire('Message', { data: { data: 'AQ==', isBuffer: true } });
  assert.deepEqual(
    answered.my.tasks[0].sent.map(({ data }) => data),
    ['AQ=='],
  );
  assert.equal(answered.my.tasks[0].closes.length, 1);
  assert.equal(answered.engine().freed, true);

  t.mock.timers.enable({ apis: ['setTimeout'] });
  const silent = await begin();
  t.mock.timers.tick(999);
  assert.equal(silent.engine().freed, false);
  t.mock.timers.tick(1);
  assert.equal(silent.my.tasks[0].closes.length, 1);
  assert.equal(silent.engine().freed, true);
  assert.deepEqual([silent.my.listeners.network, silent.my.listeners.show], [[], []]);
});

test('outputs of another thread are carried out when it wakes the driver', async () => {
  const { zg, host, engine } = await start();
  const got = [];
  zg.on('roomStateUpdate', (text) => got.push(text));
  engine().put(
    event('roomStateUpdate', 'late'),
    { type: 'log', level: 'info', message: 'x' },
    { type: 'mystery' },
    { type: 'event' },
    event('roomStateUpdate', 'last'),
  );
  host.hooks.wake();
  assert.deepEqual(got, ['late', 'last'], 'an output nobody knows stops nothing');
  assert.equal(zg.stopPublishingStream('s'), false, 'no answer is a refusal');
});

test('destroyEngine carries out the farewell, closes everything and refuses further use', async () => {
  const script = {
    constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://x' }),
    loginRoom: () => new Promise(() => {}),
    destroyEngine: (e) =>
      e.put(
        event('roomStateUpdate', 'DISCONNECTED'),
        { type: 'send', socket: 1, data: 'AQ==' },
        { type: 'event', name: 'playerStateUpdate', args: [], deferred: true },
      ),
  };
  const { zg, my, engine } = await start({ script });
  const got = [];
  zg.on('playerStateUpdate', () => assert.fail('after the end'));
  zg.on('roomStateUpdate', (state) => {
    got.push(state);
    zg.destroyEngine();
  });
  const login = call(zg.loginRoom('r'));
  zg.destroyEngine();
  assert.equal((await login).code, 1199003);
  assert.deepEqual(got, ['DISCONNECTED']);
  assert.deepEqual(
    my.tasks[0].sent.map((m) => m.data),
    ['AQ=='],
  );
  assert.equal(my.tasks[0].closes.length, 1);
  assert.deepEqual([my.listeners.network, my.listeners.show, my.listeners.hide], [[], [], []]);
  assert.ok(engine().freed);
  const calls = engine().calls.length;
  my.tasks[0].fire('Close', { data: {} });
  assert.equal((await call(zg.loginRoom('r'))).code, 1199003);
  await turn(5);
  assert.equal(engine().calls.length, calls);
});

test('destroyEngine inside a handler waits for the outputs before it, and while loading rejects what waits', async () => {
  const { zg, engine } = await start({
    script: { updatePlayerState: (e) => e.put(event('roomStateUpdate', 1), event('roomStateUpdate', 2)) },
  });
  const got = [];
  zg.on('roomStateUpdate', (n) => {
    got.push(n);
    zg.destroyEngine();
  });
  zg.updatePlayerState();
  assert.deepEqual(got, [1, 2]);
  assert.ok(engine().freed);

  const early = await start({ wait: true });
  const login = call(early.zg.loginRoom('r'));
  early.zg.destroyEngine();
  early.host.release();
  assert.equal((await login).code, 1199003);
  await settled();
  assert.equal(early.host.engines.length, 0);

  const failing = await start({
    host: { name: 'f', available: () => true, open: () => new Promise((_, reject) => setTimeout(reject)) },
  });
  failing.zg.destroyEngine();
  await turn(5);
  assert.deepEqual(failing.logs, []);
});

test('two engines live side by side', async () => {
  const a = await start({ script: { loginRoom: () => 'a' } });
  const b = await start({ script: { loginRoom: () => 'b' } });
  a.zg.on('roomStateUpdate', () => assert.fail('event of another engine'));
  b.engine().put(event('roomStateUpdate'));
  b.host.hooks.wake();
  a.zg.destroyEngine();
  assert.equal(await b.zg.loginRoom('r'), 'b');
});

test('a log that throws stops nothing', async () => {
  const { zg, host, engine } = await start({
    configure: {
      log: () => {
        throw new Error('full');
      },
    },
    script: { loginRoom: () => true },
  });
  engine().put({ type: 'log', level: 'info', message: 'x' });
  host.hooks.wake();
  assert.equal(await zg.loginRoom('r'), true);
});
