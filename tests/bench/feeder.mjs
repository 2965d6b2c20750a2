// A room service in a process of its own that only plays what it made beforehand, so that it is never the slower side.
//
// It lets everybody in. What is in a room follows from the room's name, such as `room-u10000-s100`: so many users and so many
// streams. The runner then tells it by IPC what to play, see `COMMANDS`.

import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { decode, encode, frame, openFrame, openPacket, packet, webSocketMessage } from './frames.mjs';
import { Room } from './room.mjs';

/** Users in one page of the user list, as the room server has it. */
const PAGE = 100;
const CHUNK_BYTES = 64 * 1024;
const TYPE = { heartbeat: 12, config: 14, upward: 17, established: 19, appConfig: 23, dispatch: 35 };
const CMD = { login: 1001, logout: 1003, pushAck: 1102, mergeAck: 1104, beat: 301005, streams: 302007, users: 304001 };

/** One socket of the client. */
class Line {
  constructor(socket, raw) {
    this.socket = socket;
    this.raw = raw;
    socket.on('message', (bytes) => this.hear(bytes));
    socket.on('error', () => {});
  }

  send(bytes) {
    this.socket.send(bytes);
  }

  hear(bytes) {
    const { type, stream, payload } = openFrame(bytes);
    const ntpTime = Date.now();
    switch (type) {
      case TYPE.heartbeat: {
        stats.beats.link.push(performance.now());
        const { txid, ts } = decode('accesshub.HBRequest', payload);
        return this.send(frame(type + 1, stream, encode('accesshub.HBResponse', { txid, ts, ntpTime })));
      }
      case TYPE.config: {
        const { txid } = decode('accesshub.GetConfigRequest', payload);
        const { interval: logicHbInterval, timeout: logicHbTimeout } = heartbeat.link;
        const data = { txid, logicHbInterval, logicHbTimeout, clientOuterIp: '127.0.0.1', ntpTime };
        return this.answer('GetConfigResponse', type + 1, stream, data);
      }
      case TYPE.appConfig: {
        const { txid } = decode('accesshub.GetAppConfigRequest', payload);
        const data = { txid, data: encode('initconfig.InitConfig', { mediaConfig: {} }), ts: ntpTime, etag: 1 };
        return this.answer('GetAppConfigResponse', type + 1, stream, data);
      }
      case TYPE.dispatch: {
        const { txid } = decode('accesshub.AccesshubDispatchRequest2', payload);
        return this.answer('AccesshubDispatchResponse2', type + 1, stream, { txid, wssGroups: [] });
      }
      case TYPE.upward: {
        const { header, body } = openPacket(decode('accesshub.PCUpwardMessage', payload).payload);
        return this.request(stream, header, body);
      }
      default:
        return undefined;
    }
  }

  answer(name, type, stream, data) {
    this.send(frame(type, stream, encode(`accesshub.${name}`, { code: 0, message: '', data })));
  }

  request(stream, { cmd, seq }, body) {
    const reply = (name, content) =>
      this.send(packet(stream, { cmd: cmd + 1, seq, contextKey: 1 }, encode(name, { rspHead: OK, ...content })));
    switch (cmd) {
      case CMD.pushAck:
      case CMD.mergeAck:
        stats.acks += 1;
        return undefined;
      case CMD.login: {
        const request = decode('switch.LoginRoomReq', body);
        stats.logins += 1;
        // Who comes back finds the room as it was.
        if (stats.logins === 1) room = new Room(Buffer.from(request.roomId).toString());
        room.stream = stream;
        this.send(frame(TYPE.established, stream, encode('accesshub.PCEstablished', { elapse: 0, from: 0 })));
        return reply('switch.LoginRoomRsp', room.login(heartbeat.room));
      }
      case CMD.beat: {
        stats.beats.room.push(performance.now());
        return reply('liveroom.HbRsp', room.heartbeat(heartbeat.room));
      }
      case CMD.users:
        return reply('liveroom.GetUserlistRsp', room.page(decode('liveroom.GetUserlistReq', body).userIndex, PAGE));
      case CMD.streams:
        return reply('liveroom.GetStreamListRsp', room.streamList());
      default:
        return reply('switch.CommonRsp', {});
    }
  }
}

/** Makes all frames of `plan`. @param {Array<[string, number]>} plan what and how often */
function prepare(plan) {
  let chunk = [];
  let size = 0;
  const flush = () => {
    if (size) chunks.push(Buffer.concat(chunk));
    [chunk, size] = [[], 0];
  };
  chunks = [];
  for (const bytes of room.make(plan)) {
    const message = webSocketMessage(bytes);
    chunk.push(message);
    size += message.length;
    if (size >= CHUNK_BYTES) flush();
  }
  flush();
}

/** Sends what was made as fast as it is taken. */
async function play() {
  const { raw } = line;
  for (const chunk of chunks) {
    if (raw.destroyed) break;
    if (!raw.write(chunk)) await Promise.race([once(raw, 'drain'), once(raw, 'close')]);
  }
  chunks = [];
}

/** Forgets the client before. @param {object} times see `heartbeat` */
function reset(times) {
  heartbeat = times;
  stats = { acks: 0, beats: { link: [], room: [] }, logins: 0 };
}

const OK = { code: 0, message: '' };
/** What clients are told of heartbeats: the link's in seconds, the room's in milliseconds. */
let heartbeat = { link: { interval: 5, timeout: 10 }, room: 10_000 };
/** What the client did; heartbeats by the time when they came, in ms. */
let stats;
/** The newest line; the runner has one client at a time. @type {Line} */
let line;
/** @type {Room} */
let room;
/** What is ready to be sent. @type {Buffer[]} */
let chunks = [];

/** What the runner may ask for; each is answered by `{done: id, value}`. */
const COMMANDS = { reset, prepare, play, report: () => ({ ...stats, now: performance.now() }) };

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/accesshub', perMessageDeflate: false });
server.on('connection', (socket, { socket: raw }) => {
  line = new Line(socket, raw.setNoDelay(true));
});
server.on('listening', () => process.send({ ready: `ws://127.0.0.1:${server.address().port}/accesshub` }));
process.on('message', async ({ id, name, value }) => process.send({ done: id, value: await COMMANDS[name](value) }));
process.on('disconnect', () => process.exit());
