/**
 * One-to-one video calls for Alipay mini programs: rooms, streams and messages. Pictures and sound run through the platform's
 * `<rtc-room>` component; this engine supplies the two addresses it needs and hears its events.
 */

/** A user of a room. */
export interface ZegoUser {
  /** 1..64 characters: digits, letters and `! # $ % & ' ( ) * + , - . ; < = > @ \ ^ _ backquote ~`. */
  userID: string;
  /** At most 256 characters. */
  userName?: string;
}

export interface ZegoRoomConfig {
  /** Whether `roomUserUpdate` reports other users coming and going. Default false. */
  userUpdate?: boolean;
  /** Most users the room takes; the first user's value counts. Default 0: no limit. */
  maxMemberCount?: number;
}

export interface ZegoPublishOption {
  /** The room the stream belongs to; needed with several rooms. */
  roomID?: string;
  /** Appended to the address, e.g. `zg_expired=…&zg_nonce=…&zg_token=…`. */
  streamParams?: string;
  /** Text other users see with the stream, as `setStreamExtraInfo` sets it. */
  extraInfo?: string;
  /** Where to publish to. 'CDN' also counts for later streams of this engine. Default 'BGP'. */
  sourceType?: 'BGP' | 'CDN';
}

export interface ZegoPlayOption {
  /** Appended to the address. */
  streamParams?: string;
  /** Where to play from. Default 'BGP', for mixed streams 'CDN'. */
  sourceType?: 'BGP' | 'CDN';
  /** Whether it is a mixed stream. Default false. */
  isMix?: boolean;
}

/** The address to give to `<rtc-room>`; whether the stream runs is told by events, not by this. */
export interface ZegoStreamAddress {
  streamID: string;
  /** An RTMP address: `rtmpPushUrl` or `rtmpPullUrl` of the component's `extraInfo`. It counts only when the component is created. */
  url: string;
}

/** A stream of another user. */
export interface ZegoStream {
  streamID: string;
  user: ZegoUser;
  extraInfo: string;
  urlsFLV?: string;
  urlsRTMP?: string;
  urlsHLS?: string;
  urlsHttpsFLV?: string;
  urlsHttpsHLS?: string;
}

export interface ZegoStreamState<State extends string> {
  streamID: string;
  state: State;
  /** 0, or why the stream stopped; 3801 and 3803 when the component reported it. */
  errorCode: number;
  extendedData?: string;
  /** The state told before this one; the first time NO_PUBLISH or NO_PLAY. */
  previousState: State;
}

/** Camera and microphone of a stream of another user. */
export interface ZegoPeerDevices {
  streamID: string;
  user: ZegoUser;
  camera: boolean;
  microphone: boolean;
}

export interface ZegoQuality {
  /** Bit rate in kbit/s, frames per second, width and height in pixels. */
  video: { videoBitrate?: number; videoFPS?: number; videoWidth?: number; videoHeight?: number };
  /** Bit rate in kbit/s. */
  audio: { audioBitrate?: number };
}

export interface ZegoMessage<ID> {
  fromUser: ZegoUser;
  message: string;
  /** ms since 1970, the server's clock. */
  sendTime: number;
  messageID: ID;
}

export interface ZegoRoomExtraInfo {
  key: string;
  value: string;
  updateUser: ZegoUser;
  /** ms since 1970, the server's clock. */
  updateTime: number;
}

export type ZegoRoomState = 'DISCONNECTED' | 'CONNECTING' | 'CONNECTED';
export type ZegoRoomStateReason =
  | 'LOGINING'
  | 'LOGINED'
  | 'LOGIN_FAILED'
  | 'RECONNECTING'
  | 'RECONNECTED'
  | 'RECONNECT_FAILED'
  | 'KICKOUT'
  | 'LOGOUT'
  | 'LOGOUT_FAILED';

