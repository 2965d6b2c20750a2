// The `<rtc-room>` components of this page, page side: the server has the camera and the rules, the <video> elements are here.

import mpegts from 'mpegts.js';

/** Live, and close to it: what was lost is lost, what is late is caught up with. */
const PLAYER = {
  enableWorker: false,
  enableStashBuffer: false,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 1.5,
  liveBufferLatencyMinRemain: 0.4,
  autoCleanupSourceBuffer: true,
};
const COUNT_MS = 500;

mpegts.LoggingControl.enableAll = false;
// A player that was put away while its connection stood throws this when the connection breaks: nobody plays it any more.
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name === 'RuntimeException') event.preventDefault();
});

/**
 * @param {object} options
 * @param {(message: any) => void} options.send to the server
 * @param {(picture: {width: number, height: number, frames: number}) => void} [options.onPicture]
 * @param {(id: string) => void} [options.onRecord] the component wants what the page's own camera sees
 */
export function createRtc({ send, onPicture = () => {}, onRecord = () => {} }) {
  const components = new Map();
  let muted = true;
  const handlers = {
    event: ({ id, name, detail }) => components.get(id)?.events[name]?.({ detail }),
    preview: ({ id, url }) => components.get(id)?.local?.play(url),
    record: ({ id }) => onRecord(id),
    play({ id, viewer, url }) {
      const component = components.get(id);
      if (!component) return send({ type: 'ended', viewer });
      component.viewer = viewer;
      component.remote.play(url, () => send({ type: 'ended', viewer }));
    },
    stop({ viewer }) {
      for (const component of components.values()) if (component.viewer === viewer) component.remote.stop();
    },
  };
  setInterval(() => {
    for (const { viewer, remote } of components.values()) {
      if (viewer === undefined) continue;
      const { width, height, frames } = remote.picture;
      send({ type: 'frames', viewer, frames });
      onPicture({ width, height, frames });
    }
  }, COUNT_MS);
  return {
    /** As createPhone wants it; `source` 'recorder' for this page's own camera. */
    mount({ element, id, source, onRtmpEvent, onError, onRoomInfo, ...attributes }) {
      const component = {
        events: { onRtmpEvent, onError, onRoomInfo },
        remote: new Screen(element, 'ax-remote', () => muted),
        // Its own devices the page can show itself.
        local: source === 'recorder' ? undefined : new Screen(element, 'ax-local', () => true),
        viewer: undefined,
      };
      components.set(id, component);
      send({ type: 'mount', id, source, attributes: JSON.parse(JSON.stringify(attributes)) });
    },
    unmount(id) {
      const component = components.get(id);
      components.delete(id);
      component?.remote.dispose();
      component?.local?.dispose();
      onPicture({ width: 0, height: 0, frames: 0 });
      send({ type: 'unmount', id });
    },
    createRtcRoomContext(id) {
      const act = (method) => (argument) => send({ type: 'context', id, method, argument });
      return { stop: act('stop'), enableCamera: act('enableCamera'), mute: act('mute') };
    },
    /** Whether the sound of the others is heard. */
    setMuted(isMuted) {
      muted = isMuted;
      for (const { remote } of components.values()) remote.setMuted(isMuted);
    },
    /** Takes a message of the server; false if it is none of these. */
    receive(message) {
      if (!Object.hasOwn(handlers, message.type)) return false;
      handlers[message.type](message);
      return true;
    },
  };
}

/** A <video> that plays one live stream after the other, and keeps the last picture of one that broke. */
class Screen {
  #player;
  #still;

  constructor(element, className, isMuted) {
    const { ownerDocument: document } = element;
    this.video = element.appendChild(document.createElement('video'));
    Object.assign(this.video, { className, muted: isMuted(), autoplay: true, playsInline: true });
    this.#still = element.appendChild(document.createElement('canvas'));
    Object.assign(this.#still, { className: `${className} ax-ended`, hidden: true });
    this.video.addEventListener('playing', () => (this.#still.hidden = true));
  }

  get picture() {
    const { videoWidth: width, videoHeight: height } = this.video;
    return { width, height, frames: this.video.getVideoPlaybackQuality().totalVideoFrames };
  }

  play(url, onEnd = () => {}) {
    this.stop();
    const player = mpegts.createPlayer({ type: 'flv', isLive: true, url }, PLAYER);
    this.#player = player;
    // A player must not be destroyed from within its own events, but before another one takes the element.
    const end = () =>
      setTimeout(() => {
        if (this.#player !== player) return;
        this.stop();
        onEnd();
      });
    player.on(mpegts.Events.ERROR, end);
    player.on(mpegts.Events.LOADING_COMPLETE, end);
    player.attachMediaElement(this.video);
    player.load();
    // Refused where the browser wants a tap before it plays sound; the next tap on the sound button plays.
    Promise.resolve(player.play()).catch(() => {});
  }

  setMuted(isMuted) {
    this.video.muted = isMuted;
  }

  stop() {
    if (!this.#player) return;
    const player = this.#player;
    this.#player = undefined;
    this.#keepStill();
    player.destroy();
  }

  #keepStill() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || this.video.readyState < 2) return;
    Object.assign(this.#still, { width, height, hidden: false });
    this.#still.getContext('2d').drawImage(this.video, 0, 0);
  }

  dispose() {
    this.stop();
    this.video.remove();
    this.#still.remove();
  }
}
