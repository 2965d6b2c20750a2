'use strict';

/** Lines that wait at most; beyond it the oldest are dropped. */
const MAX_LINES = 1000;
/** Lines of one request. */
const MAX_BATCH = 200;
/** Between two requests, in ms; the service may choose otherwise within these bounds. After a failure the time doubles. */
const PERIOD = 10000;
const MIN_PERIOD = 1000;
const MAX_PERIOD = 300000;

/**
 * Sends the lines of one engine to the address that the application gave, in the vendor's form: JSON objects, one a line.
 * A separate file, loaded by the first `setLogConfig` with a `logURL`.
 */
class LogUpload {
  /**
   * @param {(body: string) => Promise<any>} post resolves with the text of the answer
   * @param {() => object} describe what every line tells about the engine
   * @param {(problem: string) => void} complain told of the first failure in a row
   */
  constructor(post, describe, complain) {
    this.post = post;
    this.describe = describe;
    this.complain = complain;
    /** @type {string[]} */
    this.lines = [];
    this.dropped = 0;
    this.failures = 0;
    this.period = PERIOD;
    this.isSending = false;
    this.isClosed = false;
    /** @type {any} */
    this.timer = undefined;
  }

  /** @param {number} level @param {string} content */
  add(level, content) {
    if (this.isClosed) return;
    this.lines.push(
      JSON.stringify(Object.assign({ time: Date.now(), level, action: 'log', content }, this.describe())),
    );
    this.trim();
    this.schedule();
  }

  trim() {
    const excess = Math.max(this.lines.length - MAX_LINES, 0);
    this.dropped += excess;
    this.lines.splice(0, excess);
  }

  schedule() {
    if (this.timer !== undefined || this.isSending || this.isClosed || !this.lines.length) return;
    const delay = Math.min(this.period * Math.pow(2, Math.min(this.failures, 9)), MAX_PERIOD);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.send();
    }, delay);
  }

  send() {
    const batch = this.lines.splice(0, MAX_BATCH);
    const { dropped } = this;
    this.isSending = true;
    this.dropped = 0;
    const over = () => {
      this.isSending = false;
      this.schedule();
    };
    this.post(this.body(batch, dropped)).then(
      (answer) => {
        this.failures = 0;
        this.period = periodOf(answer) || this.period;
        over();
      },
      (error) => {
        this.failures += 1;
        if (this.failures === 1) this.complain(`the log could not be uploaded: ${error && error.message}`);
        this.dropped += dropped;
        this.lines = batch.concat(this.lines);
        this.trim();
        over();
      },
    );
  }

  /** @param {string[]} batch @param {number} dropped */
  body(batch, dropped) {
    const note = { time: Date.now(), level: 2, action: 'log', content: `${dropped} lines were dropped` };
    return (dropped ? [JSON.stringify(Object.assign(note, this.describe()))] : []).concat(batch).join('\n');
  }

  /** Sends what waits, once and without an answer. */
  close() {
    clearTimeout(this.timer);
    this.isClosed = true;
    if (this.lines.length) this.post(this.body(this.lines, this.dropped)).catch(() => undefined);
    this.lines = [];
  }
}

/** The period that an answer asks for, in ms. @param {any} answer @returns {number | undefined} */
function periodOf(answer) {
  try {
    const { interval } = JSON.parse(answer);
    return interval > 0 ? Math.min(Math.max(interval, MIN_PERIOD), MAX_PERIOD) : undefined;
  } catch (notJson) {
    return undefined;
  }
}

/** @param {import('./driver').Driver} driver whose lines they are @param {string} url @returns {LogUpload} */
function openUpload(driver, url) {
  const sessionid = Math.random().toString(36).slice(2);
  const describe = () => {
    const [room] = Array.from(driver.session.rooms.values());
    const [roomID, , user] = room ? room.args : ['', '', undefined];
    // A page that mixes up its arguments passes a token as an id.
    const [roomid, userid] = [roomID, (user && user.userID) || ''].map((id) => driver.logger.redact(id));
    return { appid: driver.target.appID, roomid, userid, sessionid };
  };
  return new LogUpload(
    (body) => driver.adapter.post(url, body),
    describe,
    (problem) => driver.logger.show('warn', problem),
  );
}

module.exports = { LogUpload, openUpload };
