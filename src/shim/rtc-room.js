'use strict';

const { Component, valueOf } = require('./rtc-room-component');
const { plain, read } = require('./plain');
const { problem, fromCall } = require('./rtc-room-errors');
const { prepare, checkPermissions } = require('./rtc-room-platform');
const { text, numberOf, delayOf, newStreamID, guarded } = require('./rtc-room-values');

/** After the room came back, how long the engine has to say which streams get another address, in ms. */
const NEWS = 50;
/** How long the other address is waited for when both change, in ms, so that they need one component. */
const TOGETHER = 600;
/** After the network came back, how long the engine has to notice that it lost the room, in ms. */
const NOTICE = 3000;
/** How long joining may take unless the application says otherwise, in ms. */
const JOIN = 20000;
/** Until a failed stream is tried again, in ms, and how often. */
const RETRY_AFTER = 3000;
const RETRIES = 3;
/** Codes of onRtmpEvent. */
const PUSHED = 3800;
const PUSH_FAILED = 3801;
const PLAYED = 3802;
const PLAY_FAILED = 3803;

/** A whole call on one page; documented in rtc-room.d.ts. */
class RtcRoom {
  /** @param {any} page @param {any} engine @param {any} options */
  constructor(page, engine, options) {
    if (typeof read(page, 'setData') !== 'function') throw new TypeError('page must be the page, `this` in onLoad');
    if (typeof read(engine, 'loginRoom') !== 'function') throw new TypeError('engine must be a ZegoExpressEngine');
    if (typeof read(read(options, 'user'), 'userID') !== 'string')
      throw new TypeError('options.user.userID must be a string');
    this.page = page;
    this.engine = engine;
    this.options = Object.assign({}, options);
    this.my = (this.options.my === undefined && typeof my !== 'undefined' ? my : this.options.my) || {};
    this.stateKey = text(this.options.stateKey) || 'call';
    this.component = new Component(page, this.my, text(this.options.componentKey) || 'rtcRoom', this.options, {
      event: (kind, event, seen) => this.handleComponent(kind, event, seen),
      failed: (error) => this.report(error),
    });
    /** @type {any} */
    this.state = {
      room: 'idle',
      roomID: '',
      publish: 'none',
      play: 'none',
      streamID: '',
      playing: '',
      streams: [],
      camera: this.component.wish.camera,
      microphone: this.component.wish.microphone,
      peerCamera: true,
      peerMicrophone: true,
      online: true,
      networkType: '',
    };
    /** Streams of other users, oldest first. @type {string[]} */
    this.queue = [];
    /** Their devices, where they told them. @type {Map<string, {camera: boolean, microphone: boolean}>} */
    this.devices = new Map();
    this.follows = false;
    /** Raised when what is under way is void. */
    this.epoch = 0;
    /** @type {Promise<void> | undefined} */
    this.joining = undefined;
    /** @type {Promise<void> | undefined} */
    this.publishing = undefined;
    this.onLeave = () => {}; // ends joining
    this.failures = { publish: 0, play: 0 };
    /** @type {Record<string, any>} */
    this.timers = {};
    /** @type {Array<[string, Function]>} */
    this.handlers = [];
    /** Whether the connection broke. */
    this.isBroken = false;
    /** Addresses that the engine is getting anew: 'push', 'pull'. @type {Set<string>} */
    this.renewing = new Set();
    /** The stream whose first address is being asked for. */
    this.asked = '';
    this.isGone = false;
    this.listen();
    this.showState(this.state);
  }

