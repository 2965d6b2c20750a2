// Scripts that nobody wrote: what two users may do, in any order.

import fc from 'fast-check';
import { RANDOM } from './compare.mjs';
import { scenario } from './scenario.mjs';
import { ROOM } from './stage.mjs';

/** Long enough for a client to come back, whatever it lost. In ms. */
const RETURN_MS = 6000;

/** Rooms of users who are in several. */
const ROOMS = ['one', 'two'];

/** What `actor` can do, each a step. `own` is a stream of its own in `room`, `foreign` one of the other user's. */
const ACTIONS = {
  comes: ({ actor, room }) => actor.login({ room }),
  leaves: ({ actor, room }) => actor.call('logoutRoom', room),
  'starts publishing': ({ actor, own, room }) =>
    actor.call('startPublishingStream', own, { extraInfo: 'first', ...(room !== ROOM && { roomID: room }) }),
  'is published': ({ actor, own }) => actor.component(own, 'published'),
  'fails to publish': ({ actor, own }) => actor.component(own, 'publishFailed'),
  'stops publishing': ({ actor, own }) => actor.call('stopPublishingStream', own),
  'starts playing': ({ actor, foreign }) => actor.call('startPlayingStream', foreign),
  'is playing': ({ actor, foreign }) => actor.component(foreign, 'playing'),
  'fails to play': ({ actor, foreign }) => actor.component(foreign, 'playFailed'),
  'stops playing': ({ actor, foreign }) => actor.call('stopPlayingStream', foreign),
  'asks for the next address': ({ actor, own }) => actor.call('getNextUrl', own),
  // Not twice in a second: the one rule of which ours has a reading of its own.
  'sends a message': ({ stage, actor, room }) =>
    stage.step(`${actor.name}: sendBroadcastMessage`, async () => {
      await stage.nextSecond();
      actor.begin('sendBroadcastMessage', room, 'message');
    }),
  'sends a barrage message': ({ actor, room }) => actor.call('sendBarrageMessage', room, 'barrage'),
  'sends a command': ({ actor, room }) => actor.call('sendCustomCommand', room, { go: 1 }, ['user-a', 'user-b']),
  'sets extra info of the room': ({ actor, room }) => actor.call('setRoomExtraInfo', room, 'topic', 'this'),
  'sets extra info of a stream': ({ actor, own }) => actor.call('setStreamExtraInfo', own, 'second'),
  'lets a second pass': ({ stage }) => stage.step('time passes', () => stage.pause(1100)),
  'is kicked': ({ stage, actor, room }) => control(stage, 'kick', { userID: actor.userID, roomID: room, reason: 2 }),
  'loses the link': ({ stage, actor }) =>
    spoil(stage, `the sockets of ${actor.name} break`, () => actor.breakSockets()),
  'loses the room service': ({ stage, actor }) =>
    spoil(stage, `the room service of ${actor.name} breaks`, () =>
      stage.world.control('break-pc', { userID: actor.userID, restoreMs: 100 }),
    ),
  'is asked to come again': ({ stage, actor }) =>
    spoil(stage, `the server closes with action 2 for ${actor.name}`, () =>
      stage.world.control('close-connection', { userID: actor.userID, action: 2 }),
    ),
  'is refused a stream': ({ stage, actor }) => answers(stage, actor, { match: { cmd: 302001 }, do: 'error', code: 1 }),
  'misses news of a stream': ({ stage, actor }) => answers(stage, actor, { match: { cmd: 1101 }, do: 'drop' }),
};

const STAYING = ['comes', 'starts publishing', 'is published', 'stops publishing', 'starts playing', 'is playing'];
const CALLS = [...STAYING, 'leaves', 'fails to publish', 'fails to play', 'stops playing', 'asks for the next address'];
const MESSAGES = ['sends a message', 'sends a barrage message', 'sends a command', 'sets extra info of the room'];

/** Kinds of scripts: what may happen to everybody, what to the first user only, and whether they are in several rooms. */
export const KINDS = {
  'come and go, publish and play': { everybody: CALLS },
  'talk to each other': {
    everybody: [...STAYING, ...MESSAGES, 'leaves', 'sets extra info of a stream', 'lets a second pass'],
  },
  'are kicked': { everybody: [...CALLS, 'is kicked', 'lets a second pass'] },
  'lose the link': { everybody: [...CALLS, ...MESSAGES, 'lets a second pass'], first: ['loses the link'] },
  'lose the room service': { everybody: STAYING, first: ['loses the room service', 'is asked to come again'] },
  'are refused things and miss news': {
    everybody: [...CALLS, 'is refused a stream', 'sends a message', 'misses news of a stream'],
  },
  'are in two rooms': {
    everybody: [...STAYING, ...MESSAGES, 'leaves', 'stops playing', 'is kicked'],
    first: ['loses the link'],
    rooms: ROOMS,
  },
};

/** Scripts of a kind. @param {{everybody: string[], first?: string[], rooms?: string[]}} kind @param {number} length most steps */
export function scripts({ everybody, first = [] }, length) {
  const name = fc.constantFrom('a', 'b');
  const number = fc.constantFrom(1, 2);
  const any = fc.tuple(name, fc.constantFrom(...everybody), number);
  const step =
    first.length === 0
      ? any
      : fc.oneof({ weight: 3, arbitrary: any }, fc.tuple(fc.constant('a'), fc.constantFrom(...first), number));
  return fc.array(step, { minLength: 1, maxLength: length, size: 'max' });
}

/** A script of a kind as a scenario of two users who have met. */
export function scenarioOf(script, { rooms = [ROOM] }) {
  return scenario(RANDOM, {}, async ({ a, b }, stage) => {
    for (const user of [a, b]) {
      if (rooms.length > 1) await user.call('enableMultiRoom', true);
      for (const room of rooms) await user.login({ room });
    }
    for (const [name, action, number] of script) {
      const [actor, other] = name === 'a' ? [a, b] : [b, a];
      const [own, foreign] = [actor, other].map((user) => `s${user.name}${number}`);
      const room = rooms[number - 1] ?? ROOM;
      await ACTIONS[action]({ stage, actor, own, foreign, room });
    }
    await stage.step('the end', () => stage.pause(2 * RETURN_MS));
  });
}

/** A command that may find nobody to concern. */
function control(stage, command, parameters) {
  const title = `server: ${command} ${parameters.userID}`;
  return stage.step(title, () => stage.world.control(command, parameters).catch(() => {}));
}

function answers(stage, { userID }, rule) {
  return control(stage, 'answers', { userID, count: 1, ...rule });
}

function spoil(stage, title, action) {
  return stage.step(title, async () => {
    await Promise.resolve(action()).catch(() => {});
    await stage.pause(RETURN_MS);
  });
}
