// Publishing, playing and watching the streams of a room.

import { scenario } from '../scenario.mjs';
import { ROOM } from '../stage.mjs';

/** Both in the room, nothing else. */
async function meet(...actors) {
  for (const actor of actors) await actor.login();
}

const TWO_HOSTS = ['--media-host', 'one.example:1935', '--media-host', 'two.example:1935'];

export default [
  scenario('a stream is published, seen and ended', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa', { extraInfo: '{"camera":1}', streamParams: 'k=v' });
    await a.call('stopPublishingStream', 'sa');
  }),

  scenario('a stream without extra info', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await a.call('stopPublishingStream', 'sa');
  }),

  scenario(
    'a stream is announced after the component succeeded, not before',
    { bug: '2.10.3: announced before it was pushed' },
    async ({ a, b }, stage) => {
      await meet(a, b);
      await a.call('startPublishingStream', 'sa');
      await stage.step('time passes', () => stage.pause(200));
      await a.component('sa', 'published');
    },
  ),

  scenario('the component reports success twice', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await a.component('sa', 'published');
  }),

  scenario('publishing fails before it began', { bug: '2.9.0: status not passed on' }, async ({ a, b }) => {
    await meet(a, b);
    await a.call('startPublishingStream', 'sa');
    await a.component('sa', 'publishFailed');
    await a.call('stopPublishingStream', 'sa');
    await a.publish('sa');
  }),

  scenario('publishing fails after it began', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await a.component('sa', 'publishFailed');
    await a.call('stopPublishingStream', 'sa');
    await a.publish('sa');
  }),

  scenario('a stream is stopped before it was published', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.call('startPublishingStream', 'sa');
    await a.call('stopPublishingStream', 'sa');
    await a.component('sa', 'published');
  }),

  scenario('a stream is stopped while its address is asked for', { clients: ['a'] }, async ({ a }, stage) => {
    await a.login();
    await stage.step('a: start and stop at once', () => {
      a.begin('startPublishingStream', 'sa');
      a.begin('stopPublishingStream', 'sa');
    });
    await a.call('startPublishingStream', 'sa');
  }),

  scenario('stopping what was never started', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.call('stopPublishingStream', 'nothing');
    await a.call('stopPlayingStream', 'nothing');
    await a.call('getNextUrl', 'nothing');
    await a.component('nothing', 'published');
    await a.component('nothing', 'playing');
  }),

  scenario('publishing the same stream twice', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.publish('sa');
    await a.call('startPublishingStream', 'sa');
    await a.call('stopPublishingStream', 'sa');
    await a.call('startPublishingStream', 'sa');
  }),

  scenario('two streams of one user', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa1', { extraInfo: 'one' });
    await a.publish('sa2', { extraInfo: 'two' });
    await a.call('stopPublishingStream', 'sa1');
    await a.call('stopPublishingStream', 'sa2');
  }),

  scenario(
    'who comes late gets all streams at once',
    { clients: ['a', 'b', 'c'], bug: '2.12.1: missing ADD' },
    async ({ a, b, c }) => {
      await meet(a, b);
      await a.publish('sa', { extraInfo: 'camera off' });
      await b.publish('sb');
      await c.login();
    },
  ),

  scenario('an empty stream list is no event', { bug: '1.6.0: event with no streams' }, async ({ a, b }) => {
    await a.login();
    await a.publish('sa');
    await a.call('stopPublishingStream', 'sa');
    await b.login();
  }),

  scenario(
    'a stream that starts while another user enters',
    { bug: '2.12.1: race of list and push' },
    async ({ a, b }, stage) => {
      await a.login();
      await a.call('startPublishingStream', 'sa');
      const token = await b.token();
      await stage.step('b: loginRoom while the stream of a starts', () => {
        b.begin('loginRoom', ROOM, token, b.user, { userUpdate: true });
        a.report('sa', 'published');
      });
      const seen = b.events.filter(({ name, args }) => name === 'roomStreamUpdate' && args[1] === 'ADD');
      b.note(`was told of ${seen.flatMap(({ args }) => args[2]).length} stream`);
    },
  ),

  scenario('the same stream id from another user', { bug: '1003028: the id is taken' }, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('same');
    await b.publish('same');
    await b.call('stopPublishingStream', 'same');
    await a.call('stopPublishingStream', 'same');
  }),

  scenario('a publisher who leaves takes the stream along', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await a.call('logoutRoom', ROOM);
  }),

  scenario('a user plays the stream of another', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await b.call('startPlayingStream', 'sa', { streamParams: 'q=1' });
    await b.component('sa', 'playing');
    await b.call('stopPlayingStream', 'sa');
  }),

  scenario(
    'playing fails, is stopped and tried again',
    { bug: '2.10.4: could not stop after a failure' },
    async ({ a, b }) => {
      await meet(a, b);
      await a.publish('sa');
      await b.call('startPlayingStream', 'sa');
      await b.component('sa', 'playFailed');
      await b.call('startPlayingStream', 'sa');
      await b.call('stopPlayingStream', 'sa');
      await b.call('startPlayingStream', 'sa');
      await b.component('sa', 'playing');
      await b.call('stopPlayingStream', 'sa');
    },
  ),

  scenario('playing fails again and again, and goes on by itself', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await b.call('startPlayingStream', 'sa');
    for (const what of ['playFailed', 'playFailed', 'playing', 'playing', 'playFailed', 'playing']) {
      await b.component('sa', what);
    }
    await b.call('stopPlayingStream', 'sa');
    await b.component('sa', 'playing');
  }),

  scenario('playing a stream twice', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.call('startPlayingStream', 'any');
    await a.call('startPlayingStream', 'any');
  }),

  scenario('playing the own stream', { clients: ['a'], bug: '2.6.0: player already exists' }, async ({ a }) => {
    await a.login();
    await a.publish('sa');
    await a.call('startPlayingStream', 'sa');
    await a.component('sa', 'playing');
    await a.call('stopPlayingStream', 'sa');
    await a.call('stopPublishingStream', 'sa');
  }),

  scenario('starting and stopping many times', { bug: '2.9.1, 1.7.0: frequent switching' }, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    for (let round = 0; round < 5; round += 1) {
      await b.call('startPlayingStream', 'sa');
      await b.component('sa', 'playing');
      await b.call('stopPlayingStream', 'sa');
    }
  }),

  scenario('the publisher ends while the stream is played', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await b.call('startPlayingStream', 'sa');
    await b.component('sa', 'playing');
    await a.call('stopPublishingStream', 'sa');
    await b.call('stopPlayingStream', 'sa');
  }),

  scenario('logging out while publishing and playing', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('sa');
    await b.publish('sb');
    await a.call('startPlayingStream', 'sb');
    await a.component('sb', 'playing');
    await a.call('logoutRoom', ROOM);
  }),

  scenario('a stream of another room is played', { bug: '3.0.0: play across rooms' }, async ({ a, b }) => {
    await a.login({ room: 'one' });
    await b.login({ room: 'two' });
    await a.publish('sa');
    await b.call('startPlayingStream', 'sa');
    await b.component('sa', 'playing');
    await a.call('stopPublishingStream', 'sa');
    await b.call('stopPlayingStream', 'sa');
  }),

  scenario('a stream the media servers do not have', { clients: ['a'], bug: '1104039' }, async ({ a }, stage) => {
    await a.login();
    await stage.control('answers', { match: { type: 4 }, do: 'error', code: 1900001004 });
    await a.call('startPlayingStream', 'gone');
    await a.call('stopPlayingStream', 'gone');
  }),

  scenario(
    'no address to be had',
    { clients: ['a'], bug: '2.9.0: dispatch failure was not thrown' },
    async ({ a }, stage) => {
      await a.login();
      await stage.control('answers', { match: { type: 4 }, do: 'error', code: 5 });
      await a.call('startPublishingStream', 'sa');
      await a.call('startPlayingStream', 'sb');
    },
  ),

  scenario(
    'the next address after a failure',
    { clients: ['a'], serverArgs: TWO_HOSTS, bug: '1.6.0' },
    async ({ a }) => {
      await a.login();
      await a.call('startPublishingStream', 'sa');
      for (let round = 0; round < 3; round += 1) await a.call('getNextUrl', 'sa');
      await a.call('startPlayingStream', 'sb');
      for (let round = 0; round < 3; round += 1) await a.call('getNextUrl', 'sb');
    },
  ),

  scenario('addresses of the CDN', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.call('startPlayingStream', 'cdn1', { sourceType: 'CDN' });
    await a.call('startPlayingStream', 'bgp1', { sourceType: 'BGP' });
    await a.call('startPlayingStream', 'mix1', { isMix: true, sourceType: 'BGP' });
    await a.call('startPlayingStream', 'mix2', { isMix: true });
    await a.call('startPublishingStream', 'cdn2', { sourceType: 'CDN', streamParams: 'k=v' });
    await a.call('startPublishingStream', 'cdn3');
  }),

  scenario('bad stream ids', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    for (const id of ['', undefined, null, 7, 'a b', 'a/b', 'ü', 's'.repeat(256), 's'.repeat(257)]) {
      await a.call('startPublishingStream', id);
      await a.call('startPlayingStream', id);
    }
  }),

  scenario('good stream ids', {}, async ({ a, b }) => {
    await meet(a, b);
    await a.publish('s'.repeat(255));
    await a.publish("!$&'()*+,-.;<=>@^_`~");
    await b.call('startPlayingStream', "!$&'()*+,-.;<=>@^_`~");
  }),

  scenario('publishing and playing outside a room', { clients: ['a'], bug: '1000002' }, async ({ a }) => {
    await a.call('startPublishingStream', 'sa');
    await a.call('startPlayingStream', 'sb');
    await a.login();
    await a.call('logoutRoom', ROOM);
    await a.call('startPublishingStream', 'sa');
    await a.call('startPlayingStream', 'sb');
  }),

  scenario('publishing to a room one is not in', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.call('startPublishingStream', 'sa', { roomID: 'elsewhere' });
    await a.call('startPublishingStream', 'sa', { roomID: ROOM });
  }),

  scenario(
    'the options of the caller stay as they are',
    { clients: ['a'], bug: '2.7.0: options were changed' },
    async ({ a }) => {
      await a.login();
      const publish = Object.freeze({ extraInfo: 'e', streamParams: 'k=v' });
      const play = Object.freeze({ streamParams: 'k=v' });
      await a.call('startPublishingStream', 'sa', publish);
      await a.call('startPlayingStream', 'sb', play);
      a.note(`publish ${JSON.stringify(publish)}, play ${JSON.stringify(play)}`);
    },
  ),

  scenario(
    'codes of the component that nobody knows',
    { clients: ['a'], bug: '2.9.0: unknown codes' },
    async ({ a }, stage) => {
      await a.login();
      await a.publish('sa');
      await a.call('startPlayingStream', 'sb');
      for (const code of [0, -1, 4000, 99999, 'x', null]) {
        await a.component('sa', code);
        await a.component('sb', code);
      }
      await stage.step('a: events without a code', () => {
        for (const event of [{}, { detail: {} }, undefined]) a.begin('updatePlayerState', 'sa', event);
      });
    },
  ),

  scenario('figures of the component', { clients: ['a'] }, async ({ a }) => {
    await a.login();
    await a.publish('sa');
    await a.call('startPlayingStream', 'sb');
    const info = { videoBitrate: 500, audioBitrate: 48, videoFPS: 15, videoHeight: 640, videoWidth: 360, videoGOP: 2 };
    await a.call('updatePlayerNetStatus', 'sa', { detail: { info } });
    await a.call('updatePlayerNetStatus', 'sb', { detail: { info } });
    await a.call('updatePlayerNetStatus', 'sb', { detail: { info: {} } });
    await a.call('updatePlayerNetStatus', 'nothing', { detail: { info } });
  }),

  scenario(
    'figures that iOS gives in halves',
    { clients: ['a'], clientOptions: { platform: 'ios' } },
    async ({ a }, stage) => {
      await a.login();
      await a.publish('sa');
      await a.call('startPlayingStream', 'sb');
      const video = { videoBitrate: 500, videoFPS: 15, videoHeight: 640, videoWidth: 360 };
      for (const round of ['first', 'second', 'third']) {
        for (const stream of ['sa', 'sb']) {
          await stage.step(`a: the ${round} figures of ${stream}`, async () => {
            await stage.pause(250);
            a.begin('updatePlayerNetStatus', stream, { detail: { info: video } });
            a.begin('updatePlayerNetStatus', stream, { detail: { info: { audioBitrate: 48, videoBitrate: 400 } } });
          });
        }
      }
    },
  ),

  scenario('extra info of a stream', { bug: 'Web 2.14: own event' }, async ({ a, b }) => {
    await meet(a, b);
    await a.call('setStreamExtraInfo', 'sa', 'too early');
    await a.call('startPublishingStream', 'sa', { extraInfo: 'first' });
    await a.call('setStreamExtraInfo', 'sa', 'before it is published');
    await a.component('sa', 'published');
    await a.call('setStreamExtraInfo', 'sa', 'changed');
    await a.call('setStreamExtraInfo', 'sa', 'changed');
    await a.call('setStreamExtraInfo', 'sa', '');
    await a.call('setStreamExtraInfo', 'sa', 7);
    await a.call('setStreamExtraInfo', '', 'x');
    await a.call('setStreamExtraInfo', 'unknown', 'x');
    await a.call('stopPublishingStream', 'sa');
    await a.call('setStreamExtraInfo', 'sa', 'too late');
  }),

  scenario('two users change extra info at once', { bug: '2.12.0: false DELETE' }, async ({ a, b }, stage) => {
    await meet(a, b);
    await a.publish('sa', { extraInfo: 'a0' });
    await b.publish('sb', { extraInfo: 'b0' });
    await stage.step('both change it at once', () => {
      a.begin('setStreamExtraInfo', 'sa', 'a1');
      b.begin('setStreamExtraInfo', 'sb', 'b1');
    });
  }),

  scenario('a token that does not allow publishing', { clients: ['a'], bug: '1103019' }, async ({ a }) => {
    await a.login({ tokenOptions: { privilege: { 1: 1, 2: 0 } } });
    await a.call('startPublishingStream', 'sa');
  }),

  scenario(
    'the room refuses a stream',
    { clients: ['a'], bug: '2.9.0: refused and never reported' },
    async ({ a }, stage) => {
      await a.login();
      for (const code of [1010, 1011, 1000002002, 777]) {
        await stage.control('answers', { match: { cmd: 302001 }, do: 'error', code, count: 1 });
        await a.publish(`s${code}`);
        await a.call('stopPublishingStream', `s${code}`);
      }
      await a.publish('fine');
    },
  ),
];