  /**
   * @param {string} roomID
   * @param {{publish?: boolean, play?: boolean}} [what]
   * @returns {Promise<void>}
   */
  join(roomID, what) {
    const { publish = true, play = true } = plain(what) || {};
    if (this.isGone) return Promise.reject(problem(1198005, 'room'));
    if (this.state.room !== 'idle') {
      if (this.state.roomID !== roomID) return Promise.reject(problem(1198004, 'room'));
      return this.joining || (publish ? this.startPublishing() : Promise.resolve());
    }
    this.epoch += 1;
    this.update({ room: 'joining', roomID: text(roomID) });
    this.follows = play;
    const { epoch } = this;
    /** @type {Promise<void>} */
    const joining = this.inTime(this.enter(roomID, publish)).then(
      () => this.endJoining(joining),
      (error) => {
        this.endJoining(joining);
        if (epoch !== this.epoch) throw problem(1198005, 'room');
        this.end();
        throw fromCall(error, 'room');
      },
    );
    this.joining = joining;
    return joining;
  }

  /** Leaves the room: own stream, foreign stream and component end at once. */
  leave() {
    if (this.state.room !== 'idle') this.end();
  }

  /** For onUnload: leaves, and touches the page no more. */
  destroy() {
    if (this.isGone) return;
    this.isGone = true;
    this.end();
    this.component.destroy();
    for (const [event, handler] of this.handlers) this.engine.off(event, handler);
    this.callHost('offNetworkStatusChange', this.onNetwork);
  }

  /** @returns {Promise<void>} when the address is there; the state tells when others can see the stream */
  startPublishing() {
    if (!this.isInRoom()) return Promise.reject(problem(1198006, 'publish'));
    if (this.publishing) return this.publishing;
    if (this.state.publish !== 'none' && this.state.publish !== 'failed') return Promise.resolve();
    this.failures.publish = 0;
    return this.askForPublish();
  }

  stopPublishing() {
    clearTimeout(this.timers.publish);
    const { streamID } = this.state;
    this.publishing = undefined;
    if (!streamID) return;
    this.update({ publish: 'none', streamID: '' });
    this.engine.stopPublishingStream(streamID);
    this.component.set({ push: '' });
  }

  /** @param {string} [streamID] default: the one that has been there longest @returns {Promise<void>} */
  startPlaying(streamID) {
    if (!this.isInRoom()) return Promise.reject(problem(1198006, 'play'));
    const wanted = streamID || this.queue[0];
    this.follows = true;
    if (!text(wanted)) return Promise.reject(problem(1198009, 'play'));
    if (this.state.playing === wanted && this.state.play !== 'failed') return Promise.resolve();
    this.failures.play = 0;
    return this.askForPlay(wanted);
  }

  stopPlaying() {
    this.follows = false;
    this.dropPlay();
  }

  /** @param {boolean} on */
  setCamera(on) {
    this.setDevice('camera', !!on);
  }

  /** @param {boolean} on */
  setMicrophone(on) {
    this.setDevice('microphone', !!on);
  }

  /** @param {'camera' | 'microphone'} name @param {boolean} on */
  setDevice(name, on) {
    if (this.state[name] === on) return;
    this.update({ [name]: on });
    this.component[name === 'camera' ? 'setCamera' : 'setMicrophone'](on);
    this.tellDevices();
  }

  /** The others see the devices of the own stream; the engine sees to it that they do. */
  tellDevices() {
    const { streamID, camera, microphone } = this.state;
    if (streamID) this.engine.setDeviceState(streamID, { camera, microphone }).catch(() => {});
  }

  // --- entering ----------------------------------------------------------------------------------------------------

  /** @param {string} roomID @param {boolean} publish */
  async enter(roomID, publish) {
    const { epoch, engine, options } = this;
    await this.unlessLeft(epoch, prepare(this.my));
    await this.unlessLeft(epoch, checkPermissions(this.my, engine));
    const token = await this.unlessLeft(epoch, this.fetchToken(roomID));
    const config = Object.assign({ userUpdate: true }, plain(options.room));
    await this.unlessLeft(epoch, engine.loginRoom(roomID, token, options.user, config));
    this.isBroken = false;
    this.update({ room: 'connected' });
    if (publish) await this.unlessLeft(epoch, this.startPublishing());
  }

