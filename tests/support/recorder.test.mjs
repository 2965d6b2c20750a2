import test from 'node:test';
import assert from 'node:assert/strict';
import { Recorder } from './recorder.mjs';

test('an event can be waited for before and after it happened', async () => {
  const recorder = new Recorder();
  const future = recorder.waitFor('roomStateUpdate', (_room, state) => state === 'CONNECTED');
  recorder.record('roomStateUpdate', ['r', 'CONNECTING']);
  recorder.record('roomStateUpdate', ['r', 'CONNECTED']);
  assert.equal((await future).args[1], 'CONNECTED');
  assert.equal((await recorder.waitFor('roomStateUpdate')).args[1], 'CONNECTING');
});

test('waiting ends with what was seen instead', async () => {
  const recorder = new Recorder();
  recorder.record('publisherStateUpdate', [{ state: 'NO_PUBLISH', errorCode: 3801 }]);
  await assert.rejects(
    recorder.waitFor('roomStateUpdate', undefined, { limit: 10 }),
    /no roomStateUpdate within 10 ms; seen: publisherStateUpdate NO_PUBLISH\(3801\)/,
  );
});

test('a recorded event does not change with the object that was handed out', () => {
  const recorder = new Recorder();
  const list = [{ streamID: 's' }];
  recorder.record('roomStreamUpdate', ['r', 'ADD', list]);
  list[0].streamID = 'changed';
  assert.equal(recorder.events[0].args[2][0].streamID, 's');
});
