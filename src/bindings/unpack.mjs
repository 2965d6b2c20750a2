/**
 * The bytes of a module that `pack` of tests/scripts/wasm-text.mjs took apart.
 *
 * What stands for the same kind of thing in the code lies together, one character for each byte, because an archive packs it a
 * tenth better so: everything that is not code; opcodes with types of blocks and alignments; and numbers of labels (with
 * the declarations of local variables), of locals, constants, offsets and calls. The sizes of functions are left out.
 *
 * This runs once, before the first call, and no runtime has compiled it by then: two loops over local variables are three
 * times as fast as small functions.
 *
 * @param {number} size of the module
 * @param {number} head bytes before the first function
 * @param {number} functions how many
 * @param {string} alphabet the character of byte 0, 1, 2...
 * @param {string} text
 * @param {number[]} starts where in the text each kind begins
 * @returns {Uint8Array}
 */
export function unpack(size, head, functions, alphabet, text, starts) {
  const byteOf = new Uint8Array(512);
  for (let byte = 0; byte < 256; byte++) byteOf[alphabet.charCodeAt(byte)] = byte;
  const from = new Uint8Array(text.length);
  for (let i = 0; i < from.length; i++) from[i] = byteOf[text.charCodeAt(i)];

  let [other, code, label, local, constant, offset, call] = starts;
  const to = new Uint8Array(size);
  let at = head;
  to.set(from.subarray(other, (other += head)));
  for (; functions > 0; functions--) {
    const start = at;
    let depth = 1;
    let byte = from[label];
    for (let left = 2 * byte + 1; left > 0; left--) to[at++] = from[label++];
    while (depth) {
      const op = from[code++];
      to[at++] = op;
      if (op < 0x20) {
        if (op === 0x0b) depth--;
        else if (op > 0x01 && op < 0x05) {
          depth++;
          to[at++] = from[code++];
        } else if (op === 0x0c || op === 0x0d) to[at++] = from[label++];
        else if (op === 0x10) {
          do to[at++] = byte = from[call++];
          while (byte > 127);
        } else if (op === 0x0e) for (let left = from[label] + 2; left > 0; left--) to[at++] = from[label++];
        else if (op === 0x11) {
          to[at++] = from[other++];
          to[at++] = from[other++];
        }
      } else if (op < 0x25) {
        do to[at++] = byte = from[local++];
        while (byte > 127);
      } else if (op < 0x3f) {
        to[at++] = from[code++];
        do to[at++] = byte = from[offset++];
        while (byte > 127);
      } else if (op < 0x43) {
        do to[at++] = byte = from[constant++];
        while (byte > 127);
      } else if (op < 0x45) for (let left = 4 * (op - 0x42); left > 0; left--) to[at++] = from[other++];
    }
    let length = at - start;
    const prefix = [];
    for (; length > 127; length >>= 7) prefix.push((length & 127) | 128);
    prefix.push(length);
    to.copyWithin(start + prefix.length, start, at);
    to.set(prefix, start);
    at += prefix.length;
  }
  to.set(from.subarray(other, other + size - at), at);
  return to;
}
