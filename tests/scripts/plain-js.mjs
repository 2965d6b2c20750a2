// JavaScript for runtimes that lack something: the module translated (wasm2js), and scripts lowered to ES5.
import { transform } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wasm2js = fileURLToPath(new URL('../../node_modules/.bin/wasm2js', import.meta.url));

/** The source text of engine-plain.js: `exports.instantiate(imports)` gives the exports of a fresh instance. @param wasm of the first WebAssembly release */
export async function plainModule(wasm) {
  const folder = mkdtempSync(join(tmpdir(), 'wasm2js-'));
  try {
    const input = join(folder, 'engine.wasm');
    const output = join(folder, 'engine.js');
    writeFileSync(input, wasm);
    execFileSync(wasm2js, [input, '--mvp-features', '-O2', '-o', output]);
    const { code } = await transform(asFunction(readFileSync(output, 'utf8')), {
      target: 'es2017',
      minify: true,
      format: 'cjs',
    });
    return code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** wasm2js writes an ES module with one instance; as a function it gives a fresh one per call. */
function asFunction(source) {
  const body = source.replace(/^import .*$/gm, '').replace(/^export var .*$/gm, '');
  const call = /var retasmFunc = asmFunc\(\{[^}]*\}\);/;
  if (!call.test(body) || /^(import|export) /m.test(body))
    throw new Error('wasm2js writes another form than plain-js.mjs reads');
  return `export function instantiate(wasmImports) {${body.replace(call, 'return asmFunc(wasmImports);')}}`;
}

/** A script in the language of ES5; the library is up to the runtime. */
export async function toES5(source) {
  const { default: ts } = await import('typescript');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.None },
  });
  const { code } = await transform(outputText, { target: 'es5', minifyWhitespace: true });
  return code;
}
