'use strict';

const { read } = require('./plain');
const { problem } = require('./rtc-room-errors');

/** How long the platform may take to prepare the component, in ms; it may be downloading it. */
const PREPARE = 30000;

/** Platforms whose component has been prepared. @type {WeakMap<object, Promise<void>>} */
const prepared = new WeakMap();

/** Has the platform prepare the component. @param {any} host @returns {Promise<void>} */
function prepare(host) {
  if (typeof read(host, 'call') !== 'function') return Promise.resolve();
  const known = prepared.get(host);
  if (known) return known;
  /** @type {Promise<void>} */
  const preparing = new Promise((resolve, reject) => {
    /** @param {any} [cause] */
    const fail = (cause) => {
      clearTimeout(timer);
      reject(problem(1198001, 'platform', cause));
    };
    const timer = setTimeout(fail, PREPARE);
    const prepared = (/** @type {any} */ result) => {
      if (!read(result, 'success')) return fail(read(result, 'errorMessage') || read(result, 'error'));
      clearTimeout(timer);
      resolve();
    };
    try {
      host.call('prepareRTCResource', {}, prepared);
    } catch (error) {
      fail(error);
    }
  });
  prepared.set(host, preparing);
  preparing.catch(() => prepared.delete(host));
  return preparing;
}

/** Rejects where this client cannot make calls. @param {any} host @param {any} engine @returns {Promise<void>} */
async function checkPermissions(host, engine) {
  const first = await engine.checkSystemRequirements();
  if (first.code === 10001) throw problem(1198002, 'platform');
  if (first.code !== 10002) return;
  if (typeof read(host, 'openSetting') === 'function') {
    await new Promise((resolve) => host.openSetting({ complete: resolve })).catch(() => undefined);
    const second = await engine.checkSystemRequirements();
    if (second.code !== 10002) return;
  }
  throw problem(1198003, 'platform');
}

module.exports = { prepare, checkPermissions };
