// The record of a call for people: one line per call, answer, frame, callback and media event, in the order of time.

/** Lines wait this long for earlier ones that arrive later (frames are fetched from the server), in ms. */
const SETTLE_MS = 400;
const MAX_TEXT = 150;
const COLOURS = { call: 36, answer: 36, frames: 90, callback: 32, component: 35, media: 33, failure: 31, person: 34 };

/** Collects lines and writes them, sorted by time, as the call goes on. */
export class Timeline {
  #write;
  #onLine;
  #colour;
  #pending = [];
  #timer;
  #sequence = 0;

  /**
   * @param {object} [options]
   * @param {(line: string) => void} [options.write] called with each line
   * @param {(line: object) => void} [options.onLine] called with each line as an object, at the same time
   * @param {boolean} [options.colour=false]
   */
  constructor({ write = () => {}, onLine = () => {}, colour = false } = {}) {
    this.#write = write;
    this.#onLine = onLine;
    this.#colour = colour;
    /** Wall-clock time of 0. */
    this.start = Date.now();
    /** Every line so far: `{t, who, kind, text}`, `t` in ms. */
    this.lines = [];
  }

  /** ms since the start */
  get now() {
    return Date.now() - this.start;
  }

  /**
   * Adds a line.
   * @param {string} who
   * @param {'call'|'answer'|'frames'|'callback'|'component'|'media'|'failure'|'person'} kind
   * @param {string} text
   * @param {number} [t] when it happened
   */
  add(who, kind, text, t = this.now) {
    const line = { t: Math.max(0, Math.round(t)), who, kind, text: shorten(text), sequence: (this.#sequence += 1) };
    this.lines.push(line);
    this.#pending.push(line);
    this.#timer ??= setInterval(() => this.#flush(this.now - SETTLE_MS), 100).unref();
  }

  /** Adds a line for a call, makes it, and adds its answer. Tokens are not shown. */
  call(who, name, args, make = () => undefined) {
    const shown = name === 'loginRoom' ? args.with(1, new Hidden()) : args;
    const at = this.now;
    this.add(who, 'call', `${name}(${shown.map(show).join(', ')})`);
    const result = make();
    if (typeof result?.then !== 'function') return result;
    return result.then(
      (value) => {
        this.add(who, 'answer', `${name} -> ${show(value)}, ${this.now - at} ms`);
        return value;
      },
      (error) => {
        this.add(who, 'failure', `${name} failed: ${show(plainError(error))}, ${this.now - at} ms`);
        throw new Error(`${name} of ${who} failed: ${show(plainError(error))}`);
      },
    );
  }

  /** Writes what is left. */
  end() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#flush(Infinity);
  }

  /** Everything as text, in order. */
  get text() {
    return [...this.lines]
      .sort(inOrder)
      .map((line) => `${format(line, false)}\n`)
      .join('');
  }

  #flush(before) {
    this.#pending.sort(inOrder);
    while (this.#pending.length > 0 && !(this.#pending[0].t > before)) {
      const line = this.#pending.shift();
      this.#write(format(line, this.#colour));
      this.#onLine(line);
    }
  }
}

/** A value as it is shown: short JSON. */
export function show(value) {
  if (value === undefined) return 'undefined';
  if (value instanceof Hidden) return '(token)';
  return shorten(JSON.stringify(value));
}

class Hidden {}

const inOrder = (a, b) => a.t - b.t || a.sequence - b.sequence;

function format({ t, who, kind, text }, colour) {
  const paint = (code, part) => (colour ? `\x1b[${code}m${part}\x1b[0m` : part);
  return `${String(t).padStart(6)}  ${paint(1, who.padEnd(6))}  ${paint(COLOURS[kind], `${kind.padEnd(9)}  ${text}`)}`;
}

function shorten(text) {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
}

function plainError(error) {
  const { code, errorCode, msg, message, extendedData } = error ?? {};
  return Object.fromEntries(
    Object.entries({ code: code ?? errorCode, message: msg ?? message, extendedData }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
