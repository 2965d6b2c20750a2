'use strict';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Values by the codes of the alphabet's characters, written so that only who encodes carries the alphabet. */
const VALUES = new Uint8Array(128);
for (let i = 0; i < 64; i += 1) VALUES[i < 26 ? i + 65 : i < 52 ? i + 71 : i < 62 ? i - 4 : i < 63 ? 43 : 47] = i;

/** Bytes to padded base64 text. @param {Uint8Array} bytes @returns {string} */
function encode(bytes) {
  const { length } = bytes;
  let text = '';
  for (let i = 0; i < length; i += 3) {
    // Beyond the end there are zeros.
    const group = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    text += ALPHABET[group >> 18] + ALPHABET[(group >> 12) & 63];
    text += i + 1 < length ? ALPHABET[(group >> 6) & 63] : '=';
    text += i + 2 < length ? ALPHABET[group & 63] : '=';
  }
  return text;
}

/**
 * Base64 text to bytes. White space is skipped anywhere, padding may be missing.
 * @param {string} text
 * @returns {Uint8Array | null} null when the text is not base64
 */
function decode(text) {
  const digits = text.replace(/[ \t\r\n]+/g, '').replace(/==?$/, '');
  if (/[^\w+/]|_/.test(digits) || digits.length % 4 === 1) return null;
  const bytes = new Uint8Array(sizeOf(digits));
  let length = 0;
  let group = 0;
  for (let i = 0; i < digits.length; i += 1) {
    group = (group << 6) | VALUES[digits.charCodeAt(i)];
    // The array takes the lowest eight bits.
    if (i & 3) bytes[length++] = group >> (6 - 2 * (i & 3));
  }
  return bytes;
}

/** Number of bytes that padded base64 text stands for. @param {string} text @returns {number} */
function sizeOf(text) {
  const padding = text.indexOf('=');
  return Math.floor(((padding < 0 ? text.length : padding) * 3) / 4);
}

module.exports = { encode, decode, sizeOf };
