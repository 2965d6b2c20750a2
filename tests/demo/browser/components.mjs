// The `<rtc-room>` components of one web page, server side: the camera is ffmpeg, which pushes from here, or what the page
// records; the viewer is a <video> in the page, which plays over HTTP-FLV. What is reported, and when, is the stand-in's of
// tests/media/rtc-room.mjs.

import { startCamera } from '../../media/camera.mjs';
import { ManagedProcess, ffmpeg } from '../../media/processes.mjs';
import { createRtcRoomHost } from '../../media/rtc-room.mjs';

/** One small size for every component: two cameras and four players share the machine with whoever looks on. */
const PHONE = { width: 360, height: 480, fps: 15 };
const WEBCAM = { width: 640, height: 360, fps: 15 };
/** Marks connections of previews, which are none of the protocol's. */
export const PREVIEW = 'preview';
const MEANING = { 3800: 'push started', 3801: 'push ended', 3802: 'play started', 3803: 'play ended' };

/**
 * @param {object} options
 * @param {import('../../media/media-server.mjs').MediaServer} options.mediaServer
 * @param {{name: string, hue: number, tone: number}} options.camera
 * @param {{rtmp: number, flv: number}} options.ports under which the page reaches the media server
 * @param {(message: any) => void} options.send to the page
 * @param {(kind: 'component', text: string) => void} options.tell the timeline
 */
export function createComponents({ mediaServer, camera, ports, send, tell }) {
  const viewers = new Map();
  const recorders = new Map();
  const contexts = new Map();
  const sources = new Map();
  const moved = (url) => Object.assign(new URL(url), { port: ports.rtmp }).href;
  const flv = (url, query) => {
    const { pathname, search } = new URL(url);
    return `http://127.0.0.1:${ports.flv}${pathname}.flv${query ?? search}`;
  };
  const host = createRtcRoomHost({
    mediaServer,
    camera,
    openCamera: ({ url, id, ...options }) => {
      if (sources.get(id) !== 'recorder') return startCamera({ ...options, ...PHONE, url: moved(url) });
      const recorder = new Recorder(moved(url), () => recorders.delete(id));
      recorders.set(id, recorder);
      send({ type: 'record', id });
      return recorder;
    },
    async openViewer({ url, id }) {
      const viewer = new PageViewer((number) => {
        viewers.delete(number);
        send({ type: 'stop', viewer: number });
      });
      viewers.set(viewer.number, viewer);
      send({ type: 'play', id, viewer: viewer.number, url: flv(url) });
      return viewer;
    },
  });

  /** `source` is 'recorder' where the page records its own camera. */
  function mount({ id, attributes, source }) {
    sources.set(id, source);
    const { rtmpPushUrl: push, rtmpPullUrl: pull } = attributes.extraInfo ?? {};
    const directions = [push && 'push', pull && 'pull'].filter(Boolean).join(' and ');
    tell('component', `<rtc-room id="${id}"> created with ${directions || 'no'} url`);
    host.mount({
      ...attributes,
      id,
      onRtmpEvent: (event) => {
        const { code } = event.detail;
        tell('component', `onRtmpEvent ${code} (${MEANING[code]})`);
        if (code === 3800) send({ type: 'preview', id, url: flv(push, `?${PREVIEW}=1`) });
        send({ type: 'event', id, name: 'onRtmpEvent', detail: event.detail });
      },
      onError: ({ detail }) => {
        tell('component', `onError ${detail.error}: ${detail.errorMessage}`);
        send({ type: 'event', id, name: 'onError', detail });
      },
    });
  }

  const handlers = {
    mount,
    unmount({ id }) {
      tell('component', `<rtc-room id="${id}"> removed`);
      contexts.delete(id);
      sources.delete(id);
      host.unmount(id);
    },
    context({ id, method, argument }) {
      if (!['stop', 'enableCamera', 'mute'].includes(method)) return;
      tell('component', `context.${method}(${argument ? JSON.stringify(argument) : ''})`);
      if (!contexts.has(id)) contexts.set(id, host.createRtcRoomContext(id));
      contexts.get(id)[method](argument);
    },
    frames: ({ viewer, frames }) => viewers.get(viewer)?.count(frames),
    ended: ({ viewer }) => viewers.get(viewer)?.end(),
  };

  return {
    /** Takes a message of the page; false if it is none of these. */
    receive(message) {
      if (!Object.hasOwn(handlers, message.type)) return false;
      handlers[message.type](message);
      return true;
    },
    /** Takes a piece of what the page records; `bytes` begin with the length of the component's id, and the id. */
    receiveBytes(bytes) {
      const length = bytes[0];
      recorders.get(bytes.toString('utf8', 1, 1 + length))?.write(bytes.subarray(1 + length));
    },
    /** The page is gone, or all is over. */
    close: () => host.close(),
  };
}

let lastViewer = 0;

/** A <video> in the page, with the surface of tests/media/viewer.mjs. */
class PageViewer {
  #stop;
  #end;

  constructor(stop) {
    lastViewer += 1;
    this.number = lastViewer;
    this.frames = 0;
    this.exited = new Promise((resolve) => (this.#end = resolve));
    this.#stop = stop;
  }

  count(frames) {
    if (Number.isSafeInteger(frames)) this.frames = frames;
  }

  /** The page says that the stream ended or cannot be played. */
  end() {
    this.#end({ code: 0, signal: null, errors: '' });
  }

  async stop() {
    this.#stop(this.number);
    this.end();
  }

  dispose() {
    return this.stop();
  }
}

/** Camera and microphone of the page: what its MediaRecorder gives, made H.264 and AAC, and pushed. */
class Recorder {
  #process;

  constructor(url, onEnd) {
    const { width, height, fps } = WEBCAM;
    const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,fps=${fps}`;
    this.#process = new ManagedProcess(ffmpeg(), [
      ...['-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer'],
      // Little is enough to know what it is, and time is what the other side waits for.
      ...['-probesize', '32k', '-analyzeduration', '200000', '-f', 'webm', '-i', 'pipe:0'],
      ...['-vf', fit, '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
      ...['-pix_fmt', 'yuv420p', '-b:v', '600k', '-g', String(fps), '-threads', '1'],
      ...['-c:a', 'aac', '-b:a', '64k', '-ar', '44100', '-ac', '1', '-f', 'flv', url],
    ]);
    this.frames = 0;
    this.exited = this.#process.exited.then((end) => ({ ...end, errors: this.#process.errors.trim() }));
    this.exited.then(onEnd);
  }

  write(bytes) {
    this.#process.write(bytes);
  }

  // The page switches its own tracks.
  enableVideo() {}

  mute() {}

  async stop() {
    this.#process.endInput(); // ffmpeg hears no signal while it waits for more
    await this.#process.stop();
  }
}
