// A world without real time: clients, network and room server go on only when a test lets the clock go on. What happens in it is
// the same in every run, however busy the machine is.

import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import FakeTimers from '@sinonjs/fake-timers';
import { serverProgram } from './room-server.mjs';

/** When every world begins. */
const START = Date.UTC(2026, 0, 1, 12);
/** What a message takes from a client to the server, and back. In ms. */
const LATENCY_MS = 5;
/** Name of the server's link. Nothing listens there. */
const HUB = '127.0.0.1:1';

/**
 * Starts a world with a room server in it.
 * @param {object} [options]
 * @param {string[]} [options.args] of the room server
 * @param {number} [options.seed=1] of all that is random outside of the server
 */
export async function startVirtualWorld({ args = [], seed = 1 } = {}) {
  const server = new SteppedServer(args);
  await server.ready;
  return new VirtualWorld(server, seed);
}

/** See {@link startVirtualWorld}. */
export class VirtualWorld {
  #server;
  #pending = new Set();
  #tick;
  #sockets = new Map();
  #clock = FakeTimers.createClock(START);

  constructor(server, seed) {
    this.#server = server;
    const { setTimeout, clearTimeout, setInterval, clearInterval, Date } = this.#clock;
    const world = this;
    /** What scripts of this world have in place of Node's globals. */
    this.globals = {
      ...{ setTimeout, clearTimeout, setInterval, clearInterval, Date },
      performance: { now: () => this.#clock.now - START },
      Math: Object.create(Math, { random: { value: randomness(seed) } }),
      // Compiling is the one thing that takes real time: the clock waits for it.
      WebAssembly: Object.create(WebAssembly, {
        instantiate: { value: (...given) => this.#await(WebAssembly.instantiate(...given)) },
        compile: { value: (...given) => this.#await(WebAssembly.compile(...given)) },
      }),
    };
    /** Stands for the class of the npm package ws. */
    this.WebSocket = class extends VirtualSocket {
      constructor(url) {
        super(world, url);
      }
    };
  }

  /** Url for clients. */
  get ws() {
    return `ws://${HUB}/accesshub`;
  }

  /** The app id it serves. */
  get appID() {
    return this.#server.appID;
  }

  /** Unix milliseconds. */
  get now() {
    return this.#clock.now;
  }

  /** One control command of the room server, see docs/room-server.md. Takes no time. */
  async control(command, parameters) {
    const control = parameters === undefined ? command : { [command]: parameters };
    const { reply } = await this.exchange({ control });
    if (reply.error !== undefined) throw new Error(`the room server refused ${command}: ${reply.error}`);
    return reply;
  }

  /** Lets so many ms pass. */
  async run(ms) {
    await this.runUntil(() => false, ms);
  }

  /**
   * Lets time pass until `done` says so, at most `limit` ms.
   * @returns {Promise<boolean>} whether it did
   */
  async runUntil(done, limit) {
    let isOver = false;
    const end = this.globals.setTimeout(() => (isOver = true), limit);
    for (;;) {
      await this.quiesce();
      if (done() || isOver) break;
      this.#clock.next();
    }
    this.globals.clearTimeout(end);
    return !isOver || done();
  }

  /** Waits, without time passing, until nothing is left to do now. */
  async quiesce() {
    do {
      await Promise.all(this.#pending);
      await new Promise(setImmediate);
    } while (this.#pending.size > 0);
  }

  /** Ends the server. */
  async close() {
    this.#clock.reset();
    await Promise.all(this.#pending);
    await this.#server.close();
  }

  /** @internal something for the server, now */
  exchange(input) {
    return this.#await(
      this.#server.step({ at: this.#clock.now, input }).then((answer) => {
        for (const output of answer.outputs) this.#carry(output);
        this.#wake(answer.deadline);
        return answer;
      }),
    );
  }

  /** @internal something that a message's way takes to happen */
  later(action) {
    return this.globals.setTimeout(action, LATENCY_MS);
  }

  /** @internal a socket reaches the server */
  connect(socket) {
    const conn = this.#sockets.size + 1;
    this.#sockets.set(conn, socket);
    return conn;
  }

  #carry({ send, close }) {
    const [conn] = send ?? close;
    const socket = this.#sockets.get(conn);
    if (send) this.later(() => socket.receive(Buffer.from(send[1], 'base64')));
    else this.later(() => socket.end(close[1] ?? ABNORMAL, close[1] === null ? '' : close[2]));
  }

  #wake(deadline) {
    this.globals.clearTimeout(this.#tick);
    if (deadline === null) return;
    this.#tick = this.globals.setTimeout(() => this.exchange('tick'), Math.max(0, deadline - this.#clock.now));
  }

  #await(promise) {
    const settled = promise.catch(() => {}).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
    return promise;
  }
}

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
/** Close code of a connection that was lost. */
const ABNORMAL = 1006;

/** As much of ws's class as the fake hosts use. */
class VirtualSocket extends EventEmitter {
  #world;
  #conn;

