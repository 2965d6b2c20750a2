'use strict';

/** Members of an extra info that tell the devices, and the member that holds a text which is no JSON object. */
const CAMERA = '$cam';
const MICROPHONE = '$mic';
const TEXT = '$text';

/** State before anything was told, and the states after which nothing is remembered. @type {Record<string, [string, RegExp]>} */
const STATES = {
  roomStateUpdate: ['DISCONNECTED', /^DISCONNECTED$/],
  roomStateChanged: ['LOGOUT', /^LOGOUT|FAILED$|^KICKOUT$/],
  publisherStateUpdate: ['NO_PUBLISH', /^NO_/],
  playerStateUpdate: ['NO_PLAY', /^NO_/],
};

/**
 * Whether camera and microphone are on.
 * @typedef {{camera: boolean, microphone: boolean}} Devices
 */

/**
 * The application's part of a stream's extra info, and what it says of the devices.
 * @param {any} extraInfo
 * @returns {{text: any, devices: Devices | undefined}}
 */
function open(extraInfo) {
  /** @type {any} */
  let members;
  try {
    members = JSON.parse(extraInfo);
  } catch (notJson) {
    // a text of the application
  }
  const isTold = (/** @type {any} */ value) => value === 0 || value === 1;
  if (!members || !isTold(members[CAMERA]) || !isTold(members[MICROPHONE]))
    return { text: extraInfo, devices: undefined };
  const { [CAMERA]: camera, [MICROPHONE]: microphone, [TEXT]: text } = members;
  for (const name of [CAMERA, MICROPHONE]) delete members[name];
  const own = typeof text === 'string' ? text : Object.keys(members).length ? JSON.stringify(members) : '';
  return { text: own, devices: { camera: camera === 1, microphone: microphone === 1 } };
}

/**
 * An extra info that tells the devices beside the application's own text: as two more members of a JSON object, so that
 * whoever reads that object finds what it looks for.
 * @param {string} text @param {Devices} devices
 */
function seal(text, { camera, microphone }) {
  /** @type {any} */
  let members;
  try {
    members = JSON.parse(text);
  } catch (notJson) {
    // a text of the application
  }
  if (!members || typeof members !== 'object' || Array.isArray(members)) members = text ? { [TEXT]: text } : {};
  return JSON.stringify(Object.assign(members, { [CAMERA]: camera ? 1 : 0, [MICROPHONE]: microphone ? 1 : 0 }));
}

/** What the page was told so far: each state comes with the one before it, devices of others are told when they change. */
class Told {
  constructor() {
    /** The newest state by event and room or stream. @type {Map<string, string>} */
    this.states = new Map();
    /** Streams of others that told their devices. @type {Map<string, Devices & {roomID: string, text: string}>} */
    this.streams = new Map();
  }

  /**
   * @param {string} name
   * @param {any[]} args
   * @returns {any[][]} the events to deliver, each with its name first
   */
  events(name, args) {
    if (STATES[name]) return [[name, ...this.withPrevious(name, args)]];
    if (name !== 'roomStreamUpdate' && name !== 'streamExtraInfoUpdate') return [[name, ...args]];
    const at = name === 'roomStreamUpdate' ? 2 : 1;
    if (!Array.isArray(args[at])) return [[name, ...args]];
    /** @type {any[]} */
    const changes = [];
    const list = args[at].map((/** @type {any} */ stream) => this.unpack(name, args, stream, changes)).filter(Boolean);
    const events = list.length ? [[name, ...args.slice(0, at), list, ...args.slice(at + 1)]] : [];
    return changes.length ? events.concat([['peerDeviceStateUpdate', args[0], changes]]) : events;
  }

  /** @param {string} name @param {any[]} args */
  withPrevious(name, args) {
    const isRoom = /^room/.test(name);
    const [none, ends] = STATES[name];
    const { state, streamID } = isRoom ? { state: args[1], streamID: args[0] } : args[0] || {};
    if (typeof state !== 'string') return args;
    const key = `${name} ${streamID}`;
    const previousState = this.states.get(key) || none;
    if (ends.test(state)) this.states.delete(key);
    else this.states.set(key, state);
    if (!isRoom) return [Object.assign({}, args[0], { previousState })];
    if (state === 'DISCONNECTED') this.forgetRoom(args[0]);
    const [, , errorCode, extendedData] = args;
    return [streamID, state, errorCode, extendedData, previousState];
  }

  /** A room is over: its streams are, too, and what is played ends without an event. @param {string} roomID */
  forgetRoom(roomID) {
    for (const [streamID, stream] of this.streams) if (stream.roomID === roomID) this.streams.delete(streamID);
    const keys = Array.from(this.states.keys());
    if (keys.some((key) => /^roomStateUpdate/.test(key))) return;
    for (const key of keys) if (/^player/.test(key)) this.states.delete(key);
  }

  /**
   * A stream as the page gets it.
   * @param {string} name @param {any[]} args @param {any} stream
   * @param {any[]} changes gets the devices if they are news
   * @returns {any} undefined where the page knows it
   */
  unpack(name, args, stream, changes) {
    const { streamID, user } = stream;
    const { text, devices } = open(stream.extraInfo);
    const before = this.streams.get(streamID);
    const own = text === stream.extraInfo ? stream : Object.assign({}, stream, { extraInfo: text });
    if (args[1] === 'DELETE' || !devices) {
      this.streams.delete(streamID);
      return own;
    }
    if (!before || before.camera !== devices.camera || before.microphone !== devices.microphone)
      changes.push(Object.assign({ streamID, user }, devices));
    const isNew = name === 'roomStreamUpdate' || text !== (before ? before.text : '');
    const known = name === 'roomStreamUpdate' ? '' : text;
    this.streams.set(streamID, Object.assign({ roomID: args[0], text: known }, devices));
    return isNew ? own : undefined;
  }
}

module.exports = { Told, open, seal };
