// The demo as a page for people: both servers and the web server, until Ctrl-C.

import { openShow } from './show.mjs';
import { makeAssets, serveShow } from './server.mjs';

/**
 * @param {object} options
 * @param {number} options.port of the page, 0 for any
 * @param {number} options.roomPort of the room server, 0 for any
 * @param {(text: string) => void} options.print
 * @param {AbortSignal} options.signal ends it
 * @returns {Promise<number>} exit code
 */
export async function showInBrowser({ port, roomPort, print, signal }) {
  const assets = await makeAssets();
  const show = await openShow({ roomPort });
  try {
    const server = await serveShow(show, assets, { port });
    try {
      print(`
  Two phones in a call, to be watched:   ${server.origin}/
  Join them from a desktop browser:      ${server.origin}/peer
  Room server for the IDE:               ${show.stage.room.ws}, AppID ${show.stage.room.appID}

  Everything stays on this machine. Ctrl-C ends it.`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return 0;
    } finally {
      await server.close();
    }
  } finally {
    await show.close();
  }
}
