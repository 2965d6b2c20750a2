// What the methods take and the events bring. Documentation in two languages: the Chinese stands in tags that begin with @zh.
// `./build.sh reference` makes docs/reference*.md of it.

import type { ZegoErrorCode } from './error-codes';

/**
 * A user of a room.
 * @zh 房间中的用户。
 */
export interface ZegoUser {
  /**
   * 1..64 bytes: digits, letters and `! # $ % & ' ( ) * + , - . ; < = > @ \ ^ _ backquote ~`. Unique per device.
   * @zh 1..64 字节：数字、字母和 `! # $ % & ' ( ) * + , - . ; < = > @ \ ^ _ 反引号 ~`。每台设备各用一个。
   */
  userID: string;
  /**
   * At most 256 bytes. Default: none.
   * @zh 最多 256 字节，可不填。
   */
  userName?: string;
}

/**
 * How a room is entered.
 * @zh 登录房间的选项。
 */
export interface ZegoRoomConfig {
  /**
   * Whether `roomUserUpdate` reports other users coming and going. Default false.
   * @zh 是否用 `roomUserUpdate` 通知其他用户的进出。默认 false。
   */
  userUpdate?: boolean;
  /**
   * Most users the room takes, a whole number of 0 or more; the first user's value counts. Default 0: no limit.
   * @zh 房间人数上限，不小于 0 的整数；以第一个用户的值为准。默认 0：不限。
   */
  maxMemberCount?: number;
}

/**
 * How a stream is published.
 * @zh 推流选项。
 */
export interface ZegoPublishOption {
  /**
   * The room the stream belongs to; needed with several rooms.
   * @zh 流所属的房间；多房间时必填。
   */
  roomID?: string;
  /**
   * Appended to the address, e.g. `zg_expired=…&zg_nonce=…&zg_token=…`.
   * @zh 附加在地址后面，例如 `zg_expired=…&zg_nonce=…&zg_token=…`。
   */
  streamParams?: string;
  /**
   * Text other users see with the stream, as `setStreamExtraInfo` sets it.
   * @zh 其他用户随流看到的文本，与 `setStreamExtraInfo` 相同。
   */
  extraInfo?: string;
  /**
   * Where to publish to. 'CDN' also counts for later streams of this engine. Default 'BGP'.
   * @zh 推流目标。'CDN' 对这个引擎之后的流也有效。默认 'BGP'。
   */
  sourceType?: 'BGP' | 'CDN';
  /**
   * Whether the service may inspect the stream: 0 yes, 1 no. Checked, but without effect: nothing on Alipay carries it.
   * @zh 是否允许审核：0 允许，1 不允许。只检查取值，没有作用：支付宝端没有字段传递它。
   */
  inspectFlag?: 0 | 1;
}

/**
 * How a stream is played.
 * @zh 拉流选项。
 */
export interface ZegoPlayOption {
  /**
   * Appended to the address.
   * @zh 附加在地址后面。
   */
  streamParams?: string;
  /**
   * Where to play from. Default 'BGP', for mixed streams 'CDN'.
   * @zh 拉流来源。默认 'BGP'，混流默认 'CDN'。
   */
  sourceType?: 'BGP' | 'CDN';
  /**
   * Whether it is a mixed stream. Default false.
   * @zh 是否是混流。默认 false。
   */
  isMix?: boolean;
}

/**
 * The address to give to `<rtc-room>`; whether the stream runs is told by events, not by this.
 * @zh 交给 `<rtc-room>` 的地址；流是否通了由事件通知，与此无关。
 */
export interface ZegoStreamAddress {
  /**
   * The stream.
   * @zh 流 ID。
   */
  streamID: string;
  /**
   * An RTMP address: `rtmpPushUrl` or `rtmpPullUrl` of the component's `extraInfo`. It counts only when the component is created.
   * @zh RTMP 地址：组件 `extraInfo` 的 `rtmpPushUrl` 或 `rtmpPullUrl`，只在组件创建时有效。
   */
  url: string;
}

