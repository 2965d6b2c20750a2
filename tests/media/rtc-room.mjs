// A stand-in for the host's native <rtc-room> component, with real media: it pushes the test camera to the push url
// and plays the pull url, and reports what the RTMP server says about both.
//
// Modelled on what is documented of the component:
// - extraInfo.rtmpPushUrl and rtmpPullUrl count only when the component is created; later changes do nothing;
// - onRtmpEvent carries detail.code 3800/3801 for the push and 3802/3803 for the play (success/failure);
// - the context from createRtcRoomContext(id) has stop, enableCamera({enable}) and mute({muted}).

import { RESOLUTIONS, startCamera } from './camera.mjs';
import { startViewer } from './viewer.mjs';

/** Codes of onRtmpEvent. */
export const RTMP = { PUSHED: 3800, PUSH_FAILED: 3801, PLAYED: 3802, PLAY_FAILED: 3803 };

/** How long a play may take to deliver media before it has failed, in ms. */
const PLAY_LIMIT_MS = 10_000;
/**
 * How long a stream that ended may take to come back before its play has failed, in ms. The remote component pauses its
 * push whenever it is created again; without this, one phone's new component would end the other's play, whose new
 * component would end the first one's, and so on.
 */
const PAUSE_LIMIT_MS = 3_000;

/**
 * The part of a phone that shows components: one per user.
 * @param {object} options
 * @param {import('./media-server.mjs').MediaServer} options.mediaServer the server both urls lead to
 * @param {object} [options.camera] `name`, `hue` and `tone` of this phone's camera
 * @param {number} [options.playLimit] ms for a play to deliver media, 10 s by default
 * @param {number} [options.pauseLimit] ms for a stream that ended to come back, 3 s by default
 * @param {(options: any) => any} [options.openCamera] what pushes, with the surface of a Camera; `id` is the component's
 * @param {(options: {url: string, id: string}) => any} [options.openViewer] what plays, with the surface of a Viewer
 */
export function createRtcRoomHost({
  mediaServer,
  camera = {},
  playLimit = PLAY_LIMIT_MS,
  pauseLimit = PAUSE_LIMIT_MS,
  openCamera = startCamera,
  openViewer = startViewer,
}) {
  const rooms = new Map();
  let idle = Promise.resolve();
  return {
    /**
     * Creates a component, as rendering `<rtc-room id=... />` does.
     * @param {object} attributes as documented: id, extraInfo, 'enable-camera', mute, fps, resolution, onRtmpEvent, onError
     * @returns {RtcRoom}
     */
    mount(attributes) {
      const room = new RtcRoom(attributes, { mediaServer, camera, playLimit, pauseLimit, openCamera, openViewer });
      rooms.set(room.id, room);
      // The phone has one camera: a new component gets it when the old one has let it go.
      idle = idle.then(() => room.start());
      return room;
    },
    /** Removes a component, as a false `a:if` does: it stops and reports nothing any more. */
    unmount(id) {
      const room = rooms.get(id);
      rooms.delete(id);
      room?.silence();
      const stopped = idle.then(() => room?.stop());
      idle = stopped;
      return stopped;
    },
    /** What my.createRtcRoomContext returns. */
    createRtcRoomContext(id) {
      const call =
        (action) =>
        ({ success, fail, complete, ...args } = {}) => {
          const room = rooms.get(id);
          if (room === undefined) fail?.({ error: 2, errorMessage: `no rtc-room ${id}` });
          else Promise.resolve(action(room, args)).then(success);
          complete?.({});
        };
      return {
        stop: call((room) => room.stop()),
        enableCamera: call((room, { enable }) => room.enableCamera(enable)),
        mute: call((room, { muted }) => room.mute(muted)),
      };
    },
    /** Removes every component and waits until its processes have ended. */
    async close() {
      await Promise.all([...rooms.keys()].map((id) => this.unmount(id)));
      await idle;
    },
  };
}

/** One component; made by `mount`. */
export class RtcRoom {
  #attributes;
  #host;
  #silent = false;
  #stopped = false;
  #wanted;
  #endings = [];
  #camera;
  #viewers = [];

  constructor(attributes, host) {
    this.#attributes = attributes;
    this.#host = host;
    this.id = attributes.id;
    const { rtmpPushUrl: push, rtmpPullUrl: pull } = attributes.extraInfo ?? {};
    /** The urls in force: those of the creation. */
    this.urls = Object.freeze({ push: push || undefined, pull: pull || undefined });
    /** Codes reported until now. @type {number[]} */
    this.codes = [];
    this.#wanted = { video: attributes['enable-camera'] !== false, muted: attributes.mute === true };
  }

  /** The running camera, if any. */
  get camera() {
    return this.#camera;
  }

  /** The present viewer, if any; what it received can be asked for until the component stops. */
  get viewer() {
    return this.#viewers.at(-1);
  }

  /** Pictures received until now. */
  get frames() {
    return this.#viewers.reduce((sum, { frames }) => sum + frames, 0);
  }

