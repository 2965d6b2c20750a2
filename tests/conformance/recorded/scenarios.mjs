// The calls of the recordings, in their order. What the vendor's Alipay build answered stands in the JSON files beside.

import { scenario } from '../scenario.mjs';

const APP_ID = '1739272706';
const SERVER = ['--no-token-check', '--app-id', APP_ID];
const FIGURES = { videoBitrate: 500, audioBitrate: 48, videoFPS: 15, videoHeight: 640, videoWidth: 360 };

/** A login as the recordings have it. */
function login(actor, room, letter = actor.name.toLowerCase()) {
  const userID = `u${letter}`;
  const config = { userUpdate: true, maxMemberCount: 0 };
  return ['loginRoom', room, 'tok', { userID, userName: `name-${userID}` }, config];
}

function enter(actor, room, letter) {
  return actor.call(...login(actor, room, letter));
}

function recording(file, clients, run, serverArgs = []) {
  return { file, ...scenario(file, { clients, serverArgs: [...SERVER, ...serverArgs] }, run) };
}

export default [
  recording('login', ['A'], async ({ A }) => {
    await enter(A, 'room1');
  }),

  recording('publish-play', ['A', 'B', 'C'], async ({ A, B, C }) => {
    await enter(A, 'room1');
    await enter(B, 'room1');
    await A.publish('stream-1', { extraInfo: 'ex0', streamParams: 'x=1' });
    await A.component('stream-1', 'published');
    await A.call('setStreamExtraInfo', 'stream-1', 'ex1');
    await B.call('startPlayingStream', 'stream-1');
    await B.component('stream-1', 'playing');
    await B.call('updatePlayerNetStatus', 'stream-1', { detail: { info: FIGURES } });
    const info = { ...FIGURES, videoBitrate: 501, audioBitrate: 49, videoFPS: 14 };
    await A.call('updatePlayerNetStatus', 'stream-1', { detail: { info } });
    await B.component('stream-1', 'playFailed');
    await B.call('startPlayingStream', 'stream-1');
    await B.call('stopPlayingStream', 'stream-1');
    await B.call('startPlayingStream', 'stream-1');
    await B.call('stopPlayingStream', 'stream-1');
    await A.component('stream-1', 'publishFailed');
    await A.publish('stream-2');
    await A.call('stopPublishingStream', 'stream-2');
    await A.call('stopPublishingStream', 'stream-2');
    await A.publish('stream-3');
    await enter(C, 'room1');
    await A.call('logoutRoom', 'room1');
  }),

  recording('messages', ['A', 'B', 'C'], async ({ A, B, C }, stage) => {
    const refuse = (cmd, code) => stage.control('answers', { match: { cmd }, do: 'error', code, count: 1 });
    await enter(A, 'r');
    await enter(B, 'r');
    await stage.step('A: two in one second', async () => {
      await stage.nextSecond();
      await A.finish('sendBroadcastMessage', 'r', 'hello 你好 \u{1F600}');
      A.begin('sendBroadcastMessage', 'r', 'too soon');
    });
    await stage.nextSecond();
    await A.call('sendBroadcastMessage', 'r', 'ok again');
    await A.call('sendBarrageMessage', 'r', 'barrage 1');
    await A.call('sendCustomCommand', 'r', 'cmd-text', ['ub']);
    await A.call('sendCustomCommand', 'r', { a: 1 }, ['ub']);
    await A.call('setRoomExtraInfo', 'r', 'key1', 'val1');
    await stage.step('A: two at once', () => {
      A.begin('setRoomExtraInfo', 'r', 'key1', 'v2');
      A.begin('setRoomExtraInfo', 'r', 'key2', 'v3');
    });
    await enter(C, 'r');
    await A.call('sendCustomCommand', 'r', '', ['ub']);
    await stage.nextSecond();
    await refuse(303001, 203001);
    await A.call('sendBroadcastMessage', 'r', 'q');
    await refuse(303017, 2);
    await A.call('sendCustomCommand', 'r', 'q', ['ub']);
    await refuse(303017, 203002);
    await A.call('sendCustomCommand', 'r', 'q', ['ub']);
    await refuse(301011, 201015);
    await A.call('setRoomExtraInfo', 'r', 'k', 'q');
    await refuse(301011, 1015);
    await A.call('setRoomExtraInfo', 'r', 'k', 'q');
    await refuse(303005, 203003);
    await A.call('sendBarrageMessage', 'r', 'q');
  }),

  recording('logout-login', ['A'], async ({ A }, stage) => {
    await enter(A, 'r');
    await enter(A, 'r');
    await enter(A, 'r2');
    await A.call('logoutRoom');
    await enter(A, 'r2');
    await stage.step('A: logs out and in as another user', () => {
      A.begin('logoutRoom', 'r2');
      A.begin(...login(A, 'r2', 'b'));
    });
  }),

  recording('lost-link', ['A', 'B', 'C'], async ({ A, B, C }, stage) => {
    await enter(A, 'r');
    await enter(B, 'r');
    await A.publish('st-a');
    await B.call('startPlayingStream', 'st-a');
    await stage.step('the sockets of A break', async () => {
      A.breakSockets();
      await A.comesBack();
    });
    await A.call('sendBroadcastMessage', 'r', 'after reconnect');
    await stage.step('the sockets of A break, C comes and publishes', async () => {
      A.breakSockets();
      await C.finish(...login(C, 'r'));
      await C.finish('startPublishingStream', 'st-c');
      C.report('st-c', 'published');
      await A.comesBack();
    });
  }),

  recording(
    'addresses',
    ['A'],
    async ({ A }, stage) => {
      await enter(A, 'r');
      await A.call('startPublishingStream', 'st', { streamParams: 'k=v' });
      for (let round = 0; round < 4; round += 1) await A.call('getNextUrl', 'st');
      const attempts = [
        ['startPlayingStream', ['code5', 'emptyHosts', 'code1900001004']],
        ['startPublishingStream', ['code5', 'emptyHosts', 'code1900001004']],
      ];
      for (const [method, whys] of attempts) {
        for (const why of whys) {
          const code = Number(/\d+$/.exec(why)?.[0]);
          if (code) await stage.control('answers', { match: { type: 4 }, do: 'error', code, count: 1 });
          else await stage.control('media-hosts', { hosts: [] });
          await A.call(method, `x-${why}${method}`);
          await stage.control('media-hosts', { hosts: ['h1.example', 'h2.example', '10.0.0.1:1935'] });
        }
      }
      await stage.step('A: addresses of the CDN', async () => {
        await A.finish('startPlayingStream', 'cdn1', { sourceType: 'CDN' });
        await A.finish('startPublishingStream', 'cdn2', { sourceType: 'CDN' });
        await A.finish('startPlayingStream', 'mix1', { isMix: true, sourceType: 'BGP' });
        await A.finish('startPlayingStream', 'mix2', { isMix: true });
        await A.finish('startPlayingStream', 'par1', { streamParams: 'q=1' });
      });
    },
    ['--media-host', 'h1.example', '--media-host', 'h2.example', '--media-host', '10.0.0.1:1935'],
  ),
];
