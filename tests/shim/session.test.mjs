import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shimFile } from './support.mjs';

const { Session } = shimFile('session.js');

/** A session that is in room `r`, with `peer` and the stream `theirs` in it. */
function inRoom() {
  const session = new Session();
  const entry = { method: 'loginRoom', args: ['r', 't', { userID: 'u' }] };
  session.begin(entry);
  session.hear('roomStateUpdate', ['r', 'CONNECTED', 0, '']);
  session.resolved(entry, true);
  session.hear('roomUserUpdate', ['r', 'ADD', [{ userID: 'peer', userName: 'Peer' }]]);
  session.hear('roomStreamUpdate', ['r', 'ADD', [{ streamID: 'theirs' }]]);
  return session;
}

/** Publishes or plays; the engine accepted it. */
function withStream(session, method, streamID, args = []) {
  const entry = { method, args: [streamID, ...args] };
  session.begin(entry);
  session.resolved(entry, { streamID, url: `rtmp://${streamID}` });
}

test('whom the page knows is not reported again after a restart; who is new is', () => {
  const session = inRoom();
  session.restart();
  assert.equal(session.hear('roomUserUpdate', ['r', 'ADD', [{ userID: 'peer' }]]), null);
  assert.deepEqual(session.hear('roomStreamUpdate', ['r', 'ADD', [{ streamID: 'theirs' }, { streamID: 'new' }]]), [
    'r',
    'ADD',
    [{ streamID: 'new' }],
  ]);
  assert.deepEqual(session.settle('r'), []);
});

test('who left during a restart is reported as gone, once', () => {
  const session = inRoom();
  session.restart();
  const gone = [
    ['roomStreamUpdate', 'r', 'DELETE', [{ streamID: 'theirs' }]],
    ['roomUserUpdate', 'r', 'DELETE', [{ userID: 'peer', userName: 'Peer' }]],
  ];
  assert.deepEqual(session.settle('r'), gone);
  assert.deepEqual(session.settle('r'), []);
  assert.deepEqual(session.hear('roomUserUpdate', ['r', 'ADD', [{ userID: 'peer', userName: 'Peer' }]]), [
    'r',
    'ADD',
    [{ userID: 'peer', userName: 'Peer' }],
  ]);
});

test('a return is a reconnection to the page, also a failed one', () => {
  const session = inRoom();
  assert.deepEqual(
    session.interrupt().map(([name, , state]) => [name, state]),
    [
      ['roomStateUpdate', 'CONNECTING'],
      ['roomStateChanged', 'RECONNECTING'],
    ],
  );
  session.restart();
  assert.equal(session.hear('roomStateUpdate', ['r', 'CONNECTING', 0, '']), null);
  assert.equal(session.hear('roomStateChanged', ['r', 'LOGINING', 0, '']), null);
  assert.deepEqual(session.hear('roomStateUpdate', ['r', 'DISCONNECTED', 1102018, '']), [
    'r',
    'DISCONNECTED',
    1102018,
    '',
  ]);
  assert.equal(session.isWanted, false);
});

test('a network that breaks after the return is told', () => {
  const session = inRoom();
  session.restart();
  session.hear('roomStateUpdate', ['r', 'CONNECTED', 0, '']);
  assert.deepEqual(session.hear('roomStateChanged', ['r', 'LOGINED', 0, '']), ['r', 'RECONNECTED', 0, '']);
  assert.deepEqual(session.hear('roomStateUpdate', ['r', 'CONNECTING', 1000017, '']), ['r', 'CONNECTING', 1000017, '']);
});

