'use strict';

const CODES = require('./codes');
const { describe, withAdvice } = require('./describe');

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

/** @param {number} code of the table @param {string} [detail] follows the table's text @param {string} [advice] instead of the table's */
function own(code, detail, advice) {
  const [name, text, usual] = CODES[code];
  return new ZegoError({ code, name, message: text + (detail || ''), advice: advice || usual });
}

/** The module could not be loaded. @param {any} cause */
const loadFailed = (cause) => own(1199001, `: ${describe(cause)}`, cause && cause.advice);

/** The module stopped. @param {any} cause */
const stopped = (cause) => own(1199002, `: ${describe(cause)}`);

/** The engine was used after destroyEngine(). */
const destroyed = () => own(1199003);

/** Too many calls are open. */
const tooMany = () => own(1100013);

/** A method that Alipay has no place for. @param {string} method @param {string} advice what to use instead */
const unsupported = (method, advice) => own(1100010, `: ${method}`, advice);

/** The argument of setDeviceState() names no device. */
const badDevices = () => own(1100001, ': state must be an object with camera or microphone, or both, as booleans');

/** What the module rejected with, as a ZegoError. @param {any} reason */
function fromEngine(reason) {
  return reason && typeof reason.code === 'number' ? new ZegoError(reason) : stopped(reason);
}

module.exports = {
  ZegoError,
  describe,
  withAdvice,
  loadFailed,
  stopped,
  destroyed,
  tooMany,
  unsupported,
  badDevices,
  fromEngine,
};