  /** @param {Promise<void>} entering @returns {Promise<void>} */
  inTime(entering) {
    return new Promise((resolve, reject) => {
      const cause = () => (this.state.online ? 'no answer from the server' : 'the network is off');
      this.later('join', delayOf(this.options.joinTimeout, JOIN), () => reject(problem(1198012, 'room', cause())));
      this.onLeave = () => reject(problem(1198005, 'room'));
      entering.then(resolve, reject);
    });
  }

  /** @template T @param {number} epoch @param {Promise<T>} promise @returns {Promise<T>} */
  unlessLeft(epoch, promise) {
    return promise.then((value) => {
      if (epoch !== this.epoch) throw problem(1198005, 'room');
      return value;
    });
  }

  /** @param {Promise<void>} joining */
  endJoining(joining) {
    if (this.joining !== joining) return;
    this.joining = undefined;
    clearTimeout(this.timers.join);
  }

  /** @param {string} roomID */
  async fetchToken(roomID) {
    try {
      return await valueOf(this.options.token, { roomID, userID: this.options.user.userID });
    } catch (error) {
      throw problem(1198008, 'room', error);
    }
  }

  // --- streams -----------------------------------------------------------------------------------------------------

  /** @returns {Promise<void>} */
  askForPublish() {
    const { epoch } = this;
    let { streamID } = this.state;
    try {
      streamID = streamID || newStreamID(this.options, this.state.roomID);
    } catch (error) {
      return Promise.reject(fromCall(error, 'publish'));
    }
    this.update({ publish: 'requesting', streamID });
    const isCurrent = () => epoch === this.epoch && this.state.streamID === streamID;
    const asking = this.component.expect(this.engine.startPublishingStream(streamID, this.options.publishOption)).then(
      (/** @type {any} */ { url }) => {
        this.forgetPublishing(asking);
        if (!isCurrent()) return;
        // Before it is announced, so that nobody sees the stream without them.
        if (!this.state.camera || !this.state.microphone) this.tellDevices();
        this.component.set({ push: url });
      },
      (/** @type {any} */ error) => {
        this.forgetPublishing(asking);
        if (isCurrent()) this.update({ publish: 'failed' });
        throw fromCall(error, 'publish');
      },
    );
    this.publishing = asking;
    return asking;
  }

  /** @param {Promise<void>} asking */
  forgetPublishing(asking) {
    if (this.publishing === asking) this.publishing = undefined;
  }

  /** @param {string} streamID @returns {Promise<void>} */
  askForPlay(streamID) {
    const { epoch } = this;
    clearTimeout(this.timers.play);
    if (this.state.playing) this.engine.stopPlayingStream(this.state.playing);
    this.asked = streamID;
    this.update({ play: 'requesting', playing: streamID });
    const isCurrent = () => epoch === this.epoch && this.state.playing === streamID;
    return this.component.expect(this.engine.startPlayingStream(streamID, this.options.playOption)).then(
      (/** @type {any} */ { url }) => {
        this.asked = '';
        if (isCurrent()) this.component.set({ pull: url });
      },
      (/** @type {any} */ error) => {
        this.asked = '';
        if (isCurrent()) this.retryPlay(error);
        throw fromCall(error, 'play');
      },
    );
  }

  dropPlay() {
    clearTimeout(this.timers.play);
    const { playing } = this.state;
    if (!playing) return;
    this.update({ play: 'none', playing: '' });
    this.engine.stopPlayingStream(playing);
    this.component.set({ pull: '' });
  }

  /** One at a time: the stream that has been there longest. */
  playNext() {
    if (!this.follows || this.state.playing || !this.queue.length || this.state.room !== 'connected') return;
    this.failures.play = 0;
    this.askForPlay(this.queue[0]).catch(() => {});
  }