/**
 * A stream of another user.
 * @zh 其他用户的流。
 */
export interface ZegoStream {
  /**
   * Unique in the AppID.
   * @zh 在 AppID 内唯一。
   */
  streamID: string;
  /**
   * Who publishes it.
   * @zh 推流的用户。
   */
  user: ZegoUser;
  /**
   * Text that the publisher attached; may be empty.
   * @zh 推流者附加的文本，可能为空。
   */
  extraInfo: string;
  /**
   * Never given on Alipay.
   * @zh 支付宝端不会给出。
   */
  urlsFLV?: string;
  /**
   * Never given on Alipay.
   * @zh 支付宝端不会给出。
   */
  urlsRTMP?: string;
  /**
   * Never given on Alipay.
   * @zh 支付宝端不会给出。
   */
  urlsHLS?: string;
  /**
   * Never given on Alipay.
   * @zh 支付宝端不会给出。
   */
  urlsHttpsFLV?: string;
  /**
   * Never given on Alipay.
   * @zh 支付宝端不会给出。
   */
  urlsHttpsHLS?: string;
}

/**
 * Why streams are gone, with DELETE of `roomStreamUpdate`.
 * @zh `roomStreamUpdate` DELETE 时流消失的原因。
 */
export interface ZegoStreamDeleteReasons {
  /**
   * For each stream that has one: 1 the user stopped, 2 heartbeat, 3 logged in again, 4 kicked, 5 dropped, 6 removed by the server.
   * @zh 有原因的每条流：1 用户停止，2 心跳超时，3 重复登录，4 被踢，5 掉线，6 服务端移除。
   */
  stream_delete_reason: Array<{ streamID: string; code: number }>;
}

/**
 * Where a stream of this engine stands.
 * @zh 本引擎的一条流的状态。
 */
export interface ZegoStreamState<State extends string> {
  /**
   * The stream.
   * @zh 流 ID。
   */
  streamID: string;
  /**
   * The new state.
   * @zh 新状态。
   */
  state: State;
  /**
   * 0, or why the stream stopped; 3801 and 3803 when the component reported it. With a state that ends in _REQUESTING: it goes on.
   * @zh 0，或流停止的原因；3801、3803 由组件上报。状态以 _REQUESTING 结尾时表示仍在继续。
   */
  errorCode: number;
  /**
   * Text of the error, or empty.
   * @zh 错误文本，可能为空。
   */
  extendedData: string;
  /**
   * The state told before this one; the first time NO_PUBLISH or NO_PLAY.
   * @zh 上一次通知的状态；第一次为 NO_PUBLISH 或 NO_PLAY。
   */
  previousState: State;
}

/**
 * Camera and microphone of a stream of another user.
 * @zh 其他用户一条流的摄像头和麦克风。
 */
export interface ZegoPeerDevices {
  /**
   * The stream.
   * @zh 流 ID。
   */
  streamID: string;
  /**
   * Who publishes it.
   * @zh 推流用户。
   */
  user: ZegoUser;
  /**
   * Whether it is on.
   * @zh 是否打开。
   */
  camera: boolean;
  /**
   * Whether it is on.
   * @zh 是否打开。
   */
  microphone: boolean;
}

/**
 * Figures on a stream; one the component did not give is undefined.
 * @zh 流的质量数据；组件没有给出的为 undefined。
 */
export interface ZegoQuality {
  /**
   * Bit rate in kbit/s, frames per second, width and height in pixels.
   * @zh 码率（kbit/s）、帧率、宽和高（像素）。
   */
  video: { videoBitrate?: number; videoFPS?: number; videoWidth?: number; videoHeight?: number };
  /**
   * Bit rate in kbit/s.
   * @zh 码率（kbit/s）。
   */
  audio: { audioBitrate?: number };
}

/**
 * A message of another user.
 * @zh 其他用户的消息。
 */
