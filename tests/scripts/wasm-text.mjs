// The module's bytes as a JavaScript module: `exports.bytes()` and `exports.size` (src/shim/GLUE.md).
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const unpacker = fileURLToPath(new URL('../../src/bindings/', import.meta.url));

/** The source text of engine-wasm.js. The form and what the alternatives cost: docs/size.md. */
export async function wasmModule(wasm) {
  const { text, alphabet } = pack(wasm);
  const result = await build({
    stdin: {
      contents: `
        import { unpack } from './unpack.mjs';
        export const size = ${wasm.length};
        export const bytes = () => unpack(${JSON.stringify(text)}, ${JSON.stringify(alphabet)});`,
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

/**
 * One character for each byte: the frequent bytes get characters that take one byte in UTF-8, the others two. What repeats in
 * the bytes repeats in the text, so that an archive packs the text almost as well as the bytes.
 */
export function pack(bytes) {
  const frequency = new Array(256).fill(0);
  for (const byte of bytes) frequency[byte]++;
  const ranked = [...frequency.keys()].sort((a, b) => frequency[b] - frequency[a]);
  const characters = harmless();
  const character = [];
  ranked.forEach((byte, rank) => (character[byte] = characters[rank]));
  return { text: Array.from(bytes, (byte) => character[byte]).join(''), alphabet: character.join('') };
}

/** 256 characters that need no escape in a string and that no tool takes for white space or a mark. */
function harmless() {
  const characters = [];
  for (let code = 0x20; characters.length < 256; code++) {
    const refused = code === 0x22 || code === 0x5c || code === 0xad || (code > 0x7e && code < 0xa1);
    if (!refused) characters.push(String.fromCharCode(code));
  }
  return characters;
}