  constructor(world, url) {
    super();
    this.#world = world;
    this.url = url;
    this.readyState = CONNECTING;
    world.later(() => {
      if (this.readyState !== CONNECTING) return;
      this.readyState = OPEN;
      this.#conn = world.connect(this);
      world.exchange({ connected: this.#conn });
      this.emit('open');
    });
  }

  /** A message sets out; text if it is one. */
  send(data) {
    const input =
      typeof data === 'string' ? { text: this.#conn } : { frame: [this.#conn, Buffer.from(data).toString('base64')] };
    this.#world.later(() => this.#world.exchange(input));
  }

  /** The closing handshake. */
  close(code, reason) {
    if (this.readyState >= CLOSING) return;
    if (this.readyState === CONNECTING) {
      this.terminate();
      return;
    }
    this.readyState = CLOSING;
    this.#tell();
    this.#world.later(() => this.#world.later(() => this.end(code, reason)));
  }

  /** The connection is lost. */
  terminate() {
    if (this.readyState === CLOSED) return;
    if (this.readyState !== CLOSING) this.#tell();
    const wasConnecting = this.readyState === CONNECTING;
    this.readyState = CLOSED;
    this.#world.globals.setTimeout(() => {
      if (wasConnecting) this.emit('error', new Error('closed before the connection was established'));
      this.emit('close', ABNORMAL, Buffer.alloc(0));
    });
  }

  /** @internal a message arrives */
  receive(bytes) {
    if (this.readyState !== CLOSED) this.emit('message', bytes, true);
  }

  /** @internal the connection ends */
  end(code, reason) {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.emit('close', code, Buffer.from(reason));
  }

  #tell() {
    if (this.#conn !== undefined) this.#world.later(() => this.#world.exchange({ closed: this.#conn }));
  }
}

/** The room server as a child process that takes what happens, and when, from us. */
class SteppedServer {
  #child;
  #waiting = [];
  #errors = '';

  constructor(args) {
    this.#child = spawn(serverProgram(), ['--stepped', '--log', 'warn', ...args]);
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (text) => (this.#errors = `${this.#errors}${text}`.slice(-2000)));
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#waiting.shift().resolve(JSON.parse(line)),
    );
    const ended = (why) => {
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`the room server ended: ${why} ${this.#errors}`));
    };
    this.#child.once('error', (error) => ended(error.message));
    this.#child.once('close', (code, signal) => ended(signal ?? code));
    /** Resolves when it is ready. */
    this.ready = this.#answer().then(({ appID }) => {
      /** The app id it serves. */
      this.appID = appID;
    });
  }

  async step(step) {
    const answer = this.#answer();
    this.#child.stdin.write(`${JSON.stringify(step)}\n`);
    const { problem, ...rest } = await answer;
    if (problem !== undefined) throw new Error(`the room server does not understand a step: ${problem}`);
    return rest;
  }

  /** It ends with its input. */
  async close() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    await exit;
  }

  #answer() {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

/** Numbers as Math.random gives them, the same for the same seed. */
function randomness(seed) {
  let state = seed >>> 0;
  // A linear congruential generator of 32 bits (Numerical Recipes): all that clients draw are waiting times and ids.
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
