'use strict';

const base64 = require('./base64');
const { ZegoError, describe } = require('./errors');
const { read } = require('./plain');

const DEVICE_ID_KEY = 'z_deviceID';
/** The oldest Alipay client whose rtc-room works, as the vendor's client checks it. */
const MIN_CLIENT = [10, 1, 80];
/** How long `my.getSetting` may take, in ms. */
const SETTING_TIME = 5000;
/** WebSocket close codes: none given, and lost without a close frame. */
const NO_STATUS = 1005;
const ABNORMAL = 1006;

/**
 * @typedef {object} Inputs what one engine instance hears from the platform
 * @property {(input: {type: string, [field: string]: any}) => void} input as docs/architecture.md lists them
 * @property {(socket: number, bytes: Uint8Array) => void} frame
 */

/**
 * @typedef {object} Link the platform as one engine instance uses it
 * @property {{network: {type: string, online: boolean, networkType: string}, visibility: {type: string, visible: boolean}}} state the newest of these inputs
 * @property {(socket: number, url: string) => void} open
 * @property {(socket: number, data: string) => void} send bytes as base64 text
 * @property {(socket: number, code: number, reason: string) => void} close
 * @property {() => void} detach closes every socket and ends all inputs
 */

/** Kept for the life of the process where the storage refuses to. @type {string} */
let unsavedDeviceID = '';

/**
 * The only place that touches `my`. Parts that `my` lacks are logged and do without; nothing here throws.
 * @param {any} my the host object, undefined outside a mini program
 * @param {(level: string, message: string) => void} log
 */
function createAdapter(my, log) {
  const host = my || {};
  /** @param {string} name */
  const has = (name) => typeof read(host, name) === 'function';

  /** Calls `my[name]` where it exists; what it throws is logged. @param {string} name @param {any} [argument] @returns {any} */
  function call(name, argument) {
    if (!has(name)) {
      log('warn', `my.${name} is missing`);
      return undefined;
    }
    try {
      return handled(host[name](argument));
    } catch (error) {
      log('warn', `my.${name} failed: ${describe(error)}`);
      return undefined;
    }
  }

  const systemInfo = () => call('getSystemInfoSync') || {};

  return {
    /** @returns {string} such as "iOS" or "Android", empty where unknown */
    platform: () => String(systemInfo().platform || ''),

    /** A random id of this installation, made once. @returns {string} */
    deviceID() {
      const stored = (call('getStorageSync', { key: DEVICE_ID_KEY }) || {}).data;
      if (typeof stored === 'string' && stored) return stored;
      if (!unsavedDeviceID)
        for (let i = 0; i < 32; i += 1) unsavedDeviceID += Math.floor(Math.random() * 16).toString(16);
      call('setStorageSync', { key: DEVICE_ID_KEY, data: unsavedDeviceID });
      return unsavedDeviceID;
    },

    /** See `checkSystemRequirements` in index.d.ts. @returns {Promise<{code: number, msg: string}>} */
    checkSystemRequirements() {
      const version = String(systemInfo().version || '');
      if (version && isOlder(version, MIN_CLIENT)) {
        return Promise.resolve({ code: 10001, msg: `Alipay ${version} is too old: ${MIN_CLIENT.join('.')} is needed` });
      }
      if (!has('getSetting')) return Promise.resolve({ code: 0, msg: '' });
      return new Promise((resolve, reject) => {
        /** @param {any} error */
        const fail = (error) => {
          clearTimeout(timer);
          const code = Number(error && error.error) || 1;
          reject(
            new ZegoError({
              code,
              name: 'GetSettingFailed',
              message: `my.getSetting: ${describe(error)}`,
              extendedData: error,
            }),
          );
        };
        const timer = setTimeout(fail, SETTING_TIME, 'no answer');
        try {
          const setting = {
            fail,
            /** @param {any} result */
            success(result) {
              clearTimeout(timer);
              const granted = (result && result.authSetting) || {};
              // Only what was asked for before is listed; the component asks for the rest when it starts.
              const refused = ['camera', 'scope.camera', 'audioRecord', 'scope.record'].filter(
                (scope) => granted[scope] === false,
              );
              resolve(
                refused.length ? { code: 10002, msg: `not permitted: ${refused.join(', ')}` } : { code: 0, msg: '' },
              );
            },
          };
          handled(host.getSetting(setting));
        } catch (error) {
          fail(error);
        }
      });
    },

    /** Posts a text. @param {string} url @param {string} data @returns {Promise<any>} the text of the answer; rejects unless it is one of success */
    post: (url, data) =>
      new Promise((resolve, fail) => {
        if (!has('request')) throw new Error('my.request is missing');
        const headers = { 'Content-Type': 'text/plain' };
        /** @param {any} result */
        const success = (result) => {
          const status = result.status || result.statusCode;
          if (status >= 200 && status < 300) resolve(result.data);
          else fail(new Error(`status ${status}`));
        };
        // As text: an answer that is no JSON must not count as a failure.
        handled(host.request({ url, method: 'POST', headers, data, dataType: 'text', success, fail }));
      }).catch((error) => Promise.reject(new Error(describe(error)))),

    /** Begins to watch the platform for one engine instance. @param {Inputs} inputs @returns {Link} */
    attach(inputs) {
      return attach(host, has, call, log, inputs);
    },
  };
}

/**
 * @param {any} host
 * @param {(name: string) => boolean} has
 * @param {(name: string, argument?: any) => any} call
 * @param {(level: string, message: string) => void} log
 * @param {Inputs} inputs
 * @returns {Link}
 */
