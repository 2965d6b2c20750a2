import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shimFile } from './support.mjs';

const base64 = shimFile('base64.js');
const { createClock } = shimFile('clock.js');
const { createInlineHost } = shimFile('host-inline.js');

/** A module with one function `seven`, by hand: (module (func (export "seven") (result i32) i32.const 7)). */
const MODULE = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 9, 1, 5, 115, 101, 118, 101, 110, 0, 0, 10, 6, 1,
  4, 0, 65, 7, 11,
]);

function createGlue() {
  const glue = { imports: {}, started: 0 };
  glue.start = (exports) => {
    glue.started += 1;
    glue.exports = exports;
  };
  glue.Engine = class {
    seven() {
      return glue.exports.seven();
    }
  };
  return glue;
}

test('base64 is what Buffer says, for every length and both ways', () => {
  for (let length = 0; length < 100; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 101) & 255);
    const text = Buffer.from(bytes).toString('base64');
    assert.equal(base64.encode(bytes), text);
    assert.deepEqual(base64.decode(text), bytes);
    assert.deepEqual(base64.decode(text.replace(/=/g, '')), bytes);
    assert.deepEqual(base64.decode(text.replace(/(.{3})/g, '$1\r\n\t ')), bytes);
  }
});

test('what is not base64 gives null', () => {
  for (const text of ['A', 'AAAAA', 'AA=A', 'AA===', '{"a":1}', 'ÄÄÄÄ', 'AA-_', '\u0141AAA', 'A\u0000AA'])
    assert.equal(base64.decode(text), null, text);
});

test('the monotonic clock never goes back when the user sets the time', (t) => {
  let wall = 1000;
  t.mock.method(Date, 'now', () => wall);
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'performance');
  Object.defineProperty(globalThis, 'performance', { value: undefined, configurable: true });
  try {
    const clock = createClock();
    const seen = [];
    for (const now of [1000, 1010, 500, 510, 510, 2000]) {
      wall = now;
      seen.push([clock.mono(), clock.wall()]);
    }
    assert.deepEqual(seen, [
      [0, 1000],
      [10, 1010],
      [10, 500],
      [20, 510],
      [20, 510],
      [1510, 2000],
    ]);
  } finally {
    Object.defineProperty(globalThis, 'performance', descriptor);
  }
});

test('performance.now is the monotonic clock where it exists', (t) => {
  t.mock.method(performance, 'now', () => 42.5);
  assert.equal(createClock().mono(), 42.5);
});

test('the module is compiled once per process; every engine class has an instance of its own', async (t) => {
  const bytesLoaded = t.mock.fn(async () => MODULE);
  const instantiate = t.mock.method(WebAssembly, 'instantiate');
  const host = createInlineHost(createGlue, bytesLoaded);
  const classes = await Promise.all([host.open(), host.open()]);
  classes.push(await host.open());
  assert.equal(bytesLoaded.mock.callCount(), 1);
  assert.deepEqual(
    instantiate.mock.calls.map((call) => call.arguments[0] instanceof WebAssembly.Module),
    [false, true, true],
  );
  assert.equal(new Set(classes).size, 3);
  for (const Engine of classes) assert.equal(new Engine().seven(), 7);
});

test('a module that did not compile is tried again', async () => {
  let bytes = MODULE.slice(0, 20);
  const host = createInlineHost(createGlue, async () => bytes);
  await assert.rejects(host.open(), /expected section/);
  bytes = MODULE;
  const Engine = await host.open();
  assert.equal(new Engine().seven(), 7);
});

test('bytes or glue that cannot be had reject instead of throwing', async () => {
  const missing = () => {
    throw new Error('file not in the package');
  };
  await assert.rejects(createInlineHost(createGlue, missing).open(), /not in the package/);
  await assert.rejects(createInlineHost(missing, async () => MODULE).open(), /not in the package/);
});

test('a runtime without WebAssembly is told apart', (t) => {
  const host = createInlineHost(createGlue, async () => MODULE);
  assert.equal(host.available(), true);
  const real = globalThis.WebAssembly;
  delete globalThis.WebAssembly;
  t.after(() => (globalThis.WebAssembly = real));
  assert.equal(host.available(), false);
});

test('a runtime whose WebAssembly lacks the instructions of the module is told apart', (t) => {
  const validate = t.mock.method(WebAssembly, 'validate', () => false);
  const host = createInlineHost(createGlue, async () => MODULE);
  assert.equal(host.available(), false);
  const [probe] = validate.mock.calls[0].arguments;
  validate.mock.restore();
  assert.equal(WebAssembly.validate(probe), true, 'this runtime has them');
  assert.equal(WebAssembly.validate(probe.map((byte) => (byte === 0xc0 ? 0xd5 : byte))), false, 'it is looked at');
});
