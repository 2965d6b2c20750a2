// Turns the wasm module, the wasm-bindgen glue and the shim into the JavaScript files of the package.
//
//   node tests/scripts/bundle.mjs --wasm engine.wasm --glue folder-of-wasm-bindgen --out folder
//
// index.js         the shim with the glue as a factory (src/shim/GLUE.md), one CommonJS file
// rtc-room.js      the helper RtcRoom, loaded by index.js when it is asked for
// host-worker.js   the host worker, loaded by index.js when the application declares one
// log-upload.js    sends the log away, loaded by index.js when it is asked to
// error-codes.js   the codes by their names, for applications
// index.esm.js     the same for ES modules
// engine-wasm.js   the module's bytes as a JavaScript module
// engine-plain.js  the module translated to JavaScript
// worker.js        what an application runs in its Worker, in ES5
// engine.wasm.br   the module for the Worker, compressed
import { build } from 'esbuild';
import { minify } from 'terser';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { oneScope } from './one-scope.mjs';
import { plainModule, toES5 } from './plain-js.mjs';
import { wasmModule } from './wasm-text.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options } = parseArgs({
  options: { wasm: { type: 'string' }, glue: { type: 'string' }, out: { type: 'string' } },
});
const bytes = readFileSync(options.wasm);
const generated = resolve(options.glue);
const borderNames = JSON.parse(readFileSync(join(generated, 'names.json'), 'utf8'));
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
  inject: [join(root, 'src/bindings/text.mjs'), join(root, 'src/bindings/panic.mjs')],
  // Engines are freed by the shim. The runtimes that matter have no registry; without it the glue is the same everywhere.
  define: { FinalizationRegistry: 'undefined' },
  // What the module exports has the short names there.
  mangleProps: new RegExp(`^(${borderNames.exports.map(([name]) => name).join('|')})$`),
  mangleCache: Object.fromEntries(borderNames.exports),
  // As a function body the module's state exists once per call.
  format: 'iife',
  banner: { js: 'exports.createGlue=function(){const glue={};' },
  footer: { js: 'return glue};' },
  outfile: glue,
  plugins: [{ name: 'views-of-memory', setup: renewViews }],
});
const generatedModules = {
  name: 'generated-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /\/engine-glue$/ }, () => ({ path: glue }));
    bundler.onResolve({ filter: /\/engine-(wasm|plain)$/ }, ({ path }) => ({ path: `${path}.js`, external: true }));
  },
};
// The helper shares the classes of index.js instead of carrying copies.
const sharedModules = {
  name: 'shared-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/(rtc-room|log-upload|host-worker)$/ }, ({ path }) => ({
      path: `${path}.js`,
      external: true,
    }));
    bundler.onResolve({ filter: /^\.\/errors$/ }, ({ importer }) =>
      /rtc-room/.test(importer) ? { path: './index.js', external: true } : undefined,
    );
  },
};
const names = ['ZegoExpressEngine', 'ZegoError', 'RtcRoom'];
await script('index', [generatedModules, sharedModules, oneScope]);
await script('rtc-room', [sharedModules, oneScope]);
for (const name of ['log-upload', 'error-codes', 'host-worker']) await script(name);
writeFileSync(
  join(out, 'index.esm.js'),
  `${banner}\nimport{${names}}from'./index.js';\nexport{${names}};\nexport default ${names[0]};\n`,
);
const unpacker = readFileSync(join(generated, 'unpacker.wasm'));
const unpackerNames = JSON.parse(readFileSync(join(generated, 'unpacker-names.json'), 'utf8')).exports;
writeFileSync(join(out, 'engine-wasm.js'), `${banner}\n${await wasmModule(bytes, unpacker, unpackerNames)}`);
writeFileSync(
  join(out, 'engine-plain.js'),
  `${banner}\n${await plainModule(readFileSync(join(generated, 'engine-mvp.wasm')))}`,
);
const worker = await build({
  ...common,
  entryPoints: [join(root, 'src/shim/worker.js')],
  format: 'iife',
  plugins: [generatedModules, oneScope],
  write: false,
});
const es5 = await toES5(worker.outputFiles[0].text);
writeFileSync(join(out, 'worker.js'), `${banner}\n${await minified(es5, 5)}`);
const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
writeFileSync(join(out, 'engine.wasm.br'), brotliCompressSync(bytes, best));

/** One of the shim's files. @param {string} name @param {import('esbuild').Plugin[]} [plugins] */
async function script(name, plugins = [oneScope]) {
  const entryPoints = [join(root, `src/shim/${name}.js`)];
  const { outputFiles } = await build({ ...common, entryPoints, plugins, write: false });
  writeFileSync(join(out, `${name}.js`), `${banner}\n${await minified(outputFiles[0].text, 2017)}\n`);
}

/** With esbuild's own names index.js packs to a thirteenth more. @param {string} source @param {5 | 2017} ecma */
async function minified(source, ecma) {
  const { code } = await minify(source, {
    ecma,
    toplevel: true,
    // Nothing waits for a property to be read, and only classes are called with `new`.
    compress: { passes: 3, pure_getters: true, unsafe_arrows: ecma > 5 },
    format: { comments: false },
  });
  return code;
}

/**
 * The glue takes a new view of the memory when the old one was detached. Translated to JavaScript, memory that grows leaves
 * the old buffer as it was, so the buffers themselves are compared.
 */
function renewViews(bundler) {
  bundler.onLoad({ filter: /engine_bg\.js$/ }, ({ path }) => {
    let views = 0;
    const contents = readFileSync(path, 'utf8').replace(/if \((cached\w+Memory0) === null \|\| .*\) \{/g, (_, view) => {
      views += 1;
      return `if (${view} === null || ${view}.buffer !== wasm.memory.buffer) {`;
    });
    const declared = contents.match(/^let cached\w+Memory0 /gm).length;
    if (views !== declared)
      throw new Error(`wasm-bindgen writes views of memory in another form than bundle.mjs reads`);
    return { contents };
  });
}

// The import object is written out from the module's own list, so that unused glue falls away.
function glueEntry() {
  const [[module]] = borderNames.imports;
  const names = borderNames.imports.map(([, name]) => name);
  const members = borderNames.imports.map(([, name, short]) => `${short}:${name}`);
  const [imported] = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  const starts = borderNames.exports.some(([name]) => name === '__wbindgen_start');
  return `
    import { ${names.join(',')} } from ${JSON.stringify(module)};
    import { __wbg_set_wasm, Engine } from './engine_bg.js';
    import { engineClass } from ${JSON.stringify(join(root, 'src/bindings/engine.mjs'))};
    import { takePanic } from ${JSON.stringify(join(root, 'src/bindings/panic.mjs'))};
    glue.Engine = engineClass(Engine, takePanic);
    glue.imports = {${imported.module}:{${members.join(',')}}};
    glue.start = (exports) => {
      __wbg_set_wasm(exports);
      ${starts ? 'exports.__wbindgen_start();' : ''}
    };`;
}
