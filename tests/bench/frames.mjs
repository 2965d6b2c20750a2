// The frames of a room service as the feeder makes them: the schemas are those of the room server (tests/server/proto).

import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const folder = fileURLToPath(new URL('../server/proto/', import.meta.url));
const root = new protobuf.Root();
root.loadSync(['accesshub', 'initconfig', 'liveroom', 'switch'].map((name) => `${folder}${name}.proto`));

const FRAME_HEADER = 13;
const PACKET_HEADER = 7;
const PC_DOWNWARD = 21;

/** Message types by name, such as `accesshub.HBRequest`. */
const types = new Map();
const typeOf = (name) => {
  if (!types.has(name)) types.set(name, root.lookupType(name));
  return types.get(name);
};

/** Bytes of a message. Members that are zero but named are written too, as the vendor's client needs codes. */
export const encode = (name, content) => typeOf(name).encode(content).finish();
/** A message from its bytes. */
export const decode = (name, bytes) => typeOf(name).decode(bytes);

/** One binary message of the link. @param {number} type @param {number} stream @param {Uint8Array} payload @returns {Buffer} */
export function frame(type, stream, payload) {
  const bytes = Buffer.alloc(FRAME_HEADER + payload.length);
  bytes[0] = 0xaf;
  bytes.writeUInt16BE(type, 2);
  bytes.writeUInt32BE(payload.length, 4);
  bytes.writeUInt32BE(stream, 8);
  bytes.set(payload, FRAME_HEADER);
  return bytes;
}

/** @param {Buffer} bytes @returns {{type: number, stream: number, payload: Buffer}} */
export function openFrame(bytes) {
  return { type: bytes.readUInt16BE(2), stream: bytes.readUInt32BE(8), payload: bytes.subarray(FRAME_HEADER) };
}

/** A room packet inside its frame. @param {number} stream @param {object} header see switch.Header @param {Uint8Array} body */
export function packet(stream, header, body) {
  const head = encode('switch.Header', header);
  const bytes = Buffer.alloc(PACKET_HEADER + head.length + body.length);
  bytes[0] = 0x31;
  bytes.writeUInt16BE(head.length, 1);
  bytes.writeUInt32BE(body.length, 3);
  bytes.set(head, PACKET_HEADER);
  bytes.set(body, PACKET_HEADER + head.length);
  return frame(PC_DOWNWARD, stream, encode('accesshub.PCDownwardMessage', { payload: bytes, wssMessageType: 1 }));
}

/** @param {Uint8Array} payload of a PCUpwardMessage @returns {{header: any, body: Buffer}} */
export function openPacket(payload) {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const end = PACKET_HEADER + bytes.readUInt16BE(1);
  return { header: decode('switch.Header', bytes.subarray(PACKET_HEADER, end)), body: bytes.subarray(end) };
}

/** Bytes on the wire of one binary WebSocket message from a server. @param {Uint8Array} payload @returns {Buffer} */
export function webSocketMessage(payload) {
  const long = payload.length > 0xffff;
  const head = Buffer.alloc(payload.length < 126 ? 2 : long ? 10 : 4);
  head[0] = 0x82;
  head[1] = payload.length < 126 ? payload.length : long ? 127 : 126;
  if (long) head.writeUInt32BE(payload.length, 6);
  else if (head.length > 2) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
