'use strict';

const { open, seal } = require('./told');

/** Error of a room whose connection broke; nothing to do. */
const NETWORK_BROKEN = 1000017;
/** Errors of a login whose arguments were refused: the engine does not count it. */
const REFUSED_LOGIN = [1100001, 1002005, 1002006, 1002007, 1002010, 1002011, 1002012, 1002013];
/** Component codes: pushing began, playing began. */
const PUSHED = 3800;
const PUSH_FAILED = 3801;
const PLAYED = 3802;
const PLAY_FAILED = 3803;

/**
 * A room that the page wants to be in.
 * @typedef {object} Room
 * @property {any[]} args of loginRoom, with the newest token
 * @property {any} entry the page's open call, until it is settled
 * @property {string} state the newest the page was told
 * @property {Map<string, string>} users names by id, of whom the page knows @property {Map<string, any>} streams what it knows of
 * @property {boolean} [entering] on the way back in, unknown to the page but for CONNECTING
 * @property {{users: Set<string>, streams: Set<string>}} [seen] what a restarted engine reported so far
 */

/**
 * A stream that the page wants to publish or play.
 * @typedef {object} Stream
 * @property {any[]} args of startPublishingStream or startPlayingStream
 * @property {any} entry the page's open call, until it is settled
 * @property {string} url the address the page has
 * @property {string} state the newest the page was told
 * @property {boolean} [running] whether the component reported that it runs
 * @property {boolean} [lost] the component lost it while the room was away: it comes back with the room, or is begun anew
 * @property {boolean} [pending] the restarted engine has not been asked for it yet
 * @property {boolean} [returning] the restarted engine has not reached `state` yet
 * @property {string} text extra info of the application
 * @property {import('./told').Devices} [devices] what is told of the devices, if anything
 */

/**
 * What the page wants and knows, taken from the calls and events that pass by. It outlives the engine: a restarted one gets
 * back to where the page believes it is, without telling it what it knows. Where the engine is in another thread it also
 * answers the synchronous methods.
 */
class Session {
  constructor() {
    /** @type {Map<string, Room>} */
    this.rooms = new Map();
    /** @type {Map<string, Stream>} */
    this.publishes = new Map();
    /** @type {Map<string, Stream>} */
    this.plays = new Map();
    /** Settings to repeat: method to arguments. @type {Map<string, any[]>} */
    this.settings = new Map();
    this.hasLoggedIn = false;
  }

  /** Whether there is a room to return to. */
  get isWanted() {
    return this.rooms.size > 0;
  }

  /** An asynchronous call goes to the engine. @param {{method: string, args: any[]}} entry */
  begin(entry) {
    const { method, args } = entry;
    const id = args[0];
    const all = this.wanted(method);
    if (!all || typeof id !== 'string' || !id) return;
    const known = all.get(id);
    if (method === 'loginRoom') {
      if (!known) all.set(id, { args, entry, state: '', users: new Map(), streams: new Map() });
    } else if ((!known || known.lost) && this.isOnline()) {
      const { text } = open(extraInfoOf(args) || '');
      all.set(id, {
        args,
        entry,
        url: '',
        state: '',
        text,
      });
    }
  }

  /** What holds this open call: a restarted engine will answer it. @param {any} entry @returns {Room | Stream | undefined} */
  holder(entry) {
    const all = this.wanted(entry.method);
    const holder = all && all.get(entry.args[0]);
    return holder && holder.entry === entry ? holder : undefined;
  }

  /** The stream whose extra info the call sets. @param {any} entry */
  published(entry) {
    return entry.method === 'setStreamExtraInfo' ? this.publishes.get(entry.args[0]) : undefined;
  }

  /** The call is answered. @param {any} entry @param {any} value */
  resolved(entry, value) {
    const holder = /** @type {any} */ (this.holder(entry));
    if (holder) holder.entry = undefined;
    if (holder && value && value.url) holder.url = value.url;
    if (entry.method === 'loginRoom') this.hasLoggedIn = true;
    const published = this.published(entry);
    if (published) setExtraInfo(published, entry.args[1]);
  }

