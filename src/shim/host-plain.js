'use strict';

const { describe, withAdvice } = require('./errors');

/**
 * Runs the module translated to JavaScript: slower to start and larger, but it needs nothing of the runtime.
 * @param {() => import('./engine-glue').Glue} createGlue
 * @param {() => {instantiate(imports: any): any}} loadTranslation
 * @returns {import('./hosts').Host}
 */
function createPlainHost(createGlue, loadTranslation) {
  return {
    name: 'plain',
    available: () => true,
    open: () =>
      new Promise((resolve) => {
        const glue = createGlue();
        glue.start(loadTranslation().instantiate(glue.imports));
        resolve(glue.Engine);
      }).catch((cause) => {
        throw withAdvice(describe(cause), 'Check that engine-plain.js is in the mini program as the package has it.');
      }),
  };
}

module.exports = { createPlainHost };
