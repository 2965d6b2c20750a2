// The page of the manual: about twenty lines make a call.

import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileApp } from './compile.mjs';
import { needsServer, openPhone, openServer, until } from './stage.mjs';

const folder = new URL('minimal/', import.meta.url);

test('a page of about twenty lines makes a call, and leaves nothing when it is closed', needsServer(), async (t) => {
  const lines = readFileSync(new URL('pages/call/call.js', folder), 'utf8').trim().split('\n');
  assert.ok(lines.length <= 25, `${lines.length} lines`);
  const server = await openServer(t);
  const app = await compileApp(fileURLToPath(folder));
  const phones = [];
  for (const userID of ['a', 'b']) {
    const phone = await openPhone(t, { app });
    phone.open('pages/call/call', {
      appID: server.appID,
      server: server.ws,
      userID,
      token: await server.token(userID),
    });
    await phone.tap('.join');
    phones.push(phone);
  }
  for (const phone of phones) await until(() => phone.page.data.call.play === 'playing', 'both to play');
  for (const phone of phones) phone.page.onUnload();
  await until(async () => (await server.rooms()).length === 0, 'the room to be empty');
  assert.deepEqual(phones.map(({ toasts }) => toasts).flat(), []);
});

test('an error of the component reaches that page as a sentence', needsServer(), async (t) => {
  const server = await openServer(t);
  const phone = await openPhone(t, { app: await compileApp(fileURLToPath(folder)) });
  phone.open('pages/call/call', {
    appID: server.appID,
    server: server.ws,
    userID: 'a',
    token: await server.token('a'),
  });
  await phone.tap('.join');
  await until(() => phone.rtc.shown, 'a component');
  phone.rtc.shown.fail(-104, 'denied');
  assert.match(phone.toasts[0], /The camera is not allowed \(-104: denied\) Ask the user/);
  phone.page.onUnload();
});
