'use strict';

const { createInlineHost } = require('./host-inline');
const { createPlainHost } = require('./host-plain');

/**
 * A place where the module runs. `open` loads it and gives a fresh `Engine` class (see docs/architecture.md).
 *
 * A host whose module is not in this thread gives a class that posts each call as a message: instances have `isRemote`, count
 * their `unanswered` messages, and know `nextUrl()`; `drain()` returns what has arrived, `callSync()` returns undefined. It
 * calls `wake()` when outputs arrived and `lost(error)` when the other side died.
 * @typedef {object} Host
 * @property {string} name
 * @property {() => boolean} available
 * @property {(hooks: {wake: () => void, lost: (cause: any) => void}) => Promise<any>} open
 */

const createGlue = () => require('./engine-glue').createGlue();

const inline = createInlineHost(createGlue, (wasm) => require('./engine-wasm').bytes(wasm));
const plain = createPlainHost(createGlue, () => require('./engine-plain'));

/**
 * Loaded when it is used: an application without a Worker does not carry it.
 * @param {any} my @param {any} declaration @param {(level: string, message: string) => void} log @returns {Host}
 */
const createWorkerHost = (my, declaration, log) => ({
  name: 'worker',
  available: () => !!declaration,
  open: (hooks) => require('./host-worker').openInWorker(my, declaration, log, hooks),
});

/**
 * The host to use: the one given, the one named, or the first that this runtime can do.
 * @param {string | Host | undefined} wanted
 * @param {{my?: any, worker?: any, log: (level: string, message: string) => void}} settings
 * @returns {Host}
 */
function chooseHost(wanted, { my, worker, log }) {
  if (wanted && typeof wanted === 'object') return wanted;
  const hosts = [inline, createWorkerHost(my, worker, log), plain];
  return hosts.filter((host) => (wanted ? host.name === wanted : host.available()))[0] || unknown(wanted, hosts);
}

/** @param {string | undefined} wanted @param {Host[]} hosts @returns {Host} */
function unknown(wanted, hosts) {
  const advice = `Hosts: ${hosts.map((host) => host.name).join(', ')}.`;
  const cause = Object.assign(new Error(`there is no host "${wanted}"`), { advice });
  return { name: 'none', available: () => false, open: () => Promise.reject(cause) };
}

module.exports = { chooseHost };
