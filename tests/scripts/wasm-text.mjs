// The module's bytes as a JavaScript module: `exports.bytes()` and `exports.size` (src/shim/GLUE.md).
import { build } from 'esbuild';
import lzma from 'lzma';
import { fileURLToPath } from 'node:url';

const unpacker = fileURLToPath(new URL('../../src/bindings/', import.meta.url));

/** The source text of engine-wasm.js. The form and what the alternatives cost: docs/size.md. */
export async function wasmModule(wasm) {
  const result = await build({
    stdin: {
      contents: `
        import { unpack } from './unpack.mjs';
        export const size = ${wasm.length};
        export const bytes = () => unpack(${JSON.stringify(pack(wasm).toString('base64'))}, size);`,
      resolveDir: unpacker,
    },
    bundle: true,
    format: 'cjs',
    target: 'es2017',
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  return result.outputFiles[0].text;
}

/** An LZMA stream without its header, whose properties are fixed and whose size is written into the module. */
export function pack(bytes) {
  const packed = Buffer.from(lzma.compress(Array.from(bytes), 9));
  if (packed[0] !== 0x5d) throw new Error(`the packer chose other properties than unpack.mjs reads: ${packed[0]}`);
  return packed.subarray(13);
}
