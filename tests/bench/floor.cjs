'use strict';

// The floor: what any client has to do on this host, and nothing else. It logs in, acknowledges, beats, tells the page of every
// event with the values that the page needs, and keeps no state: no lists, no sequences, no checks, no retries, no promises
// but those of its two calls.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGITS = new Uint8Array(128);
for (let i = 0; i < 64; i += 1) DIGITS[ALPHABET.charCodeAt(i)] = i;

const decoder = new TextDecoder();

class Floor {
  /** @param {any} my @param {string} url @param {number} appID */
  constructor(my, url, appID) {
    this.appID = appID;
    this.handlers = {};
    this.txid = 0;
    this.seq = 0;
    this.key = 0;
    this.task = my.connectSocket({ url, multiple: true });
    this.task.onOpen(() => this.opened && this.opened());
    this.task.onMessage(({ data }) => this.hear(bytesOf(data.data)));
  }

  on(name, handler) {
    this.handlers[name] = handler;
  }

  emit(name, a, b, c) {
    const handler = this.handlers[name];
    if (handler) handler(a, b, c);
  }

  loginRoom(room, token, user) {
    Object.assign(this, { room, token, user });
    const request = new Writer()
      .number(1, this.appID)
      .text(3, room)
      .text(6, user)
      .text(7, user)
      .text(8, 'device')
      .number(9, 7)
      .number(15, 1)
      .text(16, token)
      .number(22, 1);
    const beat = setInterval(
      () => this.frame(12, 9, new Writer().number(1, (this.txid += 1)).number(2, Date.now())),
      5000,
    );
    const roomBeat = setInterval(() => this.request(301005, new Writer()), 10000);
    this.stop = () => [beat, roomBeat].forEach(clearInterval);
    return new Promise((resolve) => {
      this.loggedIn = resolve;
      this.request(1001, request, true);
    });
  }

  startPublishingStream(stream) {
    const header = (name, value) => new Writer().text(1, name).text(2, value);
    const request = new Writer()
      .number(1, (this.txid += 1))
      .number(2, this.appID)
      .text(5, this.user)
      .text(9, `/v1/jsrtmp/dispatch/${this.appID}/${stream}/push/`)
      .message(11, header('Token-Appid', String(this.appID)))
      .message(11, header('Token-Str', this.token))
      .message(11, header('Token-Userid', this.user))
      .message(11, header('Token-Biztype', '2'))
      .number(14, 1)
      .number(15, 1)
      .number(16, 1);
    return new Promise((resolve) => {
      this.answered = (body) => {
        const { hosts } = JSON.parse(body);
        resolve({ streamID: stream, url: `rtmp://${hosts[0]}/${this.appID}/${stream}?zgseq=${Date.now()}` });
      };
      this.frame(4, 20, request);
    });
  }

  /** A room packet. @param {number} cmd @param {Writer} body @param {boolean} [isFirst] */
  request(cmd, body, isFirst) {
    const head = new Writer()
      .number(1, cmd)
      .number(2, (this.seq += 1))
      .number(3, Date.now())
      .number(6, this.key)
      .finish();
    const content = body.finish();
    const packet = new Uint8Array(7 + head.length + content.length);
    packet[0] = 0x31;
    packet[1] = head.length >> 8;
    packet[2] = head.length;
    packet[5] = content.length >> 8;
    packet[6] = content.length;
    packet.set(head, 7);
    packet.set(content, 7 + head.length);
    const upward = new Writer().number(1, (this.txid += 1));
    if (isFirst) upward.number(2, this.appID).number(4, 1).text(5, this.user);
    upward
      .number(6, 17)
      .number(7, isFirst ? 1 : 0)
      .bytes(8, packet);
    if (isFirst) upward.number(9, 3).number(13, 30).number(14, 2);
    this.frame(17, 10, upward.number(10, 1));
  }

  /** @param {number} type @param {number} stream @param {Writer} payload */
  frame(type, stream, payload) {
    const content = payload.finish();
    const bytes = new Uint8Array(13 + content.length);
    bytes[0] = 0xaf;
    bytes[3] = type;
    bytes[6] = content.length >> 8;
    bytes[7] = content.length;
    bytes[11] = stream;
    bytes.set(content, 13);
    this.task.send({ data: base64Of(bytes), isBuffer: true });
  }

  hear(bytes) {
    const type = (bytes[2] << 8) | bytes[3];
    if (type === 5) this.answered(text(read(bytes, 13, bytes.length)[4]));
    if (type !== 21) return;
    const packet = read(bytes, 13, bytes.length)[1];
    const head = packet.start + 7 + ((bytes[packet.start + 1] << 8) | bytes[packet.start + 2]);
    const { 1: cmd, 6: key } = read(bytes, packet.start + 7, head);
    const body = read(bytes, head, packet.end);
    if (cmd === 1101) {
      const { 1: sub, 3: time } = readIn(body[1]);
      this.request(1102, new Writer().number(3, sub).number(4, time));
      this.push(sub, body[2]);
    } else if (cmd === 1103) {
      const { 1: sub, 2: number, 3: content } = readIn(body[2]);
      this.request(1104, new Writer().message(1, new Writer().number(1, sub).number(2, number)));
      this.push(sub, content);
    } else if (cmd === 1002) {
      this.key = key;
      this.emit('roomStateUpdate', this.room, 'CONNECTED');
      this.loggedIn(true);
      const streams = all(body[20]).map((item) => stream(readIn(item), 6));
      if (streams.length) this.emit('roomStreamUpdate', this.room, 'ADD', streams);
      this.request(304001, new Writer().number(2, 0));
    } else if (cmd === 304002) {
      const users = all(body[5]).map((item) => person(readIn(item)));
      if (users.length) this.emit('roomUserUpdate', this.room, 'ADD', users);
      if (body[4] < body[3]) this.request(304001, new Writer().number(2, body[4] + 1));
    }
  }

