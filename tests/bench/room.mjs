// A room of the feeder: who and what is in it, and the pushes that change it.

import { encode, packet } from './frames.mjs';

const CMD = { push: 1101, merged: 1103 };
const CONTEXT_KEY = 1;

/** Names as people have them: some are not ASCII. */
const userOf = (n) => ({ idName: Buffer.from(`user-${n}`), nickName: Buffer.from(n % 2 ? `Guest ${n}` : `用户${n}`) });
const streamOf = (n) => ({
  streamId: Buffer.from(`stream-of-user-${n}`),
  streamSid: `sid-${n}`,
  ...userOf(n),
  extraInfo: Buffer.alloc(0),
});
const TEXT = Buffer.from('How do you like the show so far? 大家好，欢迎来到直播间！');
const TIME = 1_700_000_000_000;

/** What is pushed, by name: `(room, n)` gives sub command and body. */
const KINDS = {
  join: (room) => room.userChange(1, room.users++),
  leave: (room) => room.userChange(2, room.firstUser++),
  streamAdd: (room) => room.streamChange(12001, streamOf(room.streams++)),
  streamUpdate(room) {
    const info = streamOf(room.firstStream + (room.updates++ % (room.streams - room.firstStream)));
    return room.streamChange(12003, { ...info, extraInfo: Buffer.from(`{"mood":${room.updates}}`) });
  },
  streamDelete: (room) => room.streamChange(12002, streamOf(room.firstStream++)),
  broadcast(room) {
    const message = { ...userOf(room.speaker()), role: 1, msgId: ++room.messages, msgCategory: 1, msgType: 1 };
    const msgList = [{ ...message, msgContent: TEXT, sendTime: TIME }];
    return [13001, 'PushIm', { serverMsgId: room.messages, retMsgId: room.messages, msgList }];
  },
  barrage(room) {
    const message = { ...userOf(room.speaker()), role: 1, msgCategory: 1, msgType: 1, msgContent: TEXT };
    const msgId = Buffer.from(`barrage-${++room.messages}`);
    return [14001, 'PushBigIm', { msgList: [{ ...message, msgId, msgTimestamp: TIME }] }];
  },
  command(room) {
    const n = room.speaker();
    const content = {
      from_userid: `user-${n}`,
      from_username: `Guest ${n}`,
      request_id: `user-${n}-${++room.messages}`,
      custom_content: { kind: 'gift', name: '玫瑰', count: 3, to: { id: 'host', since: TIME } },
      room_id: room.id,
    };
    return [11005, null, Buffer.from(JSON.stringify(content))];
  },
};

/** Names of what can be pushed. */
export const KIND_NAMES = Object.keys(KINDS);

export class Room {
  /** @param {string} id such as `room-u10000-s100` */
  constructor(id) {
    this.id = id;
    /** The proxied connection. */
    this.stream = 0;
    this.firstUser = 0;
    this.users = Number(/-u(\d+)/.exec(id)?.[1] ?? 0);
    this.firstStream = 0;
    this.streams = Number(/-s(\d+)/.exec(id)?.[1] ?? 0);
    this.userSeq = this.users;
    this.streamSeq = this.streams;
    this.updates = 0;
    this.messages = 0;
    this.announce();
  }

  /** What answers name is what was sent, not what is only ready to be sent. */
  announce() {
    this.announced = { users: this.userSeq, streams: this.streamSeq };
  }

  /** Someone in the room, another one each time. */
  speaker() {
    return this.firstUser + (this.messages % Math.max(this.users - this.firstUser, 1));
  }

  userChange(action, n) {
    this.userSeq += 1;
    const change = { action, ...userOf(n), role: 1, loginTime: TIME };
    return [10001, 'PushUserInfoUpdated', { serverUserSeq: this.userSeq, userActionList: [change] }];
  }

  streamChange(subCmd, stream) {
    this.streamSeq += 1;
    const info = { ...stream, streamVer: 1, createTime: TIME };
    return [subCmd, 'PushStream', { streamSeq: this.streamSeq, streamInfoList: [info] }];
  }

  /** Frames, one push in each. @param {Array<[string, number]>} plan @returns {Generator<Buffer>} */
  *make(plan) {
    for (const [kind, count] of plan) {
      for (let i = 0; i < count; i += 1) {
        const kinds = kind === 'mixed' ? MIX[i % MIX.length] : kind;
        yield this.push(...KINDS[kinds](this));
      }
    }
  }

  push(subCmd, name, content) {
    const msgBody = name ? encode(`liveroom.${name}`, content) : content;
    const header = { cmd: subCmd === 14001 ? CMD.merged : CMD.push, seq: 0, contextKey: CONTEXT_KEY };
    const body =
      subCmd === 14001
        ? encode('switch.MergePushReq', {
            head: { qosFlag: 1, sendTime: TIME },
            messageList: [{ subCmd, subSeq: this.messages, msgBody }],
          })
        : encode('switch.PushReq', { head: { subCmd, qosFlag: 1, sendTime: TIME }, msgBody });
    return packet(this.stream, header, body);
  }

  login(hbInterval) {
    return {
      switchSessionId: 11,
      userSessionId: 12,
      roomSessionId: 13,
      userId: 14,
      retTimestamp: TIME,
      bigImTimeWindow: 0,
      liveroomHbInterval: hbInterval,
      liveroomHbTimeout: 6 * hbInterval,
      onlineCount: this.users - this.firstUser + 1,
      anchorInfo: { idName: Buffer.alloc(0), userId: 0, nickName: Buffer.alloc(0) },
      reloginToken: Buffer.from('again'),
      streamCount: this.streams - this.firstStream,
      streamListSeq: this.announced.streams,
      streamInfoList: this.streamList().streamInfoList,
    };
  }

  heartbeat(hbInterval) {
    return {
      retTimestamp: TIME,
      hbInterval,
      hbTimeout: 6 * hbInterval,
      streamSeq: this.announced.streams,
      userSeq: this.announced.users,
      onlineCount: this.users - this.firstUser + 1,
    };
  }

  page(index, size) {
    const userBaseInfoList = [];
    const end = Math.min(Math.max(index, this.firstUser) + size, this.users);
    for (let n = Math.max(index, this.firstUser); n < end; n += 1) userBaseInfoList.push({ ...userOf(n), role: 1 });
    const serverUserIndex = Math.max(this.users - 1, 0);
    return {
      serverUserSeq: this.announced.users,
      serverUserIndex,
      retUserIndex: Math.max(end - 1, 0),
      userBaseInfoList,
    };
  }

  streamList() {
    const streamInfoList = [];
    for (let n = this.firstStream; n < this.streams; n += 1) streamInfoList.push(streamOf(n));
    return { streamListSeq: this.announced.streams, streamInfoList };
  }
}

/** Mixed events that leave the room as it was: whoever comes goes. */
const MIX = ['join', 'broadcast', 'streamAdd', 'barrage', 'streamUpdate', 'command', 'streamDelete', 'leave'];
