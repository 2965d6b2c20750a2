// The vendor's public mini-program client (npm zego-express-engine-miniprogram, the WeChat build), run unmodified in
// Node with a fake `wx`, so that it can talk to our room server and meet our engine there.

import vm from 'node:vm';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import { Recorder } from '../support/recorder.mjs';
import { loopbackOnly } from '../support/my.mjs';

const PACKAGE = 'zego-express-engine-miniprogram';
const require = createRequire(import.meta.url);

/** Codes of WeChat's components that stand for the host codes 3800 to 3803. */
const COMPONENT_CODES = { 3800: 1002, 3801: -1307, 3802: 2004, 3803: -2301 };
/** Name under which the client knows the room server; it only exists in the fake host. */
export const HUB = 'hub.invalid';

/**
 * Creates one client in a world of its own: several can live in one process.
 * @param {object} options
 * @param {string} options.server ws://127.0.0.1:port/accesshub
 * @param {number} options.appID
 * @param {(event: object) => void} [options.onEvent] see Recorder
 * @param {(line: string) => void} [options.log] the client's console
 * @param {number} [options.latency=0] ms by which every message is late, see createHost in my.mjs
 * @param {string} [options.platform] as the host names it
 * @param {(error: Error) => void} [options.onFault] told what the client throws outside of calls, which a host would only log
 * @returns {VendorClient}
 */
export function createVendorClient(options) {
  return new VendorClient(options);
}

/** See {@link createVendorClient}. */
export class VendorClient {
  #wx;
  #timers = new Set();
  #onFault;
  #closed = false;

