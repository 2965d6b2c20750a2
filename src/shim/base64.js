'use strict';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SPACE = 64;
const PADDING = 65;
const INVALID = 66;

const VALUES = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < 64; i += 1) VALUES[ALPHABET.charCodeAt(i)] = i;
for (const space of ' \t\r\n') VALUES[space.charCodeAt(0)] = SPACE;
VALUES[61] = PADDING;

/** @param {string} text @param {number} at */
function valueAt(text, at) {
  const code = text.charCodeAt(at);
  return code < 128 ? VALUES[code] : INVALID;
}

/** Bytes to padded base64 text. @param {Uint8Array} bytes @returns {string} */
function encode(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i] << 16) | ((left > 1 ? bytes[i + 1] : 0) << 8) | (left > 2 ? bytes[i + 2] : 0);
    text += ALPHABET[group >> 18] + ALPHABET[(group >> 12) & 63];
    text += left > 1 ? ALPHABET[(group >> 6) & 63] : '=';
    text += left > 2 ? ALPHABET[group & 63] : '=';
  }
  return text;
}

/**
 * Base64 text to bytes. White space is skipped anywhere, padding may be missing.
 * @param {string} text
 * @returns {Uint8Array | null} null when the text is not base64
 */
function decode(text) {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let i = 0;
  // Whole groups, as almost all of a text is; what is odd about a group is left to the slow way.
  for (; i + 4 <= text.length; i += 4) {
    const a = valueAt(text, i);
    const b = valueAt(text, i + 1);
    const c = valueAt(text, i + 2);
    const d = valueAt(text, i + 3);
    if ((a | b | c | d) > 63) break;
    bytes[length] = (a << 2) | (b >> 4);
    bytes[length + 1] = (b << 4) | (c >> 2);
    bytes[length + 2] = (c << 6) | d;
    length += 3;
  }
  let digits = 0;
  let group = 0;
  let padding = 0;
  for (; i < text.length; i += 1) {
    const value = valueAt(text, i);
    if (value === SPACE) continue;
    if (value === PADDING) {
      padding += 1;
      continue;
    }
    if (value === INVALID || padding) return null;
    group = (group << 6) | value;
    digits += 1;
    if (digits % 4 === 0) {
      bytes[length] = group >> 16;
      bytes[length + 1] = group >> 8;
      bytes[length + 2] = group;
      length += 3;
      group = 0;
    }
  }
  const rest = digits % 4;
  if (rest === 1 || padding > 2) return null;
  if (rest > 1) bytes[length++] = group >> (rest === 2 ? 4 : 10);
  if (rest > 2) bytes[length++] = group >> 2;
  return bytes.subarray(0, length);
}

/** Number of bytes that padded base64 text stands for. @param {string} text @returns {number} */
function sizeOf(text) {
  const padding = text.indexOf('=');
  return Math.floor(((padding < 0 ? text.length : padding) * 3) / 4);
}

module.exports = { encode, decode, sizeOf };
