/**
 * One-to-one video calls for Alipay mini programs: rooms, streams and messages. Pictures and sound run through the platform's
 * `<rtc-room>` component; this engine supplies the two addresses it needs and hears its events.
 */

import type {
  ZegoEvents,
  ZegoLogLevel,
  ZegoPlayOption,
  ZegoPublishOption,
  ZegoRoomConfig,
  ZegoStreamAddress,
  ZegoUser,
} from './types';

export * from './types';
export type { ZegoErrorCode, ZegoErrorName } from './error-codes';
export { RtcRoom, RtcRoomError, RtcRoomOptions, RtcRoomParameters, RtcRoomState } from './rtc-room';

/**
 * Options of `configure`.
 * @zh `configure` 的选项。
 */
export interface ZegoConfiguration {
  /**
   * The host object instead of the global `my`.
   * @zh 代替全局 `my` 的宿主对象。
   */
  my?: any;
  /**
   * Where the module runs: in the page thread with its WebAssembly ('inline'), in the application's Worker ('worker'), as
   * plain JavaScript ('plain'), or a host of your own. Default: inline where the runtime has WebAssembly, else worker where
   * one is declared, else plain.
   * @zh 模块在哪里运行：页面线程的 WebAssembly（'inline'）、小程序的 Worker（'worker'）、普通 JavaScript（'plain'），或自己的宿主。默认依次选择可用的。
   */
  host?: 'inline' | 'worker' | 'plain' | ZegoHost;
  /**
   * The Worker that may run the module.
   * @zh 可以运行模块的 Worker。
   */
  worker?: ZegoWorker;
  /**
   * Seed of the engine's random numbers, 0..2^32-1, from your server or for repeatable tests. They spread retries in time
   * and guard no secret. Default: a Worker's `crypto` where there is one, else Math.random().
   * @zh 随机数种子，0..2^32-1，来自你的服务端或用于可重复的测试。随机数只用来错开重试，不保护任何秘密。默认取 Worker 的 `crypto`，否则 Math.random()。
   */
  seed?: number;
  /**
   * Decides when to try again after the connection was lost, instead of the default.
   * @zh 断线后由它决定何时重试，代替默认策略。
   */
  reconnect?: ZegoReconnectPolicy;
  /**
   * Takes the lines of the log instead of the console, those that `setLogConfig` lets through.
   * @zh 代替控制台接收日志，只收到 `setLogConfig` 允许的级别。
   */
  log?: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
}

/**
 * Decides when the connection, or a room's login, is tried again. Not asked for tries that are made at once: the network came
 * back, or the application is shown again. Default, as `defaultMs`: 1 to 3 s at random, then 4, 8, 8, 16, 16, 32, 32... s; a
 * room that is not back after 300 s is given up. With a policy only `null` gives up (a first login also ends after 300 s).
 * Arguments: the number of the try, from 1, anew after a success; ms since the connection was lost or the login was called;
 * 'CONNECTION' for the socket or 'LOGIN' for the room on an open socket; what the default would choose. Returns ms to wait,
 * at least 100, at most 3600000; or `null` to give up: the room ends with 1002031. Where it throws or returns anything else
 * the default counts, with a line in the log.
 * @zh 决定何时重新连接或重新登录房间。网络恢复、小程序回到前台时的立即重试不询问。默认值（即 `defaultMs`）：首次 1 至 3 秒随机，之后 4、8、8、16、16、32、32……秒；
 * 300 秒未恢复的房间放弃。使用策略时只有 `null` 才放弃（首次登录仍在 300 秒后结束）。参数：第几次重试，从 1 起，成功后重新计数；断线或调用登录以来的毫秒数；
 * 'CONNECTION' 指套接字，'LOGIN' 指套接字可用时的房间登录；默认值。返回等待的毫秒数，最小 100，最大 3600000；返回 `null` 表示放弃：房间以 1002031 结束。
 * 抛出异常或返回其他值时使用默认值，并记录一行日志。
 */
