import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shimFile } from './support.mjs';

const { toMessage, fromMessage } = shimFile('message.js');
const across = (value) => fromMessage(JSON.parse(JSON.stringify(toMessage(value))));

test('every value of the border comes out as it went in', () => {
  const values = [
    undefined,
    null,
    true,
    0,
    -1.5,
    NaN,
    Infinity,
    -Infinity,
    '',
    'äöü 🎥',
    [],
    [undefined, [null]],
    {},
    { a: { b: [1] }, c: undefined },
  ];
  assert.deepEqual(across({ values }), { values });
});

test('bytes cross as base64 text', () => {
  const bytes = new Uint8Array([0, 1, 254, 255]);
  assert.deepEqual(across({ bytes }), { bytes });
});

test("an application's own $ members are no marks", () => {
  const content = { a: { $: 'undefined' }, b: { $: { $: 'bytes', text: 'AA==' } }, c: { $type: 'function' } };
  assert.deepEqual(across(content), content);
});

test("others' messages are not ours", () => {
  for (const message of [
    undefined,
    null,
    'x',
    1,
    {},
    { zego: 2, content: {} },
    { trigger: '_client_worker_', content: [] },
    { zego: 1 },
  ]) {
    assert.equal(fromMessage(message), undefined);
  }
});
