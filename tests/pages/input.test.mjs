// Whatever is typed or goes wrong: a sentence that says what to change, nothing else changed, and buttons that work again.

import test from 'node:test';
import assert from 'node:assert/strict';
import { needsServer, openPhone, openServer, settingsFor, shows, until } from './stage.mjs';

/** A server that nobody runs. */
const NOWHERE = 'ws://127.0.0.1:9/accesshub';
/** The limits of 20 s that pages have for joining pass in a moment. */
const hurry = (ms) => (ms === 20_000 ? 400 : ms);
const FINE = '';

/** Field: [what, what is typed, what the page says]; FINE where it is right and stored. */
const FIELDS = {
  appID: [
    ['empty', '', /AppID must be a whole number/],
    ['a word', 'app', /AppID must be a whole number/],
    ['negative', '-1', /AppID must be a whole number/],
    ['a fraction', '1.5', /AppID must be a whole number/],
    ['too long', '12345678901', /AppID must be a whole number/],
    ['of Chinese digits', '一二三', /AppID must be a whole number/],
  ],
  server: [
    ['empty, which is the public service', '', FINE],
    ['of another scheme', 'http://127.0.0.1', /Server address must begin with wss/],
    ['with a space', 'wss://hub example/', /Server address must begin with wss/],
    ['too long', `wss://hub.example/${'x'.repeat(512)}`, /Server address must begin with wss/],
    ['in Chinese', 'wss://例子.cn/ws', /Server address must begin with wss/],
  ],
  userID: [
    ['empty', '', /User ID must not be empty/],
    ['only spaces', '  ', /User ID must not be empty/],
    ['with a space', 'a b', /User ID takes digits/],
    ['too long', 'u'.repeat(65), /User ID must not be longer than 64/],
    ['in Chinese', '用户', /User ID takes digits/],
    ['as long as may be', 'u'.repeat(64), FINE],
  ],
  userName: [
    ['empty, which is the user id', '', FINE],
    ['too long', 'n'.repeat(257), /User name must not be longer than 256/],
    ['in Chinese', '小明', FINE],
  ],
  token: [
    ['empty', '', /Token is missing/],
    ['a word', 'token', /Token is not a token/],
    ['too long', `04${'A'.repeat(8001)}`, /Token is not a token/],
    ['in Chinese', '04令牌', /Token is not a token/],
    ['expired', `04AAAAAGUAAAAA${'A'.repeat(40)}`, /Token has expired/],
  ],
  tokenServer: [
    ['empty', '', FINE],
    ['of another scheme', 'ws://127.0.0.1', /must begin with https/],
    ['too long', `https://x.example/${'x'.repeat(512)}`, /must begin with https/],
    ['in Chinese', 'https://例子.cn', /must begin with https/],
  ],
  bizName: [
    ['empty', '', FINE],
    ['with a space', 'a b', /bizName takes ASCII/],
    ['too long', 'b'.repeat(129), /bizName must not be longer than 128/],
    ['in Chinese', '业务', /bizName takes ASCII/],
  ],
  subBiz: [
    ['empty', '', FINE],
    ['too long', 'b'.repeat(129), /subBiz must not be longer than 128/],
    ['in Chinese', '业务', /subBiz takes ASCII/],
  ],
  serverUrl: [
    ['empty', '', FINE],
    ['no address', 'mrtc', /serverUrl must begin with wss/],
    ['too long', `wss://m.example/${'x'.repeat(512)}`, /serverUrl must begin with wss/],
    ['in Chinese', 'wss://媒体.cn', /serverUrl must begin with wss/],
  ],
  mrtcUserID: [
    ['empty', '', FINE],
    ['with a hyphen', 'a-b', /uid of the signature takes/],
    ['too long', 'u'.repeat(129), /uid of the signature takes/],
    ['in Chinese', '用户', /uid of the signature takes/],
  ],
  signature: [
    ['empty', '', FINE],
    ['with a space', 'a b', /signature must be Base64/],
    ['too long', 'A'.repeat(4097), /signature must be Base64/],
    ['in Chinese', '签名', /signature must be Base64/],
  ],
};

for (const [field, cases] of Object.entries(FIELDS)) {
  test(`settings: ${field} is checked as it is typed, and only a right one is stored`, needsServer(), async (t) => {
    const server = await openServer(t);
    const phone = await openPhone(t, { settings: await settingsFor(server, 'user-a') });
    phone.open('pages/settings/settings');
    for (const [what, typed, expected] of cases) {
      const before = { ...phone.settings() };
      await phone.type(`.field-${field}`, typed);
      if (expected === FINE) {
        assert.equal(phone.find(`.problem-${field}`), null, what);
        assert.equal(phone.settings()[field], typed.trim(), what);
      } else {
        assert.match(phone.find(`.problem-${field}`)?.textContent ?? 'nothing', expected, what);
        assert.deepEqual(phone.settings(), before, what);
      }
    }
  });
}