export type ZegoReconnectPolicy = (
  attempt: number,
  elapsedMs: number,
  reason: 'CONNECTION' | 'LOGIN',
  defaultMs: number,
) => number | null;

/**
 * The Worker of the application.
 * @zh 小程序的 Worker。
 */
export interface ZegoWorker {
  /**
   * Path of the package's `worker.js` as `workers` in app.json lists it, without a leading slash: 'workers/zego/worker.js'.
   * @zh 包中 `worker.js` 的路径，与 app.json 的 `workers` 一致，开头没有斜杠：'workers/zego/worker.js'。
   */
  script: string;
  /**
   * Absolute path of `engine.wasm` or `engine.wasm.br` in the code package: '/workers/zego/engine.wasm.br'.
   * @zh `engine.wasm` 或 `engine.wasm.br` 在代码包中的绝对路径：'/workers/zego/engine.wasm.br'。
   */
  wasm: string;
  /**
   * How long the Worker may take to answer, in ms; then it is replaced. Default 10000.
   * @zh Worker 最长应答时间（毫秒），超过则替换。默认 10000。
   */
  timeout?: number;
}

/** A place where the module runs. */
export interface ZegoHost {
  name: string;
  available(): boolean;
  open(hooks: { wake(): void; lost(cause: unknown): void }): Promise<unknown>;
}

/**
 * Where the module runs and how far it is.
 * @zh 模块在哪里运行、状态如何。
 */
export interface ZegoHostInfo {
  /**
   * Name of the host the module runs in; 'none' if this runtime has none.
   * @zh 运行模块的宿主名；没有可用的宿主时为 'none'。
   */
  host: string;
  /**
   * Whether it can be used.
   * @zh 是否可用。
   */
  state: 'loading' | 'ready' | 'failed' | 'destroyed';
  /**
   * Version of this package.
   * @zh 本包的版本。
   */
  version: string;
}

/**
 * What is logged, and where to.
 * @zh 记录哪些日志、记到哪里。
 */
export interface ZegoLogConfig {
  /**
   * Least level of a line for the console, or the `log` given to `configure`. 'report' and 'disable': none. Default 'info'.
   * @zh 控制台（或 `configure` 的 `log`）接收的最低级别。'report' 和 'disable'：都不接收。默认 'info'。
   */
  logLevel?: ZegoLogLevel;
  /**
   * Least level of a line that is sent to `logURL`. Default 'info'.
   * @zh 发送到 `logURL` 的最低级别。默认 'info'。
   */
  remoteLogLevel?: ZegoLogLevel;
  /**
   * An address for `POST`, `https://` on a phone, whose host is on the mini program's allow-list. Without one, or with an empty
   * one, nothing is ever sent.
   * @zh 接收 `POST` 的地址，真机上必须是 `https://` 且域名在小程序白名单中。不填或为空则不发送任何日志。
   */
  logURL?: string;
}

/**
 * The engine. The module loads after the constructor returned: asynchronous calls made meanwhile wait in order, synchronous
 * ones too, answering "accepted" (true, or an empty text or list) at once. Where the module cannot be loaded, was stopped
 * or destroyed, asynchronous calls reject with 1199001..1199003 and synchronous ones answer false, an empty text or list.
 */
export class ZegoExpressEngine {
  /**
   * Makes an engine and begins to connect.
   * @param appID from the console: a positive integer below 2^32
   * @param server addresses of the project; may be empty. One whose path ends in `/accesshub` is connected to as given
   * @throws TypeError naming the wrong argument
   * @zh 创建引擎并开始连接。参数错误时抛出 TypeError。
   * @zhParam appID 控制台中的 AppID：小于 2^32 的正整数
   * @zhParam server 项目的服务器地址，可为空。路径以 `/accesshub` 结尾的按原样连接
   */
  constructor(appID: number, server: string | string[]);

  /**
   * Version of this package.
   * @zh 本包的版本。
   */
  static readonly version: string;

