// The network of one phone: a TCP relay in front of each server, which can be cut.

import { connect, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * @template {string} Name
 * @param {Record<Name, number>} targets ports of the servers, by name
 * @returns {Promise<Network<Name>>} relays on free loopback ports
 */
export async function openNetwork(targets) {
  const network = new Network();
  for (const [name, port] of Object.entries(targets)) await network.relay(name, port);
  return network;
}

/** See {@link openNetwork}. */
class Network {
  #servers = [];
  #sockets = new Set();
  /** Ports under which this phone reaches the servers. @type {Record<string, number>} */
  ports = {};
  isCut = false;

  async relay(name, port) {
    const server = createServer((near) => this.#join(near, port));
    await new Promise((resolve, reject) => server.once('error', reject).listen(0, LOOPBACK, resolve));
    this.#servers.push(server);
    this.ports[name] = server.address().port;
  }

  #join(near, port) {
    near.on('error', () => {});
    if (this.isCut) return void near.resetAndDestroy();
    const far = connect(port, LOOPBACK);
    far.on('error', () => near.destroy());
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  /** Every connection breaks, and new ones are refused until {@link restore}. */
  cut() {
    this.isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  restore() {
    this.isCut = false;
  }

  async close() {
    this.cut();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
