// Generated from src/engine/error/ by ./build.sh reference. Do not edit.
'use strict';

/** @type {Record<number, [string, string, string]>} */
module.exports = {
  1100001: ['BadParameter', 'bad parameter', 'The message names the argument.'],
  1100010: ['Unsupported', 'not available in Alipay mini programs', ''],
  1100013: ['QueueFull', 'too many calls are waiting for an answer', 'Send slower.'],
  1199003: ['EngineDestroyed', 'destroyEngine() was called on this engine', 'Create a new ZegoExpressEngine.'],
  1199001: [
    'EngineLoadFailed',
    'The engine could not be loaded',
    'Check that every file of the package is in the mini program and update Alipay; the next call tries again.',
  ],
  1199002: [
    'EngineStopped',
    'The engine stopped',
    'It restarts and returns to its rooms and streams, unless DISCONNECTED follows: then log in again. Please report this with the log.',
  ],
};
