/**
 * The bytes of a module that `pack` of tests/scripts/wasm-text.mjs took apart.
 *
 * What stands for the same kind of thing in the code (opcodes, numbers of locals, constants...) lies together in a text of its
 * own, one character for each byte, because an archive packs it a tenth better so. Sizes of functions are left out.
 *
 * @param {number} size of the module
 * @param {number} head bytes before the first function
 * @param {number} functions how many
 * @param {string} alphabet the character of byte 0, 1, 2...
 * @param {string[]} texts named below
 * @returns {Uint8Array}
 */
export function unpack(size, head, functions, alphabet, texts) {
  const byteOf = new Uint8Array(512);
  for (let byte = 0; byte < 256; byte++) byteOf[alphabet.charCodeAt(byte)] = byte;
  const bytes = new Uint8Array(size);
  let at = 0;
  const [other, code, locals, numbers, offsets, labels, calls] = texts.map((text) => {
    let next = 0;
    return () => (bytes[at++] = byteOf[text.charCodeAt(next++)]);
  });
  /** @param {number} times @param {() => void} step */
  const repeat = (times, step) => {
    for (; times > 0; times--) step();
  };
  /** A number of the format: as many bytes as it takes, seven bits in each. @param {() => number} from */
  const number = (from) => {
    let value = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = from();
      value |= (byte & 127) << shift;
    }
    return value;
  };
  const body = () => {
    repeat(2 * number(labels), () => number(labels)); // declarations of locals: how many, of which type
    for (let depth = 1; depth;) {
      const op = code();
      if (op === 0x0b) depth--;
      else if (op >= 0x02 && op <= 0x04) {
        depth++;
        code(); // type of the block
      } else if (op === 0x0c || op === 0x0d) number(labels);
      else if (op === 0x0e) repeat(number(labels) + 1, () => number(labels));
      else if (op === 0x10) number(calls);
      else if (op === 0x11) repeat(2, () => number(other));
      else if (op >= 0x20 && op <= 0x24) number(locals);
      else if (op >= 0x28 && op <= 0x3e) {
        code(); // alignment
        number(offsets);
      } else if (op === 0x41 || op === 0x42) number(numbers);
      else if (op === 0x43) repeat(4, other);
      else if (op === 0x44) repeat(8, other);
      else if (op === 0x3f || op === 0x40) other();
    }
  };
  repeat(head, other);
  repeat(functions, () => {
    const start = at;
    body();
    let length = at - start;
    const prefix = [];
    for (; length > 127; length >>= 7) prefix.push((length & 127) | 128);
    prefix.push(length);
    bytes.set(bytes.slice(start, at), start + prefix.length);
    bytes.set(prefix, start);
    at += prefix.length;
  });
  repeat(size - at, other);
  return bytes;
}