/** Events and the arguments of their handlers. Register before `loginRoom`. */
export interface ZegoEvents {
  /**
   * The connection to a room. `errorCode` 0 is no error; 1000017 with CONNECTING: the network broke. `previousState` is the
   * one told before, the first time DISCONNECTED.
   */
  roomStateUpdate: (
    roomID: string,
    state: ZegoRoomState,
    errorCode: number,
    extendedData: string,
    previousState: ZegoRoomState,
  ) => void;
  /**
   * The same with its reason. KICKOUT: 1002050 the user logged in elsewhere, 1002055 the server asked for it. `previousReason`
   * is the one told before, LOGOUT at the beginning of a login.
   */
  roomStateChanged: (
    roomID: string,
    reason: ZegoRoomStateReason,
    errorCode: number,
    extendedData: string,
    previousReason: ZegoRoomStateReason,
  ) => void;
  /** Other users came or went; only with `userUpdate: true`. */
  roomUserUpdate: (roomID: string, type: 'ADD' | 'DELETE', users: ZegoUser[]) => void;
  /** How many users the room has. */
  roomOnlineUserCountUpdate: (roomID: string, count: number) => void;
  /** Streams of other users began or ended. */
  roomStreamUpdate: (roomID: string, type: 'ADD' | 'DELETE', streams: ZegoStream[], extendedData?: string) => void;
  /** Room extra info changed, or was there at login. */
  roomExtraInfoUpdate: (roomID: string, infos: ZegoRoomExtraInfo[]) => void;
  /** Other users changed the extra info of their streams. */
  streamExtraInfoUpdate: (roomID: string, streams: Array<Pick<ZegoStream, 'streamID' | 'user' | 'extraInfo'>>) => void;
  /**
   * Other users switched camera or microphone with `setDeviceState`, or publish a stream with one of them off. Streams that
   * tell nothing are not mentioned: take both for on.
   */
  peerDeviceStateUpdate: (roomID: string, streams: ZegoPeerDevices[]) => void;
  /** The state of a stream published here. */
  publisherStateUpdate: (state: ZegoStreamState<'NO_PUBLISH' | 'PUBLISH_REQUESTING' | 'PUBLISHING'>) => void;
  /** The state of a stream played here. */
  playerStateUpdate: (state: ZegoStreamState<'NO_PLAY' | 'PLAY_REQUESTING' | 'PLAYING'>) => void;
  /** Follows `updatePlayerNetStatus` of a published stream. */
  publishQualityUpdate: (streamID: string, quality: ZegoQuality) => void;
  /** Follows `updatePlayerNetStatus` of a played stream. */
  playQualityUpdate: (streamID: string, quality: ZegoQuality) => void;
  /** Reliable messages of other users. */
  IMRecvBroadcastMessage: (roomID: string, messages: Array<ZegoMessage<number>>) => void;
  /** Barrage messages of other users; under load some are lost. */
  IMRecvBarrageMessage: (roomID: string, messages: Array<ZegoMessage<string>>) => void;
  /** A command sent to this user: the text, or the object, that was sent. */
  IMRecvCustomCommand: (roomID: string, fromUser: ZegoUser, command: any) => void;
  /**
   * The engine stopped, was restarted, and has this stream published or played on another address: create the component
   * again with `url`. Where the address is the same nothing is told, the component goes on.
   */
  streamUrlUpdate: (streamID: string, url: string, reason: 'ENGINE_RESTARTED') => void;
  /** The token ends in 30 s: fetch a new one and call `renewToken`. */
  tokenWillExpire: (roomID: string) => void;
  /**
   * The module could not be loaded (1199001) or stopped (1199002). From a room it returns by itself: `roomStateUpdate`
   * CONNECTING with 1000017, then CONNECTED. Where it cannot, DISCONNECTED follows: log in again.
   */
  error: (error: ZegoError) => void;
}

/** What a rejected promise carries. */
export class ZegoError extends Error {
  /**
   * Number of the error. The usual ones:
   * - 1000002 not logged in; 1000014, 1000015, 1000016 stream id too long, empty, bad characters; 1001004 app id invalid
   * - 1002001 already in another room; 1002005..1002013 user id, user name or room id; 1002014 room unknown; 1002031 login
   *   timeout; 1002034 room full
   * - 1100001 bad argument; 1100002 request timeout; 1102016, 1102018 token wrong, expired; 1102017 no stream address;
   *   1102022 room extra info too often
   * - 1103001, 1104001 bad argument of publish, play; 1103056 already publishing; 1103049 already playing; 1103055 no such published stream
   * - 1009001, 1009002 message empty, too long; 1109001 too often
   * - 1199001 the module could not be loaded; 1199002 it stopped; 1199003 `destroyEngine` was called
   */
  readonly code: number;
  /** Name of the error, for logs. */
  readonly name: string;
  /** What to do about it; may be empty. */
  readonly advice: string;
  /** The same as `code`, for code written for the vendor's client. */
  readonly errorCode: number;
  /** The same as `message`, for code written for the vendor's client. */
  readonly msg: string;
  readonly extendedData: any;
}