  /** What setData does: camera and microphone follow; other urls have no effect. */
  setAttributes(patch) {
    this.#attributes = { ...this.#attributes, ...patch, extraInfo: this.#attributes.extraInfo };
    if ('enable-camera' in patch) this.enableCamera(patch['enable-camera']);
    if ('mute' in patch) this.mute(patch.mute);
  }

  enableCamera(enable) {
    this.#wanted.video = enable;
    this.camera?.enableVideo(enable);
  }

  mute(muted) {
    this.#wanted.muted = muted;
    this.camera?.mute(muted);
  }

  /** Begins to push and play; called by the host. */
  async start() {
    if (this.#stopped) return;
    try {
      if (this.urls.push) this.#startPush(this.urls.push);
      if (this.urls.pull) await this.#startPlay(this.urls.pull);
    } catch (error) {
      this.#attributes.onError?.({ type: 'error', detail: { error: -1, errorMessage: error.message } });
      if (this.urls.push && !this.camera) this.#report(RTMP.PUSH_FAILED);
      if (this.urls.pull && !this.viewer) this.#report(RTMP.PLAY_FAILED);
    }
  }

  /** Ends push and play. Their ends are reported as 3801 and 3803, if they ran. */
  async stop() {
    this.#stopped = true;
    await Promise.all([this.camera?.stop(), this.viewer?.stop()]);
    await Promise.all(this.#endings);
    await Promise.all(this.#viewers.map((viewer) => viewer.dispose()));
    this.#camera = undefined;
    this.#viewers = [];
  }

  /** Reports nothing from now on. */
  silence() {
    this.#silent = true;
  }

  #startPush(url) {
    const { width, height } = RESOLUTIONS[this.#attributes.resolution ?? 0] ?? RESOLUTIONS[0];
    const camera = this.#host.openCamera({
      url,
      id: this.id,
      name: this.id,
      ...this.#host.camera,
      width,
      height,
      fps: this.#attributes.fps ?? 15,
      ...this.#wanted,
    });
    this.#camera = camera;
    const push = follow(
      this.#host.mediaServer,
      url,
      { started: 'publish', refused: 'publishRefused', ended: 'publishEnd' },
      camera,
    );
    push.started.then((started) => started && this.#report(RTMP.PUSHED));
    this.#endings.push(push.ended.then(() => this.#report(RTMP.PUSH_FAILED)));
  }

  async #startPlay(url) {
    this.#viewers = [await this.#host.openViewer({ url, id: this.id })];
    this.#endings.push(this.#watch(url));
  }

  /** Plays until the stream is away for too long or the component stops. */
  async #watch(url) {
    let limit = this.#host.playLimit;
    for (let round = 0; ; round += 1) {
      const viewer = this.#viewers.at(-1);
      const timer = setTimeout(() => viewer.stop(), limit);
      const play = follow(this.#host.mediaServer, url, { started: 'play', ended: 'playEnd' }, viewer);
      const started = await play.started;
      clearTimeout(timer);
      if (started && round === 0) this.#report(RTMP.PLAYED);
      await play.ended;
      if (this.#stopped || !started) break;
      limit = this.#host.pauseLimit;
      const next = await this.#host.openViewer({ url, id: this.id });
      if (this.#stopped) {
        await next.dispose();
        break;
      }
      this.#viewers.push(next);
    }
    this.#report(RTMP.PLAY_FAILED);
  }

  #report(code) {
    if (this.#silent) return;
    this.codes.push(code);
    this.#attributes.onRtmpEvent?.({ type: 'rtmpEvent', timeStamp: Date.now(), detail: { code } });
  }
}

/**
 * What the server says about the connection that `program` (a camera or viewer) makes for `url`: `started` resolves with
 * true when it was accepted and false when it was not; `ended` resolves when it has gone, and the program with it.
 */
function follow(mediaServer, url, names, program) {
  const own = matcher(url);
  const listeners = [];
  const listen = (name, listener) => {
    if (name === undefined) return;
    mediaServer.on(name, listener);
    listeners.push([name, listener]);
  };
  let connection;
  let begin;
  const started = new Promise((resolve) => (begin = resolve));
  const over = new Promise((resolve) => {
    listen(names.started, (event) => {
      if (connection !== undefined || !own(event)) return;
      connection = event.id;
      begin(true);
    });
    listen(names.refused, (event) => connection === undefined && own(event) && resolve());
    listen(names.ended, (event) => event.id === connection && resolve());
    program.exited.then(resolve);
  });
  const ended = over.then(async () => {
    begin(false);
    for (const [name, listener] of listeners) mediaServer.off(name, listener);
    await program.stop();
  });
  return { started, ended };
}

/** Tells the server's events about `url` from those about other connections: same path, same query. */
function matcher(url) {
  const { pathname, searchParams } = new URL(url);
  const [, app, ...stream] = decodeURIComponent(pathname).split('/');
  const query = queryText(searchParams);
  return (event) =>
    event.app === app && event.stream === stream.join('/') && queryText(Object.entries(event.args)) === query;
}

function queryText(entries) {
  return new URLSearchParams([...entries]).toString();
}
