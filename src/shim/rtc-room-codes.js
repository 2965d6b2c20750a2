// Generated from src/engine/error/ by ./build.sh reference. Do not edit.
'use strict';

/** Codes of RtcRoom. */
/** @type {Record<number, [string, string, string]>} */
exports.OWN = {
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

/** What `onError` of the component says in numbers. */
/** @type {Record<number, [string, string, string]>} */
exports.COMPONENT = {
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
