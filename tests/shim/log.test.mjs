import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { createMy, event, settled, shimFile, start } from './support.mjs';

const TOKEN = `04${'AAAAAGWx/+'.repeat(12)}==`;
const user = { userID: 'u' };
const room = {
  loginRoom: (e, roomID) => {
    e.put(event('roomStateUpdate', roomID, 'CONNECTED', 0, undefined), {
      type: 'log',
      level: 'info',
      message: 'joined',
    });
    return true;
  },
};
const write = (engine, host, ...lines) => {
  engine().put(...lines.map(([level, message]) => ({ type: 'log', level, message })));
  host.hooks.wake();
};
const EVERY_LEVEL = ['debug', 'info', 'warn', 'error'].map((level) => [level, `a line of ${level}`]);

/** A `my` whose requests the test answers: `requests` holds them. */
function createPosting() {
  const requests = [];
  return { requests, my: createMy({ request: (request) => void requests.push(request) }) };
}
const linesOf = (request) => request.data.split('\n').map((line) => JSON.parse(line));

test('lines below the level are not shown, and the default level is info', async () => {
  const { zg, engine, host, logs } = await start();
  const shown = (config) => {
    if (config) assert.equal(zg.setLogConfig(config), true);
    logs.length = 0;
    write(engine, host, ...EVERY_LEVEL);
    return logs.map((line) => line.split(':')[0]);
  };
  assert.deepEqual(shown(), ['info', 'warn', 'error']);
  assert.deepEqual(shown({ logLevel: 'debug' }).slice(-4), ['debug', 'info', 'warn', 'error']);
  assert.deepEqual(shown({ logLevel: 'warn' }), ['warn', 'error']);
  assert.deepEqual(shown({}), ['warn', 'error'], 'what is left out stays as it is');
  assert.deepEqual(shown({ logLevel: 'error' }), ['error']);
  assert.deepEqual(shown({ logLevel: 'report' }), []);
  assert.deepEqual(shown({ logLevel: 'disable' }), []);
});

test('the level counts at once, also while the module loads', async () => {
  const { zg, engine, host, logs } = await start({ wait: true });
  assert.equal(zg.setLogConfig({ logLevel: 'error' }), true);
  host.release();
  await settled();
  write(engine, host, ...EVERY_LEVEL);
  assert.deepEqual(logs, ['error: a line of error']);
});

test('settings that are wrong answer false and change nothing', async () => {
  const { zg, engine, host, logs } = await start();
  zg.setLogConfig({ logLevel: 'warn' });
  const hostile = {
    get logLevel() {
      throw new Error('no');
    },
  };
  const cyclic = {};
  cyclic.logLevel = cyclic;
  const wrong = [
    undefined,
    null,
    5,
    'debug',
    () => {},
    { logLevel: 'loud' },
    { logLevel: '' },
    { logLevel: 0 },
    { logLevel: null },
    { logLevel: ['debug'] },
    { logLevel: 'toString' },
    { logLevel: 'debug', remoteLogLevel: 'loud' },
    { logLevel: 'debug', logURL: 'example.com/log' },
    { logLevel: 'debug', logURL: 'ftp://example.com' },
    { logLevel: 'debug', logURL: ['https://example.com'] },
    { logLevel: 'debug', logURL: 5 },
    cyclic,
  ];
  for (const config of wrong) assert.equal(zg.setLogConfig(config), false, inspect(config));
  assert.equal(zg.setLogConfig(hostile), true, 'a member that cannot be read is not there');
  write(engine, host, ...EVERY_LEVEL);
  assert.deepEqual(
    logs.map((line) => line.split(':')[0]),
    ['warn', 'error'],
  );
});

