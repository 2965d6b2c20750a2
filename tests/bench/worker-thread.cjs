'use strict';

// What an Alipay Worker offers to its script: messages that are JSON, and MYWebAssembly, which takes a path.

const { readFileSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const { brotliDecompressSync } = require('node:zlib');

const { script, folder } = workerData;

const worker = {
  postMessage: (message) => parentPort.postMessage(JSON.stringify(message)),
  onMessage: (listener) => parentPort.on('message', (text) => listener(JSON.parse(text))),
};

const MYWebAssembly = {
  instantiate(path, imports) {
    const file = readFileSync(new URL(path.slice(1), folder));
    return WebAssembly.instantiate(path.endsWith('.br') ? brotliDecompressSync(file) : file, imports);
  },
};

new Function('worker', 'MYWebAssembly', script)(worker, MYWebAssembly);
