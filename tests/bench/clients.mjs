// The clients that are compared, each with the host it was made for and one small surface.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { createWx, loadVendor, HUB } from '../conformance/vendor.mjs';
import { createHost } from '../support/my.mjs';

const require = createRequire(import.meta.url);
const PACKAGE = new URL('../../pkg/', import.meta.url);
const nothing = () => {};

/** Memories of the engines in this thread. @type {WebAssembly.Memory[]} */
export const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args);
  const { exports } = result.instance ?? result;
  // Without imports it is what unpacks the engine's module, and gone soon.
  if (args[1]) memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory));
  return result;
};

const traffic = { framesUp: 0, bytesUp: 0, framesDown: 0, bytesDown: 0 };
const { send, emit } = WebSocket.prototype;
WebSocket.prototype.send = function (data, ...rest) {
  traffic.framesUp += 1;
  traffic.bytesUp += data.length;
  return send.call(this, data, ...rest);
};
WebSocket.prototype.emit = function (name, ...args) {
  if (name === 'message') {
    traffic.framesDown += 1;
    traffic.bytesDown += args[0].length;
  }
  return emit.call(this, name, ...args);
};

/** Counts messages and bytes of all sockets; `take()` gives those since the last time. */
export function countTraffic() {
  const names = Object.keys(traffic);
  const take = () => {
    const taken = { ...traffic };
    for (const name of names) traffic[name] = 0;
    return taken;
  };
  take();
  return { take };
}

/**
 * @typedef {object} Client
 * @property {Promise<void>} dialled the client asked the host for its first socket
 * @property {Promise<void>} opened the socket is open
 * @property {(event: string, handler: Function) => void} listen
 * @property {(room: string, token: string) => Promise<unknown>} login
 * @property {(stream: string) => Promise<unknown>} publish
 */

/**
 * @param {{client: string, server: string, appID: number}} job `client` is `vendor`, `floor`, `ours`, or `ours/HOST`
 * @returns {Client}
 */
export function createClient({ client, server, appID }) {
  const [kind, host = 'inline'] = client.split('/');
  const marks = {};
  const dialled = new Promise((resolve) => (marks.dialled = resolve));
  const opened = new Promise((resolve) => (marks.opened = resolve));
  const watch = (connectSocket) => (request) => {
    marks.dialled();
    const task = connectSocket(request);
    task.onOpen(marks.opened);
    return task;
  };
  return { dialled, opened, ...CLIENTS[kind]({ server, appID, watch, host }) };
}

const CLIENTS = {
  floor({ server, appID, watch }) {
    const my = createMy(watch);
    const { Floor } = require('./floor.cjs');
    const floor = new Floor(my, server, appID);
    return {
      listen: (event, handler) => floor.on(event, handler),
      login: (room, token) => floor.loginRoom(room, token, 'bench'),
      publish: (stream) => floor.startPublishingStream(stream),
    };
  },

  ours({ server, appID, watch, host }) {
    const my = createMy(watch);
    const worker = { script: 'worker.js', wasm: '/engine.wasm.br' };
    if (host === 'bare') {
      delete globalThis.TextEncoder;
      delete globalThis.TextDecoder;
    }
    const { ZegoExpressEngine } = require('../../pkg');
    ZegoExpressEngine.configure({ my, host: host === 'bare' ? 'inline' : host, worker, log: nothing });
    return surface(new ZegoExpressEngine(appID, server));
  },

  vendor({ server, appID, watch }) {
    const { wx } = createWx(server, (run) => run());
    wx.connectSocket = watch(wx.connectSocket);
    const { ZegoExpressEngine } = loadVendor({
      wx,
      console: { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing },
    });
    ZegoExpressEngine.setEngineOptions({ customDomain: { accesshub: HUB, logreport: HUB, detaillog: HUB } });
    const engine = new ZegoExpressEngine(appID, '');
    engine.setDebugVerbose(false);
    return surface(engine);
  },
};

const surface = (engine) => ({
  listen: (event, handler) => engine.on(event, handler),
  login: (room, token) =>
    engine.loginRoom(room, token, { userID: 'bench', userName: 'Bench' }, { userUpdate: true, maxMemberCount: 0 }),
  publish: (stream) => engine.startPublishingStream(stream),
});

function createMy(watch) {
  const { my } = createHost({ receive: 'base64', keepSent: false });
  my.connectSocket = watch(my.connectSocket);
  my.createWorker = (script) => new MiniWorker(script);
  return my;
}

/** my.createWorker with a real thread. */
class MiniWorker {
  constructor(script) {
    this.thread = new Worker(new URL('worker-thread.cjs', import.meta.url), {
      workerData: { script: readFileSync(new URL(script, PACKAGE), 'utf8'), folder: PACKAGE.href },
    });
  }

  postMessage(message) {
    this.thread.postMessage(JSON.stringify(message));
  }

  onMessage(listener) {
    this.thread.on('message', (text) => listener(JSON.parse(text)));
  }

  terminate() {
    this.thread.terminate();
  }
}