test('the synchronous answers follow what the engine would say', () => {
  const session = new Session();
  assert.equal(session.answer('enableMultiRoom', [true]), true);
  assert.equal(session.answer('enableMultiRoom', [1]), false);
  assert.equal(session.answer('renewToken', ['t']), false);
  const there = inRoom();
  assert.equal(there.answer('enableMultiRoom', [true]), false);
  assert.equal(there.answer('renewToken', ['t']), true);
  assert.equal(there.answer('renewToken', ['t', 'r']), true);
  assert.equal(there.answer('renewToken', ['t', 'other']), false);
  assert.equal(there.answer('renewToken', ['']), false);
  assert.equal(there.answer('stopPublishingStream', ['s']), false);
  withStream(there, 'startPublishingStream', 's');
  assert.equal(there.answer('stopPublishingStream', ['s']), true);
  there.note('stopPublishingStream', ['s']);
  assert.equal(there.answer('stopPublishingStream', ['s']), false);
});

test('a publish outside a room, with a bad name or for the second time changes nothing', () => {
  const session = new Session();
  session.begin({ method: 'startPublishingStream', args: ['s'] });
  assert.equal(session.publishes.size, 0);
  const there = inRoom();
  withStream(there, 'startPublishingStream', 's');
  there.begin({ method: 'startPublishingStream', args: [undefined] });
  const again = { method: 'startPublishingStream', args: ['s'] };
  there.begin(again);
  there.rejected(again, { code: 1103056 });
  assert.deepEqual([...there.publishes.keys()], ['s']);
});

test('streams that ended are not wanted any more', () => {
  const session = inRoom();
  withStream(session, 'startPublishingStream', 'a');
  withStream(session, 'startPlayingStream', 'b');
  session.hear('publisherStateUpdate', [{ streamID: 'a', state: 'NO_PUBLISH' }]);
  session.hear('playerStateUpdate', [{ streamID: 'b', state: 'NO_PLAY' }]);
  session.restart();
  assert.deepEqual(session.takePending('r'), []);
});

test('a player that failed is kept until it is stopped', () => {
  const session = inRoom();
  withStream(session, 'startPlayingStream', 'b');
  session.note('updatePlayerState', ['b', { detail: { code: 3802 } }]);
  session.hear('playerStateUpdate', [{ streamID: 'b', state: 'NO_PLAY', errorCode: 3803 }]);
  assert.equal(session.plays.get('b').running, false);
  session.note('stopPlayingStream', ['b']);
  assert.equal(session.plays.size, 0);
});

test('each stream is asked for once, in its own room', () => {
  const session = inRoom();
  withStream(session, 'startPublishingStream', 'a', [{ roomID: 'other' }]);
  withStream(session, 'startPublishingStream', 'b');
  withStream(session, 'startPlayingStream', 'c');
  session.restart();
  assert.deepEqual(
    session.takePending('r').map(([, stream]) => stream.args[0]),
    ['b', 'c'],
  );
  assert.deepEqual(
    session.takePending('other').map(([, stream]) => stream.args[0]),
    ['a'],
  );
});

test('extra info set while publishing is published again', () => {
  const session = inRoom();
  withStream(session, 'startPublishingStream', 's', [{ extraInfo: 'old', streamParams: 'p' }]);
  session.resolved({ method: 'setStreamExtraInfo', args: ['s', 'new'] }, {});
  assert.deepEqual(session.publishes.get('s').args, ['s', { extraInfo: 'new', streamParams: 'p' }]);
});

test('leaving forgets the room and its streams', () => {
  const session = inRoom();
  withStream(session, 'startPlayingStream', 'theirs');
  session.note('logoutRoom', []);
  assert.equal(session.isWanted, false);
  assert.equal(session.plays.size, 0);
});

test('giving up ends every room and stream', () => {
  const session = inRoom();
  withStream(session, 'startPublishingStream', 'a');
  withStream(session, 'startPlayingStream', 'b');
  const events = session.abandon({ code: 1199002, message: 'm' });
  assert.deepEqual(
    events.map(([name]) => name),
    ['publisherStateUpdate', 'playerStateUpdate', 'roomStateUpdate', 'roomStateChanged'],
  );
  assert.equal(session.isWanted, false);
});
