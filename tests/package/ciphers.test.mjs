// The mini program may never hold a secret, so the module that ships has no use for a cipher.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ciphers = ['aes', 'aes-gcm', 'cbc', 'ghash', 'rsa', 'cipher', 'sha2', 'chacha20', 'ring'];

test('no cipher is linked into the module', () => {
  const args = ['tree', '--locked', '--package', 'zego-express-alipay', '--target', 'wasm32-unknown-unknown'];
  const tree = execFileSync('cargo', [...args, '--edges', 'normal', '--prefix', 'none', '--format', '{p}'], {
    cwd: root,
    encoding: 'utf8',
  });
  const crates = new Set(tree.split('\n').map((line) => line.split(' ')[0]));
  assert.ok(crates.has('zego-token'), 'the tree was read');
  assert.deepEqual(
    ciphers.filter((name) => crates.has(name)),
    [],
  );
});
