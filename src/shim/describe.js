'use strict';

/** Any thrown or rejected value as text: one line, or with the stack where there is one. @param {any} error @param {boolean} [whole] */
function describe(error, whole) {
  try {
    if (whole && error && error.stack) return String(error.stack);
    if (error && typeof error === 'object') {
      const text = error.message || error.errorMessage || '';
      return error.error === undefined ? String(text || error) : `${error.error} ${text}`.trim();
    }
    return String(error);
  } catch (unprintable) {
    return 'unknown error';
  }
}

/** An error of a host: what is wrong, and what the developer should do. @param {string} message @param {string} advice */
function withAdvice(message, advice) {
  return Object.assign(new Error(message), { advice });
}

module.exports = { describe, withAdvice };
