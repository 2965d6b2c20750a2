// Scripts that read their globals from us: the same file can be loaded many times, each time into a world of its own.

import vm from 'node:vm';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * Evaluates a CommonJS file anew and returns its exports. It runs in our realm; only the names in `globals` are its own. Files of
 * the same folder that it requires are evaluated the same way.
 * @param {string} filename absolute
 * @param {Record<string, any>} globals what stands in place of our globals, by name; undefined hides one
 */
export function evaluate(filename, globals) {
  const compiled = vm.compileFunction(
    readFileSync(filename, 'utf8'),
    ['module', 'exports', 'require', ...Object.keys(globals)],
    { filename },
  );
  const module = { exports: {} };
  const { resolve } = createRequire(filename);
  const require = (name) => {
    if (!name.startsWith('./')) throw new Error(`${filename} requires ${name}`);
    return evaluate(resolve(name), globals);
  };
  compiled.call(undefined, module, module.exports, require, ...Object.values(globals));
  return module.exports;
}
