// A stand-in for the host object `my` of an Alipay mini program, for Node.
//
// It follows the documented host where the two agree, and can be told to behave like the older or odder hosts that
// the documentation contradicts (see the options). Sockets are real (npm `ws`); nothing but loopback is ever reached.

import { WebSocket } from 'ws';
import { isIP } from 'node:net';

/** Sockets one mini program may have at a time, as the host documents it. */
const MAX_SOCKETS = 5;
/** The world that a host is in unless it is given one: Node's. */
const NODE = { WebSocket, globals: { setTimeout } };
/** Length of a line in base64 text of hosts that wrap it. */
const BASE64_LINE = 76;

/**
 * Creates one fake host. Every host is a world of its own: several can live in one process.
 *
 * @param {object} [options]
 * @param {'base64'|'base64-lines'|'arraybuffer'} [options.receive='base64-lines'] how binary messages reach the page
 * @param {(url: string) => string} [options.rewrite] maps the url a page asks for to the one really opened
 * @param {object} [options.systemInfo] merged over the default answer of getSystemInfo
 * @param {object} [options.storage] initial content of the storage, key to value
 * @param {string} [options.networkType='WIFI']
 * @param {boolean} [options.errorBeforeClose=true] a lost or refused socket reports onError before onClose
 * @param {boolean} [options.keepSent=true] sockets keep what was sent in `sent`
 * @param {(id: string) => object} [options.rtcRoomContext] what my.createRtcRoomContext returns
 * @param {object} [options.world] see virtual-world.mjs; default: real time and real sockets
 * @returns {FakeHost}
 */
export function createHost(options = {}) {
  return new FakeHost(options);
}

/** The fake host: `my` is what the page sees, everything else is for the test. */
export class FakeHost {
  #options;
  #storage;
  #listeners = { network: new Set(), show: new Set(), hide: new Set() };
  #refusals = [];
  #nextSocketID = 1;
  #network;

