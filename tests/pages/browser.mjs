// Phones in a real browser: Chromium, headless, found as Debian's package or named in CHROMIUM.

import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { createRtcRoomHost } from '../media/rtc-room.mjs';
import { bundleForBrowser } from './bundle.mjs';
import { ABSENT } from './compile.mjs';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const chromium = () => process.env.CHROMIUM ?? 'chromium';

let isThere;
/** Why there is no browser, in one sentence, or undefined if there is one. */
export function browserProblem() {
  isThere ??= spawnSync('sh', ['-c', `command -v "$0"`, chromium()]).status === 0;
  return isThere ? undefined : `there is no ${chromium()}: apt-get install chromium, or name one in CHROMIUM`;
}

let bundle;
/** The simulator for the browser, as one script. */
function simulatorScript() {
  bundle ??= bundleForBrowser(fileURLToPath(new URL('browser/entry.mjs', import.meta.url)));
  return bundle;
}

/**
 * Starts the browser.
 * @param {{flags?: string[], endsOnSignals?: boolean}} [options] further flags; `endsOnSignals: false` where the caller
 *   closes it when the process is interrupted
 * @returns {Promise<{browser: import('puppeteer-core').Browser, newPhone: (options: any) => Promise<BrowserPhone>,
 *   close: () => Promise<void>}>}
 */
export async function openBrowser({ flags = [], endsOnSignals = true } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'phones-'));
  const program = spawnSync('sh', ['-c', `command -v "$0"`, chromium()]).stdout.toString().trim();
  const browser = await puppeteer.launch({
    executablePath: program,
    args: [...FLAGS, ...flags],
    userDataDir: profile,
    handleSIGINT: endsOnSignals,
    handleSIGTERM: endsOnSignals,
  });
  return {
    browser,
    newPhone: (options) => BrowserPhone.open(browser, options),
    async close() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** One phone in a tab of its own. */
export class BrowserPhone {
  /**
   * @param {import('puppeteer-core').Browser} browser
   * @param {object} options
   * @param {any} options.app
   * @param {any} options.settings
   * @param {any} options.mediaServer
   * @param {any} [options.camera]
   * @param {number} [options.width]
   * @param {boolean} [options.dark]
   */
  static async open(browser, { app, settings, mediaServer, camera, width = 375, dark = false }) {
    const context = await browser.createBrowserContext();
    const tab = await context.newPage();
    const phone = new BrowserPhone();
    phone.tab = tab;
    phone.errors = [];
    tab.on('pageerror', (error) => phone.errors.push(error.message));
    await tab.setViewport({
      width,
      height: width === 375 ? 812 : 896,
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
    phone.host = createRtcRoomHost({ mediaServer, camera });
    const contexts = new Map();
    const report = (id, name) => (event) =>
      tab.evaluate((...args) => window.rtcEvent(...args), id, name, event.detail).catch(() => {});
    await tab.exposeFunction('rtcMount', (attributes) => {
      phone.component = phone.host.mount({
        ...attributes,
        onRtmpEvent: report(attributes.id, 'onRtmpEvent'),
        onError: report(attributes.id, 'onError'),
      });
    });
    await tab.exposeFunction('rtcUnmount', (id) => {
      if (phone.component?.id === id) phone.component = undefined;
      return phone.host.unmount(id);
    });
    await tab.exposeFunction('rtcContext', (id, method, argument) => {
      if (!contexts.has(id)) contexts.set(id, phone.host.createRtcRoomContext(id));
      contexts.get(id)[method](argument);
    });
    // Pages of this machine may reach its servers; pages of nowhere may not.
    await tab.goto(`${settings.tokenServer}/control/health`);
    await tab.setContent(
      '<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1"><body></body>',
    );
    await tab.addStyleTag({ content: readFileSync(new URL('browser/phone.css', import.meta.url), 'utf8') });
    await tab.addScriptTag({ content: await simulatorScript() });
    const storage = { 'sample-settings': settings };
    await tab.evaluate((options) => window.startPhone(options), { app, absent: ABSENT, storage });
    return phone;
  }

  open(path) {
    return this.tab.evaluate((name) => void window.phone.open(name), path);
  }

  /** A finger on the element, where it is on the screen. */
  async tap(selector) {
    await this.tab.locator(`.ax-frame:not([style*="none"]) ${selector}`).wait();
    const element = await this.tab.$(`.ax-frame:not([style*="none"]) ${selector}`);
    await element.scrollIntoView();
    await new Promise((resolve) => setTimeout(resolve, 250)); // a finger put down while the page scrolls taps nothing
    await element.tap();
  }

  /** Types on a keyboard. */
  async type(selector, text) {
    const element = await this.tab.waitForSelector(`.ax-frame:not([style*="none"]) ${selector} input`);
    await element.scrollIntoView();
    await element.evaluate((input) => {
      input.focus();
      input.select();
    });
    await this.tab.keyboard.press('Backspace');
    await element.type(text);
  }

  /** Waits until the element shows the text. */
  async shows(selector, text, timeout = 20_000) {
    await this.tab
      .waitForFunction(
        (where, wanted) =>
          document.querySelector(`.ax-frame:not([style*="none"]) ${where}`)?.textContent.trim() === wanted,
        { timeout },
        selector,
        text,
      )
      .catch(async () => {
        const screen = await this.tab.evaluate(() => window.phone.text);
        throw new Error(`no "${text}" at ${selector}; there is:\n${screen}\n${this.errors.join('\n')}`);
      });
  }

  get toasts() {
    return this.tab.evaluate(() => window.phone.toasts);
  }

  /** Shows in the component what was really received, and what this phone sends as the other one received it. */
  async showPictures(folder, other) {
    const url = async (component, name) => {
      const file = join(folder, `${name}.png`);
      await component.viewer.snapshot(file);
      return `data:image/png;base64,${(await readFile(file)).toString('base64')}`;
    };
    const pictures = { remote: await url(this.component, 'remote'), local: await url(other.component, 'local') };
    await this.tab.evaluate((all) => window.showPictures(all), pictures);
  }

  /** @param {string} path of a PNG file */
  async screenshot(path, { full = false } = {}) {
    await this.tab.evaluate(() => window.scrollTo(0, 0));
    await this.tab.screenshot({ path, fullPage: full });
    return path;
  }

  /** Whether anything sticks out to the side. */
  isTooWide() {
    return this.tab.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  }

  async close() {
    await this.tab.evaluate(() => window.phone.close()).catch(() => {});
    await this.tab
      .browserContext()
      .close()
      .catch(() => {});
    await this.host.close();
  }
}
