// Messages, commands and the extra info of a room.

import { scenario } from '../scenario.mjs';
import { ROOM } from '../stage.mjs';

const TEXT = 'hello, 你好 \u{1F44B} "quoted" \\ \n';

async function meet(...actors) {
  for (const actor of actors) await actor.login();
}

export default [
  scenario('broadcast messages', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.call('sendBroadcastMessage', ROOM, TEXT);
    await b.call('sendBroadcastMessage', ROOM, 'answer');
  }),

  scenario(
    'two broadcast messages within a second',
    { bug: '1009015: above two a second' },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await stage.step('a sends two', async () => {
        await stage.nextSecond();
        a.begin('sendBroadcastMessage', ROOM, 'one');
        a.begin('sendBroadcastMessage', ROOM, 'two');
      });
      await stage.nextSecond();
      await a.call('sendBroadcastMessage', ROOM, 'three');
    },
  ),

  scenario('barrage messages', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.call('sendBarrageMessage', ROOM, TEXT);
    await b.call('sendBarrageMessage', ROOM, 'answer');
    await a.call('sendBarrageMessage', ROOM, 'at once');
  }),

  scenario('commands as text and as object', { bug: '1.7.0: reliable messages' }, async ({ a, b }) => {
    await meet(a, b);
    await a.call('sendCustomCommand', ROOM, TEXT, ['user-b']);
    await a.call('sendCustomCommand', ROOM, { do: TEXT, deep: [1, { two: null }] }, ['user-b']);
    await b.call('sendCustomCommand', ROOM, { from: 'b' }, ['user-a']);
    await a.call('sendCustomCommand', ROOM, '', ['user-b']);
  }),

  scenario('commands to some', { clients: ['a', 'b', 'c'] }, async ({ a, b, c }) => {
    await meet(a, b, c);
    await a.call('sendCustomCommand', ROOM, 'to one', ['user-c']);
    await a.call('sendCustomCommand', ROOM, 'to both', ['user-b', 'user-c']);
    await a.call('sendCustomCommand', ROOM, 'to nobody', []);
    await a.call('sendCustomCommand', ROOM, 'to a stranger', ['user-x']);
    await a.call('sendCustomCommand', ROOM, 'to myself', ['user-a']);
  }),

  scenario('extra info of the room', { clients: ['a', 'b', 'c'] }, async ({ a, b, c }) => {
    await meet(a, b);
    await a.call('setRoomExtraInfo', ROOM, 'topic', TEXT);
    await b.call('setRoomExtraInfo', ROOM, 'topic', 'changed');
    await b.call('setRoomExtraInfo', ROOM, 'topic', 'changed');
    await a.call('setRoomExtraInfo', ROOM, 'second', 'another key');
    await c.login();
    await c.call('setRoomExtraInfo', ROOM, 'topic', 'by c');
  }),

  scenario('extra info of the room, one call at a time', {}, async ({ a, b }, stage) => {
    await meet(a, b);
    await stage.step('a sets two keys at once', () => {
      a.begin('setRoomExtraInfo', ROOM, 'one', '1');
      a.begin('setRoomExtraInfo', ROOM, 'two', '2');
    });
    await a.call('setRoomExtraInfo', ROOM, 'two', '2');
  }),

  scenario('the room has too many keys', { clients: ['a'], bug: '1002017' }, async ({ a }) => {
    await a.login();
    for (let key = 0; key < 11; key += 1) await a.call('setRoomExtraInfo', ROOM, `key${key}`, 'v');
  }),

  scenario('bad messages', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    for (const send of ['sendBroadcastMessage', 'sendBarrageMessage']) {
      for (const text of ['', 'm'.repeat(1025), 7, undefined, { a: 1 }]) await a.call(send, ROOM, text);
      await a.call(send, '', 'x');
      await a.call(send, 7, 'x');
      await a.call(send, 'elsewhere', 'x');
    }
  }),

  scenario('bad commands', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    for (const command of [7, undefined, 'c'.repeat(1025), { c: 'c'.repeat(1025) }]) {
      await a.call('sendCustomCommand', ROOM, command, ['user-b']);
    }
    await a.call('sendCustomCommand', ROOM, 'x', 'user-b');
    await a.call('sendCustomCommand', ROOM, 'x', [7]);
    await a.call('sendCustomCommand', '', 'x', ['user-b']);
    await a.call('sendCustomCommand', 'elsewhere', 'x', ['user-b']);
  }),

  scenario('bad extra info', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    for (const key of ['', 7, 'k'.repeat(129)]) await a.call('setRoomExtraInfo', ROOM, key, 'v');
    for (const value of ['', 7, 'v'.repeat(4097)]) await a.call('setRoomExtraInfo', ROOM, 'k', value);
    await a.call('setRoomExtraInfo', '', 'k', 'v');
    await a.call('setRoomExtraInfo', 'elsewhere', 'k', 'v');
  }),

  scenario('the longest messages', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.call('sendBroadcastMessage', ROOM, '你'.repeat(1024));
    await a.call('sendBarrageMessage', ROOM, '\u{1F44B}'.repeat(512));
    await a.call('setRoomExtraInfo', ROOM, 'k'.repeat(128), 'v'.repeat(4096));
  }),

  scenario(
    'sending outside a room',
    { clients: ['a'], bug: '2.10.2: offline calls returned no code' },
    async ({ a }) => {
      const everything = async () => {
        await a.call('sendBroadcastMessage', ROOM, 'x');
        await a.call('sendBarrageMessage', ROOM, 'x');
        await a.call('sendCustomCommand', ROOM, 'x', ['user-b']);
        await a.call('setRoomExtraInfo', ROOM, 'k', 'v');
        await a.call('setStreamExtraInfo', 'sa', 'v');
      };
      await everything();
      await a.login();
      await a.call('logoutRoom', ROOM);
      await everything();
    },
  ),

  scenario('the room refuses messages', { clients: ['a'] }, async ({ a }, stage) => {
    await a.login();
    const refuse = (cmd, code) => stage.control('answers', { match: { cmd }, do: 'error', code, count: 1 });
    await refuse(303001, 3001);
    await a.call('sendBroadcastMessage', ROOM, 'x');
    await refuse(303005, 1234);
    await a.call('sendBarrageMessage', ROOM, 'x');
    await refuse(303017, 3002);
    await a.call('sendCustomCommand', ROOM, 'x', ['user-b']);
    await refuse(301011, 1015);
    await a.call('setRoomExtraInfo', ROOM, 'k', 'v');
    await refuse(301011, 201015);
    await a.call('setRoomExtraInfo', ROOM, 'k', 'v');
    await a.publish('sa');
    await refuse(302005, 1234);
    await a.call('setStreamExtraInfo', 'sa', 'v');
  }),

  scenario('messages that are never answered', { clients: ['a'], bug: '1100002' }, async ({ a }, stage) => {
    await a.login();
    await a.publish('sa');
    for (const cmd of [303001, 303005, 303017, 301011, 302005]) {
      await stage.control('answers', { match: { cmd }, do: 'drop', count: 1 });
    }
    await stage.step('a sends one of each', async () => {
      a.begin('sendBroadcastMessage', ROOM, 'x');
      a.begin('sendBarrageMessage', ROOM, 'x');
      a.begin('sendCustomCommand', ROOM, 'x', ['user-b']);
      a.begin('setRoomExtraInfo', ROOM, 'k', 'v');
      a.begin('setStreamExtraInfo', 'sa', 'v');
      await stage.pause(6500);
    });
  }),
];
