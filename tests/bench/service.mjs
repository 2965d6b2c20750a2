// A room service that lets everybody in and plays what it is told to: the feeder and the guard of instruction counts give it
// a wire.

import { decode, encode, frame, openFrame, openPacket, packet } from './frames.mjs';
import { Room } from './room.mjs';

/** Users in one page of the user list, as the room server has it. */
const PAGE = 100;
const TYPE = { heartbeat: 12, config: 14, upward: 17, established: 19, appConfig: 23, dispatch: 35 };
const CMD = { login: 1001, pushAck: 1102, mergeAck: 1104, beat: 301005, streams: 302007, users: 304001 };
const OK = { code: 0, message: '' };

/** One client's service, over all sockets that it opens. */
export class Service {
  /** @param {{link: {interval: number, timeout: number}, room: number}} heartbeat the link's in seconds, the room's in ms */
  constructor(heartbeat) {
    this.heartbeat = heartbeat;
    /** Sends a message to the client. @type {(bytes: Buffer) => void} */
    this.send = () => {};
    /** What the client did; heartbeats by the time when they came, in ms. */
    this.stats = { acks: 0, beats: { link: [], room: [] }, logins: 0 };
    /** @type {Room} */
    this.room = undefined;
  }

  hear(bytes) {
    const { type, stream, payload } = openFrame(bytes);
    const ntpTime = Date.now();
    switch (type) {
      case TYPE.heartbeat: {
        this.stats.beats.link.push(performance.now());
        const { txid, ts } = decode('accesshub.HBRequest', payload);
        return this.send(frame(type + 1, stream, encode('accesshub.HBResponse', { txid, ts, ntpTime })));
      }
      case TYPE.config: {
        const { txid } = decode('accesshub.GetConfigRequest', payload);
        const { interval: logicHbInterval, timeout: logicHbTimeout } = this.heartbeat.link;
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
        this.stats.acks += 1;
        return undefined;
      case CMD.login: {
        const request = decode('switch.LoginRoomReq', body);
        this.stats.logins += 1;
        // Who comes back finds the room as it was.
        if (this.stats.logins === 1) this.room = new Room(Buffer.from(request.roomId).toString());
        this.room.stream = stream;
        this.send(frame(TYPE.established, stream, encode('accesshub.PCEstablished', { elapse: 0, from: 0 })));
        return reply('switch.LoginRoomRsp', this.room.login(this.heartbeat.room));
      }
      case CMD.beat: {
        this.stats.beats.room.push(performance.now());
        return reply('liveroom.HbRsp', this.room.heartbeat(this.heartbeat.room));
      }
      case CMD.users:
        return reply(
          'liveroom.GetUserlistRsp',
          this.room.page(decode('liveroom.GetUserlistReq', body).userIndex, PAGE),
        );
      case CMD.streams:
        return reply('liveroom.GetStreamListRsp', this.room.streamList());
      default:
        return reply('switch.CommonRsp', {});
    }
  }
}