  /**
   * What is sent for `setStreamExtraInfo` and `setDeviceState`: the newest text and devices of the stream in one.
   * @param {any} streamID
   * @param {any} text undefined: as it is
   * @param {Partial<import('./told').Devices>} [devices]
   */
  extraInfo(streamID, text, devices) {
    const stream = this.publishes.get(streamID) || { text: '', devices: undefined };
    if (typeof text === 'string' && text) stream.text = text;
    if (devices) stream.devices = Object.assign({ camera: true, microphone: true }, stream.devices, devices);
    return stream.devices && (devices || (text && text === stream.text)) ? seal(stream.text, stream.devices) : text;
  }

  /** Arguments of `setStreamExtraInfo` for streams whose devices the service was not told. @returns {any[][]} */
  untold() {
    const calls = [];
    for (const [streamID, { args, text, devices }] of this.publishes) {
      const extraInfo = devices && seal(text, devices);
      if (extraInfo && extraInfo !== extraInfoOf(args)) calls.push([streamID, extraInfo]);
    }
    return calls;
  }

  /** The call is refused, or must not be tried again. @param {any} entry @param {any} reason */
  rejected(entry, reason) {
    const published = this.published(entry);
    if (published) published.text = open(extraInfoOf(published.args) || '').text;
    if (entry.method === 'loginRoom' && !(reason && REFUSED_LOGIN.indexOf(reason.code) >= 0)) this.hasLoggedIn = true;
    if (this.holder(entry)) this.wanted(entry.method).delete(entry.args[0]);
  }

  /**
   * The answer to a synchronous call where the engine cannot give it at once.
   * @param {string} method
   * @param {any[]} args
   */
  answer(method, args) {
    switch (method) {
      case 'stopPublishingStream':
        return this.publishes.has(args[0]);
      case 'renewToken':
        return (
          typeof args[0] === 'string' && !!args[0] && (args[1] === undefined ? this.isWanted : this.rooms.has(args[1]))
        );
      case 'enableMultiRoom':
        return typeof args[0] === 'boolean' && !this.hasLoggedIn && !this.isWanted;
      default:
        return undefined;
    }
  }

  /** A synchronous call went to the engine. @param {string} method @param {any[]} args */
  note(method, args) {
    const [id, second] = args;
    switch (method) {
      case 'logoutRoom':
        for (const [roomID, room] of this.rooms)
          if ((id === undefined || id === roomID) && !room.entry) this.rooms.delete(roomID);
        if (!this.isWanted) this.forgetStreams();
        break;
      case 'renewToken':
        for (const [roomID, room] of this.rooms) {
          if (typeof id === 'string' && id && (second === undefined || second === roomID))
            room.args = [roomID, id].concat(room.args.slice(2));
        }
        break;
      case 'enableMultiRoom':
        if (this.answer(method, args)) this.settings.set(method, args);
        break;
      case 'stopPublishingStream':
        this.publishes.delete(id);
        break;
      case 'stopPlayingStream':
        this.plays.delete(id);
        break;
      case 'updatePlayerState':
        this.noteComponent(id, second && second.detail && second.detail.code);
        break;
      default:
    }
  }

  /** @param {string} streamID @param {any} code */
  noteComponent(streamID, code) {
    const stream =
      code === PUSHED ? this.publishes.get(streamID) : code === PLAYED ? this.plays.get(streamID) : undefined;
    if (stream) stream.running = true;
  }

  /**
   * An event of the engine is about to be delivered.
   * @param {string} name
   * @param {any[]} args
   * @returns {any[] | null} its arguments for the page; null if the page knows that already
   */
  hear(name, args) {
    if (name === 'publisherStateUpdate') return this.hearStream(this.publishes, args, 'NO_PUBLISH');
    if (name === 'playerStateUpdate') return this.hearStream(this.plays, args, 'NO_PLAY');
    if (name === 'streamUrlUpdate') return this.hearUrl(args);
    const room = this.rooms.get(args[0]);
    if (!room) return args;
    if (name === 'roomStateUpdate') return this.hearRoomState(room, args);
    if (name === 'roomStateChanged') return hearReason(room, args);
    if (name === 'roomUserUpdate') return hearMembers(room, 'users', 'userID', args);
    if (name === 'roomStreamUpdate') return hearMembers(room, 'streams', 'streamID', args);
    return args;
  }

