'use strict';

/** Every event of the engine; handlers for other names are refused. */
const EVENTS = [
  'roomStateUpdate',
  'roomStateChanged',
  'roomUserUpdate',
  'roomOnlineUserCountUpdate',
  'roomStreamUpdate',
  'roomExtraInfoUpdate',
  'streamExtraInfoUpdate',
  'publisherStateUpdate',
  'playerStateUpdate',
  'publishQualityUpdate',
  'playQualityUpdate',
  'IMRecvBroadcastMessage',
  'IMRecvBarrageMessage',
  'IMRecvCustomCommand',
  'tokenWillExpire',
  'peerDeviceStateUpdate',
  'streamUrlUpdate',
  'error',
  // documented for other clients of the vendor, never raised on Alipay
  'mixerRelayCDNStateUpdate',
  'mixerSoundLevelUpdate',
  'recvExperimentalAPI',
  'recvRoomTransparentMessage',
  'capturedAudioSpectrumUpdate',
  'remoteAudioSpectrumUpdate',
  'hallStateUpdate',
];

/** @typedef {{fn: Function, once: boolean}} Handler */

/** Handlers by event, called in the order in which they were added. */
class Emitter {
  /** @param {(error: any, event: string) => void} onFault called with what a handler threw */
  constructor(onFault) {
    this.onFault = onFault;
    /** @type {Map<string, Set<Handler>>} */
    this.handlers = new Map();
    for (const event of EVENTS) this.handlers.set(event, new Set());
  }

  /** @param {string} event @param {any} fn @param {boolean} once @returns {boolean} */
  add(event, fn, once) {
    const handlers = this.handlers.get(event);
    return !!handlers && typeof fn === 'function' && !!handlers.add({ fn, once });
  }

  /** Removes every registration of `fn`, or all of the event. @param {string} event @param {any} [fn] @returns {boolean} */
  remove(event, fn) {
    const handlers = this.handlers.get(event);
    if (!handlers || (fn !== undefined && typeof fn !== 'function')) return false;
    for (const handler of handlers) if (fn === undefined || handler.fn === fn) handlers.delete(handler);
    return true;
  }

  /**
   * Calls the handlers that are there now; one removed meanwhile is left out, one added meanwhile waits for the next event.
   * @param {string} event
   * @param {any[]} args
   */
  emit(event, args) {
    /** @type {Set<Handler>} */
    const handlers = this.handlers.get(event) || new Set();
    for (const handler of Array.from(handlers)) {
      if (!handlers.has(handler)) continue;
      const { fn, once } = handler;
      if (once) handlers.delete(handler);
      try {
        fn(...args);
      } catch (error) {
        this.onFault(error, event);
      }
    }
  }

  /** Removes every handler, and takes no more. */
  clear() {
    for (const event of EVENTS) this.remove(event);
    this.handlers.clear();
  }
}

module.exports = { EVENTS, Emitter };
