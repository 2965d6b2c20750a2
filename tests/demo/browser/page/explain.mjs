// What a line of the timeline means, for people who see the protocol for the first time.

/** [what the line looks like, Chinese, English]; the first that fits counts. */
const MEANINGS = [
  [
    /^call new ZegoExpressEngine/,
    '页面建立引擎。第二个参数以 /accesshub 结尾，所以连接到这台开发服务器；填空字符串则连接公有云。',
    'The page makes an engine. Its second argument ends in /accesshub, so it connects to this development server; an empty text would mean the public service.',
  ],
  [
    /^call loginRoom/,
    '进入房间。Token 由业务方自己的服务器签发，时间线上不显示。Promise 在登录成功后兑现。',
    'Enters the room. The token comes from the application’s own server and is not shown here. The promise resolves when the login is done.',
  ],
  [/^call logoutRoom/, '离开房间；服务器会通知其他人。', 'Leaves the room; the server tells the others.'],
  [
    /^call startPublishingStream/,
    '请求推流地址。得到地址后页面才创建 rtc-room 组件；其他人此时还看不到流。',
    'Asks for an address to push to. Only with it the page creates rtc-room; the others do not see the stream yet.',
  ],
  [
    /^call stopPublishingStream/,
    '结束自己的流；其他人收到 roomStreamUpdate DELETE。',
    'Ends the own stream; the others hear roomStreamUpdate DELETE.',
  ],
  [
    /^call startPlayingStream/,
    '请求对方流的拉流地址。地址只在组件创建时有效，所以 RtcRoom 会换一个新组件。',
    'Asks for the address of the other side’s stream. Addresses count only when the component is created, so RtcRoom shows a new one.',
  ],
  [/^call stopPlayingStream/, '不再拉对方的流。', 'Stops playing the other side’s stream.'],
  [
    /^call updatePlayerState/,
    '把组件的 onRtmpEvent 交给引擎：3800 之后引擎才向房间公布这条流。',
    'Hands the component’s onRtmpEvent to the engine: only after 3800 does the engine announce the stream to the room.',
  ],
  [/^call renewToken/, '换用新的 Token，通话不中断。', 'Puts a new token in force; the call goes on.'],
  [
    /^call send|^call set/,
    '发送消息或附加信息；Promise 在服务器确认后兑现。',
    'Sends a message or extra info; the promise resolves when the server has confirmed.',
  ],
  [
    /^call destroyEngine/,
    '页面不再需要引擎：退出房间并关闭连接。',
    'The page needs the engine no more: it leaves its rooms and closes the connection.',
  ],
  [/^answer/, '对应调用的 Promise 已兑现。', 'The promise of that call resolved.'],
  [
    /^failure/,
    '对应调用的 Promise 被拒绝，带错误码和一句说明。',
    'The promise of that call was rejected, with a code and a sentence.',
  ],
  [
    /^callback roomStateUpdate .*CONNECTING/,
    '房间连接中：首次登录，或者连接断开后正在重连。',
    'The room is connecting: the first login, or the way back after a broken connection.',
  ],
  [/^callback roomStateUpdate .*"CONNECTED"/, '已在房间内。', 'In the room.'],
  [
    /^callback roomStateUpdate .*DISCONNECTED/,
    '已不在房间内；错误码非 0 时不是自己离开的。',
    'Out of the room; a code other than 0 means that the user did not leave by themselves.',
  ],
  [
    /^callback roomStateChanged/,
    '与 roomStateUpdate 相同的变化，以原因而不是状态表示。',
    'The same change as roomStateUpdate, told by its reason.',
  ],
  [/^callback roomUserUpdate/, '有用户进入或离开房间。', 'A user came or left.'],
  [
    /^callback roomStreamUpdate .*ADD/,
    '别人的流出现了：现在可以拉流。',
    'A stream of somebody else is there: now it can be played.',
  ],
  [/^callback roomStreamUpdate .*DELETE/, '别人的流结束了。', 'A stream of somebody else ended.'],
  [/^callback roomOnlineUserCountUpdate/, '房间内的人数。', 'How many users are in the room.'],
  [
    /^callback publisherStateUpdate/,
    '自己这条流的状态；PUBLISHING 表示其他人已能看到。',
    'The state of the own stream; PUBLISHING means that others can see it.',
  ],
  [
    /^callback playerStateUpdate/,
    '正在拉的流的状态；PLAYING 表示画面已到。',
    'The state of the stream that is played; PLAYING means that its picture arrived.',
  ],
  [/^callback (publish|play)Quality/, '质量统计。', 'Figures about the quality.'],
  [
    /^callback streamUrlUpdate/,
    '引擎重启或长时间断网之后，流有了新地址：要换一个新组件。',
    'After a restart of the engine or a long outage a stream has another address: the component has to be made anew.',
  ],
  [/^callback error/, '引擎自己报告的错误。', 'An error that the engine reports by itself.'],
  [
    /^callback tokenWillExpire/,
    'Token 将在 30 秒内过期：页面应取新的 Token 并调用 renewToken。',
    'The token ends within 30 s: the page shall fetch another and call renewToken.',
  ],
  [/^callback IMRecv/, '收到房间消息。', 'A message of the room arrived.'],
  [/^callback .*ExtraInfoUpdate/, '房间或流的附加信息变了。', 'Extra info of the room or of a stream changed.'],
  [
    /^frames GetConfig|^frames .*Config/,
    '连接建立后的第一个请求：取配置。',
    'The first request on a connection: the configuration.',
  ],
  [
    /^frames .*PCEstablish/,
    '在同一条 WebSocket 上建立到房间服务的代理连接。',
    'A proxied connection to the room service, on the same WebSocket.',
  ],
  [
    /^frames LoginRoom/,
    '登录房间的请求与回答：请求带用户、Token 与会话，回答带流列表与心跳间隔。',
    'Login and its answer: the request carries user, token and session; the answer streams and the heartbeat’s interval.',
  ],
  [/^frames LogoutRoom/, '离开房间的请求。', 'The request to leave the room.'],
  [
    /^frames (HB|Hb)/,
    '心跳：双方确认连接和房间仍在。',
    'Heartbeat: both sides confirm that connection and room are there.',
  ],
  [
    /^frames HTTP.*\/push\//,
    '隧道里的 HTTP 请求：向调度服务要推流地址。',
    'An HTTP request through the tunnel: the dispatch service is asked for an address to push to.',
  ],
  [
    /^frames HTTP/,
    '隧道里的 HTTP 请求：向调度服务要地址。',
    'An HTTP request through the tunnel: the dispatch service is asked for an address.',
  ],
  [
    /^frames AddStream/,
    '公布自己的流，在组件报告 3800 之后。',
    'Announces the own stream, after the component reported 3800.',
  ],
  [/^frames DeleteStream|^frames .*DeleteStream/, '撤回自己的流。', 'Takes the own stream back.'],
  [/^frames RenewToken/, '把新的 Token 交给服务器。', 'Hands the new token to the server.'],
  [/^frames .*push 10001/, '服务器通知：用户列表有变化。', 'The server tells that users came or left.'],
  [
    /^frames .*(push 10002|PushKickout)/,
    '服务器通知：被移出房间，带原因。',
    'The server tells that the user was removed, and why.',
  ],
  [/^frames .*push 12001/, '服务器通知：有新的流。', 'The server tells of a new stream.'],
  [/^frames .*push 12002/, '服务器通知：流结束。', 'The server tells of the end of a stream.'],
  [
    /^frames .*push/,
    '服务器主动推送，引擎按序号处理并确认。',
    'A push of the server; the engine takes it in sequence and acknowledges it.',
  ],
  [/^frames .*UserList|^frames .*Userlist/, '取用户列表。', 'Asks for the list of users.'],
  [/^frames .*StreamList/, '取流列表。', 'Asks for the list of streams.'],
  [/^frames .*Trans/, '取房间附加信息。', 'Asks for the room’s extra info.'],
  [/^frames/, '一个解码后的协议帧，或一问一答两个。', 'A decoded frame of the protocol, or a request with its answer.'],
  [
    /^component .*created/,
    '页面显示了一个 rtc-room。地址只在创建时有效。',
    'The page shows an rtc-room. Its addresses count only now.',
  ],
  [
    /^component .*removed/,
    '页面移除了 rtc-room：推流和拉流随之结束。',
    'The page took the rtc-room off: its push and play end.',
  ],
  [/^component onRtmpEvent 3800/, '推流成功。', 'The push runs.'],
  [/^component onRtmpEvent 3801/, '推流结束或失败。', 'The push ended or failed.'],
  [/^component onRtmpEvent 3802/, '拉流成功。', 'The play runs.'],
  [/^component onRtmpEvent 3803/, '拉流结束或失败。', 'The play ended or failed.'],
  [/^component/, '对组件的操作，或组件报告的事件。', 'Something done to the component, or reported by it.'],
  [
    /^media publish accepted/,
    '媒体服务器接受了推流：它先问过房间服务器。',
    'The media server accepted the push, after asking the room server.',
  ],
  [
    /^media publish refused/,
    '媒体服务器拒绝推流：房间服务器没有发出过这个地址，或旧连接还在。',
    'The media server refused the push: the room server did not give this address out, or the old connection is still there.',
  ],
  [/^media/, '媒体服务器看到的推流或拉流连接。', 'What the media server sees of a push or a play.'],
  [/^person .*(shows|显示)/, '页面给用户的提示。', 'What the page tells its user.'],
  [/^person/, '人的操作，或演示按钮。', 'Something a person did, or a button of this demo.'],
];

