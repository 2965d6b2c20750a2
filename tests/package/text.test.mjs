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

test('every character is encoded and decoded as the standard says', () => {
  let text = '';
  for (let code = 0; code < 0x110000; code += code === 0xd7ff ? 0x801 : 1) text += String.fromCodePoint(code);
  const bytes = new Encoder().encode(text);
  assert.ok(Buffer.from(text).equals(bytes));
  assert.ok(new Decoder().decode(bytes) === text);
});
