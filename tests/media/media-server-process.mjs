// The process of the RTMP server; started by media-server.mjs, which it talks to over IPC.
//
// A process of its own because node-media-server keeps its state in module globals and installs handlers for SIGINT
// and uncaught exceptions on the process it runs in.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const NodeMediaServer = require('node-media-server');
const RtmpSession = require('node-media-server/src/node_rtmp_session.js');
const { nodeEvent, publishers } = require('node-media-server/src/node_core_ctx.js');

const LOOPBACK = '127.0.0.1';
const questions = new Map();
const plays = new Map();
let lastQuestion = 0;

const tell = (message) => process.connected && process.send(message);

// The library decides in a synchronous hook. An RTMP client sends no media before it was told that its publish is
// accepted, so the answer can wait for the parent.
const acceptPublish = RtmpSession.prototype.onPublish;
RtmpSession.prototype.onPublish = function onPublish(message) {
  const [name, query = ''] = String(message.streamName).split('?');
  const publish = describe(this.id, `/${this.appname}/${name}`, Object.fromEntries(new URLSearchParams(query)));
  const packet = { ...this.parserPacket, header: { ...this.parserPacket.header } };
  ask(publish).then((allowed) => {
    if (!this.isStarting) return;
    const taken = publishers.has(publish.path);
    if (!allowed || taken) {
      this.sendStatusMessage(
        packet.header.stream_id,
        'error',
        'NetStream.Publish.BadName',
        taken ? 'already publishing' : 'not allowed',
      );
      tell({ type: 'event', name: 'publishRefused', ...publish, reason: taken ? 'already publishing' : 'not allowed' });
      this.reject();
      return;
    }
    const parsing = this.parserPacket;
    this.parserPacket = packet;
    acceptPublish.call(this, message);
    this.parserPacket = parsing;
  });
};

function describe(id, path, args) {
  const [, app, ...rest] = path.split('/');
  return { id, path, app, stream: rest.join('/'), args: { ...args } };
}

function ask(publish) {
  lastQuestion += 1;
  const question = lastQuestion;
  tell({ type: 'ask', question, path: publish.path, args: publish.args });
  return new Promise((resolve) => questions.set(question, resolve));
}

nodeEvent.on('postPublish', (id, path, args) => tell({ type: 'event', name: 'publish', ...describe(id, path, args) }));
nodeEvent.on('donePublish', (id, path, args) => {
  tell({ type: 'event', name: 'publishEnd', ...describe(id, path, args) });
  for (const play of plays.values()) if (play.path === path) endPlay(play);
});
nodeEvent.on('postPlay', (id, path, args) => {
  plays.set(id, describe(id, path, args));
  tell({ type: 'event', name: 'play', ...plays.get(id) });
});
nodeEvent.on('donePlay', (id) => plays.has(id) && endPlay(plays.get(id)));
nodeEvent.on('logMessage', (...words) => tell({ type: 'log', text: words.join(' ') }));
nodeEvent.on('errorMessage', (...words) => tell({ type: 'log', text: words.join(' ') }));

function endPlay(play) {
  plays.delete(play.id);
  tell({ type: 'event', name: 'playEnd', ...play });
}

process.on('message', ({ type, question, allowed }) => {
  if (type !== 'answer') return;
  questions.get(question)?.(allowed);
  questions.delete(question);
});
// The parent is gone, in whatever way: take every connection (and so every ffmpeg) down with us.
process.on('disconnect', () => process.exit(0));

// The library passes `port` on to net.Server.listen unread, which also takes an address: loopback and any free port.
const listen = () => ({ host: LOOPBACK, port: 0 });
const server = new NodeMediaServer({
  logType: 0,
  rtmp: { port: listen(), chunk_size: 60_000, gop_cache: true, ping: 30, ping_timeout: 60 },
  http: { port: listen(), allow_origin: '*', api: false, mediaroot: import.meta.dirname },
});
server.run();
process.removeAllListeners('SIGINT');
process.removeAllListeners('uncaughtException');
process.on('SIGINT', () => {});

const listening = (netServer) =>
  new Promise((resolve) => (netServer.listening ? resolve() : netServer.once('listening', resolve)));
await Promise.all([listening(server.nrs.tcpServer), listening(server.nhs.httpServer)]);
tell({ type: 'ready', rtmpPort: server.nrs.tcpServer.address().port, httpPort: server.nhs.httpServer.address().port });
