// The call page, unchanged, on simulated phones with the real engine and room server.

import test from 'node:test';
import assert from 'node:assert/strict';
import { needsServer, openPhone, openServer, settingsFor, shows, until } from './stage.mjs';

async function enter(t, server, userID, more) {
  const phone = await openPhone(t, { settings: await settingsFor(server, userID, more) });
  phone.open('pages/call/call');
  return phone;
}

test('two pages make a call: both see each other, talk and leave nothing behind', needsServer(), async (t) => {
  const server = await openServer(t);
  const a = await enter(t, server, 'user-a');
  const b = await enter(t, server, 'user-b');
  await a.tap('.join-publish');
  await shows(a, '.state-publish', 'publishing');
  await b.tap('.join-publish');
  for (const phone of [a, b]) {
    await shows(phone, '.state-room', 'connected');
    await shows(phone, '.state-publish', 'publishing');
    await shows(phone, '.state-play', 'playing');
  }
  const [room] = await server.rooms();
  assert.deepEqual(room.users.map(({ userID }) => userID).sort(), ['user-a', 'user-b']);
  assert.equal(room.streams.length, 2);
  assert.match(a.rtc.shown.pull, /^rtmp:/);
  assert.equal(a.rtc.shown.attributes.userId, 'user_a');
  await b.tap('.leave');
  await shows(a, '.state-play', 'not started');
  assert.equal(a.rtc.shown.pull, '');
  await a.tap('.leave');
  await until(async () => (await server.rooms()).length === 0, 'the room to be empty');
  assert.equal(a.rtc.shown, undefined);
  assert.deepEqual([a.toasts, b.toasts], [[], []]);
});
