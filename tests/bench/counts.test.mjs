// The hot paths of the shipped module must not grow unnoticed. UPDATE_COUNTS=1 writes the numbers anew.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countPaths } from './counts.mjs';
import { COUNTER, instrument } from './instrument.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stored = fileURLToPath(new URL('counts.json', import.meta.url));
/** By how much a path may grow: with the compiler that the numbers were made with, and with another one. */
const TOLERANCE = { same: 0.03, other: 0.3 };

/** The compiler of the module. */
function compiler() {
  const script = 'eval "$(tests/scripts/wasm-toolchain.sh)" && "${RUSTC:-rustc}" --version';
  return execFileSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' }).trim();
}

test(
  'no hot path executes more than is written down',
  { skip: !existsSync(`${root}pkg/index.js`) && 'run ./build.sh first' },
  async () => {
    const paths = await countPaths();
    if (process.env.UPDATE_COUNTS)
      writeFileSync(stored, `${JSON.stringify({ compiler: compiler(), paths }, null, 2)}\n`);
    const expected = JSON.parse(readFileSync(stored, 'utf8'));
    const isSame = expected.compiler === compiler();
    const tolerance = isSame ? TOLERANCE.same : TOLERANCE.other;
    if (!isSame)
      console.log(`!! counts.json was made with ${expected.compiler}: the tolerance is ${tolerance * 100} %`);
    for (const [path, counts] of Object.entries(paths)) {
      for (const [what, now] of Object.entries(counts)) {
        const before = expected.paths[path]?.[what];
        assert.ok(
          now <= before * (1 + tolerance),
          `${path}: ${now} ${what === 'instructions' ? what : `calls ${what}`}, written down are ${before}. ` +
            'If that is meant: UPDATE_COUNTS=1 node --test tests/bench/counts.test.mjs, and say why in the commit',
        );
        if (now < before * (1 - tolerance)) console.log(`${path}: ${now} ${what} instead of ${before}: write it down`);
      }
    }
  },
);

/** A module with one function made of this code: an i32 in, an i32 out. */
function moduleOf(code) {
  const section = (id, bytes) => [id, bytes.length, ...bytes];
  const body = [0, ...code, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

test('what a branch skips is not counted, what a loop repeats is counted each time', () => {
  // while (n) n -= 1; return 7
  const loop = [0x03, 0x40, 0x20, 0, 0x04, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x21, 0, 0x0c, 1, 0x0b, 0x0b, 0x41, 7];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(instrument(moduleOf(loop))));
  const executed = (n) => {
    const before = exports[COUNTER].value;
    assert.equal(exports.f(n), 7);
    return exports[COUNTER].value - before;
  };
  // get, if; const
  assert.equal(executed(0), 3);
  // get, if, get, const, sub, set, br for each turn
  assert.equal(executed(1), 7 + 3);
  assert.equal(executed(10), 70 + 3);
});

test('code that is not known is refused', () => {
  assert.throws(() => instrument(moduleOf([0x20, 0, 0xfc, 0x0c])), /not known/);
  assert.throws(() => instrument(moduleOf([0x20, 0, 0xfd, 0x00])), /not known/);
});