function attach(host, has, call, log, inputs) {
  /** @type {Map<number, {task: any, fail: (error: any) => void}>} */
  const sockets = new Map();
  let attached = true;
  let networkKnown = false;
  const state = {
    network: { type: 'network', online: true, networkType: 'UNKNOWN' },
    visibility: { type: 'visibility', visible: true },
  };

  /** @param {{type: string, [field: string]: any}} input */
  const tell = (input) => attached && inputs.input(input);

  /** @param {any} result what my.getNetworkType or my.onNetworkStatusChange gave */
  const onNetwork = (result) => {
    networkKnown = true;
    const networkType = String((result && result.networkType) || 'UNKNOWN');
    const online =
      !result || (result.isConnected !== false && result.networkAvailable !== false && networkType !== 'NOTREACHABLE');
    tell((state.network = { type: 'network', online, networkType }));
  };
  /** @param {boolean} visible */
  const onVisibility = (visible) => {
    tell((state.visibility = { type: 'visibility', visible }));
  };
  /** @type {Array<[string, any]>} */
  const listeners = [
    ['NetworkStatusChange', onNetwork],
    ['AppShow', () => onVisibility(true)],
    ['AppHide', () => onVisibility(false)],
  ];

  /** @param {number} socket @param {string} url */
  function open(socket, url) {
    let ended = false;
    /** @type {any} */
    let task;
    /** @param {number} code @param {string} reason */
    const end = (code, reason) => {
      if (ended) return;
      ended = true;
      sockets.delete(socket);
      tell({ type: 'socketClosed', socket, code, reason });
    };
    /** @param {any} error */
    const fail = (error) => {
      if (!ended) closeQuietly(task, 1000, '');
      end(ABNORMAL, describe(error && error.error === undefined ? unwrap(error) : error));
    };
    try {
      if (!has('connectSocket')) throw new Error('my.connectSocket is missing: engines run in Alipay mini programs');
      task = handled(host.connectSocket({ url, multiple: true, fail }));
      if (!task || typeof task.onOpen !== 'function')
        throw new Error('my.connectSocket gave no SocketTask: update Alipay');
      if (ended) return closeQuietly(task, 1000, '');
      sockets.set(socket, { task, fail });
      task.onOpen(() => tell({ type: 'socketOpened', socket }));
      task.onMessage((/** @type {any} */ event) => {
        const bytes = attached && toBytes(event);
        if (bytes) inputs.frame(socket, bytes);
        else if (attached) log('warn', `socket ${socket}: a message that is not binary was ignored`);
      });
      task.onError(fail);
      task.onClose((/** @type {any} */ event) => {
        const detail = unwrap(event) || {};
        end(typeof detail.code === 'number' ? detail.code : NO_STATUS, String(detail.reason || ''));
      });
    } catch (error) {
      log('error', `socket ${socket}: ${describe(error)}`);
      fail(error);
    }
  }

  /** @param {number} socket @param {string} data */
  function send(socket, data) {
    const entry = sockets.get(socket);
    if (!entry) return;
    // A frame lost on the way leaves a gap the server never learns of: the socket is no longer usable.
    try {
      handled(entry.task.send({ data, isBuffer: true, fail: entry.fail }), entry.fail);
    } catch (error) {
      entry.fail(error);
    }
  }

  /** @param {number} socket @param {number} code @param {string} reason */
  function close(socket, code, reason) {
    const entry = sockets.get(socket);
    sockets.delete(socket);
    if (entry) closeQuietly(entry.task, code, reason);
  }

  function detach() {
    attached = false;
    for (const socket of Array.from(sockets.keys())) close(socket, 1000, '');
    for (const [event, listener] of listeners) if (has(`off${event}`)) call(`off${event}`, listener);
  }

  for (const [event, listener] of listeners) call(`on${event}`, listener);
  call('getNetworkType', {
    success: (/** @type {any} */ result) => networkKnown || onNetwork(result),
    fail: (/** @type {any} */ error) => log('warn', `my.getNetworkType failed: ${describe(error)}`),
  });
  return { state, open, send, close, detach };
}

/** Closes a task that may be missing, closed already, or unable to. @param {any} task @param {number} code @param {string} reason */
function closeQuietly(task, code, reason) {
  try {
    handled(task.close({ code, reason }));
  } catch (closedAlready) {
    // nothing left to close
  }
}

/**
 * What a host call returned. Newer base libraries return promises beside the callbacks; none is left unhandled.
 * @template T
 * @param {T} result
 * @param {(error: any) => void} [fail]
 * @returns {T}
 */
function handled(result, fail) {
  const promise = /** @type {any} */ (result);
  if (promise && typeof promise.then === 'function') promise.then(undefined, fail || (() => undefined));
  return result;
}

/** SocketTask events wrap their content in `data`; older ones do not. @param {any} event */
function unwrap(event) {
  const data = event && event.data;
  return data && typeof data === 'object' && typeof data.byteLength !== 'number' ? data : event;
}

/**
 * The bytes of a binary message: base64 text with `isBuffer`, or an ArrayBuffer, possibly of another realm.
 * @param {any} event
 * @returns {Uint8Array | null} null for a text message or damaged base64
 */
function toBytes(event) {
  const message = unwrap(event) || {};
  const data = message.data;
  if (typeof data === 'string') return message.isBuffer || event.isBuffer ? base64.decode(data) : null;
  if (!data || typeof data.byteLength !== 'number') return null;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** @param {string} version @param {number[]} minimum */
function isOlder(version, minimum) {
  const parts = version.split('.');
  for (let i = 0; i < minimum.length; i += 1) {
    const part = parseInt(parts[i], 10) || 0;
    if (part !== minimum[i]) return part < minimum[i];
  }
  return false;
}

module.exports = { createAdapter };
