'use strict';

const { decode } = require('./base64');
const { describe, withAdvice } = require('./errors');

const ADVICE =
  'Check that engine-wasm.js is in the mini program as the package has it, and update Alipay; the host "plain" needs no WebAssembly.';

/**
 * A module with what the engine's needs beyond the first release of WebAssembly: a conversion that does not trap, a sign
 * that is extended, memory that is filled; as base64. JavaScriptCore has all of it since iOS 15.
 */
const PROBE = 'AGFzbQEAAAABBAFgAAADAgEABQMBAAAKEwERAEMAAAAA/ADAQQBBAPwLAAs=';

/**
 * Runs the module in the page thread with the runtime's own WebAssembly. The module is compiled once per process; every
 * engine gets an instance of its own, so that one that stops takes no other with it.
 * @param {() => {imports: any, start(exports: any): void, Engine: any}} createGlue
 * @param {(wasm: any) => Promise<Uint8Array>} loadBytes given the runtime's WebAssembly
 * @returns {import('./hosts').Host}
 */
function createInlineHost(createGlue, loadBytes) {
  /** @type {Promise<any> | undefined} */
  let compiled;

  /** @param {any} imports @returns {Promise<any>} */
  function instantiate(imports) {
    if (compiled) return compiled.then((module) => runtime().instantiate(module, imports));
    const first = loadBytes(runtime()).then((bytes) => runtime().instantiate(bytes, imports));
    compiled = first.then((result) => result.module);
    compiled.catch(() => {
      compiled = undefined;
    });
    return first;
  }

  return {
    name: 'inline',
    available: () => !!runtime() && typeof runtime().instantiate === 'function' && knowsAll(runtime()),
    open: () =>
      new Promise((resolve) => {
        if (!runtime())
          throw withAdvice(
            'this runtime offers no WebAssembly',
            'Choose the host "worker" or "plain", or update Alipay.',
          );
        const glue = createGlue();
        resolve(
          instantiate(glue.imports).then((result) => {
            glue.start((result.instance || result).exports);
            return glue.Engine;
          }),
        );
      }).catch((cause) => {
        throw cause && cause.advice ? cause : withAdvice(describe(cause), ADVICE);
      }),
  };
}

/** @param {any} wasm */
function knowsAll(wasm) {
  return typeof wasm.validate !== 'function' || wasm.validate(decode(PROBE));
}

/** @returns {any} */
function runtime() {
  return typeof WebAssembly === 'object' ? WebAssembly : undefined;
}

module.exports = { createInlineHost };
