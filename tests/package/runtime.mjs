// Scripts of the repository in a world with as little in it as Alipay's logic thread has.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import vm from 'node:vm';

const missing = [
  'WebAssembly',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'FinalizationRegistry',
  'WeakRef',
  'Atomics',
];

/**
 * Runs a script and gives its exports.
 * @param {URL} file a CommonJS script, or a module whose name ends in .mjs
 * @param {boolean} [withGlobalThis] older runtimes lack it
 */
export function load(file, withGlobalThis = true) {
  let source = readFileSync(file, 'utf8');
  if (file.pathname.endsWith('.mjs')) source = transformSync(source, { format: 'cjs' }).code;
  const world = vm.createContext({ module: { exports: {} } }, { codeGeneration: { strings: false, wasm: false } });
  for (const name of withGlobalThis ? missing : [...missing, 'globalThis'])
    vm.runInContext(`delete this.${name}`, world);
  vm.runInContext(`(function (module, exports) {${source}\n})(module, module.exports)`, world, {
    filename: file.pathname,
  });
  return world.module.exports;
}