/** @param {{kind: string, text: string}} line @param {string} language */
export function explain({ kind, text }, language) {
  const looks = `${kind} ${text}`;
  const [, zh, en] = MEANINGS.find(([pattern]) => pattern.test(looks)) ?? [];
  return (language === 'zh' ? zh : en) ?? '';
}

/** What people did, in Chinese: [as the server says it, how it reads]. */
const DEEDS = [
  [/^taps “(.*)”$/s, '点按“$1”'],
  [/^the page shows: “(.*)”$/s, '页面提示：“$1”'],
  [/^the network is back$/, '网络恢复'],
  [/^the network is cut: .*$/, '网络断开：连接全部中断，新连接被拒绝'],
  [/^an administrator removes (\S+) from the room$/, '管理员把 $1 移出房间'],
  [/^the token in force is replaced by one that ends in (\d+) s$/, '使用中的 Token 换成 $1 秒后过期的 Token'],
  [/^the token server gives new tokens$/, 'Token 服务器恢复发放'],
  [/^the token server refuses new tokens$/, 'Token 服务器拒绝发放新 Token'],
  [/^the room server is ended and started again$/, '结束房间服务器进程并重新启动'],
  [/^the room server is back on (\S+), and knows of no room$/, '房间服务器已在 $1 重新启动，不认识任何房间'],
  [/^refused: (.*)$/s, '被拒绝：$1'],
];

/** The text of a line in the language of the page. */
export function worded({ kind, text }, language) {
  if (kind !== 'person' || language !== 'zh') return text;
  const [pattern, chinese] = DEEDS.find(([deed]) => deed.test(text)) ?? [];
  return pattern ? text.replace(pattern, chinese) : text;
}
