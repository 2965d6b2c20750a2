// The call of the demo as a test: order of events, media really received, and nothing left behind.

import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCamera } from '../media/camera.mjs';
import { mediaProblem } from '../media/processes.mjs';
import { clientProblem } from '../support/clients.mjs';
import { roomServerProblem } from '../support/room-server.mjs';
import { MIN_FRAMES, createPart, enter, makeCall } from './call.mjs';
import { openStage } from './stage.mjs';
import { Timeline } from './timeline.mjs';
import { problemsOf } from './verdict.mjs';

const RUN = fileURLToPath(new URL('./run.mjs', import.meta.url));
const CALLS = [
  ['ours', 'ours'],
  ['vendor', 'vendor'],
  ['ours', 'vendor'],
];

/** Skips with the reason where something is missing, except in CI, where it fails. */
function needs(kinds = []) {
  const problem = [mediaProblem(), roomServerProblem(), ...kinds.map(clientProblem)].find(Boolean);
  return { timeout: 90_000, ...(problem && !process.env.CI ? { skip: `NO CALL TESTED: ${problem}` } : {}) };
}

async function stage(t) {
  const opened = await openStage();
  t.after(() => opened.close());
  return opened;
}

async function folder(t) {
  const made = await mkdtemp(join(tmpdir(), 'call-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

for (const kinds of CALLS) {
  test(
    `a call between ${kinds.join(' and ')} works, and each side receives the other's media`,
    needs(kinds),
    async (t) => {
      const timeline = new Timeline();
      const call = await makeCall({ stage: await stage(t), folder: await folder(t), kind: kinds, timeline }).catch(
        (error) => {
          throw new Error(`${error.message}\n${timeline.text}`, { cause: error });
        },
      );
      assert.deepEqual(problemsOf(call), [], timeline.text);
      for (const { received, picture } of call.sides) {
        assert.ok(received.frames >= MIN_FRAMES);
        assert.ok((await stat(picture)).size > 1000);
      }
      assert.ok((await stat(call.together)).size > 1000);
      if (kinds.every((kind) => kind === 'ours')) assertOrder(call.sides);
    },
  );
}

/** The exact order of state events of both users; what depends on the other user's speed is left out. */
function assertOrder([a, b]) {
  const own = /^(roomStateUpdate|roomStateChanged|publisherStateUpdate|playerStateUpdate)$/;
  const of = ({ events }, name) => events.filter((event) => event.name === name);
  for (const { events } of [a, b]) {
    const login = events.filter(({ name }) => own.test(name)).slice(0, 4);
    assert.deepEqual(
      login.map(({ args }) => args[1]),
      ['CONNECTING', 'LOGINING', 'CONNECTED', 'LOGINED'],
    );
    assert.deepEqual(events.filter(({ name }) => own.test(name)).slice(-1)[0].args[1], 'LOGOUT');
  }
  const states = (side, name) =>
    of(side, name).map(({ args: [{ state, errorCode }] }) => `${state}(${errorCode ?? 0})`);
  // A's component is created again when the pull url comes and when it goes; each reports its push anew.
  assert.deepEqual(states(a, 'publisherStateUpdate'), [
    'PUBLISH_REQUESTING(0)',
    'PUBLISHING(0)',
    'PUBLISHING(0)',
    'PUBLISHING(0)',
    'NO_PUBLISH(0)',
  ]);
  assert.deepEqual(states(b, 'publisherStateUpdate'), ['PUBLISH_REQUESTING(0)', 'PUBLISHING(0)', 'NO_PUBLISH(0)']);
  for (const side of [a, b])
    assert.deepEqual(states(side, 'playerStateUpdate'), ['PLAY_REQUESTING(0)', 'PLAYING(0)', 'NO_PLAY(0)']);
  assert.deepEqual(
    of(a, 'roomStreamUpdate').map(({ args }) => [args[1], args[2][0].streamID]),
    [
      ['ADD', 'stream-b'],
      ['DELETE', 'stream-b'],
    ],
  );
  assert.deepEqual(
    of(b, 'roomStreamUpdate').map(({ args }) => [args[1], args[2][0].streamID]),
    [['ADD', 'stream-a']],
  );
  assert.deepEqual(
    of(a, 'roomUserUpdate').map(({ args }) => [args[1], args[2][0].userID]),
    [
      ['ADD', 'user-b'],
      ['DELETE', 'user-b'],
    ],
  );
  assert.deepEqual(
    of(b, 'roomUserUpdate').map(({ args }) => [args[1], args[2][0].userID]),
    [['ADD', 'user-a']],
  );
}

for (const kind of ['ours', 'vendor']) {
  test(
    `a camera that dies ends the stream of ${kind}: 3801 for its owner, DELETE for the other`,
    needs([kind]),
    async (t) => {
      const servers = await stage(t);
      const parts = [0, 1].map((index) => createPart(index, kind, servers, new Timeline()));
      t.after(() => Promise.all(parts.map((part) => part.close())));
      const [a, b] = parts.map(({ page }) => page);
      await enter(a, servers);
      await enter(b, servers);
      for (const page of [a, b]) await page.waitFor('playerStateUpdate', ({ state }) => state === 'PLAYING');
      process.kill(b.component.camera.pid, 'SIGKILL');
      const [lost] = (await b.waitFor('publisherStateUpdate', ({ state }) => state === 'NO_PUBLISH')).args;
      assert.notEqual(lost.errorCode, 0);
      await a.waitFor('roomStreamUpdate', (_room, change) => change === 'DELETE');
      assert.ok(b.codes.includes(3801));
      const [{ streams }] = await servers.room.rooms();
      assert.deepEqual(
        streams.map(({ streamID }) => streamID),
        ['stream-a'],
      );
    },
  );
}

test('a stream that the room server did not hand out cannot be published', needs(), async (t) => {
  const { media, room } = await stage(t);
  const refusal = once(media, 'publishRefused');
  const stranger = startCamera({ url: `rtmp://${media.rtmpHost}/${room.appID}/stranger`, name: 'stranger' });
  t.after(() => stranger.stop());
  assert.equal((await refusal)[0].reason, 'not allowed');
});

test('the demo says in a sentence what is missing, and fails', { timeout: 20_000 }, async () => {
  for (const [environment, expected] of [
    [{ FFMPEG: '/nowhere/ffmpeg' }, /The demo did not work: \/nowhere\/ffmpeg cannot be run: install it with/],
    [{ ROOM_SERVER_BIN: '/nowhere/server' }, /The demo did not work: there is no room server at \/nowhere\/server/],
  ]) {
    const { code, output } = await run(['--client', 'vendor'], environment);
    assert.match(output, expected);
    assert.equal(code, 1);
  }
  const { code, output } = await run(['--client', 'nobody']);
  assert.match(output, /there is no client "nobody": choose ours or vendor/);
  assert.equal(code, 1);
});

test('an interrupted demo cleans up', needs(['vendor']), async () => {
  const child = spawn(process.execPath, [RUN, '--client', 'vendor'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const pushing = new Promise((resolve) =>
    child.stdout.on('data', (text) => /3800/.test((output += text)) && resolve()),
  );
  child.stderr.on('data', (text) => (output += text));
  await pushing;
  const [, port] = /rtmp:\/\/127\.0\.0\.1:(\d+)/.exec(output);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.equal(code, 130, output);
  assert.match(output, /interrupted/);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

async function run(args, environment = {}) {
  const child = spawn(process.execPath, [RUN, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { code, output };
}
