import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { pack } from '../scripts/wasm-text.mjs';
import { bytesOf } from './files.mjs';
import { load } from './runtime.mjs';

const { unpack } = load(new URL('../../src/bindings/unpack.mjs', import.meta.url));
const roundTrip = (bytes) => Buffer.from(unpack(pack(bytes).toString('base64'), bytes.length));

test('the module survives packing', () => assert.deepEqual(roundTrip(bytesOf('engine.wasm')), bytesOf('engine.wasm')));

test('bytes without pattern survive packing', () => {
  for (const length of [1, 2, 3, 4, 5, 1000]) {
    const bytes = randomBytes(length);
    assert.deepEqual(roundTrip(bytes), bytes);
  }
});

test('repetitions near and far survive packing', () => {
  const block = randomBytes(300);
  const samples = [Buffer.alloc(70_000), Buffer.concat([block, randomBytes(60_000), block, block.subarray(7), block])];
  for (let period = 1; period < 9; period++)
    samples.push(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i % period) * 31)));
  for (const bytes of samples) assert.deepEqual(roundTrip(bytes), bytes);
});
