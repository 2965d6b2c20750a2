'use strict';

const { ZegoError } = require('./errors');

/** Codes of this helper's own errors: [name, message, advice]. @type {Record<number, [string, string, string]>} */
const OWN = {
  1198001: [
    'ResourceMissing',
    'The video component could not be prepared',
    'Check the network and try again; on Android it is downloaded once.',
  ],
  1198002: [
    'ClientTooOld',
    'This version of Alipay has no video calls',
    'Ask the user to update Alipay to 10.1.80 or newer.',
  ],
  1198003: [
    'PermissionRefused',
    'Camera or microphone are not allowed',
    'Ask the user to allow both in the settings of the mini program.',
  ],
  1198004: ['InAnotherRoom', 'There is a call in another room', 'Call leave() first.'],
  1198005: ['Left', 'The call was left', ''],
  1198006: ['NotInRoom', 'There is no call', 'Call join() first.'],
  1198007: [
    'ParametersMissing',
    'The parameters of the video component could not be fetched',
    'Check the function given as "mrtc", and its server.',
  ],
  1198008: ['TokenMissing', 'No token could be fetched', 'Check the function given as "token", and its server.'],
  1198009: ['NoStream', 'There is no stream to play', 'Wait until the other user publishes.'],
  1198010: [
    'PublishFailed',
    'The own picture and sound do not get through',
    'Check the network, the signature and the parameters of the video component.',
  ],
  1198011: [
    'PlayFailed',
    "The other user's picture and sound do not get through",
    'Check the network; the other user may have stopped publishing.',
  ],
  1198012: ['JoinTimeout', 'The room could not be entered in time', 'Check the network and the server address.'],
};

/**
 * What `onError` of the component says in numbers: [name, message, advice]. The numbers are those documented for the
 * platform's Android engine; none are published for the component itself.
 * @type {Record<number, [string, string, string]>}
 */
const COMPONENT = {
  [-103]: [
    'BadParameters',
    'The component was given wrong parameters',
    'Check bizName, subBiz, serverUrl and the signature.',
  ],
  [-104]: [
    'CameraRefused',
    'The camera is not allowed',
    'Ask the user to allow it in the settings of the mini program.',
  ],
  [-105]: [
    'MicrophoneRefused',
    'The microphone is not allowed',
    'Ask the user to allow it in the settings of the mini program.',
  ],
  [-106]: [
    'PhoneRefused',
    'The state of the telephone is not allowed',
    'Ask the user to allow it in the settings of the mini program.',
  ],
  [-108]: ['ComponentTimeout', 'The media service did not answer in time', 'Check the network.'],
  [-114]: ['ComponentRoomInvalid', 'The media room is over', 'Leave and join again.'],
  [-115]: [
    'ComponentCreateFailed',
    'The media room could not be created',
    'Check the signature: it may have expired or be made for another userId.',
  ],
  [-116]: [
    'ComponentJoinFailed',
    'The media room could not be entered',
    'Check the signature: it may have expired or be made for another userId.',
  ],
  [-117]: ['ComponentPublishFailed', 'Picture and sound could not be sent', 'Check the network.'],
  [-118]: [
    'ComponentSubscribeFailed',
    'Picture and sound could not be received',
    'The other side may have switched off camera and microphone.',
  ],
  [-119]: ['ComponentStopFailed', 'Sending or receiving could not be stopped', ''],
  [-1002]: ['ComponentLeaveFailed', 'The media room could not be left', ''],
  [-1004]: ['ComponentNetwork', 'The network broke', 'Check the network.'],
  [-1005]: ['ComponentAddress', 'The address of the media service is wrong', 'Check serverUrl.'],
  [-1007]: ['CameraFailed', 'The camera could not be opened', 'Close other applications that use it.'],
  [-1008]: ['MicrophoneFailed', 'The microphone could not be opened', 'Close other applications that use it.'],
  [-1009]: ['DeviceUnsupported', 'This device has no video calls', ''],
};

/** @param {number} code of OWN @param {string} source @param {any} [cause] */
function problem(code, source, cause) {
  const [name, message, advice] = OWN[code];
  const text = cause === undefined ? message : `${message}: ${describe(cause)}`;
  return withSource(new ZegoError({ code, name, message: text, advice: (cause && cause.advice) || advice }), source);
}

/** What the component reported by `onError`. @param {any} event */
function componentProblem(event) {
  const detail = (event && event.detail) || {};
  const code = Number(detail.error !== undefined ? detail.error : detail.errorCode) || 0;
  const text = String(detail.errorMessage || detail.message || '');
  const [name, message, advice] = COMPONENT[code] || ['ComponentError', 'The video component failed', ''];
  return withSource(
    new ZegoError({
      code,
      name,
      message: text ? `${message} (${code}: ${text})` : `${message} (${code})`,
      advice,
      extendedData: detail,
    }),
    'component',
  );
}

/** An error of the engine as it came, or anything else as one. @param {any} error @param {string} source */
function fromCall(error, source) {
  if (error instanceof ZegoError) return withSource(error, source);
  return withSource(new ZegoError({ code: 0, message: describe(error) }), source);
}

/** @param {any} cause */
function describe(cause) {
  return String((cause && (cause.message || cause.errorMessage)) || cause);
}

/** @param {any} error @param {string} source */
function withSource(error, source) {
  if (error.source === undefined) error.source = source;
  return error;
}

module.exports = { problem, componentProblem, fromCall };