  /**
   * Sets options for engines created afterwards. One that is undefined gets its default again.
   * @throws TypeError naming the wrong option; nothing is set then
   * @zh 设置之后创建的引擎的选项。值为 undefined 的选项恢复默认值。选项错误时抛出 TypeError，不做任何设置。
   */
  static configure(options: ZegoConfiguration): void;

  /**
   * Version of this package.
   * @zh 本包的版本。
   */
  getVersion(): string;

  /**
   * Where the module runs and how far it is.
   * @zh 模块在哪里运行、状态如何。
   */
  getHostInfo(): ZegoHostInfo;

  /**
   * Whether this client can make calls: 0 yes; 10001 Alipay is too old; 10002 the user refused camera or microphone before
   * (`my.openSetting` lets them change it). Rejects with the host's error if the settings cannot be read, after 5 s without an answer with code 1.
   * @zh 这个客户端能否通话：0 可以；10001 支付宝版本过低；10002 用户曾拒绝摄像头或麦克风（用 `my.openSetting` 修改）。读取设置失败时以宿主的错误拒绝，5 秒没有应答时以错误码 1 拒绝。
   * @errors 10001 10002
   */
  checkSystemRequirements(): Promise<{ code: number; msg: string }>;

  /**
   * Adds a handler, called after those already there.
   * @returns false for an unknown event or something that is not a function
   * @zh 添加事件处理函数，在已有的之后调用。
   * @zhReturns 未知事件或不是函数时为 false
   */
  on<E extends keyof ZegoEvents>(event: E, handler: ZegoEvents[E]): boolean;

  /**
   * Like `on`, for the next event only.
   * @returns false for an unknown event or something that is not a function
   * @zh 与 `on` 相同，只处理下一次事件。
   * @zhReturns 未知事件或不是函数时为 false
   */
  once<E extends keyof ZegoEvents>(event: E, handler: ZegoEvents[E]): boolean;

  /**
   * Removes a handler, or all handlers of the event.
   * @returns false for an unknown event or something that is not a function
   * @zh 移除一个处理函数，或该事件的全部处理函数。
   * @zhReturns 未知事件或不是函数时为 false
   */
  off<E extends keyof ZegoEvents>(event: E, handler?: ZegoEvents[E]): boolean;

  /**
   * Enters a room, creating it if need be. Without `enableMultiRoom` another room is left first.
   * @param roomID 1..128 bytes, the characters of `userID`
   * @param token from your server, made for this userID; at most 65536 bytes
   * @returns true, at the latest after 300 s an error
   * @zh 登录房间，不存在则创建。没有 `enableMultiRoom` 时先退出原来的房间。
   * @zhParam roomID 1..128 字节，字符范围与 `userID` 相同
   * @zhParam token 由你的服务端为这个 userID 生成；最多 65536 字节
   * @zhReturns true；最迟 300 秒后以错误拒绝
   * @errors 1001004 1002001 1002005 1002006 1002007 1002010 1002011 1002012 1002013 1002031 1002034 1002036 1002056 1002066 1002099 1100001 1100012 1102016 1102018
   */
  loginRoom(roomID: string, token: string, user: ZegoUser, config?: ZegoRoomConfig): Promise<boolean>;

  /**
   * Leaves a room, or all; its streams stop. Unknown rooms are ignored.
   * @zh 退出一个或全部房间，其中的流停止。未知的房间会被忽略。
   */
  logoutRoom(roomID?: string): void;

  /**
   * Replaces the token of a room, or of all.
   * @returns whether it has the form of a token that counts, and there is such a room
   * @zh 更换一个或全部房间的 token。
   * @zhReturns token 的格式是否有效，以及是否有这个房间
   */
  renewToken(token: string, roomID?: string): boolean;

  /**
   * Allows several rooms at a time, at most 5.
   * @returns false after the first login: it is too late then
   * @zh 允许同时登录多个房间，最多 5 个。
   * @zhReturns 首次登录之后为 false，为时已晚
   */
  enableMultiRoom(enable: boolean): boolean;

