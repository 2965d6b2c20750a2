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

/** @typedef {{fn: Function, once: boolean, removed: boolean}} Handler */

/** Handlers by event, called in the order in which they were added. */
class Emitter {
  /** @param {(error: any, event: string) => void} onFault called with what a handler threw */
  constructor(onFault) {
    this.onFault = onFault;
    /** @type {Map<string, Handler[]>} */
    this.handlers = new Map();
    for (const event of EVENTS) this.handlers.set(event, []);
  }

  /** @param {string} event @param {any} fn @param {boolean} once @returns {boolean} */
  add(event, fn, once) {
    const list = this.handlers.get(event);
    if (!list || typeof fn !== 'function') return false;
    list.push({ fn, once, removed: false });
    return true;
  }

  /** Removes every registration of `fn`, or all of the event. @param {string} event @param {any} [fn] @returns {boolean} */
  remove(event, fn) {
    const list = this.handlers.get(event);
    if (!list || (fn !== undefined && typeof fn !== 'function')) return false;
    this.drop(event, (handler) => fn === undefined || handler.fn === fn);
    return true;
  }

  /**
   * Calls the handlers that are there now; one removed meanwhile is left out, one added meanwhile waits for the next event.
   * @param {string} event
   * @param {any[]} args
   */
  emit(event, args) {
    // The list only ever grows: whoever removes a handler makes another one.
    const list = this.handlers.get(event) || [];
    const count = list.length;
    for (let i = 0; i < count; i += 1) {
      const handler = list[i];
      if (handler.removed) continue;
      if (handler.once) this.drop(event, (other) => other === handler);
      try {
        handler.fn.apply(undefined, args);
      } catch (error) {
        this.onFault(error, event);
      }
    }
  }

  /** @param {string} event @param {(handler: Handler) => boolean} which */
  drop(event, which) {
    const list = this.handlers.get(event) || [];
    for (const handler of list) handler.removed = which(handler);
    this.handlers.set(
      event,
      list.filter((handler) => !handler.removed),
    );
  }

  /** Removes every handler, and takes no more. */
  clear() {
    for (const event of EVENTS) this.remove(event);
    this.handlers.clear();
  }
}

module.exports = { EVENTS, Emitter };
