// What a page goes through, in every host: the application hidden and shown, a host that refuses sockets, a policy of its own.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { roomServerProblem, startRoomServer } from '../../support/room-server.mjs';
import { Recorder } from '../../support/recorder.mjs';
import { createWorld } from './bare-world.mjs';
import { installPackage, packageProblem } from './packed.mjs';

const HOSTS = ['inline', 'worker', 'plain'];
const WORKER = { script: 'pkg/worker.js', wasm: '/pkg/engine.wasm.br' };
const skip = packageProblem() ?? roomServerProblem() ?? false;

let installed;
let server;
before(async () => {
  if (skip) return;
  installed = installPackage();
  server = await startRoomServer({
    mediaHosts: ['127.0.0.1:1935', '127.0.0.2:1935'],
    args: ['--frame-burst', '10000'], // one of the tests is a flood
  });
});
after(async () => {
  if (skip) return;
  installed.remove();
  await server.close();
});

/** A mini program in a room, which ends with the test. `states` are those of the room, with their codes. */
async function inRoom(t, host, roomID, options = {}) {
  const world = createWorld({ runtime: 'simulator', files: installed.files });
  const { ZegoExpressEngine } = world.load();
  const lines = [];
  const log = (level, message) => lines.push(`${level}: ${message}`);
  ZegoExpressEngine.configure({ host, worker: WORKER, log, ...options });
  const zg = new ZegoExpressEngine(server.appID, server.ws);
  const recorder = new Recorder().attach(zg);
  t.after(() => {
    zg.destroyEngine();
    world.dispose();
  });
  await zg.loginRoom(roomID, await server.token('us'), { userID: 'us' });
  const states = () =>
    recorder.events.filter(({ name }) => name === 'roomStateUpdate').map(({ args }) => `${args[1]} ${args[2]}`);
  return { world, zg, recorder, states, lines };
}

async function until(condition, what) {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const BACK = ['CONNECTING 0', 'CONNECTED 0', 'CONNECTING 1000017', 'CONNECTED 0'];

// They wait for most of their time.
describe('the life of a page', { concurrency: 6, skip }, () => {
  for (const host of HOSTS) {
    test(`host ${host}: a socket that died while the application was hidden is noticed when it is shown`, async (t) => {
      const { world, states } = await inRoom(t, host, `hidden-${host}`);
      world.host.hide();
      world.host.cutNetwork({ silent: true });
      const dead = world.host.lastSocket;
      const shown = Date.now();
      world.host.show();
      await until(() => states().length > 2, 'the break');
      const took = Date.now() - shown;
      assert.ok(took > 2_500 && took < 9_000, `asked at once, noticed after ${took} ms and not with a heartbeat`);
      world.host.restoreNetwork();
      await until(() => states().length > 3, 'the way back');
      assert.deepEqual(states(), BACK);
      assert.notEqual(world.host.lastSocket, dead);
    });

    test(`host ${host}: a connectSocket that throws, gives nothing or fails at once is tried again`, async (t) => {
      const policy = () => 100;
      const { world, states } = await inRoom(t, host, `refused-${host}`, { reconnect: policy });
      for (const how of ['throw', 'undefined', 'fail']) world.host.refuseConnects(how);
      world.host.lastSocket.drop();
      await until(() => states().length > 3, 'the way back');
      assert.deepEqual(states(), BACK);
    });

    test(`host ${host}: the application decides when to reconnect, and gives up`, async (t) => {
      const asked = [];
      const reconnect = (...args) => {
        asked.push(args);
        if (asked.length === 1) throw new Error('not yet');
        return asked.length < 4 ? 200 : null;
      };
      const { world, states, zg, lines } = await inRoom(t, host, `policy-${host}`, { reconnect });
      world.host.refuseConnects('fail', { times: 9 });
      world.host.lastSocket.drop();
      await until(() => states().at(-1) === 'DISCONNECTED 1002031', 'the end');
      assert.deepEqual(
        asked.map(([attempt, elapsed, reason, byDefault]) => [attempt, elapsed >= 0, reason, byDefault >= 1000]),
        [1, 2, 3, 4].map((attempt) => [attempt, true, 'CONNECTION', true]),
      );
      assert.equal(lines.filter((line) => /reconnect policy failed.*not yet/.test(line)).length, 1);
      assert.equal(zg.getHostInfo().state, 'ready');
    });

    test(`host ${host}: an address that the engine renews is the one whose next one getNextUrl gives`, async (t) => {
      const { world, zg, recorder, states } = await inRoom(t, host, `renewed-${host}`);
      const mine = `renewed-${host}-us`;
      await zg.startPublishingStream(mine);
      zg.updatePlayerState(mine, { detail: { code: 3800 } });
      const named = (name) => recorder.events.filter((event) => event.name === name).map(({ args }) => args);
      await until(() => named('publisherStateUpdate').at(-1)?.[0].state === 'PUBLISHING', 'publishing');
      const news = [];
      zg.on('streamUrlUpdate', (...args) => news.push([...args]));
      world.host.lastSocket.drop();
      zg.updatePlayerState(mine, { detail: { code: 3801 } });
      await until(() => news.length > 0, 'the new address');
      assert.deepEqual(states(), BACK);
      const [streamID, url, reason] = news[0];
      assert.deepEqual([streamID, reason], [mine, 'MEDIA_LOST']);
      assert.match(url, /^rtmp:\/\/127\.0\.0\.1:1935\//);
      assert.match(zg.getNextUrl(mine), /^rtmp:\/\/127\.0\.0\.2:1935\//);
      assert.equal(zg.stopPublishingStream(mine), true);
      assert.equal(news.length, 1);
    });
  }

  test('a flood of pushes does not make the memory of the module grow', async (t) => {
    const { world, zg, recorder } = await inRoom(t, 'inline', 'flood');
    const sender = createWorld({ runtime: 'simulator', files: installed.files });
    const { ZegoExpressEngine } = sender.load();
    ZegoExpressEngine.configure({ host: 'inline', worker: WORKER, log: () => {} });
    const peer = new ZegoExpressEngine(server.appID, server.ws);
    t.after(() => {
      peer.destroyEngine();
      sender.dispose();
    });
    await peer.loginRoom('flood', await server.token('peer'), { userID: 'peer' });
    let got = 0;
    zg.on('IMRecvCustomCommand', () => (got += 1));
    const text = 'x'.repeat(900);
    const flood = async (count) => {
      for (let i = 0; i < count; i += 50)
        await Promise.all(Array.from({ length: 50 }, () => peer.sendCustomCommand('flood', text, ['us'])));
      recorder.events.length = 0;
    };
    await flood(500);
    await until(() => got === 500, 'the first commands');
    const before = world.memory.buffer.byteLength;
    await flood(5000);
    await until(() => got === 5500, 'all commands, each once');
    assert.equal(world.memory.buffer.byteLength, before);
  });
});
