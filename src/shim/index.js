'use strict';

const { Driver } = require('./driver');
const { ZegoError, badDevices, unsupported } = require('./errors');
const { plain, read } = require('./plain');
const version = require('./version');

/** Methods that return a promise; rules and answers are the engine's. */
const ASYNC_METHODS = [
  'loginRoom',
  'startPublishingStream',
  'startPlayingStream',
  'sendBroadcastMessage',
  'sendBarrageMessage',
  'sendCustomCommand',
  'setRoomExtraInfo',
];

/** Methods that answer at once, and their answer while the module loads; without an engine `true` becomes `false`. @type {Record<string, any>} */
const SYNC_METHODS = {
  logoutRoom: undefined,
  stopPublishingStream: true,
  stopPlayingStream: undefined,
  getNextUrl: '',
  renewToken: true,
  enableMultiRoom: true,
  updatePlayerState: undefined,
  updatePlayerNetStatus: undefined,
};

/** Methods that Alipay has no place for: [what to use instead, names, whether they return a promise]. @type {Array<[string, string, boolean]>} */
const UNSUPPORTED = [
  [
    "Mix on your server, through the service's server API.",
    'startMixerTask stopMixerTask startAutoMixerTask stopAutoMixerTask setMixerTaskConfig',
    true,
  ],
  ["Relay on your server, through the service's server API.", 'addPublishCdnUrl removePublishCdnUrl', true],
  ['Use sendCustomCommand, with bytes as base64 text.', 'sendTransparentMessage', true],
  ['There is nothing experimental here.', 'callExperimentalAPI', true],
  [
    'Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom.',
    'initContext createPusher getPusherInstance getPlayerInstance setPusherAttributes setPlayerAttributes',
    false,
  ],
  [
    'Use enableCamera and mute of my.createRtcRoomContext, or setCamera and setMicrophone of RtcRoom.',
    'mutePublishStreamVideo mutePublishStreamAudio',
    false,
  ],
  ['Stop playing the stream, or ask its publisher to mute.', 'mutePlayStreamVideo mutePlayStreamAudio', false],
];

/** @type {{my?: any, host?: any, worker?: any, seed?: number, reconnect?: Function, log?: Function}} */
const settings = {};
/** What each of them must be, in words that name the types. @type {Record<string, string>} */
const SETTINGS = {
  my: 'an object',
  host: 'a string or an object',
  worker: 'an object',
  seed: 'a number',
  reconnect: 'a function',
  log: 'a function',
};

/** The engine of a mini program; documented in index.d.ts. */
class ZegoExpressEngine {
  /**
   * @param {number} appID
   * @param {string | string[]} server
   */
  constructor(appID, server) {
    if (typeof appID !== 'number' || appID >>> 0 !== appID || !appID) {
      throw new TypeError(`appID must be a positive integer number below 2^32, not ${shown(appID)}`);
    }
    const servers = typeof server === 'string' ? [server] : plain(server);
    if (!Array.isArray(servers) || !servers.length || !servers.every((item) => typeof item === 'string')) {
      throw new TypeError(`server must be a string or a non-empty array of strings, not ${shown(server)}`);
    }
    const platform = settings.my === undefined && typeof my !== 'undefined' ? my : settings.my;
    const driver = new Driver(
      { appID, server: servers.filter(Boolean) },
      Object.assign({}, settings, { my: platform }),
    );
    // A function, not the object: frameworks that watch a page's data would wrap an object in proxies.
    Object.defineProperty(this, '_driver', { value: () => driver });
  }

  /** @param {string} event @param {Function} handler */
  on(event, handler) {
    return driverOf(this).events.add(event, handler, false);
  }

  /** @param {string} event @param {Function} handler */
  once(event, handler) {
    return driverOf(this).events.add(event, handler, true);
  }

  /** @param {string} event @param {Function} [handler] */
  off(event, handler) {
    return driverOf(this).events.remove(event, handler);
  }

