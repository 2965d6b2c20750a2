'use strict';

const { describe } = require('./describe');
const { ZegoError } = require('./errors');
const { plain, read } = require('./plain');
const { numberOf } = require('./rtc-room-values');
const { OWN, COMPONENT } = require('./rtc-room-codes');

/** @param {number} code of OWN @param {string} source @param {any} [cause] */
function problem(code, source, cause) {
  const [name, message, advice] = OWN[code];
  const text = cause === undefined ? message : `${message}: ${describe(cause)}`;
  return withSource(new ZegoError({ code, name, message: text, advice: read(cause, 'advice') || advice }), source);
}

/** What the component reported by `onError`. @param {any} detail of the event */
function componentProblem(detail) {
  const { error, errorCode, errorMessage, message: other } = plain(detail) || {};
  const code = numberOf(error === undefined ? errorCode : error);
  const text = describe(errorMessage || other || '');
  const [name, message, advice] = COMPONENT[code] || ['ComponentError', 'The video component failed', ''];
  return withSource(
    new ZegoError({
      code,
      name,
      message: text ? `${message} (${code}: ${text})` : `${message} (${code})`,
      advice,
      extendedData: plain(detail),
    }),
    'component',
  );
}

/** An error of the engine as it came, or anything else as one. @param {any} error @param {string} source */
function fromCall(error, source) {
  if (error instanceof ZegoError) return withSource(error, source);
  return withSource(new ZegoError({ code: 0, message: describe(error) }), source);
}

/** @param {any} error @param {string} source */
function withSource(error, source) {
  if (error.source === undefined) error.source = source;
  return error;
}

module.exports = { problem, componentProblem, fromCall };
