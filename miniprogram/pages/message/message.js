import { findObstacle, openEngine, session, userOf } from '../../lib/engine';
import { CHECKS, checkMessage, loadSettings, saveSettings } from '../../lib/settings';
import { explain, sentence, texts, toast } from '../../lib/texts';

const KEPT = 50;
const JOIN_LIMIT = 20000;
/** How each kind of message is sent. */
const SEND = {
  broadcast: (engine, roomID, text) => engine.sendBroadcastMessage(roomID, text),
  barrage: (engine, roomID, text) => engine.sendBarrageMessage(roomID, text),
  command: (engine, roomID, text) => engine.sendCustomCommand(roomID, text, session.users),
};

let lastNumber = 0;

Page({
  data: {
    t: {},
    kinds: ['broadcast', 'barrage', 'command'],
    roomID: '',
    problem: '',
    text: '',
    key: 'topic',
    value: '',
    userCount: '',
    isIn: false,
    isJoining: false,
    /** This page entered the room itself, so it also leaves it. */
    isOwn: false,
    isBusy: false,
    entries: [],
  },

  onLoad() {
    this.attempts = 0;
    const roomID = session.roomID || loadSettings().roomID;
    this.setData({ roomID, isIn: session.roomID !== '' });
    if (session.roomID) this.listen(session.engine);
  },

  onShow() {
    const t = texts();
    this.setData({ t });
    my.setNavigationBar({ title: t.message });
  },

  onUnload() {
    this.leave();
    this.unlisten();
    this.isGone = true;
  },

  onRoomID(event) {
    const roomID = event.detail.value;
    const problem = CHECKS.roomID(roomID);
    this.setData({ roomID, problem: problem ? sentence({ field: 'roomID', problem }) : '' });
  },

  onText(event) {
    this.setData({ text: event.detail.value });
  },

  onKey(event) {
    this.setData({ key: event.detail.value });
  },

  onValue(event) {
    this.setData({ value: event.detail.value });
  },

  onJoin() {
    if (this.data.isIn || this.data.isJoining) return; // a second tap
    const { roomID } = this.data;
    const settings = Object.assign(loadSettings(), { roomID });
    const obstacle = findObstacle(settings);
    if (obstacle) {
      toast(sentence(obstacle));
      return;
    }
    saveSettings({ roomID });
    const engine = openEngine(settings);
    this.listen(engine);
    this.setData({ isJoining: true, isOwn: true });
    this.attempts += 1;
    const attempt = this.attempts;
    this.deadline = setTimeout(() => this.endJoin(attempt, { code: 1198012 }), JOIN_LIMIT);
    this.enter(attempt, engine, roomID, settings).catch((error) => this.endJoin(attempt, error));
  },

  async enter(attempt, engine, roomID, settings) {
    await engine.loginRoom(roomID, settings.token, userOf(settings), { userUpdate: true });
    if (this.isGone || !this.data.isJoining || attempt !== this.attempts) return; // left meanwhile
    clearTimeout(this.deadline);
    this.setData({ isIn: true, isJoining: false });
  },

  /** Joining failed, or takes too long; what became of an earlier attempt counts no more. */
  endJoin(attempt, error) {
    if (this.isGone || !this.data.isJoining || attempt !== this.attempts) return;
    this.leave();
    toast(explain(error));
  },

  onLeave() {
    this.leave();
    toast(texts().left);
  },

  leave() {
    clearTimeout(this.deadline);
    if (!this.data.isOwn) return;
    this.setData({ isIn: false, isJoining: false, isOwn: false, userCount: '' });
    this.engine.logoutRoom(this.data.roomID);
  },

  onSend(event) {
    const { kind } = event.currentTarget.dataset;
    const { text, roomID } = this.data;
    const problem = checkMessage(text);
    if (problem) toast(sentence({ field: 'messageText', problem }));
    else this.send(() => SEND[kind](this.engine, roomID, text), { text: '' });
  },

  onStreamInfo() {
    const { text } = this.data;
    if (text.length > 128) toast(sentence({ field: 'messageText', problem: 'tooLong128' }));
    else if (this.data.isIn && !session.streamID) toast(texts().noStream);
    else this.send(() => this.engine.setStreamExtraInfo(session.streamID, text), { text: '' });
  },

  onRoomInfo() {
    const { roomID, key, value } = this.data;
    const t = texts();
    if (key === '' || key.length > 10) toast(t.keyProblem);
    else if (value.length > 100) toast(t.valueProblem);
    else this.send(() => this.engine.setRoomExtraInfo(roomID, key, value), { value: '' });
  },

  /** Sends and says what became of it; one at a time, and what was typed stays if it failed. */
  send(action, sent) {
    if (this.data.isBusy) return;
    if (!this.data.isIn) {
      toast(texts().enterFirst);
      return;
    }
    this.setData({ isBusy: true });
    action().then(
      () => {
        this.setData(Object.assign({ isBusy: false }, sent));
        toast(texts().sent);
      },
      (error) => {
        this.setData({ isBusy: false });
        toast(explain(error));
      },
    );
  },

  // --- what the room says ------------------------------------------------------------------------------------------

  listen(engine) {
    this.unlisten();
    this.engine = engine;
    const each = (kind) => (roomID, messages) => {
      for (const { fromUser, message } of messages) this.add(kind, fromUser, message);
    };
    this.handlers = {
      roomStateUpdate: (roomID, state, code) => this.onRoomState(roomID, state, code),
      roomOnlineUserCountUpdate: (roomID, count) => this.setData({ userCount: `${texts().users} ${count}` }),
      IMRecvBroadcastMessage: each('broadcast'),
      IMRecvBarrageMessage: each('barrage'),
      IMRecvCustomCommand: (roomID, fromUser, command) => this.add('command', fromUser, command),
      roomExtraInfoUpdate: (roomID, infos) => {
        for (const { updateUser, key, value } of infos) this.add('roomInfo', updateUser, `${key} = ${value}`);
      },
      streamExtraInfoUpdate: (roomID, streams) => {
        for (const { user, extraInfo } of streams) this.add('streamInfo', user, extraInfo);
      },
    };
    for (const name of Object.keys(this.handlers)) engine.on(name, this.handlers[name]);
  },

  unlisten() {
    for (const name of Object.keys(this.handlers || {})) this.engine.off(name, this.handlers[name]);
    this.handlers = {};
  },

  onRoomState(roomID, state, code) {
    if (roomID !== this.data.roomID || state !== 'DISCONNECTED' || !this.data.isIn) return;
    this.setData({ isIn: false, isOwn: false, userCount: '' });
    if (code) toast(explain({ code, message: '' }));
  },

  add(kind, user, content) {
    lastNumber += 1;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const entry = { number: lastNumber, kind, from: (user && (user.userName || user.userID)) || '', text };
    this.setData({ entries: [entry].concat(this.data.entries).slice(0, KEPT) });
  },
});
