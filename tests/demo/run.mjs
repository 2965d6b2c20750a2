#!/usr/bin/env node
// The call as a demonstration in the terminal or in a browser; `./build.sh demo` runs it after a build.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mediaProblem } from '../media/processes.mjs';
import { KINDS, clientProblem } from '../support/clients.mjs';
import { roomServerProblem } from '../support/room-server.mjs';
import { makeCall } from './call.mjs';
import { openStage } from './stage.mjs';
import { Timeline } from './timeline.mjs';
import { problemsOf } from './verdict.mjs';

const FOLDER = fileURLToPath(new URL('../../.artifacts/demo/', import.meta.url));
const LIMIT_MS = 55_000;
const USAGE = `usage: ./build.sh demo [--client ${KINDS.join('|')}] [--keep]
       ./build.sh demo --browser [--port N] [--room-port N]
       ./build.sh demo --headless

Makes a call between two simulated mini programs: real signalling over a local room server, real H.264 and AAC over a
local RTMP server. In the terminal it ends by itself within a minute.

  --client KIND   ours (the package, default), vendor (the vendor's public client), or one for each side: ours,vendor
  --keep          leave both servers running afterwards, and say how to connect to them
  --browser       a page with two phones, a live timeline, and buttons that break things; stays until Ctrl-C
  --port N        where the page is; any free port by default
  --room-port N   where the room server is; any free port by default, 8600 is what the sample expects in the IDE
  --headless      drives that page with Chromium, saves screenshots in .artifacts/demo/, ends with a verdict
`;

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const print = (text) => process.stdout.write(`${text}\n`);
const stop = new AbortController();

async function main() {
  const { values } = parseArgs({
    options: {
      client: { type: 'string', default: 'ours' },
      keep: { type: 'boolean' },
      browser: { type: 'boolean' },
      headless: { type: 'boolean' },
      port: { type: 'string' },
      'room-port': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  if (values.browser || values.headless) return inBrowser(values);
  const kinds = values.client.split(',');
  for (const problem of [...kinds.map(clientProblem), mediaProblem(), roomServerProblem()])
    if (problem) throw new Error(problem);
  stopOnSignals();
  const timeline = new Timeline({ write: print, colour });
  const stage = await openStage();
  try {
    const problems = await demonstrate(stage, kinds, timeline);
    if (values.keep && !stop.signal.aborted) await keep(stage);
    return problems.length === 0 ? 0 : 1;
  } finally {
    timeline.end();
    await stage.close();
  }
}

function stopOnSignals() {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.on(signal, () => stop.abort(Object.assign(new Error('interrupted'), { exitCode })));
  }
}

async function inBrowser({ headless, ...options }) {
  for (const problem of [clientProblem('ours'), mediaProblem(), roomServerProblem()])
    if (problem) throw new Error(problem);
  const [port, roomPort] = ['port', 'room-port'].map((name) => portOf(name, options[name]));
  stopOnSignals();
  if (headless) {
    const { tryEverything } = await import('./browser/headless.mjs');
    return tryEverything({ folder: FOLDER, print, signal: stop.signal });
  }
  const { showInBrowser } = await import('./browser/run.mjs');
  return showInBrowser({ port, roomPort, print, signal: stop.signal });
}

function portOf(name, text = '0') {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Error(`--${name} must be a port number, not ${text}`);
  return Number(text);
}

async function demonstrate(stage, kind, timeline) {
  print(`Room server ${stage.room.ws}, media server rtmp://${stage.media.rtmpHost}, client: ${kind.join(' and ')}\n`);
  print('    ms  who     what       ');
  const late = setTimeout(() => stop.abort(new Error(`the call was not over after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  let call;
  try {
    call = await makeCall({ stage, folder: FOLDER, kind, timeline, signal: stop.signal });
  } finally {
    clearTimeout(late);
    timeline.end();
    await mkdir(FOLDER, { recursive: true });
    await writeFile(join(FOLDER, 'timeline.txt'), timeline.text);
  }
  const problems = problemsOf(call);
  print(summary(call, problems, timeline));
  return problems;
}

function summary({ sides, together }, problems, timeline) {
  const rows = sides.map(({ who, events, received: { video, audio, frames } }) => {
    const [login, playing] = [
      eventAt(events, 'roomStateUpdate', 'CONNECTING'),
      eventAt(events, 'playerStateUpdate', 'PLAYING'),
    ];
    return [
      `  ${who} received`,
      `${video?.codec} ${video?.profile}, ${video?.width}x${video?.height}, ${video?.fps} pictures/s`,
      `${audio?.codec} ${audio?.sampleRate} Hz`,
      `${frames} pictures`,
      `first one ${playing - login} ms after login`,
    ].join('  |  ');
  });
  const verdict =
    problems.length === 0
      ? 'The call worked.'
      : `The call did not work:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
  const painted = colour ? `\x1b[1;${problems.length === 0 ? 32 : 31}m${verdict}\x1b[0m` : verdict;
  const files = `  what A and B saw: ${short(together)}   every line above: ${short(join(FOLDER, 'timeline.txt'))}
  with phones to use and buttons that break things: ./build.sh demo --browser`;
  return `\n${rows.join('\n')}\n${files}\n\n${painted} ${timeline.lines.length} lines, ${(timeline.now / 1000).toFixed(1)} s.`;
}

function eventAt(events, name, state) {
  return events.find((event) => event.name === name && (event.args[1] === state || event.args[0]?.state === state))?.t;
}

const short = (file) => relative(process.cwd(), file);

async function keep({ room, media }) {
  print(`
Both servers stay until Ctrl-C.
  engine        new ZegoExpressEngine(${room.appID}, '${room.ws}')
  token         ${room.tokenHint}
  publish       ffmpeg -re -f lavfi -i testsrc2 -pix_fmt yuv420p -f flv "rtmp://${media.rtmpHost}/${room.appID}/STREAM" (a stream the room server gave out)
  watch         ffplay ${media.flvUrl(room.appID, 'STREAM')}
  control       ${room.http}/control/...`);
  await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
}

const exitCode = await main().catch((error) => {
  process.stderr.write(`\nThe demo did not work: ${error.message}\n`);
  return error.exitCode ?? 1;
});
// Everything is closed; what an interrupted call still waits for shall not keep the process.
process.exit(exitCode);
