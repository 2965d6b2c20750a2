// Where the built package is and what it consists of.
import { readFileSync } from 'node:fs';

const pkg = new URL('../../pkg/', import.meta.url);

/** JavaScript that mini programs load in the page. */
export const scripts = [
  'index.js',
  'rtc-room.js',
  'host-worker.js',
  'log-upload.js',
  'error-codes.js',
  'engine-wasm.js',
  'engine-plain.js',
];

/** JavaScript that they load in the Worker. */
export const workerScript = 'worker.js';

/** One file of the package, as bytes. */
export const bytesOf = (name) => readFileSync(new URL(name, pkg));

/** One file of the package, as text. */
export const textOf = (name) => readFileSync(new URL(name, pkg), 'utf8');
