import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { shimFile } from './support.mjs';

const { plain, toBorder } = shimFile('plain.js');
const opaque = (type) => ({ $type: type });

test('plain values are copied as they are', () => {
  for (const value of [undefined, null, true, false, 0, -1.5, '', 'text', '\ud800'])
    assert.ok(Object.is(plain(value), value));
  const original = { a: [1, 'x', null, undefined, { b: false }], c: {} };
  const copy = plain(original);
  assert.deepEqual(copy, original);
  assert.notEqual(copy.a, original.a);
});

test('what is not plain keeps only its type', () => {
  const cases = [
    [() => {}, 'function'],
    [class {}, 'function'],
    [Symbol('s'), 'symbol'],
    [1n, 'bigint'],
    [NaN, 'number'],
    [-Infinity, 'number'],
  ];
  for (const value of [
    new Date(),
    /x/,
    new Map(),
    new Set(),
    new Error('x'),
    Promise.resolve(),
    new Uint8Array(2),
    new ArrayBuffer(2),
    new String('x'),
  ]) {
    cases.push([value, 'object']);
  }
  for (const [value, type] of cases) assert.deepEqual(plain(value), opaque(type));
  assert.deepEqual(plain({ when: new Date(), list: [Symbol('s')] }), {
    when: opaque('object'),
    list: [opaque('symbol')],
  });
});

test('objects of other realms and instances of classes count by their own properties', () => {
  assert.deepEqual(plain(vm.runInNewContext('({a: [1, {b: 2}]})')), { a: [1, { b: 2 }] });
  class User {
    userID = 'u';
    get secret() {
      throw new Error('not own, not read');
    }
  }
  assert.deepEqual(plain(new User()), { userID: 'u' });
  assert.deepEqual(plain(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
});

test('getters that throw, hostile and revoked proxies do no harm', () => {
  const bad = {
    get a() {
      throw new Error('no');
    },
    b: 1,
  };
  assert.deepEqual(plain(bad), { a: undefined, b: 1 });
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no');
      },
    },
  );
  assert.deepEqual(plain({ hostile }), { hostile: opaque('object') });
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  assert.deepEqual(plain([proxy]), [opaque('object')]);
  const endless = new Proxy([], { get: (target, key) => (key === 'length' ? Infinity : 0) });
  assert.ok(plain(endless).length <= 10000);
});

test('cycles, depth and size end', () => {
  const cycle = { name: 'c', list: [] };
  cycle.list.push(cycle);
  assert.deepEqual(plain(cycle), { name: 'c', list: [opaque('object')] });
  const shared = { a: 1 };
  assert.deepEqual(plain([shared, shared]), [{ a: 1 }, { a: 1 }], 'the same object twice is no cycle');
  let deep = 'bottom';
  for (let i = 0; i < 100000; i += 1) deep = [deep];
  assert.match(JSON.stringify(plain(deep)), /^\[{16}\{"\$type":"object"\}\]{16}$/);
  assert.ok(JSON.stringify(plain(new Array(1e6).fill(0))).length < 30000);
  assert.equal(
    Object.keys(plain(Object.fromEntries(Array.from({ length: 20000 }, (_, i) => [`k${i}`, i])))).length,
    9999,
  );
});

test('a key named __proto__ changes no prototype', () => {
  const copy = plain(JSON.parse('{"__proto__": {"polluted": true}, "a": 1}'));
  assert.equal(copy.polluted, undefined);
  assert.deepEqual(Object.keys(copy), ['a']);
  assert.equal({}.polluted, undefined);
});

test('any JavaScript value gives a plain copy of bounded size and is left as it was', () => {
  const random = lcg(20240607);
  for (let round = 0; round < 500; round += 1) {
    const value = anyValue(random, 0);
    const frozen = deepFreeze(value);
    for (const copy of [plain(frozen), ...toBorder('sendCustomCommand', ['r', frozen, frozen])])
      assert.ok(isPlain(copy), `round ${round}`);
  }
});

function lcg(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function anyValue(random, depth) {
  const leaves = [
    undefined,
    null,
    true,
    0,
    -0,
    NaN,
    1e308,
    '',
    'x'.repeat(random(50)),
    '\udfff',
    Symbol('s'),
    5n,
    () => 1,
    new Date(NaN),
    new Map([[1, 2]]),
    /r/g,
    new Uint8Array(3),
    new Error('e'),
    Promise.resolve(),
    new WeakMap(),
    new Proxy({ p: 1 }, {}),
    new Proxy(() => {}, {}),
    Object.create({ inherited: 1 }),
    Object.defineProperty({}, 'get', {
      enumerable: true,
      get: () => {
        throw new Error('x');
      },
    }),
    {
      toJSON: () => {
        throw new Error('x');
      },
    },
    { toJSON: () => undefined },
    { [Symbol.toStringTag]: 'Odd' },
    {
      get [Symbol.toStringTag]() {
        throw new Error('x');
      },
    },
  ];
  const kind = depth > 20 ? 0 : random(4);
  if (kind < 2) return leaves[random(leaves.length)];
  const items = Array.from({ length: random(5) }, () => anyValue(random, depth + 1));
  if (kind === 2) return items;
  const object = {};
  items.forEach((item, i) => (object[['userID', '__proto__', '', 'constructor', `k${i}`][random(5)]] = item));
  if (random(5) === 0) object.self = object;
  return object;
}

function deepFreeze(value) {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) deepFreeze(descriptor.value);
  return value;
}

function isPlain(value, depth = 0) {
  if (value === null || ['undefined', 'boolean', 'number', 'string'].includes(typeof value)) return true;
  if (typeof value !== 'object' || depth > 17) return false;
  const proto = Object.getPrototypeOf(value);
  if (Array.isArray(value) ? proto !== Array.prototype : proto !== Object.prototype) return false;
  return Object.values(value).every((item) => isPlain(item, depth + 1));
}
