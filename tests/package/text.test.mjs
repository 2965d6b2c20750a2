import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './runtime.mjs';

const { TextEncoder: Encoder, TextDecoder: Decoder } = load(new URL('../../src/bindings/text.mjs', import.meta.url));
const samples = [
  '',
  'plain',
  'héllo',
  '世界',
  '😀 and 👩‍👩‍👧',
  '\u0000\u007f\u0080\u07ff\u0800\uffff',
  'x'.repeat(9001) + '😀'.repeat(5000),
];

test('the stand-ins are in use, not the real thing', () => {
  assert.notEqual(Encoder, TextEncoder);
  assert.notEqual(Decoder, TextDecoder);
});

test('text is encoded as the standard says', () => {
  for (const text of samples) assert.deepEqual(Buffer.from(new Encoder().encode(text)), Buffer.from(text));
});

test('bytes are decoded as the standard says', () => {
  for (const text of samples) assert.equal(new Decoder().decode(Buffer.from(text)), text);
  assert.equal(new Decoder().decode(), '');
});

test('half a surrogate pair becomes the replacement character', () => {
  for (const text of ['\ud83d', '\ude00', 'a\ud83db', '\ud83d\ud83d\ude00']) {
    assert.deepEqual(Buffer.from(new Encoder().encode(text)), Buffer.from(new TextEncoder().encode(text)));
  }
});

test('encoding into too small a place stops before the character that does not fit', () => {
  for (const text of samples.filter((sample) => sample.length < 100)) {
    for (let room = 0; room <= Buffer.byteLength(text); room++) {
      const expected = new Uint8Array(room);
      const actual = new Uint8Array(room);
      const { read, written } = new TextEncoder().encodeInto(text, expected);
      const result = new Encoder().encodeInto(text, actual);
      assert.deepEqual([result.read, result.written], [read, written]);
      assert.deepEqual(actual, expected);
    }
  }
});