export interface ZegoMessage<ID> {
  /**
   * The sender.
   * @zh 发送者。
   */
  fromUser: ZegoUser;
  /**
   * The text.
   * @zh 文本。
   */
  message: string;
  /**
   * ms since 1970, the server's clock.
   * @zh 1970 年以来的毫秒数，服务端时钟。
   */
  sendTime: number;
  /**
   * A number for broadcast messages, a text for barrage messages.
   * @zh 广播消息为数字，弹幕消息为文本。
   */
  messageID: ID;
}

/**
 * A value that all users of a room see.
 * @zh 房间内所有用户可见的一个值。
 */
export interface ZegoRoomExtraInfo {
  /**
   * Its key.
   * @zh 键。
   */
  key: string;
  /**
   * Its value.
   * @zh 值。
   */
  value: string;
  /**
   * Who set it.
   * @zh 设置者。
   */
  updateUser: ZegoUser;
  /**
   * ms since 1970, the server's clock.
   * @zh 1970 年以来的毫秒数，服务端时钟。
   */
  updateTime: number;
}

export type ZegoUpdateType = 'ADD' | 'DELETE';
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
  // documented, never raised
  | 'LOGOUT_FAILED';
export type ZegoPublisherState = 'NO_PUBLISH' | 'PUBLISH_REQUESTING' | 'PUBLISHING';
export type ZegoPlayerState = 'NO_PLAY' | 'PLAY_REQUESTING' | 'PLAYING';
export type ZegoLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'report' | 'disable';

/**
 * Why a stream has another address. LONG_OUTAGE: the connection was away for more than 85 s, and the service does not keep a
 * stream for longer. STREAM_LOST: the service lost the published stream earlier, for example because it was restarted; it is
 * announced again at once. MEDIA_LOST: the component reported 3801 or 3803 while the connection was away. ENGINE_RESTARTED:
 * the engine stopped and was restarted, and any of this happened meanwhile, or the service chose another address.
 * @zh 流换地址的原因。LONG_OUTAGE：断线超过 85 秒，服务不再保留流。STREAM_LOST：服务提前丢失了所推的流（例如服务重启），流会立即重新宣告。
 * MEDIA_LOST：断线期间组件报告了 3801 或 3803。ENGINE_RESTARTED：引擎中止后已重新启动，期间发生了上述情况，或服务给出了另一个地址。
 */
export type ZegoUrlUpdateReason = 'LONG_OUTAGE' | 'STREAM_LOST' | 'MEDIA_LOST' | 'ENGINE_RESTARTED';

