// A real RTMP server for tests and for the demo.

import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killOnExit } from './processes.mjs';

const PROCESS = fileURLToPath(new URL('./media-server-process.mjs', import.meta.url));
const START_LIMIT_MS = 15_000;

/**
 * @typedef {object} MediaEvent
 * @property {string} app first part of the path: the app id
 * @property {string} stream second part of the path: the stream id
 * @property {string} id the connection's id
 * @property {Record<string, string>} args the query of the url
 * @property {string} [reason] why a publish was refused
 */

/**
 * Starts an RTMP and HTTP-FLV server on free loopback ports.
 *
 * Events: `publish` (accepted), `publishRefused`, `publishEnd`, `play` (media starts to flow), `playEnd` (the player
 * left or the stream ended), each with a {@link MediaEvent}; `exit` when the server's process ended unasked.
 *
 * @param {object} [options]
 * @param {(streamPath: string, args: Record<string, string>) => boolean|Promise<boolean>} [options.allowPublish]
 *   decides about a publish of "/app/stream"; an exception is a refusal
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<MediaServer>}
 * @throws when the server does not start within 15 s
 */
export async function startMediaServer({ allowPublish = () => true, log = () => {} } = {}) {
  const child = fork(PROCESS, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  const forget = killOnExit(child);
  let stderr = '';
  child.stderr.on('data', (bytes) => (stderr = (stderr + bytes).slice(-2000)));
  child.stdout.on('data', (bytes) => log(String(bytes).trimEnd()));
  const server = new MediaServer(child);
  child.on('message', async (message) => {
    if (message.type === 'log') log(message.text);
    if (message.type === 'event') server.emit(message.name, eventOf(message));
    if (message.type !== 'ask') return;
    const allowed = await decide(allowPublish, message, log);
    if (child.connected) child.send({ type: 'answer', question: message.question, allowed });
  });
  child.once('exit', forget);
  try {
    const ready = await readiness(child);
    Object.assign(server, { rtmpPort: ready.rtmpPort, httpPort: ready.httpPort });
    return server;
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the media server did not start: ${error.message}. ${stderr}`.trim(), { cause: error });
  }
}

/** A running server; see {@link startMediaServer}. */
export class MediaServer extends EventEmitter {
  #child;
  #closing = false;

  constructor(child) {
    super();
    this.#child = child;
    this.setMaxListeners(0);
    /** @type {number} */
    this.rtmpPort = 0;
    /** @type {number} */
    this.httpPort = 0;
    /** Streams being published, as "app/stream". @type {Set<string>} */
    this.publishing = new Set();
    this.on('publish', ({ app, stream }) => this.publishing.add(`${app}/${stream}`));
    this.on('publishEnd', ({ app, stream }) => this.publishing.delete(`${app}/${stream}`));
    child.once('exit', (code, signal) => this.#closing || this.emit('exit', { code, signal }));
  }

  /** `host:port` for RTMP. */
  get rtmpHost() {
    return `127.0.0.1:${this.rtmpPort}`;
  }

  /** Url under which HTTP-FLV delivers a stream. */
  flvUrl(app, stream) {
    return `http://127.0.0.1:${this.httpPort}/${app}/${stream}.flv`;
  }

  /** Ends the server and all its connections. */
  async close() {
    this.#closing = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await exit;
    clearTimeout(timer);
  }
}

/**
 * The `allowPublish` that asks a room server: only streams it handed out may be published.
 * @param {string} controlUrl base url of the room server's http side
 */
export function askRoomServer(controlUrl) {
  return async (streamPath) => {
    const [, appID, streamID] = streamPath.split('/');
    const query = new URLSearchParams({ appID, streamID });
    const response = await fetch(`${controlUrl}/control/publishable?${query}`);
    await response.arrayBuffer();
    return response.status === 200;
  };
}

async function decide(allowPublish, { path, args }, log) {
  try {
    return Boolean(await allowPublish(path, args));
  } catch (error) {
    log(`publish of ${path} refused: ${error.message}`);
    return false;
  }
}

function readiness(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), START_LIMIT_MS);
    const settle = (action) => (value) => {
      clearTimeout(timer);
      action(value);
    };
    child.on('message', (message) => message.type === 'ready' && settle(resolve)(message));
    child.once('error', settle(reject));
    child.once('exit', (code, signal) => settle(reject)(new Error(`it ended with ${signal ?? code}`)));
  });
}

function eventOf({ app, stream, id, args, reason }) {
  return { app, stream, id, args, ...(reason === undefined ? {} : { reason }) };
}
