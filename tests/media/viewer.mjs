// The viewer: plays a stream over one connection and keeps what it received, so that what it tells (format, number of
// pictures, a picture) is about exactly the media it was sent.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedProcess, ffmpeg, ffprobe, requireMedia, run } from './processes.mjs';
import { countFrames } from './progress.mjs';

/**
 * Starts to play `url` (RTMP or HTTP-FLV).
 * @returns {Promise<Viewer>} at once: whether media comes is seen from `frames` and `exited`
 * @throws when ffmpeg is missing, saying what to install
 */
export async function startViewer({ url }) {
  requireMedia();
  return new Viewer(url, await mkdtemp(join(tmpdir(), 'viewer-')));
}

/** A running viewer; see {@link startViewer}. */
export class Viewer {
  #process;
  #folder;
  #file;

  constructor(url, folder) {
    this.#folder = folder;
    this.#file = join(folder, 'received.flv');
    this.#process = new ManagedProcess(ffmpeg(), [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.2'],
      ...['-analyzeduration', '1000000', '-i', url, '-c', 'copy', '-flush_packets', '1', '-f', 'flv', this.#file],
    ]);
    /** Pictures received until now. */
    this.frames = 0;
    countFrames(this.#process, (frames) => (this.frames = frames));
  }

  get pid() {
    return this.#process.pid;
  }

  /** Resolves when the viewer has ended, asked or because the stream did; `errors` is ffmpeg's text. */
  get exited() {
    return this.#process.exited.then((end) => ({ ...end, errors: this.#process.errors.trim() }));
  }

  /**
   * What was received until now, as ffprobe sees it.
   * @returns {Promise<{video?: {codec: string, profile: string, width: number, height: number, fps: number},
   *   audio?: {codec: string, sampleRate: number, channels: number}, frames: number, bytes: number}>}
   */
  async probe() {
    const text = await run(ffprobe(), ['-v', 'error', '-count_packets', '-show_streams', '-of', 'json', this.#file]);
    const { streams } = JSON.parse(text);
    const video = streams.find(({ codec_type }) => codec_type === 'video');
    const audio = streams.find(({ codec_type }) => codec_type === 'audio');
    return {
      ...(video && {
        video: {
          codec: video.codec_name,
          profile: video.profile,
          width: video.width,
          height: video.height,
          fps: fraction(video.avg_frame_rate),
        },
      }),
      ...(audio && {
        audio: { codec: audio.codec_name, sampleRate: Number(audio.sample_rate), channels: audio.channels },
      }),
      frames: Number(video?.nb_read_packets ?? 0),
      bytes: (await stat(this.#file)).size,
    };
  }

  /** Writes the newest key picture received to a PNG file. */
  async snapshot(file) {
    await run(ffmpeg(), [
      '-v',
      'error',
      '-y',
      '-skip_frame',
      'nokey',
      '-i',
      this.#file,
      '-vsync',
      'passthrough',
      '-update',
      '1',
      file,
    ]);
    return file;
  }

  /**
   * Loudness of what was received since `seconds` before its end, in dB of full scale (mean): silence is below -80.
   */
  async loudness({ seconds = 1 } = {}) {
    const end = Number(
      await run(ffprobe(), [
        '-v',
        'error',
        '-select_streams',
        'a',
        '-show_entries',
        'packet=pts_time',
        '-of',
        'csv=p=0',
        this.#file,
      ]).then(lastLine),
    );
    const filter = `atrim=start=${end - seconds},volumedetect`;
    const child = new ManagedProcess(ffmpeg(), [
      '-nostats',
      '-copyts',
      '-i',
      this.#file,
      '-vn',
      '-af',
      filter,
      '-f',
      'null',
      '-',
    ]);
    await child.exited;
    return Number(/mean_volume: (-?[\d.]+|-inf) dB/.exec(child.errors)?.[1].replace('inf', 'Infinity'));
  }

  /** Ends it; what was received can still be asked for until {@link dispose}. */
  async stop() {
    await this.#process.stop();
  }

  /** Ends it and deletes what it received. */
  async dispose() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Puts two pictures beside one another, scaled to the same height. */
export async function sideBySide(left, right, out, { height = 360, gap = 12 } = {}) {
  const half = (index, pad) => `[${index}]scale=-2:${height},pad=iw+${pad}:ih[p${index}]`;
  const graph = `${half(0, gap)};${half(1, 0)};[p0][p1]hstack`;
  await run(ffmpeg(), ['-v', 'error', '-y', '-i', left, '-i', right, '-filter_complex', graph, '-frames:v', '1', out]);
  return out;
}

function fraction(text) {
  const [top, bottom] = text.split('/').map(Number);
  return bottom ? Math.round((100 * top) / bottom) / 100 : 0;
}

const lastLine = (text) => text.trim().split('\n').at(-1);
