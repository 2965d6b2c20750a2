import test from 'node:test';
import assert from 'node:assert/strict';
import { Exchanges } from './frames.mjs';
import { Timeline } from './timeline.mjs';
import { firstMissing } from './verdict.mjs';

function record(frames) {
  const timeline = new Timeline();
  const exchanges = new Exchanges(timeline, (userID) => userID.toUpperCase());
  for (const frame of frames)
    exchanges.add({ conn: 1, user: 'a', stream: 1, ...frame, time: timeline.start + frame.time });
  exchanges.end();
  return timeline.lines.map(({ t, who, text }) => [t, who, text]);
}

const up = (time, cmd, body, more = {}) => ({
  time,
  dir: 'C>S',
  name: 'PCUpwardMessage',
  packet: { cmd, seq: 1, body, name: 'LoginRoomReq', ...more },
});
const down = (time, cmd, body, more = {}) => ({
  time,
  dir: 'S>C',
  name: 'PCDownwardMessage',
  packet: { cmd, seq: 1, body, ...more },
});

test('a request and its answer are one line with the time between', () => {
  const lines = record([up(5, 1001, { room_id: 'r' }), down(8, 1002, { rsp_head: { code: 0 } })]);
  assert.deepEqual(lines, [[5, 'A', 'LoginRoom 1001 r -> ok, 3 ms']]);
});

test('a refusal is told with its code', () => {
  const lines = record([up(5, 1001, {}), down(8, 1002, { rsp_head: { code: 1105, message: 'full' } })]);
  assert.deepEqual(lines, [[5, 'A', 'LoginRoom 1001 -> code 1105 full, 3 ms']]);
});

test('a push and its acknowledgement are one line', () => {
  const head = { sub_cmd: 12001, qos_flag: 1, send_time: 77 };
  const lines = record([
    down(1, 1101, { head, msg_body: { stream_info_list: [{ stream_id: 's' }] } }, { seq: 0 }),
    up(2, 1102, { sub_cmd: 12001, server_send_time: 77 }, { seq: 9 }),
  ]);
  assert.deepEqual(lines, [[1, 'A', 'from server: push 12001 streams added s -> acknowledged, 1 ms']]);
});

test('a link request is paired with its answer and acknowledgements are left out', () => {
  const lines = record([
    { time: 1, dir: 'C>S', name: 'HTTPRequest', msg: { location: '/v1/x' } },
    { time: 2, dir: 'S>C', name: 'HTTPRequestAck', msg: {} },
    { time: 3, dir: 'S>C', name: 'HTTPResponse', msg: { status_code: 200 } },
  ]);
  assert.deepEqual(lines, [[1, 'A', 'HTTP /v1/x -> status 200, 2 ms']]);
});

test('frames before a login are shown under the user of their connection', () => {
  const lines = record([
    { time: 1, user: null, dir: 'C>S', name: 'GetConfigRequest' },
    { time: 2, user: null, dir: 'S>C', name: 'GetConfigResponse', msg: { code: 0 } },
    { time: 3, user: 'b', dir: 'S>C', name: 'PCBroken' },
  ]);
  assert.deepEqual(lines, [
    [1, 'B', 'GetConfig -> ok, 1 ms'],
    [3, 'B', 'from server: PCBroken'],
  ]);
});

test('a request without an answer is told', () => {
  assert.deepEqual(record([up(5, 1001, {})]), [[5, 'A', 'LoginRoom 1001 -> no answer']]);
});

test('lines are written in the order of time, and tokens are not', async () => {
  const written = [];
  const timeline = new Timeline({ write: (line) => written.push(line) });
  timeline.start -= 100;
  await timeline.call('A', 'loginRoom', ['r', 'secret-token', { userID: 'a' }], async () => true);
  timeline.add('B', 'frames', 'earlier', 0);
  timeline.end();
  assert.match(written[0], /earlier/);
  assert.match(written[1], /loginRoom\("r", \(token\), \{"userID":"a"\}\)/);
  assert.equal(written.join().includes('secret-token'), false);
});

test('a chain of events has to come in its order', () => {
  const link = (name) => ({ name, where: () => true, text: name });
  const events = ['x', 'a', 'y', 'b'].map((name) => ({ name, args: [] }));
  assert.equal(firstMissing(events, [link('a'), link('b')]), undefined);
  assert.deepEqual(firstMissing(events, [link('b'), link('a')]), { text: 'a', after: 'b' });
});
