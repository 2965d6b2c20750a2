'use strict';

/**
 * What a rejected call carries. `errorCode` and `msg` repeat `code` and `message` under the names older code reads.
 */
class ZegoError extends Error {
  /** @param {{code: number, name?: string, message?: string, advice?: string, errorCode?: number, msg?: string, extendedData?: any}} fields */
  constructor(fields) {
    const message = fields.message || fields.msg || '';
    super(message);
    // A class that extends Error loses its prototype where the IDE compiles it down to ES5.
    Object.setPrototypeOf(this, ZegoError.prototype);
    this.name = fields.name || 'ZegoError';
    this.code = fields.code;
    this.errorCode = fields.errorCode === undefined ? fields.code : fields.errorCode;
    this.msg = fields.msg === undefined ? message : fields.msg;
    this.advice = fields.advice || '';
    this.extendedData = fields.extendedData === undefined ? '' : fields.extendedData;
  }
}

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

/** The module could not be loaded. @param {any} cause */
function loadFailed(cause) {
  return new ZegoError({
    code: 1199001,
    name: 'EngineLoadFailed',
    message: `The engine could not be loaded: ${describe(cause)}`,
    advice:
      (cause && cause.advice) ||
      'Check that every file of the package is in the mini program and update Alipay; the next call tries again.',
  });
}

/** The module stopped. @param {any} cause @param {boolean} [returns] whether the engine goes back to its rooms by itself */
function stopped(cause, returns) {
  return new ZegoError({
    code: 1199002,
    name: 'EngineStopped',
    message: `The engine stopped: ${describe(cause)}`,
    advice: returns
      ? 'It restarts and returns to its rooms and streams by itself. Please report this with the log.'
      : 'All rooms and streams of this engine are gone; the next call starts it anew. Please report this with the log.',
  });
}

/** The engine was used after destroyEngine(). */
function destroyed() {
  return new ZegoError({
    code: 1199003,
    name: 'EngineDestroyed',
    message: 'destroyEngine() was called on this engine',
    advice: 'Create a new ZegoExpressEngine.',
  });
}

/** The argument of setDeviceState() names no device. */
function badDevices() {
  return new ZegoError({
    code: 1100001,
    name: 'badParameter',
    message: 'state must be an object with a boolean as camera, as microphone, or as both',
  });
}

/** What the module rejected with, as a ZegoError. @param {any} reason */
function fromEngine(reason) {
  return reason && typeof reason.code === 'number' ? new ZegoError(reason) : stopped(reason);
}

module.exports = { ZegoError, describe, withAdvice, loadFailed, stopped, destroyed, badDevices, fromEngine };