  push(sub, content) {
    if (sub === 11005) {
      const command = JSON.parse(text(content));
      const from = { userID: command.from_userid, userName: command.from_username };
      this.emit('IMRecvCustomCommand', command.room_id, from, command.custom_content);
      return;
    }
    const body = readIn(content);
    if (sub === 10001) {
      for (const item of all(body[2])) {
        const action = readIn(item);
        const user = { userID: text(action[2]), userName: text(action[3]) };
        this.emit('roomUserUpdate', this.room, action[1] === 1 ? 'ADD' : 'DELETE', [user]);
      }
    } else if (sub === 13001 || sub === 14001) {
      const isBroadcast = sub === 13001;
      const messages = all(body[isBroadcast ? 4 : 1]).map((item) => {
        const m = readIn(item);
        return {
          fromUser: person(m),
          message: text(m[7]),
          sendTime: m[8],
          messageID: isBroadcast ? m[4] : text(m[4]),
        };
      });
      this.emit(isBroadcast ? 'IMRecvBroadcastMessage' : 'IMRecvBarrageMessage', this.room, messages);
    } else {
      const streams = all(body[2]).map((item) => stream(readIn(item), 12));
      if (sub === 12003) this.emit('streamExtraInfoUpdate', this.room, streams);
      else this.emit('roomStreamUpdate', this.room, sub === 12001 ? 'ADD' : 'DELETE', streams);
    }
  }
}

const person = (m) => ({ userID: text(m[1]), userName: text(m[2]) });
const stream = (m, info) => ({
  streamID: text(m[1]),
  user: { userID: text(m[3]), userName: text(m[4]) },
  extraInfo: text(m[info]),
});
const all = (field) => (field === undefined ? [] : Array.isArray(field) ? field : [field]);

/** The fields of a message by number: numbers, and slices of `bytes`; a repeated one is an array. */
function read(bytes, start, end) {
  const fields = {};
  let at = start;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < end) {
    const key = varint();
    let value = varint();
    if (key & 7) {
      const length = value;
      value = { bytes, start: at, end: at + length };
      at += length;
    }
    const before = fields[key >> 3];
    if (before === undefined) fields[key >> 3] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[key >> 3] = [before, value];
  }
  return fields;
}

const readIn = ({ bytes, start, end }) => read(bytes, start, end);

function text(slice) {
  if (!slice) return '';
  const { bytes, start, end } = slice;
  let ascii = '';
  for (let at = start; at < end; at += 1) {
    if (bytes[at] > 127) return decoder.decode(bytes.subarray(start, end));
    ascii += String.fromCharCode(bytes[at]);
  }
  return ascii;
}

/** Writes protobuf. */
class Writer {
  constructor() {
    this.list = [];
  }

  varint(value) {
    for (; value > 127; value = Math.floor(value / 128)) this.list.push((value & 127) | 128);
    this.list.push(value);
  }

  number(field, value) {
    this.varint(field * 8);
    this.varint(value);
    return this;
  }

  bytes(field, bytes) {
    this.varint(field * 8 + 2);
    this.varint(bytes.length);
    for (let i = 0; i < bytes.length; i += 1) this.list.push(bytes[i]);
    return this;
  }

  text(field, value) {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field, writer) {
    return this.bytes(field, writer.list);
  }

  finish() {
    return Uint8Array.from(this.list);
  }
}

function bytesOf(base64) {
  const length = (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);
  const bytes = new Uint8Array(length);
  for (let at = 0, out = 0; at < base64.length; at += 4, out += 3) {
    const group =
      (DIGITS[base64.charCodeAt(at)] << 18) |
      (DIGITS[base64.charCodeAt(at + 1)] << 12) |
      (DIGITS[base64.charCodeAt(at + 2)] << 6) |
      DIGITS[base64.charCodeAt(at + 3)];
    bytes[out] = group >> 16;
    bytes[out + 1] = group >> 8;
    bytes[out + 2] = group;
  }
  return bytes;
}

function base64Of(bytes) {
  let base64 = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    base64 += ALPHABET[group >> 18] + ALPHABET[(group >> 12) & 63];
    base64 += at + 1 < bytes.length ? ALPHABET[(group >> 6) & 63] : '=';
    base64 += at + 2 < bytes.length ? ALPHABET[group & 63] : '=';
  }
  return base64;
}

module.exports = { Floor };
