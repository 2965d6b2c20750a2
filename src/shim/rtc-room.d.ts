import type {
  ZegoError,
  ZegoExpressEngine,
  ZegoPlayOption,
  ZegoPublishOption,
  ZegoRoomConfig,
  ZegoUser,
} from './index';

/** What `<rtc-room>` needs besides the addresses; bizName, subBiz and serverUrl come from Alipay, the signature from your server. */
export interface RtcRoomParameters {
  /** The uid the signature was made for: letters, digits and underscores; different on both ends of a call. */
  userId: string;
  signature: string;
  bizName: string;
  subBiz: string;
  serverUrl: string;
}

export interface RtcRoomOptions {
  user: ZegoUser;
  /** The token, or a function that fetches one; with a function it is also renewed before it ends. */
  token: string | ((who: { userID: string; roomID: string }) => string | Promise<string>);
  /** A function is asked for every new component: give one where signatures live for minutes only. */
  mrtc: RtcRoomParameters | (() => RtcRoomParameters | Promise<RtcRoomParameters>);
  /** Id of the own stream. Default: made from the user id, new for every stream. */
  streamID?: string | ((roomID: string) => string);
  publishOption?: ZegoPublishOption;
  playOption?: ZegoPlayOption;
  room?: ZegoRoomConfig;
  /** Whether they are on at first. Both default to true; with both off the other side may not be able to play. */
  camera?: boolean;
  microphone?: boolean;
  /** 15 or 30. Default 30. */
  fps?: number;
  /** 0: 640×360, 1: 960×540, 2: 1280×720. Default 1. */
  resolution?: number;
  /** kbit/s. */
  minBitrate?: number;
  maxBitrate?: number;
  record?: boolean;
  /** Whether camera and microphone need a new component besides the context. Default: on iOS. */
  recreateForDevices?: boolean;
  /** ms until `join` gives up. Default 20000. */
  joinTimeout?: number;
  /** Where the page's data hold the component's attributes, for the template. Default 'rtcRoom'. */
  componentKey?: string;
  /** Where the page's data hold the state. Default 'call'. */
  stateKey?: string;
  /** The host object instead of the global `my`. */
  my?: any;
  onChange?: (state: RtcRoomState, before: RtcRoomState) => void;
  /** What went wrong by itself; what a call was refused for, its promise says. */
  onError?: (error: RtcRoomError) => void;
  /** Every event of the component: 'rtmp', 'error', 'info', 'participantEnter', 'firstRender', ... */
  onComponentEvent?: (kind: string, event: any) => void;
}

/** An error and where it comes from. Codes 1198001..1198012 are the helper's own. */
export type RtcRoomError = ZegoError & { source: 'room' | 'publish' | 'play' | 'component' | 'platform' };

/** What the page shows; kept in its data under `stateKey`. */
export interface RtcRoomState {
  room: 'idle' | 'joining' | 'connected' | 'reconnecting';
  roomID: string;
  publish: 'none' | 'requesting' | 'publishing' | 'failed';
  play: 'none' | 'requesting' | 'playing' | 'failed';
  /** Id of the own stream, empty without one. */
  streamID: string;
  /** The stream that is played, empty without one. */
  playing: string;
  /** Streams of other users, in the order in which they are played. */
  streams: string[];
  camera: boolean;
  microphone: boolean;
  /** Devices of the other user whose stream is played: on unless that user's page said otherwise. */
  peerCamera: boolean;
  peerMicrophone: boolean;
  online: boolean;
  networkType: string;
}

/**
 * A whole call on one page. It owns the page's `<rtc-room>`: creates it anew, once, whenever an address changed; plays the
 * streams of others one at a time; brings everything back after a lost connection; switches camera and microphone;
 * prepares the component and asks for permissions; hands the component's events to the engine.
 *
 * The page includes the template `rtc-room` of `rtc-room.axml` with `data="{{...rtcRoom}}"`.
 */
export class RtcRoom {
  /** @param page the page: `this` in `onLoad` */
  constructor(page: any, engine: ZegoExpressEngine, options: RtcRoomOptions);

  readonly state: RtcRoomState;

  /**
   * Enters a room. Either all of it succeeds, or it is left again. A second call for the same room gives the same promise.
   * @param what whether to publish, and to play the other user's stream; both default to true
   */
  join(roomID: string, what?: { publish?: boolean; play?: boolean }): Promise<void>;

  /** Leaves at once, also while joining. */
  leave(): void;

  /** For `onUnload`: leaves, and touches the page no more. */
  destroy(): void;

  startPublishing(): Promise<void>;
  stopPublishing(): void;
  /** @param streamID default: the first of `state.streams` */
  startPlaying(streamID?: string): Promise<void>;
  /** Also ends the playing of streams that come later, until `startPlaying`. */
  stopPlaying(): void;
  /** Also tells the other users, who see it in their `peerCamera`. */
  setCamera(on: boolean): void;
  setMicrophone(on: boolean): void;
}
