// The web peer: a person with a desktop browser in a room of the development server, through the same package.

import { createBrowserMy } from '../../../pages/browser/my.mjs';
import * as zego from '../../../../pkg/index.js';
import { openChannel } from './channel.mjs';
import { observe } from './observe.mjs';
import { openDevices, record } from './recorder.mjs';
import { createRtc } from './rtc.mjs';
import { chooseLanguage, chosenLanguage, fill, showTexts } from './texts.mjs';
import { startTips } from './tips.mjs';

const MOODS = { CONNECTED: 'good', PUBLISHING: 'good', CONNECTING: 'busy', PUBLISH_REQUESTING: 'busy' };
const KEPT = 200;
/** Anything else would mean the public service. */
const SERVER = /^wss?:\/\/[^/\s]+\/(\S+\/)?accesshub$/;
const $ = (id) => document.getElementById(id);
const entry = $('entry');
const settings = await (await fetch('/peer/settings.json')).json();

let language = chosenLanguage();
let t = chooseLanguage(language);
let isMuted = true;
/** The call that is on, if any. @type {Call | undefined} */
let call;
let room = 'DISCONNECTED';
let publish = 'NO_PUBLISH';
const recordings = new Map();

const { send, sendBytes, opened } = openChannel(
  { role: 'peer' },
  (message) => rtc.receive(message),
  () => notice(t.gone, true),
);
const rtc = createRtc({
  send,
  onRecord: (id) => call?.devices && recordings.set(id, record(call.devices, id, sendBytes)),
});
// The vendor's events carry what the log shows; tokens stay out of it.
const exports = { ...zego };
observe(exports, {
  tell(kind, text) {
    send({ type: 'line', kind, text, at: Date.now() });
    addLine($('log'), text);
  },
});
exports.ZegoExpressEngine.configure({ my: createBrowserMy() });

/** One stay in a room. */
class Call {
  #engine;
  #roomID;
  #userID;
  #streamID;
  #components = new Map();
  #lastID = 0;
  #isIn = false;

