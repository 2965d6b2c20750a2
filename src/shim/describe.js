'use strict';

/** Any thrown or rejected value as one line of text. @param {any} error */
function describe(error) {
  try {
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
