/**
 * The bytes of a text that `pack` of tests/scripts/wasm-text.mjs made: each character stands for one byte.
 *
 * @param {string} text
 * @param {string} alphabet the character of byte 0, 1, 2...
 * @returns {Uint8Array}
 */
export function unpack(text, alphabet) {
  const byteOf = new Uint8Array(512);
  for (let byte = 0; byte < alphabet.length; byte++) byteOf[alphabet.charCodeAt(byte)] = byte;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = byteOf[text.charCodeAt(at)];
  return bytes;
}
