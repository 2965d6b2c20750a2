// Never run: the compiler checks that the declared types accept what pages write, and refuse what they must not. Whatever
// stands under a "ts-expect-error" must be an error, or the compiler complains.

import { expectTypeOf } from 'expect-type';
import ZegoDefault, {
  RtcRoom,
  RtcRoomState,
  ZegoConfiguration,
  ZegoError,
  ZegoErrorCode,
  ZegoErrorName,
  ZegoEvents,
  ZegoExpressEngine,
  ZegoHostInfo,
  ZegoLogConfig,
  ZegoLogLevel,
  ZegoMessage,
  ZegoPeerDevices,
  ZegoPlayOption,
  ZegoPlayerState,
  ZegoPublishOption,
  ZegoPublisherState,
  ZegoQuality,
  ZegoReconnectPolicy,
  ZegoRoomConfig,
  ZegoRoomExtraInfo,
  ZegoRoomState,
  ZegoRoomStateReason,
  ZegoStream,
  ZegoStreamAddress,
  ZegoStreamDeleteReasons,
  ZegoStreamState,
  ZegoUpdateType,
  ZegoUrlUpdateReason,
  ZegoUser,
} from '../../src/shim/index';
import { ZegoErrorCode as Codes } from '../../src/shim/error-codes';

type Engine = ZegoExpressEngine;
declare const zg: Engine;

// --- the class -----------------------------------------------------------------------------------------------------

expectTypeOf(ZegoDefault).toEqualTypeOf(ZegoExpressEngine);
expectTypeOf(ZegoExpressEngine).toBeConstructibleWith(1234, 'wss://a');
expectTypeOf(ZegoExpressEngine).toBeConstructibleWith(1234, ['wss://a', 'wss://b']);
// @ts-expect-error the app id is a number
new ZegoExpressEngine('1234', '');
// @ts-expect-error a server is needed, if only an empty text
new ZegoExpressEngine(1234);
// @ts-expect-error a server is a text
new ZegoExpressEngine(1234, [1]);

expectTypeOf(ZegoExpressEngine.version).toEqualTypeOf<string>();
// @ts-expect-error the version is not for writing
ZegoExpressEngine.version = '2';

expectTypeOf(ZegoExpressEngine.configure).parameters.toEqualTypeOf<[options: ZegoConfiguration]>();
expectTypeOf(ZegoExpressEngine.configure).returns.toEqualTypeOf<void>();
ZegoExpressEngine.configure({});
ZegoExpressEngine.configure({ seed: 1, host: 'worker', worker: { script: 'w.js', wasm: '/e.wasm.br', timeout: 5 } });
ZegoExpressEngine.configure({ my: {}, log: (level, message) => expectTypeOf(level + message).toEqualTypeOf<string>() });
ZegoExpressEngine.configure({ host: { name: 'own', available: () => true, open: () => Promise.resolve() } });
ZegoExpressEngine.configure({ reconnect: (attempt, elapsedMs, reason, defaultMs) => (attempt > 5 ? null : defaultMs) });
expectTypeOf<ZegoReconnectPolicy>().parameters.toEqualTypeOf<
  [attempt: number, elapsedMs: number, reason: 'CONNECTION' | 'LOGIN', defaultMs: number]
>();
expectTypeOf<ZegoReconnectPolicy>().returns.toEqualTypeOf<number | null>();
// @ts-expect-error a policy answers with a time, or null to give up
ZegoExpressEngine.configure({ reconnect: () => 'later' });
// @ts-expect-error there is no such host
ZegoExpressEngine.configure({ host: 'page' });
// @ts-expect-error a Worker needs the path of the module
ZegoExpressEngine.configure({ worker: { script: 'w.js' } });
// @ts-expect-error a seed is a number
ZegoExpressEngine.configure({ seed: '1' });
// @ts-expect-error there is no such option
ZegoExpressEngine.configure({ debug: true });

