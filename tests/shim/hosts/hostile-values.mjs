// Values that no page should pass, for property tests: each is made anew for every use and can say whether it was changed.

import fc from 'fast-check';
import { inspect } from 'node:util';

/** A trap for everything one can do with an object. */
const TRAPS = Object.fromEntries(
  Reflect.ownKeys(Reflect)
    .filter((name) => typeof name === 'string')
    .map((name) => [
      name,
      () => {
        throw new Error(`${name} was trapped`);
      },
    ]),
);

/** Makers by the name under which a failure is printed. */
const MAKERS = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  '-Infinity': () => -Infinity,
  'negative zero': () => -0,
  '2^53': () => 2 ** 53,
  'empty text': () => '',
  'high surrogate': () => '\ud83d',
  'low surrogate in a text': () => 'a\udc4bb',
  'NUL in a text': () => 'a\0b',
  '70000 characters': () => 'x'.repeat(70_000),
  'a million characters': () => '\u{1F44B}'.repeat(250_000),
  symbol: () => Symbol('symbol'),
  'well-known symbol': () => Symbol.iterator,
  bigint: () => 2n ** 70n,
  function: () => () => 'called',
  'function that throws': () => () => {
    throw new Error('thrown by a handler');
  },
  class: () => class Page {},
  'class instance': () =>
    new (class User {
      userID = 'someone';
      get userName() {
        throw new Error('no name');
      }
    })(),
  'object that contains itself': () => {
    const object = { userID: 'u' };
    object.self = object;
    return object;
  },
  'array that contains itself': () => {
    const list = [1];
    list.push(list);
    return list;
  },
  'frozen object': () => Object.freeze({ userID: 'u', extraInfo: Object.freeze(['e']) }),
  'object without a prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'object with a dangerous key': () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'),
  'getter that throws': () => ({
    get userID() {
      throw new Error('no id');
    },
    get detail() {
      throw new Error('no detail');
    },
  }),
  'toString, toJSON and valueOf that throw': () => {
    const throws = () => {
      throw new Error('no text');
    };
    return { toString: throws, toJSON: throws, valueOf: throws, [Symbol.toPrimitive]: throws };
  },
  'toStringTag that throws': () => ({
    get [Symbol.toStringTag]() {
      throw new Error('no tag');
    },
  }),
  thenable: () => ({
    then() {
      throw new Error('was awaited');
    },
  }),
  'promise that never settles': () => new Promise(() => {}),
  'proxy that traps everything': () => new Proxy({}, TRAPS),
  'proxy of an array that traps everything': () => new Proxy([], TRAPS),
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'proxy with endless keys': () =>
    new Proxy(
      {},
      {
        ownKeys: () => Array.from({ length: 20_000 }, (_, n) => `key${n}`),
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
        get: () => 'x',
      },
    ),
  'array of a million': () => new Array(1_000_000).fill('user'),
  'sparse array of 2^32 - 1': () => new Array(2 ** 32 - 1),
  '5000 levels': () => {
    let value = 'bottom';
    for (let level = 0; level < 5000; level += 1) value = { value };
    return value;
  },
  'object of 20000 members': () => Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`m${n}`, n])),
  date: () => new Date(NaN),
  'regular expression': () => /x/g,
  error: () => new Error('an error'),
  map: () => new Map([['userID', 'u']]),
  'weak map': () => new WeakMap(),
  bytes: () => new Uint8Array(70_000),
  'array buffer': () => new ArrayBuffer(8),
  'boxed text': () => Object('room'),
  arguments: () =>
    (function () {
      return arguments;
    })(1, 2),
};

/** A value: `make()` gives it. */
class Hostile {
  constructor(name, make) {
    this.name = name;
    this.make = make;
  }

  /** The same, changed after it was made. */
  changed(change) {
    return new Hostile(this.name, () => change(this.make()));
  }

  [fc.toStringMethod]() {
    return this.name;
  }
}

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

/** Any value at all. */
export const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.entries(MAKERS).map(([name, make]) => new Hostile(name, make))) },
  { weight: 1, arbitrary: anything.map((value) => new Hostile(fc.stringify(value), () => value)) },
);

/** `value`, as one more that may be chosen. */
export const exactly = (value) => fc.constant(new Hostile(fc.stringify(value), () => value));

/** What can be seen of a value without touching it: getters are not called, proxies not entered. */
export function look(value) {
  try {
    return inspect(value, { depth: 6, showHidden: true, showProxy: true, maxArrayLength: 50, maxStringLength: 500 });
  } catch {
    return Object.getOwnPropertyDescriptors(value);
  }
}
