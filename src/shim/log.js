'use strict';

/** Weights of the levels, as the vendor's log service numbers them. @type {Record<string, number>} */
const LEVELS = { debug: 0, info: 1, warn: 2, error: 3, report: 99, disable: 100 };
/** Tokens that lines are searched for: the newest ones. Shorter ones could be any word. */
const MAX_SECRETS = 8;
const MIN_SECRET = 8;
/** What looks like a token, and what follows the address of a stream or stands in `streamParams`. */
const SECRET = /\b0[34][\w+/]{60,}=*|\bzg_[a-z]+=[^\s&"']*|(rtmp:[^\s?"']*)\?[^\s"']*/g;

/**
 * Where the lines of one engine go: to the console or the application's sink, and, only if the application names a `logURL`, there.
 * No line holds a token, an address's parameters, or what users write.
 */
class Log {
  /**
   * @param {Function | undefined} sink
   * @param {(url: string) => {add(weight: number, line: string): void, close(): void}} upload begins to send lines to an address
   */
  constructor(sink, upload) {
    this.sink = sink;
    this.upload = upload;
    this.level = LEVELS.info;
    this.remoteLevel = LEVELS.info;
    this.isVerbose = false;
    this.url = '';
    /** @type {ReturnType<typeof upload> | undefined} */
    this.remote = undefined;
    /** @type {string[]} */
    this.secrets = [];
  }

  /** See `setLogConfig` in index.d.ts. @param {any} config a plain copy @returns {boolean} */
  configure(config) {
    const { logLevel, remoteLogLevel, logURL } = config || {};
    const isLevel = (/** @type {any} */ level) => level === undefined || Object.keys(LEVELS).indexOf(level) >= 0;
    const isURL = logURL === undefined || (typeof logURL === 'string' && /^(https?:\/\/\S+)?$/.test(logURL));
    const isObject = config && typeof config === 'object' && !config.$type;
    if (!isObject || !isLevel(logLevel) || !isLevel(remoteLogLevel) || !isURL) return false;
    if (logURL !== undefined && logURL !== this.url) {
      const next = logURL ? this.upload(logURL) : undefined;
      this.close();
      this.url = logURL;
      this.remote = next;
    }
    if (logLevel) this.level = LEVELS[logLevel];
    if (remoteLogLevel) this.remoteLevel = LEVELS[remoteLogLevel];
    return true;
  }

  /** No line will show this text. @param {any} token */
  hide(token) {
    if (typeof token !== 'string' || token.length < MIN_SECRET || this.secrets.indexOf(token) >= 0) return;
    this.secrets = [token].concat(this.secrets).slice(0, MAX_SECRETS);
  }

  /** @param {string} level @param {string} message */
  write(level, message) {
    const weight = LEVELS[level];
    const isLocal = weight >= this.least();
    const remote = weight >= this.remoteLevel ? this.remote : undefined;
    if (!isLocal && !remote) return;
    const line = this.redact(message);
    if (isLocal) this.show(level, line);
    if (remote) remote.add(weight, line);
  }

  /** @param {any} text @returns {string} */
  redact(text) {
    return this.secrets
      .reduce((line, secret) => line.split(secret).join('(token)'), String(text))
      .replace(SECRET, (_, address) => (address ? `${address}?…` : '(secret)'));
  }

  /** A call, an answer, an event or a frame, at level debug; of a message only its room. @param {string} what @param {any[]} args */
  trace(what, args) {
    if (this.least() && !(this.remote && !this.remoteLevel)) return;
    const values = /^IM/.test(what) ? args.slice(0, 1) : args;
    this.write('debug', [what, ...values.map(brief)].join(' '));
  }

  /** @returns {number} weight of the least line that is shown */
  least() {
    return this.isVerbose && this.level < LEVELS.disable ? 0 : this.level;
  }

  /** @param {string} level @param {string} line */
  show(level, line) {
    try {
      /** @type {any} */
      const own = typeof console === 'object' ? console : undefined;
      if (this.sink) this.sink(level, line);
      else if (own) (own[level] || own.log).call(own, `[zego] ${line}`);
    } catch (brokenSink) {
      // a log that cannot be written must not stop the engine
    }
  }

  /** Sends what waits, once. */
  close() {
    if (this.remote) this.remote.close();
    this.remote = undefined;
  }
}

/** What identifies or counts is shown as it is, everything else by its size. @param {any} value @returns {string} */
function brief(value) {
  if (typeof value === 'string') return /^[\w.@:-]{0,64}$/.test(value) ? value : `(${value.length} characters)`;
  if (Array.isArray(value)) return `(${value.length} items)`;
  if (!value || typeof value !== 'object') return String(value);
  return value.state ? [value.streamID, value.state, value.errorCode].map(brief).join(' ') : '(object)';
}

module.exports = { Log, LEVELS };