expectTypeOf<Engine['getVersion']>().toEqualTypeOf<() => string>();
expectTypeOf<Engine['getHostInfo']>().toEqualTypeOf<() => ZegoHostInfo>();
expectTypeOf<ZegoHostInfo['state']>().toEqualTypeOf<'loading' | 'ready' | 'failed' | 'destroyed'>();
expectTypeOf<Engine['checkSystemRequirements']>().returns.resolves.toEqualTypeOf<{ code: number; msg: string }>();
expectTypeOf<Engine['destroyEngine']>().toEqualTypeOf<() => void>();

// --- rooms ---------------------------------------------------------------------------------------------------------

expectTypeOf<Engine['loginRoom']>().parameters.toEqualTypeOf<
  [roomID: string, token: string, user: ZegoUser, config?: ZegoRoomConfig]
>();
expectTypeOf<Engine['loginRoom']>().returns.resolves.toEqualTypeOf<boolean>();
zg.loginRoom('r', 't', { userID: 'u' });
zg.loginRoom('r', 't', { userID: 'u', userName: 'n' }, { userUpdate: true, maxMemberCount: 2 });
// @ts-expect-error a user has an id
zg.loginRoom('r', 't', { userName: 'n' });
// @ts-expect-error a user is needed
zg.loginRoom('r', 't');
// @ts-expect-error an id is a text
zg.loginRoom('r', 't', { userID: 1 });
// @ts-expect-error a count is a number
zg.loginRoom('r', 't', { userID: 'u' }, { maxMemberCount: '2' });
// @ts-expect-error there is no such option
zg.loginRoom('r', 't', { userID: 'u' }, { userUpdates: true });

expectTypeOf<Engine['logoutRoom']>().toEqualTypeOf<(roomID?: string) => void>();
// @ts-expect-error an id is a text
zg.logoutRoom(1);
expectTypeOf<Engine['renewToken']>().toEqualTypeOf<(token: string, roomID?: string) => boolean>();
// @ts-expect-error a token is needed
zg.renewToken();
expectTypeOf<Engine['enableMultiRoom']>().toEqualTypeOf<(enable: boolean) => boolean>();
// @ts-expect-error a flag is a boolean
zg.enableMultiRoom('yes');

// --- streams -------------------------------------------------------------------------------------------------------

expectTypeOf<Engine['startPublishingStream']>().toEqualTypeOf<
  (streamID: string, option?: ZegoPublishOption) => Promise<ZegoStreamAddress>
>();
zg.startPublishingStream('s', { roomID: 'r', streamParams: 'a=b', extraInfo: 'x', sourceType: 'CDN', inspectFlag: 1 });
// @ts-expect-error an id is needed
zg.startPublishingStream();
// @ts-expect-error there is no such source
zg.startPublishingStream('s', { sourceType: 'RTC' });
// @ts-expect-error the flag is 0 or 1
zg.startPublishingStream('s', { inspectFlag: 2 });
// @ts-expect-error extra info is a text
zg.startPublishingStream('s', { extraInfo: {} });
// @ts-expect-error mixed streams are played, not published
zg.startPublishingStream('s', { isMix: true });

expectTypeOf<Engine['startPlayingStream']>().toEqualTypeOf<
  (streamID: string, option?: ZegoPlayOption) => Promise<ZegoStreamAddress>
>();
zg.startPlayingStream('s', { streamParams: 'a=b', sourceType: 'BGP', isMix: true });
// @ts-expect-error an id is a text
zg.startPlayingStream(1);
// @ts-expect-error a flag is a boolean
zg.startPlayingStream('s', { isMix: 1 });
// @ts-expect-error a player has no extra info
zg.startPlayingStream('s', { extraInfo: 'x' });