  constructor(options) {
    this.#options = {
      receive: 'base64-lines',
      errorBeforeClose: true,
      keepSent: true,
      rewrite: (url) => url,
      world: NODE,
      ...options,
    };
    this.#storage = new Map(Object.entries(options.storage ?? {}));
    this.#network = { isConnected: true, networkType: options.networkType ?? 'WIFI' };
    /** True while traffic is swallowed without any event, as on a phone that left the Wi-Fi. */
    this.blackHole = false;
    /** Every socket task ever made, oldest first. @type {FakeSocketTask[]} */
    this.sockets = [];
    this.my = this.#createMy();
  }

  /** Socket tasks that are connecting or open. */
  get openSockets() {
    return this.sockets.filter((task) => task.alive);
  }

  /** The newest socket task, or undefined. */
  get lastSocket() {
    return this.sockets.at(-1);
  }

  /** Whether connections are possible. */
  get online() {
    return this.#network.isConnected;
  }

  /**
   * Takes the network away: open sockets are lost, new ones are refused.
   * @param {object} [how]
   * @param {boolean} [how.silent=false] nothing is reported: sockets stay "open" and carry nothing
   * @param {boolean} [how.announce=true] onNetworkStatusChange fires
   */
  cutNetwork({ silent = false, announce = true } = {}) {
    if (silent) {
      this.blackHole = true;
      return;
    }
    this.#network = { isConnected: false, networkType: 'NOTREACHABLE' };
    for (const task of this.openSockets) task.drop();
    if (announce) this.announceNetwork();
  }

  /** Gives the network back. Sockets lost before stay lost; those of a silent cut carry traffic again. */
  restoreNetwork({ networkType = this.#options.networkType ?? 'WIFI', announce = true } = {}) {
    this.blackHole = false;
    const changed = !this.#network.isConnected || this.#network.networkType !== networkType;
    this.#network = { isConnected: true, networkType };
    if (announce && changed) this.announceNetwork();
  }

  /** Changes the kind of network without losing sockets. */
  setNetworkType(networkType) {
    this.#network = { ...this.#network, networkType };
    this.announceNetwork();
  }

  /** Fires onNetworkStatusChange with the present state. */
  announceNetwork() {
    this.#fire('network', { ...this.#network });
  }

  /** The mini program comes to the front. */
  show(options = {}) {
    this.#fire('show', options);
  }

  /** The mini program goes to the background. */
  hide() {
    this.#fire('hide', {});
  }

  /**
   * The next `times` calls of my.connectSocket fail at once.
   * @param {'throw'|'undefined'|'fail'} how throw an Error, return undefined, or call `fail` before returning the task
   * @param {object} [more]
   * @param {number} [more.times=1]
   * @param {number} [more.error=3] the host's error number
   */
  refuseConnects(how, { times = 1, error = 3 } = {}) {
    for (let i = 0; i < times; i += 1) this.#refusals.push({ how, error });
  }

  /** Ends every socket without events. Call it at the end of a test. */
  dispose() {
    for (const task of this.sockets) task.destroy();
    for (const set of Object.values(this.#listeners)) set.clear();
  }

  /** Content of the storage as a plain object. */
  get storage() {
    return Object.fromEntries(this.#storage);
  }

  /** @internal calls back after the page's turn is over */
  soon(callback, ms = 0) {
    return this.#options.world.globals.setTimeout(callback, ms);
  }

  #fire(kind, value) {
    for (const listener of [...this.#listeners[kind]]) listener(value);
  }

  #subscription(kind) {
    const set = this.#listeners[kind];
    return {
      on: (listener) => void set.add(listener),
      off: (listener) => void (listener === undefined ? set.clear() : set.delete(listener)),
    };
  }

  #connectSocket = (request) => {
    const refusal = this.#refusals.shift();
    if (refusal?.how === 'throw') throw hostError(refusal.error, 'connectSocket');
    if (refusal?.how === 'undefined') return undefined;
    const task = new FakeSocketTask(this, request, this.#nextSocketID, this.#options);
    this.#nextSocketID += 1;
    const problem = refusal?.error ?? this.#connectProblem(request);
    if (problem !== undefined) {
      const failure = { error: problem, errorMessage: `connectSocket: error ${problem}` };
      request.fail?.(failure);
      request.complete?.(failure);
      return task;
    }
    this.sockets.push(task);
    answer(this, request, {});
    task.open();
    return task;
  };

  #connectProblem({ url, multiple }) {
    if (!url) return 3;
    if (!/^wss?:\/\//.test(url)) return 5;
    if (this.openSockets.length >= (multiple ? MAX_SOCKETS : 1)) return 3;
    return undefined;
  }

  #request = (request) => {
    const { url, method = 'GET', headers = request.header, data, dataType = 'json', timeout = 30_000 } = request;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error('timeout')), timeout);
    const done = async () => {
      if (!this.online) throw hostError(12, 'request');
      const body =
        method === 'GET' || data === undefined ? undefined : typeof data === 'string' ? data : JSON.stringify(data);
      const response = await fetch(loopbackOnly(this.#options.rewrite(url)), {
        method,
        headers,
        body,
        signal: abort.signal,
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const responseHeaders = Object.fromEntries(response.headers);
      return {
        data: decodeBody(bytes, dataType),
        status: response.status,
        statusCode: response.status,
        headers: responseHeaders,
        header: responseHeaders,
      };
    };
    const promise = done()
      .catch((error) => {
        throw error.error === undefined ? hostError(abort.signal.aborted ? 13 : 12, 'request') : error;
      })
      .finally(() => clearTimeout(timer));
    const settled = settle(promise, request);
    settled.abort = () => abort.abort();
    return settled;
  };

  #createMy() {
    const network = this.#subscription('network');
    const show = this.#subscription('show');
    const hide = this.#subscription('hide');
    const systemInfo = () => ({
      app: 'alipay',
      brand: 'fake',
      language: 'en',
      model: 'fake',
      pixelRatio: 2,
      platform: 'Android',
      system: '14',
      version: '10.5.90',
      ...this.#options.systemInfo,
    });
    const networkType = () => ({
      networkAvailable: this.online,
      networkType: this.#network.networkType,
      networkInfo: this.#network.networkType,
    });
    const my = {
      SDKVersion: '2.9.19',
      connectSocket: this.#connectSocket,
      request: this.#request,
      getNetworkType: later(this, networkType),
      onNetworkStatusChange: network.on,
      offNetworkStatusChange: network.off,
      getSystemInfo: later(this, systemInfo),
      getSystemInfoSync: systemInfo,
      getSetting: later(this, () => ({ authSetting: { camera: true, audioRecord: true } })),
      openSetting: later(this, () => ({ authSetting: { camera: true, audioRecord: true } })),
      onAppShow: show.on,
      offAppShow: show.off,
      onAppHide: hide.on,
      offAppHide: hide.off,
      base64ToArrayBuffer: (text) => toArrayBuffer(Buffer.from(text, 'base64')),
      arrayBufferToBase64: (buffer) => Buffer.from(buffer).toString('base64'),
      createRtcRoomContext: (id) => this.#options.rtcRoomContext?.(id) ?? { stop() {}, enableCamera() {}, mute() {} },
      call: (name, _params, callback) => void this.soon(() => callback?.({ success: name === 'prepareRTCResource' })),
      ...storageOf(this, this.#storage),
    };
    my.canIUse = (name) => typeof my[name.split('.')[0]] === 'function';
    return my;
  }
}

/** What my.connectSocket returns, plus the handles a test needs. */
export class FakeSocketTask {
  #host;
  #options;
  #socket;
  #id;
  #listeners = { open: new Set(), message: new Set(), close: new Set(), error: new Set() };
  #closed = false;

  constructor(host, request, id, options) {
    this.#host = host;
    this.#options = options;
    this.#id = id;
    /** The url the page asked for. */
    this.url = request.url;
    /** The argument of my.connectSocket. */
    this.request = request;
    /** Binary messages the page sent, as Buffers. */
    this.sent = [];
    /** Whether the page called close(). */
    this.closedByPage = false;
    for (const [kind, set] of Object.entries(this.#listeners)) {
      const name = kind[0].toUpperCase() + kind.slice(1);
      this[`on${name}`] = (listener) => void set.add(listener);
      this[`off${name}`] = (listener) => void (listener === undefined ? set.clear() : set.delete(listener));
    }
  }

  /** Connecting or open, as far as the page was told. */
  get alive() {
    return this.#socket !== undefined && !this.#closed;
  }

  /** How many listeners the page has for `kind` ('open', 'message', 'close', 'error'). */
  listenerCount(kind) {
    return this.#listeners[kind].size;
  }

  /** @internal starts the connection */
  open() {
    if (!this.#host.online) {
      this.#socket = null;
      this.#host.soon(() => this.#lose(6, 'offline'));
      return;
    }
    const socket = new this.#options.world.WebSocket(
      loopbackOnly(this.#options.rewrite(this.url)),
      this.request.protocols ?? [],
      {
        headers: this.request.header,
        perMessageDeflate: false,
      },
    );
    this.#socket = socket;
    socket.on('open', () => this.#closed || this.deliver('open', {}));
    socket.on('message', (bytes, binary) => this.#receive(bytes, binary));
    socket.on('error', (error) => this.#lose(1, error.message));
    socket.on('close', (code, reason) => this.#finish({ code, reason: reason.toString() }));
  }

  /** SocketTask.send: `{data: <base64>, isBuffer: true}` is a binary message, otherwise `data` is text. */
  send({ data, isBuffer = false, success, fail, complete } = {}) {
    const request = { success, fail, complete };
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#closed) {
      refuse(this.#host, request, 10, 'send');
      return;
    }
    if (typeof data !== 'string') {
      refuse(this.#host, request, 2, 'send');
      return;
    }
    const message = isBuffer ? Buffer.from(data, 'base64') : data;
    if (isBuffer && this.#options.keepSent) this.sent.push(message);
    if (!this.#host.blackHole) this.#socket.send(message);
    answer(this.#host, request, {});
  }

  /** SocketTask.close. The close event follows, later. */
  close({ code = 1000, reason = '', success, fail, complete } = {}) {
    const request = { success, fail, complete };
    if (this.#closed) {
      refuse(this.#host, request, 1, 'close');
      return;
    }
    this.closedByPage = true;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
    else this.#socket?.terminate();
    this.#host.soon(() => this.#finish({ code, reason }));
    answer(this.#host, request, {});
  }

  /** Test: the connection is lost, as on a broken network. */
  drop() {
    this.#socket?.terminate();
    this.#lose(1, 'connection lost');
  }

  /** Test: the connection ends properly, as if the server had closed it. */
  closeByServer(code = 1000, reason = '') {
    this.#socket?.terminate();
    this.#finish({ code, reason });
  }

  /**
   * Test: delivers an event now, whatever the state of the socket: late, twice, or out of order.
   * A 'message' payload is `{data, isBuffer}`; a Buffer is encoded the way this host encodes.
   */
  deliver(kind, payload = {}) {
    const data = Buffer.isBuffer(payload) ? { data: this.#encode(payload), isBuffer: true } : payload;
    for (const listener of [...this.#listeners[kind]]) listener({ data: { socketTaskID: this.#id, ...data } });
  }

  /** @internal ends the connection without events */
  destroy() {
    this.#closed = true;
    this.#socket?.terminate();
  }

  #receive(bytes, binary) {
    if (this.#closed || this.#host.blackHole) return;
    this.deliver(
      'message',
      binary ? { data: this.#encode(bytes), isBuffer: true } : { data: bytes.toString(), isBuffer: false },
    );
  }

  #lose(error, errorMessage) {
    if (this.#closed) return;
    if (this.#options.errorBeforeClose) this.deliver('error', { error, errorMessage });
    this.#finish({ code: 1006, reason: '' });
  }

  #finish(detail) {
    if (this.#closed) return;
    this.#closed = true;
    this.deliver('close', detail);
  }

  #encode(bytes) {
    if (this.#options.receive === 'arraybuffer') return toArrayBuffer(bytes);
    const text = bytes.toString('base64');
    if (this.#options.receive === 'base64') return text;
    return text.replace(new RegExp(`(.{${BASE64_LINE}})`, 'g'), '$1\n');
  }
}

/** Refuses a url that would leave this machine; tests must not reach the network. */
export function loopbackOnly(url) {
  const { hostname } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const local = name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
  if (!local) throw new Error(`refused to leave this machine: ${url}`);
  return url;
}

function storageOf(host, map) {
  const get = ({ key }) => ({ data: map.has(key) ? structuredClone(map.get(key)) : null });
  const done = () => ({ success: true });
  const set = ({ key, data }) => map.set(key, structuredClone(data)) && done();
  const remove = ({ key }) => {
    map.delete(key);
    return done();
  };
  const clear = () => {
    map.clear();
    return done();
  };
  return {
    getStorageSync: get,
    setStorageSync: set,
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorage: later(host, get),
    setStorage: later(host, set),
    removeStorage: later(host, remove),
    clearStorage: later(host, clear),
  };
}

/** A host call that answers through callbacks and a promise, never before it returned. */
function later(host, compute) {
  return (request = {}) => settle(new Promise((resolve) => host.soon(() => resolve(compute(request)))), request);
}

function settle(promise, { success, fail, complete } = {}) {
  promise.then(
    (value) => {
      success?.(value);
      complete?.(value);
    },
    (error) => {
      fail?.(error);
      complete?.(error);
    },
  );
  if (fail !== undefined || complete !== undefined) promise.catch(() => {});
  return promise;
}

function answer(host, { success, complete }, value) {
  if (success === undefined && complete === undefined) return;
  host.soon(() => {
    success?.(value);
    complete?.(value);
  });
}

function refuse(host, { fail, complete }, error, call) {
  const failure = { error, errorMessage: `${call}: error ${error}` };
  host.soon(() => {
    fail?.(failure);
    complete?.(failure);
  });
}

function hostError(error, call) {
  return Object.assign(new Error(`${call}: error ${error}`), { error, errorMessage: `${call}: error ${error}` });
}

function decodeBody(bytes, dataType) {
  if (dataType === 'arraybuffer') return toArrayBuffer(bytes);
  if (dataType === 'base64') return bytes.toString('base64');
  const text = bytes.toString();
  if (dataType === 'text') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw hostError(14, 'request');
  }
}

function toArrayBuffer(bytes) {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
