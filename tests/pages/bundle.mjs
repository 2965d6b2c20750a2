// Scripts for a browser, made of modules of this repository.

import { build } from 'esbuild';

/**
 * One script that a page can load.
 * @param {string} entry file
 * @param {{format?: 'iife' | 'esm'}} [options]
 */
export async function bundleForBrowser(entry, { format = 'iife' } = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    define: { global: 'window' },
    logLevel: 'silent',
    plugins: [
      {
        // miniprogram-simulate reads files only when it is given paths; here it is given definitions.
        name: 'no-files',
        setup(bundler) {
          bundler.onResolve({ filter: /^(fs|path|miniprogram-compiler)$/ }, ({ path }) => ({
            path,
            namespace: 'none',
          }));
          bundler.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}