expectTypeOf<ZegoStreamAddress>().toEqualTypeOf<{ streamID: string; url: string }>();
expectTypeOf<Engine['stopPublishingStream']>().toEqualTypeOf<(streamID: string) => boolean>();
// @ts-expect-error an id is needed
zg.stopPublishingStream();
expectTypeOf<Engine['stopPlayingStream']>().toEqualTypeOf<(streamID: string) => void>();
// @ts-expect-error an id is needed
zg.stopPlayingStream();
expectTypeOf<Engine['getNextUrl']>().toEqualTypeOf<(streamID: string) => string>();
// @ts-expect-error an id is a text
zg.getNextUrl(1);

expectTypeOf<Engine['updatePlayerState']>().returns.toEqualTypeOf<void>();
zg.updatePlayerState('s', { type: 'rtmpEvent', detail: { code: 3800, more: 1 } });
// @ts-expect-error the event has a detail
zg.updatePlayerState('s', { code: 3800 });
// @ts-expect-error a code is a number
zg.updatePlayerState('s', { detail: { code: '3800' } });
expectTypeOf<Engine['updatePlayerNetStatus']>().returns.toEqualTypeOf<void>();
zg.updatePlayerNetStatus('s', { detail: { info: { videoBitrate: 1 } } });
// @ts-expect-error the event has an info
zg.updatePlayerNetStatus('s', { detail: {} });
expectTypeOf<Engine['updateAudioVolumeNotify']>().toEqualTypeOf<(streamID: string, event: any) => void>();
// @ts-expect-error an event is needed
zg.updateAudioVolumeNotify('s');
expectTypeOf<Engine['getPlayerList']>().toEqualTypeOf<() => any[]>();

expectTypeOf<Engine['setStreamExtraInfo']>().toEqualTypeOf<
  (streamID: string, extraInfo: string) => Promise<{ errorCode: number; extendedData: string }>
>();
// @ts-expect-error extra info is a text
zg.setStreamExtraInfo('s', { camera: true });
expectTypeOf<Engine['setDeviceState']>().toEqualTypeOf<
  (
    streamID: string,
    state: { camera?: boolean; microphone?: boolean },
  ) => Promise<{ errorCode: number; extendedData: string }>
>();
// @ts-expect-error a device is on or off
zg.setDeviceState('s', { camera: 'off' });
// @ts-expect-error there is no such device
zg.setDeviceState('s', { screen: true });

// --- messages ------------------------------------------------------------------------------------------------------

expectTypeOf<Engine['setRoomExtraInfo']>().toEqualTypeOf<
  (roomID: string, key: string, value: string) => Promise<{ errorCode: number; seq: number }>
>();
// @ts-expect-error a value is needed
zg.setRoomExtraInfo('r', 'k');
expectTypeOf<Engine['sendBroadcastMessage']>().toEqualTypeOf<
  (roomID: string, message: string) => Promise<{ errorCode: number; messageID: number }>
>();
// @ts-expect-error a message is a text
zg.sendBroadcastMessage('r', 5);
expectTypeOf<Engine['sendBarrageMessage']>().toEqualTypeOf<
  (roomID: string, message: string) => Promise<{ errorCode: number; messageID: string }>
>();
// @ts-expect-error a message is needed
zg.sendBarrageMessage('r');
expectTypeOf<Engine['sendCustomCommand']>().toEqualTypeOf<
  (roomID: string, command: string | object, toUserIDList?: string[]) => Promise<{ errorCode: number }>
>();
zg.sendCustomCommand('r', { any: ['thing'] }, ['u']);
zg.sendCustomCommand('r', 'text');
// @ts-expect-error a command is a text or an object
zg.sendCustomCommand('r', 5, ['u']);
// @ts-expect-error receivers are a list
zg.sendCustomCommand('r', 'text', 'u');

// --- settings ------------------------------------------------------------------------------------------------------