  constructor({ appID, server, roomID, userID }, devices) {
    this.devices = devices;
    this.#roomID = roomID;
    this.#userID = userID;
    this.#streamID = `web-${userID.replace(/\W/g, '')}-${Date.now().toString(36)}`;
    this.users = new Map();
    const engine = new exports.ZegoExpressEngine(Number(appID), server);
    this.#engine = engine;
    engine.on('roomStateUpdate', (_room, state, code, text) => this.#onRoom(state, code, text));
    engine.on('roomUserUpdate', (_room, change, users) => this.#onUsers(change, users));
    engine.on('roomStreamUpdate', (_room, change, streams) => this.#onStreams(change, streams));
    engine.on('publisherStateUpdate', ({ state }) => show({ publish: state }));
    for (const name of ['IMRecvBroadcastMessage', 'IMRecvBarrageMessage'])
      engine.on(name, (_room, messages) => messages.forEach(({ fromUser, message }) => addMessage(fromUser, message)));
    engine.on('IMRecvCustomCommand', (_room, fromUser, command) => addMessage(fromUser, String(command)));
    engine.on('tokenWillExpire', async () => engine.renewToken(await fetchToken(), roomID));
  }

  async join(token) {
    const user = { userID: this.#userID, userName: this.#userID };
    await this.#engine.loginRoom(this.#roomID, token, user, { userUpdate: true });
    this.#isIn = true;
    const { url } = await this.#engine.startPublishingStream(this.#streamID);
    this.#mount($('mine'), { push: url }, this.#streamID);
  }

  say(text) {
    return this.#engine.sendBroadcastMessage(this.#roomID, text);
  }

  async play(streamID) {
    const { url } = await this.#engine.startPlayingStream(streamID);
    const stage = document.querySelector(`[data-stream="${CSS.escape(streamID)}"] .stage`);
    if (stage) this.#mount(stage, { pull: url }, streamID);
  }

  stop(streamID) {
    this.#unmount(streamID);
    this.#engine.stopPlayingStream(streamID);
  }

  isPlaying(streamID) {
    return this.#components.has(streamID);
  }

  leave() {
    for (const streamID of [...this.#components.keys()]) this.#unmount(streamID);
    this.#engine.destroyEngine();
    for (const track of this.devices?.getTracks() ?? []) track.stop();
    call = undefined;
    $('stages').replaceChildren();
    $('users').replaceChildren();
    $('mine').replaceChildren();
    show({ room: 'DISCONNECTED', publish: 'NO_PUBLISH' });
  }

  /** A stand-in of `<rtc-room>` for one stream. */
  #mount(element, { push = '', pull = '' }, streamID) {
    this.#unmount(streamID);
    this.#lastID += 1;
    const id = `web-${this.#lastID}`;
    this.#components.set(streamID, id);
    rtc.mount({
      element,
      id,
      source: push && this.devices ? 'recorder' : 'test',
      extraInfo: { isAliPay: true, rtmpPushUrl: push, rtmpPullUrl: pull },
      onRtmpEvent: (event) => {
        this.#engine.updatePlayerState(streamID, event);
        // A push or play that broke is put up again while the room stands.
        if ((event.detail.code === 3801 || event.detail.code === 3803) && call === this) this.#again(streamID, push);
      },
      onError: ({ detail }) => notice(detail.errorMessage, true),
    });
    if (push && this.devices) showStream(element, this.devices);
    refresh();
  }

  async #again(streamID, push) {
    this.#unmount(streamID);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (call !== this) return;
    if (push) {
      const { url } = await this.#engine.startPublishingStream(streamID);
      this.#mount($('mine'), { push: url }, streamID);
    } else if (document.querySelector(`[data-stream="${CSS.escape(streamID)}"]`)) {
      this.#engine.stopPlayingStream(streamID);
      await this.play(streamID);
    }
  }

  #unmount(streamID) {
    const id = this.#components.get(streamID);
    if (id === undefined) return;
    this.#components.delete(streamID);
    recordings.get(id)?.();
    recordings.delete(id);
    rtc.unmount(id);
    refresh();
  }

  #onRoom(state, code, text) {
    show({ room: state });
    if (state !== 'DISCONNECTED' || call !== this || !this.#isIn) return; // before, the promise of join says it
    this.leave();
    if (code) notice(fill(t.failed, text || 'DISCONNECTED', code), true);
  }

  #onUsers(change, users) {
    for (const { userID, userName } of users) {
      if (change === 'ADD') this.users.set(userID, userName || userID);
      else this.users.delete(userID);
    }
    const items = [...this.users].map(([userID, userName]) => {
      const item = document.createElement('li');
      item.textContent = userName === userID ? userID : `${userName} (${userID})`;
      return item;
    });
    $('users').replaceChildren(...items);
  }

  #onStreams(change, streams) {
    for (const { streamID, user } of streams) {
      const known = document.querySelector(`[data-stream="${CSS.escape(streamID)}"]`);
      if (change === 'DELETE') {
        if (this.isPlaying(streamID)) this.stop(streamID);
        known?.remove();
      } else if (!known) {
        $('stages').append(makeStage(streamID, user));
        attempt(this.play(streamID));
      }
    }
  }
}

function makeStage(streamID, user) {
  const figure = document.createElement('figure');
  figure.dataset.stream = streamID;
  const stage = figure.appendChild(document.createElement('div'));
  stage.className = 'stage';
  const caption = figure.appendChild(document.createElement('figcaption'));
  const name = caption.appendChild(document.createElement('span'));
  name.textContent = `${user?.userName || user?.userID || ''} · ${streamID}`;
  const button = caption.appendChild(document.createElement('button'));
  button.type = 'button';
  button.addEventListener('click', () => {
    if (call.isPlaying(streamID)) call.stop(streamID);
    else attempt(call.play(streamID));
  });
  return figure;
}

/** The own devices need no way over the server to be seen here. */
function showStream(element, stream) {
  const video = document.createElement('video');
  Object.assign(video, { srcObject: stream, muted: true, autoplay: true, playsInline: true });
  element.replaceChildren(video);
}

function addMessage(user, text) {
  const item = addLine($('messages'), text);
  const from = document.createElement('span');
  from.className = 'from';
  from.textContent = `${user?.userName || user?.userID || ''} `;
  item.prepend(from);
}

function addLine(list, text) {
  const item = list.appendChild(document.createElement('li'));
  item.textContent = text;
  if (list.children.length > KEPT) list.firstElementChild.remove();
  list.scrollTop = list.scrollHeight;
  return item;
}

function notice(text, isWrong = false) {
  $('notice').textContent = text;
  $('notice').classList.toggle('wrong', isWrong);
}

function show(change) {
  ({ room, publish } = { room, publish, ...change });
  refresh();
}

/** What can be done now. */
function refresh() {
  for (const [name, value] of Object.entries({ room, publish })) {
    const chip = document.querySelector(`[data-chip="${name}"]`);
    chip.textContent = t.chips[value];
    chip.className = `chip ${MOODS[value] ?? ''}`;
    chip.dataset.value = value;
  }
  for (const control of entry.querySelectorAll('input, #join, #fetch-token')) control.disabled = call !== undefined;
  $('leave').disabled = call === undefined;
  $('message').querySelector('button').disabled = room !== 'CONNECTED';
  for (const figure of $('stages').children)
    figure.querySelector('button').textContent = call?.isPlaying(figure.dataset.stream) ? t.stop : t.play;
}

const typed = () => Object.fromEntries([...new FormData(entry)].map(([name, value]) => [name, String(value).trim()]));

/** A development token, from the room server that is named on the page. */
async function fetchToken() {
  const { server, userID } = call ? call.typed : typed();
  if (!SERVER.test(server)) throw new Error(t.serverProblem);
  const { protocol, host } = new URL(server);
  const response = await fetch(`${protocol === 'wss:' ? 'https:' : 'http:'}//${host}/control/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userID }),
  });
  const answer = await response.json();
  if (!answer.token) throw new Error(answer.error ?? response.status);
  return answer.token;
}

async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    notice(error.code ? fill(t.failed, error.message, error.code) : error.message, true);
    return undefined;
  }
}

async function join() {
  if (call) return;
  const values = typed();
  const missing = ['server', 'appID', 'roomID', 'userID', 'token'].find((name) => !values[name]);
  if (missing) return notice(fill(t.required, t[missing]), true);
  if (!SERVER.test(values.server)) return notice(t.serverProblem, true);
  if (!(Number.isInteger(Number(values.appID)) && Number(values.appID) > 0 && Number(values.appID) < 2 ** 32))
    return notice(t.appIDProblem, true);
  notice('');
  let devices;
  if (values.source === 'recorder') {
    $('join').disabled = true;
    try {
      devices = await openDevices();
    } catch (error) {
      notice(fill(t.noCamera, error.message));
    }
  }
  const joined = new Call(values, devices);
  joined.typed = values;
  call = joined;
  refresh();
  try {
    await joined.join(values.token);
  } catch (error) {
    if (call === joined) joined.leave();
    notice(error.code ? fill(t.failed, error.message, error.code) : error.message, true);
  }
}

function showEverything() {
  t = chooseLanguage(language);
  showTexts(t);
  $('sound').textContent = isMuted ? t.soundOn : t.soundOff;
  refresh();
}

entry.addEventListener('submit', (event) => {
  event.preventDefault();
  join();
});
$('leave').addEventListener('click', () => call?.leave());
$('fetch-token').addEventListener('click', async () => {
  try {
    entry.elements.token.value = await fetchToken();
    notice(t.gotToken);
  } catch (error) {
    notice(fill(t.tokenFailed, error.message), true);
  }
});
$('message').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  const text = field.value.trim();
  if (!call || !text) return;
  await attempt(
    call.say(text).then(() => {
      addMessage({ userID: call.typed.userID }, text);
      field.value = '';
    }),
  );
});
$('sound').addEventListener('click', () => {
  isMuted = !isMuted;
  rtc.setMuted(isMuted);
  showEverything();
});
$('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  showEverything();
});
addEventListener('pagehide', () => call?.leave());

startTips(() => t);
showEverything();
await opened;
entry.elements.server.value = settings.server;
entry.elements.appID.value = settings.appID;
entry.elements.roomID.value = settings.roomID;
entry.elements.userID.value = `web${Math.floor(Math.random() * 9000) + 1000}`;
window.isReady = true;
