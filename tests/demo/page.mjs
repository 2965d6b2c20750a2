// What a mini program's page does in a one-to-one call, without the picture on the screen: it drives the engine, keeps
// the two urls, and creates the component again whenever one of them changes.

/** One user with an engine and a component. */
export class Page {
  #client;
  #phone;
  #timeline;
  #urls = { push: '', pull: '' };
  #components = 0;
  #building = Promise.resolve();
  #context;
  #asking = new Set();
  #leaving = false;

  /**
   * @param {object} options
   * @param {string} options.who column of the timeline
   * @param {string} options.userID
   * @param {string} options.userName
   * @param {string} options.roomID
   * @param {string} options.streamID the own stream
   * @param {object} options.client see clients.mjs
   * @param {object} options.phone see createRtcRoomHost
   * @param {import('./timeline.mjs').Timeline} options.timeline
   */
  constructor({ who, userID, userName, roomID, streamID, client, phone, timeline }) {
    Object.assign(this, { who, userID, userName, roomID, streamID });
    this.#client = client;
    this.#phone = phone;
    this.#timeline = timeline;
    /** Stream that is played, or undefined. */
    this.playing = undefined;
    /** Codes of onRtmpEvent of all components, in order. @type {number[]} */
    this.codes = [];
    /** The component on show. @type {import('../media/rtc-room.mjs').RtcRoom|undefined} */
    this.component = undefined;
  }

  get events() {
    return this.#client.events;
  }

  waitFor(...args) {
    return this.#client.waitFor(...args);
  }

  /** Plays the first stream of the other side as soon as it is there, and stops when it goes. */
  followStreams() {
    this.#client.engine.on('roomStreamUpdate', (_roomID, change, streams) => {
      if (change === 'ADD' && this.playing === undefined) this.play(streams[0].streamID).catch(() => {});
      if (change === 'DELETE' && streams.some(({ streamID }) => streamID === this.playing)) this.stopPlaying();
    });
  }

  /** Enters the room; resolves when the engine says CONNECTED. */
  async login(token) {
    const { roomID, userID, userName } = this;
    await this.#call('loginRoom', [roomID, token, { userID, userName }, { userUpdate: true }]);
    await this.waitFor('roomStateUpdate', (_room, state) => state === 'CONNECTED');
  }

  /** Starts the own stream and shows it. */
  async publish() {
    await this.#ask('push', 'startPublishingStream', this.streamID);
  }

  /** Starts to play a stream of the other side and shows it. */
  async play(streamID) {
    this.playing = streamID;
    await this.#ask('pull', 'startPlayingStream', streamID);
  }

  stopPlaying() {
    if (this.playing === undefined) return;
    this.#call('stopPlayingStream', [this.playing]);
    this.playing = undefined;
    this.#urls.pull = '';
    this.#refresh();
  }

  say(text) {
    return this.#call('sendBroadcastMessage', [this.roomID, text]);
  }

  /** Ends the call and leaves the room. */
  async hangUp() {
    this.#leaving = true;
    this.stopPlaying();
    this.#call('stopPublishingStream', [this.streamID]);
    await this.#removeComponent();
    this.#call('logoutRoom', [this.roomID]);
    await this.waitFor('roomStateUpdate', (_room, state) => state === 'DISCONNECTED');
    // The vendor's client says this one a moment later.
    await this.waitFor('roomStateChanged', (_room, state) => state === 'LOGOUT');
  }

  async #ask(direction, method, streamID) {
    const asking = this.#call(method, [streamID]).then(({ url }) => (this.#urls[direction] = url));
    this.#asking.add(asking);
    try {
      await asking;
    } finally {
      this.#asking.delete(asking);
    }
    await this.#refresh();
  }

  /**
   * Shows a component with the present urls in place of the one before: urls count when it is created, so it needs a new
   * one with a new id whenever one changes. Without urls none is shown. Waits for urls that have been asked for, so that
   * two that come at the same time need one component.
   */
  #refresh() {
    this.#building = this.#building.then(async () => {
      await Promise.allSettled(this.#asking);
      const shown = this.component?.urls ?? {};
      const same = (shown.push ?? '') === this.#urls.push && (shown.pull ?? '') === this.#urls.pull;
      if (!this.#leaving && !same) this.#replaceComponent();
    });
    return this.#building;
  }

  /** Stops the component and takes it off, as at the end of a call; its last codes still arrive. */
  async #removeComponent() {
    await this.#building;
    if (this.component === undefined) return;
    await new Promise((success) => this.#context.stop({ success }));
    await this.#phone.unmount(this.component.id);
    this.component = undefined;
  }

  #replaceComponent() {
    if (this.component !== undefined) this.#phone.unmount(this.component.id);
    this.component = undefined;
    const { push, pull } = this.#urls;
    if (push === '' && pull === '') return;
    this.#components += 1;
    const id = `rtcroom-${this.#components}`;
    const directions = [push && 'push', pull && 'pull'].filter(Boolean).join(' and ');
    this.#timeline.add(this.who, 'component', `<rtc-room id="${id}"> created with ${directions} url`);
    const { playing } = this;
    this.component = this.#phone.mount({
      id,
      autoplay: true,
      'enable-camera': true,
      mute: false,
      fps: 15,
      resolution: 0,
      extraInfo: { isAliPay: true, rtmpPushUrl: push, rtmpPullUrl: pull },
      onRtmpEvent: ({ detail }) => this.#onRtmpEvent(detail.code, playing),
      onError: ({ detail }) =>
        this.#timeline.add(this.who, 'component', `error ${detail.error}: ${detail.errorMessage}`),
    });
    this.#context = this.#phone.createRtcRoomContext(id);
  }

  #onRtmpEvent(code, playing) {
    const meaning = { 3800: 'push started', 3801: 'push ended', 3802: 'play started', 3803: 'play ended' }[code];
    this.codes.push(code);
    this.#timeline.add(this.who, 'component', `onRtmpEvent ${code} (${meaning})`);
    const streamID = code < 3802 ? this.streamID : playing;
    this.#timeline.call(this.who, 'updatePlayerState', [streamID, { detail: { code } }]);
    this.#client.componentEvent(streamID, code);
  }

  #call(name, args) {
    return this.#timeline.call(this.who, name, args, () => this.#client.engine[name](...args));
  }
}