export type ZegoLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'report' | 'disable';

export interface ZegoConfiguration {
  /** The host object instead of the global `my`. */
  my?: any;
  /**
   * Where the module runs: in the page thread with its WebAssembly ('inline'), in the application's Worker ('worker'), as
   * plain JavaScript ('plain'), or a host of your own. Default: inline where the runtime has WebAssembly, else worker where
   * one is declared, else plain.
   */
  host?: 'inline' | 'worker' | 'plain' | ZegoHost;
  /** The Worker that may run the module. */
  worker?: ZegoWorker;
  /**
   * Seed of the engine's random numbers, 0..2^32-1, from your server or for repeatable tests. They spread retries in time
   * and guard no secret. Default: a Worker's `crypto` where there is one, else Math.random().
   */
  seed?: number;
  /** Takes the log instead of the console. Tokens are never logged. */
  log?: (level: string, message: string) => void;
}

export interface ZegoWorker {
  /** Path of the package's `worker.js` as `workers` in app.json lists it, without a leading slash: 'workers/zego/worker.js'. */
  script: string;
  /** Absolute path of `engine.wasm` or `engine.wasm.br` in the code package: '/workers/zego/engine.wasm.br'. */
  wasm: string;
  /** How long the Worker may take to answer, in ms; then it is replaced. Default 10000. */
  timeout?: number;
}

/** A place where the module runs. */
export interface ZegoHost {
  name: string;
  available(): boolean;
  open(hooks: { wake(): void; lost(cause: unknown): void }): Promise<unknown>;
}

export interface ZegoHostInfo {
  /** Name of the host the module runs in; 'none' if this runtime has none. */
  host: string;
  state: 'loading' | 'ready' | 'failed' | 'destroyed';
  version: string;
}

/**
 * The engine. The module loads after the constructor returned: asynchronous calls made meanwhile wait in order, synchronous
 * ones too, answering "accepted" (true, or an empty text or list) at once. Where the module cannot be loaded, was stopped
 * or destroyed, asynchronous calls reject with 1199001..1199003 and synchronous ones answer false, an empty text or list.
 */
export class ZegoExpressEngine {
  /**
   * @param appID a positive integer below 2^32
   * @param server addresses of the project; may be empty
   * @throws TypeError naming the wrong argument
   */
  constructor(appID: number, server: string | string[]);

  /** Version of this package. */
  static readonly version: string;

  /** Sets options for engines created afterwards. */
  static configure(options: ZegoConfiguration): void;

  getVersion(): string;

  /** Where the module runs and how far it is. */
  getHostInfo(): ZegoHostInfo;

  /**
   * Whether this client can make calls: 0 yes; 10001 Alipay is older than 10.1.80; 10002 the user refused camera or
   * microphone before (`my.openSetting` lets them change it). Rejects with the host's error if the settings cannot be read.
   */
  checkSystemRequirements(): Promise<{ code: number; msg: string }>;

  /** Adds a handler, called after those already there. Returns false for an unknown event or something that is not a function. */
  on<E extends keyof ZegoEvents>(event: E, handler: ZegoEvents[E]): boolean;

  /** Like `on`, for the next event only. */
  once<E extends keyof ZegoEvents>(event: E, handler: ZegoEvents[E]): boolean;

  /** Removes a handler, or all handlers of the event. Returns false for an unknown event or something that is not a function. */
  off<E extends keyof ZegoEvents>(event: E, handler?: ZegoEvents[E]): boolean;

  /**
   * Enters a room, creating it if need be.
   * @param roomID 1..128 characters, those of `userID`
   * @param token from your server
   */
  loginRoom(roomID: string, token: string, user: ZegoUser, config?: ZegoRoomConfig): Promise<boolean>;