  /** @param {Room} room @param {any[]} args */
  hearRoomState(room, args) {
    const [roomID, state] = args;
    if (room.entering && state === 'CONNECTING') return null;
    room.state = state;
    if (state === 'DISCONNECTED' && !room.entry) {
      this.rooms.delete(roomID);
      if (!this.isWanted) this.forgetStreams();
    }
    return args;
  }

  /** @param {any[]} args */
  hearUrl(args) {
    const [streamID, url] = args;
    const stream = this.publishes.get(streamID) || this.plays.get(streamID);
    if (stream) Object.assign(stream, { url, running: false });
    return args;
  }

  /** @param {Map<string, Stream>} streams @param {any[]} args @param {string} none */
  hearStream(streams, args, none) {
    const { streamID, state } = args[0] || {};
    const stream = streams.get(streamID);
    if (!stream) return args;
    if (stream.returning && /_REQUESTING$/.test(state)) return null;
    const known = stream.returning && state === stream.state;
    stream.returning = false;
    stream.state = state;
    const { errorCode } = args[0];
    if (!/^NO_|_REQ/.test(state)) stream.lost = false;
    else if (state === none && (errorCode === PUSH_FAILED || errorCode === PLAY_FAILED)) stream.lost = !this.isOnline();
    // A player that failed stays until the page stops it, and may be given its next address.
    const isKept = streams === this.plays ? errorCode > 0 : stream.lost;
    if (state === none && isKept) stream.running = false;
    else if (state === none && !stream.entry) streams.delete(streamID);
    return known ? null : args;
  }

  /** A new engine begins. */
  restart() {
    for (const room of this.rooms.values()) {
      room.entering = true;
      room.seen = { users: new Set(), streams: new Set() };
    }
    for (const streams of [this.publishes, this.plays]) {
      for (const stream of streams.values()) {
        stream.pending = true;
        stream.returning = stream.state !== '';
        if (stream.devices) setExtraInfo(stream, seal(stream.text, stream.devices));
      }
    }
  }

  /**
   * What to ask a restarted engine for once it is in the room: [method, stream], each once.
   * @param {string} roomID
   * @returns {Array<[string, Stream]>}
   */
  takePending(roomID) {
    /** @type {Array<[string, Stream]>} */
    const pending = [];
    for (const method of ['startPublishingStream', 'startPlayingStream']) {
      for (const stream of this.wanted(method).values()) {
        const room = method === 'startPublishingStream' && stream.args[1] && stream.args[1].roomID;
        if (!stream.pending || (room && room !== roomID)) continue;
        stream.pending = false;
        pending.push([method, stream]);
      }
    }
    return pending;
  }

  /**
   * The room is entered again and has reported who is there.
   * @param {string} roomID
   * @returns {any[][]} events, each with its name first, of what is gone meanwhile
   */
  settle(roomID) {
    const room = this.rooms.get(roomID);
    if (!room || !room.seen) return [];
    const { seen } = room;
    room.seen = undefined;
    /** @type {any[][]} */
    const events = [];
    const streams = takeMissing(room.streams, seen.streams).map(([, stream]) => stream);
    const users = takeMissing(room.users, seen.users).map(([userID, userName]) => ({ userID, userName }));
    if (streams.length) events.push(['roomStreamUpdate', roomID, 'DELETE', streams]);
    if (users.length) events.push(['roomUserUpdate', roomID, 'DELETE', users]);
    return events;
  }

  /** Events, each with its name first, of rooms whose engine stopped. @returns {any[][]} */
  interrupt() {
    /** @type {any[][]} */
    const events = [];
    for (const [roomID, room] of this.rooms) {
      if (room.state !== 'CONNECTED') continue;
      room.state = 'CONNECTING';
      events.push(...roomEvents(roomID, 'CONNECTING', 'RECONNECTING', NETWORK_BROKEN, ''));
    }
    return events;
  }