expectTypeOf<Engine['setLogConfig']>().toEqualTypeOf<(config: ZegoLogConfig) => boolean>();
zg.setLogConfig({ logLevel: 'debug', remoteLogLevel: 'disable', logURL: 'https://log.example' });
// @ts-expect-error there is no such level
zg.setLogConfig({ logLevel: 'loud' });
// @ts-expect-error an address is a text
zg.setLogConfig({ logURL: 5 });
// @ts-expect-error there is no such option
zg.setLogConfig({ level: 'info' });
expectTypeOf<ZegoLogLevel>().toEqualTypeOf<'debug' | 'info' | 'warn' | 'error' | 'report' | 'disable'>();
expectTypeOf<Engine['setDebugVerbose']>().toEqualTypeOf<(enable: boolean) => void>();
// @ts-expect-error a flag is needed
zg.setDebugVerbose();

// --- what Alipay has no place for: it never answers --------------------------------------------------------------------

type Rejecting =
  | 'startMixerTask'
  | 'stopMixerTask'
  | 'startAutoMixerTask'
  | 'stopAutoMixerTask'
  | 'setMixerTaskConfig'
  | 'addPublishCdnUrl'
  | 'removePublishCdnUrl'
  | 'sendTransparentMessage'
  | 'callExperimentalAPI';
type Throwing =
  | 'initContext'
  | 'createPusher'
  | 'getPusherInstance'
  | 'getPlayerInstance'
  | 'setPusherAttributes'
  | 'setPlayerAttributes'
  | 'mutePublishStreamVideo'
  | 'mutePublishStreamAudio'
  | 'mutePlayStreamVideo'
  | 'mutePlayStreamAudio';
expectTypeOf<ReturnType<Engine[Rejecting]>>().toEqualTypeOf<Promise<never>>();
expectTypeOf<ReturnType<Engine[Throwing]>>().toEqualTypeOf<never>();
// @ts-expect-error there is no such method
zg.startPreview();

// Every method stands in this file: a new one must be added here.
type Tested =
  | Rejecting
  | Throwing
  | 'on'
  | 'once'
  | 'off'
  | 'getVersion'
  | 'getHostInfo'
  | 'checkSystemRequirements'
  | 'destroyEngine'
  | 'loginRoom'
  | 'logoutRoom'
  | 'renewToken'
  | 'enableMultiRoom'
  | 'startPublishingStream'
  | 'stopPublishingStream'
  | 'startPlayingStream'
  | 'stopPlayingStream'
  | 'getNextUrl'
  | 'updatePlayerState'
  | 'updatePlayerNetStatus'
  | 'updateAudioVolumeNotify'
  | 'getPlayerList'
  | 'setStreamExtraInfo'
  | 'setDeviceState'
  | 'setRoomExtraInfo'
  | 'sendBroadcastMessage'
  | 'sendBarrageMessage'
  | 'sendCustomCommand'
  | 'setLogConfig'
  | 'setDebugVerbose';
expectTypeOf<keyof Engine>().toEqualTypeOf<Tested>();

// --- events --------------------------------------------------------------------------------------------------------

expectTypeOf(zg.on('error', () => {})).toEqualTypeOf<boolean>();
expectTypeOf(zg.once('error', () => {})).toEqualTypeOf<boolean>();
expectTypeOf(zg.off('error')).toEqualTypeOf<boolean>();
zg.off('error', () => {});
// @ts-expect-error there is no such event
zg.on('roomStateUpdated', () => {});
// @ts-expect-error there is no such event
zg.once('', () => {});
// @ts-expect-error there is no such event
zg.off('roomStateUpdated');
// @ts-expect-error a handler is needed
zg.on('error');
// @ts-expect-error a handler is a function
zg.once('error', {});
// @ts-expect-error a state is not a number
zg.on('roomStateUpdate', (_roomID: string, state: number) => state);

