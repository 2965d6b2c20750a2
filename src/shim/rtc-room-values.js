'use strict';

const { describe } = require('./describe');

/** The longest delay setTimeout takes; a longer one would fire at once. */
const MAX_DELAY = 0x7fffffff;

/** A text as it is, anything else as none. @param {any} value @returns {string} */
function text(value) {
  return typeof value === 'string' ? value : '';
}

/** A number, also as text; 0 for anything else. @param {any} value @returns {number} */
function numberOf(value) {
  return /^(number|string)$/.test(typeof value) ? Number(value) || 0 : 0;
}

/**
 * Does what belongs to the page or the platform. What it throws is shown and stops nothing here.
 * @template T @param {string} what @param {() => T} act @returns {T | undefined}
 */
function guarded(what, act) {
  try {
    return act();
  } catch (error) {
    if (typeof console === 'object') console.error(`[zego] ${what} threw: ${describe(error, true)}`);
    return undefined;
  }
}

/** A time in ms that setTimeout takes. @param {any} value @param {number} usual where it is none @returns {number} */
function delayOf(value, usual) {
  return typeof value === 'number' && value > 0 ? Math.min(value, MAX_DELAY) : usual;
}

/** The id of the next own stream. @param {any} options of RtcRoom @param {string} roomID @returns {string} */
function newStreamID({ streamID, user }, roomID) {
  if (typeof streamID === 'function') return text(streamID(roomID));
  if (streamID) return text(streamID);
  const name = user.userID.replace(/[^A-Za-z0-9]/g, '').slice(0, 40);
  return `${name}-${Date.now().toString(36)}${Math.floor(Math.random() * 46656).toString(36)}`;
}

module.exports = { text, numberOf, delayOf, newStreamID, guarded };
