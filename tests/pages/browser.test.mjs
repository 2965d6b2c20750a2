// The sample in Chromium: fingers, a keyboard, real media, and how it looks. Pictures are kept in .artifacts/pages.

import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openStage } from '../demo/stage.mjs';
import { mediaProblem } from '../media/processes.mjs';
import { browserProblem, openBrowser } from './browser.mjs';
import { needsServer, sample, settingsFor, until } from './stage.mjs';

const folder = fileURLToPath(new URL('../../.artifacts/pages/', import.meta.url));
const needs = { ...needsServer([mediaProblem(), browserProblem()]), timeout: 120_000 };

async function setUp(t) {
  await mkdir(folder, { recursive: true });
  const stage = await openStage();
  t.after(() => stage.close());
  const browser = await openBrowser();
  t.after(() => browser.close());
  const newPhone = async (userID, { language = 'zh', ...more } = {}) => {
    const settings = await settingsFor(stage.room, userID, { language, ...more.settings });
    const phone = await browser.newPhone({ app: await sample(), settings, mediaServer: stage.media, ...more });
    t.after(() => phone.close());
    return phone;
  };
  return { stage, newPhone };
}

test('two phones in a browser make a call with real media', needs, async (t) => {
  const { stage, newPhone } = await setUp(t);
  const a = await newPhone('alice', { camera: { name: 'Alice', hue: 0, tone: 440 } });
  const b = await newPhone('bob', {
    camera: { name: 'Bob', hue: 140, tone: 660 },
    width: 414,
    dark: true,
    language: 'en',
  });
  await a.open('pages/call/call');
  await b.open('pages/call/call');
  await a.type('.room-id', 'browser-room');
  await b.type('.room-id', 'browser-room');
  await a.tap('.join-publish');
  await a.shows('.state-publish', '推流中');
  await b.tap('.join-publish');
  await b.shows('.state-play', 'playing');
  await a.shows('.state-play', '拉流中');
  for (const phone of [a, b]) await until(() => phone.component?.viewer?.frames > 30, 'pictures', { limit: 20_000 });
  await a.showPictures(folder, b);
  await b.showPictures(folder, a);
  await a.screenshot(`${folder}call-375-light.png`, { full: true });
  await b.screenshot(`${folder}call-414-dark.png`, { full: true });
  for (const phone of [a, b]) assert.equal(await phone.isTooWide(), false);
  await b.tap('.leave');
  await a.shows('.state-play', '未开始');
  await a.tap('.leave');
  await until(() => stage.media.publishing.size === 0, 'the media server to see both streams end');
  assert.deepEqual(await stage.room.rooms(), []);
  assert.deepEqual([...a.errors, ...b.errors], []);
  assert.deepEqual([await a.toasts, await b.toasts], [[], []]);
});

test('every page fits the screens of phones, light and dark', needs, async (t) => {
  const { newPhone } = await setUp(t);
  for (const [width, dark] of [
    [375, false],
    [414, true],
  ]) {
    for (const language of ['zh', 'en']) {
      const phone = await newPhone('alice', { width, dark, language });
      for (const page of ['index', 'call', 'manual', 'message', 'settings']) {
        await phone.open(`pages/${page}/${page}`);
        assert.equal(await phone.isTooWide(), false, `${page} at ${width}, ${language}`);
        await phone.screenshot(`${folder}${page}-${width}-${dark ? 'dark' : 'light'}-${language}.png`, { full: true });
      }
      assert.deepEqual(phone.errors, []);
    }
  }
});
