// Looks on while unchanged pages use the engine: every call, answer and event, told to whoever wants to know.

import { EVENTS as ROOM_EVENTS } from '../../../support/recorder.mjs';
import { show } from '../../timeline.mjs';

/** With those that the vendor's client has not. */
const EVENTS = new Set([...ROOM_EVENTS, 'streamUrlUpdate', 'error']);

const METHODS = [
  'loginRoom',
  'logoutRoom',
  'startPublishingStream',
  'stopPublishingStream',
  'startPlayingStream',
  'stopPlayingStream',
  'updatePlayerState',
  'sendBroadcastMessage',
  'sendBarrageMessage',
  'sendCustomCommand',
  'setRoomExtraInfo',
  'setStreamExtraInfo',
  'renewToken',
  'destroyEngine',
];
/** Which argument is a token: those are not shown. */
const TOKEN = { loginRoom: 1, renewToken: 0 };

/**
 * Puts an observed engine in the place of the package's.
 * @param {any} exports of the package
 * @param {object} hear
 * @param {(kind: 'call' | 'answer' | 'failure' | 'callback', text: string) => void} hear.tell
 * @param {(name: string, args: any[]) => void} [hear.onEvent]
 * @param {(engine: any) => void} [hear.onEngine] a new engine
 * @param {(token: string) => void} [hear.onToken] the token in force
 */
export function observe(exports, { tell, onEvent = () => {}, onEngine = () => {}, onToken = () => {} }) {
  const Engine = exports.ZegoExpressEngine;
  class ObservedEngine extends Engine {
    constructor(appID, server) {
      tell('call', `new ZegoExpressEngine(${[appID, server].map(show).join(', ')})`);
      super(appID, server);
      for (const name of EVENTS) {
        this.on(name, (...args) => {
          tell('callback', `${name} ${shown(args).join(' ')}`);
          onEvent(name, args);
        });
      }
      onEngine(this);
    }
  }
  for (const name of METHODS) {
    ObservedEngine.prototype[name] = function observed(...args) {
      tell('call', `${name}(${shown(args, TOKEN[name]).join(', ')})`);
      if (name in TOKEN) onToken(args[TOKEN[name]]);
      const begin = Date.now();
      const result = Engine.prototype[name].apply(this, args);
      if (typeof result?.then === 'function') {
        result.then(
          (value) => tell('answer', `${name} -> ${show(value)}, ${Date.now() - begin} ms`),
          ({ code, message }) => tell('failure', `${name} failed: ${code} ${message}`),
        );
      }
      return result;
    };
  }
  exports.ZegoExpressEngine = ObservedEngine;
  exports.default = ObservedEngine;
}

/** Arguments as text: without those left out at the end, the token, and what an event has besides its detail. */
function shown(args, token) {
  const end = args.findLastIndex((arg) => arg !== undefined) + 1;
  return args
    .slice(0, end)
    .map((arg, index) => (index === token ? '(token)' : show(arg?.detail ? { detail: arg.detail } : arg)));
}

/** When a token ends, in ms since 1970: its first eight bytes after the version, in s. */
export function endOfToken(token) {
  const bytes = Uint8Array.from(atob(token.slice(2, 14)), (letter) => letter.charCodeAt(0));
  return Number(new DataView(bytes.buffer).getBigInt64(0)) * 1000;
}