test('verbose shows every call, answer, event and frame, and no more than it should', async () => {
  const script = {
    ...room,
    constructor: (e) => e.put({ type: 'open', socket: 1, url: 'wss://x' }),
    sendBroadcastMessage: () => Promise.reject({ code: 1109001, name: 'TooFrequent', message: 'too often' }),
    frame: (e) => {
      e.put({ type: 'send', socket: 1, data: 'A'.repeat(16) });
      e.put(event('IMRecvCustomCommand', 'r', user, 'a secret command'));
      e.put(
        event('publisherStateUpdate', { streamID: 's', state: 'NO_PUBLISH', errorCode: 3801, extendedData: 'x y' }),
      );
      e.put(event('roomUserUpdate', 'r', 'ADD', [user, user]));
      e.put(event('streamUrlUpdate', 's', 'rtmp://h/1/s?zg_token=abc', 'ENGINE_RESTARTED'));
    },
  };
  const { zg, task, logs } = await start({ script });
  zg.setDebugVerbose(true);
  await zg.loginRoom('r', TOKEN, user);
  zg.renewToken(TOKEN, 'r');
  await zg.sendBroadcastMessage('r', 'what a user writes').catch(() => {});
  task().fire('Message', { data: { data: 'QUJD', isBuffer: true } });
  assert.deepEqual(logs, [
    'debug: loginRoom r',
    'debug: roomStateUpdate r CONNECTED 0 undefined',
    'info: joined',
    'debug: loginRoom resolved r',
    'debug: renewToken',
    'debug: sendBroadcastMessage r',
    'debug: sendBroadcastMessage rejected r 1109001',
    'debug: received 1 3',
    'debug: sent 1 12',
    'debug: IMRecvCustomCommand r',
    'debug: publisherStateUpdate s NO_PUBLISH 3801',
    'debug: roomUserUpdate r ADD (2 items)',
    'debug: streamUrlUpdate s (25 characters) ENGINE_RESTARTED',
  ]);
  logs.length = 0;
  zg.setDebugVerbose(false);
  zg.stopPlayingStream('s');
  assert.deepEqual(logs, []);
  zg.setDebugVerbose(true);
  zg.setLogConfig({ logLevel: 'disable' });
  zg.stopPlayingStream('s');
  assert.deepEqual(logs, [], 'disable is stronger');
});

test('no line shows a token or the parameters of an address, wherever they come from', async () => {
  const odd = 'a token of another form';
  const { zg, engine, host, logs } = await start({ script: room });
  zg.setDebugVerbose(true);
  await zg.loginRoom('r', odd, user);
  zg.on('tokenWillExpire', () => {
    throw new Error(`old ${odd}, new ${TOKEN}`);
  });
  engine().put(event('tokenWillExpire', 'r'));
  await zg.loginRoom(TOKEN, 'r', user);
  write(
    engine,
    host,
    ['warn', `the service says: ${TOKEN} is bad`],
    ['info', 'playing rtmp://host:1/9/s?zg_token=abc&zgseq=1 now'],
    ['info', 'params zg_expired=1&zg_nonce=2&zg_token=abc'],
  );
  const text = logs.join('\n');
  for (const secret of [odd, TOKEN, TOKEN.slice(2, 40), 'abc', 'zg_nonce']) assert.ok(!text.includes(secret), text);
  assert.match(text, /the service says: \(secret\) is bad/);
  assert.match(text, /playing rtmp:\/\/host:1\/9\/s\?… now/);
  assert.match(text, /old \(token\), new \(secret\)/);
});

test('without a logURL nothing is ever sent', async () => {
  const { my, requests } = createPosting();
  const { zg, engine, host } = await start({ my });
  zg.setDebugVerbose(true);
  assert.equal(zg.setLogConfig({ logLevel: 'debug', remoteLogLevel: 'debug' }), true);
  assert.equal(zg.setLogConfig({ remoteLogLevel: 'debug', logURL: '' }), true);
  write(engine, host, ...EVERY_LEVEL);
  zg.destroyEngine();
  await settled();
  assert.deepEqual(requests, []);
});

test('with a logURL lines are sent in batches, in the form of the vendor, with their level and without secrets', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 });
  const { my, requests } = createPosting();
  const { zg, engine, host, logs } = await start({ my, script: room });
  assert.equal(
    zg.setLogConfig({ logLevel: 'error', remoteLogLevel: 'warn', logURL: 'https://log.example/httplog' }),
    true,
  );
  write(engine, host, ...EVERY_LEVEL);
  await zg.loginRoom('r', TOKEN, user);
  write(engine, host, ['warn', `bad ${TOKEN}`]);
  assert.deepEqual(logs, ['error: a line of error']);
  t.mock.timers.tick(9_999);
  assert.equal(requests.length, 0);
  t.mock.timers.tick(1);
  assert.equal(requests.length, 1);
  const [{ url, method, dataType }] = requests;
  assert.deepEqual([url, method, dataType], ['https://log.example/httplog', 'POST', 'text']);
  const lines = linesOf(requests[0]);
  const { sessionid } = lines[0];
  assert.ok(sessionid.length > 5);
  const common = { time: 1_700_000_000_000, action: 'log', appid: 1234, sessionid };
  assert.deepEqual(lines, [
    { ...common, level: 2, content: 'a line of warn', roomid: '', userid: '' },
    { ...common, level: 3, content: 'a line of error', roomid: '', userid: '' },
    { ...common, level: 2, content: 'bad (token)', roomid: 'r', userid: 'u' },
  ]);
});

