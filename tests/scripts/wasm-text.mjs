// The module's bytes as a JavaScript module: `exports.bytes()` and `exports.size` (src/shim/GLUE.md).
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const unpacker = fileURLToPath(new URL('../../src/bindings/', import.meta.url));
const CODE_SECTION = 10;

/** The source text of engine-wasm.js. The form and what the alternatives cost: docs/size.md. */
export async function wasmModule(wasm) {
  const values = pack(wasm).map((value) => JSON.stringify(value));
  const result = await build({
    stdin: {
      contents: `
        import { unpack } from './unpack.mjs';
        export const size = ${wasm.length};
        export const bytes = () => unpack(${values.join()});`,
      resolveDir: unpacker,
    },
    bundle: true,
    format: 'cjs',
    target: 'es2017',
    charset: 'utf8',
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  return result.outputFiles[0].text;
}

/** The arguments of `unpack` (src/bindings/unpack.mjs), which says what the texts hold. */
export function pack(wasm) {
  const { head, functions, columns } = takeApart(wasm);
  const alphabet = characters(columns);
  const starts = columns.map((_, index) => columns.slice(0, index).reduce((sum, bytes) => sum + bytes.length, 0));
  const text = columns.flatMap((bytes) => bytes.map((byte) => alphabet[byte])).join('');
  return [wasm.length, head, functions, alphabet.join(''), text, starts];
}

/** The bytes by what they stand for. Understands the first WebAssembly release, which is what we ship. */
function takeApart(wasm) {
  const other = [];
  const code = [];
  const locals = [];
  const constants = [];
  const offsets = [];
  const labels = [];
  const calls = [];
  let at = 0;
  let head = 0;
  let functions = 0;
  const move = (to, count) => {
    for (; count > 0; count--) to.push(wasm[at++]);
  };
  const number = (to) => {
    let value = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = wasm[at++];
      to.push(byte);
      value |= (byte & 127) << shift;
    }
    return value;
  };
  /** For what is hardly ever long; the unpacker reads one byte. */
  const short = (to) => {
    if (wasm[at] > 127) throw new Error(`the number at ${at} takes more than one byte, which unpack.mjs does not read`);
    move(to, 1);
    return wasm[at - 1];
  };
  const instruction = () => {
    const op = wasm[at];
    move(code, 1);
    if (op >= 0x02 && op <= 0x04) short(code);
    else if (op === 0x0c || op === 0x0d) short(labels);
    else if (op === 0x0e) for (let count = short(labels) + 1; count > 0; count--) short(labels);
    else if (op === 0x10) number(calls);
    else if (op === 0x11) for (let count = 2; count > 0; count--) short(other);
    else if (op >= 0x20 && op <= 0x24) number(locals);
    else if (op >= 0x28 && op <= 0x3e) {
      short(code);
      number(offsets);
    } else if (op >= 0x3f && op <= 0x42) number(constants);
    else if (op === 0x43) move(other, 4);
    else if (op === 0x44) move(other, 8);
    else if (op > 0xbf || (op > 0x11 && op !== 0x1a && op !== 0x1b && op < 0x20))
      throw new Error(`opcode ${op} at ${at} is not of the first WebAssembly release`);
  };
  move(other, 8);
  while (at < wasm.length) {
    const section = wasm[at];
    move(other, 1);
    const size = number(other);
    if (section !== CODE_SECTION) {
      move(other, size);
      continue;
    }
    functions = number(other);
    head = other.length;
    for (let left = functions; left > 0; left--) {
      const end = number([]) + at;
      for (let count = 2 * short(labels); count > 0; count--) short(labels);
      while (at < end) instruction();
    }
  }
  return { head, functions, columns: [other, code, labels, locals, constants, offsets, calls] };
}

/**
 * A character for each byte: the frequent bytes get those that take one byte in UTF-8, the others two. In the order of the
 * bytes, because an archive expects neighbours to stand for similar things.
 */
function characters(columns) {
  const frequency = new Array(256).fill(0);
  for (const bytes of columns) for (const byte of bytes) frequency[byte]++;
  const ranked = [...frequency.keys()].sort((a, b) => frequency[b] - frequency[a]);
  const harmless = harmlessCharacters();
  const short = harmless.filter((character) => character < '\x7f').length;
  const alphabet = [];
  for (const bytes of [ranked.slice(0, short), ranked.slice(short)])
    for (const byte of bytes.sort((a, b) => a - b)) alphabet[byte] = harmless.shift();
  return alphabet;
}

/** 256 characters that need no escape in a string and that no tool takes for white space or a mark. */
function harmlessCharacters() {
  const characters = [];
  for (let code = 0x20; characters.length < 256; code++) {
    const refused = code === 0x22 || code === 0x5c || code === 0xad || (code > 0x7e && code < 0xa1);
    if (!refused) characters.push(String.fromCharCode(code));
  }
  return characters;
}
