// The two call pages, unchanged, on simulated phones with the real engine and room server.

import test from 'node:test';
import assert from 'node:assert/strict';
import { needsServer, openPhone, openServer, settingsFor, shows, until } from './stage.mjs';

const PAGES = ['call', 'manual'];

async function enter(t, server, userID, { page = 'call', host, ...more } = {}) {
  const phone = await openPhone(t, { settings: await settingsFor(server, userID, more), host });
  phone.open(`pages/${page}/${page}`);
  return phone;
}

const isEmpty = (server) =>
  until(async () => (await server.rooms()).length === 0, 'the room to be empty', { limit: 3000 });

for (const page of PAGES) {
  test(`${page}: two pages make a call, see each other and leave nothing behind`, needsServer(), async (t) => {
    const server = await openServer(t);
    const a = await enter(t, server, 'user-a', { page });
    const b = await enter(t, server, 'user-b', { page });
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
    await until(() => a.rtc.shown?.pull === '', 'a component that plays nothing');
    await a.tap('.leave');
    await isEmpty(server);
    await until(() => a.rtc.shown === undefined, 'the component to be gone');
    assert.deepEqual([a.toasts, b.toasts], [[], []]);
  });

  test(`${page}: a page that is closed while it publishes leaves no stream and no user`, needsServer(), async (t) => {
    const server = await openServer(t);
    const phone = await enter(t, server, 'user-a', { page });
    await phone.tap('.join-publish');
    await shows(phone, '.state-publish', 'publishing');
    assert.equal((await server.rooms())[0].streams.length, 1);
    phone.open('pages/index/index');
    phone.back();
    assert.equal(phone.path, `pages/${page}/${page}`);
    phone.open('pages/index/index');
    phone.unloadBelow();
    await isEmpty(server);
    assert.equal(phone.rtc.shown, undefined);
  });

  test(`${page}: leaving while joining, at any moment, leaves nothing behind`, needsServer(), async (t) => {
    const server = await openServer(t);
    for (const wait of [0, 1, 3, 8, 20, 60]) {
      const phone = await enter(t, server, `user-${wait}`, { page });
      await phone.tap('.join-publish');
      await new Promise((resolve) => setTimeout(resolve, wait));
      await phone.tap('.leave');
      await shows(phone, '.state-room', 'not in a room');
      await isEmpty(server).catch((error) => assert.fail(`after ${wait} ms: ${error.message}`));
      await until(() => phone.rtc.shown === undefined, 'the component to be gone');
      await phone.tap('.join-only');
      await shows(phone, '.state-room', 'connected');
      await phone.tap('.leave');
      await isEmpty(server);
      assert.deepEqual(phone.toasts, []);
    }
  });

  test(`${page}: double taps join once and publish once`, needsServer(), async (t) => {
    const server = await openServer(t);
    const phone = await enter(t, server, 'user-a', { page });
    await Promise.all([phone.tap('.join-publish'), phone.tap('.join-publish'), phone.tap('.join-only')]);
    await shows(phone, '.state-publish', 'publishing');
    const { frames } = await server.control('frames');
    assert.equal(frames.filter(({ packet }) => packet?.cmd === 1001).length, 1);
    assert.equal((await server.rooms())[0].streams.length, 1);
    await Promise.all([phone.tap('.stop-publish'), phone.tap('.stop-publish')]);
    await shows(phone, '.state-publish', 'not started');
    await Promise.all([phone.tap('.publish'), phone.tap('.publish')]);
    await shows(phone, '.state-publish', 'publishing');
    assert.equal((await server.rooms())[0].streams.length, 1);
    await Promise.all([phone.tap('.leave'), phone.tap('.leave')]);
    await isEmpty(server);
    assert.deepEqual(phone.toasts, []);
  });

  test(
    `${page}: camera and microphone are switched through the context, on iOS also by a new component`,
    needsServer(),
    async (t) => {
      const server = await openServer(t);
      for (const platform of ['Android', 'iOS']) {
        const phone = await enter(t, server, platform, { page, host: { systemInfo: { platform } } });
        await phone.tap('.join-publish');
        await shows(phone, '.state-publish', 'publishing');
        await until(() => phone.rtc.log.includes('context 1'), 'the context');
        await phone.tap('.camera');
        await shows(phone, '.camera', 'Camera on');
        assert.ok(phone.rtc.log.includes('camera 1 false'));
        if (platform === 'iOS') {
          await until(() => phone.rtc.log.includes('context 2'), 'the second context');
          assert.equal(phone.rtc.shown.attributes.enableCamera, false);
          assert.deepEqual(phone.rtc.log.slice(-4), ['hide 1', 'stop 1', 'show 2', 'context 2']);
        }
        await phone.tap('.microphone');
        await shows(phone, '.microphone', 'Microphone on');
        assert.ok(phone.rtc.log.includes(platform === 'iOS' ? 'mute 2 true' : 'mute 1 true'));
        if (platform === 'iOS') await until(() => phone.rtc.log.includes('context 3'), 'the third context');
        assert.equal(phone.rtc.all.length, platform === 'iOS' ? 3 : 1);
        await phone.tap('.leave');
        await isEmpty(server);
      }
    },
  );

  if (page === 'call')
    test('call: the page shows whether camera and microphone of the other side are on', needsServer(), async (t) => {
      const server = await openServer(t);
      const a = await enter(t, server, 'user-a', { page });
      const b = await enter(t, server, 'user-b', { page });
      await a.tap('.join-publish');
      await shows(a, '.state-publish', 'publishing');
      await a.tap('.microphone');
      await b.tap('.join-publish');
      await shows(b, '.state-play', 'playing');
      await shows(b, '.state-peer', 'camera on, microphone off');
      await a.tap('.camera');
      await shows(b, '.state-peer', 'camera off, microphone off');
      await a.tap('.microphone');
      await shows(b, '.state-peer', 'camera off, microphone on');
      await a.tap('.leave');
      await b.tap('.leave');
      await isEmpty(server);
    });

  test(`${page}: join only plays without publishing; publishing can begin later`, needsServer(), async (t) => {
    const server = await openServer(t);
    const a = await enter(t, server, 'user-a', { page });
    const b = await enter(t, server, 'user-b', { page });
    await a.tap('.join-publish');
    await shows(a, '.state-publish', 'publishing');
    await b.tap('.join-only');
    await shows(b, '.state-play', 'playing');
    await shows(b, '.state-publish', 'not started');
    assert.equal(b.rtc.shown.push, '');
    await b.tap('.publish');
    await shows(a, '.state-play', 'playing');
    await until(() => b.rtc.shown?.push && b.rtc.shown.pull, 'a component that does both');
    await b.tap('.stop-play');
    await shows(b, '.state-play', 'not started');
    await until(() => b.rtc.shown?.pull === '', 'a component that only pushes');
  });

  const BAD = [
    ['an empty room id', { roomID: '' }, /Room ID must not be empty/],
    ['a room id of 129 characters', { roomID: 'r'.repeat(129) }, /Room ID must not be longer than 128/],
    ['a room id in Chinese', { roomID: '房间' }, /Room ID takes digits/],
    ['an empty user id', { userID: ' ' }, /User ID takes/],
    ['a user id that is too long', { userID: 'u'.repeat(65) }, /User ID must not be longer than 64/],
    ['an AppID that is no number', { appID: 'x1' }, /AppID must be a whole number/],
    ['an AppID of nothing', { appID: '' }, /AppID must be a whole number/],
    ['an AppID above 32 bits', { appID: '4294967296' }, /AppID must be a whole number/],
    ['a server that is no address', { server: 'localhost' }, /Server address must begin with wss/],
    ['no token', { token: '' }, /Token is missing: get one on the settings page/],
    ['a token that is none', { token: 'abc' }, /Token is not a token/],
    ['a signature with a space', { signature: 'a b' }, /signature must be Base64/],
    ['a uid with a hyphen', { mrtcUserID: 'a-b' }, /uid of the signature takes/],
    ['a bizName in Chinese', { bizName: '业务' }, /bizName takes ASCII/],
  ];
  test(`${page}: wrong settings are named in a toast and nothing begins`, needsServer(), async (t) => {
    const server = await openServer(t);
    for (const [what, change, expected] of BAD) {
      const phone = await enter(t, server, 'user-a', { page, ...change });
      await phone.tap('.join-publish');
      assert.match(phone.toasts.at(-1), expected, what);
      await shows(phone, '.state-room', 'not in a room');
      assert.equal(phone.host.sockets.length, 0, what);
      phone.close();
    }
  });

  test(`${page}: what the server refuses is explained, and the buttons work again`, needsServer(), async (t) => {
    const server = await openServer(t);
    const cases = [
      [
        { token: (await server.control('token', { userID: 'user-a', effectiveSeconds: -5 })).token },
        /Token has expired/,
      ],
      [{ token: await server.token('somebody-else') }, /token is not valid/],
      [{ appID: '99' }, /AppID|token is not valid/],
    ];
    for (const [change, expected] of cases) {
      const phone = await enter(t, server, 'user-a', { page, ...change });
      await phone.tap('.join-publish');
      await until(() => phone.toasts.length, 'a toast', { state: () => phone.text });
      assert.match(phone.toasts[0], expected);
      await shows(phone, '.state-room', 'not in a room');
      assert.equal(phone.find('.join-publish').hasAttribute('disabled'), false);
      phone.close();
    }
    const phone = await enter(t, server, 'user-a', { page });
    await server.control('answers', { match: { cmd: 1001 }, do: 'error', code: 1105, count: 1 });
    await phone.tap('.join-publish');
    await until(() => phone.toasts.length, 'a toast');
    assert.match(phone.toasts[0], /room is full/);
    await phone.tap('.join-publish');
    await shows(phone, '.state-publish', 'publishing');
  });

  test(`${page}: a kicked user is told why and can join again`, needsServer(), async (t) => {
    const server = await openServer(t);
    const phone = await enter(t, server, 'user-a', { page });
    await phone.tap('.join-publish');
    await shows(phone, '.state-publish', 'publishing');
    await server.control('kick', { userID: 'user-a' });
    await shows(phone, '.state-room', 'not in a room');
    assert.match(phone.toasts.at(-1), /You were removed/);
    await until(() => phone.rtc.shown === undefined, 'the component to be gone');
    await phone.tap('.join-publish');
    await shows(phone, '.state-publish', 'publishing');
  });

  test(
    `${page}: a token that ends is replaced by one of the token server, and without one the page says so`,
    needsServer(),
    async (t) => {
      const server = await openServer(t, { args: ['--token-control'] });
      // Warned of at once, because it ends within 30 s.
      const shortToken = async () => (await server.control('token', { userID: 'user-a', effectiveSeconds: 28 })).token;
      const phone = await enter(t, server, 'user-a', { page, token: await shortToken() });
      const first = phone.settings().token;
      await phone.tap('.join-publish');
      const renewed = async () =>
        (await server.control('frames')).frames.some(
          ({ packet }) => packet?.cmd === 301008 && packet.body.token_remain_time > 60,
        );
      await until(renewed, 'the renewal');
      assert.match(phone.settings().token, /^04/);
      assert.notEqual(phone.settings().token, first);
      await shows(phone, '.state-publish', 'publishing');
      assert.deepEqual(phone.toasts, []);
      await phone.tap('.leave');
      await isEmpty(server);

      const tokenServer = 'http://127.0.0.1:9';
      const other = await enter(t, server, 'user-a', { page, token: await shortToken(), tokenServer });
      await other.tap('.join-publish');
      await until(() => other.toasts.length, 'a toast', { state: () => other.text });
      assert.match(other.toasts[0], /token ends soon and no other could be fetched/);
      await shows(other, '.state-publish', 'publishing');
      await server.control('kick', { userID: 'user-a', roomID: 'room-1', reason: 4 }); // as when it has ended
      await shows(other, '.state-room', 'not in a room');
      assert.match(other.toasts.at(-1), /The token has expired: get a new one/);
      await isEmpty(server);
    },
  );

  test(`${page}: after a lost connection the call goes on with a new component`, needsServer(), async (t) => {
    const server = await openServer(t);
    const a = await enter(t, server, 'user-a', { page });
    const b = await enter(t, server, 'user-b', { page });
    for (const phone of [a, b]) {
      await phone.tap('.join-publish');
      await shows(phone, '.state-publish', 'publishing');
    }
    for (const phone of [a, b]) await shows(phone, '.state-play', 'playing');
    await until(() => a.rtc.shown?.push && a.rtc.shown.pull, 'the component');
    const before = a.rtc.shown;
    a.host.cutNetwork();
    await shows(a, '.state-room', 'reconnecting…');
    assert.match(a.find('.state-network').textContent, /offline/);
    a.host.restoreNetwork();
    await shows(a, '.state-room', 'connected');
    await until(() => a.rtc.shown && a.rtc.shown !== before, 'a new component');
    assert.deepEqual([a.rtc.shown.push, a.rtc.shown.pull], [before.push, before.pull]);
    await shows(a, '.state-publish', 'publishing');
    await shows(a, '.state-play', 'playing');
    await shows(b, '.state-play', 'playing');
  });
}