  /**
   * Asks for the address to publish to. At most 16 streams at a time.
   * @param streamID 1..255 bytes, the characters of `userID`, unique in the AppID
   * @zh 请求推流地址。最多同时 16 条流。
   * @zhParam streamID 1..255 字节，字符范围与 `userID` 相同，在 AppID 内唯一
   * @errors 1000002 1000014 1000015 1000016 1100003 1100012 1100013 1102017 1103001 1103052 1103056
   */
  startPublishingStream(streamID: string, option?: ZegoPublishOption): Promise<ZegoStreamAddress>;

  /**
   * Ends a publish; create the component anew without its address.
   * @returns false if no such stream is published
   * @zh 停止推流；去掉地址后重新创建组件。
   * @zhReturns 没有在推送这条流时为 false
   */
  stopPublishingStream(streamID: string): boolean;

  /**
   * Asks for the address to play from. At most 64 streams at a time; the component plays one.
   * @param streamID one that `roomStreamUpdate` told, or the own
   * @zh 请求拉流地址。最多同时 64 条流；组件一次只播放一条。
   * @zhParam streamID `roomStreamUpdate` 给出的流，或自己的流
   * @errors 1000002 1000014 1000015 1000016 1100003 1100012 1100013 1102017 1103049 1104001 1104039
   */
  startPlayingStream(streamID: string, option?: ZegoPlayOption): Promise<ZegoStreamAddress>;

  /**
   * Ends a play, also one that failed. Unknown streams are ignored.
   * @zh 停止拉流，包括失败的拉流。未知的流会被忽略。
   */
  stopPlayingStream(streamID: string): void;

  /**
   * The next address of a stream, after the component reported a failure; PUBLISH_REQUESTING or PLAY_REQUESTING follows.
   * @returns empty if there is no such stream
   * @zh 组件上报失败后，取流的下一个地址；随后是 PUBLISH_REQUESTING 或 PLAY_REQUESTING。
   * @zhReturns 没有这条流时为空
   */
  getNextUrl(streamID: string): string;

  /**
   * Must be given every `onRtmpEvent` of the component: 3800 and 3801 publishing began, failed; 3802 and 3803 playing began, failed.
   * @param streamID the own stream with 3800 and 3801, the one that is played with 3802 and 3803
   * @param event the component's event as it came
   * @zh 组件的每个 `onRtmpEvent` 都必须交给它：3800、3801 推流开始、失败；3802、3803 拉流开始、失败。
   * @zhParam streamID 3800、3801 时为自己的流，3802、3803 时为正在拉的流
   * @zhParam event 组件的事件，原样传入
   */
  updatePlayerState(
    streamID: string,
    event: { detail: { code: number; [field: string]: any }; [field: string]: any },
  ): void;

  /**
   * Takes figures on the quality of a stream; `publishQualityUpdate` or `playQualityUpdate` follows.
   * @param event `detail.info` with videoBitrate, videoFPS, videoWidth, videoHeight, audioBitrate
   * @zh 传入流的质量数据；随后触发 `publishQualityUpdate` 或 `playQualityUpdate`。
   * @zhParam event `detail.info` 含 videoBitrate、videoFPS、videoWidth、videoHeight、audioBitrate
   */
  updatePlayerNetStatus(
    streamID: string,
    event: { detail: { info: any; [field: string]: any }; [field: string]: any },
  ): void;

  /**
   * Without effect on Alipay: the component tells no volume.
   * @zh 在支付宝端没有作用：组件不提供音量。
   */
  updateAudioVolumeNotify(streamID: string, event: any): void;

  /**
   * Sets the text other users see with a published stream. Before PUBLISHING it is kept and sent with the stream.
   * @param extraInfo 1..65536 bytes; the service documents 128
   * @zh 设置其他用户随流看到的文本。PUBLISHING 之前会保存，随流一起发送。
   * @zhParam extraInfo 1..65536 字节；服务文档写明 128
   * @errors 1000014 1000015 1000016 1100001 1100002 1100003 1103055 1103062
   */
  setStreamExtraInfo(streamID: string, extraInfo: string): Promise<{ errorCode: number; extendedData: string }>;

