'use strict';

const MAX_DEPTH = 16;
const MAX_VALUES = 10000;

/**
 * A copy of what the page passed, made of undefined, null, booleans, finite numbers, strings, arrays and plain objects.
 * Everything else, and what lies deeper than 16 levels, becomes `{"$type": typeof value}`; after 10000 values the copy ends.
 * A property that cannot be read is undefined. Never throws and never changes the original.
 * @param {any} value
 * @returns {any}
 */
function plain(value) {
  let left = MAX_VALUES;
  /** @type {any[]} */
  const above = [];

  /** @param {any} v @returns {any} */
  function copy(v) {
    left -= 1;
    if (left < 0) return opaque(v);
    if (v === null || /^(undefined|boolean|string)$/.test(typeof v)) return v;
    // NaN and the infinities are missing in JSON.
    if (typeof v === 'number' && isFinite(v)) return v;
    if (typeof v !== 'object' || above.length >= MAX_DEPTH || above.indexOf(v) >= 0) return opaque(v);
    above.push(v);
    try {
      return copyObject(v);
    } catch (revokedOrHostile) {
      return opaque(v);
    } finally {
      above.pop();
    }
  }

  /** @param {any} v @returns {any} */
  function copyObject(v) {
    if (Array.isArray(v)) {
      const list = [];
      for (let i = 0; i < v.length && left > 0; i += 1) list.push(copy(read(v, i)));
      return list;
    }
    if (Object.prototype.toString.call(v) !== '[object Object]') return opaque(v);
    /** @type {Record<string, any>} */
    const object = {};
    for (const key of Object.keys(v)) {
      if (left > 0 && key !== '__proto__') object[key] = copy(read(v, key));
    }
    return object;
  }

  return copy(value);
}

/** @param {any} value */
function opaque(value) {
  return { $type: typeof value };
}

/** What `object` has there; undefined where it cannot be read. @param {any} object @param {string | number} key */
function read(object, key) {
  try {
    return object[key];
  } catch (throwingGetter) {
    return undefined;
  }
}

/**
 * The arguments of a call as they cross the border. The content of a custom command travels as JSON text, made here so
 * that it is the text JSON.stringify gives, toJSON() and all.
 * @param {string} method
 * @param {any[]} args
 */
function toBorder(method, args) {
  return args.map((value, i) => {
    if (method !== 'sendCustomCommand' || i !== 1 || value === null || typeof value !== 'object') return plain(value);
    try {
      const json = JSON.stringify(value);
      return typeof json === 'string' ? { json } : opaque(value);
    } catch (cyclicOrHostile) {
      return opaque(value);
    }
  });
}

/**
 * The arguments of an event as the page gets them: one that is undefined crosses the border as null.
 * @param {string} name
 * @param {any[]} args
 */
function fromBorder(name, args) {
  const last = args[args.length - 1];
  if (last !== null && (name !== 'IMRecvCustomCommand' || typeof last.json !== 'string')) return args;
  return args.slice(0, -1).concat([last === null ? undefined : parsed(last.json)]);
}

/** @param {string} json */
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch (notJson) {
    return json; // the sender's text as it came
  }
}

module.exports = { plain, read, toBorder, fromBorder };
