// The vendor's public client and our engine in one room of our room server: each sees of the other what the other did.

import test from 'node:test';
import assert from 'node:assert/strict';
import { clientProblem, createClient } from '../support/clients.mjs';
import { roomServerProblem, startRoomServer } from '../support/room-server.mjs';

const ROOM = 'meeting';
const PAIRS = [
  ['vendor', 'vendor'],
  ['vendor', 'ours'],
  ['ours', 'vendor'],
  ['ours', 'ours'],
];

/** Skips with the reason where something has not been built, except in CI, where it fails. */
function needs(kinds) {
  const problem = [roomServerProblem(), ...kinds.map(clientProblem)].find(Boolean);
  return { timeout: 60_000, ...(problem && !process.env.CI ? { skip: problem } : {}) };
}

async function startServer(t) {
  const server = await startRoomServer();
  t.after(() => server.close());
  return server;
}

function client(t, server, kind) {
  const made = createClient(kind, { server: server.ws, appID: server.appID });
  t.after(() => made.close());
  return made;
}

/** Lets a client in and waits until it is CONNECTED. */
async function login(server, client, userID, config = { userUpdate: true }) {
  const answer = await client.engine.loginRoom(
    ROOM,
    await server.token(userID),
    { userID, userName: `Name of ${userID}` },
    config,
  );
  assert.equal(answer, true);
  await client.waitFor('roomStateUpdate', (_room, state) => state === 'CONNECTED');
}

/** Publishes as far as the room server sees it. */
async function publish(client, streamID, options) {
  const { url } = await client.engine.startPublishingStream(streamID, options);
  assert.match(url, new RegExp(`^rtmp://.+/${streamID}\\?.*zgseq=\\d+&zgdid=\\d+$`));
  client.componentEvent(streamID, 3800);
  await client.waitFor('publisherStateUpdate', (event) => event.streamID === streamID && event.state === 'PUBLISHING');
}

