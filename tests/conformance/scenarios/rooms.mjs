// Several rooms at a time, handlers, and the life of an engine.

import { scenario } from '../scenario.mjs';

export default [
  scenario('two rooms at a time', { bug: '2.8.0: multi-room' }, async ({ a, b }) => {
    await a.call('enableMultiRoom', true);
    await a.login({ room: 'one' });
    await a.login({ room: 'two' });
    await b.login({ room: 'two' });
    await a.call('startPublishingStream', 'without a room'.replaceAll(' ', '-'));
    await a.publish('sa', { roomID: 'two' });
    await b.call('sendBroadcastMessage', 'two', 'hello');
    await a.call('sendBroadcastMessage', 'one', 'nobody hears');
    await a.call('logoutRoom', 'two');
    await a.call('logoutRoom');
  }),

  scenario('leaving the first of two rooms', { clients: ['a'] }, async ({ a }) => {
    await a.call('enableMultiRoom', true);
    await a.login({ room: 'one' });
    await a.login({ room: 'two' });
    await a.call('logoutRoom', 'one');
    await a.call('setRoomExtraInfo', 'two', 'k', 'v');
    await a.call('logoutRoom', 'two');
  }),

  scenario('two rooms over a lost link', { clients: ['a'] }, async ({ a }, stage) => {
    await a.call('enableMultiRoom', true);
    await a.login({ room: 'one' });
    await a.login({ room: 'two' });
    await stage.step('the sockets of a break', async () => {
      a.breakSockets();
      await a.sees('roomStateUpdate', (room, state) => room === 'two' && state === 'CONNECTED');
    });
  }),

  scenario(
    'kicked from one of two rooms',
    { clients: ['a'], bug: 'Web 2.11: dropped from all' },
    async ({ a }, stage) => {
      await a.call('enableMultiRoom', true);
      await a.login({ room: 'one' });
      await a.login({ room: 'two' });
      await stage.control('kick', { userID: 'user-a', roomID: 'two' });
      await a.call('sendBroadcastMessage', 'one', 'still here');
    },
  ),

  scenario('several rooms must be asked for before the first', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.call('enableMultiRoom', true);
    await a.call('enableMultiRoom', false);
  }),

  scenario('handlers are added, called in order and removed', { clients: ['a'] }, async ({ a }) => {
    const first = () => a.note('first handler');
    const second = () => a.note('second handler');
    await a.call('on', 'roomOnlineUserCountUpdate', first);
    await a.call('on', 'roomOnlineUserCountUpdate', second);
    await a.call('on', 'noSuchEvent', first);
    await a.call('on', 'roomStateUpdate', 'no function');
    await a.login();
    await a.call('logoutRoom');
    await a.call('off', 'roomOnlineUserCountUpdate', first);
    await a.call('off', 'roomOnlineUserCountUpdate', () => {});
    await a.call('off', 'noSuchEvent');
    await a.login();
    await a.call('logoutRoom');
    await a.call('off', 'roomOnlineUserCountUpdate');
    await a.login();
  }),

  scenario('a handler that throws', { clients: ['a'] }, async ({ a }) => {
    await a.call('on', 'roomOnlineUserCountUpdate', () => {
      throw new Error('the page made a mistake');
    });
    await a.login();
    await a.call('sendBroadcastMessage', 'room', 'still here');
  }),

  scenario(
    'calls right after the start',
    { clients: ['a'], bug: '2.4.0: login directly after init' },
    async ({ a }, stage) => {
      const token = await a.token();
      await stage.step('a new client logs in at once', () => {
        const fresh = stage.add('fresh', {});
        fresh.begin('loginRoom', 'room', token, a.user, { userUpdate: true });
      });
    },
  ),

  scenario('an engine that was destroyed', { bug: '3.5.0: use after destroyEngine' }, async ({ a, b }) => {
    await a.login();
    await b.login();
    await a.call('destroyEngine');
    await a.call('logoutRoom');
    await a.call('destroyEngine');
  }),

  scenario('settings', { clients: ['a'] }, async ({ a }) => {
    await a.call('setLogConfig', { logLevel: 'error', remoteLogLevel: 'disable' });
    await a.call('setLogConfig', { logLevel: 'loud' });
    await a.call('setDebugVerbose', false);
    await a.call('getPlayerList');
  }),
];
