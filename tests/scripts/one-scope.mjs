// The shim's CommonJS modules as the bundler reads them: as ES modules, which share one scope in a bundle. As CommonJS each
// would keep a function and an object of exports there, and the minifier would not see what is used where.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a module exports names. */
const NAMES = /^module\.exports = (\{[\s\w,]+\});$/m;
/** The glue is required where it is used: the shim's tests run without one. */
const LATE = "require('./engine-glue').";

/** @type {import('esbuild').Plugin} */
export const oneScope = {
  name: 'one-scope',
  setup(bundler) {
    const { entryPoints } = bundler.initialOptions;
    bundler.onLoad({ filter: /\/(src\/shim\/[\w-]+|engine-glue)\.js$/ }, ({ path }) => {
      const source = withImports(readFileSync(path, 'utf8'), path);
      // What an entry exports is what a file of the package exports.
      return { contents: entryPoints.includes(path) ? source : withExports(source, path) };
    });
  },
};

/** @param {string} source @param {string} path */
function withImports(source, path) {
  const hasNames = (file) => NAMES.test(readFileSync(join(path, '..', `${file}.js`), 'utf8'));
  const module = source
    .replace(/^const (\{[^}]+\}) = require\((.*)\);$/gm, 'import $1 from $2;')
    .replace(/^const (\w+) = require\('(.*)'\);$/gm, (_, name, file) =>
      hasNames(file) ? `import * as ${name} from '${file}';` : `import ${name} from '${file}';`,
    );
  if (/^(const|let|var)\b[^=]+= *require\(/m.test(module))
    throw new Error(`one-scope.mjs cannot read what ${path} requires`);
  if (!module.includes(LATE)) return module;
  return `import * as engineGlue from './engine-glue';\n${module.replace(LATE, 'engineGlue.')}`;
}

/** @param {string} source @param {string} path */
function withExports(source, path) {
  const module = source
    .replace(NAMES, 'export $1;')
    .replace(/^module\.exports = /m, 'export default ')
    .replace(/^exports\.(\w+) ?= ?/gm, 'export const $1 = ');
  if (/\bmodule\.exports\b|^exports\./m.test(module))
    throw new Error(`one-scope.mjs cannot read the exports of ${path}`);
  return module;
}
