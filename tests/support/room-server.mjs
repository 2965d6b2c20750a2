// Our room server as a child process.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killOnExit } from '../media/processes.mjs';

const START_LIMIT_MS = 15_000;
const BUILT = fileURLToPath(new URL('../../target/debug/room-server', import.meta.url));

/** The program: ROOM_SERVER_BIN, or what cargo built. */
export const serverProgram = () => process.env.ROOM_SERVER_BIN ?? BUILT;

/** Why the room server cannot be started, in one sentence, or undefined if it can. */
export function roomServerProblem() {
  if (existsSync(serverProgram())) return undefined;
  return `there is no room server at ${serverProgram()}: build it with "cargo build -p room-server", or name it in ROOM_SERVER_BIN`;
}

/**
 * Starts a server on a free loopback port.
 * @param {object} [options]
 * @param {string[]} [options.mediaHosts] `host:port` of the RTMP servers it hands out
 * @param {string[]} [options.args] further arguments of the program
 * @param {(line: string) => void} [options.log] its log
 * @returns {Promise<RoomServer>}
 * @throws when it is missing or is not ready within 15 s
 */
export async function startRoomServer({ mediaHosts = [], args = [], log = () => {} } = {}) {
  const problem = roomServerProblem();
  if (problem !== undefined) throw new Error(problem);
  const child = spawn(
    serverProgram(),
    ['--exit-with-parent', ...mediaHosts.flatMap((host) => ['--media-host', host]), ...args],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  child.once('close', killOnExit(child));
  child.stdin.on('error', () => {});
  let errors = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    errors = `${errors}${line}\n`.slice(-2000);
    log(line);
  });
  try {
    return new RoomServer(child, await readiness(child));
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the room server did not start: ${error.message}. ${errors}`.trim(), { cause: error });
  }
}

/** A running server; see {@link startRoomServer}. */
export class RoomServer {
  #child;

  constructor(child, { ws, http, appID }) {
    this.#child = child;
    /** Url for clients: ws://127.0.0.1:port/accesshub */
    this.ws = ws;
    /** Base url of the control interface. */
    this.http = http;
    /** The app id it serves. */
    this.appID = appID;
  }

  /** A token that lets `userID` in. */
  async token(userID) {
    return (await this.control('token', { userID })).token;
  }

  /** How a person gets a token. */
  get tokenHint() {
    return `curl -s ${this.http}/control/token -d '{"userID":"USER"}'`;
  }

  /** The rooms with their users and streams. */
  async rooms() {
    return (await this.control('rooms')).rooms;
  }

  /** One request to the control interface: POST with a body, GET without. */
  async control(path, body) {
    const options =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${this.http}/control/${path}`, options);
    const text = await response.text();
    if (!response.ok) throw new Error(`the room server answered ${response.status} to ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Ends the server and every connection. */
  async close() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await exit;
    clearTimeout(timer);
  }
}

function readiness(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), START_LIMIT_MS);
    const settle = (action) => (value) => {
      clearTimeout(timer);
      action(value);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = parse(line);
      if (message?.event === 'ready') settle(resolve)(message);
    });
    child.once('error', settle(reject));
    child.once('exit', (code, signal) => settle(reject)(new Error(`it ended with ${signal ?? code}`)));
  });
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
