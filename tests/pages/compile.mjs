// A native mini program made ready for the simulator: its JavaScript as it is, its templates as WXML, its styles as CSS.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { toWxml } from './axml.mjs';

export const SAMPLE = fileURLToPath(new URL('../../miniprogram', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../pkg', import.meta.url));

/** Names that a browser or Node has and the logic thread of a mini program has not. */
export const ABSENT = [
  'window',
  'document',
  'self',
  'location',
  'localStorage',
  'navigator',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'TextEncoder',
  'TextDecoder',
  'queueMicrotask',
  'crypto',
  'process',
  'require',
  'module',
];

/**
 * @param {string} [root] folder of app.json; `pkg/` inside it is the built package
 * @returns {Promise<App>}
 * @typedef {{script: string, entry: string, pages: Record<string, {wxml: string, handlers: string[], css: string, config: any}>, css: string, config: any}} App
 */
export async function compileApp(root = SAMPLE) {
  const file = (path) => (path.startsWith('pkg/') ? join(PACKAGE, path.slice(4)) : join(root, path));
  const read = (path) => readFileSync(file(path), 'utf8');
  const readIf = (path) => (existsSync(file(path)) ? read(path) : '');
  const resolve = (from, to) => (to.startsWith('/') ? to.slice(1) : join(dirname(from), to));
  const config = JSON.parse(read('app.json'));
  const pages = {};
  for (const path of config.pages) {
    const { wxml, handlers } = toWxml(`${path}.axml`, read, resolve);
    pages[path] = {
      wxml,
      handlers,
      css: toCss(readIf(`${path}.acss`)),
      config: JSON.parse(readIf(`${path}.json`) || '{}'),
    };
  }
  // The package as well, so that a tool can look on.
  const modules = [['package', 'pkg/index.js'], ['app', 'app.js'], ...config.pages.map((path) => [path, `${path}.js`])];
  const bundle = await build({
    stdin: {
      contents: `offer({${modules.map(([name, path]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(`./${path}`)})`)}});`,
      resolveDir: root,
      sourcefile: 'simulator-entry.js',
    },
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2017',
    logLevel: 'silent',
    plugins: [
      {
        name: 'package',
        setup: (bundler) =>
          bundler.onResolve({ filter: /(^|\/)pkg\/index(\.js)?$/ }, () => ({ path: join(PACKAGE, 'index.js') })),
      },
    ],
  });
  const [{ text }] = bundle.outputFiles;
  // Modules run when they are asked for, once.
  const script = wrap(text);
  return { script, entry: config.pages[0], pages, css: toCss(readIf('app.acss')), config };
}

/** The bundle as a function body that returns `load(name)`. */
function wrap(text) {
  return `let modules; const offer = (all) => (modules = all);\n${text}\nreturn (name) => modules[name]();`;
}

/** ACSS is CSS with rpx, of which a screen is 750 wide, and element names. */
function toCss(acss) {
  return acss
    .replace(/(-?\d*\.?\d+)rpx/g, 'calc($1 * var(--rpx))')
    .replace(/(^|[\s,}>])(view|text|button|input|image|switch|scroll-view|textarea)(?=[\s,.:{>[])/g, '$1wx-$2')
    .replace(/(^|[\s,}])page(?=[\s,.:{])/g, '$1.ax-page');
}
