// What happens in the browser demo: two phones and their networks, the servers, the timeline, and the buttons.

import { followFrames } from '../frames.mjs';
import { followMedia } from '../media-events.mjs';
import { openStage } from '../stage.mjs';
import { Timeline, show } from '../timeline.mjs';
import { PREVIEW, createComponents } from './components.mjs';
import { openNetwork } from './network.mjs';

const ROOM = 'room-1';
const PHONES = [
  { who: 'A', userID: 'alice', userName: 'Alice', hue: 0, tone: 440 },
  { who: 'B', userID: 'bob', userName: 'Bob', hue: 140, tone: 660 },
];
/** How long the token lives that "let the token expire" hands to a phone, in s. */
const SHORT_TOKEN_S = 12;
const KINDS = new Set(['call', 'answer', 'failure', 'callback', 'person']);
/** Lines that a page opened later gets to see. */
const KEPT_LINES = 2000;

/**
 * @param {object} [options]
 * @param {number} [options.roomPort] port of the room server; any by default
 * @param {(line: string) => void} [options.log] what the servers say about themselves
 * @param {(line: string) => void} [options.write] the timeline as text
 */
export async function openShow({ roomPort, log, write } = {}) {
  const stage = await openStage({ roomArgs: ['--token-control'], roomPort, log });
  const opened = new Show(stage, write);
  await opened.start();
  return opened;
}

/** See {@link openShow}. */
export class Show {
  #viewers = new Set();
  #lines = [];
  #ends = [];
  #statusTimer;
  #isRestarting = false;

