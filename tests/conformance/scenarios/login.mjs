// Coming, going and being refused.

import { scenario } from '../scenario.mjs';
import { ROOM } from '../stage.mjs';

export default [
  scenario(
    'one user logs in and out',
    { clients: ['a'], bug: '3.8.0: the first reason was RECONNECTING' },
    async ({ a }) => {
      await a.login();
      await a.call('logoutRoom', ROOM);
    },
  ),

  scenario('two users see each other come and go', {}, async ({ a, b }) => {
    await a.login();
    await b.login();
    await b.call('logoutRoom', ROOM);
    await a.call('logoutRoom');
  }),

  scenario(
    'the list of users comes in pages',
    { clients: ['a', 'b', 'c', 'd'], serverArgs: ['--user-page', '2'], bug: 'Web 2.23: large rooms' },
    async ({ a, b, c, d }) => {
      await a.login();
      await b.login();
      await c.login();
      await d.login();
      await b.call('logoutRoom', ROOM);
    },
  ),

  scenario('without userUpdate nobody is announced', {}, async ({ a, b }) => {
    await a.login({ config: undefined });
    await b.login({ config: { userUpdate: false } });
    await b.call('logoutRoom', ROOM);
  }),

  scenario('a room that was never entered can be left', { clients: ['a'], bug: '3.11.0: no event' }, async ({ a }) => {
    await a.call('logoutRoom', 'nowhere');
    await a.call('logoutRoom');
    await a.login();
    await a.call('logoutRoom', 'nowhere');
  }),

  scenario('the same room twice is refused', { clients: ['a'], bug: '3.1.0: login while in a room' }, async ({ a }) => {
    await a.login();
    await a.login();
  }),

  scenario('another room while in one', { clients: ['a'], bug: '3.1.0: login while in a room' }, async ({ a }) => {
    await a.login();
    await a.login({ room: 'other' });
  }),

  scenario('logging in again after logging out', {}, async ({ a, b }) => {
    await b.login();
    await a.login();
    await a.call('logoutRoom', ROOM);
    await a.login();
    await a.call('logoutRoom', ROOM);
    await a.login({ room: 'other' });
  }),

  scenario(
    'logging out and in within one turn',
    { bug: 'Web 2.20.1, 1.17.1: quick relogin' },
    async ({ a, b }, stage) => {
      await b.login();
      await a.login();
      const token = await a.token();
      await stage.step('a: logoutRoom, loginRoom', () => {
        a.begin('logoutRoom', ROOM);
        a.begin('loginRoom', ROOM, token, a.user, { userUpdate: true });
      });
    },
  ),

  scenario('bad arguments of loginRoom', { clients: ['a'] }, async ({ a }) => {
    const token = await a.token();
    const attempts = [
      ['', token, a.user],
      [7, token, a.user],
      ['r'.repeat(129), token, a.user],
      ['room 1', token, a.user],
      ['room', '', a.user],
      ['room', 5, a.user],
      ['room', token, { userID: '', userName: 'n' }],
      ['room', token, { userID: 5, userName: 'n' }],
      ['room', token, { userID: 'u'.repeat(65), userName: 'n' }],
      ['room', token, { userID: 'usér', userName: 'n' }],
      ['room', token, { userID: 'u', userName: 5 }],
      ['room', token, { userID: 'u', userName: 'n'.repeat(257) }],
      ['room', token, a.user, { maxMemberCount: -1 }],
      ['room', token, a.user, { maxMemberCount: 'x' }],
    ];
    for (const attempt of attempts) await a.call('loginRoom', ...attempt);
  }),

  scenario(
    'wrong and expired tokens',
    { clients: ['a'], bug: 'Web 2.16: a wrong token gave no DISCONNECTED' },
    async ({ a }) => {
      await a.login({ token: 'nonsense' });
      await a.login({ token: `04${Buffer.alloc(60).toString('base64')}` });
      await a.login({ tokenOptions: { effectiveSeconds: -10 } });
      await a.login({ tokenOptions: { userID: 'somebody-else' } });
      await a.login({ tokenOptions: { privilege: { 1: 0, 2: 1 } } });
      await a.login();
    },
  ),

  scenario('a full room', { bug: '1.3.0: maxMemberCount' }, async ({ a, b }) => {
    await a.login({ config: { userUpdate: true, maxMemberCount: 1 } });
    await b.login({ config: { userUpdate: true, maxMemberCount: 5 } });
    await a.call('logoutRoom');
    await b.login();
  }),
];
