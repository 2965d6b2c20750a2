// What the built package may contain, so that it runs in Alipay's logic thread.
import { parse } from 'acorn';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { borderNames } from '../support/border-names.mjs';
import { crates } from '../scripts/third-party.mjs';
import { bytesOf, scripts, textOf, workerScript } from './files.mjs';
import { freeGlobals, forbiddenSyntax } from './globals.mjs';

// What every supported runtime has. Any other global name must stand behind a `typeof` of that name.
const known = new Set([
  ...[
    'undefined',
    'NaN',
    'Infinity',
    'Object',
    'Array',
    'String',
    'Number',
    'Boolean',
    'Symbol',
    'Error',
    'TypeError',
    'RangeError',
  ],
  ...[
    'Math',
    'JSON',
    'Date',
    'RegExp',
    'Promise',
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'Proxy',
    'Reflect',
    'isNaN',
    'isFinite',
    'parseInt',
    'parseFloat',
  ],
  ...['ArrayBuffer', 'DataView', 'Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array'],
  ...['Float32Array', 'Float64Array', 'encodeURIComponent', 'decodeURIComponent', 'arguments'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'console'],
  ...['module', 'exports', 'require'],
]);

for (const name of scripts) {
  test(`${name} is written in ES2017`, () => {
    parse(textOf(name), { ecmaVersion: 2017, sourceType: 'script' });
  });

  test(`${name} uses no global that a runtime may lack`, () => {
    const uses = freeGlobals(textOf(name)).filter((use) => !use.guarded && !known.has(use.name));
    assert.deepEqual(uses, []);
  });

  test(`${name} names nothing of the machine that built it`, () => {
    assert.deepEqual(buildPaths(textOf(name)), []);
  });

  // Translated code is made of labels: the plain host is not for the remote debugger (docs/hosts.md).
  if (name === 'engine-plain.js') continue;
  test(`${name} has no construct that the remote debugger carries out wrongly`, () => {
    assert.deepEqual(forbiddenSyntax(textOf(name)), []);
  });
}

test('the Worker script is written in ES5', () => {
  parse(textOf(workerScript), { ecmaVersion: 5, sourceType: 'script' });
});

test('the Worker script uses no global that a Worker may lack', () => {
  const inWorker = new Set([...known, 'worker', 'MYWebAssembly']);
  for (const name of ['module', 'exports', 'require', 'setTimeout', 'my']) inWorker.delete(name);
  const uses = freeGlobals(textOf(workerScript)).filter((use) => !use.guarded && !inWorker.has(use.name));
  assert.deepEqual(uses, []);
});

test('the entry for ES modules is one', () => {
  parse(textOf('index.esm.js'), { ecmaVersion: 2017, sourceType: 'module' });
});

test('engine.wasm.br unpacks to engine.wasm', () => {
  assert.equal(Buffer.compare(brotliDecompressSync(bytesOf('engine.wasm.br')), wasm), 0);
});

const wasm = bytesOf('engine.wasm');
const compiled = new WebAssembly.Module(wasm);

test('an import of Node finds every export by its name', async () => {
  const exported = await import('../../pkg/index.js');
  assert.deepEqual(Object.keys(exported).sort(), ['RtcRoom', 'ZegoError', 'ZegoExpressEngine', 'default']);
  for (const name of ['RtcRoom', 'ZegoError', 'ZegoExpressEngine'])
    assert.equal(typeof exported[name], 'function', name);
});

test('the module imports what it may and nothing more', () => {
  const file = new URL('imports.txt', import.meta.url);
  const [header, allowed] = readFileSync(file, 'utf8').split('\n\n');
  const actual = WebAssembly.Module.imports(compiled).map(({ name, kind }) => {
    // wasm-bindgen ends names with a hash of what they stand for, or counts them.
    return `${kind} ${String(borderNames.importOf(name)).replace(/_[0-9a-f]{16}$/, '_*')}`;
  });
  const list = [...new Set(actual)].sort();
  if (process.env.UPDATE_IMPORTS === '1') writeFileSync(file, `${header}\n\n${list.join('\n')}\n`);
  else
    assert.deepEqual(
      list,
      allowed.trimEnd().split('\n'),
      'the module imports other functions than tests/package/imports.txt lists',
    );
});

