// The servers of a call: the room server and the media server, which accepts only streams the room server handed out.

import { askRoomServer, startMediaServer } from '../media/media-server.mjs';
import { requireMedia } from '../media/processes.mjs';
import { startRoomServer } from '../support/room-server.mjs';

/**
 * Starts both on free loopback ports.
 * @param {object} [options]
 * @param {(line: string) => void} [options.log] what the servers say about themselves
 * @returns {Promise<{media: import('../media/media-server.mjs').MediaServer,
 *   room: import('../support/room-server.mjs').RoomServer, close: () => Promise<void>}>}
 * @throws in a plain sentence when something is missing or does not start
 */
export async function openStage({ log } = {}) {
  requireMedia();
  let allowPublish = () => false;
  const media = await startMediaServer({ allowPublish: (...args) => allowPublish(...args), log });
  try {
    const room = await startRoomServer({ mediaHosts: [media.rtmpHost], log });
    allowPublish = askRoomServer(room.http);
    tellRoomServer(media, room);
    const close = async () => void (await Promise.all([room.close(), media.close()]));
    return { media, room, close };
  } catch (error) {
    await media.close();
    throw error;
  }
}

/** Reports what becomes of streams, as media servers do. */
function tellRoomServer(media, room) {
  for (const [name, event] of [
    ['publish', 'published'],
    ['publishEnd', 'unpublished'],
  ]) {
    media.on(name, ({ stream: streamID }) => room.control('media-event', { streamID, event }).catch(() => {}));
  }
}
