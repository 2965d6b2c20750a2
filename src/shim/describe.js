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

module.exports = { describe };
