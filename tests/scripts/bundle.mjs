// Turns the wasm module, the wasm-bindgen glue and the shim into the JavaScript files of the package.
//
//   node tests/scripts/bundle.mjs --wasm engine.wasm --glue folder-of-wasm-bindgen --out folder
//
// index.js         the shim with the glue as a factory (src/shim/GLUE.md), one CommonJS file
// engine-wasm.js   the module's bytes as a JavaScript module
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wasmModule } from './wasm-text.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options } = parseArgs({
  options: { wasm: { type: 'string' }, glue: { type: 'string' }, out: { type: 'string' } },
});
const bytes = readFileSync(options.wasm);
const generated = resolve(options.glue);
const out = resolve(options.out);
const { version, license, name } = JSON.parse(readFileSync(join(root, 'pkg/package.json'), 'utf8'));
const banner = `/*! ${name} ${version} | ${license} */`;

// ES2017 is the newest that Alipay's default compiler reads.
const common = {
  bundle: true,
  format: 'cjs',
  target: 'es2017',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};

mkdirSync(out, { recursive: true });
const glue = join(generated, 'engine-glue.js');
await build({
  ...common,
  stdin: { contents: glueEntry(), resolveDir: generated, sourcefile: 'engine-glue-entry.js' },
  inject: [join(root, 'src/bindings/text.mjs')],
  // Engines are freed by the shim. The runtimes that matter have no registry; without it the glue is the same everywhere.
  define: { FinalizationRegistry: 'undefined' },
  // As a function body the module's state exists once per call.
  banner: { js: 'exports.createGlue=function(){const module={exports:{}};' },
  footer: { js: 'return module.exports};' },
  outfile: glue,
});
await build({
  ...common,
  entryPoints: [join(root, 'src/shim/index.js')],
  banner: { js: banner },
  outfile: join(out, 'index.js'),
  plugins: [
    {
      name: 'generated-modules',
      setup(bundler) {
        bundler.onResolve({ filter: /\/engine-glue$/ }, () => ({ path: glue }));
        bundler.onResolve({ filter: /\/engine-wasm$/ }, () => ({ path: './engine-wasm.js', external: true }));
      },
    },
  ],
});
writeFileSync(join(out, 'engine-wasm.js'), `${banner}\n${await wasmModule(bytes)}`);

// The import object is written out from the module's own list, so that unused glue falls away.
function glueEntry() {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  const modules = new Map();
  for (const { module, name } of imports) modules.set(module, [...(modules.get(module) ?? []), name]);
  let text = '';
  const objects = [];
  for (const [module, names] of modules) {
    text += `import {${names.join(',')}} from ${JSON.stringify(module)};\n`;
    objects.push(`${JSON.stringify(module)}:{${names.join(',')}}`);
  }
  return `${text}
    import { __wbg_set_wasm } from './engine_bg.js';
    export { Engine } from './engine_bg.js';
    export const imports = {${objects.join(',')}};
    export function start(exports) {
      __wbg_set_wasm(exports);
      if (exports.__wbindgen_start) exports.__wbindgen_start();
    }`;
}
