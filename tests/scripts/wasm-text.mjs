// The module's bytes as a JavaScript module: `exports.bytes()` and `exports.size` (src/shim/GLUE.md).
import { build } from 'esbuild';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

/** The source text of engine-wasm.js. Form and sizes of the alternatives: docs/size.md. */
export async function wasmModule(wasm) {
  const packed = deflateRawSync(wasm, { level: 9, memLevel: 9 }).toString('base64');
  const result = await build({
    stdin: {
      contents: `
        import { inflateSync } from 'fflate';
        const text = ${JSON.stringify(packed)};
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
        function decode() {
          const value = new Uint8Array(128);
          for (let i = 0; i < 64; i++) value[alphabet.charCodeAt(i)] = i;
          const out = new Uint8Array(${Buffer.from(packed, 'base64').length});
          let bits = 0;
          let held = 0;
          let o = 0;
          for (let i = 0; o < out.length; i++) {
            bits = (bits << 6) | value[text.charCodeAt(i)];
            held += 6;
            if (held >= 8) out[o++] = bits >> (held -= 8);
          }
          return out;
        }
        export const size = ${wasm.length};
        export function bytes() {
          return inflateSync(decode(), { out: new Uint8Array(size) });
        }`,
      resolveDir: dirname(fileURLToPath(import.meta.url)),
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