  /** The own stream ended by itself. @param {any} [cause] */
  retryPublish(cause) {
    this.failures.publish += 1;
    if (this.failures.publish > RETRIES) {
      this.update({ publish: 'failed' });
      this.component.set({ push: '' });
      this.report(problem(1198010, 'publish', cause));
      return;
    }
    this.update({ publish: 'requesting' });
    this.later('publish', RETRY_AFTER, () => {
      if (this.state.room === 'connected') this.askForPublish().catch((error) => this.retryPublish(error));
    });
  }

  /** The foreign stream does not play. @param {any} [cause] */
  retryPlay(cause) {
    this.failures.play += 1;
    const { playing } = this.state;
    if (this.failures.play > RETRIES || this.queue.indexOf(playing) < 0) {
      this.update({ play: 'failed' });
      this.component.set({ pull: '' });
      this.report(problem(1198011, 'play', cause));
      return;
    }
    this.update({ play: 'requesting' });
    // A stream that does not play lets the others go first.
    if (this.queue.length > 1)
      this.queue.push(.../** @type {string[]} */ (this.queue.splice(this.queue.indexOf(playing), 1)));
    this.later('play', RETRY_AFTER, () => {
      if (this.state.room === 'connected' && this.queue.length) this.askForPlay(this.queue[0]).catch(() => {});
    });
  }

  // --- what the engine says ----------------------------------------------------------------------------------------

  listen() {
    this.handlers = [
      ['roomStateUpdate', this.handleRoom],
      ['roomStreamUpdate', this.handleStreams],
      ['peerDeviceStateUpdate', this.handleDevices],
      ['publisherStateUpdate', this.handlePublisher],
      ['playerStateUpdate', this.handlePlayer],
      ['streamUrlUpdate', this.handleUrl],
      ['tokenWillExpire', this.handleToken],
    ].map(([event, handler]) => [/** @type {string} */ (event), /** @type {Function} */ (handler).bind(this)]);
    for (const [event, handler] of this.handlers) this.engine.on(event, handler);
    const networkType = (/** @type {any} */ result) => text(read(result, 'networkType'));
    this.onNetwork = (/** @type {any} */ result) =>
      this.handleNetwork(read(result, 'isConnected') !== false, networkType(result));
    const success = (/** @type {any} */ result) =>
      this.update({ online: read(result, 'networkAvailable') !== false, networkType: networkType(result) });
    this.callHost('onNetworkStatusChange', this.onNetwork);
    this.callHost('getNetworkType', { success });
  }

  /** @param {string} name @param {any} argument */
  callHost(name, argument) {
    if (typeof read(this.my, name) === 'function') guarded(`my.${name}`, () => this.my[name](argument));
  }

  /** @param {string} roomID @param {string} state @param {number} code @param {string} why */
  handleRoom(roomID, state, code, why) {
    if (roomID !== this.state.roomID || !this.isInRoom()) return;
    if (state === 'CONNECTING') {
      this.isBroken = true;
      this.update({ room: 'reconnecting' });
    } else if (state === 'CONNECTED') {
      const wasAway = this.state.room === 'reconnecting';
      this.update({ room: 'connected' });
      if (wasAway) this.restore();
    } else {
      this.end();
      this.report(
        fromCall({ message: why ? `The room ended (${code}: ${why})` : `The room ended (${code})` }, 'room'),
        code,
      );
    }
  }

  /** @param {string} roomID @param {string} change @param {any[]} streams */
  handleStreams(roomID, change, streams) {
    if (roomID !== this.state.roomID || this.state.room === 'idle') return;
    for (const { streamID } of streams) {
      const at = this.queue.indexOf(streamID);
      if (change === 'ADD' && at < 0) this.queue.push(streamID);
      if (change === 'DELETE' && at >= 0) this.queue.splice(at, 1);
      if (change === 'DELETE') this.devices.delete(streamID);
    }
    this.update({ streams: this.queue.slice() });
    if (this.state.playing && this.queue.indexOf(this.state.playing) < 0 && change === 'DELETE') this.dropPlay();
    this.playNext();
  }

