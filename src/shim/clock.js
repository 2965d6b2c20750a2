'use strict';

/**
 * The two clocks of the engine, in ms. `mono` never goes back, also when the user sets the phone's clock.
 * @returns {{mono(): number, wall(): number}}
 */
function createClock() {
  if (typeof performance === 'object' && performance && typeof performance.now === 'function') {
    return { mono: () => performance.now(), wall: () => Date.now() };
  }
  let elapsed = 0;
  let last = Date.now();
  return {
    mono() {
      const now = Date.now();
      if (now > last) elapsed += now - last;
      last = now;
      return elapsed;
    },
    wall: () => Date.now(),
  };
}

module.exports = { createClock };
