import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pack, wasmModule } from '../scripts/wasm-text.mjs';
import { bytesOf } from './files.mjs';

const { default: binaryen } = await import('binaryen');
const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../target', import.meta.url));
const unpacker = readFileSync(`${target}/glue/unpacker.wasm`);
const names = JSON.parse(readFileSync(`${target}/glue/unpacker-names.json`, 'utf8')).exports;

/** What a file like engine-wasm.js gives. */
async function unpack(source) {
  const exports = {};
  new Function('exports', source)(exports);
  return Buffer.from(await exports.bytes(WebAssembly));
}

const roundTrip = async (bytes) => unpack(await wasmModule(bytes, unpacker, names));

/** The bytes of a module in the text format. */
function assemble(text) {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const bytes = Buffer.from(module.emitBinary());
  module.dispose();
  return bytes;
}

test('the module survives packing', async () =>
  assert.deepEqual(await roundTrip(bytesOf('engine.wasm')), bytesOf('engine.wasm')));

test('every kind of instruction survives packing', async () => {
  const labels = Array(40).fill('0 1').join(' ');
  const bytes = assemble(`(module
    (type $t (func (param i32) (result i32)))
    (memory 1) (table 1 funcref) (global $g (mut i32) (i32.const -1))
    (func $f (type $t) (local f32 f64 i64 i64)
      (block (loop (if (local.get 0) (then (br 1)) (else (br_if 2 (global.get $g))))))
      (block (block (br_table ${labels} (local.get 0))))
      (global.set $g (i32.const 0x7fffffff))
      (local.set 3 (i64.const -0x8000000000000000))
      (local.set 1 (f32.const nan:0x200000)) (local.set 2 (f64.const 0xff.8p0))
      (i64.store32 offset=70000 align=2 (i32.const 8) (local.get 3))
      (drop (memory.grow (memory.size)))
      (memory.copy (i32.const 1) (i32.const 2) (i32.const 3)) (memory.fill (i32.const 1) (i32.const 2) (i32.const 3))
      (drop (i32.extend16_s (i32.extend8_s (local.get 0)))) (drop (i64.extend32_s (local.get 3)))
      (drop (i32.trunc_sat_f32_s (local.get 1))) (drop (i64.trunc_sat_f64_u (local.get 2)))
      (drop (call_indirect (type $t) (local.get 0) (i32.const 0)))
      (if (result i32) (local.get 0) (then (call $f (i32.const 300))) (else (return (i32.const 1))))))`);
  assert.deepEqual(await roundTrip(bytes), bytes);
});

test('functions of every length survive packing', async () => {
  for (const calls of [0, 40, 60, 70, 6_000, 9_000]) {
    const bytes = assemble(`(module (func $f ${'(call $f)'.repeat(calls)}))`);
    assert.deepEqual(await roundTrip(bytes), bytes);
  }
});

test('a module without functions and one with data survive packing', async () => {
  const data = [...randomBytes(5_000)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  for (const text of ['(module)', `(module (memory 1) (data (i32.const 0) "${data}") (func))`]) {
    const bytes = assemble(text);
    assert.deepEqual(await roundTrip(bytes), bytes);
  }
});

test('a number that the unpacker would not read whole stops the build', () => {
  const labels = Array(200).fill('0 1').join(' ');
  const bytes = assemble(`(module (func (block (block (br_table ${labels} (i32.const 0))))))`);
  assert.throws(() => pack(bytes), /takes more than one byte/);
});

test('an instruction that the unpacker does not know stops the build', () => {
  const bytes = assemble('(module (func (drop (v128.const i64x2 0 0))))');
  assert.throws(() => pack(bytes), /not known/);
});

test('the text holds nothing that a tool would escape or strip', async () => {
  const source = await wasmModule(bytesOf('engine.wasm'), unpacker, names);
  const awkward = [...source.trim()].filter(
    (c) => c < ' ' || (c > '~' && c < '\u00a1') || '\u00ad\u2028\u2029\ufeff'.includes(c),
  );
  assert.deepEqual(awkward, []);
  assert.ok(!source.includes('\\'));
});

test('a text that is damaged ends: in an error, or in bytes that no runtime takes for a module', async () => {
  const text = pack(bytesOf('engine.wasm'));
  const source = await wasmModule(bytesOf('engine.wasm'), unpacker, names);
  const random = (below) => Math.floor(Math.random() * below);
  for (let i = 0; i < 200; i++) {
    const [at, end] = [random(i % 2 ? 600 : text.length), random(text.length)];
    const damaged = text.slice(0, at) + text.slice(i % 4 > 1 ? at + 1 : end);
    await unpack(source.replace(text, () => damaged)).catch((error) => assert.ok(error instanceof Error));
  }
});

test('the unpacker needs nothing newer than the first WebAssembly release, and nothing from outside', () => {
  const module = binaryen.readBinary(unpacker);
  module.setFeatures(binaryen.Features.MVP);
  assert.equal(module.validate(), 1);
  module.dispose();
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(unpacker)), []);
});