/** Events and the arguments of their handlers. Register before `loginRoom`. */
export interface ZegoEvents {
  /**
   * The connection to a room: after `loginRoom` and `logoutRoom`, when it broke, came back, or ended.
   * @param errorCode 0, or why; 1000017 with CONNECTING: the network broke
   * @param extendedData the text of the error, JSON after a kick-out; may be undefined
   * @param previousState the one told before; the first time DISCONNECTED
   * @zh 房间的连接状态：登录、退出、断开、恢复、结束时触发。
   * @zhParam errorCode 0 或原因；CONNECTING 时的 1000017 表示网络断开
   * @zhParam extendedData 错误文本，被踢出时为 JSON；可能是 undefined
   * @zhParam previousState 上一次通知的状态；第一次为 DISCONNECTED
   * @errors 1000017 1001004 1002001 1002005 1002006 1002007 1002010 1002011 1002012 1002013 1002031 1002034 1002036 1002050 1002055 1002066 1002099 1100001 1102016 1102018 1199002
   */
  roomStateUpdate: (
    roomID: string,
    state: ZegoRoomState,
    errorCode: number,
    extendedData: string | undefined,
    previousState: ZegoRoomState,
  ) => void;
  /**
   * The same, with the reason instead of the state. KICKOUT: 1002050 the user logged in elsewhere, 1002055 the server asked for it.
   * @param previousReason the one told before; LOGOUT at the beginning of a login
   * @zh 同上，给出的是原因而不是状态。KICKOUT：1002050 用户在别处登录，1002055 服务端要求。
   * @zhParam previousReason 上一次通知的原因；一次登录开始时为 LOGOUT
   * @errors 1000017 1002031 1002034 1002050 1002055 1002099 1102016 1102018 1199002
   */
  roomStateChanged: (
    roomID: string,
    reason: ZegoRoomStateReason,
    errorCode: number,
    extendedData: string | undefined,
    previousReason: ZegoRoomStateReason,
  ) => void;
  /**
   * Other users came or went; only with `userUpdate: true`. After a login one ADD with all who are there.
   * @zh 其他用户进出房间；需要 `userUpdate: true`。登录后先以一次 ADD 给出已在房间的所有人。
   */
  roomUserUpdate: (roomID: string, type: ZegoUpdateType, users: ZegoUser[]) => void;
  /**
   * How many users the room has: at login, then with each heartbeat of the room.
   * @zh 房间人数：登录时，之后随每次房间心跳触发。
   */
  roomOnlineUserCountUpdate: (roomID: string, count: number) => void;
  /**
   * Streams of other users began or ended. Those already there come as ADD right after the login.
   * @param extendedData only with DELETE, and only where the service tells a reason
   * @zh 其他用户的流开始或结束。已有的流在登录后立即以 ADD 给出。
   * @zhParam extendedData 只在 DELETE 且服务给出原因时有
   */
  roomStreamUpdate: (
    roomID: string,
    type: ZegoUpdateType,
    streams: ZegoStream[],
    extendedData?: ZegoStreamDeleteReasons,
  ) => void;
  /**
   * Room extra info changed, or was there at login. Not told to who set it.
   * @zh 房间附加信息变化，或登录时已有。设置者自己不会收到。
   */
  roomExtraInfoUpdate: (roomID: string, infos: ZegoRoomExtraInfo[]) => void;
  /**
   * Other users changed the extra info of their streams, or had set it before this user came.
   * @zh 其他用户修改了流附加信息，或在本用户进入之前已经设置。
   */
  streamExtraInfoUpdate: (roomID: string, streams: ZegoStream[]) => void;
  /**
   * Other users switched camera or microphone and told it with `setDeviceState`, or begin a stream with one of them off. A stream
   * that tells nothing is not mentioned: take both for on.
   * @zh 其他用户开关了摄像头或麦克风并用 `setDeviceState` 告知，或以关闭的设备开始推流。没有告知的流不会出现：请视为两者都打开。
   */
  peerDeviceStateUpdate: (roomID: string, streams: ZegoPeerDevices[]) => void;
  /**
   * The state of a stream published here. PUBLISHING: others see it. NO_PUBLISH with an error: it is over.
   * @zh 本端推流的状态。PUBLISHING：其他人可见。带错误的 NO_PUBLISH：已结束。
   * @errors 3801 1002050 1002055 1002099 1102018 1199002
   */
  publisherStateUpdate: (state: ZegoStreamState<ZegoPublisherState>) => void;
  /**
   * The state of a stream played here. NO_PLAY with an error: call `stopPlayingStream` before playing it again.
   * @zh 本端拉流的状态。带错误的 NO_PLAY：再次拉流前先调用 `stopPlayingStream`。
   * @errors 3803 1102017 1104039 1199002
   */
  playerStateUpdate: (state: ZegoStreamState<ZegoPlayerState>) => void;
  /**
   * Follows `updatePlayerNetStatus` of a published stream.
   * @zh 对推流调用 `updatePlayerNetStatus` 之后触发。
   */
  publishQualityUpdate: (streamID: string, quality: ZegoQuality) => void;
  /**
   * Follows `updatePlayerNetStatus` of a played stream.
   * @zh 对拉流调用 `updatePlayerNetStatus` 之后触发。
   */
  playQualityUpdate: (streamID: string, quality: ZegoQuality) => void;
  /**
   * Reliable messages of other users.
   * @zh 其他用户的可靠广播消息。
   */
  IMRecvBroadcastMessage: (roomID: string, messages: Array<ZegoMessage<number>>) => void;
  /**
   * Barrage messages of other users; under load some are lost.
   * @zh 其他用户的弹幕消息；消息量大时可能丢失。
   */
  IMRecvBarrageMessage: (roomID: string, messages: Array<ZegoMessage<string>>) => void;
  /**
   * A command sent to this user: the text, or the object, that was sent.
   * @zh 发给本用户的信令：发送的文本或对象。
   */
  IMRecvCustomCommand: (roomID: string, fromUser: ZegoUser, command: any) => void;
  /**
   * The token ends in 30 s: fetch a new one and call `renewToken`.
   * @zh token 将在 30 秒后过期：获取新的 token 并调用 `renewToken`。
   */
  tokenWillExpire: (roomID: string) => void;
  /**
   * A stream published or played here has another address: create the component again with `url`. Before it the state of
   * the stream becomes PUBLISH_REQUESTING or PLAY_REQUESTING, after the component reported 3800 or 3802 PUBLISHING or PLAYING.
   * Where no address can be had for 300 s the stream ends with 1102017 (a played one that is gone with 1104039). Where the
   * address stays nothing is told.
   * @zh 本端推或拉的流换了地址：用 `url` 重新创建组件。在此之前流的状态变为 PUBLISH_REQUESTING 或 PLAY_REQUESTING，组件报告 3800 或 3802 后变为
   * PUBLISHING 或 PLAYING。300 秒内拿不到地址则该流以 1102017 结束（拉的流已不存在则为 1104039）。地址不变时不通知。
   */
  streamUrlUpdate: (streamID: string, url: string, reason: ZegoUrlUpdateReason) => void;
  /**
   * The module could not be loaded, or stopped. From a room it returns by itself: `roomStateUpdate`
   * CONNECTING with 1000017, then CONNECTED. Where it cannot, DISCONNECTED follows: log in again.
   * @zh 模块加载失败或中止。在房间中会自行恢复：`roomStateUpdate` 先 CONNECTING（1000017）后 CONNECTED；不能恢复时随后是 DISCONNECTED，请重新登录。
   * @errors 1199001 1199002
   */
  error: (error: ZegoError) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  mixerRelayCDNStateUpdate: (...args: any[]) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  mixerSoundLevelUpdate: (...args: any[]) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  recvExperimentalAPI: (...args: any[]) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  recvRoomTransparentMessage: (...args: any[]) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  capturedAudioSpectrumUpdate: (...args: any[]) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  remoteAudioSpectrumUpdate: (...args: any[]) => void;
  /**
   * Never raised on Alipay.
   * @zh 支付宝端不会触发。
   */
  hallStateUpdate: (...args: any[]) => void;
}

/**
 * What a rejected promise carries, and what methods that Alipay has no place for throw.
 * @zh 被拒绝的 Promise 携带的错误，也是支付宝没有的方法抛出的错误。
 */
export class ZegoError extends Error {
  /**
   * Number of the error: one of the table, or one of the service as it is.
   * @zh 错误码：表中的，或服务原样给出的。
   */
  readonly code: ZegoErrorCode | (number & {});
  /**
   * Name of the code, `ServiceError` where the table lacks it.
   * @zh 错误码的名字；表中没有的为 `ServiceError`。
   */
  readonly name: string;
  /**
   * What to do about it; may be empty.
   * @zh 处理建议，可能为空。
   */
  readonly advice: string;
  /**
   * The same as `code`, for code written for the vendor's client.
   * @zh 与 `code` 相同，供为原厂客户端编写的代码使用。
   */
  readonly errorCode: number;
  /**
   * The same as `message`, for code written for the vendor's client.
   * @zh 与 `message` 相同，供为原厂客户端编写的代码使用。
   */
  readonly msg: string;
  /**
   * What the service or the host said.
   * @zh 服务或宿主给出的内容。
   */
  readonly extendedData: any;
}