  /** @param {string} roomID @param {any[]} streams */
  handleDevices(roomID, streams) {
    if (roomID !== this.state.roomID) return;
    for (const stream of streams) this.devices.set(stream.streamID, stream);
    this.update({ playing: this.state.playing });
  }

  /** @param {{streamID: string, state: string, errorCode: number, extendedData?: string}} update */
  handlePublisher({ streamID, state, errorCode }) {
    if (streamID !== this.state.streamID || this.state.publish === 'failed') return;
    if (state === 'PUBLISH_REQUESTING' && !this.publishing) {
      this.renewing.add('push');
      this.update({ publish: 'requesting' });
    } else if (state === 'PUBLISHING') {
      this.failures.publish = 0;
      this.update({ publish: 'publishing' });
    } else if (state === 'NO_PUBLISH' && errorCode !== 0 && errorCode !== PUSH_FAILED) {
      // The service refused the stream: trying again would not help.
      this.component.set({ push: '' });
      this.engine.stopPublishingStream(streamID);
      this.update({ publish: 'failed' });
      this.report(problem(1198010, 'publish', { message: `refused with ${errorCode}` }), errorCode);
    }
  }

  /** @param {{streamID: string, state: string, errorCode: number}} update */
  handlePlayer({ streamID, state, errorCode }) {
    if (streamID !== this.state.playing) return;
    if (state === 'PLAYING') {
      this.failures.play = 0;
      clearTimeout(this.timers.play);
      this.update({ play: 'playing' });
    } else if (state === 'PLAY_REQUESTING' && this.asked !== streamID) {
      this.renewing.add('pull');
      this.update({ play: 'requesting' });
    } else if (state === 'NO_PLAY' && errorCode && errorCode !== PLAY_FAILED && this.renewing.delete('pull')) {
      this.retryPlay({ code: errorCode });
    }
  }

  /** The engine got another address. @param {string} streamID @param {string} url */
  handleUrl(streamID, url) {
    const { streamID: own, playing, publish, play } = this.state;
    if (streamID === own && publish !== 'failed') this.takeUrl('push', url);
    else if (streamID === playing && play !== 'failed') this.takeUrl('pull', url);
  }

  /** @param {'push' | 'pull'} kind @param {string} url */
  takeUrl(kind, url) {
    this.renewing.delete(kind);
    Object.assign(this.component.wish, { [kind]: url });
    if (!this.renewing.size) this.component.set({});
    else this.later('renew', TOGETHER, () => this.component.set({}));
  }

  /** @param {string} roomID */
  handleToken(roomID) {
    if (roomID !== this.state.roomID || typeof this.options.token !== 'function') return;
    const { epoch } = this;
    this.fetchToken(roomID).then(
      (token) => {
        if (epoch === this.epoch) this.engine.renewToken(token, roomID);
      },
      (error) => this.report(error),
    );
  }

  // --- what the platform says --------------------------------------------------------------------------------------

  /** @param {string} kind @param {any} event as it came @param {any} seen a plain copy */
  handleComponent(kind, event, seen) {
    if (kind === 'rtmp') this.handleRtmp(numberOf(seen.detail && seen.detail.code), event);
    this.tell('onComponentEvent', kind, event);
  }

  /** @param {number} code @param {any} event */
  handleRtmp(code, event) {
    const isPush = code === PUSHED || code === PUSH_FAILED;
    if (!isPush && code !== PLAYED && code !== PLAY_FAILED) return;
    const streamID = isPush ? this.state.streamID : this.state.playing;
    if (!streamID) return;
    this.engine.updatePlayerState(streamID, event);
    // While the connection is away a failure is its fault: `restore` puts everything up again.
    if (this.state.room !== 'connected') {
      if (code === PUSH_FAILED) this.update({ publish: 'requesting' });
      if (code === PLAY_FAILED) this.update({ play: 'requesting' });
    } else if (code === PUSH_FAILED && this.state.publish !== 'failed') this.retryPublish();
    else if (code === PLAY_FAILED && this.state.play !== 'failed') this.retryPlay();
  }