  /** Leaves a room, or all; its streams stop. */
  logoutRoom(roomID?: string): void;

  /** Replaces the token of a room. Returns whether it has the form of a token. */
  renewToken(token: string, roomID?: string): boolean;

  /** Allows several rooms at a time. Only before the first login: later it returns false. */
  enableMultiRoom(enable: boolean): boolean;

  /** Asks for the address to publish to. @param streamID 1..255 characters, those of `userID`, unique in the app */
  startPublishingStream(streamID: string, option?: ZegoPublishOption): Promise<ZegoStreamAddress>;

  /** Returns false if no such stream is published. */
  stopPublishingStream(streamID: string): boolean;

  /** Asks for the address to play from. */
  startPlayingStream(streamID: string, option?: ZegoPlayOption): Promise<ZegoStreamAddress>;

  stopPlayingStream(streamID: string): void;

  /** The next address of a stream after a failure; empty if there is no such stream. */
  getNextUrl(streamID: string): string;

  /** Must be given every `onRtmpEvent` of the component: 3800 and 3801 publishing began, failed; 3802 and 3803 playing began, failed. */
  updatePlayerState(
    streamID: string,
    event: { detail: { code: number; [field: string]: any }; [field: string]: any },
  ): void;

  /** Takes figures on the quality of a stream; a quality event follows. */
  updatePlayerNetStatus(
    streamID: string,
    event: { detail: { info: any; [field: string]: any }; [field: string]: any },
  ): void;

  /** Without effect on Alipay. */
  updateAudioVolumeNotify(streamID: string, event: any): void;

  /** Sets the text other users see with a published stream. */
  setStreamExtraInfo(streamID: string, extraInfo: string): Promise<{ errorCode: number; extendedData: string }>;

  /**
   * Tells other users whether camera and microphone of a published stream are on; they hear it as `peerDeviceStateUpdate`.
   * It does not switch them. What is left out stays as it is, at first on. Call it after `startPublishingStream` has
   * resolved. It travels in the stream's extra info, beside the text of `setStreamExtraInfo`: docs/device-state.md. Rejects like
   * `setStreamExtraInfo`; while the room is away with 1100003, and is told when the room is back.
   */
  setDeviceState(
    streamID: string,
    state: { camera?: boolean; microphone?: boolean },
  ): Promise<{ errorCode: number; extendedData: string }>;

  /** Sets one value all users of the room see; one call at a time. */
  setRoomExtraInfo(roomID: string, key: string, value: string): Promise<{ errorCode: number; seq: number }>;

  /** Sends a reliable message to the room. @param message 1..1024 characters */
  sendBroadcastMessage(roomID: string, message: string): Promise<{ errorCode: number; messageID: number }>;

  /** Sends a message to the room that may get lost under load. @param message 1..1024 characters */
  sendBarrageMessage(roomID: string, message: string): Promise<{ errorCode: number; messageID: string }>;

  /**
   * Sends a command to some users, or to all of the room.
   * @param command a text, or an object as JSON can carry it; at most 1024 characters
   * @param toUserIDs default, and where it is empty: all others
   */
  sendCustomCommand(roomID: string, command: string | object, toUserIDs?: string[]): Promise<{ errorCode: number }>;

  /** Returns whether the settings were taken. Default level: info. */
  setLogConfig(config: { logLevel?: ZegoLogLevel; remoteLogLevel?: ZegoLogLevel; logURL?: string }): boolean;

  setDebugVerbose(enable: boolean): void;

  /** Always empty on Alipay. */
  getPlayerList(): any[];

  /** Leaves all rooms and ends this engine for good; open promises reject with 1199003. */
  destroyEngine(): void;

  /** Not on Alipay: rejects. */
  startMixerTask(config: any): Promise<any>;
  /** Not on Alipay: rejects. */
  stopMixerTask(taskID: string): Promise<any>;
  /** Not on Alipay: rejects. */
  addPublishCdnUrl(streamID: string, url: string): Promise<any>;
  /** Not on Alipay: rejects. */
  removePublishCdnUrl(streamID: string, url: string): Promise<any>;
}

export { RtcRoom, RtcRoomError, RtcRoomOptions, RtcRoomParameters, RtcRoomState } from './rtc-room';

export default ZegoExpressEngine;