  constructor({ server, appID, onEvent, log = () => {}, latency = 0, platform = 'devtools', onFault = () => {} }) {
    this.kind = 'vendor';
    this.#onFault = onFault;
    this.#wx = createWx(server, latency, (run) => this.#guard(run), platform);
    const { ZegoExpressEngine } = loadVendor(this.#globals(log));
    ZegoExpressEngine.setEngineOptions({ customDomain: { accesshub: HUB, logreport: HUB, detaillog: HUB } });
    /** The vendor's engine. */
    this.engine = new ZegoExpressEngine(appID, '');
    this.engine.setDebugVerbose?.(false);
    this.recorder = new Recorder(onEvent).attach(this.engine);
  }

  /** Recorded events, oldest first: `{t, name, args}`. */
  get events() {
    return this.recorder.events;
  }

  /** Log uploads the client tried; none left the process. @type {string[]} */
  get uploads() {
    return this.#wx.uploads;
  }

  /** See Recorder.waitFor. */
  waitFor(...args) {
    return this.recorder.waitFor(...args);
  }

  /** Hands the engine an event of the media component; `code` is the Alipay one, 3800 to 3803. */
  componentEvent(streamID, code) {
    this.engine.updatePlayerState(streamID, { type: 'statechange', detail: { code: COMPONENT_CODES[code] ?? code } });
  }

  /** The client's sockets break, as on a lost network. */
  dropSockets() {
    this.#wx.drop();
  }

  /** Ends sockets and timers; the client is not asked to log out. */
  close() {
    this.#closed = true;
    this.#wx.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #guard(run) {
    if (this.#closed) return;
    try {
      run();
    } catch (error) {
      this.#onFault(error);
    }
  }

  #globals(log) {
    const write = (...words) => log(words.map(String).join(' '));
    const track =
      (set) =>
      (callback, delay, ...args) => {
        // What comes in after the end must not keep the process alive for the length of a retry.
        if (this.#closed) return undefined;
        const timer = set(() => this.#guard(() => callback(...args)), delay);
        this.#timers.add(timer);
        return timer;
      };
    const clear = (timer) => {
      this.#timers.delete(timer);
      clearTimeout(timer);
    };
    return {
      wx: this.#wx.wx,
      console: { log: write, info: write, warn: write, error: write, debug: write },
      setTimeout: track(setTimeout),
      setInterval: track(setInterval),
      clearTimeout: clear,
      clearInterval: clear,
    };
  }
}

/**
 * Evaluates the package anew, so that every client has classes and state of its own. It runs in our realm, because the
 * client tells plain objects by their constructor; the globals that matter are given to it as parameters.
 * @param {Record<string, any>} given `wx`, and what shall stand in place of our globals
 */
export function loadVendor(given) {
  // Mini programs declare these names of browsers without a value, and the client relies on that.
  const absent = { window: undefined, self: undefined, document: undefined, location: undefined };
  const globals = { ...absent, navigator: { appVersion: 'node', onLine: true, userAgent: 'node' }, ...given };
  const filename = require.resolve(PACKAGE);
  const evaluate = vm.compileFunction(readFileSync(filename, 'utf8'), ['module', 'exports', ...Object.keys(globals)], {
    filename,
  });
  const module = { exports: {} };
  evaluate.call(undefined, module, module.exports, ...Object.values(globals));
  return module.exports;
}

/**
 * The parts of WeChat's host object that the client touches.
 * @param {string} server ws://127.0.0.1:port/accesshub
 * @param {number} latency ms by which every message is late
 * @param {(run: () => void) => void} guard calls what the client is called back with
 * @param {string} [platform] as the host names it
 */
export function createWx(server, latency, guard, platform = 'devtools') {
  const storage = new Map();
  const sockets = new Set();
  const networkListeners = new Set();
  const state = {
    uploads: [],
    drop() {
      for (const socket of sockets) socket.terminate();
    },
    close() {
      for (const socket of sockets) {
        socket.removeAllListeners();
        socket.on('error', () => {});
        socket.terminate();
      }
      sockets.clear();
    },
  };

  // By way of setImmediate: after all timers that are due, also on a busy machine.
  const late = (deliver) => {
    const run = () => guard(deliver);
    return latency > 0 ? setTimeout(() => setImmediate(run), latency) : run();
  };
  const connectSocket = ({ url }) => {
    const { host, pathname } = new URL(url);
    if (pathname !== '/accesshub') throw new Error(`the vendor's client asked for ${url}`);
    const target = host === HUB ? server : `ws://${host}/accesshub`;
    const socket = new WebSocket(loopbackOnly(target), { perMessageDeflate: false });
    sockets.add(socket);
    socket.binaryType = 'nodebuffer';
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    return {
      get readyState() {
        return socket.readyState;
      },
      onOpen: (listener) => socket.on('open', () => listener({})),
      onMessage: (listener) =>
        socket.on('message', (bytes, binary) =>
          late(() => listener({ data: binary ? new Uint8Array(bytes).buffer : bytes.toString() })),
        ),
      onClose: (listener) =>
        socket.on('close', (code, reason) => late(() => listener({ code, reason: reason.toString() }))),
      onError: (listener) => socket.on('error', (error) => listener({ errMsg: error.message })),
      send: ({ data, success, fail }) => {
        if (socket.readyState !== WebSocket.OPEN) {
          fail?.({ errMsg: 'not open' });
          return;
        }
        socket.send(typeof data === 'string' ? data : Buffer.from(data));
        success?.({});
      },
      close: ({ code = 1000, reason = '' } = {}) => socket.close(code, reason),
    };
  };

  const systemInfo = () => ({
    brand: 'fake',
    model: 'fake',
    system: 'Node',
    platform,
    version: '8.0.50',
    SDKVersion: '3.0.0',
  });
  state.wx = {
    connectSocket,
    request: ({ url, success, complete }) => {
      state.uploads.push(url);
      setTimeout(() => {
        success?.({ statusCode: 200, data: {} });
        complete?.({});
      }).unref();
    },
    getStorageSync: (key) => storage.get(key) ?? '',
    setStorageSync: (key, value) => void storage.set(key, value),
    removeStorageSync: (key) => void storage.delete(key),
    getNetworkType: ({ success }) => void setTimeout(() => success?.({ networkType: 'wifi' })),
    onNetworkStatusChange: (listener) => void networkListeners.add(listener),
    getSystemInfoSync: systemInfo,
    getSystemInfo: ({ success }) => void setTimeout(() => success?.(systemInfo())),
    getSetting: ({ success }) =>
      void setTimeout(() => success?.({ authSetting: { 'scope.camera': true, 'scope.record': true } })),
    createLivePusherContext: () => ({}),
    createLivePlayerContext: () => ({}),
    showModal: () => {},
  };
  return state;
}