  /** @param {boolean} online @param {string} networkType */
  handleNetwork(online, networkType) {
    const { online: wasOnline, networkType: before } = this.state;
    this.update({ online, networkType });
    if (!this.isInRoom()) return;
    if (!online || (wasOnline && before && networkType !== before)) this.isBroken = true;
    if (!online || !this.isBroken) return;
    // The engine looks for itself; where it finds the room unharmed, only the component has lost its connections.
    this.later('network', NOTICE, () => {
      if (this.state.room === 'connected' && this.isBroken) this.restore();
    });
  }

  /** After an interruption: a fresh component, with the addresses that the engine says it will renew, or with the old ones. */
  restore() {
    this.isBroken = false;
    this.renewing.clear();
    clearTimeout(this.timers.network);
    this.later('restore', NEWS, () => this.state.room === 'connected' && this.startAnew());
  }

  /** Begins anew what neither runs nor is renewed by the engine. */
  startAnew() {
    const { streamID, playing, publish, play } = this.state;
    const isAsked = this.renewing.has('push') || this.publishing || publish === 'publishing' || publish === 'failed';
    if (streamID && !isAsked) {
      this.engine.stopPublishingStream(streamID);
      this.askForPublish().catch((error) => this.retryPublish(error));
    }
    if (playing && this.queue.indexOf(playing) < 0) this.dropPlay();
    else if (playing && !this.renewing.has('pull') && play !== 'playing') this.askForPlay(playing).catch(() => {});
    this.playNext();
    if (!this.renewing.size) this.component.recreate();
  }

  // --- common ------------------------------------------------------------------------------------------------------

  isInRoom() {
    return this.state.room === 'connected' || this.state.room === 'reconnecting';
  }

  /** Ends everything at once. */
  end() {
    this.epoch += 1;
    if (this.joining) this.onLeave();
    this.joining = undefined;
    this.publishing = undefined;
    for (const name of Object.keys(this.timers)) clearTimeout(this.timers[name]);
    const { room, roomID, streamID, playing } = this.state;
    this.queue = [];
    this.devices.clear();
    this.isBroken = false;
    this.renewing.clear();
    this.component.remove();
    this.update({ room: 'idle', roomID: '', publish: 'none', play: 'none', streamID: '', playing: '', streams: [] });
    if (playing) this.engine.stopPlayingStream(playing);
    if (streamID) this.engine.stopPublishingStream(streamID);
    if (room !== 'idle') this.engine.logoutRoom(roomID);
  }

  /** @param {string} name @param {number} ms @param {() => void} action */
  later(name, ms, action) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(action, ms);
  }

  /** @param {any} error @param {number} [code] */
  report(error, code) {
    if (code !== undefined) Object.assign(error, { code, errorCode: code });
    if (!this.isGone) this.tell('onError', error);
  }

  /** Calls a function of the page. @param {string} name @param {any[]} args */
  tell(name, ...args) {
    if (typeof this.options[name] === 'function') guarded(name, () => this.options[name](...args));
  }

  /** @param {any} change */
  update(change) {
    if ('playing' in change) {
      const { camera, microphone } = this.devices.get(change.playing) || { camera: true, microphone: true };
      Object.assign(change, { peerCamera: camera, peerMicrophone: microphone });
    }
    const changed = Object.keys(change).filter((name) => String(this.state[name]) !== String(change[name]));
    if (!changed.length) return;
    const before = this.state;
    this.state = Object.assign({}, before, change);
    if (this.isGone) return;
    this.showState(change);
    this.tell('onChange', this.state, before);
  }

  /** @param {any} change */
  showState(change) {
    const whole = change === this.state;
    /** @type {any} */
    const data = whole ? { [this.stateKey]: change } : {};
    if (!whole) for (const name of Object.keys(change)) data[`${this.stateKey}.${name}`] = change[name];
    guarded('setData', () => this.page.setData(data));
  }
}

module.exports = { RtcRoom };
