// A room service in a process of its own that only plays what it made beforehand, so that it is never the slower side.
//
// What is in a room follows from the room's name, such as `room-u10000-s100`: so many users and so many streams. The runner then
// tells it by IPC what to play, see `COMMANDS`.

import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { webSocketMessage } from './frames.mjs';
import { Service } from './service.mjs';

const CHUNK_BYTES = 64 * 1024;

/** The runner has one client at a time. @type {Service} */
let service;
/** The client's newest connection. @type {import('node:net').Socket} */
let line;
/** What is ready to be sent. @type {Buffer[]} */
let chunks = [];

/** Makes all frames of `plan`. @param {Array<[string, number]>} plan what and how often */
function prepare(plan) {
  let chunk = [];
  let size = 0;
  const flush = () => {
    if (size) chunks.push(Buffer.concat(chunk));
    [chunk, size] = [[], 0];
  };
  chunks = [];
  for (const bytes of service.room.make(plan)) {
    const message = webSocketMessage(bytes);
    chunk.push(message);
    size += message.length;
    if (size >= CHUNK_BYTES) flush();
  }
  flush();
}

/** Sends what was made as fast as it is taken. */
async function play() {
  for (const chunk of chunks) {
    if (line.destroyed) break;
    if (!line.write(chunk)) await Promise.race([once(line, 'drain'), once(line, 'close')]);
  }
  chunks = [];
  service.room.announce();
}

/** Forgets the client before. @param {any} heartbeat see Service */
function reset(heartbeat) {
  service = new Service(heartbeat);
}

/** What the runner may ask for; each is answered by `{done: id, value}`. */
const COMMANDS = { reset, prepare, play, report: () => ({ ...service.stats, now: performance.now() }) };

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/accesshub', perMessageDeflate: false });
server.on('connection', (socket, { socket: raw }) => {
  const own = service;
  line = raw.setNoDelay(true);
  own.send = (bytes) => socket.send(bytes);
  socket.on('message', (bytes) => own.hear(bytes));
  socket.on('error', () => {});
});
server.on('listening', () => process.send({ ready: `ws://127.0.0.1:${server.address().port}/accesshub` }));
process.on('message', async ({ id, name, value }) => process.send({ done: id, value: await COMMANDS[name](value) }));
process.on('disconnect', () => process.exit());
