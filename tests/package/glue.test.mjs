// The glue alone, in a world without TextEncoder, globalThis and their like.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from './files.mjs';
import { load } from './runtime.mjs';

const target = process.env.CARGO_TARGET_DIR ?? new URL('../../target', import.meta.url).pathname;
const glueFile = new URL(`file://${target}/glue/engine-glue.js`);
const compiled = new WebAssembly.Module(bytesOf('engine.wasm'));

for (const withGlobalThis of [true, false]) {
  test(`the glue starts the module ${withGlobalThis ? 'with' : 'without'} globalThis`, async () => {
    const glue = load(glueFile, withGlobalThis).createGlue();
    const instance = await WebAssembly.instantiate(compiled, glue.imports);
    glue.start(instance.exports);
    assert.equal(typeof glue.Engine, 'function');
  });
}

test('every glue has a state of its own', async () => {
  const { createGlue } = load(glueFile);
  const [first, second] = [createGlue(), createGlue()];
  assert.notEqual(first.Engine, second.Engine);
  for (const glue of [first, second]) glue.start((await WebAssembly.instantiate(compiled, glue.imports)).exports);
  for (const [module, functions] of Object.entries(first.imports))
    for (const [name, fn] of Object.entries(functions)) assert.notEqual(fn, second.imports[module][name], name);
});
