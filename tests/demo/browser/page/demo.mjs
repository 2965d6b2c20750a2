// The page of the demo: two phones in frames, the buttons, and the timeline.

import { openChannel } from './channel.mjs';
import { Lines } from './lines.mjs';
import { chooseLanguage, chosenLanguage, fill, showTexts } from './texts.mjs';
import { startTips } from './tips.mjs';

const PHONES = [
  { who: 'A', name: 'Alice' },
  { who: 'B', name: 'Bob' },
];
/** A phone's screen in its own pixels. */
const SCREEN = 375;
const SHORTEST = 540;
const TALLEST = 812;
/** What surrounds it, in pixels of the page. */
const BORDER = 12;
const BAR = 42;
const TITLE = 54;
const FAULTS = 92;
const HINT = 84;
const MOODS = {
  CONNECTED: 'good',
  PUBLISHING: 'good',
  PLAYING: 'good',
  CONNECTING: 'busy',
  PUBLISH_REQUESTING: 'busy',
  PLAY_REQUESTING: 'busy',
};

let language = chosenLanguage();
let t = chooseLanguage(language);
let hint = 'none';
let isMuted = true;
let status;
const lines = new Lines();
const frames = new Map(PHONES.map((phone) => [phone.who, makePhone(phone)]));
const { send, opened } = openChannel({ role: 'demo' }, receive, () => {
  document.body.classList.add('gone');
  document.getElementById('hint').textContent = t.gone;
});
const $ = (id) => document.getElementById(id);

function receive(message) {
  if (message.type === 'lines') {
    if (message.start !== undefined) lines.restart(message.start);
    lines.add(message.lines);
  }
  if (message.type === 'status') {
    status = message;
    showStatus();
  }
}

function makePhone({ who, name }) {
  const element = document.getElementById('phone').content.firstElementChild.cloneNode(true);
  element.id = `phone-${who}`;
  element.querySelector('.who').textContent = who;
  element.querySelector('.who').classList.add(who);
  element.querySelector('.name').textContent = name;
  const frame = element.querySelector('iframe');
  frame.title = name;
  frame.src = `/phone/${who}`;
  const on = (action, handler) =>
    element.querySelector(`[data-do="${action}"]`).addEventListener(action === 'renewal' ? 'change' : 'click', handler);
  on('network', () => {
    const { online } = status.phones[who];
    command({ do: 'network', who, value: !online }, online ? 'networkOff' : 'networkOn');
  });
  on('kick', () => command({ do: 'kick', who }, 'kick'));
  on('expire', () => command({ do: 'expire', who }, 'expire'));
  on('renewal', ({ target }) =>
    command({ do: 'renewal', who, value: target.checked }, target.checked ? 'renewalOn' : 'renewalOff'),
  );
  document.querySelector('.phones').append(element);
  return { element, frame };
}

function command(message, shown) {
  send(message);
  hint = shown;
  showHint();
}

function showHint() {
  $('hint').textContent = t.hints[hint];
}

function showStatus() {
  for (const [who, phone] of Object.entries(status.phones)) {
    const { element } = frames.get(who);
    element.classList.toggle('offline', !phone.online);
    const chip = (name, value, mood) => {
      const one = element.querySelector(`[data-chip="${name}"]`);
      one.textContent = t.chips[value] ?? value;
      one.dataset.value = value;
      one.className = `chip ${mood ?? MOODS[value] ?? ''}`;
    };
    chip('network', phone.online ? 'online' : 'offline', phone.online ? 'good' : 'bad');
    for (const name of ['room', 'publish', 'play']) chip(name, phone[name]);
    const { width, height, frames: count } = phone.picture;
    element.querySelector('.media').textContent = width ? fill(t.picture, width, height, count) : '';
    element.querySelector('[data-do="network"]').textContent = phone.online ? t.cut : t.reconnect;
    element.querySelector('[data-do="renewal"]').checked = phone.token.isRenewed;
    for (const action of ['kick', 'expire'])
      element.querySelector(`[data-do="${action}"]`).disabled = phone.room !== 'CONNECTED';
  }
  const phones = Object.values(status.phones);
  $('start').disabled = phones.every(({ room }) => room !== 'DISCONNECTED');
  $('hang-up').disabled = phones.every(({ room }) => room === 'DISCONNECTED');
  $('restart').disabled = status.isRestarting;
  $('restart').textContent = status.isRestarting ? t.restarting : t.restart;
  showTokens();
}

/** Tokens that end soon count down. */
function showTokens() {
  for (const [who, { token }] of Object.entries(status?.phones ?? {})) {
    const seconds = Math.ceil((token.endsAt - Date.now()) / 1000);
    frames.get(who).element.querySelector('.token').textContent =
      token.endsAt && seconds < 60 && seconds > 0 ? fill(t.tokenEnds, seconds) : '';
  }
}

function showEverything() {
  t = chooseLanguage(language);
  showTexts(t);
  for (const { element } of frames.values()) showTexts(t, element);
  lines.setLanguage(t, language);
  $('sound').textContent = isMuted ? t.soundOn : t.soundOff;
  $('layout').textContent = document.body.classList.contains('beside') ? t.below : t.beside;
  showHint();
  if (status) showStatus();
}

/** As large as the window allows. */
function arrange(layout) {
  document.body.classList.toggle('beside', layout === 'beside');
  document.body.classList.toggle('below', layout === 'below');
  const width = layout === 'beside' ? Math.min(300, Math.max(240, innerWidth * 0.205)) : 320;
  const scale = width / SCREEN;
  // Everything of a phone but its screen, and what stands above and below both.
  const { top } = document.querySelector('main').getBoundingClientRect();
  const around = top + scrollY + BAR + TITLE + FAULTS + HINT;
  const height = layout === 'beside' ? innerHeight - around : TALLEST;
  const screen = Math.round(Math.max(SHORTEST, Math.min(TALLEST, height / scale)));
  const list = layout === 'beside' ? innerHeight - top - scrollY - 14 : Math.max(420, innerHeight * 0.5);
  const { style } = document.documentElement;
  style.setProperty('--scale', String(scale));
  style.setProperty('--screen-height', `${screen}px`);
  style.setProperty('--phone-width', `${width + BORDER}px`);
  style.setProperty('--phone-height', `${screen * scale + BORDER}px`);
  style.setProperty('--timeline-height', `${Math.max(420, list)}px`);
}

const layoutFor = () => (innerWidth >= 1200 && innerWidth > innerHeight * 1.2 ? 'beside' : 'below');
let chosenLayout;

$('start').addEventListener('click', () => command({ do: 'start' }, 'start'));
$('hang-up').addEventListener('click', () => command({ do: 'hangUp' }, 'hangUp'));
$('restart').addEventListener('click', () => command({ do: 'restart' }, 'restart'));
$('sound').addEventListener('click', () => {
  isMuted = !isMuted;
  for (const { frame } of frames.values()) frame.contentWindow.setMuted?.(isMuted);
  showEverything();
});
$('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  send({ do: 'language', value: language });
  showEverything();
  arrange(chosenLayout ?? layoutFor());
});
$('layout').addEventListener('click', () => {
  chosenLayout = document.body.classList.contains('beside') ? 'below' : 'beside';
  arrange(chosenLayout);
  showEverything();
});
addEventListener('resize', () => arrange(chosenLayout ?? layoutFor()));
setInterval(showTokens, 500);
startTips(() => t);
arrange(layoutFor());
showEverything();
arrange(layoutFor());
await opened;
send({ do: 'language', value: language });
