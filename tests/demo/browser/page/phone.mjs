// One phone of the demo: the sample's pages, unchanged, on a simulated host in a frame of its own.

import simulate from 'miniprogram-simulate';
import { NetworkState, createBrowserMy } from '../../../pages/browser/my.mjs';
import { createPhone, touch } from '../../../pages/runtime.mjs';
import { openChannel } from './channel.mjs';
import { endOfToken, observe } from './observe.mjs';
import { createRtc } from './rtc.mjs';

const HOME = 'pages/index/index';
const SETTINGS = 'sample-settings';
const [, who] = /^\/phone\/(\w+)/.exec(location.pathname);
const json = async (path) => (await fetch(path)).json();

const [{ app, absent }, settings] = await Promise.all([json('/app.json'), json(`/phone/${who}/settings.json`)]);
const network = new NetworkState();
const handlers = {
  network: ({ online }) => network.set(online),
  tap: ({ page, selector }) => tapOn(page, selector),
  token: ({ token }) => room && engine?.renewToken(token, room),
  language({ language }) {
    my.setStorageSync({ key: SETTINGS, data: { ...my.getStorageSync({ key: SETTINGS }).data, language } });
    phone.refresh();
  },
};
const { send, opened } = openChannel(
  { role: 'phone', who },
  (message) => {
    if (!rtc.receive(message)) handlers[message.type]?.(message);
  },
  () => {
    // The demo has ended, or another page has this phone now.
    phone.close();
    container.remove();
  },
);
const tell = (kind, text) => send({ type: 'line', kind, text, at: Date.now() });
const state = (change) => send({ type: 'state', state: change });
const rtc = createRtc({ send, onPicture: (picture) => send({ type: 'picture', picture }) });
const my = createBrowserMy({ storage: { [SETTINGS]: settings }, network });
let engine;
let room = '';

await opened;
const container = document.body.appendChild(document.createElement('div'));
container.className = 'ax-phone';
const quiet = Object.fromEntries(['log', 'info', 'debug', 'warn'].map((name) => [name, () => {}]));
const phone = createPhone({
  simulate,
  app,
  absent,
  my,
  rtc,
  container,
  log: { ...quiet, error: (...parts) => console.error(...parts) },
  onToast: (text) => tell('person', `the page shows: “${text}”`),
  prepare: (load) =>
    observe(load('package'), {
      tell,
      onEngine: (made) => (engine = made),
      onToken: (token) => send({ type: 'token', endsAt: endOfToken(token) }),
      onEvent(name, [first, second]) {
        if (name === 'roomStateUpdate') {
          room = second === 'DISCONNECTED' ? '' : first;
          state({ room: second, ...(room ? {} : { publish: 'NO_PUBLISH', play: 'NO_PLAY' }) });
          if (!room) send({ type: 'token', endsAt: 0 });
        }
        if (name === 'publisherStateUpdate') state({ publish: first.state });
        if (name === 'playerStateUpdate') state({ play: first.state });
      },
    }),
});
phone.open(HOME);
phone.open('pages/call/call');
window.phone = phone;
window.setMuted = (muted) => rtc.setMuted(muted);
// What is not said when the page goes would have to be found out by the server.
addEventListener('pagehide', () => phone.close());

/** What a person would tap, after going to the page it is on. */
async function tapOn(page, selector) {
  while (phone.path !== page && phone.path !== HOME) phone.back();
  if (phone.path !== page) phone.open(page);
  const element = phone.find(selector);
  if (!element || element.hasAttribute('disabled')) return;
  element.scrollIntoView({ block: 'nearest' });
  tap(element);
  setTimeout(() => scrollTo({ top: 0, behavior: 'smooth' }), 600);
}

function tap(element) {
  const label = element.textContent.trim();
  if (label) tell('person', `taps “${label.length > 40 ? `${label.slice(0, 40)}…` : label}”`);
  const { left, top, width, height } = element.getBoundingClientRect();
  const mark = document.body.appendChild(document.createElement('div'));
  mark.className = 'finger';
  Object.assign(mark.style, { left: `${left + width / 2}px`, top: `${top + height / 2}px` });
  setTimeout(() => mark.remove(), 600);
  touch(element);
}

// The simulated pages know fingers only; a mouse is made one.
let pointer = 'mouse';
addEventListener('pointerdown', (event) => (pointer = event.pointerType), true);
addEventListener('click', (event) => {
  if (pointer === 'touch' || !(event.target instanceof Element) || event.target.closest('.ax-bar')) return;
  const button = event.target.closest('wx-button, .item');
  if (button) tap(button);
  else touch(event.target);
});
