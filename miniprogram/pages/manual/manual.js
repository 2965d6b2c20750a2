// A call without the helper: every step that RtcRoom does by itself stands here.

import { findObstacle, mrtcOf, openEngine, session, tokenSource, userOf } from '../../lib/engine';
import { CHECKS, loadSettings, saveSettings } from '../../lib/settings';
import { explain, sentence, texts, toast } from '../../lib/texts';

const JOIN_LIMIT = 20000;
/** States of streams, as the page names them. */
const PUBLISH = { NO_PUBLISH: 'none', PUBLISH_REQUESTING: 'requesting', PUBLISHING: 'publishing' };
const PLAY = { NO_PLAY: 'none', PLAY_REQUESTING: 'requesting', PLAYING: 'playing' };

Page({
  data: {
    t: {},
    roomID: '',
    problem: '',
    room: 'idle',
    publish: 'none',
    play: 'none',
    count: 0,
    camera: true,
    microphone: true,
    online: true,
    networkType: '',
    showRtcRoom: false,
    rtcRoomID: '',
    rtcRoom: { userId: '', signature: '', extraInfo: {} },
  },

  onLoad() {
    this.attempts = 0;
    // The engine follows the network by itself; this only shows it.
    this.onNetwork = ({ isConnected, networkAvailable, networkType }) =>
      this.setData({ online: isConnected !== false && networkAvailable !== false, networkType });
    my.getNetworkType({ success: this.onNetwork });
    my.onNetworkStatusChange(this.onNetwork);
    this.setData({ roomID: loadSettings().roomID });
    this.reset();
    const { platform } = my.getSystemInfoSync();
    this.isIOS = /^i(os|p)/i.test(platform);
    // On Android this downloads the component; until it is there nothing can be shown.
    my.call('prepareRTCResource', {}, ({ success }) => {
      if (!success) toast(texts().resource);
    });
  },

  onShow() {
    const t = texts();
    this.setData({ t });
    my.setNavigationBar({ title: t.manual });
  },

  onUnload() {
    my.offNetworkStatusChange(this.onNetwork);
    this.leave();
    this.isGone = true;
  },

  /** What is not on the screen. */
  reset() {
    this.pushStreamID = '';
    this.pullStreamID = '';
    this.waiting = []; // streams of others, the played one first
    this.urls = { push: '', pull: '' };
    this.renewing = new Set(); // streams for which the engine is getting another address
    this.isRenewed = false; // whether it did since the interruption
  },

  onRoomID(event) {
    const roomID = event.detail.value;
    const problem = CHECKS.roomID(roomID);
    this.setData({ roomID, problem: problem ? sentence({ field: 'roomID', problem }) : '' });
  },

  // 1. engine and handlers, 2. permissions, 3. room
  onJoin(event) {
    if (this.data.room !== 'idle') return; // a second tap
    const { roomID } = this.data;
    const { publish } = event.currentTarget.dataset;
    const settings = Object.assign(loadSettings(), { roomID });
    const obstacle = findObstacle(settings);
    if (obstacle) {
      toast(sentence(obstacle));
      return;
    }
    saveSettings({ roomID });
    this.settings = settings;
    this.engine = openEngine(settings);
    this.listen();
    this.setData({ room: 'joining' });
    this.attempts += 1;
    const attempt = this.attempts;
    this.deadline = setTimeout(() => this.giveUp(attempt, { code: 1198012 }), JOIN_LIMIT);
    this.enter(attempt, publish).catch((error) => this.giveUp(attempt, error));
  },

  /** The user may leave at every `await`, and even join again: then this attempt is over. */
  async enter(attempt, publish) {
    const isOver = () => this.isGone || this.data.room !== 'joining' || attempt !== this.attempts;
    const { engine, settings } = this;
    const { code } = await engine.checkSystemRequirements();
    if (code === 10002) my.openSetting();
    if (code !== 0) throw { code: code === 10001 ? 1198002 : 1198003 };
    if (isOver()) return;
    this.nextToken = tokenSource(settings);
    const token = await this.nextToken();
    if (isOver()) return;
    await engine.loginRoom(settings.roomID, token, userOf(settings), { userUpdate: true });
    if (isOver()) return;
    clearTimeout(this.deadline);
    this.setData({ room: 'connected' });
    if (publish) this.startPublish();
    this.playNext();
  },

  giveUp(attempt, error) {
    if (this.isGone || this.data.room === 'idle' || attempt !== this.attempts) return;
    this.leave();
    toast(explain(error));
  },

  // 4. the own stream
  startPublish() {
    if (this.pushStreamID) return; // a second tap
    const streamID = `${this.settings.userID.replace(/\W/g, '')}-${Date.now().toString(36)}`;
    this.pushStreamID = streamID;
    this.engine.startPublishingStream(streamID).then(
      ({ url }) => {
        if (this.pushStreamID !== streamID) return;
        this.urls.push = url;
        this.showRtcRoom();
      },
      (error) => {
        if (this.pushStreamID !== streamID) return;
        this.pushStreamID = '';
        this.setData({ publish: 'none' });
        toast(explain(error));
      },
    );
  },

  stopPublish() {
    if (!this.pushStreamID) return;
    this.engine.stopPublishingStream(this.pushStreamID);
    this.pushStreamID = '';
    this.urls.push = '';
    this.setData({ publish: 'none' });
    this.showRtcRoom();
  },

  // 5. the streams of others, one at a time
  playNext() {
    if (this.pullStreamID || !this.waiting.length || this.data.room !== 'connected') return;
    const streamID = this.waiting[0];
    this.pullStreamID = streamID;
    this.engine.startPlayingStream(streamID).then(
      ({ url }) => {
        if (this.pullStreamID !== streamID) return;
        this.urls.pull = url;
        this.showRtcRoom();
      },
      (error) => {
        if (this.pullStreamID !== streamID) return;
        this.skipStream();
        toast(explain(error));
      },
    );
  },

  stopPlay() {
    if (!this.pullStreamID) return;
    this.engine.stopPlayingStream(this.pullStreamID);
    this.pullStreamID = '';
    this.urls.pull = '';
    this.setData({ play: 'none' });
    this.showRtcRoom();
  },

  /** A stream that does not play lets the next one go first. */
  skipStream() {
    const failed = this.pullStreamID;
    this.stopPlay();
    this.setWaiting(this.waiting.filter((streamID) => streamID !== failed));
    this.playNext();
  },

  setWaiting(streamIDs) {
    this.waiting = streamIDs;
    this.setData({ count: streamIDs.length });
  },

  // 6. the component: its addresses count when it is created, so a change of them needs another one with another id
  showRtcRoom() {
    // A change during a change waits: the component would stay and not see the new address.
    this.isStale = true;
    if (this.isChanging || this.isGone) return;
    this.isChanging = true;
    this.isStale = false;
    this.setData({ showRtcRoom: false }, () => {
      if (this.context) this.context.stop();
      this.context = undefined;
      const { push, pull } = this.urls;
      if (!push && !pull) {
        this.endChange();
        return;
      }
      const { userId, signature, bizName, subBiz, serverUrl } = mrtcOf(this.settings);
      const rtcRoomID = `rtcroom-${Date.now()}`;
      const extraInfo = { bizName, subBiz, serverUrl, isAliPay: true, rtmpPushUrl: push, rtmpPullUrl: pull };
      this.setData({ rtcRoomID, showRtcRoom: true, rtcRoom: { userId, signature, extraInfo } }, () => {
        this.context = my.createRtcRoomContext(rtcRoomID);
        this.endChange();
      });
    });
  },

  endChange() {
    this.isChanging = false;
    if (this.isStale) this.showRtcRoom();
  },

  // 7. the engine hears every event of the component
  onRtmpEvent(event) {
    const { code } = event.detail;
    if (code === 3800 || code === 3801) this.engine.updatePlayerState(this.pushStreamID, event);
    if (code === 3802 || code === 3803) this.engine.updatePlayerState(this.pullStreamID, event);
    if (code === 3801) this.losePush();
    if (code === 3803) this.skipStream();
  },

  losePush() {
    this.pushStreamID = '';
    this.urls.push = '';
    this.showRtcRoom();
    toast(texts().publishFailed);
  },

  onRtcRoomError(event) {
    const { error, errorMessage } = event.detail;
    toast(explain({ message: `rtc-room: ${error} ${errorMessage}` }));
  },

  // 8. camera and microphone: by the context, and on iOS by another component as well
  onCamera() {
    const camera = !this.data.camera;
    this.setData({ camera });
    if (this.context) this.context.enableCamera({ enable: camera });
    if (this.isIOS && this.context) this.showRtcRoom();
  },

  onMicrophone() {
    const microphone = !this.data.microphone;
    this.setData({ microphone });
    if (this.context) this.context.mute({ muted: !microphone });
    if (this.isIOS && this.context) this.showRtcRoom();
  },

  // 9. the end
  onLeave() {
    this.leave();
  },

  leave() {
    clearTimeout(this.deadline);
    this.unlisten();
    if (this.data.room !== 'idle') {
      if (this.pullStreamID) this.engine.stopPlayingStream(this.pullStreamID);
      if (this.pushStreamID) this.engine.stopPublishingStream(this.pushStreamID);
      this.engine.logoutRoom(this.settings.roomID);
    }
    this.reset();
    session.roomID = '';
    session.streamID = '';
    this.setData({ room: 'idle', publish: 'none', play: 'none', count: 0 });
    this.showRtcRoom(); // without addresses: takes it off
    if (this.context) this.context.stop();
    this.context = undefined;
  },

  // --- what the engine says ----------------------------------------------------------------------------------------

  listen() {
    this.unlisten();
    this.handlers = {
      roomStateUpdate: (roomID, state, code) => this.onRoomState(state, code),
      roomStreamUpdate: (roomID, change, streams) => this.onStreams(change, streams),
      publisherStateUpdate: ({ streamID, state, errorCode }) => {
        if (streamID !== this.pushStreamID) return;
        this.setData({ publish: PUBLISH[state] });
        this.followRenewal(streamID, state === 'PUBLISH_REQUESTING' && this.urls.push);
        Object.assign(session, { streamID: state === 'PUBLISHING' ? streamID : '' });
        if (errorCode && errorCode !== 3801) toast(explain({ code: errorCode, message: texts().publishFailed }));
      },
      playerStateUpdate: ({ streamID, state }) => {
        if (streamID !== this.pullStreamID) return;
        this.setData({ play: PLAY[state] });
        this.followRenewal(streamID, state === 'PLAY_REQUESTING' && this.urls.pull);
      },
      streamUrlUpdate: (streamID, url) => this.onUrl(streamID, url),
      tokenWillExpire: (roomID) => this.renewToken(roomID),
    };
    for (const name of Object.keys(this.handlers)) this.engine.on(name, this.handlers[name]);
  },

  unlisten() {
    for (const name of Object.keys(this.handlers || {})) this.engine.off(name, this.handlers[name]);
    this.handlers = {};
  },

  onRoomState(state, code) {
    const { room } = this.data;
    if (room === 'idle' || room === 'joining') return;
    Object.assign(session, { engine: this.engine, roomID: state === 'CONNECTED' ? this.settings.roomID : '' });
    if (state === 'CONNECTING') {
      this.setData({ room: 'reconnecting' });
    } else if (state === 'CONNECTED') {
      this.setData({ room: 'connected' });
      this.restore();
    } else {
      this.leave();
      toast(explain({ code, message: '' }));
    }
  },

  renewToken(roomID) {
    this.nextToken().then(
      (token) => {
        if (this.data.room !== 'idle') this.engine.renewToken(token, roomID);
      },
      () => toast(texts().tokenNotRenewed),
    );
  },

  /** After an interruption: another component, with the addresses that the engine gets anew, or with the old ones. */
  restore() {
    this.renewing.clear();
    this.isRenewed = false;
    // Right after CONNECTED the engine says which streams get another address: their states change to requesting.
    setTimeout(() => {
      if (this.data.room !== 'connected') return;
      this.playNext();
      if (!this.isRenewed) this.showRtcRoom();
    }, 50);
  },

  followRenewal(streamID, begins) {
    if (begins) {
      this.renewing.add(streamID);
      this.isRenewed = true;
    } else {
      this.renewing.delete(streamID);
    }
  },

  onUrl(streamID, url) {
    if (streamID === this.pushStreamID) this.urls.push = url;
    else if (streamID === this.pullStreamID) this.urls.pull = url;
    else return;
    this.renewing.delete(streamID);
    // When both get another address, one component is enough.
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => this.showRtcRoom(), this.renewing.size ? 600 : 0);
  },

  onStreams(change, streams) {
    const ids = streams.map(({ streamID }) => streamID);
    if (change === 'DELETE') {
      const isPlayed = ids.indexOf(this.pullStreamID) >= 0;
      this.setWaiting(this.waiting.filter((streamID) => ids.indexOf(streamID) < 0));
      if (isPlayed) this.stopPlay();
    } else {
      this.setWaiting(this.waiting.concat(ids.filter((streamID) => this.waiting.indexOf(streamID) < 0)));
    }
    this.playNext();
  },
});
