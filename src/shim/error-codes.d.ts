// Generated from src/engine/error/ by ./build.sh reference. Do not edit.

/** Every code that this package gives by itself; the service may give others. */
export const ZegoErrorCode: {
  /**
   * The Alipay client is older than 10.1.80. Ask the user to update Alipay.
   * @zh 支付宝客户端低于 10.1.80。请用户更新支付宝。
   */
  readonly ClientTooOld: 10001;
  /**
   * Camera and microphone are not both allowed. Call my.openSetting and let the user allow scope.camera and scope.record.
   * @zh 摄像头或麦克风未授权。调用 my.openSetting，请用户允许 scope.camera 和 scope.record。
   */
  readonly NoPermission: 10002;
  /**
   * No error.
   * @zh 没有错误。
   */
  readonly Ok: 0;
  /**
   * The component could not push the stream. Stop publishing, wait a few seconds and publish again.
   * @zh 组件推流失败。先停止推流，等几秒后重新推流。
   */
  readonly PublishFailed: 3801;
  /**
   * The component could not play the stream. Stop playing, wait a few seconds and play again.
   * @zh 组件拉流失败。先停止拉流，等几秒后重新拉流。
   */
  readonly PlayFailed: 3803;
  /**
   * Not logged in to a room. Publish and play after loginRoom has resolved, and not while the room is CONNECTING.
   * @zh 没有登录房间。loginRoom 成功之后再推流、拉流；房间处于 CONNECTING 时不要调用。
   */
  readonly NotLoggedIn: 1000002;
  /**
   * StreamID is longer than 255 bytes. Use a shorter streamID.
   * @zh streamID 超过 255 字节。使用更短的 streamID。
   */
  readonly StreamIdTooLong: 1000014;
  /**
   * StreamID is empty. Give every stream an id that is unique in the AppID.
   * @zh streamID 为空。给每条流一个在 AppID 内唯一的 ID。
   */
  readonly StreamIdEmpty: 1000015;
  /**
   * StreamID has a character that is not allowed. Use letters, digits, - and _.
   * @zh streamID 含有不允许的字符。只用字母、数字、- 和 _。
   */
  readonly StreamIdCharacters: 1000016;
  /**
   * The connection to the service is broken. Nothing to do: it is being restored.
   * @zh 与服务的连接断开。无需处理，正在自动恢复。
   */
  readonly NetworkBroken: 1000017;
  /**
   * The service does not know this AppID. Compare the AppID with the console.
   * @zh 服务不认识这个 AppID。与控制台核对 AppID。
   */
  readonly AppIdInvalid: 1001004;
  /**
   * Already in as many rooms as allowed. Log out of a room first.
   * @zh 已登录的房间数达到上限。先退出一个房间。
   */
  readonly TooManyRooms: 1002001;
  /**
   * UserID is empty. Give every user an id.
   * @zh userID 为空。给每个用户一个 ID。
   */
  readonly UserIdEmpty: 1002005;
  /**
   * UserID has a character that is not allowed. Use letters, digits, - and _.
   * @zh userID 含有不允许的字符。只用字母、数字、- 和 _。
   */
  readonly UserIdCharacters: 1002006;
  /**
   * UserID is longer than 64 bytes. Use a shorter userID.
   * @zh userID 超过 64 字节。使用更短的 userID。
   */
  readonly UserIdTooLong: 1002007;
  /**
   * UserName is longer than 256 bytes. Use a shorter userName.
   * @zh userName 超过 256 字节。使用更短的 userName。
   */
  readonly UserNameTooLong: 1002010;
  /**
   * RoomID is empty. Give the room an id.
   * @zh roomID 为空。给房间一个 ID。
   */
  readonly RoomIdEmpty: 1002011;
  /**
   * RoomID has a character that is not allowed. Use letters, digits, - and _.
   * @zh roomID 含有不允许的字符。只用字母、数字、- 和 _。
   */
  readonly RoomIdCharacters: 1002012;
  /**
   * RoomID is longer than 128 bytes. Use a shorter roomID.
   * @zh roomID 超过 128 字节。使用更短的 roomID。
   */
  readonly RoomIdTooLong: 1002013;
  /**
   * Not in this room. Log in to the room first.
   * @zh 不在这个房间。先登录这个房间。
   */
  readonly RoomNotExist: 1002014;
  /**
   * The room has as many extra info keys as allowed. Use one key.
   * @zh 房间附加信息的键数达到上限。只用一个键。
   */
  readonly RoomExtraInfoKeys: 1002017;
  /**
   * No login succeeded within 300 seconds. Check the network and log in again.
   * @zh 300 秒内没有登录成功。检查网络后重新登录。
   */
  readonly LoginTimeout: 1002031;
  /**
   * The room is full. Raise maxMemberCount for the first user, or use another room.
   * @zh 房间已满。调大第一个用户的 maxMemberCount，或换一个房间。
   */
  readonly RoomFull: 1002034;
  /**
   * Several rooms are not enabled for this AppID. Ask ZEGO's support to enable them.
   * @zh 这个 AppID 没有开通多房间。联系 ZEGO 技术支持开通。
   */
  readonly MultiRoomOff: 1002036;
  /**
   * The same user logged in elsewhere. Use a userID of its own on each device.
   * @zh 同一用户在别处登录。每台设备使用各自的 userID。
   */
  readonly KickedByOtherLogin: 1002050;
  /**
   * The server removed the user from the room. extendedData may hold the reason.
   * @zh 被服务端移出房间。extendedData 中可能有原因。
   */
  readonly KickedByServer: 1002055;
  /**
   * User repeatedly login. Log out of the room before logging in to it again.
   * @zh 重复登录同一房间。先退出房间再登录。
   */
  readonly AlreadyInRoom: 1002056;
  /**
   * The user is on the black list. Remove the user from the list in the console.
   * @zh 用户在黑名单中。在控制台把用户移出黑名单。
   */
  readonly Blacklisted: 1002066;
  /**
   * Room inner error. extendedData may hold the reason.
   * @zh 房间内部错误。extendedData 中可能有原因。
   */
  readonly RoomError: 1002099;
  /**
   * This stream is already being published. Stop publishing it first.
   * @zh 这条流已在推送。先停止推流。
   */
  readonly AlreadyPublishing: 1103056;
  /**
   * This stream is not being published. Publish it first.
   * @zh 没有在推送这条流。先推流。
   */
  readonly PublishNotFound: 1103055;
  /**
   * Bad parameter for publishing. The message names the argument.
   * @zh 推流参数错误。message 中写明是哪个参数。
   */
  readonly PublishParameter: 1103001;
  /**
   * No CDN address is configured for this AppID. Publish with sourceType BGP, or have a CDN configured.
   * @zh 这个 AppID 没有配置 CDN 地址。以 sourceType BGP 推流，或开通 CDN。
   */
  readonly PublishCdn: 1103052;
  /**
   * The stream's extra info could not be updated. Try again.
   * @zh 流附加信息更新失败。重试。
   */
  readonly StreamUpdateFailed: 1103062;
  /**
   * Bad parameter for playing. The message names the argument.
   * @zh 拉流参数错误。message 中写明是哪个参数。
   */
  readonly PlayParameter: 1104001;
  /**
   * Repeated pull same stream. Stop playing it first.
   * @zh 这条流已在拉取。先停止拉流。
   */
  readonly AlreadyPlaying: 1103049;
  /**
   * Play stream not found. Play a stream after roomStreamUpdate ADD.
   * @zh 要拉的流不存在。收到 roomStreamUpdate ADD 之后再拉流。
   */
  readonly PlayNotFound: 1104039;
  /**
   * The message is empty. Send at least one character.
   * @zh 消息为空。至少发送一个字符。
   */
  readonly MessageEmpty: 1009001;
  /**
   * The message is longer than 1024 characters. Send a shorter message.
   * @zh 消息超过 1024 个字符。发送更短的消息。
   */
  readonly MessageTooLong: 1009002;
  /**
   * Bad parameter. The message names the argument.
   * @zh 参数错误。message 中写明是哪个参数。
   */
  readonly BadParameter: 1100001;
  /**
   * The service did not answer in time. Check the network and try again.
   * @zh 服务没有及时应答。检查网络后重试。
   */
  readonly Timeout: 1100002;
  /**
   * The connection was closed before the answer came. Try again when the room is CONNECTED.
   * @zh 应答到达之前连接已断开。房间恢复 CONNECTED 后重试。
   */
  readonly SocketClosed: 1100003;
  /**
   * Not available in Alipay mini programs.
   * @zh 支付宝小程序不支持。
   */
  readonly Unsupported: 1100010;
  /**
   * Stopped before it was finished.
   * @zh 尚未完成就被停止。
   */
  readonly Stopped: 1100012;
  /**
   * Too many calls are waiting for an answer. Send slower.
   * @zh 等待应答的调用过多。降低发送频率。
   */
  readonly QueueFull: 1100013;
  /**
   * The token was refused. Ask your server for a new token for this user.
   * @zh token 无效。向你的服务端为该用户获取新的 token。
   */
  readonly TokenError: 1102016;
  /**
   * Dispatch error. No media server was offered: check the network and try again.
   * @zh 没有取得媒体服务地址。检查网络后重试。
   */
  readonly DispatchError: 1102017;
  /**
   * The token has expired. Ask your server for a new token and call renewToken or log in again.
   * @zh token 已过期。向你的服务端获取新的 token，然后调用 renewToken 或重新登录。
   */
  readonly TokenExpired: 1102018;
  /**
   * An earlier extra info was not answered yet. Wait for the earlier call.
   * @zh 上一次设置还没有应答。等上一次调用结束。
   */
  readonly ExtraInfoBusy: 1102022;
  /**
   * Messages are sent too often. Leave at least 500 ms between broadcast messages.
   * @zh 消息发送过于频繁。两条广播消息之间至少间隔 500 毫秒。
   */
  readonly TooFrequent: 1109001;
  /**
   * DestroyEngine() was called on this engine. Create a new ZegoExpressEngine.
   * @zh 已对这个引擎调用过 destroyEngine()。创建新的 ZegoExpressEngine。
   */
  readonly EngineDestroyed: 1199003;
  /**
   * The engine could not be loaded. Check that every file of the package is in the mini program and update Alipay; the next call tries again.
   * @zh 引擎加载失败。检查包中的文件是否齐全，并更新支付宝；下一次调用会再次尝试。
   */
  readonly EngineLoadFailed: 1199001;
  /**
   * The engine stopped. It restarts and returns to its rooms and streams, unless DISCONNECTED follows: then log in again. Please report this with the log.
   * @zh 引擎中止。它会重新启动并回到原来的房间和流；如果随后收到 DISCONNECTED，请重新登录。请附上日志反馈。
   */
  readonly EngineStopped: 1199002;
};

/** A code of the table. */
export type ZegoErrorCode = (typeof ZegoErrorCode)[ZegoErrorName];

/** Its name, as `ZegoError.name` has it. */
export type ZegoErrorName = keyof typeof ZegoErrorCode;
