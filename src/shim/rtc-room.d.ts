import type {
  ZegoError,
  ZegoExpressEngine,
  ZegoPlayOption,
  ZegoPublishOption,
  ZegoRoomConfig,
  ZegoUser,
} from './index';

/**
 * What `<rtc-room>` needs besides the addresses; bizName, subBiz and serverUrl come from Alipay, the signature from your server.
 * @zh `<rtc-room>` 除地址外需要的参数；bizName、subBiz、serverUrl 由支付宝分配，签名来自你的服务端。
 */
export interface RtcRoomParameters {
  /**
   * The uid the signature was made for: letters, digits and underscores; different on both ends of a call.
   * @zh 签名对应的 uid：字母、数字和下划线；通话双方各不相同。
   */
  userId: string;
  /**
   * From your server.
   * @zh 来自你的服务端。
   */
  signature: string;
  /**
   * From Alipay.
   * @zh 由支付宝分配。
   */
  bizName: string;
  /**
   * From Alipay.
   * @zh 由支付宝分配。
   */
  subBiz: string;
  /**
   * From Alipay.
   * @zh 由支付宝分配。
   */
  serverUrl: string;
}

/**
 * How a call is made.
 * @zh 通话选项。
 */
export interface RtcRoomOptions {
  /**
   * Who is calling.
   * @zh 本端用户。
   */
  user: ZegoUser;
  /**
   * The token, or a function that fetches one; with a function it is also renewed before it ends.
   * @zh token，或获取 token 的函数；给函数时会在过期前自动更新。
   */
  token: string | ((who: { userID: string; roomID: string }) => string | Promise<string>);
  /**
   * A function is asked for every new component: give one where signatures live for minutes only.
   * @zh 组件的参数。给函数时每次创建组件都会调用：签名只有几分钟有效时请给函数。
   */
  mrtc: RtcRoomParameters | (() => RtcRoomParameters | Promise<RtcRoomParameters>);
  /**
   * Id of the own stream. Default: made from the user id, new for every stream.
   * @zh 自己的流 ID。默认由 userID 生成，每条流不同。
   */
  streamID?: string | ((roomID: string) => string);
  /**
   * For `startPublishingStream`.
   * @zh 用于 `startPublishingStream`。
   */
  publishOption?: ZegoPublishOption;
  /**
   * For `startPlayingStream`.
   * @zh 用于 `startPlayingStream`。
   */
  playOption?: ZegoPlayOption;
  /**
   * For `loginRoom`.
   * @zh 用于 `loginRoom`。
   */
  room?: ZegoRoomConfig;
  /**
   * Whether it is on at first. Default true; with both devices off the other side may not be able to play.
   * @zh 开始时是否打开。默认 true；两个设备都关闭时，对方可能无法拉流。
   */
  camera?: boolean;
  /**
   * Whether it is on at first. Default true.
   * @zh 开始时是否打开。默认 true。
   */
  microphone?: boolean;
  /**
   * 15 or 30. Default 30.
   * @zh 15 或 30。默认 30。
   */
  fps?: number;
  /**
   * 0: 640×360, 1: 960×540, 2: 1280×720. Default 1.
   * @zh 0：640×360，1：960×540，2：1280×720。默认 1。
   */
  resolution?: number;
  /**
   * In kbit/s.
   * @zh 单位 kbit/s。
   */
  minBitrate?: number;
  /**
   * In kbit/s.
   * @zh 单位 kbit/s。
   */
  maxBitrate?: number;
  /**
   * Whether the component records.
   * @zh 组件是否录制。
   */
  record?: boolean;
  /**
   * Whether camera and microphone need a new component besides the context. Default: on iOS.
   * @zh 开关摄像头和麦克风时，除了通过 context，是否还要重新创建组件。默认在 iOS 上需要。
   */
  recreateForDevices?: boolean;
  /**
   * After how many ms `join` gives up, at most 2^31-1. Default 20000.
   * @zh `join` 在多少毫秒后放弃，最大 2^31-1。默认 20000。
   */
  joinTimeout?: number;
  /**
   * Where the page's data hold the component's attributes, for the template. Default 'rtcRoom'.
   * @zh 页面 data 中存放组件属性的字段，供模板使用。默认 'rtcRoom'。
   */
  componentKey?: string;
  /**
   * Where the page's data hold the state. Default 'call'.
   * @zh 页面 data 中存放状态的字段。默认 'call'。
   */
  stateKey?: string;
  /**
   * The host object instead of the global `my`.
   * @zh 代替全局 `my` 的宿主对象。
   */
  my?: any;
  /**
   * Told of every change of the state. What it throws is written to the console and changes nothing, as with all functions here.
   * @zh 状态变化时调用。与这里的所有函数一样，它抛出的异常只写入控制台，不影响通话。
   */
  onChange?: (state: RtcRoomState, before: RtcRoomState) => void;
  /**
   * What went wrong by itself; what a call was refused for, its promise says.
   * @zh 通话中自行发生的错误；调用被拒绝的原因由它的 Promise 给出。
   */
  onError?: (error: RtcRoomError) => void;
  /**
   * Every event of the component: 'rtmp', 'error', 'info', 'participantEnter', 'firstRender', ...
   * @zh 组件的每个事件：'rtmp'、'error'、'info'、'participantEnter'、'firstRender' 等。
   */
  onComponentEvent?: (kind: string, event: any) => void;
}

/**
 * An error and where it comes from. Codes 1198001..1198012 are the helper's own.
 * @zh 错误及其来源。1198001..1198012 是辅助类自己的错误码。
 */
