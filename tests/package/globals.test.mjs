import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeGlobals } from './globals.mjs';

const unguarded = (source) =>
  freeGlobals(source)
    .filter((use) => !use.guarded)
    .map((use) => use.name);

test('a bare global is found', () => assert.deepEqual(unguarded('new URL("x")'), ['URL']));
test('a declared name is no global', () => assert.deepEqual(unguarded('function f(URL) { return new URL() } f()'), []));
test('a member of that name is no global', () => assert.deepEqual(unguarded('const a = {}; a.fetch()'), []));
test('typeof itself is a guard', () => assert.deepEqual(unguarded('typeof fetch'), []));
test('a conditional on typeof guards its branches', () =>
  assert.deepEqual(
    unguarded('typeof BigInt !== "undefined" ? BigInt(1) : 0; if (typeof URL == "function") { new URL("x") }'),
    [],
  ));
test('an and-chain on typeof guards what follows', () =>
  assert.deepEqual(unguarded('typeof fetch === "function" && fetch("x")'), []));
test('a guard for one name does not cover another', () =>
  assert.deepEqual(unguarded('typeof URL !== "undefined" ? fetch("x") : 0'), ['fetch']));
test('a guard does not cover uses outside its branches', () =>
  assert.deepEqual(unguarded('if (typeof URL !== "undefined") { new URL("x") } new URL("y")'), ['URL']));
