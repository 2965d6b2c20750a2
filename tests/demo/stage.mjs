// The servers of a call: the room server and the media server, which accepts only streams the room server handed out.

import { askRoomServer, startMediaServer } from '../media/media-server.mjs';
import { requireMedia } from '../media/processes.mjs';
import { startRoomServer } from '../support/room-server.mjs';

/**
 * @typedef {object} Stage
 * @property {import('../media/media-server.mjs').MediaServer} media
 * @property {import('../support/room-server.mjs').RoomServer} room the one that runs now
 * @property {() => Promise<void>} restartRoom ends the room server's process and starts another on the same port
 * @property {() => Promise<void>} close
 */

/**
 * Starts both on free loopback ports.
 * @param {object} [options]
 * @param {string[]} [options.roomArgs] further arguments of the room server
 * @param {number} [options.roomPort] where it listens; any free port by default
 * @param {(line: string) => void} [options.log] what the servers say about themselves
 * @returns {Promise<Stage>}
 * @throws in a plain sentence when something is missing or does not start
 */
export async function openStage({ roomArgs = [], roomPort = 0, log } = {}) {
  requireMedia();
  let allowPublish = () => false;
  // Addresses outlive the room server that gave them out, as they do where media servers are other machines.
  const allowed = new Set();
  const mayPublish = async (path, args) => {
    if (await allowPublish(path, args)) allowed.add(path);
    return allowed.has(path);
  };
  const media = await startMediaServer({ allowPublish: mayPublish, log });
  const startRoom = (port) =>
    startRoomServer({ mediaHosts: [media.rtmpHost], args: [...roomArgs, '--port', String(port)], log });
  try {
    const stage = {
      media,
      room: await startRoom(roomPort),
      async restartRoom() {
        const { port } = new URL(stage.room.http);
        await stage.room.close();
        stage.room = await startRoom(port);
      },
      close: async () => void (await Promise.all([stage.room.close(), media.close()])),
    };
    allowPublish = askRoomServer(stage.room.http); // which stays the same
    tellRoomServer(stage);
    return stage;
  } catch (error) {
    await media.close();
    throw error;
  }
}

/** Reports what becomes of streams, as media servers do. */
function tellRoomServer(stage) {
  for (const [name, event] of [
    ['publish', 'published'],
    ['publishEnd', 'unpublished'],
  ]) {
    stage.media.on(name, ({ stream: streamID }) =>
      stage.room.control('media-event', { streamID, event }).catch(() => {}),
    );
  }
}
