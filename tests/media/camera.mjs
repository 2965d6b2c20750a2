// The test camera: a moving picture with a name and a clock burnt in, and a tone, pushed in real time.

import { ManagedProcess, ffmpeg, font, requireMedia } from './processes.mjs';
import { countFrames } from './progress.mjs';

/** What the component calls `resolution`: 0, 1 and 2. */
export const RESOLUTIONS = [
  { width: 640, height: 360 },
  { width: 960, height: 540 },
  { width: 1280, height: 720 },
];

/**
 * Starts to push to `url`: H.264 baseline and AAC in FLV over RTMP.
 * @param {object} options
 * @param {string} options.url rtmp://host:port/app/stream?query
 * @param {string} options.name text in the picture
 * @param {number} [options.width=640]
 * @param {number} [options.height=360]
 * @param {number} [options.fps=15]
 * @param {number} [options.hue=0] turns the colours, in degrees, to tell two cameras apart
 * @param {number} [options.tone=440] in Hz
 * @param {boolean} [options.video=true] false: a black picture
 * @param {boolean} [options.muted=false]
 * @throws when ffmpeg or the font is missing, saying what to install
 */
export function startCamera(options) {
  requireMedia();
  return new Camera(options);
}

/** A running camera; see {@link startCamera}. */
export class Camera {
  #process;

  constructor({ url, name, width = 640, height = 360, fps = 15, hue = 0, tone = 440, video = true, muted = false }) {
    const size = Math.round(Math.min(height / 9, width / 16));
    const text = (value, y, more = '') =>
      `drawtext=fontfile=${escape(font())}:text=${escape(value)}:${more}fontsize=${size}:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=8:x=(w-text_w)/2:y=${y}`;
    const picture = [
      `hue=h=${hue}`,
      text(name, 'h*0.12', 'expansion=none:'),
      text('%{localtime:%T}  %{pts:hms}', 'h*0.72'),
      `drawbox@shutter=color=black:t=fill:enable=${video ? 0 : 1}`,
    ].join(',');
    this.#process = new ManagedProcess(ffmpeg(), [
      ...['-hide_banner', '-loglevel', 'error', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.2'],
      ...['-re', '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}`],
      ...['-re', '-f', 'lavfi', '-i', `sine=frequency=${tone}:sample_rate=44100`],
      ...['-vf', picture, '-af', `volume@gain=${muted ? 0 : 1}`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
      ...['-pix_fmt', 'yuv420p', '-b:v', '600k', '-g', String(fps), '-threads', '1'],
      ...['-c:a', 'aac', '-b:a', '64k', '-ac', '1', '-f', 'flv', url],
    ]);
    /** Pictures pushed until now. */
    this.frames = 0;
    countFrames(this.#process, (frames) => (this.frames = frames));
  }

  get pid() {
    return this.#process.pid;
  }

  /** Resolves when the camera has ended: `errors` says why if it was not asked to. */
  get exited() {
    return this.#process.exited.then((end) => ({ ...end, errors: this.#process.errors.trim() }));
  }

  /** Shows the picture, or black. */
  enableVideo(enable) {
    this.#command('drawbox@shutter', 'enable', enable ? 0 : 1);
  }

  /** Sends the tone, or silence. */
  mute(muted) {
    this.#command('volume@gain', 'volume', muted ? 0 : 1);
  }

  async stop() {
    await this.#process.stop();
  }

  #command(filter, name, value) {
    this.#process.write(`c${filter} -1 ${name} ${value}\n`);
  }
}

/** Escapes a value once for the filter's options and once for the filter graph. */
function escape(value) {
  return value.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}