  constructor(stage, write) {
    this.stage = stage;
    this.timeline = new Timeline({ write, onLine: (line) => this.#publish(line) });
    /** @type {Map<string, Phone>} */
    this.phones = new Map();
    this.peers = new Set();
  }

  async start() {
    const { stage, timeline } = this;
    const names = new Map(PHONES.map(({ who, userID }) => [userID, who]));
    const frames = followFrames(stage.room, timeline, (userID) => names.get(userID) ?? 'web');
    const media = followMedia(stage.media, timeline, ({ args }) => !(PREVIEW in args));
    this.#ends.push(frames.stop, media.stop);
    for (const person of PHONES) {
      const network = await openNetwork(this.#servers());
      this.phones.set(person.who, new Phone(person, network, this));
    }
  }

  /** Ports of the servers. */
  #servers() {
    const { room, media } = this.stage;
    return { room: Number(new URL(room.http).port), rtmp: media.rtmpPort, flv: media.httpPort };
  }

  /** A web peer reaches the servers directly. */
  get ports() {
    return this.#servers();
  }

  // --- those who look on -------------------------------------------------------------------------------------------

  /** @param {(message: any) => void} send @returns {() => void} to call when the page is gone */
  addViewer(send) {
    this.#viewers.add(send);
    send({ type: 'lines', start: this.timeline.start, lines: this.#lines });
    send(this.#status());
    return () => this.#viewers.delete(send);
  }

  #publish({ t, who, kind, text, sequence }) {
    const line = { t, who, kind, text, sequence };
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    for (const send of this.#viewers) send({ type: 'lines', lines: [line] });
  }

  #status() {
    const phones = Object.fromEntries([...this.phones.values()].map((phone) => [phone.who, phone.status]));
    return { type: 'status', phones, isRestarting: this.#isRestarting };
  }

  /** Something to be seen changed. */
  changed() {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = undefined;
      for (const send of this.#viewers) send(this.#status());
    }, 50);
  }

  // --- buttons -----------------------------------------------------------------------------------------------------

  /** @param {{do: string, who?: string, value?: any}} command */
  async command({ do: action, who, value }) {
    const phone = this.phones.get(who);
    if (action === 'start') return this.#each((one) => one.tapOnCall('.join-publish'));
    if (action === 'hangUp') return this.#each((one) => one.tapOnCall('.leave'));
    if (action === 'language') return this.#each((one) => one.setLanguage(value === 'en' ? 'en' : 'zh'));
    if (action === 'restart') return this.#restart();
    if (!phone) return undefined;
    if (action === 'network') phone.setNetwork(Boolean(value));
    if (action === 'kick') await phone.kick();
    if (action === 'expire') await phone.expire(Number(value) || SHORT_TOKEN_S);
    if (action === 'renewal') phone.allowRenewal(Boolean(value));
    return undefined;
  }

  async #each(action) {
    for (const phone of this.phones.values()) action(phone);
  }

  async #restart() {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    this.note('server', 'the room server is ended and started again');
    this.changed();
    try {
      await this.stage.restartRoom();
      this.note('server', `the room server is back on ${this.stage.room.ws}, and knows of no room`);
    } finally {
      this.#isRestarting = false;
      this.changed();
    }
  }

  /** What a person did, on the timeline. */
  note(who, text) {
    this.timeline.add(who, 'person', text);
  }

  // --- web peers ---------------------------------------------------------------------------------------------------

  /** Settings of a page that joins as somebody else. */
  get peerSettings() {
    const { room } = this.stage;
    return { appID: room.appID, server: room.ws, tokenServer: room.http, roomID: ROOM };
  }

  /** Components of a web peer. @param {(message: any) => void} send */
  addPeer(send) {
    const components = createComponents({
      mediaServer: this.stage.media,
      camera: { name: 'Web', hue: 60, tone: 550 },
      ports: this.#servers(),
      send,
      tell: (kind, text) => this.timeline.add('web', kind, text),
    });
    this.peers.add(components);
    return {
      receive: (message) => components.receive(message) || this.takeLine('web', message),
      receiveBytes: (bytes) => components.receiveBytes(bytes),
      close: () => {
        this.peers.delete(components);
        return components.close();
      },
    };
  }

  /** A line that a page reports about itself. */
  takeLine(who, { type, kind, text, at }) {
    if (type !== 'line' || !KINDS.has(kind)) return;
    this.timeline.add(who, kind, String(text), Number(at) - this.timeline.start);
  }

  async close() {
    clearTimeout(this.#statusTimer);
    for (const peer of this.peers) await peer.close();
    for (const phone of this.phones.values()) await phone.close();
    for (const end of this.#ends) await end();
    this.timeline.end();
    await this.stage.close();
  }
}

const NOTHING = { room: 'DISCONNECTED', publish: 'NO_PUBLISH', play: 'NO_PLAY' };
const NO_PICTURE = { width: 0, height: 0, frames: 0 };

/** One phone: a frame of the page that runs the sample, its network, and its components. */
class Phone {
  #show;
  #network;
  #components;
  #send = () => {};
  #close = () => {};
  #language = 'zh';
  #state = { ...NOTHING };
  #picture = { ...NO_PICTURE };
  #renewal = true;
  #tokenEndsAt = 0;

  constructor(person, network, show) {
    Object.assign(this, person);
    this.#network = network;
    this.#show = show;
  }

  get status() {
    const token = { endsAt: this.#tokenEndsAt, isRenewed: this.#renewal };
    return { ...this.#state, online: !this.#network.isCut, picture: this.#picture, token };
  }

  /** What the page needs to run. */
  async settings(origin) {
    const { room } = this.#show.stage;
    return {
      language: this.#language,
      appID: String(room.appID),
      server: `ws://127.0.0.1:${this.#network.ports.room}/accesshub`,
      tokenServer: `${origin}/phone/${this.who}`,
      userID: this.userID,
      userName: this.userName,
      token: await room.token(this.userID),
      roomID: ROOM,
    };
  }

  /**
   * The page is there; another one that had this phone loses it.
   * @param {(message: any) => void} send
   * @param {() => void} close ends the page's connection
   * @returns {() => void} to call when it is gone
   */
  connect(send, close) {
    this.#close();
    this.disconnect();
    this.#send = send;
    this.#close = close;
    this.#state = { ...NOTHING };
    this.#picture = { ...NO_PICTURE };
    this.#tokenEndsAt = 0;
    this.#components = createComponents({
      mediaServer: this.#show.stage.media,
      camera: { name: this.userName, hue: this.hue, tone: this.tone },
      ports: this.#network.ports,
      send: (message) => this.#send(message),
      tell: (kind, text) => this.#show.timeline.add(this.who, kind, text),
    });
    this.#send({ type: 'network', online: !this.#network.isCut });
    this.#send({ type: 'language', language: this.#language });
    this.#show.changed();
    return () => this.#send === send && this.disconnect(); // unless it was loaded anew
  }

  /** The page is gone, and everything it had with it. */
  disconnect() {
    this.#send = () => {};
    this.#close = () => {};
    const components = this.#components;
    this.#components = undefined;
    return components?.close();
  }

  receive(message) {
    if (this.#components?.receive(message)) return;
    if (message.type === 'state') Object.assign(this.#state, message.state);
    if (message.type === 'picture') this.#picture = message.picture;
    if (message.type === 'token') this.#tokenEndsAt = message.endsAt;
    this.#show.takeLine(this.who, message);
    this.#show.changed();
  }

  tapOnCall(selector) {
    this.#send({ type: 'tap', page: 'pages/call/call', selector });
  }

  setLanguage(language) {
    this.#language = language;
    this.#send({ type: 'language', language });
  }

  setNetwork(online) {
    if (online !== this.#network.isCut) return;
    this.#show.note(
      this.who,
      online ? 'the network is back' : 'the network is cut: sockets break, new ones are refused',
    );
    if (online) this.#network.restore();
    else this.#network.cut();
    this.#send({ type: 'network', online });
    this.#show.changed();
  }

  async kick() {
    this.#show.note(this.who, `an administrator removes ${this.userID} from the room`);
    await this.#control('kick', { userID: this.userID, message: 'removed in the demo' });
  }

  /** The page gets a token in the way a page does, by renewToken; only this one soon ends. */
  async expire(seconds) {
    this.#show.note(this.who, `the token in force is replaced by one that ends in ${seconds} s`);
    const answer = await this.#control('token', { userID: this.userID, effectiveSeconds: seconds });
    if (answer) this.#send({ type: 'token', token: answer.token });
  }

  allowRenewal(isAllowed) {
    this.#renewal = isAllowed;
    this.#show.note(this.who, `the token server ${isAllowed ? 'gives new tokens' : 'refuses new tokens'}`);
    this.#show.changed();
  }

  /** The application's token server. @returns {Promise<{token: string} | undefined>} */
  async newToken() {
    return this.#renewal ? this.#control('token', { userID: this.userID }) : undefined;
  }

  async #control(path, body) {
    try {
      return await this.#show.stage.room.control(path, body);
    } catch (error) {
      this.#show.note('server', `refused: ${show(error.message)}`);
      return undefined;
    }
  }

  async close() {
    await this.disconnect();
    await this.#network.close();
  }
}
