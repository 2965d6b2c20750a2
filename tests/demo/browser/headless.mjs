// Drives the page of the demo with Chromium: every button once, with the states it has to lead to, screenshots, a verdict.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { browserProblem, openBrowser } from '../../pages/browser.mjs';
import { makeAssets, serveShow } from './server.mjs';
import { openShow } from './show.mjs';

/** How long a state may take to come, in ms. */
const LIMIT_MS = 20_000;
/** A clock of its own for what cannot end: the whole run, in ms. */
const RUN_LIMIT_MS = 120_000;
const FLAGS = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--mute-audio',
  // Both pages are looked at, though only one is in front.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];
/** The page when something went wrong. */
const FAILED = 'browser-failed';
/** Life of the token that is not renewed, in s. */
const LAST_TOKEN_S = 3;

/**
 * @param {object} options
 * @param {string} options.folder for screenshots and the timeline
 * @param {(text: string) => void} options.print
 * @param {'zh' | 'en'} [options.language='zh'] of the pages
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<number>} exit code: 0 if all was as it has to be
 */
export async function tryEverything({ folder, print, language = 'zh', signal }) {
  const problem = browserProblem();
  if (problem) throw new Error(problem);
  await mkdir(folder, { recursive: true });
  await rm(join(folder, `${FAILED}.png`), { force: true });
  const begin = Date.now();
  const opened = [openBrowser({ flags: FLAGS, endsOnSignals: false }), openShow(), makeAssets()];
  let server;
  const late = within(RUN_LIMIT_MS, signal);
  try {
    const run = async () => {
      const [{ browser }, show, assets] = await Promise.all(opened);
      server = await serveShow(show, assets);
      await new Script({ show, browser, origin: server.origin, folder, print, language }).run();
    };
    await Promise.race([run(), late.over]);
    const seconds = ((Date.now() - begin) / 1000).toFixed(1);
    const where = relative(process.cwd(), folder);
    print(`\n  screenshots and timeline: ${where}\n\nThe call in the browser worked. ${seconds} s.`);
    return 0;
  } catch (error) {
    if (signal?.aborted) throw error;
    print(`\nThe call in the browser did not work: ${error.message}`);
    return 1;
  } finally {
    late.forget();
    const [browser, show] = await Promise.allSettled(opened);
    await browser.value?.close();
    await server?.close();
    await show.value?.close();
    if (show.value) await writeFile(join(folder, 'browser-timeline.txt'), show.value.timeline.text);
  }
}

