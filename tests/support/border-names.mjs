// What the one-letter names stand for that the build gives the module's imports and exports (tests/scripts/common.sh).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../target', import.meta.url));

class BorderNames {
  #names;

  get names() {
    this.#names ??= JSON.parse(readFileSync(`${target}/glue/names.json`, 'utf8'));
    return this.#names;
  }

  /** The short name of an export. @param {string} name */
  exported(name) {
    const found = this.names.exports.find(([long]) => long === name);
    if (!found) throw new Error(`the module exports no ${name}`);
    return found[1];
  }

  /** The short name of the import whose name matches. @param {RegExp} pattern */
  imported(pattern) {
    const found = this.names.imports.find(([, long]) => pattern.test(long));
    return found && found[2];
  }

  /** The name of an import whose short name this is. @param {string} short */
  importOf(short) {
    const found = this.names.imports.find(([, , name]) => name === short);
    return found && found[1];
  }
}

export const borderNames = new BorderNames();