test('a batch that was not taken is sent again, after twice the time each time, and the service may choose the period', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { my, requests } = createPosting();
  const { zg, engine, host, logs } = await start({ my });
  zg.setLogConfig({ logURL: 'https://log.example/' });
  write(engine, host, ['info', 'first']);
  t.mock.timers.tick(10_000);
  requests[0].fail({ error: 12, errorMessage: 'no network' });
  await settled();
  write(engine, host, ['info', 'second']);
  t.mock.timers.tick(19_999);
  assert.equal(requests.length, 1);
  t.mock.timers.tick(1);
  requests[1].success({ status: 503, data: '' });
  await settled();
  t.mock.timers.tick(40_000);
  assert.deepEqual(
    linesOf(requests[2]).map(({ content }) => content),
    ['first', 'second'],
  );
  assert.equal(logs.filter((line) => line === 'warn: the log could not be uploaded: 12 no network').length, 1);
  assert.equal(logs.length, 3, 'a failure is told once, and not to the service');
  requests[2].success({ status: 200, data: '{"interval":2000}' });
  await settled();
  write(engine, host, ['info', 'third']);
  t.mock.timers.tick(2_000);
  assert.equal(requests.length, 4);
  requests[3].success({ statusCode: 204, data: 'not json' });
  await settled();
  t.mock.timers.tick(600_000);
  assert.equal(requests.length, 4, 'nothing new, nothing sent');
});

test('a thousand lines wait at most, and the number of those dropped is told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { my, requests } = createPosting();
  const { zg, engine, host } = await start({ my });
  zg.setLogConfig({ logLevel: 'error', logURL: 'https://log.example/' });
  for (let i = 0; i < 1_500; i += 1) write(engine, host, ['info', `line ${i}`]);
  const contents = [];
  for (let i = 0; i < 5; i += 1) {
    t.mock.timers.tick(10_000);
    contents.push(...linesOf(requests[i]).map(({ content }) => content));
    requests[i].success({ status: 200, data: '' });
    await settled();
  }
  assert.deepEqual(contents.slice(0, 2), ['500 lines were dropped', 'line 500']);
  assert.equal(contents.at(-1), 'line 1499');
  assert.equal(contents.length, 1_001);
});

test('the last lines are sent when the engine is destroyed, and when the address changes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { my, requests } = createPosting();
  const { zg, engine, host } = await start({ my });
  zg.setLogConfig({ logURL: 'https://one.example/' });
  write(engine, host, ['info', 'for one']);
  zg.setLogConfig({ logURL: 'https://two.example/' });
  write(engine, host, ['info', 'for two']);
  zg.setLogConfig({ logURL: 'https://two.example/' });
  zg.destroyEngine();
  t.mock.timers.tick(600_000);
  assert.deepEqual(
    requests.map(({ url, data }) => [url, JSON.parse(data).content]),
    [
      ['https://one.example/', 'for one'],
      ['https://two.example/', 'for two'],
    ],
  );
});

test('a host without requests, or one that throws, stops nothing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const request of [undefined, () => assert.fail('broken'), () => Promise.reject(new Error('promised'))]) {
    const { zg, engine, host, logs } = await start({ my: createMy({ request }), script: room });
    zg.setLogConfig({ logURL: 'https://log.example/' });
    write(engine, host, ['info', 'a line']);
    t.mock.timers.tick(10_000);
    await settled();
    if (!request) assert.match(logs.join('\n'), /my\.request is missing/);
    assert.equal(await zg.loginRoom('r', TOKEN, user), true);
    zg.destroyEngine();
  }
});

test('where log-upload.js is not in the mini program, a logURL is refused and told', async () => {
  const { Log } = shimFile('log.js');
  const missing = () => {
    throw new Error("module 'log-upload.js' is not defined");
  };
  const { zg, logs } = await start();
  const driver = zg._driver();
  driver.logger = new Log(driver.logger.sink, missing);
  const refused = { logURL: 'https://log.example/', logLevel: 'disable' };
  for (let i = 0; i < 2; i += 1) assert.equal(zg.setLogConfig(refused), false);
  assert.match(logs.join('\n'), /error: logs cannot be uploaded: module 'log-upload.js' is not defined/);
});
