// What a call should look like, and what was different.

import { MIN_FRAMES } from './call.mjs';

const room = (name) => (value) => ({ name, where: (_roomID, state) => state === value, text: `${name} ${value}` });
const stream =
  (name) =>
  (state, code = 0) => ({
    name,
    where: (event) => event.state === state && (event.errorCode ?? 0) === code,
    text: `${name} ${state}(${code})`,
  });
const roomState = room('roomStateUpdate');
const roomReason = room('roomStateChanged');
const streams = room('roomStreamUpdate');
const users = room('roomUserUpdate');
const publisher = stream('publisherStateUpdate');
const player = stream('playerStateUpdate');

/** Chains of events; within each the order counts. */
const BOTH = [
  [
    roomState('CONNECTING'),
    roomState('CONNECTED'),
    publisher('PUBLISH_REQUESTING'),
    publisher('PUBLISHING'),
    publisher('NO_PUBLISH'),
    roomState('DISCONNECTED'),
  ],
  [roomReason('LOGINING'), roomReason('LOGINED'), roomReason('LOGOUT')],
  [streams('ADD'), player('PLAY_REQUESTING'), player('PLAYING'), player('NO_PLAY')],
];
const FIRST = [
  [roomState('CONNECTED'), users('ADD'), users('DELETE'), roomState('DISCONNECTED')],
  [publisher('PUBLISHING'), streams('ADD'), streams('DELETE'), roomState('DISCONNECTED')],
];
// The two builds of the client order the end of a login differently.
const OURS = [[roomState('CONNECTED'), streams('ADD')]];

/**
 * Compares a call with what it should be.
 * @param {Awaited<ReturnType<import('./call.mjs').makeCall>>} call
 * @returns {string[]} what was wrong, in plain sentences; empty if nothing
 */
export function problemsOf({ sides, left }) {
  const problems = sides.flatMap((side, index) => problemsOfSide(side, index));
  if (left.publishing.length > 0) problems.push(`the media server still has ${left.publishing.join(', ')}`);
  const orphans = left.rooms.filter(({ users, streams }) => users.length > 0 || streams.length > 0);
  if (orphans.length > 0) problems.push(`the room server still has ${JSON.stringify(orphans)}`);
  return problems;
}

function problemsOfSide({ who, kind, events, codes, received }, index) {
  const problems = [];
  const expect = (condition, text) => condition || problems.push(`${who} ${text}`);
  const { video, audio, frames } = received;
  expect(video?.codec === 'h264', `received no H.264 picture but ${video?.codec ?? 'none'}`);
  expect(audio?.codec === 'aac', `received no AAC sound but ${audio?.codec ?? 'none'}`);
  expect(
    video?.width === 640 && video?.height === 360,
    `received ${video?.width}x${video?.height} in place of 640x360`,
  );
  expect(video?.fps > 12 && video?.fps < 18, `received ${video?.fps} pictures a second in place of 15`);
  expect(frames >= MIN_FRAMES, `received only ${frames} pictures`);
  for (const chain of [...BOTH, ...(index === 0 ? FIRST : []), ...(kind === 'ours' ? OURS : [])]) {
    const missing = firstMissing(events, chain);
    expect(missing === undefined, `saw no ${missing?.text} after ${missing?.after}`);
  }
  for (const code of [3800, 3802, 3801]) expect(codes.includes(code), `got no component code ${code}`);
  if (index === 1) expect(codes.includes(3803), 'got no component code 3803');
  return problems;
}

/** The first link of the chain that does not come after the one before it. */
export function firstMissing(events, chain) {
  let from = 0;
  for (const [position, link] of chain.entries()) {
    const index = events.findIndex((event, at) => at >= from && event.name === link.name && link.where(...event.args));
    if (index === -1) return { text: link.text, after: chain[position - 1]?.text ?? 'the start' };
    from = index + 1;
  }
  return undefined;
}