export type RtcRoomError = ZegoError & { source: 'room' | 'publish' | 'play' | 'component' | 'platform' };

/**
 * What the page shows; kept in its data under `stateKey`.
 * @zh 页面显示的状态，保存在 data 的 `stateKey` 字段中。
 */
export interface RtcRoomState {
  /**
   * The room.
   * @zh 房间。
   */
  room: 'idle' | 'joining' | 'connected' | 'reconnecting';
  /**
   * Its id, empty without one.
   * @zh 房间 ID，没有时为空。
   */
  roomID: string;
  /**
   * The own stream.
   * @zh 自己的流。
   */
  publish: 'none' | 'requesting' | 'publishing' | 'failed';
  /**
   * The stream of the other user.
   * @zh 对方的流。
   */
  play: 'none' | 'requesting' | 'playing' | 'failed';
  /**
   * Id of the own stream, empty without one.
   * @zh 自己的流 ID，没有时为空。
   */
  streamID: string;
  /**
   * The stream that is played, empty without one.
   * @zh 正在拉的流，没有时为空。
   */
  playing: string;
  /**
   * Streams of other users, in the order in which they are played.
   * @zh 其他用户的流，按播放顺序排列。
   */
  streams: string[];
  /**
   * Whether the own one is on.
   * @zh 自己的是否打开。
   */
  camera: boolean;
  /**
   * Whether the own one is on.
   * @zh 自己的是否打开。
   */
  microphone: boolean;
  /**
   * Of the other user whose stream is played: on unless that user's page said otherwise.
   * @zh 正在拉流的对方的摄像头：除非对方告知，否则视为打开。
   */
  peerCamera: boolean;
  /**
   * Of the other user whose stream is played: on unless that user's page said otherwise.
   * @zh 正在拉流的对方的麦克风：除非对方告知，否则视为打开。
   */
  peerMicrophone: boolean;
  /**
   * Whether the phone has a network.
   * @zh 手机是否有网络。
   */
  online: boolean;
  /**
   * As `my.getNetworkType` names it.
   * @zh 与 `my.getNetworkType` 的取值相同。
   */
  networkType: string;
}

/**
 * A whole call on one page. It owns the page's `<rtc-room>`: creates it anew, once, whenever an address changed; plays the
 * streams of others one at a time; brings everything back after a lost connection; switches camera and microphone;
 * prepares the component and asks for permissions; hands the component's events to the engine.
 * The page includes the template `rtc-room` of `rtc-room.axml` with `data="{{...rtcRoom}}"`.
 * @zh 一个页面上的完整通话。它管理页面的 `<rtc-room>`：地址变化时只重新创建一次；其他人的流一次播放一条；断线后恢复一切；开关摄像头和麦克风；准备组件并请求授权；把组件的事件交给引擎。页面用 `data="{{...rtcRoom}}"` 引入 `rtc-room.axml` 的模板 `rtc-room`。
 */
export class RtcRoom {
  /**
   * Makes the helper of a page; nothing is called yet.
   * @param page the page: `this` in `onLoad`
   * @throws TypeError naming the wrong argument
   * @zh 为页面创建辅助对象，此时还没有任何调用。参数错误时抛出 TypeError。
   * @zhParam page 页面：`onLoad` 中的 `this`
   */
  constructor(page: any, engine: ZegoExpressEngine, options: RtcRoomOptions);

  /**
   * What the page shows.
   * @zh 页面显示的状态。
   */
  readonly state: RtcRoomState;

  /**
   * Enters a room. Either all of it succeeds, or it is left again. A second call for the same room gives the same promise.
   * @param what whether to publish, and to play the other user's stream; both default to true
   * @zh 进入房间。要么全部成功，要么重新离开。对同一房间的第二次调用得到同一个 Promise。
   * @zhParam what 是否推流、是否拉对方的流；默认都为 true
   * @errors 1198001 1198002 1198003 1198004 1198005 1198008 1198012
   */
  join(roomID: string, what?: { publish?: boolean; play?: boolean }): Promise<void>;

  /**
   * Leaves at once, also while joining.
   * @zh 立即离开，正在进入时也可以。
   */
  leave(): void;

  /**
   * For `onUnload`: leaves, and touches the page no more.
   * @zh 用于 `onUnload`：离开，并且不再操作页面。
   */
  destroy(): void;

  /**
   * Publishes the own stream.
   * @zh 推送自己的流。
   * @errors 1198006
   */
  startPublishing(): Promise<void>;

  /**
   * Ends the own stream.
   * @zh 停止推流。
   */
  stopPublishing(): void;

  /**
   * Plays a stream of another user.
   * @param streamID default: the first of `state.streams`
   * @zh 拉其他用户的流。
   * @zhParam streamID 默认为 `state.streams` 中的第一条
   * @errors 1198006 1198009
   */
  startPlaying(streamID?: string): Promise<void>;

  /**
   * Also ends the playing of streams that come later, until `startPlaying`.
   * @zh 停止拉流；之后出现的流也不再自动播放，直到 `startPlaying`。
   */
  stopPlaying(): void;

  /**
   * Switches the camera, and tells the other users, who see it in their `peerCamera`.
   * @zh 开关摄像头，并告知其他用户，对方在 `peerCamera` 中看到。
   */
  setCamera(on: boolean): void;

  /**
   * Switches the microphone, and tells the other users, who see it in their `peerMicrophone`.
   * @zh 开关麦克风，并告知其他用户，对方在 `peerMicrophone` 中看到。
   */
  setMicrophone(on: boolean): void;
}
