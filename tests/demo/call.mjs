// A one-to-one call between two simulated mini programs with real signalling and real media.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RTMP, createRtcRoomHost } from '../media/rtc-room.mjs';
import { sideBySide } from '../media/viewer.mjs';
import { createClient } from '../support/clients.mjs';
import { followFrames } from './frames.mjs';
import { followMedia } from './media-events.mjs';
import { Page } from './page.mjs';
import { Timeline, show } from './timeline.mjs';

/** Pictures each side has to receive, at 15 a second. */
export const MIN_FRAMES = 45;
const ROOM = 'demo-room';
const USERS = [
  { who: 'A', userID: 'user-a', userName: 'Alice', streamID: 'stream-a', camera: { name: 'Alice', hue: 0, tone: 440 } },
  { who: 'B', userID: 'user-b', userName: 'Bob', streamID: 'stream-b', camera: { name: 'Bob', hue: 140, tone: 660 } },
];

/**
 * @typedef {object} Side what one user saw
 * @property {string} who
 * @property {string} kind of its client
 * @property {{t: number, name: string, args: any[]}[]} events
 * @property {number[]} codes of onRtmpEvent
 * @property {{video?: object, audio?: object, frames: number}} received as ffprobe sees it
 * @property {string} picture file
 */

/**
 * Makes one call: both log in, publish, play the other's stream when it appears, exchange a message, and hang up.
 * @param {object} options
 * @param {Awaited<ReturnType<import('./stage.mjs').openStage>>} options.stage
 * @param {string} options.folder for the pictures
 * @param {string|string[]} [options.kind='ours'] kind of the clients, or of A's and B's
 * @param {Timeline} [options.timeline]
 * @param {AbortSignal} [options.signal] ends the call at once
 * @returns {Promise<{sides: Side[], together: string, left: {rooms: object[], publishing: string[]}}>}
 * @throws when a step fails, saying which
 */
export async function makeCall({ stage, folder, kind = 'ours', timeline = new Timeline(), signal }) {
  await mkdir(folder, { recursive: true });
  const kinds = [kind].flat();
  const parts = [];
  const arrive = (index) => {
    parts.push(createPart(index, kinds[index % kinds.length], stage, timeline));
    return parts[index].page;
  };
  const frames = followFrames(
    stage.room,
    timeline,
    (userID) => USERS.find((user) => user.userID === userID)?.who ?? userID,
  );
  const media = followMedia(stage.media, timeline);
  const aborted = new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
  });
  aborted.catch(() => {});
  try {
    const call = await Promise.race([talk(arrive, stage, folder), aborted]);
    return { ...call, sides: call.sides.map((side, index) => ({ kind: parts[index].kind, ...side })) };
  } finally {
    await Promise.all(parts.map((part) => part.close()));
    await frames.stop();
    media.stop();
  }
}

async function talk(arrive, stage, folder) {
  const a = await enter(arrive(0), stage);
  const b = await enter(arrive(1), stage);
  await Promise.all(
    [a, b].map((page) => page.waitFor('playerStateUpdate', ({ state }) => state === 'PLAYING', { limit: 15_000 })),
  );
  await a.say('Can you see me?');
  await b.waitFor('IMRecvBroadcastMessage');
  for (const page of [a, b])
    await until(() => page.component?.viewer?.frames >= MIN_FRAMES, `${page.who} to receive ${MIN_FRAMES} pictures`);
  const seen = await Promise.all([a, b].map((page) => look(page, folder)));
  const together = await sideBySide(seen[0].picture, seen[1].picture, join(folder, 'call.png'));

  await b.hangUp();
  await a.waitFor('roomStreamUpdate', (_room, change) => change === 'DELETE');
  await a.waitFor('roomUserUpdate', (_room, change) => change === 'DELETE');
  await until(() => a.component?.codes.includes(RTMP.PUSHED), 'A to push with the component that plays nothing');
  await a.hangUp();
  await until(() => stage.media.publishing.size === 0, 'the media server to see both streams end');
  const rooms = await stage.room.rooms();
  return {
    sides: [a, b].map(({ who, events, codes }, index) => ({ who, events, codes, ...seen[index] })),
    together,
    left: { rooms, publishing: [...stage.media.publishing] },
  };
}

/** Logs in, publishes and waits until others can see it. */
export async function enter(page, { room }) {
  page.followStreams();
  await page.login(await room.token(page.userID));
  await page.publish();
  await page.waitFor('publisherStateUpdate', ({ state }) => state === 'PUBLISHING');
  return page;
}

/** What a page receives just now. */
async function look(page, folder) {
  const { viewer } = page.component;
  const received = await viewer.probe();
  const picture = await viewer.snapshot(join(folder, `${page.who.toLowerCase()}-sees.png`));
  return { received, picture };
}

/**
 * One of the two users with everything of it: client, phone and page. Nobody has logged in yet.
 * @param {number} index 0 for A, 1 for B
 * @param {string} kind of the client
 */
export function createPart(index, kind, stage, timeline) {
  const { camera, ...user } = USERS[index];
  const phone = createRtcRoomHost({ mediaServer: stage.media, camera });
  const onEvent = ({ name, args }) => timeline.add(user.who, 'callback', `${name} ${args.map(show).join(' ')}`);
  const client = createClient(kind, { server: stage.room.ws, appID: stage.room.appID, onEvent });
  const page = new Page({ ...user, roomID: ROOM, client, phone, timeline });
  const close = async () => {
    client.close();
    await phone.close();
  };
  return { page, kind, close };
}

async function until(condition, what, limit = 20_000) {
  const end = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