test(
  'settings: a token is asked for with right values only, and a server that is none is named',
  needsServer(),
  async (t) => {
    const server = await openServer(t);
    const phone = await openPhone(t, { settings: await settingsFor(server, 'user-a') });
    phone.open('pages/settings/settings');
    for (const [field, typed, expected] of [
      ['userID', '用户', /User ID takes/],
      ['userID', '', /User ID must not be empty/],
      ['tokenServer', 'x', /Token server for development must begin with/],
      ['tokenServer', '', /Token server for development must not be empty/],
      ['tokenServer', server.http.replace('/control', '').concat('/nothing'), /token server cannot be reached/],
    ]) {
      const before = phone.settings()[field];
      const { token } = phone.settings();
      await phone.type(`.field-${field}`, typed);
      phone.toasts.length = 0;
      await phone.tap('.get-token');
      await until(() => phone.toasts.length, `a toast about ${field} ${typed}`);
      assert.match(phone.toasts.at(-1), expected);
      assert.equal(phone.find('.get-token').hasAttribute('disabled'), false);
      assert.equal(phone.settings().token, token);
      await phone.type(`.field-${field}`, before);
    }
  },
);

for (const page of ['call', 'manual', 'message']) {
  const [join, idle] = [page === 'message' ? '.join' : '.join-publish', 'not in a room'];

  test(`${page}: a room id that is none is named as it is typed, and cannot be joined`, needsServer(), async (t) => {
    const server = await openServer(t);
    const phone = await openPhone(t, { settings: await settingsFor(server, 'user-a') });
    phone.open(`pages/${page}/${page}`);
    for (const [typed, expected] of [
      ['', /Room ID must not be empty/],
      ['a room', /Room ID takes digits/],
      ['r'.repeat(129), /Room ID must not be longer than 128/],
      ['房间', /Room ID takes digits/],
    ]) {
      await phone.type('.room-id', typed);
      assert.match(phone.find('.wrong').textContent, expected);
      assert.ok(phone.find(join).hasAttribute('disabled'));
      await phone.tap(join);
      assert.equal(phone.host.sockets.length, 0);
      await shows(phone, '.state-room', idle);
    }
    await phone.type('.room-id', 'room-2');
    assert.equal(phone.find('.wrong'), null);
    assert.equal(phone.find(join).hasAttribute('disabled'), false);
  });

  test(`${page}: a server that cannot be reached is named, and joining another works`, needsServer(), async (t) => {
    const server = await openServer(t);
    const settings = await settingsFor(server, 'user-a', { server: NOWHERE });
    const phone = await openPhone(t, { settings, hurry });
    phone.open(`pages/${page}/${page}`);
    await phone.tap(join);
    await until(() => phone.toasts.length, 'a toast', { state: () => phone.text });
    assert.deepEqual(phone.toasts, [
      'The server cannot be reached: check the network and the server address on the settings page',
    ]);
    await shows(phone, '.state-room', idle);
    assert.equal(phone.find(join).hasAttribute('disabled'), false);
    assert.equal(phone.rtc.shown, undefined);
    phone.my.setStorageSync({ key: 'sample-settings', data: { ...settings, server: server.ws } });
    await phone.tap(join);
    await until(() => /^connected/.test(phone.find('.state-room').textContent), 'the room', {
      state: () => `${phone.text}\n${phone.toasts.join()}`,
    });
  });
}

test(
  'message: leaving while joining, double taps and closing the page leave nobody behind',
  needsServer(),
  async (t) => {
    const server = await openServer(t);
    const isEmpty = () =>
      until(async () => (await server.rooms()).length === 0, 'the room to be empty', { limit: 3000 });
    for (const wait of [0, 2, 10, 40]) {
      const phone = await openPhone(t, { settings: await settingsFor(server, `user-${wait}`) });
      phone.open('pages/message/message');
      await Promise.all([phone.tap('.join'), phone.tap('.join')]);
      await new Promise((resolve) => setTimeout(resolve, wait));
      await Promise.all([phone.tap('.leave'), phone.tap('.leave')]);
      await shows(phone, '.state-room', 'not in a room');
      await isEmpty();
      await phone.tap('.join');
      await until(() => /^connected/.test(phone.find('.state-room').textContent), 'the room');
      assert.equal((await server.rooms())[0].users.length, 1);
      phone.close();
      await isEmpty();
    }
  },
);

test('message: extra info that is too long stays in its field and is not sent', needsServer(), async (t) => {
  const server = await openServer(t);
  const phone = await openPhone(t, { settings: await settingsFor(server, 'user-a') });
  phone.open('pages/message/message');
  await phone.tap('.join');
  await until(() => /^connected/.test(phone.find('.state-room').textContent), 'the room');
  for (const [field, typed, button, expected] of [
    ['key', '', 'roomInfo', /key must have 1 to 10/],
    ['key', 'topic', 'roomInfo', /value must not be longer than 100/],
    ['text', 'x'.repeat(129), 'streamInfo', /Message must not be longer than 128/],
  ]) {
    await phone.type('.value', 'v'.repeat(101));
    await phone.type(`.${field}`, typed);
    await phone.tap(`.send-${button}`);
    assert.match(phone.toasts.at(-1), expected);
    assert.equal(phone.find('.value input').value, 'v'.repeat(101));
    assert.equal(phone.find(`.send-${button}`).hasAttribute('disabled'), false);
  }
  assert.deepEqual((await server.rooms())[0].extraInfo, []);
});
