// What a scenario is.

/**
 * A short script that every combination of clients plays.
 * @param {string} name a sentence; unique
 * @param {object} [options]
 * @param {string[]} [options.clients=['a', 'b']] names of the clients
 * @param {string[]} [options.serverArgs] flags of the room server
 * @param {string} [options.bug] the past bug of the vendor it keeps away: version and what it was
 * @param {boolean} [options.mixed=true] whether it is also played by vendor and ours together, if it has several clients
 * @param {object} [options.clientOptions] see createClient
 * @param {(cast: object, stage: import('./stage.mjs').Stage) => Promise<void>} run gets the clients by name, and the stage
 */
export function scenario(name, options, run) {
  return { name, clients: ['a', 'b'], serverArgs: [], mixed: true, ...options, run };
}