type State = [
  roomID: string,
  state: ZegoRoomState,
  errorCode: number,
  extendedData: string | undefined,
  previousState: ZegoRoomState,
];
type Reason = [
  roomID: string,
  reason: ZegoRoomStateReason,
  errorCode: number,
  extendedData: string | undefined,
  previousReason: ZegoRoomStateReason,
];
/** The arguments of every event; a new one must be added here. */
interface Arguments {
  roomStateUpdate: State;
  roomStateChanged: Reason;
  roomUserUpdate: [roomID: string, type: ZegoUpdateType, users: ZegoUser[]];
  roomOnlineUserCountUpdate: [roomID: string, count: number];
  roomStreamUpdate: [
    roomID: string,
    type: ZegoUpdateType,
    streams: ZegoStream[],
    extendedData?: ZegoStreamDeleteReasons,
  ];
  roomExtraInfoUpdate: [roomID: string, infos: ZegoRoomExtraInfo[]];
  streamExtraInfoUpdate: [roomID: string, streams: ZegoStream[]];
  peerDeviceStateUpdate: [roomID: string, streams: ZegoPeerDevices[]];
  publisherStateUpdate: [state: ZegoStreamState<ZegoPublisherState>];
  playerStateUpdate: [state: ZegoStreamState<ZegoPlayerState>];
  publishQualityUpdate: [streamID: string, quality: ZegoQuality];
  playQualityUpdate: [streamID: string, quality: ZegoQuality];
  IMRecvBroadcastMessage: [roomID: string, messages: Array<ZegoMessage<number>>];
  IMRecvBarrageMessage: [roomID: string, messages: Array<ZegoMessage<string>>];
  IMRecvCustomCommand: [roomID: string, fromUser: ZegoUser, command: any];
  tokenWillExpire: [roomID: string];
  streamUrlUpdate: [streamID: string, url: string, reason: ZegoUrlUpdateReason];
  error: [error: ZegoError];
  mixerRelayCDNStateUpdate: any[];
  mixerSoundLevelUpdate: any[];
  recvExperimentalAPI: any[];
  recvRoomTransparentMessage: any[];
  capturedAudioSpectrumUpdate: any[];
  remoteAudioSpectrumUpdate: any[];
  hallStateUpdate: any[];
}
expectTypeOf<{ [E in keyof ZegoEvents]: Parameters<ZegoEvents[E]> }>().toEqualTypeOf<{
  [E in keyof Arguments]: Arguments[E];
}>();
expectTypeOf<ReturnType<ZegoEvents[keyof ZegoEvents]>>().toEqualTypeOf<void>();

expectTypeOf<ZegoUpdateType>().toEqualTypeOf<'ADD' | 'DELETE'>();
expectTypeOf<ZegoRoomState>().toEqualTypeOf<'DISCONNECTED' | 'CONNECTING' | 'CONNECTED'>();
expectTypeOf<ZegoPublisherState>().toEqualTypeOf<'NO_PUBLISH' | 'PUBLISH_REQUESTING' | 'PUBLISHING'>();
expectTypeOf<ZegoPlayerState>().toEqualTypeOf<'NO_PLAY' | 'PLAY_REQUESTING' | 'PLAYING'>();
expectTypeOf<ZegoUrlUpdateReason>().toEqualTypeOf<'LONG_OUTAGE' | 'STREAM_LOST' | 'MEDIA_LOST' | 'ENGINE_RESTARTED'>();
expectTypeOf<'KICKOUT' | 'LOGOUT_FAILED'>().toExtend<ZegoRoomStateReason>();
expectTypeOf<'LOGGED_IN'>().not.toExtend<ZegoRoomStateReason>();

zg.on('roomStreamUpdate', (_roomID, type, streams, extendedData) => {
  if (type === 'DELETE') return extendedData?.stream_delete_reason.map(({ streamID, code }) => streamID + (code + 1));
  return streams.map(({ streamID, user, extraInfo }) => streamID + user.userID + extraInfo);
});
zg.on('publisherStateUpdate', ({ state }) => {
  // @ts-expect-error a publisher does not play
  return state === 'PLAYING';
});
zg.on('IMRecvBarrageMessage', (_, [first]) => {
  // @ts-expect-error the id of a barrage message is a text
  return first.messageID.toFixed();
});

