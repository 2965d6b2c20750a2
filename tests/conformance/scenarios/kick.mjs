// Being thrown out: by the server, by the own second device, by the end of a token.

import { scenario } from '../scenario.mjs';
import { ROOM } from '../stage.mjs';

async function meet(...actors) {
  for (const actor of actors) await actor.login();
}

export default [
  scenario('kicked from the room', { bug: '2.2.1: reason of a kick' }, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa');
    await b.call('startPlayingStream', 'sa');
    await stage.control('kick', { userID: 'user-a', roomID: ROOM, message: 'be nice' });
    await a.call('sendBroadcastMessage', ROOM, 'x');
    await a.login();
  }),

  scenario('kicked from all rooms', { bug: 'Web 2.11: kicked from one, dropped from all' }, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa');
    await stage.control('kick', { userID: 'user-a' });
    await a.login();
    await a.publish('sa');
  }),

  scenario('every reason of a kick', { clients: ['a'] }, async ({ a }, stage) => {
    for (const reason of [1, 2, 3, 4, 7]) {
      await a.login();
      await stage.control('kick', { userID: 'user-a', roomID: ROOM, reason });
      await a.login();
      await stage.control('kick', { userID: 'user-a', reason, message: 'custom' });
    }
  }),

  scenario('the same user logs in on a second device', { bug: '3.1.0: 1002050' }, async ({ a, b }, stage) => {
    await a.login();
    await a.publish('sa');
    const user = a.user;
    await b.login({ user });
    await stage.step('time passes', () => stage.pause(300));
    await b.call('sendBroadcastMessage', ROOM, 'I am the one');
  }),

  scenario(
    'others are told of a second device as of a user who left and came',
    { clients: ['c', 'a', 'b'], bug: 'Web 1.15: user events of a relogin' },
    async ({ a, b, c }) => {
      await meet(c, a);
      await a.publish('sa');
      await b.login({ user: a.user });
      await b.call('logoutRoom', ROOM);
    },
  ),

  scenario(
    'a stale device comes back after the second logged in',
    { clients: ['a', 'b', 'c'], bug: '3.11.0: code of a stale device' },
    async ({ a, b, c }, stage) => {
      await meet(c, a);
      const token = await b.token({ userID: a.userID });
      await stage.step('the sockets of a break, b: loginRoom as the same user', async () => {
        a.breakSockets();
        b.begin('loginRoom', ROOM, token, a.user, { userUpdate: true });
        await a.sees('roomStateUpdate', (_room, state) => state === 'DISCONNECTED');
      });
    },
  ),

  scenario(
    'a token about to expire',
    { clients: ['a'], bug: 'Web 2.16: timers over 2^31 ms fired at once' },
    async ({ a }, stage) => {
      await a.login({ tokenOptions: { effectiveSeconds: 10_000_000 } });
      await stage.step('time passes', () => stage.pause(200));
      await a.call('logoutRoom', ROOM);
      await a.login({ tokenOptions: { effectiveSeconds: 38 } });
      await stage.step('30 s before the end', () => a.sees('tokenWillExpire'));
      await a.call('renewToken', await a.token(), ROOM);
      await a.call('renewToken', 'nonsense');
      await a.call('renewToken', '');
      await a.call('renewToken', await a.token(), 'elsewhere');
    },
  ),

  scenario(
    'the server ends the session with the token',
    { clients: ['a'], serverArgs: ['--token-control'], bug: '1102018' },
    async ({ a }, stage) => {
      await a.login({ tokenOptions: { effectiveSeconds: 9 } });
      await stage.step('the token ends', () => a.sees('roomStateUpdate', (_room, state) => state === 'DISCONNECTED'));
    },
  ),

  scenario(
    'a renewed token keeps the session',
    { clients: ['a'], serverArgs: ['--token-control'], bug: 'Web 2.13: renewToken' },
    async ({ a }, stage) => {
      await a.login({ tokenOptions: { effectiveSeconds: 5 } });
      await a.call('renewToken', await a.token({ effectiveSeconds: 1000 }), ROOM);
      await stage.step('time passes', () => stage.pause(5500));
      await a.call('sendBroadcastMessage', ROOM, 'still here');
    },
  ),
];
