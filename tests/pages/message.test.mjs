// The message and settings pages.

import test from 'node:test';
import assert from 'node:assert/strict';
import { needsServer, openPhone, openServer, settingsFor, shows, until } from './stage.mjs';

async function enter(t, server, userID) {
  const phone = await openPhone(t, { settings: await settingsFor(server, userID) });
  phone.open('pages/message/message');
  await phone.tap('.join');
  await until(() => phone.find('.state-room').textContent.startsWith('connected'), 'the room', {
    state: () => phone.text,
  });
  return phone;
}

test('every kind of message reaches the other page', needsServer(), async (t) => {
  const server = await openServer(t);
  const a = await enter(t, server, 'user-a');
  const b = await enter(t, server, 'user-b');
  for (const [kind, label, text] of [
    ['broadcast', 'Broadcast', 'hello'],
    ['barrage', 'Barrage', '你好'],
    ['command', 'Command', '👍'],
  ]) {
    await a.type('.text', text);
    await a.tap(`.send-${kind}`);
    await until(() => a.toasts.at(-1) === 'Sent', 'it to be sent', { state: () => a.text });
    a.toasts.length = 0;
    await until(() => b.find('.entry-text')?.textContent === text, text, { state: () => b.text });
    assert.equal(b.find('.entry-kind').textContent, label);
    assert.equal(b.find('.entry-from').textContent, 'user-a');
  }
  await a.type('.value', 'on');
  await a.tap('.send-roomInfo');
  await until(() => b.find('.entry-text')?.textContent === 'topic = on', 'the room extra info', {
    state: () => b.text,
  });
  await a.tap('.send-streamInfo');
  assert.match(a.toasts.at(-1), /Publish on the call page first/);
});

test('the message page joins in a call, and leaves it to the call page', needsServer(), async (t) => {
  const server = await openServer(t);
  const a = await openPhone(t, { settings: await settingsFor(server, 'user-a') });
  const b = await enter(t, server, 'user-b');
  a.open('pages/call/call');
  await a.tap('.join-publish');
  await shows(a, '.state-publish', 'publishing');
  await a.tap('.messages');
  await until(() => a.path === 'pages/message/message', 'the message page');
  await a.type('.text', 'camera off');
  await a.tap('.send-streamInfo');
  await until(() => b.find('.entry-text')?.textContent === 'camera off', 'the stream extra info', {
    state: () => b.text,
  });
  a.back();
  await shows(a, '.state-publish', 'publishing');
  assert.equal((await server.rooms())[0].users.length, 2);
});

test('messages that cannot be sent are explained and stay in the field', needsServer(), async (t) => {
  const server = await openServer(t);
  const phone = await openPhone(t, { settings: await settingsFor(server, 'user-a') });
  phone.open('pages/message/message');
  await phone.type('.text', 'early');
  await phone.tap('.send-broadcast');
  assert.match(phone.toasts.at(-1), /Join the room first/);
  await Promise.all([phone.tap('.join'), phone.tap('.join')]);
  await until(() => phone.find('.state-room').textContent.startsWith('connected'), 'the room');
  for (const [text, expected] of [
    ['', /Message must not be empty/],
    ['  ', /Message must not be empty/],
    ['x'.repeat(1025), /Message must not be longer than 1024/],
  ]) {
    await phone.type('.text', text);
    await phone.tap('.send-broadcast');
    assert.match(phone.toasts.at(-1), expected);
    assert.equal(phone.find('.text input').value, text);
  }
  await phone.type('.key', 'a key that is too long');
  await phone.tap('.send-roomInfo');
  assert.match(phone.toasts.at(-1), /key must have 1 to 10/);
  await server.control('answers', { match: { cmd: 303001 }, do: 'error', code: 50012, count: 1 });
  await phone.type('.text', 'refused');
  await phone.tap('.send-broadcast');
  await until(() => /did not work|Too often/.test(phone.toasts.at(-1)), 'the reason', {
    state: () => phone.toasts.join('\n'),
  });
  assert.equal(phone.find('.text input').value, 'refused');
  await new Promise((resolve) => setTimeout(resolve, 600)); // two broadcasts a second are allowed
  await phone.tap('.send-broadcast');
  await until(() => phone.toasts.at(-1) === 'Sent', 'it to be sent', { state: () => phone.toasts.join('\n') });
});

test('settings are checked as they are typed, and stored when they are right', needsServer(), async (t) => {
  const server = await openServer(t);
  const phone = await openPhone(t, { settings: { ...(await settingsFor(server, 'user-a')), token: '' } });
  phone.open('pages/settings/settings');
  await until(() => phone.find('.problem-token'), 'the page');
  assert.match(phone.find('.problem-token').textContent, /Token is missing/);
  for (const [field, wrong, right, expected] of [
    ['appID', '0x1', '42', /whole number/],
    ['server', 'http://x', 'wss://hub.example/accesshub', /wss:\/\//],
    ['userID', '用户', 'user-b', /takes digits/],
    ['userName', 'n'.repeat(257), '小明', /256/],
    ['tokenServer', 'ftp://x', server.http, /https:\/\//],
    ['bizName', '业务', 'biz', /ASCII/],
    ['subBiz', 'a b', 'N', /ASCII/],
    ['serverUrl', 'x', 'wss://mrtc.example/ws', /wss:\/\//],
    ['signature', 'a b c', 'YWJj', /Base64/],
    ['mrtcUserID', 'a-b', 'a_b', /underscores/],
  ]) {
    const before = phone.settings()[field];
    await phone.type(`.field-${field}`, wrong);
    assert.match(phone.find(`.problem-${field}`).textContent, expected, field);
    assert.equal(phone.settings()[field], before, field);
    await phone.type(`.field-${field}`, right);
    assert.equal(phone.find(`.problem-${field}`), null, field);
    assert.equal(phone.settings()[field], right, field);
  }
  await Promise.all([phone.tap('.get-token'), phone.tap('.get-token')]);
  await until(() => phone.toasts.includes('Got a token'), 'a token', { state: () => phone.toasts.join() });
  assert.match(phone.settings().token, /^04/);
  assert.equal(phone.find('.problem-token'), null);
  await phone.type('.field-tokenServer', 'http://127.0.0.1:9');
  await phone.tap('.get-token');
  await until(() => /token server cannot be reached/.test(phone.toasts.at(-1)), 'the reason');
  assert.equal(phone.find('.get-token').hasAttribute('disabled'), false);
  await phone.tap('.language');
  assert.match(phone.text, /服务器地址/);
});
