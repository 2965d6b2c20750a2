// What a whole call writes to the log and sends away, in every host, when the application asks for everything.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Recorder } from '../../support/recorder.mjs';
import { roomServerProblem, startRoomServer } from '../../support/room-server.mjs';
import { createWorld } from './bare-world.mjs';
import { installPackage, packageProblem } from './packed.mjs';

const skip = packageProblem() ?? roomServerProblem() ?? false;
const SAID = 'words of a user';
const PARAMETERS = 'zg_expired=1&zg_nonce=2&zg_token=parameter';

let installed;
let server;
let collector;
/** Bodies that the log service got. */
let bodies = [];

before(async () => {
  if (skip) return;
  installed = installPackage();
  server = await startRoomServer();
  collector = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString());
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
});
after(async () => {
  if (skip) return;
  installed.remove();
  await server.close();
  collector.close();
});

for (const host of ['inline', 'worker', 'plain']) {
  test(
    `host ${host}: a call told in full holds no token, no parameters and no words, in the log and in uploads`,
    { skip },
    async () => {
      const world = createWorld({ runtime: 'simulator', files: installed.files });
      const { ZegoExpressEngine } = world.load();
      const lines = [];
      const log = (level, message) => lines.push(`${level}: ${message}`);
      ZegoExpressEngine.configure({ host, worker: { script: 'pkg/worker.js', wasm: '/pkg/engine.wasm.br' }, log });
      const zg = new ZegoExpressEngine(server.appID, server.ws);
      const recorder = new Recorder().attach(zg);
      const tokens = [await server.token('ua'), await server.token('ua'), await server.token('ub')];
      bodies = [];
      try {
        const logURL = `http://127.0.0.1:${collector.address().port}/httplog`;
        assert.equal(zg.setLogConfig({ logLevel: 'debug', remoteLogLevel: 'debug', logURL }), true);
        zg.setDebugVerbose(true);
        await zg.loginRoom(tokens[0], 'room', { userID: 'ua' }).catch(() => {});
        await zg.loginRoom('room', tokens[2], { userID: 'ua' }).catch(() => {});
        await zg.loginRoom('room', tokens[0], { userID: 'ua' });
        assert.equal(zg.renewToken(tokens[1]), true);
        await zg.startPublishingStream('s', { streamParams: PARAMETERS, extraInfo: SAID });
        zg.updatePlayerState('s', { detail: { code: 3800 } });
        await recorder.waitFor('publisherStateUpdate', ({ state }) => state === 'PUBLISHING');
        await zg.sendBroadcastMessage('room', SAID);
        await zg.sendBarrageMessage('room', SAID);
        await zg.sendCustomCommand('room', SAID, []);
        await zg.setRoomExtraInfo('room', 'key', SAID);
        await zg.setStreamExtraInfo('s', SAID);
        zg.getNextUrl('s');
        world.host.cutNetwork();
        await recorder.waitFor('roomStateUpdate', (_, state) => state === 'CONNECTING', { from: 4 });
        world.host.restoreNetwork();
        await recorder.waitFor('roomStateUpdate', (_, state) => state === 'CONNECTED', {
          from: recorder.events.length - 1,
        });
        zg.on('tokenWillExpire', () => {});
      } finally {
        zg.destroyEngine();
      }
      for (let i = 0; !bodies.length && i < 100; i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
      world.dispose();

      const uploaded = bodies.join('\n');
      const sent = uploaded.split('\n').map((line) => JSON.parse(line));
      assert.ok(sent.length > 40, `${sent.length} lines were uploaded`);
      assert.equal(sent.find(({ content }) => content === 'loginRoom resolved room')?.userid, 'ua');
      for (const step of [
        'loginRoom room',
        'roomStateUpdate room CONNECTED 0',
        'sendBarrageMessage resolved room',
        'received ',
        'sent ',
      ])
        assert.ok(
          lines.some((line) => line.startsWith(`debug: ${step}`)),
          step,
        );
      for (const [name, text] of Object.entries({ log: lines.join('\n'), uploaded })) {
        for (const secret of [...tokens, SAID, 'zg_token', 'parameter'])
          assert.ok(!text.includes(secret), `${name} holds "${secret}"`);
        // Not even a part of a token.
        for (const token of tokens) assert.ok(!text.includes(token.slice(20, 60)), name);
      }
    },
  );
}