  /**
   * Tells other users whether camera and microphone of a published stream are on; they hear it as `peerDeviceStateUpdate`. It does
   * not switch them. Call it after `startPublishingStream` has resolved. It travels in the stream's extra info, beside the text of
   * `setStreamExtraInfo` (docs/device-state.md). Called while the room is away it rejects, and is told when the room is back.
   * @param state what is left out stays as it is, at first on
   * @zh 告知其他用户所推流的摄像头和麦克风是否打开，对方收到 `peerDeviceStateUpdate`。它不负责开关设备。在 `startPublishingStream` 成功后调用。它放在流附加信息中，与 `setStreamExtraInfo` 的文本并存（docs/device-state.zh.md）。断线期间调用会被拒绝，但房间恢复后会告知。
   * @zhParam state 未给出的保持不变，最初为打开
   * @errors 1000014 1000015 1000016 1100001 1100002 1100003 1103055 1103062
   */
  setDeviceState(
    streamID: string,
    state: { camera?: boolean; microphone?: boolean },
  ): Promise<{ errorCode: number; extendedData: string }>;

  /**
   * Sets one value all users of the room see; one call at a time.
   * @param key 1..128 bytes; the service documents 10, and one key for a room
   * @param value 1..4096 bytes; the service documents 128
   * @zh 设置房间内所有用户可见的一个值；一次一个调用。
   * @zhParam key 1..128 字节；服务文档写明 10，且每个房间一个键
   * @zhParam value 1..4096 字节；服务文档写明 128
   * @errors 1002014 1002017 1002099 1100001 1100002 1100003 1100013 1102022
   */
  setRoomExtraInfo(roomID: string, key: string, value: string): Promise<{ errorCode: number; seq: number }>;

  /**
   * Sends a reliable message to the room, at most one in 500 ms.
   * @param message 1..1024 characters
   * @zh 向房间发送可靠的广播消息，500 毫秒内最多一条。
   * @zhParam message 1..1024 个字符
   * @errors 1002014 1002099 1009001 1009002 1100001 1100002 1100003 1100013 1109001
   */
  sendBroadcastMessage(roomID: string, message: string): Promise<{ errorCode: number; messageID: number }>;

  /**
   * Sends a message to the room that may get lost under load.
   * @param message 1..1024 characters
   * @zh 向房间发送弹幕消息，消息量大时可能丢失。
   * @zhParam message 1..1024 个字符
   * @errors 1002014 1002099 1009001 1009002 1100001 1100002 1100003 1100013
   */
  sendBarrageMessage(roomID: string, message: string): Promise<{ errorCode: number; messageID: string }>;

  /**
   * Sends a command to some users, or to all of the room.
   * @param command a text, or an object as JSON can carry it; at most 1024 characters
   * @param toUserIDList at most 1024 users. Default, or empty: all others
   * @zh 向部分或全部用户发送信令。
   * @zhParam command 文本，或可用 JSON 表示的对象；最多 1024 个字符
   * @zhParam toUserIDList 最多 1024 个用户。不填或为空：所有其他人
   * @errors 1002014 1002099 1009002 1100001 1100002 1100003 1100013
   */
  sendCustomCommand(roomID: string, command: string | object, toUserIDList?: string[]): Promise<{ errorCode: number }>;

  /**
   * Chooses what is logged, and whether it is sent anywhere. No line holds a token, the parameters of an address, or what users write.
   * @returns false, and nothing changed, for an unknown level or address
   * @zh 选择记录哪些日志、是否发送。任何一行都不含 token、地址参数和用户书写的内容。
   * @zhReturns 级别或地址无效时为 false，不做任何改变
   */
  setLogConfig(config: ZegoLogConfig): boolean;

  /**
   * Shows every call, answer, event and frame, at level debug, whatever `logLevel` says but for 'disable'. Default: off.
   * @zh 以 debug 级别显示每个调用、应答、事件和帧，不受 `logLevel` 限制（'disable' 除外）。默认关闭。
   */
  setDebugVerbose(enable: boolean): void;

