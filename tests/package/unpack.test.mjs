import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { pack } from '../scripts/wasm-text.mjs';
import { bytesOf } from './files.mjs';
import { load } from './runtime.mjs';

const { unpack } = load(new URL('../../src/bindings/unpack.mjs', import.meta.url));

function roundTrip(bytes) {
  const { text, alphabet } = pack(bytes);
  return Buffer.from(unpack(text, alphabet));
}

test('the module survives packing', () => assert.deepEqual(roundTrip(bytesOf('engine.wasm')), bytesOf('engine.wasm')));

test('every byte survives packing, however often it occurs', () => {
  const samples = [Buffer.alloc(0), Buffer.from([...Array(256).keys()]), Buffer.alloc(1000, 255), randomBytes(5000)];
  for (const bytes of samples) assert.deepEqual(roundTrip(bytes), bytes);
});

test('the text holds nothing that a tool would escape or strip', () => {
  const { text } = pack(Buffer.from([...Array(256).keys()]));
  assert.equal(new Set(text).size, 256);
  const awkward = [...text].filter(
    (c) => c < ' ' || (c > '~' && c < '\u00a1') || '"\\\u00ad\u2028\u2029\ufeff'.includes(c),
  );
  assert.deepEqual(awkward, []);
  assert.equal(JSON.stringify(text), `"${text}"`);
});
