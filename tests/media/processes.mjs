// Child processes that never outlive us.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** How to get what is missing, for people. */
const INSTALL =
  'install it with "apt-get install ffmpeg fonts-dejavu-core" (Debian, Ubuntu) or "brew install ffmpeg" (macOS)';
const STOP_LIMIT_MS = 2000;
const FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/TTF/DejaVuSansMono-Bold.ttf',
  '/System/Library/Fonts/Menlo.ttc',
];
const children = new Set();
const answers = new Map();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/**
 * Kills `child` when this process exits by itself; after SIGKILL of this process the media server notices, goes, and
 * takes its RTMP clients with it.
 * @returns {() => void} to call when the child has ended
 */
export function killOnExit(child) {
  children.add(child);
  return () => children.delete(child);
}

/**
 * Why media cannot be made on this machine, in one sentence, or undefined if it can.
 * FFMPEG and FFPROBE name other programs than those of the PATH, MEDIA_FONT another font.
 */
export function mediaProblem() {
  for (const program of [ffmpeg(), ffprobe()]) if (!runs(program)) return `${program} cannot be run: ${INSTALL}`;
  if (font() === undefined) return `no font for the test picture was found: ${INSTALL}, or name one in MEDIA_FONT`;
  return undefined;
}

/** Asked once per program: starting one blocks this process. */
function runs(program) {
  if (!answers.has(program)) answers.set(program, spawnSync(program, ['-version'], { stdio: 'ignore' }).status === 0);
  return answers.get(program);
}

/** @throws with the sentence of {@link mediaProblem} */
export function requireMedia() {
  const problem = mediaProblem();
  if (problem !== undefined) throw new Error(problem);
}

/**
 * For `test(name, media(), fn)`: skips with the reason where media cannot be made, except in CI, where the tests run
 * and fail with it.
 */
export function media(options = {}) {
  const problem = process.env.CI ? undefined : mediaProblem();
  return problem === undefined ? options : { ...options, skip: `NO MEDIA TESTED: ${problem}` };
}

/** The ffmpeg program. */
export const ffmpeg = () => process.env.FFMPEG ?? 'ffmpeg';
/** The ffprobe program. */
export const ffprobe = () => process.env.FFPROBE ?? 'ffprobe';
/** The font file for burnt-in text, or undefined. */
export const font = () => [process.env.MEDIA_FONT, ...FONTS].find((path) => path && existsSync(path));

/**
 * Runs a program to its end.
 * @returns {Promise<string>} its standard output
 * @throws when it fails, with the end of its error output, or runs longer than `limit` ms
 */
export async function run(program, args, { limit = 20_000 } = {}) {
  const child = new ManagedProcess(program, args);
  let stdout = '';
  child.onStdout = (text) => (stdout += text);
  const timer = setTimeout(() => child.kill(), limit);
  const { code, signal } = await child.exited;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${program} ended with ${signal ?? code}: ${child.errors.trim()}`);
  return stdout;
}

/** A program that runs in the background. */
export class ManagedProcess {
  #child;
  #errors = '';

  constructor(program, args) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const forget = killOnExit(this.#child);
    /** Called with pieces of standard output. */
    this.onStdout = () => {};
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text) => this.onStdout(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#errors = (this.#errors + text).slice(-4000)));
    /** Resolves, never rejects, when the program has ended. @type {Promise<{code: number|null, signal: string|null}>} */
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', (error) => {
        this.#errors += error.code === 'ENOENT' ? `${program} is missing: ${INSTALL}` : error.message;
        resolve({ code: null, signal: null });
      });
    }).then((end) => {
      forget();
      this.ended = true;
      return end;
    });
    this.ended = false;
  }

  get pid() {
    return this.#child.pid;
  }

  /** The end of what it wrote to standard error. */
  get errors() {
    return this.#errors;
  }

  /** Writes to its standard input. */
  write(text) {
    if (!this.ended) this.#child.stdin.write(text);
  }

  /** Its standard input ends here. */
  endInput() {
    this.#child.stdin.end();
  }

  kill() {
    this.#child.kill('SIGKILL');
  }

  /** Asks it to end, makes it end after 2 s, and waits. */
  async stop() {
    if (!this.ended) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), STOP_LIMIT_MS);
    const end = await this.exited;
    clearTimeout(timer);
    return end;
  }
}