  /**
   * Always empty on Alipay.
   * @zh 在支付宝端总是为空。
   */
  getPlayerList(): any[];

  /**
   * Leaves all rooms and ends this engine for good; open promises reject with 1199003.
   * @zh 退出所有房间并永久结束这个引擎；未完成的 Promise 以 1199003 拒绝。
   */
  destroyEngine(): void;

  /** @instead Mix on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 混流。 */
  startMixerTask(config: any): Promise<never>;
  /** @instead Mix on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 混流。 */
  stopMixerTask(taskID: string): Promise<never>;
  /** @instead Mix on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 混流。 */
  startAutoMixerTask(task: any): Promise<never>;
  /** @instead Mix on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 混流。 */
  stopAutoMixerTask(task: any): Promise<never>;
  /** @instead Mix on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 混流。 */
  setMixerTaskConfig(config: any): Promise<never>;
  /** @instead Relay on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 转推。 */
  addPublishCdnUrl(streamID: string, targetURL: string): Promise<never>;
  /** @instead Relay on your server, through the service's server API. @zhInstead 在你的服务端通过服务端 API 转推。 */
  removePublishCdnUrl(streamID: string, targetURL: string): Promise<never>;
  /** @instead Use sendCustomCommand, with bytes as base64 text. @zhInstead 使用 sendCustomCommand，字节转为 base64 文本。 */
  sendTransparentMessage(roomID: string, message: any): Promise<never>;
  /** @instead There is nothing experimental here. @zhInstead 这里没有实验性接口。 */
  callExperimentalAPI(parameters: any): Promise<never>;
  /** @instead Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom. @zhInstead 用 startPublishingStream 或 startPlayingStream 的地址显示 <rtc-room>，或使用 RtcRoom。 */
  initContext(options: any): never;
  /** @instead Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom. @zhInstead 用 startPublishingStream 或 startPlayingStream 的地址显示 <rtc-room>，或使用 RtcRoom。 */
  createPusher(attributes?: any): never;
  /** @instead Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom. @zhInstead 用 startPublishingStream 或 startPlayingStream 的地址显示 <rtc-room>，或使用 RtcRoom。 */
  getPusherInstance(): never;
  /** @instead Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom. @zhInstead 用 startPublishingStream 或 startPlayingStream 的地址显示 <rtc-room>，或使用 RtcRoom。 */
  getPlayerInstance(streamID: string, context?: any): never;
  /** @instead Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom. @zhInstead 用 startPublishingStream 或 startPlayingStream 的地址显示 <rtc-room>，或使用 RtcRoom。 */
  setPusherAttributes(attributes: any): never;
  /** @instead Show <rtc-room> with the address of startPublishingStream or startPlayingStream, or use RtcRoom. @zhInstead 用 startPublishingStream 或 startPlayingStream 的地址显示 <rtc-room>，或使用 RtcRoom。 */
  setPlayerAttributes(streamID: string, attributes: any): never;
  /** @instead Use enableCamera and mute of my.createRtcRoomContext, or setCamera and setMicrophone of RtcRoom. @zhInstead 使用 my.createRtcRoomContext 的 enableCamera 和 mute，或 RtcRoom 的 setCamera 和 setMicrophone。 */
  mutePublishStreamVideo(mute: boolean): never;
  /** @instead Use enableCamera and mute of my.createRtcRoomContext, or setCamera and setMicrophone of RtcRoom. @zhInstead 使用 my.createRtcRoomContext 的 enableCamera 和 mute，或 RtcRoom 的 setCamera 和 setMicrophone。 */
  mutePublishStreamAudio(mute: boolean): never;
  /** @instead Stop playing the stream, or ask its publisher to mute. @zhInstead 停止拉流，或请推流者静音。 */
  mutePlayStreamVideo(streamID: string, mute: boolean): never;
  /** @instead Stop playing the stream, or ask its publisher to mute. @zhInstead 停止拉流，或请推流者静音。 */
  mutePlayStreamAudio(streamID: string, mute: boolean): never;
}

export default ZegoExpressEngine;
