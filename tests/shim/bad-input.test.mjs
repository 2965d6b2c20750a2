// What the properties of hosts/hostile*.test.mjs found, one by one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHost, createMy, event, settled, shim, start } from './support.mjs';

const { ZegoExpressEngine } = shim;

test('whatever a handler throws, the next one gets the event', async () => {
  const unreadable = new Proxy(
    {},
    {
      get() {
        throw new Error('get was trapped');
      },
    },
  );
  const stack = Object.assign(new Error('x'), { stack: { toString: null, valueOf: null } });
  for (const thrown of [unreadable, stack, Symbol('thrown'), undefined, Object.create(null)]) {
    const { zg, logs } = await start({ script: { updatePlayerState: (engine) => engine.put(event('error', 1)) } });
    const got = [];
    zg.on('error', () => {
      throw thrown;
    });
    zg.on('error', (value) => got.push(value));
    zg.updatePlayerState();
    assert.deepEqual(got, [1]);
    assert.equal(logs.filter((line) => line.startsWith('error: a handler of error threw: ')).length, 1);
    assert.equal(logs.filter((line) => line.includes('an output failed')).length, 0);
  }
});

test('settings of a wrong type are refused by name, and none is set', async () => {
  const { zg } = await start();
  for (const options of [undefined, null, 5, 'inline', () => {}, Symbol('x')])
    assert.throws(() => ZegoExpressEngine.configure(options), {
      name: 'TypeError',
      message: /^options must be an object/,
    });
  const wrong = { my: 5, host: Symbol('x'), worker: 'worker.js', seed: '7', reconnect: {}, log: 'console' };
  for (const [name, value] of Object.entries(wrong)) {
    const attempt = () => ZegoExpressEngine.configure({ host: 'none of them', [name]: value });
    assert.throws(attempt, { name: 'TypeError', message: new RegExp(`^${name} must be an? `) });
  }
  const unreadable = {
    get host() {
      throw new Error('no host');
    },
  };
  assert.throws(() => ZegoExpressEngine.configure(unreadable), { name: 'TypeError', message: /^options must be / });
  const other = new ZegoExpressEngine(1, 'wss://127.0.0.1/ws');
  assert.equal(other.getHostInfo().host, zg.getHostInfo().host);
  other.destroyEngine();
});

test('a host object of the platform whose parts cannot be read is one without them', async () => {
  const my = new Proxy(
    {},
    {
      get() {
        throw new Error('get was trapped');
      },
    },
  );
  const { zg, logs } = await start({ my });
  assert.equal(zg.getHostInfo().state, 'ready');
  assert.deepEqual(await zg.checkSystemRequirements(), { code: 0, msg: '' });
  assert.ok(logs.includes('warn: my.onAppShow is missing'));
});

test('a destroyed engine takes no handler and sends no log', async () => {
  const requests = [];
  const my = createMy({ request: (request) => requests.push(request) });
  const { zg } = await start({ my });
  zg.destroyEngine();
  const handler = () => {};
  assert.deepEqual(
    [zg.on('error', handler), zg.once('error', handler), zg.off('error', handler)],
    [false, false, false],
  );
  assert.equal(zg.setLogConfig({ logURL: 'https://127.0.0.1/log', remoteLogLevel: 'debug' }), false);
  zg.setDebugVerbose(true);
  await assert.rejects(zg.sendBroadcastMessage('r', 'x'), { code: 1199003 });
  zg.destroyEngine();
  assert.deepEqual(requests, []);
});

test('a module that comes after the engine was destroyed is given back', async () => {
  const host = createHost();
  let load;
  let unused = 0;
  host.open = () => new Promise((resolve) => (load = resolve));
  ZegoExpressEngine.configure({ host, my: createMy(), log: () => {} });
  const zg = new ZegoExpressEngine(1, 'wss://127.0.0.1/ws');
  await settled();
  zg.destroyEngine();
  load(
    class Engine {
      static unused() {
        unused += 1;
      }
    },
  );
  await settled();
  assert.equal(unused, 1);
});

test('settings that the platform never tells end the check in time', async (t) => {
  const { zg } = await start({ my: createMy({ getSetting: () => {} }) });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const checked = zg.checkSystemRequirements().catch((error) => error);
  t.mock.timers.tick(5000);
  const error = await checked;
  assert.ok(error instanceof shim.ZegoError);
  assert.deepEqual([error.code, error.name, error.message], [1, 'GetSettingFailed', 'my.getSetting: no answer']);
});
