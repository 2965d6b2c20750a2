// node --test docs/backend/node/token.test.mjs
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { token04 } from './token.mjs';

const fixture = new URL('../../../src/token/tests/fixtures/token04_vectors.json', import.meta.url);
const secret = '0123456789abcdef0123456789abcdef';

test('every GCM vector is made byte for byte', () => {
  const vectors = JSON.parse(readFileSync(fixture, 'utf8')).encode_vectors.filter(({ variant }) => variant === 'GCM');
  assert.equal(vectors.length, 12);
  for (const { id, input, token } of vectors) {
    const fixed = { now: input.ctime, nonce: input.nonce, iv: Buffer.from(input.gcm_nonce_hex, 'hex') };
    assert.equal(
      token04(input.app_id, input.user_id, input.secret, input.effective_seconds, input.payload, fixed),
      token,
      id,
    );
  }
});

test('two tokens of the same second differ', () => {
  const make = () => token04(1, 'u', secret, 60, '', { now: 1700000000 });
  assert.notEqual(make(), make());
});

test('values out of range are refused', () => {
  for (const appId of [0, -1, 2 ** 32, 1.5, '1', NaN]) assert.throws(() => token04(appId, 'u', secret, 60), /code 1/);
  for (const user of ['', 'u'.repeat(65), '用'.repeat(22), null]) {
    assert.throws(() => token04(1, user, secret, 60), /code 3/);
  }
  for (const bad of ['', 's'.repeat(31), '密'.repeat(32), secret + '\n', undefined]) {
    assert.throws(() => token04(1, 'u', bad, 60), /code 5/);
  }
  for (const lifetime of [0, -5, 0.5, '60', NaN]) assert.throws(() => token04(1, 'u', secret, lifetime), /code 6/);
  assert.throws(() => token04(1, 'u', secret, 60, 'p'.repeat(66000)), /payload/);
});
