// The glue alone, in a world without TextEncoder, globalThis and their like.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

test('a panic of the module leaves its place, and the exception says that there was one', async () => {
  const names = new Map(JSON.parse(readFileSync(new URL('names.json', glueFile), 'utf8')).exports);
  const glue = load(glueFile).createGlue();
  const { exports } = await WebAssembly.instantiate(compiled, glue.imports);
  glue.start(exports);
  const engine = new glue.Engine({ appID: 1, server: ['ws://a/accesshub'] }, 0, 0);
  // No memory is left but one block, in which the text of the input finds room, and what the engine makes of it does not.
  const memory = exports[names.get('memory')];
  const [allocate, , free] = ['', '2', '3'].map((number) => exports[names.get(`__wbindgen_export${number}`)]);
  memory.grow(65536 - memory.buffer.byteLength / 65536);
  const block = allocate(8192, 1);
  assert.throws(() => {
    for (;;) allocate(64, 1);
  }, WebAssembly.RuntimeError);
  free(block, 8192, 1);
  assert.equal(glue.Engine.panic(), '');
  assert.throws(() => engine.input({ type: 'network', networkType: 'x'.repeat(6000) }, 0, 0), WebAssembly.RuntimeError);
  assert.match(glue.Engine.panic(), /^panicked at .*\.rs:\d+/);
  assert.equal(glue.Engine.panic(), '', 'it is told once');
});

test('a synchronous method answers with its value, and one without an answer with undefined', async () => {
  const glue = load(glueFile).createGlue();
  glue.start((await WebAssembly.instantiate(compiled, glue.imports)).exports);
  const engine = new glue.Engine({ appID: 1, server: ['ws://a/accesshub'] }, 0, 0);
  const answers = ['logoutRoom', 'getNextUrl', 'stopPublishingStream', 'nonsense'].map((method) =>
    engine.callSync(method, ['s'], 0, 0),
  );
  assert.deepEqual(answers, [undefined, '', false, undefined]);
});

test('a configuration that is wrong throws and names the member', async () => {
  const glue = load(glueFile).createGlue();
  glue.start((await WebAssembly.instantiate(compiled, glue.imports)).exports);
  for (const [config, wrong] of [
    [{}, /^appID /],
    [{ appID: -1 }, /^appID /],
    [{ appID: 1 }, /^server /],
  ])
    assert.throws(() => new glue.Engine(config, 0, 0), { message: wrong });
});