  checkSystemRequirements() {
    return driverOf(this).adapter.checkSystemRequirements();
  }

  /** @param {string} streamID @param {string} text */
  setStreamExtraInfo(streamID, text) {
    const driver = driverOf(this);
    return driver.call('setStreamExtraInfo', [streamID, driver.session.extraInfo(streamID, text)]);
  }

  /** @param {string} streamID @param {{camera?: boolean, microphone?: boolean}} state */
  setDeviceState(streamID, state) {
    const driver = driverOf(this);
    const given = plain(state) || {};
    /** @type {any} */
    const devices = {};
    for (const name of ['camera', 'microphone']) if (typeof given[name] === 'boolean') devices[name] = given[name];
    if (!Object.keys(devices).length) return Promise.reject(badDevices());
    return driver.call('setStreamExtraInfo', [streamID, driver.session.extraInfo(streamID, undefined, devices)]);
  }

  getPlayerList() {
    return [];
  }

  updateAudioVolumeNotify() {}

  /** @param {any} config */
  setLogConfig(config) {
    return driverOf(this).setLogConfig(config);
  }

  /** @param {boolean} enable */
  setDebugVerbose(enable) {
    driverOf(this).logger.isVerbose = !!enable;
  }

  getVersion() {
    return version;
  }

  getHostInfo() {
    const driver = driverOf(this);
    return { host: read(driver.host, 'name'), state: driver.state, version };
  }

  destroyEngine() {
    driverOf(this).destroy();
  }

  /** @param {{my?: any, host?: any, worker?: any, seed?: number, reconnect?: Function, log?: Function}} options */
  static configure(options) {
    /** @type {any} */
    let given;
    try {
      given = options && typeof options === 'object' && Object.assign({}, options);
    } catch (unreadable) {
      // as if it were no object
    }
    if (!given) throw new TypeError(`options must be an object, not ${shown(options)}`);
    for (const name of Object.keys(SETTINGS)) {
      const value = given[name];
      if (value !== undefined && SETTINGS[name].indexOf(typeof value) < 0)
        throw new TypeError(`${name} must be ${SETTINGS[name]}, not ${shown(value)}`);
    }
    Object.assign(settings, given);
  }
}

for (const name of ASYNC_METHODS) {
  define(
    ZegoExpressEngine.prototype,
    name,
    /** @this {any} @param {any[]} args */ function (...args) {
      return driverOf(this).call(name, args);
    },
  );
}
for (const name of Object.keys(SYNC_METHODS)) {
  const early = SYNC_METHODS[name];
  const refused = early && false;
  define(
    ZegoExpressEngine.prototype,
    name,
    /** @this {any} @param {any[]} args */ function (...args) {
      return driverOf(this).callSync(name, args, { early, refused, silent: refused });
    },
  );
}
for (const [instead, names, isAsync] of UNSUPPORTED) {
  for (const name of names.split(' ')) {
    define(ZegoExpressEngine.prototype, name, () => {
      const error = unsupported(name, instead);
      if (isAsync) return Promise.reject(error);
      throw error;
    });
  }
}
define(ZegoExpressEngine, 'version', version);

/** @param {any} engine @returns {Driver} */
function driverOf(engine) {
  return engine._driver();
}

/** @param {any} target @param {string} name @param {any} value */
function define(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/** @param {any} value */
function shown(value) {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(plain(value))) return value.length ? 'an array with other things in it' : 'an empty array';
  return typeof value === 'string' || typeof value === 'number'
    ? `the ${typeof value} ${JSON.stringify(value)}`
    : `a ${typeof value}`;
}

exports.ZegoExpressEngine = ZegoExpressEngine;
exports.ZegoError = ZegoError;
exports.default = ZegoExpressEngine;
// Node reads in the text what an import can name.
exports.RtcRoom = undefined;
Object.defineProperties(exports, {
  __esModule: { value: true },
  // A file of its own, for applications that use it.
  RtcRoom: { enumerable: true, get: () => require('./rtc-room').RtcRoom },
});