/** Rejects after a time or when the signal comes, until it is forgotten. */
function within(ms, signal) {
  let timer;
  const over = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${ms / 1000} s`)), ms);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  over.catch(() => {});
  return { over, forget: () => clearTimeout(timer) };
}

/** The steps. */
class Script {
  constructor(parts) {
    Object.assign(this, parts);
    this.faults = [];
  }

  async run() {
    await this.open();
    const { a, b } = this;
    await this.step('the call is established on both sides', async () => {
      await this.press('#start');
      for (const phone of [a, b]) await phone.reaches({ room: 'CONNECTED', publish: 'PUBLISHING', play: 'PLAYING' });
    });
    await this.step('both see and hear the other, and themselves', async () => {
      await Promise.all([a.sees(), b.sees()]);
    });
    await this.shot('browser-call');
    await this.step('the timeline can be filtered, searched, paused and explained', () => this.useTimeline());
    await this.step('a cut network shows on both sides of the phone', async () => {
      await this.press('#phone-A [data-do="network"]');
      await a.reaches({ network: 'offline', room: 'CONNECTING' });
      await a.shows('.state-network', /离线|offline/);
      await a.shows('.state-room', /重连中|reconnecting/);
    });
    await this.shot('browser-cut');
    await this.step('the network is back: the call goes on, nobody left', async () => {
      const since = this.now();
      await this.press('#phone-A [data-do="network"]');
      await a.reaches({ network: 'online', room: 'CONNECTED', publish: 'PUBLISHING', play: 'PLAYING' });
      await Promise.all([a.sees(), b.sees()]);
      this.mustNotSay(since, 'B', /roomUserUpdate .*DELETE/);
    });
    await this.step('a restarted room server is found again', async () => {
      const since = this.now();
      await this.press('#restart');
      await this.says(since, 'server', /knows of no room/);
      for (const who of ['A', 'B']) await this.says(since, who, /LoginRoom 1001 .*ok/);
      for (const phone of [a, b]) await phone.reaches({ room: 'CONNECTED', publish: 'PUBLISHING', play: 'PLAYING' });
      await Promise.all([a.sees(), b.sees()]);
    });
    await this.step('a token that ends is renewed', async () => {
      const since = this.now();
      await this.press('#phone-A [data-do="expire"]');
      await this.says(since, 'A', /^tokenWillExpire/);
      await this.says(since, 'A', /^renewToken\(/, 2);
      await this.says(since, 'A', /^RenewToken .*ok/, 2);
    });
    await this.step('a kicked user is told why', async () => {
      await this.press('#phone-B [data-do="kick"]');
      await b.reaches({ room: 'DISCONNECTED', publish: 'NO_PUBLISH', play: 'NO_PLAY' });
      await b.shows('.state-room', /未加入|not in a room/);
      await b.toast(/已被移出房间|You were removed/);
      await a.reaches({ play: 'NO_PLAY' });
    });
    await this.shot('browser-kick');
    await this.step('a mouse works the phone', async () => {
      await this.click(a, '.camera');
      await a.shows('.camera', /打开摄像头|Camera on/);
      await this.click(a, '.camera');
      await a.shows('.camera', /关闭摄像头|Camera off/);
    });
    await this.step('a web peer with a camera joins, and both sides see each other', () => this.joinFromWeb());
    await this.step('a token that is not renewed ends the call', async () => {
      await this.press('#phone-A [data-do="renewal"]');
      await this.show.command({ do: 'expire', who: 'A', value: LAST_TOKEN_S });
      await a.reaches({ room: 'DISCONNECTED' });
      await a.toast(/Token 已过期|token has expired/);
      await this.press('#phone-A [data-do="renewal"]');
    });
    await this.step('all leave, and nothing is left on the servers', async () => {
      await this.peer.close({ runBeforeUnload: false });
      const { stage } = this.show;
      await until(
        async () => (await stage.room.rooms()).every(({ users }) => users.length === 0),
        'the room to be empty',
      );
      await until(() => stage.media.publishing.size === 0, 'every push to end');
    });
    if (this.faults.length) throw new Error(`errors on the pages: ${this.faults.join('; ')}`);
  }

  async open() {
    const page = await this.newPage({ width: 1440, height: 900 });
    await this.step('the page opens with two phones', async () => {
      await page.goto(`${this.origin}/?lang=${this.language}`);
      this.page = page;
      [this.a, this.b] = ['A', 'B'].map((who) => new PhoneOnPage(page, who));
      for (const phone of [this.a, this.b]) await phone.open();
    });
  }

  async useTimeline() {
    const { page } = this;
    const shown = (selector) =>
      page.evaluate(
        (where) =>
          [...document.querySelectorAll(where)]
            .filter((line) => line.checkVisibility())
            .map((line) => line.textContent),
        selector,
      );
    const frames = (await shown('#lines .frames')).length;
    await this.press('#kinds .frames');
    must((await shown('#lines .frames')).length === 0 && frames > 10, `frames are filtered (${frames})`);
    await this.press('#kinds .frames');
    const search = (text) =>
      page.$eval(
        '#search',
        (input, wanted) => {
          input.value = wanted;
          input.dispatchEvent(new Event('input'));
        },
        text,
      );
    await search('loginroom');
    const found = await shown('#lines li');
    must(found.length >= 4 && found.every((text) => /loginroom/i.test(text)), `search finds ${found.join()}`);
    await search('');
    await this.press('#lines .callback');
    must(await page.$eval('#explanation', (element) => element.textContent.length > 10), 'a line is explained');
    await this.press('#pause');
    const before = (await shown('#lines li')).length;
    this.show.note('A', 'a line while the timeline is paused');
    await page.waitForFunction(() => /\d/.test(document.getElementById('pause').textContent), { polling: 100 });
    must((await shown('#lines li')).length === before, 'a paused timeline stays');
    await this.press('#pause');
    must((await shown('#lines li')).length > before, 'what came meanwhile is shown');
  }

  /** A mouse on the phone itself, where the element is on the screen. */
  async click(phone, selector) {
    const { x, y } = await phone.place(selector);
    await this.page.mouse.click(x, y);
  }

  async joinFromWeb() {
    const peer = await this.newPage({ width: 1280, height: 800 });
    this.peer = peer;
    await peer.goto(`${this.origin}/peer?lang=${this.language}`);
    await peer.waitForFunction(() => window.isReady);
    await peer.click('#fetch-token');
    await peer.waitForFunction(() => document.querySelector('[name="token"]').value.startsWith('04'));
    await peer.click('#join');
    const plays = (selector) => peer.waitForFunction(isPlaying, { timeout: LIMIT_MS, polling: 200 }, selector);
    await peer.waitForSelector('[data-chip="publish"][data-value="PUBLISHING"]', { timeout: LIMIT_MS });
    await Promise.all(['#mine video', '#stages video.ax-remote'].map(plays));
    await this.page.bringToFront(); // a page behind another decodes no pictures
    await this.a.reaches({ play: 'PLAYING' });
    await this.a.sees();
    await peer.bringToFront();
    await this.type(peer, '[name="text"]', this.language === 'zh' ? '你好，我在电脑上' : 'Hello from the desk');
    await peer.click('#message button');
    await peer.waitForFunction(() => document.querySelector('#messages li'));
    await this.shot('browser-peer', peer);
  }

  async newPage(viewport) {
    const page = await this.browser.newPage();
    await page.setViewport({ ...viewport, deviceScaleFactor: 1 });
    page.on('pageerror', (error) => this.faults.push(error.stack ?? String(error)));
    return page;
  }

  async type(page, selector, text) {
    await page.focus(selector);
    await page.keyboard.sendCharacter(text);
  }

  press(selector) {
    return this.page.$eval(selector, (element) => {
      if (element.disabled) throw new Error(`${element.textContent} is disabled`);
      element.click();
    });
  }

  now() {
    return this.show.timeline.now;
  }

  #lines(since, who, pattern) {
    const { lines } = this.show.timeline;
    return lines.filter((line) => line.t >= since && line.who === who && pattern.test(line.text));
  }

  says(since, who, pattern, count = 1) {
    return until(() => this.#lines(since, who, pattern).length >= count, `${who} to say ${pattern}`);
  }

  mustNotSay(since, who, pattern) {
    const [line] = this.#lines(since, who, pattern);
    if (line) throw new Error(`${who} said ${line.text}`);
  }

  async step(what, action) {
    const begin = Date.now();
    const mark = (word) => this.print(`  ${word.padEnd(6)} ${what}, ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    try {
      await action();
    } catch (error) {
      mark('FAILED');
      if (this.page) await this.shot(FAILED).catch(() => {});
      throw new Error(`${what}: ${error.message}`, { cause: error });
    }
    mark('ok');
  }

  /** A picture of a page; of the demo's own when its timeline has shown what just happened. */
  async shot(name, page = this.page) {
    await page.bringToFront();
    if (page === this.page) await sleep(700);
    await page.screenshot({ path: join(this.folder, `${name}.png`) });
  }
}

