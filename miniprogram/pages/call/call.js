import { RtcRoom } from '../../pkg/index';
import { findObstacle, mrtcOf, openEngine, session, tokenSource, userOf } from '../../lib/engine';
import { CHECKS, loadSettings, saveSettings } from '../../lib/settings';
import { explain, sentence, texts, toast } from '../../lib/texts';

/** What the user did themselves needs no toast. */
const LEFT = 1198005;

Page({
  data: {
    t: {},
    roomID: '',
    problem: '',
    // Both are kept up to date by RtcRoom; until it is there the page shows these.
    rtcRoom: { shown: false },
    call: {
      room: 'idle',
      publish: 'none',
      play: 'none',
      camera: true,
      microphone: true,
      peerCamera: true,
      peerMicrophone: true,
      streams: [],
      online: true,
      networkType: '',
    },
  },

  onLoad() {
    this.setData({ roomID: loadSettings().roomID });
  },

  onShow() {
    const t = texts();
    this.setData({ t });
    my.setNavigationBar({ title: t.call });
  },

  onUnload() {
    if (this.room) this.room.destroy();
    session.roomID = '';
    session.streamID = '';
  },

  /** The room helper for the settings as they are now. */
  openRoom(settings) {
    const engine = openEngine(settings);
    const { camera, microphone } = this.data.call;
    if (this.room) this.room.destroy();
    this.room = new RtcRoom(this, engine, {
      user: userOf(settings),
      token: tokenSource(settings),
      mrtc: mrtcOf(settings),
      camera,
      microphone,
      onError: (error) => toast(explain(error)),
      onChange: ({ room, roomID, streamID, publish }) => {
        session.engine = engine;
        session.roomID = room === 'connected' ? roomID : '';
        session.streamID = publish === 'publishing' ? streamID : '';
      },
    });
    return this.room;
  },

  onRoomID(event) {
    const roomID = event.detail.value;
    const problem = CHECKS.roomID(roomID);
    this.setData({ roomID, problem: problem ? sentence({ field: 'roomID', problem }) : '' });
  },

  onJoin(event) {
    if (this.room && this.room.state.room !== 'idle') return; // a second tap
    const { publish } = event.currentTarget.dataset;
    const { roomID } = this.data;
    const settings = Object.assign(loadSettings(), { roomID });
    const obstacle = findObstacle(settings);
    if (obstacle) {
      toast(sentence(obstacle));
      return;
    }
    saveSettings({ roomID });
    this.attempt(this.openRoom(settings).join(roomID, { publish }));
  },

  onPublish() {
    this.attempt(this.room.startPublishing());
  },

  onStopPublish() {
    this.room.stopPublishing();
  },

  onPlay() {
    this.attempt(this.room.startPlaying());
  },

  onStopPlay() {
    this.room.stopPlaying();
  },

  onCamera() {
    this.room.setCamera(!this.data.call.camera);
  },

  onMicrophone() {
    this.room.setMicrophone(!this.data.call.microphone);
  },

  onMessages() {
    my.navigateTo({ url: '/pages/message/message' });
  },

  onLeave() {
    if (this.room) this.room.leave();
  },

  attempt(promise) {
    promise.catch((error) => {
      if (error.code !== LEFT) toast(explain(error));
    });
  },
});