test('no function of the border passes a 64-bit integer', async () => {
  const { default: binaryen } = await import('binaryen');
  const module = binaryen.readBinary(wasm);
  const wide = [];
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const info = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    const types = [...binaryen.expandType(info.params), ...binaryen.expandType(info.results)];
    if (info.module && types.includes(binaryen.i64)) wide.push(`import ${info.base}`);
  }
  for (let i = 0; i < module.getNumExports(); i++) {
    const info = binaryen.getExportInfo(module.getExportByIndex(i));
    if (info.kind !== binaryen.ExternalFunction) continue;
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(info.value));
    if ([...binaryen.expandType(params), ...binaryen.expandType(results)].includes(binaryen.i64))
      wide.push(`export ${info.name}`);
  }
  module.dispose();
  assert.deepEqual(wide, []);
});

test('the module needs no WebAssembly feature but those that the shim looks for, which Alipay documents', async () => {
  const { default: binaryen } = await import('binaryen');
  const module = binaryen.readBinary(wasm);
  const { MVP, BulkMemory, BulkMemoryOpt, SignExt, NontrappingFPToInt, MutableGlobals } = binaryen.Features;
  module.setFeatures(MVP | BulkMemory | BulkMemoryOpt | SignExt | NontrappingFPToInt | MutableGlobals);
  assert.equal(module.validate(), 1);
  module.dispose();
  assert.deepEqual(WebAssembly.Module.customSections(compiled, 'target_features'), []);
});

test('the module names nothing of the machine that built it', () => {
  assert.deepEqual(buildPaths(wasm.toString('latin1')), []);
});

test('engine-wasm.js unpacks to engine.wasm', async () => {
  const { bytes, size } = createRequire(import.meta.url)('../../pkg/engine-wasm.js');
  assert.equal(size, wasm.length);
  assert.equal(Buffer.compare(Buffer.from(await bytes(WebAssembly)), wasm), 0);
});

test('every file that package.json promises is there', () => {
  const { files, main, types } = JSON.parse(textOf('package.json'));
  for (const name of [...files.filter((file) => !file.includes('*')), main, types])
    assert.ok(bytesOf(name).length > 0, name);
});

test('crate, package and shim tell the same version', () => {
  const { version } = JSON.parse(textOf('package.json'));
  const cargo = readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8');
  assert.equal(cargo.match(/^version = "(.*)"$/m)?.[1], version);
  assert.equal(createRequire(import.meta.url)('../../src/shim/version.js'), version);
});

test('THIRD-PARTY.txt has every crate of the module with its licence', () => {
  const text = textOf('THIRD-PARTY.txt');
  const list = crates();
  for (const name of ['fnv', 'rlsf', 'wasm-bindgen'])
    assert.ok(
      list.some((crate) => crate.name === name),
      `${name} is part of the module`,
    );
  for (const { name, version, license, texts } of list) {
    assert.ok(text.includes(`${name} ${version}  ${license}`), name);
    for (const licence of texts) assert.ok(text.includes(licence), `the licence of ${name}`);
    assert.ok(texts.length > 0 || /Apache-2\.0/.test(license), `${name} has a licence whose text is in the package`);
  }
  // The module's own panics name the files of the crates that its code comes from.
  const traces = wasm.toString('latin1').match(/[a-z][\w-]*-\d+\.\d+\.\d+(?=\/src\/)/g) ?? [];
  for (const trace of new Set(traces)) {
    const [, name, version] = trace.match(/^(.*)-(\d+\.\d+\.\d+)$/);
    assert.ok(text.includes(`${name} ${version}  `), `${trace} is in the module but not in THIRD-PARTY.txt`);
  }
});

function buildPaths(text) {
  return text.match(/\/(?:home|root|Users|tmp)\/[\w./-]+/g) ?? [];
}