  /** Gives up: events, each with its name first, of everything that ends. @param {{code: number, message: string}} error */
  abandon(error) {
    /** @type {any[][]} */
    const events = [];
    for (const method of ['startPublishingStream', 'startPlayingStream'])
      for (const streamID of this.wanted(method).keys()) events.push(streamEnd(method, streamID, error));
    for (const [roomID, room] of this.rooms) {
      const reason = room.entry ? 'LOGIN_FAILED' : 'RECONNECT_FAILED';
      events.push(...roomEvents(roomID, 'DISCONNECTED', reason, error.code, error.message));
    }
    this.rooms.clear();
    this.forgetStreams();
    return events;
  }

  forgetStreams() {
    this.publishes.clear();
    this.plays.clear();
  }

  /** @returns {boolean} */
  isOnline() {
    return Array.from(this.rooms.values()).some((room) => room.state === 'CONNECTED');
  }

  /** What the page wants of a method: rooms or streams by id. @param {string} method @returns {any} */
  wanted(method) {
    return { loginRoom: this.rooms, startPublishingStream: this.publishes, startPlayingStream: this.plays }[method];
  }
}

/** What the page is told of a room: event, arguments. @param {string} roomID @param {string} state @param {string} reason @param {number} code @param {string} message */
function roomEvents(roomID, state, reason, code, message) {
  return [
    ['roomStateUpdate', roomID, state, code, message],
    ['roomStateChanged', roomID, reason, code, message],
  ];
}

/** The event, its name first, of a stream that ended. @param {string} method that began it @param {string} streamID @param {{code: number, message: string}} error */
function streamEnd(method, streamID, { code, message }) {
  const [name, state] =
    method === 'startPublishingStream' ? ['publisherStateUpdate', 'NO_PUBLISH'] : ['playerStateUpdate', 'NO_PLAY'];
  return [name, { state, streamID, errorCode: code, extendedData: message }];
}

/** What a stream was published with. @param {any[]} args */
function extraInfoOf(args) {
  return (args[1] || {}).extraInfo;
}

/** @param {Stream} stream @param {string} extraInfo */
function setExtraInfo(stream, extraInfo) {
  stream.args = [stream.args[0], Object.assign({}, stream.args[1], { extraInfo })];
}

/** The page takes a return for a reconnection. @param {Room} room @param {any[]} args */
function hearReason(room, args) {
  if (!room.entering) return args;
  const [roomID, reason] = args;
  if (reason === 'LOGINING' || reason === 'RECONNECTING') return null;
  room.entering = false;
  const known = /** @type {Record<string, string>} */ ({ LOGINED: 'RECONNECTED', LOGIN_FAILED: 'RECONNECT_FAILED' })[
    reason
  ];
  return room.entry || !known ? args : [roomID, known].concat(args.slice(2));
}

/** @param {any} room @param {'users' | 'streams'} kind @param {string} key @param {any[]} args */
function hearMembers(room, kind, key, args) {
  const [roomID, type, list] = args;
  if (!Array.isArray(list)) return args;
  /** @type {Map<string, any>} */
  const known = room[kind];
  /** @type {Set<string> | undefined} */
  const seen = room.seen && room.seen[kind];
  // Only a restarted engine tells the page what it knows.
  const news = seen ? list.filter((item) => known.has(item[key]) === (type !== 'ADD')) : list;
  for (const item of list) {
    // Of the many users there may be, objects would take as much memory again.
    if (type === 'ADD') known.set(item[key], kind === 'users' ? item.userName : item);
    else known.delete(item[key]);
    if (seen) seen.add(item[key]);
  }
  return news === list ? args : news.length ? [roomID, type, news].concat(args.slice(3)) : null;
}

/** @param {Map<string, any>} known @param {Set<string>} seen @returns {Array<[string, any]>} what it takes out */
function takeMissing(known, seen) {
  const missing = Array.from(known).filter(([key]) => !seen.has(key));
  for (const [key] of missing) known.delete(key);
  return missing;
}

module.exports = { Session, streamEnd, PUSHED, PLAYED };