/** A phone in its frame. */
class PhoneOnPage {
  #page;
  #who;
  #frame;

  constructor(page, who) {
    this.#page = page;
    this.#who = who;
  }

  async open() {
    const element = await this.#page.waitForSelector(`#phone-${this.#who} iframe`);
    this.#frame = await element.contentFrame();
    await this.#frame.waitForFunction(() => window.phone?.path === 'pages/call/call', { timeout: LIMIT_MS });
  }

  /** Waits until the chips beside the phone say so. */
  async reaches(states) {
    const chip = (name) => `#phone-${this.#who} [data-chip="${name}"]`;
    for (const [name, value] of Object.entries(states)) {
      await this.#page
        .waitForSelector(`${chip(name)}[data-value="${value}"]`, { timeout: LIMIT_MS })
        .catch(async () => {
          const now = await this.#page.$eval(chip(name), (element) => element.dataset.value);
          throw new Error(`${name} of ${this.#who} is ${now}, not ${value}`);
        });
    }
  }

  shows(selector, pattern) {
    return until(
      async () =>
        pattern.test(await this.#frame.evaluate((where) => window.phone.find(where)?.textContent ?? '', selector)),
      `${this.#who} to show ${pattern}`,
    );
  }

  /** Where an element is on the page: the frame is scaled. */
  async place(selector) {
    const within = await this.#frame.evaluate((where) => {
      const element = window.phone.find(where);
      element.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2, screen: window.innerWidth };
    }, selector);
    const frame = await this.#page.$eval(`#phone-${this.#who} iframe`, (element) => {
      const { left, top, width } = element.getBoundingClientRect();
      return { left, top, width };
    });
    const scale = frame.width / within.screen;
    return { x: frame.left + within.x * scale, y: frame.top + within.y * scale };
  }

  toast(pattern) {
    return until(
      async () => (await this.#frame.evaluate(() => window.phone.toasts)).some((text) => pattern.test(text)),
      `${this.#who} to be told ${pattern}`,
    );
  }

  /** Waits until both pictures move, and the sound of the other side is decoded. */
  async sees() {
    await this.#frame.$$eval('video', (videos) => videos.forEach((video) => (video.lookedAt = undefined)));
    const plays = (selector) =>
      this.#frame
        .waitForFunction(isPlaying, { timeout: LIMIT_MS, polling: 200 }, selector)
        .catch(() => Promise.reject(new Error(`${selector} of ${this.#who} does not play`)));
    await Promise.all(['video.ax-remote', 'video.ax-local'].map(plays));
  }
}

/** In the page: whether the newest video there is decodes pictures and sound, and its time goes on. */
function isPlaying(selector) {
  const video = [...document.querySelectorAll(selector)].at(-1);
  if (!video || video.ended || video.paused || !(video.videoWidth > 0)) return false;
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  const sound = video.webkitAudioDecodedByteCount ?? 1;
  if (video.lookedAt?.frames > frames) video.lookedAt = undefined; // another stream in the same element
  const before = video.lookedAt;
  video.lookedAt ??= { frames, time: video.currentTime, sound };
  const hasSound = video.srcObject ? true : before && sound > before.sound;
  return Boolean(before) && hasSound && frames > before.frames + 5 && video.currentTime > before.time + 0.3;
}

function must(condition, what) {
  if (!condition) throw new Error(`it is not so that ${what}`);
}

async function until(condition, what) {
  const end = Date.now() + LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}`);
    await sleep(50);
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
