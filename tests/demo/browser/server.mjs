// The web server of the browser demo: pages, the sockets they report through, and the phones' token server. Loopback only.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { bundleForBrowser } from '../../pages/bundle.mjs';
import { ABSENT, compileApp } from '../../pages/compile.mjs';

const LOOPBACK = '127.0.0.1';
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript', json: 'application/json' };

/** Everything the pages load. @returns {Promise<Map<string, {type: string, body: string}>>} */
export async function makeAssets() {
  const page = (name) => readFile(file(`page/${name}`), 'utf8');
  const [app, demo, phone, peer, index, phoneHtml, peerHtml, base, demoCss, peerCss, phoneCss, screenCss] =
    await Promise.all([
      compileApp(),
      ...['demo', 'phone', 'peer'].map((name) => bundleForBrowser(file(`page/${name}.mjs`), { format: 'esm' })),
      ...['index.html', 'phone.html', 'peer.html', 'base.css', 'demo.css', 'peer.css', 'phone.css'].map(page),
      readFile(file('../../pages/browser/phone.css'), 'utf8'),
    ]);
  const assets = {
    '/': ['html', index],
    '/peer': ['html', peerHtml],
    '/phone': ['html', phoneHtml],
    '/base.css': ['css', base],
    '/demo.css': ['css', demoCss],
    '/peer.css': ['css', peerCss],
    '/phone.css': ['css', screenCss + phoneCss],
    '/demo.js': ['js', demo],
    '/phone.js': ['js', phone],
    '/peer.js': ['js', peer],
    '/app.json': ['json', JSON.stringify({ app, absent: ABSENT })],
  };
  return new Map(Object.entries(assets).map(([path, [type, body]]) => [path, { type: TYPES[type], body }]));
}

/**
 * @param {import('./show.mjs').Show} show
 * @param {Map<string, {type: string, body: string}>} assets of makeAssets
 * @param {{port?: number}} [options] any free port by default
 * @returns {Promise<{origin: string, close: () => Promise<void>}>}
 */
export async function serveShow(show, assets, { port = 0 } = {}) {
  let origin = '';
  const isOwn = (request) => `http://${request.headers.host}` === origin;
  const server = createServer((request, response) => {
    answer(request)
      .catch((error) => ({ status: 500, body: error.message }))
      .then(({ status = 200, type = 'text/plain', body = '' }) => {
        response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
        response.end(body);
      });
  });

  async function answer(request) {
    // Another name for this machine is another site's doing.
    if (!isOwn(request)) return { status: 403, body: `open ${origin}` };
    const { pathname } = new URL(request.url, origin);
    const json = (value) => ({ type: TYPES.json, body: JSON.stringify(value) });
    const [, who, rest] = /^\/phone\/(\w+)(\/.*)?$/.exec(pathname) ?? [];
    const phone = show.phones.get(who);
    if (phone && !rest) return assets.get('/phone');
    if (phone && rest === '/settings.json') return json(await phone.settings(origin));
    if (phone && rest === '/control/token' && request.method === 'POST') {
      const token = await phone.newToken();
      return token ? json(token) : { status: 503, ...json({ error: 'the demo refuses new tokens' }) };
    }
    if (pathname === '/peer/settings.json') return json(show.peerSettings);
    return assets.get(pathname) ?? { status: 404, body: 'there is nothing here' };
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  server.on('upgrade', (request, socket, head) => {
    if (!isOwn(request) || request.headers.origin !== origin) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (accepted) => accept(show, accepted, new URL(request.url, origin)));
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, LOOPBACK, resolve));
  origin = `http://${LOOPBACK}:${server.address().port}`;
  return {
    origin,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One page's socket: the demo itself, a phone in it, or a web peer. */
function accept(show, socket, { searchParams }) {
  const send = (message) => socket.readyState === socket.OPEN && socket.send(JSON.stringify(message));
  const listen = (receive, receiveBytes = () => {}) => {
    socket.on('message', (data, isBinary) => {
      if (isBinary) return receiveBytes(data);
      const message = parse(data);
      if (message) Promise.resolve(receive(message)).catch((error) => show.note('server', error.message));
    });
  };
  socket.on('error', () => {});
  const role = searchParams.get('role');
  const phone = show.phones.get(searchParams.get('who'));
  if (role === 'demo') {
    socket.once('close', show.addViewer(send));
    listen((message) => show.command(message));
  } else if (role === 'phone' && phone) {
    const disconnect = phone.connect(send, () => socket.terminate());
    socket.once('close', disconnect);
    listen((message) => socket.readyState === socket.OPEN && phone.receive(message));
  } else if (role === 'peer') {
    const peer = show.addPeer(send);
    socket.once('close', () => peer.close());
    listen(
      (message) => peer.receive(message),
      (bytes) => peer.receiveBytes(bytes),
    );
  } else {
    socket.close();
  }
}

/** A message, or undefined if it is none. */
function parse(data) {
  try {
    const message = JSON.parse(data);
    return message !== null && typeof message === 'object' ? message : undefined;
  } catch {
    return undefined;
  }
}
