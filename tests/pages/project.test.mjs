// The sample as the Alipay IDE opens it: everything it needs is inside of its folder.

import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { needsServer } from './stage.mjs';
import { SAMPLE } from './compile.mjs';

const json = (path) => JSON.parse(readFileSync(join(SAMPLE, path), 'utf8'));

test('the project is of the format the IDE knows, and leaves the package as it is', () => {
  const project = json('mini.project.json');
  assert.equal(project.format, 2);
  assert.equal(project.compileType, 'mini');
  assert.deepEqual(project.compileOptions.transpile.script.ignore, ['pkg/**']);
});

test('app.json names pages, permissions and a Worker that are there', needsServer(), () => {
  const app = json('app.json');
  for (const page of app.pages)
    for (const kind of ['js', 'axml', 'json'])
      assert.ok(existsSync(join(SAMPLE, `${page}.${kind}`)), `${page}.${kind}`);
  for (const scope of ['scope.camera', 'scope.record']) assert.ok(app.permission[scope].desc.length > 4);
  for (const worker of app.workers) assert.ok(existsSync(join(SAMPLE, worker)), worker);
});

test('nothing in it reaches outside of its folder', needsServer(), () => {
  const files = readdirSync(SAMPLE, { recursive: true }).filter((path) => /^(?!pkg).*\.(js|axml|acss)$/.test(path));
  assert.ok(files.length > 10);
  for (const file of files) {
    const text = readFileSync(join(SAMPLE, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|src=|@import)\s*['"]([^'"{]+)['"]/g)) {
      const target = resolve(SAMPLE, dirname(file), path);
      assert.ok(!relative(SAMPLE, target).startsWith('..'), `${file}: ${path}`);
      assert.ok(existsSync(target) || existsSync(`${target}.js`), `${file}: ${path}`);
    }
  }
});
