//! Rows of the table that the module never gives: codes of the JavaScript side, of the component, and of the vendor's other
//! clients. See [`super::table`].

use super::table::Row;

macro_rules! rows {
    ($($(#[$doc:meta])* $list:ident { $($number:literal, $name:literal, $text:literal, $advice:literal, $zh_text:literal, $zh_advice:literal;)* })*) => {
        $(
            $(#[$doc])*
            pub const $list: &[Row] = &[$(Row {
                number: $number, name: $name, text: [$text, $zh_text], advice: [$advice, $zh_advice],
            },)*];
        )*
    };
}

rows! {
    /// Answers of `checkSystemRequirements`.
    REQUIREMENTS {
        10001, "ClientTooOld", "the Alipay client is older than 10.1.80", "Ask the user to update Alipay.",
            "支付宝客户端低于 10.1.80", "请用户更新支付宝。";
        10002, "NoPermission", "camera and microphone are not both allowed", "Call my.openSetting and let the user allow scope.camera and scope.record.",
            "摄像头或麦克风未授权", "调用 my.openSetting，请用户允许 scope.camera 和 scope.record。";
    }

    /// Codes of the package around the module.
    SHIM {
        1199001, "EngineLoadFailed", "The engine could not be loaded", "Check that every file of the package is in the mini program and update Alipay; the next call tries again.",
            "引擎加载失败", "检查包中的文件是否齐全，并更新支付宝；下一次调用会再次尝试。";
        1199002, "EngineStopped", "The engine stopped", "It restarts and returns to its rooms and streams, unless DISCONNECTED follows: then log in again. Please report this with the log.",
            "引擎中止", "它会重新启动并回到原来的房间和流；如果随后收到 DISCONNECTED，请重新登录。请附上日志反馈。";
    }

    /// Codes of the helper `RtcRoom`.
    RTC_ROOM {
        1198001, "ResourceMissing", "The video component could not be prepared", "Check the network and try again; on Android it is downloaded once.",
            "音视频组件准备失败", "检查网络后重试；Android 上需要下载一次。";
        1198002, "ClientTooOld", "This version of Alipay has no video calls", "Ask the user to update Alipay to 10.1.80 or newer.",
            "这个版本的支付宝没有视频通话", "请用户把支付宝更新到 10.1.80 或更高版本。";
        1198003, "PermissionRefused", "Camera or microphone are not allowed", "Ask the user to allow both in the settings of the mini program.",
            "摄像头或麦克风未授权", "请用户在小程序设置中允许这两项。";
        1198004, "InAnotherRoom", "There is a call in another room", "Call leave() first.",
            "正在另一个房间通话", "先调用 leave()。";
        1198005, "Left", "The call was left", "",
            "已离开通话", "";
        1198006, "NotInRoom", "There is no call", "Call join() first.",
            "没有通话", "先调用 join()。";
        1198007, "ParametersMissing", "The parameters of the video component could not be fetched", "Check the function given as \"mrtc\", and its server.",
            "没有取得音视频组件的参数", "检查选项 mrtc 的函数及其服务端。";
        1198008, "TokenMissing", "No token could be fetched", "Check the function given as \"token\", and its server.",
            "没有取得 token", "检查选项 token 的函数及其服务端。";
        1198009, "NoStream", "There is no stream to play", "Wait until the other user publishes.",
            "没有可拉的流", "等对方推流。";
        1198010, "PublishFailed", "The own picture and sound do not get through", "Check the network, the signature and the parameters of the video component.",
            "自己的音视频发不出去", "检查网络、签名和音视频组件的参数。";
        1198011, "PlayFailed", "The other user's picture and sound do not get through", "Check the network; the other user may have stopped publishing.",
            "收不到对方的音视频", "检查网络；对方可能已停止推流。";
        1198012, "JoinTimeout", "The room could not be entered in time", "Check the network and the server address.",
            "没有及时进入房间", "检查网络和服务器地址。";
    }

    /// What `onError` of the component says in numbers, as documented for the platform's Android engine; none are published for
    /// the component itself.
    COMPONENT {
        -103, "BadParameters", "The component was given wrong parameters", "Check bizName, subBiz, serverUrl and the signature.",
            "组件参数错误", "检查 bizName、subBiz、serverUrl 和签名。";
        -104, "CameraRefused", "The camera is not allowed", "Ask the user to allow it in the settings of the mini program.",
            "摄像头未授权", "请用户在小程序设置中允许。";
        -105, "MicrophoneRefused", "The microphone is not allowed", "Ask the user to allow it in the settings of the mini program.",
            "麦克风未授权", "请用户在小程序设置中允许。";
        -106, "PhoneRefused", "The state of the telephone is not allowed", "Ask the user to allow it in the settings of the mini program.",
            "电话状态未授权", "请用户在小程序设置中允许。";
        -108, "ComponentTimeout", "The media service did not answer in time", "Check the network.",
            "媒体服务没有及时应答", "检查网络。";
        -114, "ComponentRoomInvalid", "The media room is over", "Leave and join again.",
            "媒体房间已失效", "离开后重新进入。";
        -115, "ComponentCreateFailed", "The media room could not be created", "Check the signature: it may have expired or be made for another userId.",
            "创建媒体房间失败", "检查签名：可能已过期，或不是为这个 userId 生成的。";
        -116, "ComponentJoinFailed", "The media room could not be entered", "Check the signature: it may have expired or be made for another userId.",
            "进入媒体房间失败", "检查签名：可能已过期，或不是为这个 userId 生成的。";
        -117, "ComponentPublishFailed", "Picture and sound could not be sent", "Check the network.",
            "音视频发送失败", "检查网络。";
        -118, "ComponentSubscribeFailed", "Picture and sound could not be received", "The other side may have switched off camera and microphone.",
            "音视频接收失败", "对方可能关闭了摄像头和麦克风。";
        -119, "ComponentStopFailed", "Sending or receiving could not be stopped", "",
            "停止收发失败", "";
        -1002, "ComponentLeaveFailed", "The media room could not be left", "",
            "离开媒体房间失败", "";
        -1004, "ComponentNetwork", "The network broke", "Check the network.",
            "网络断开", "检查网络。";
        -1005, "ComponentAddress", "The address of the media service is wrong", "Check serverUrl.",
            "媒体服务地址错误", "检查 serverUrl。";
        -1007, "CameraFailed", "The camera could not be opened", "Close other applications that use it.",
            "摄像头打开失败", "关闭占用它的其他应用。";
        -1008, "MicrophoneFailed", "The microphone could not be opened", "Close other applications that use it.",
            "麦克风打开失败", "关闭占用它的其他应用。";
        -1009, "DeviceUnsupported", "This device has no video calls", "",
            "这台设备不支持视频通话", "";
    }

    /// Codes in the vendor's documents that never come from this engine; the advice says what comes instead.
    VENDOR {
        1001021, "GeofenceTooLate", "a geofence was set after the engine was created", "There is no geofence here.",
            "创建引擎之后才设置区域限制", "本引擎没有区域限制。";
        1101000, "InitFailed", "the SDK could not be initialised", "Here: 1199001, or a TypeError of the constructor.",
            "SDK 初始化失败", "本引擎：1199001，或构造函数抛出 TypeError。";
        1101001, "GetSettingFailed", "WeChat's getSetting failed", "Here: checkSystemRequirements rejects with the host's error.",
            "微信 getSetting 失败", "本引擎：checkSystemRequirements 以宿主的错误拒绝。";
        1101002, "MediaConfigFailed", "the media configuration could not be fetched", "Only WeChat needs it.",
            "没有取得媒体配置", "只有微信需要它。";
        1002002, "RoomNeverLoggedIn", "this room was never logged in to", "Here: 1002014.",
            "从未登录过这个房间", "本引擎：1002014。";
        1002008, "UserNameEmpty", "userName is empty", "Here it may be empty.",
            "userName 为空", "本引擎允许为空。";
        1002015, "RoomExtraInfoKey", "the key of a room extra info is too long", "Here: 1100001.",
            "房间附加信息的键过长", "本引擎：1100001。";
        1002016, "RoomExtraInfoValue", "the value of a room extra info is too long", "Here: 1100001.",
            "房间附加信息的值过长", "本引擎：1100001。";
        1002018, "OtherUser", "several rooms with different users", "Here every room has the user of its login.",
            "多房间使用了不同的用户", "本引擎的每个房间使用各自登录时的用户。";
        1002033, "TokenRefused", "the token was refused, in native clients", "Here: 1102016.",
            "token 鉴权失败（原生客户端）", "本引擎：1102016。";
        1002037, "TooManyRoomsOld", "in too many rooms, old number", "Here: 1002001.",
            "登录的房间过多（旧编号）", "本引擎：1002001。";
        1002053, "ReconnectTimeout", "the reconnection took too long", "Here: 1002031.",
            "重连超过最长时间", "本引擎：1002031。";
        1002064, "RoomIdInUse", "a login with this roomID is under way", "Here: 1002056.",
            "正在登录这个 roomID", "本引擎：1002056。";
        1002086, "UserElsewhere", "the user is logged in elsewhere, for a device that comes back", "Here: the service's code as it is.",
            "用户已在别处登录（设备返回时）", "本引擎：原样给出服务的错误码。";
        1003025, "PublishForbidden", "publishing is forbidden by the back end", "Here: the service's code as it is.",
            "后台禁止推流", "本引擎：原样给出服务的错误码。";
        1003028, "StreamIdInRoom", "the stream id is already in the room", "Here: 1103056, or the service's code as it is.",
            "房间内已有这个流 ID", "本引擎：1103056，或原样给出服务的错误码。";
        1003040, "CdnRelayFailed", "the CDN relay could not be changed", "Here: 1100010.",
            "CDN 转推更新失败", "本引擎：1100010。";
        1003050, "StreamExtraInfoMissing", "the extra info of a stream is null", "Here: 1100001.",
            "流附加信息为空", "本引擎：1100001。";
        1003051, "StreamExtraInfoTooLong", "the extra info of a stream is longer than 128 bytes", "Here 65536 bytes may be given; what the service takes is its own rule.",
            "流附加信息超过 128 字节", "本引擎允许 65536 字节；服务端另有自己的限制。";
        1004002, "PlayFailedOld", "playing failed: no such stream", "Here: 1104039.",
            "拉流失败，流不存在", "本引擎：1104039。";
        1004020, "PlayInterrupted", "playing is interrupted for a while", "Here the component reports 3803.",
            "拉流暂时中断", "本引擎：由组件上报 3803。";
        1004025, "PlayForbidden", "playing is forbidden", "Here: 1102017.",
            "禁止拉流", "本引擎：1102017。";
        1004099, "PlayInternal", "inner error while playing", "Here: 1102017.",
            "拉流内部错误", "本引擎：1102017。";
        1005000, "MixerFirst", "mixing, up to 1005099", "Here: 1100010.",
            "混流错误，至 1005099", "本引擎：1100010。";
        1009005, "MessageOtherRoom", "a message for another room than the present one", "Here: 1002014.",
            "消息不属于当前房间", "本引擎：1002014。";
        1009010, "MessageFailed", "the message could not be sent", "Here: 1002099, or the service's code as it is.",
            "消息发送失败", "本引擎：1002099，或原样给出服务的错误码。";
        1009013, "MessageTooLongOld", "the message is too long, old number", "Here: 1009002.",
            "消息过长（旧编号）", "本引擎：1009002。";
        1009015, "BroadcastTooFrequent", "more than two broadcast messages a second", "Here: 1109001.",
            "广播消息每秒超过两条", "本引擎：1109001。";
        1100004, "AgentTimeout", "the proxied connection did not come about in time", "Here it is made anew.",
            "代理连接超时", "本引擎会重新建立连接。";
        1100005, "LinkHeartbeatTimeout", "the link's heartbeat was not answered", "Here: 1000017 with CONNECTING.",
            "连接心跳超时", "本引擎：CONNECTING 与 1000017。";
        1100006, "ConnectTimeout", "the service could not be reached", "Here it is tried again; 1002031 after 300 s.",
            "连接服务超时", "本引擎会继续尝试；300 秒后给出 1002031。";
        1100999, "ServerError", "unknown error of the server", "Here: 1002099.",
            "未知的服务端错误", "本引擎：1002099。";
        1102001, "HeartbeatTimeout", "the room's heartbeat was not answered", "Here the room logs in again; 1002031 after 300 s.",
            "房间心跳超时", "本引擎会重新登录；300 秒后给出 1002031。";
        1102011, "BadData", "data that cannot be read", "Here it is dropped.",
            "数据错误", "本引擎会丢弃。";
        1102012, "LoginInProgress", "a login is under way", "Here: 1002056.",
            "正在登录", "本引擎：1002056。";
        1102013, "RoomSignalling", "error of the room's signalling", "Here: 1002099.",
            "房间信令错误", "本引擎：1002099。";
        1102014, "PushChannel", "the push channel failed", "Here: 1000017 with CONNECTING.",
            "推送通道失败", "本引擎：CONNECTING 与 1000017。";
        1102015, "LoginState", "wrong state of the login", "Here: 1100003 or 1002014.",
            "登录状态错误", "本引擎：1100003 或 1002014。";
        1102019, "SubCommand", "error of a sub command", "Here: 1002099.",
            "子命令错误", "本引擎：1002099。";
        1102020, "LoginAuth", "the login was not authorised", "Here: 1102016.",
            "登录鉴权失败", "本引擎：1102016。";
        1102021, "BizChannel", "error of the business channel", "Here: 1002099.",
            "业务通道错误", "本引擎：1002099。";
        1102023, "MediaServerUnreachable", "the media server cannot be reached", "Here the component reports 3801 or 3803.",
            "媒体服务器不可达", "本引擎：由组件上报 3801 或 3803。";
        1102025, "LogUploadFailed", "a log could not be uploaded", "Here it is tried again and never an error.",
            "日志上传失败", "本引擎会重试，不作为错误。";
        1103019, "PublishAuth", "streamParams of a publish were refused", "Here the component reports 3801.",
            "推流鉴权失败（streamParams）", "本引擎：由组件上报 3801。";
        1103020, "MediaAddress", "no media address", "Here: 1102017.",
            "没有媒体地址", "本引擎：1102017。";
        1103021, "MediaSession", "the media session failed", "Here the component reports 3801.",
            "媒体会话失败", "本引擎：由组件上报 3801。";
        1103027, "MediaClosed", "the media connection was closed", "Here the component reports 3801 or 3803.",
            "媒体连接关闭", "本引擎：由组件上报 3801 或 3803。";
        1103030, "PublishRetryTimeout", "publishing was retried too long", "Here the page decides; the component reports 3801.",
            "推流重试超时", "本引擎：由页面决定；组件上报 3801。";
        1103050, "MediaSocketClosed", "the media socket was closed", "Here the component reports 3801 or 3803.",
            "媒体 WebSocket 关闭", "本引擎：由组件上报 3801 或 3803。";
        1103051, "PublishTimeout", "publishing timed out", "Here the component reports 3801.",
            "推流超时", "本引擎：由组件上报 3801。";
        1104020, "PlayDispatch", "no address to play from", "Here: 1102017.",
            "拉流调度失败", "本引擎：1102017。";
        1104030, "PlayNegotiation", "the negotiation of a play timed out", "Here the component reports 3803.",
            "拉流协商超时", "本引擎：由组件上报 3803。";
        1104031, "PlayRetryTimeout", "playing was retried too long", "Here the page decides; the component reports 3803.",
            "拉流重试超时", "本引擎：由页面决定；组件上报 3803。";
        1104032, "AlreadyPlayingOld", "this stream is already being played", "Here: 1103049.",
            "已在拉取这条流", "本引擎：1103049。";
        1104046, "PlayAuth", "streamParams of a play were refused", "Here the component reports 3803.",
            "拉流鉴权失败（streamParams）", "本引擎：由组件上报 3803。";
    }
}