// --- errors --------------------------------------------------------------------------------------------------------

expectTypeOf<ZegoError>().toExtend<Error>();
expectTypeOf<ZegoError['code']>().toExtend<number>();
expectTypeOf<ZegoError['errorCode']>().toEqualTypeOf<number>();
expectTypeOf<ZegoError['advice']>().toEqualTypeOf<string>();
expectTypeOf<ZegoError['msg']>().toEqualTypeOf<string>();
expectTypeOf(Codes.RoomFull).toEqualTypeOf<1002034>();
expectTypeOf<1002034>().toExtend<ZegoErrorCode>();
expectTypeOf<1002035>().not.toExtend<ZegoErrorCode>();
expectTypeOf<'RoomFull'>().toExtend<ZegoErrorName>();
expectTypeOf<'RoomFul'>().not.toExtend<ZegoErrorName>();
// @ts-expect-error the table is not for writing
Codes.RoomFull = 1;
// @ts-expect-error there is no such code
Codes.RoomTooFull;

// --- RtcRoom -------------------------------------------------------------------------------------------------------

declare const room: RtcRoom;
const mrtc = { userId: 'u', signature: 's', bizName: 'b', subBiz: 's', serverUrl: 'wss://m' };
expectTypeOf(RtcRoom).toBeConstructibleWith({}, zg, { user: { userID: 'u' }, token: 't', mrtc });
new RtcRoom({}, zg, {
  user: { userID: 'u' },
  token: async ({ userID, roomID }) => userID + roomID,
  mrtc: async () => mrtc,
  streamID: (roomID) => `${roomID}-u`,
  publishOption: { sourceType: 'BGP' },
  playOption: { isMix: false },
  room: { userUpdate: true },
  camera: false,
  resolution: 2,
  onChange: (state, before) => state.room === before.room,
  onError: ({ code, source }) => expectTypeOf(code + source).toEqualTypeOf<string>(),
});
// @ts-expect-error the component's parameters are needed
new RtcRoom({}, zg, { user: { userID: 'u' }, token: 't' });
// @ts-expect-error all of them
new RtcRoom({}, zg, { user: { userID: 'u' }, token: 't', mrtc: { userId: 'u', signature: 's' } });
// @ts-expect-error there is no such option
new RtcRoom({}, zg, { user: { userID: 'u' }, token: 't', mrtc, video: true });
// @ts-expect-error an engine is needed
new RtcRoom({}, {}, { user: { userID: 'u' }, token: 't', mrtc });
expectTypeOf<RtcRoom['join']>().toEqualTypeOf<
  (roomID: string, what?: { publish?: boolean; play?: boolean }) => Promise<void>
>();
expectTypeOf<RtcRoom['state']>().toEqualTypeOf<RtcRoomState>();
// @ts-expect-error the state is the helper's
room.state = {};
expectTypeOf<RtcRoom['leave' | 'destroy' | 'stopPublishing' | 'stopPlaying']>().toEqualTypeOf<() => void>();
expectTypeOf<RtcRoom['startPublishing']>().toEqualTypeOf<() => Promise<void>>();
expectTypeOf<RtcRoom['startPlaying']>().toEqualTypeOf<(streamID?: string) => Promise<void>>();
expectTypeOf<RtcRoom['setCamera' | 'setMicrophone']>().toEqualTypeOf<(on: boolean) => void>();
expectTypeOf<keyof RtcRoom>().toEqualTypeOf<
  | 'join'
  | 'state'
  | 'leave'
  | 'destroy'
  | 'startPublishing'
  | 'stopPublishing'
  | 'startPlaying'
  | 'stopPlaying'
  | 'setCamera'
  | 'setMicrophone'
>();
