'use strict';

const { createInlineHost } = require('./host-inline');

/**
 * A place where the module runs. `open` loads it and gives a fresh `Engine` class (see docs/architecture.md).
 *
 * A host whose module is not in this thread gives a class that posts each call as a message: its `drain()` returns what has
 * arrived, its `callSync()` returns undefined, and it calls `wake()` when outputs arrived and `lost(error)` when the other side died.
 * @typedef {object} Host
 * @property {string} name
 * @property {() => boolean} available
 * @property {(hooks: {wake: () => void, lost: (cause: any) => void}) => Promise<any>} open
 */

/** In the order of preference. @type {Host[]} */
const HOSTS = [
  createInlineHost(
    () => require('./engine-glue').createGlue(),
    () => require('./engine-wasm').bytes(),
  ),
];

/**
 * The host to use: the one given, the one named, or the first that this runtime can do.
 * @param {string | Host} [wanted]
 * @returns {Host}
 */
function chooseHost(wanted) {
  if (wanted && typeof wanted === 'object') return wanted;
  return HOSTS.filter((host) => (wanted ? host.name === wanted : host.available()))[0] || noHost(wanted);
}

/** @param {string} [wanted] @returns {Host} */
function noHost(wanted) {
  const cause = Object.assign(new Error(wanted ? `there is no host "${wanted}"` : 'this runtime offers no WebAssembly'), {
    advice: wanted ? `Hosts: ${HOSTS.map((host) => host.name).join(', ')}.` : 'Update Alipay; in the IDE choose a newer base library.',
  });
  return { name: 'none', available: () => false, open: () => Promise.reject(cause) };
}

module.exports = { chooseHost };
