import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';

// What ships to mini programs; the language is what Alipay's default compiler reads.
const shipped = ['src/shim/**/*.js', 'src/bindings/*.mjs', 'miniprogram/**/*.js', 'tests/pages/minimal/**/*.js'];

export default defineConfig([
  globalIgnores(['target/', 'pkg/*.js', 'miniprogram/pkg/', '.artifacts/']),
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'smart'],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
    },
  },
  {
    files: shipped,
    languageOptions: {
      ecmaVersion: 2017,
      sourceType: 'commonjs',
      // No runtime globals but these: a name that some runtimes lack must stand behind a `typeof`.
      globals: {
        ...globals.commonjs,
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        performance: 'readonly',
        my: 'readonly',
        WebAssembly: 'readonly',
        MYWebAssembly: 'readonly',
        worker: 'readonly',
        crypto: 'readonly',
      },
    },
    rules: {
      'no-labels': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
    },
  },
  {
    files: ['src/bindings/*.mjs'],
    languageOptions: {
      sourceType: 'module',
      globals: { TextEncoder: 'readonly', TextDecoder: 'readonly', globalThis: 'readonly', queueMicrotask: 'readonly' },
    },
  },
  {
    files: ['miniprogram/**/*.js', 'tests/pages/minimal/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: {
        App: 'readonly',
        Page: 'readonly',
        Component: 'readonly',
        getApp: 'readonly',
        getCurrentPages: 'readonly',
      },
    },
  },
  {
    files: ['**/*.mjs', 'tests/**/*.js', 'tests/**/*.cjs'],
    ignores: ['src/bindings/**', 'tests/pages/minimal/**'],
    languageOptions: { ecmaVersion: 'latest', globals: globals.node },
  },
  {
    files: ['tests/**/*.js', 'tests/**/*.cjs'],
    ignores: ['tests/pages/minimal/**'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    files: [
      'tests/pages/browser.mjs',
      'tests/pages/browser/*.mjs',
      'tests/demo/browser/headless.mjs',
      'tests/demo/browser/peer.test.mjs',
      'tests/demo/browser/page/*.mjs',
    ],
    languageOptions: { globals: globals.browser },
  },
]);
