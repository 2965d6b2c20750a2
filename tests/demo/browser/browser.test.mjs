// The demo in a browser: the whole script with Chromium, and what the page's server and a phone's network promise.

import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { mediaProblem } from '../../media/processes.mjs';
import { browserProblem } from '../../pages/browser.mjs';
import { clientProblem } from '../../support/clients.mjs';
import { roomServerProblem } from '../../support/room-server.mjs';
import { openNetwork } from './network.mjs';

const RUN = fileURLToPath(new URL('../run.mjs', import.meta.url));
const artifact = (name) => fileURLToPath(new URL(`../../../.artifacts/demo/${name}`, import.meta.url));
const SHOTS = ['browser-call.png', 'browser-cut.png', 'browser-kick.png', 'browser-peer.png'];

/** Skips with the reason where something is missing, except in CI, where it fails. */
function needs(more = []) {
  const problem = [clientProblem('ours'), mediaProblem(), roomServerProblem(), ...more].find(Boolean);
  return { timeout: 150_000, ...(problem && !process.env.CI ? { skip: `NO BROWSER DEMO TESTED: ${problem}` } : {}) };
}

test(
  'in Chromium the call stands every button of the demo, and a web peer joins it',
  needs([browserProblem()]),
  async () => {
    await Promise.all(SHOTS.map((name) => rm(artifact(name), { force: true })));
    const { code, output } = await run(['--headless']);
    assert.equal(code, 0, output);
    assert.match(output, /The call in the browser worked\./);
    for (const name of SHOTS) assert.ok((await stat(artifact(name))).size > 20_000, name);
  },
);

test(
  'the page is served to this machine under its own address only, and Ctrl-C ends everything',
  needs(),
  async (t) => {
    const child = spawn(process.execPath, [RUN, '--browser'], { stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    const output = await until(child, /Ctrl-C ends it/);
    const [, origin] = /to be watched: +(\S+)\//.exec(output);
    const [, room] = /Room server for the IDE: +ws:\/\/([\d.:]+)/.exec(output);
    for (const path of ['/', '/peer', '/phone/A', '/demo.js', '/phone/B/settings.json'])
      assert.equal((await fetch(origin + path)).status, 200, path);
    assert.equal((await fetch(`${origin}/../../package.json`)).status, 404);
    assert.match((await (await fetch(`${origin}/phone/A/control/token`, { method: 'POST' })).json()).token, /^04/);
    assert.equal(await statusFor(origin, 'evil.example'), 403);
    assert.equal(await accepts(`${origin}/socket?role=demo`, origin), true);
    assert.equal(await accepts(`${origin}/socket?role=demo`, 'http://evil.example'), false);
    assert.equal(await accepts(`${origin}/socket?role=nobody`, origin), false);
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    await assert.rejects(fetch(origin));
    await assert.rejects(fetch(`http://${room}/control/health`));
  },
);

test('ports that are none are refused in a sentence', needs(), async () => {
  for (const args of [
    ['--browser', '--port', 'abc'],
    ['--browser', '--room-port', '70000'],
  ]) {
    const { code, output } = await run(args);
    assert.equal(code, 1);
    assert.match(output, new RegExp(`${args[1]} must be a port number, not ${args[2]}`));
  }
});

test('without a browser the headless demo says how to get one', needs(), async () => {
  const { code, output } = await run(['--headless'], { CHROMIUM: '/nowhere/chromium' });
  assert.equal(code, 1);
  assert.match(output, /there is no \/nowhere\/chromium: apt-get install chromium/);
});

test('a cut network breaks connections and refuses new ones until it is restored', async (t) => {
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const network = await openNetwork({ echo: echo.address().port });
  t.after(async () => {
    await network.close();
    echo.close();
  });
  const say = async (socket) => {
    socket.write('hello');
    return String((await once(socket, 'data'))[0]);
  };
  const dial = () => {
    const socket = connect(network.ports.echo, '127.0.0.1').on('error', () => {});
    t.after(() => socket.destroy());
    return socket;
  };
  const first = dial();
  assert.equal(await say(first), 'hello');
  const broken = once(first, 'error');
  network.cut();
  assert.equal((await broken)[0].code, 'ECONNRESET');
  await assert.rejects(say(dial()));
  network.restore();
  assert.equal(await say(dial()), 'hello');
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

function until(child, pattern) {
  return new Promise((resolve, reject) => {
    let output = '';
    const add = (text) => {
      output += text;
      if (pattern.test(output)) resolve(output);
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('close', () => reject(new Error(`it ended: ${output}`)));
  });
}

/** The status of an answer to a browser that knows this machine by another name. */
function statusFor(origin, host) {
  return new Promise((resolve, reject) => {
    request(origin, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

/** Whether a page of `origin` may talk to the demo: it gets a message, or is closed. */
function accepts(url, origin) {
  const socket = new WebSocket(url.replace('http', 'ws'), { origin });
  return new Promise((resolve) => {
    const settle = (isAccepted) => {
      resolve(isAccepted);
      socket.terminate();
    };
    socket.once('message', () => settle(true));
    socket.once('close', () => settle(false));
    socket.on('error', () => settle(false));
  });
}
