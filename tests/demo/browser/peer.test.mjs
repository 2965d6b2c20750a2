// What the web peer says to wrong input, and without a camera: a sentence, and the form as it was.

import test from 'node:test';
import assert from 'node:assert/strict';
import { mediaProblem } from '../../media/processes.mjs';
import { browserProblem, openBrowser } from '../../pages/browser.mjs';
import { needsServer } from '../../pages/stage.mjs';
import { makeAssets, serveShow } from './server.mjs';
import { openShow } from './show.mjs';

const needs = { ...needsServer([mediaProblem(), browserProblem()]), timeout: 90_000 };

test('the web peer names wrong input, and sends the test picture where there is no camera', needs, async (t) => {
  const [show, { browser, close }, assets] = await Promise.all([openShow(), openBrowser(), makeAssets()]);
  const server = await serveShow(show, assets);
  t.after(async () => {
    await close();
    await server.close();
    await show.close();
  });
  const page = await browser.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${server.origin}/peer?lang=en`);
  await page.waitForFunction(() => window.isReady);
  const type = (name, value) =>
    page.$eval(
      `[name="${name}"]`,
      (input, text) => {
        const before = input.value;
        input.value = text;
        return before;
      },
      value,
    );
  const says = (text) =>
    page.waitForFunction((part) => document.getElementById('notice').textContent.includes(part), {}, text);
  const isIdle = () => page.waitForFunction(() => !document.getElementById('join').disabled);

  await page.click('#join');
  await says('Please fill in: Token');
  await type('server', 'ws://127.0.0.1:9/accesshub');
  await page.click('#fetch-token');
  await says('No token: check the server address');
  await type('server', show.peerSettings.server);
  await page.click('#fetch-token');
  await says('Got a token');
  await page.click('[value="test"]');
  const { token: expired } = await show.stage.room.control('token', { userID: 'x', effectiveSeconds: -90_000 });
  for (const [name, value, expected] of [
    ['server', 'nonsense', 'must begin with ws:// or wss:// and end in /accesshub'],
    ['appID', '0', 'The AppID must be a whole number'],
    ['roomID', '房间', '(1'],
    ['userID', '用户', '(1'],
    ['userID', '', 'Please fill in: User ID'],
    ['token', expired, '(11020'],
    ['token', '04 令牌', '(11020'],
  ]) {
    const before = await type(name, value);
    await page.click('#join');
    await says(expected);
    const notice = await page.$eval('#notice', (element) => element.textContent);
    assert.doesNotMatch(notice, /destroyEngine/, name);
    await isIdle();
    await type(name, before);
  }
  assert.deepEqual(await show.stage.room.rooms(), []);

  await page.click('[value="recorder"]');
  await page.click('#join');
  await says('the test picture is sent instead');
  await page.waitForSelector('[data-chip="publish"][data-value="PUBLISHING"]');
  await page.waitForFunction(() => document.querySelector('#mine .ax-local').videoWidth > 0);
  await page.close({ runBeforeUnload: false });
  for (const end = Date.now() + 10_000; (await show.stage.room.rooms()).length || show.stage.media.publishing.size;) {
    assert.ok(Date.now() < end, 'a stream or a user was left behind');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(faults, []);
});