for (const kinds of PAIRS) {
  const [first, second] = kinds;
  const both = `${first} and ${second}`;

  test(`${both} see each other come and go`, needs(kinds), async (t) => {
    const server = await startServer(t);
    const [a, b] = [client(t, server, first), client(t, server, second)];
    await login(server, a, 'ua');
    await login(server, b, 'ub');
    const user = (id) => ({ userID: id, userName: `Name of ${id}` });
    const [, , seenByA] = (await a.waitFor('roomUserUpdate', (_room, change) => change === 'ADD')).args;
    const [, , seenByB] = (await b.waitFor('roomUserUpdate', (_room, change) => change === 'ADD')).args;
    assert.deepEqual(seenByA, [user('ub')]);
    assert.deepEqual(seenByB, [user('ua')]);
    b.engine.logoutRoom(ROOM);
    const [, , gone] = (await a.waitFor('roomUserUpdate', (_room, change) => change === 'DELETE')).args;
    assert.deepEqual(
      gone.map(({ userID }) => userID),
      ['ub'],
    );
    const [, , code] = (await b.waitFor('roomStateUpdate', (_room, state) => state === 'DISCONNECTED')).args;
    assert.equal(code, 0);
  });

  test(`${both} see each other's streams with their extra info`, needs(kinds), async (t) => {
    const server = await startServer(t);
    const [a, b] = [client(t, server, first), client(t, server, second)];
    await login(server, a, 'ua');
    await publish(a, 'sa', { extraInfo: '{"camera":1}' });
    await login(server, b, 'ub');
    const [, , early] = (await b.waitFor('roomStreamUpdate', (_room, change) => change === 'ADD')).args;
    assert.deepEqual(
      early.map(({ streamID, user, extraInfo }) => [streamID, user.userID, extraInfo]),
      [['sa', 'ua', '{"camera":1}']],
    );
    await publish(b, 'sb');
    const [, , late] = (await a.waitFor('roomStreamUpdate', (_room, change) => change === 'ADD')).args;
    assert.deepEqual(
      late.map(({ streamID, user }) => [streamID, user.userID, user.userName]),
      [['sb', 'ub', 'Name of ub']],
    );
    const { errorCode } = await b.engine.setStreamExtraInfo('sb', 'muted');
    assert.equal(errorCode, 0);
    const [, changed] = (await a.waitFor('streamExtraInfoUpdate', (_room, list) => list[0].extraInfo === 'muted')).args;
    assert.equal(changed[0].streamID, 'sb');
    assert.equal(b.engine.stopPublishingStream('sb'), true);
    const [, , ended] = (await a.waitFor('roomStreamUpdate', (_room, change) => change === 'DELETE')).args;
    assert.deepEqual(
      ended.map(({ streamID }) => streamID),
      ['sb'],
    );
    const [{ streams }] = await server.rooms();
    assert.deepEqual(
      streams.map(({ streamID }) => streamID),
      ['sa'],
    );
  });

  test(`${both} get an address to play each other's stream`, needs(kinds), async (t) => {
    const server = await startServer(t);
    const [a, b] = [client(t, server, first), client(t, server, second)];
    await login(server, a, 'ua');
    await publish(a, 'sa', { streamParams: 'k=v' });
    await login(server, b, 'ub');
    await b.waitFor('roomStreamUpdate', (_room, change) => change === 'ADD');
    const { url } = await b.engine.startPlayingStream('sa');
    assert.match(url, new RegExp(`^rtmp://[^/]+/${server.appID}/sa\\?zgseq=\\d+&zgdid=\\d+$`));
    b.componentEvent('sa', 3802);
    await b.waitFor('playerStateUpdate', ({ state }) => state === 'PLAYING');
    b.engine.stopPlayingStream('sa');
    const [stopped] = (await b.waitFor('playerStateUpdate', ({ state }) => state === 'NO_PLAY')).args;
    assert.equal(stopped.errorCode, 0);
  });

  test(`${both} exchange messages of every kind`, needs(kinds), async (t) => {
    const server = await startServer(t);
    const [a, b] = [client(t, server, first), client(t, server, second)];
    await login(server, a, 'ua');
    await login(server, b, 'ub');
    const text = 'hello, 你好 \u{1F44B}';
    for (const [from, to, id] of [
      [a, b, 'ua'],
      [b, a, 'ub'],
    ]) {
      const sent = await from.engine.sendBroadcastMessage(ROOM, text);
      assert.equal(sent.errorCode, 0);
      const [room, [broadcast]] = (await to.waitFor('IMRecvBroadcastMessage')).args;
      assert.deepEqual([room, broadcast.fromUser.userID, broadcast.message], [ROOM, id, text]);

      await from.engine.sendBarrageMessage(ROOM, text);
      const [, [barrage]] = (await to.waitFor('IMRecvBarrageMessage')).args;
      assert.deepEqual([barrage.fromUser.userID, barrage.message], [id, text]);

      await from.engine.sendCustomCommand(ROOM, { do: text }, [id === 'ua' ? 'ub' : 'ua']);
      const [, sender, command] = (await to.waitFor('IMRecvCustomCommand')).args;
      assert.deepEqual([sender.userID, command], [id, { do: text }]);
    }
    const { errorCode } = await a.engine.setRoomExtraInfo(ROOM, 'topic', text);
    assert.equal(errorCode, 0);
    const [, [info]] = (await b.waitFor('roomExtraInfoUpdate')).args;
    assert.deepEqual([info.key, info.value, info.updateUser.userID], ['topic', text, 'ua']);
  });

  test(`of ${both} the one whose socket breaks comes back without the other noticing`, needs(kinds), async (t) => {
    const server = await startServer(t);
    const [a, b] = [client(t, server, first), client(t, server, second)];
    await login(server, a, 'ua');
    await publish(a, 'sa');
    await login(server, b, 'ub');
    await b.waitFor('roomStreamUpdate', (_room, change) => change === 'ADD');
    await b.waitFor('roomUserUpdate', (_room, change) => change === 'ADD');
    const from = a.events.length;
    a.dropSockets();
    await a.waitFor('roomStateUpdate', (_room, state) => state === 'CONNECTED', { from, limit: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const noise = b.events.filter(
      ({ name, args }) => /roomUserUpdate|roomStreamUpdate/.test(name) && args[1] === 'DELETE',
    );
    assert.deepEqual(noise, []);
  });
}

test('log uploads of the vendor client stay in the process', needs(['vendor']), async (t) => {
  const server = await startServer(t);
  const vendor = client(t, server, 'vendor');
  await login(server, vendor, 'ua');
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const url of vendor.uploads) assert.equal(new URL(url).hostname, 'hub.invalid');
});
