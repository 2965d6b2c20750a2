// The vendor's public mini-program client (npm zego-express-engine-miniprogram, the WeChat build), run unmodified in
// Node with a fake `wx`, so that it can talk to our room server and meet our engine there.

import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import { evaluate } from '../support/evaluate.mjs';
import { Recorder } from '../support/recorder.mjs';
import { loopbackOnly } from '../support/my.mjs';

const PACKAGE = 'zego-express-engine-miniprogram';
const require = createRequire(import.meta.url);

/** The world that a client is in unless it is given one: Node's. */
const NODE = {
  WebSocket,
  globals: { setTimeout, clearTimeout, setInterval, clearInterval, Date, Math, performance },
};
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
 * @param {string} [options.platform] as the host names it
 * @param {import('../support/virtual-world.mjs').VirtualWorld} [options.world] default: real time and real sockets
 * @param {(error: Error) => void} [options.onFault] told what the client throws outside of calls, which a host would only log
 * @returns {VendorClient}
 */
export function createVendorClient(options) {
  return new VendorClient(options);
}

/** See {@link createVendorClient}. */
export class VendorClient {
  #wx;
  #world;
  #timers = new Set();
  #onFault;
  #closed = false;

  constructor({ server, appID, onEvent, log = () => {}, platform, world = NODE, onFault = () => {} }) {
    this.kind = 'vendor';
    this.#onFault = onFault;
    this.#world = world;
    this.#wx = createWx(server, (run) => this.#guard(run), { platform, world });
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

  /** See Recorder.find. */
  find(...args) {
    return this.recorder.find(...args);
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
    for (const timer of this.#timers) this.#world.globals.clearTimeout(timer);
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
    const { setTimeout, setInterval, clearTimeout, Date, Math, performance } = this.#world.globals;
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
      Date,
      Math,
      performance,
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
  return evaluate(require.resolve(PACKAGE), globals);
}

/**
 * The parts of WeChat's host object that the client touches.
 * @param {string} server ws://127.0.0.1:port/accesshub
 * @param {(run: () => void) => void} guard calls what the client is called back with
 * @param {object} [options] `platform` and `world`, see createVendorClient
 */
export function createWx(server, guard, { platform = 'devtools', world = NODE } = {}) {
  const { setTimeout } = world.globals;
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

  const connectSocket = ({ url }) => {
    const { host, pathname } = new URL(url);
    if (pathname !== '/accesshub') throw new Error(`the vendor's client asked for ${url}`);
    const target = host === HUB ? server : `ws://${host}/accesshub`;
    const socket = new world.WebSocket(loopbackOnly(target), { perMessageDeflate: false });
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
          guard(() => listener({ data: binary ? new Uint8Array(bytes).buffer : bytes.toString() })),
        ),
      onClose: (listener) =>
        socket.on('close', (code, reason) => guard(() => listener({ code, reason: reason.toString() }))),
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
