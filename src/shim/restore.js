'use strict';

const { fromEngine } = require('./errors');
const { streamEnd, PUSHED, PLAYED } = require('./session');

/** How long a restarted engine may take to report who is in a room, in ms. */
const ROSTER_TIME = 2000;
/** The service does not keep a stream that is away for longer, in ms; as in src/engine/renewal.rs. */
const OUTAGE = 85000;

/** @typedef {import('./driver').Driver} Driver */

/** Leads a fresh engine back to where the page believes it is. @param {Driver} driver */
function restore(driver) {
  driver.session.restart();
  const lostAt = (driver.lostAt = driver.lostAt || driver.heardAt);
  for (const [method, args] of driver.session.settings)
    driver.enter((engine, mono, wall) => engine.callSync(method, args, mono, wall));
  for (const [roomID, room] of Array.from(driver.session.rooms)) {
    repeat(driver, 'loginRoom', room, () => {
      const { engine } = driver;
      const isLong = driver.clock.mono() - (lostAt || Infinity) > OUTAGE;
      driver.lostAt = undefined;
      for (const [method, stream] of driver.session.takePending(roomID)) restoreStream(driver, method, stream, isLong);
      setTimeout(() => driver.engine === engine && driver.tell(driver.session.settle(roomID)), ROSTER_TIME);
    });
  }
}

/** @param {Driver} driver @param {string} method @param {import('./session').Stream} stream @param {boolean} isLong the outage */
function restoreStream(driver, method, stream, isLong) {
  const [streamID] = stream.args;
  const ended = (/** @type {any} */ reason) => {
    driver.session.wanted(method).delete(streamID);
    driver.tell([streamEnd(method, streamID, reason)]);
  };
  const again = (/** @type {any} */ value) => {
    const moved = isLong || addressOf(stream.url) !== addressOf(value.url);
    const isRunning = stream.running && !moved;
    const isNews = (moved || stream.lost) && stream.url !== '';
    Object.assign(stream, { url: value.url, running: isRunning });
    if (isNews) driver.tell([['streamUrlUpdate', streamID, value.url, 'ENGINE_RESTARTED']]);
    const code = method === 'startPublishingStream' ? PUSHED : PLAYED;
    if (isRunning)
      driver.enter((engine, mono, wall) =>
        engine.callSync('updatePlayerState', [streamID, { detail: { code } }], mono, wall),
      );
  };
  repeat(driver, method, stream, again, ended);
}

/**
 * Repeats a call on a restarted engine; the page's promise is settled if it is still open.
 * @param {Driver} driver
 * @param {string} method
 * @param {{args: any[], entry: any}} holder
 * @param {(value: any) => void} done
 * @param {(reason: any) => void} [failed] only where no promise is open
 */
function repeat(driver, method, holder, done, failed) {
  const promise = driver.enter((engine, mono, wall) => engine.call(method, holder.args, mono, wall), holder.entry);
  const { engine } = driver;
  const isWanted = () => driver.engine === engine && driver.session.wanted(method).get(holder.args[0]) === holder;
  if (!promise) return;
  promise.then(
    (/** @type {any} */ value) => {
      if (!isWanted()) return;
      if (holder.entry) driver.resolve(holder.entry, value);
      done(value);
    },
    (/** @type {any} */ reason) => {
      if (!isWanted()) return;
      if (holder.entry) driver.reject(holder.entry, fromEngine(reason));
      else if (failed) failed(fromEngine(reason));
    },
  );
}

/** An address without its last two parameters, which are new each time. @param {string} url */
function addressOf(url) {
  return url.replace(/[?&]zgseq=.*$/, '');
}

module.exports = { restore };
