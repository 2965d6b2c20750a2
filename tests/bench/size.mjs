// What an application ships with each client.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const own = (name) => readFileSync(new URL(`../../pkg/${name}`, import.meta.url));
const FILES = {
  vendor: () => [readFileSync(require.resolve('zego-express-engine-miniprogram'))],
  'ours, inline': () => ['index.js', 'engine-wasm.js'].map(own),
  'ours, worker': () => ['index.js', 'worker.js', 'engine.wasm.br'].map(own),
  'ours, plain': () => ['index.js', 'engine-plain.js'].map(own),
  floor: () => [readFileSync(new URL('floor.cjs', import.meta.url))],
};

/** Names of what is compared. */
export const SHIPPED = Object.keys(FILES);

/** Bytes by client: raw, gzip and brotli, each file packed by itself. */
export function measureSizes() {
  const sum = (files, measure) => files.reduce((total, file) => total + measure(file), 0);
  return Object.fromEntries(
    Object.entries(FILES).map(([name, read]) => {
      const files = read();
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
      return [
        name,
        {
          raw: sum(files, (file) => file.length),
          gzip: sum(files, (file) => gzipSync(file, { level: 9 }).length),
          brotli: sum(files, (file) => brotliCompressSync(file, { params }).length),
        },
      ];
    }),
  );
}
