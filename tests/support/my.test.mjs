import test from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { createHost, loopbackOnly } from './my.mjs';

async function echoServer(t) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.on('message', (bytes, binary) => socket.send(bytes, { binary })));
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${server.address().port}/accesshub`;
}

const next = (task, kind) => new Promise((resolve) => task[`on${kind}`]((event) => resolve(event.data)));

async function connected(host, url) {
  const task = host.my.connectSocket({ url, multiple: true });
  await next(task, 'Open');
  return task;
}

for (const receive of ['base64', 'base64-lines', 'arraybuffer']) {
  test(`a binary message comes back in the form ${receive}`, async (t) => {
    const host = createHost({ receive });
    t.after(() => host.dispose());
    const task = await connected(host, await echoServer(t));
    const bytes = Buffer.alloc(200, 0xaf);
    const received = next(task, 'Message');
    task.send({ data: bytes.toString('base64'), isBuffer: true });
    const { data, isBuffer } = await received;
    assert.equal(isBuffer, true);
    if (receive === 'arraybuffer') assert.ok(data instanceof ArrayBuffer);
    else assert.equal(data.includes('\n'), receive === 'base64-lines');
    assert.deepEqual(Buffer.from(data, 'base64'), bytes);
    assert.deepEqual(task.sent, [bytes]);
  });
}

test('a text message is not marked as a buffer', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const task = await connected(host, await echoServer(t));
  const received = next(task, 'Message');
  task.send({ data: 'hello' });
  const { data, isBuffer } = await received;
  assert.deepEqual({ data, isBuffer }, { data: 'hello', isBuffer: false });
});

test('sending before the socket is open fails with error 10', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const task = host.my.connectSocket({ url: await echoServer(t), multiple: true });
  const failure = await new Promise((fail) => task.send({ data: 'x', fail }));
  assert.equal(failure.error, 10);
});

test('a cut network loses sockets, refuses new ones and is announced', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const url = await echoServer(t);
  const task = await connected(host, url);
  const events = [];
  host.my.onNetworkStatusChange(({ isConnected }) => events.push(isConnected));
  task.onError(() => events.push('error'));
  task.onClose(() => events.push('close'));
  host.cutNetwork();
  assert.deepEqual(events, ['error', 'close', false]);
  const refused = host.my.connectSocket({ url, multiple: true });
  await next(refused, 'Close');
  host.restoreNetwork();
  assert.equal(events.at(-1), true);
  await connected(host, url);
});

test('a silent cut swallows traffic without an event', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const task = await connected(host, await echoServer(t));
  host.cutNetwork({ silent: true });
  task.onMessage(() => assert.fail('nothing may arrive'));
  task.send({ data: 'lost' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(task.alive, true);
});

test('connectSocket can fail in the three ways hosts fail', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const url = await echoServer(t);
  host.refuseConnects('throw');
  host.refuseConnects('undefined');
  host.refuseConnects('fail', { error: 12 });
  assert.throws(() => host.my.connectSocket({ url, multiple: true }), { error: 3 });
  assert.equal(host.my.connectSocket({ url, multiple: true }), undefined);
  let failure;
  host.my.connectSocket({ url, multiple: true, fail: (value) => (failure = value) });
  assert.equal(failure.error, 12);
  await connected(host, url);
});

test('only five sockets can be open', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const url = await echoServer(t);
  for (let i = 0; i < 5; i += 1) await connected(host, url);
  let failure;
  host.my.connectSocket({ url, multiple: true, fail: (value) => (failure = value) });
  assert.equal(failure.error, 3);
});

test('late events reach the page after it closed the socket, unless it took its listeners off', async (t) => {
  const host = createHost();
  t.after(() => host.dispose());
  const task = await connected(host, await echoServer(t));
  const seen = [];
  const onMessage = ({ data }) => seen.push(data.data);
  task.onMessage(onMessage);
  const closed = next(task, 'Close');
  task.close();
  await closed;
  task.deliver('message', { data: 'late', isBuffer: false });
  task.offMessage(onMessage);
  task.deliver('message', { data: 'later', isBuffer: false });
  assert.deepEqual(seen, ['late']);
});

test('storage, system info, settings and visibility answer as on the host', async () => {
  const { my } = createHost({ storage: { a: 1 }, systemInfo: { platform: 'iOS' } });
  assert.deepEqual(my.getStorageSync({ key: 'a' }), { data: 1 });
  assert.deepEqual(my.getStorageSync({ key: 'b' }), { data: null });
  my.setStorageSync({ key: 'b', data: { c: 2 } });
  assert.deepEqual(my.getStorageSync({ key: 'b' }).data, { c: 2 });
  assert.equal(my.getSystemInfoSync().platform, 'iOS');
  assert.equal((await my.getNetworkType()).networkType, 'WIFI');
  assert.ok((await new Promise((success) => my.getSetting({ success }))).authSetting);
  assert.equal(my.canIUse('connectSocket'), true);
});

test('show and hide reach the listeners that are still on', () => {
  const host = createHost();
  const seen = [];
  const onShow = () => seen.push('show');
  host.my.onAppShow(onShow);
  host.my.onAppHide(() => seen.push('hide'));
  host.hide();
  host.show();
  host.my.offAppShow(onShow);
  host.show();
  assert.deepEqual(seen, ['hide', 'show']);
});

test('nothing leaves the machine', () => {
  assert.throws(() => loopbackOnly('wss://hub.example/accesshub'), /refused/);
  assert.equal(loopbackOnly('ws://[::1]:1/x'), 'ws://[::1]:1/x');
});
