// Losing the link, the room service or the session, and coming back.

import { scenario } from '../scenario.mjs';
import { ROOM } from '../stage.mjs';

async function meet(...actors) {
  for (const actor of actors) await actor.login();
}

/** A step in which the client's sockets break and it comes back by itself. */
function breakAndReturn(stage, actor, meanwhile = () => {}) {
  return stage.step(`the sockets of ${actor.name} break`, async () => {
    actor.breakSockets();
    await meanwhile();
    await actor.comesBack();
  });
}

export default [
  scenario('a lost link comes back and nobody notices', {}, async ({ a, b }, stage) => {
    await meet(a, b);
    await breakAndReturn(stage, a);
    await a.call('sendBroadcastMessage', ROOM, 'still here');
    await b.call('sendBroadcastMessage', ROOM, 'so am I');
  }),

  scenario(
    'what changed while the link was lost is told afterwards',
    { clients: ['a', 'b', 'c'], bug: '2.11.1: stream changes during disconnection' },
    async ({ a, b, c }, stage) => {
      await meet(a, b, c);
      await b.publish('sb1');
      await breakAndReturn(stage, a, () => {
        b.begin('stopPublishingStream', 'sb1');
        c.begin('logoutRoom', ROOM);
        b.begin('setRoomExtraInfo', ROOM, 'topic', 'new');
      });
    },
  ),

  scenario(
    'a stream that began while the link was lost',
    { bug: '2.2.1, Web 2.23: re-login lost stream updates' },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await b.call('startPublishingStream', 'sb', { extraInfo: 'new' });
      await breakAndReturn(stage, a, () => b.report('sb', 'published'));
    },
  ),

  scenario(
    'a publisher keeps the stream over a lost link',
    { bug: 'Web 2.20.1: DELETE of the own stream' },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await a.publish('sa', { extraInfo: 'x' });
      await breakAndReturn(stage, a);
      await a.call('setStreamExtraInfo', 'sa', 'y');
      await a.call('stopPublishingStream', 'sa');
    },
  ),

  scenario(
    'the server gave a user up before the link came back',
    { serverArgs: ['--grace-ms', '200'] },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await a.publish('sa');
      await breakAndReturn(stage, a);
    },
  ),

  scenario(
    'extra info of the room is not told again to who was given up',
    { serverArgs: ['--grace-ms', '200'] },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await a.call('setRoomExtraInfo', ROOM, 'own', 'v');
      await b.call('setRoomExtraInfo', ROOM, 'own', 'changed');
      await breakAndReturn(stage, a);
      await a.call('setRoomExtraInfo', ROOM, 'own', 'again');
    },
  ),

  scenario('a viewer whose link was lost', {}, async ({ a, b }, stage) => {
    await meet(a, b);
    await b.publish('sb');
    await a.call('startPlayingStream', 'sb');
    await a.component('sb', 'playing');
    await breakAndReturn(stage, a);
    await a.call('stopPlayingStream', 'sb');
  }),

  scenario('the link breaks twice', { clients: ['a'] }, async ({ a }, stage) => {
    await a.login();
    await breakAndReturn(stage, a);
    await breakAndReturn(stage, a);
  }),

  scenario('the link breaks during a login', { clients: ['a'] }, async ({ a }, stage) => {
    await stage.control('answers', { match: { cmd: 1001 }, do: 'drop', count: 1 });
    const token = await a.token();
    await stage.step('a: loginRoom, and the sockets break', async () => {
      a.begin('loginRoom', ROOM, token, a.user, { userUpdate: true });
      await stage.pause(100);
      a.breakSockets();
      await a.comesBack();
    });
  }),

  scenario('a login that is answered late', { clients: ['a'] }, async ({ a }, stage) => {
    await stage.control('answers', { match: { cmd: 1001 }, do: 'delay', ms: 500, count: 1 });
    await a.login();
  }),

  scenario('a login that is put off', { clients: ['a'] }, async ({ a }, stage) => {
    await stage.control('answers', { match: { cmd: 1001 }, do: 'error', code: 50210, count: 1 });
    const token = await a.token();
    await stage.step('a: loginRoom', async () => {
      a.begin('loginRoom', ROOM, token, a.user, { userUpdate: true });
      await a.comesBack();
    });
  }),

  scenario('logins that are refused for good', { clients: ['a'], bug: '1002033' }, async ({ a }, stage) => {
    for (const code of [50117, 50122, 1105, 5030, 202002, 205030, 1016, 4711, 204711]) {
      await stage.control('answers', { match: { cmd: 1001 }, do: 'error', code, count: 1 });
      await a.login();
    }
  }),

  scenario('logging out while the link is lost', {}, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa');
    await stage.step('the sockets of a break and it logs out', async () => {
      a.breakSockets();
      await stage.pause(50);
      a.begin('logoutRoom', ROOM);
      await stage.pause(3500);
    });
    await a.login();
  }),

  scenario(
    'calls while the link is lost',
    { clients: ['a'], bug: '2.10.2: offline calls returned no code' },
    async ({ a }, stage) => {
      await a.login();
      await a.publish('sa');
      await breakAndReturn(stage, a, async () => {
        await stage.pause(50);
        a.begin('sendBroadcastMessage', ROOM, 'x');
        a.begin('sendBarrageMessage', ROOM, 'x');
        a.begin('sendCustomCommand', ROOM, 'x', ['user-b']);
        a.begin('setRoomExtraInfo', ROOM, 'k', 'v');
        a.begin('setStreamExtraInfo', 'sa', 'v');
      });
      await stage.nextSecond();
      await a.call('sendBroadcastMessage', ROOM, 'y');
    },
  ),

  scenario(
    'publishing stops while the link is lost',
    { bug: 'Web 1.17.1: stop during retry' },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await a.publish('sa');
      await breakAndReturn(stage, a, async () => {
        await stage.pause(50);
        a.begin('stopPublishingStream', 'sa');
      });
    },
  ),

  scenario('starting while the link is lost', { clients: ['a'] }, async ({ a }, stage) => {
    await a.login();
    await breakAndReturn(stage, a, async () => {
      await stage.pause(50);
      a.begin('startPublishingStream', 'sa');
      a.begin('startPlayingStream', 'sb');
    });
  }),

  scenario('the room service breaks and is restored', {}, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa');
    await stage.step('the room service of a breaks', async () => {
      await stage.world.control('break-pc', { userID: 'user-a', restoreMs: 100 });
      await a.comesBack();
    });
    await a.call('sendBroadcastMessage', ROOM, 'back');
  }),

  scenario('the server asks for a new link', { clients: ['a'] }, async ({ a }, stage) => {
    await a.login();
    for (const action of [0, 2, 5]) {
      await stage.step(`the server closes with action ${action}`, async () => {
        await stage.world.control('close-connection', { userID: 'user-a', action });
        if (action !== 0) await a.comesBack();
      });
    }
  }),

  scenario('the server sends the client elsewhere', { bug: '1.7.0: backup domains' }, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa');
    const { host } = new URL(stage.world.ws);
    await stage.step('redirected', async () => {
      await stage.world.control('redirect', { userID: 'user-a', hosts: [host] });
      await a.comesBack();
    });
    await stage.step('told to ask for addresses', async () => {
      await stage.world.control('close-connection', { userID: 'user-a', action: 1 });
      await a.comesBack();
    });
    await a.call('sendBroadcastMessage', ROOM, 'still here');
  }),

  scenario('a session the server forgot', { bug: 'code 1002' }, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa');
    await stage.control('forget-session', { userID: 'user-a' });
    await stage.step('a sends a message', async () => {
      a.begin('sendBroadcastMessage', ROOM, 'x');
      await a.comesBack();
    });
    await stage.nextSecond();
    await a.call('sendBroadcastMessage', ROOM, 'y');
  }),

  scenario('nonsense on the link', { clients: ['a'] }, async ({ a }, stage) => {
    await a.login();
    for (const hex of [
      '',
      'ff',
      'af000011',
      'af0000ff000000000000000000',
      'af00001500000002000000010031ff',
      '00'.repeat(40),
    ]) {
      await stage.control('garbage', { userID: 'user-a', hex });
    }
    await a.call('sendBroadcastMessage', ROOM, 'still alive');
  }),

  scenario(
    'a heartbeat tells of missed changes',
    { serverArgs: ['--room-heartbeat-ms', '3000'], bug: '2.12.1, Web 2.18: lost ADD and DELETE' },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await b.call('startPublishingStream', 'sb');
      await stage.step('a misses the stream of b and learns of it by a heartbeat', async () => {
        await stage.world.control('answers', { userID: 'user-a', match: { cmd: 1101 }, do: 'drop' });
        b.report('sb', 'published');
        await a.sees('roomStreamUpdate', (_room, change) => change === 'ADD');
      });
    },
  ),

  scenario('a gap in the pushes of streams', { bug: '2.12.1: race of push and list' }, async ({ a, b }, stage) => {
    await meet(a, b);
    await stage.control('answers', { userID: 'user-a', match: { cmd: 1101 }, do: 'drop', count: 1 });
    await b.publish('sb1');
    await b.publish('sb2');
  }),

  scenario(
    'heartbeats that are refused',
    { clients: ['a'], serverArgs: ['--room-heartbeat-ms', '3000'] },
    async ({ a }, stage) => {
      await a.login();
      const refuse = (code) => stage.world.control('answers', { match: { cmd: 301005 }, do: 'error', code, count: 1 });
      await stage.step('a beats and comes back', async () => {
        await refuse(105);
        await a.comesBack();
      });
      await stage.step('a beats and is out', async () => {
        await refuse(4711);
        await stage.pause(3500);
      });
    },
  ),
];
