'use strict';

const base64 = require('./base64');

/** Marks our messages; everything else on the channel belongs to others. */
const MARK = 1;
const TAG = '$';

/**
 * A value as plain JSON: what JSON lacks (undefined, NaN, bytes) becomes `{$: kind}`.
 * @param {any} value of nulls, booleans, numbers, strings, undefined, byte arrays, arrays and plain objects
 * @returns {any}
 */
function pack(value) {
  if (value === undefined) return { [TAG]: 'undefined' };
  if (typeof value === 'number' && !isFinite(value)) return { [TAG]: 'number', text: String(value) };
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(pack);
  if (ArrayBuffer.isView(value)) return { [TAG]: 'bytes', text: base64.encode(/** @type {Uint8Array} */ (value)) };
  const packed = packMembers(value);
  return TAG in value ? { [TAG]: 'object', members: packed } : packed;
}

/** @param {any} value what pack() gave @returns {any} */
function unpack(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(unpack);
  switch (value[TAG]) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(value.text);
    case 'bytes':
      return base64.decode(value.text);
    case 'object':
      return unpackMembers(value.members);
    default:
      return unpackMembers(value);
  }
}

/** @param {any} object @returns {any} */
function packMembers(object) {
  /** @type {any} */
  const packed = {};
  for (const key of Object.keys(object)) packed[key] = pack(object[key]);
  return packed;
}

/** @param {any} object @returns {any} */
function unpackMembers(object) {
  /** @type {any} */
  const values = {};
  for (const key of Object.keys(object)) values[key] = unpack(object[key]);
  return values;
}

/** @param {any} content @returns {any} a message for postMessage */
function toMessage(content) {
  return { zego: MARK, content: pack(content) };
}

/** @param {any} message @returns {any} its content; undefined for a message of others */
function fromMessage(message) {
  return message && message.zego === MARK && message.content ? unpack(message.content) : undefined;
}

module.exports = { toMessage, fromMessage };
