'use strict';

const { createAdapter } = require('./host-adapter');
const { createClock } = require('./clock');
const { Emitter } = require('./events');
const { chooseHost } = require('./hosts');
const { toBorder, fromBorder } = require('./plain');
const { describe, loadFailed, stopped, destroyed, fromEngine } = require('./errors');

/** The longest delay setTimeout takes; a longer one would fire at once. */
const MAX_DELAY = 0x7fffffff;

/** @typedef {{type: string, [field: string]: any}} Output */

/**
 * Drives one engine of the module: one call, then all its outputs in order, then the timer of the next deadline.
 *
 * loading -> ready -> destroyed; loading or ready -> failed (the module could not load, or stopped), from where the next
 * asynchronous call leads to loading again.
 */
class Driver {
  /**
   * @param {{appID: number, server: string[]}} target
   * @param {{my?: any, host?: any, seed?: number, log?: Function, clock?: {mono(): number, wall(): number}}} settings
   */
  constructor(target, settings) {
    this.target = target;
    this.seed = settings.seed;
    this.log = createLog(settings.log);
    this.clock = settings.clock || createClock();
    this.host = chooseHost(settings.host);
    this.adapter = createAdapter(settings.my, this.log);
    this.events = new Emitter((error, event) => this.log('error', `a handler of ${event} threw: ${(error && error.stack) || describe(error)}`));
    /** @type {'loading' | 'ready' | 'failed' | 'destroyed'} */
    this.state = 'failed';
    /** @type {any} */
    this.engine = null;
    /** @type {import('./host-adapter').Link | null} */
    this.link = null;
    /** Calls made while loading. @type {Array<() => void>} */
    this.waiting = [];
    /** Calls whose promise is open. @type {Set<(error: Error) => void>} */
    this.open = new Set();
    /** @type {Output[]} */
    this.outputs = [];
    /** @type {Output[]} */
    this.deferred = [];
    this.pumping = false;
    /** @type {number | undefined} */
    this.deadline = undefined;
    /** @type {number | undefined} */
    this.armedFor = undefined;
    /** @type {any} */
    this.timer = undefined;
    this.start();
  }

  /** Loads the module and creates the engine. A later start after a stop would also re-enter the rooms here. */
  start() {
    this.state = 'loading';
    const link = this.adapter.attach({
      input: (input) => this.input(input),
      frame: (socket, bytes) => this.enter((engine, mono, wall) => engine.frame(socket, bytes, mono, wall)),
    });
    this.link = link;
    const current = () => this.link === link;
    const hooks = {
      wake: () => current() && this.enter(() => undefined),
      lost: (/** @type {any} */ cause) => current() && this.fail(stopped(cause)),
    };
    new Promise((resolve) => resolve(this.host.open(hooks)))
      .then((Engine) => current() && this.ready(Engine))
      .catch((cause) => current() && this.fail(loadFailed(cause)));
  }

  /** @param {any} Engine */
  ready(Engine) {
    const link = /** @type {import('./host-adapter').Link} */ (this.link);
    const config = {
      appID: this.target.appID,
      server: this.target.server,
      seed: this.seed === undefined ? Math.floor(Math.random() * 0x100000000) : this.seed,
      deviceID: this.adapter.deviceID(),
      platform: this.adapter.platform(),
      networkType: link.state.network.networkType,
    };
    this.engine = new Engine(config, this.clock.mono(), this.clock.wall());
    this.state = 'ready';
    // Outputs wait until every call made so far is in, or a handler's call would overtake them.
    this.pumping = true;
    this.enter(() => undefined);
    if (!link.state.network.online) this.input(link.state.network);
    if (!link.state.visibility.visible) this.input(link.state.visibility);
    while (this.engine && this.waiting.length) /** @type {() => void} */ (this.waiting.shift())();
    this.pumping = false;
    this.pump();
  }

  /**
   * An asynchronous call of the page.
   * @param {string} method
   * @param {any[]} args
   * @returns {Promise<any>}
   */
  call(method, args) {
    const values = toBorder(method, args);
    return new Promise((resolve, reject) => {
      if (this.state === 'destroyed') {
        reject(destroyed());
        return;
      }
      this.open.add(reject);
      this.whenReady(() => {
        const promise = this.enter((engine, mono, wall) => engine.call(method, values, mono, wall));
        if (!promise) return;
        promise
          .then(resolve, (/** @type {any} */ reason) => reject(fromEngine(reason)))
          .then(() => this.open.delete(reject));
      });
    });
  }

  /**
   * A synchronous call of the page. While the module loads the call waits its turn.
   * @param {string} method
   * @param {any[]} args
   * @param {any} early the answer while loading
   * @param {any} refused the answer when there is no engine
   */
  callSync(method, args, early, refused) {
    const values = toBorder(method, args);
    const run = () => this.enter((engine, mono, wall) => engine.callSync(method, values, mono, wall));
    if (this.state === 'loading') {
      this.waiting.push(run);
      return early;
    }
    if (this.state !== 'ready') return refused;
    const answer = run();
    if (!this.engine) return refused;
    return answer === undefined ? early : answer;
  }

  /** Ends the engine for good: rooms are left, sockets closed, open promises rejected. */
  destroy() {
    if (this.state === 'destroyed') return;
    const engine = this.engine;
    this.state = 'destroyed';
    if (engine) this.enter((_, mono, wall) => engine.callSync('destroyEngine', [], mono, wall));
    else this.finish();
  }

  /** What changes while there is no engine is told to the next one when it starts. @param {{type: string, [field: string]: any}} input */
  input(input) {
    this.enter((engine, mono, wall) => engine.input(input, mono, wall));
  }

  /** @param {() => void} run */
  whenReady(run) {
    if (this.state === 'failed') this.start();
    if (this.state === 'ready') run();
    else this.waiting.push(run);
  }

  /**
   * One call of the engine and everything that follows from it. Safe at any time: a call made by a handler runs at once,
   * its outputs wait behind those already there.
   * @param {(engine: any, mono: number, wall: number) => any} step
   */
  enter(step) {
    const engine = this.engine;
    if (!engine) return undefined;
    let result;
    try {
      result = step(engine, this.clock.mono(), this.clock.wall());
      for (const output of engine.drain()) this.outputs.push(output);
      this.deadline = engine.deadline();
    } catch (cause) {
      this.fail(stopped(cause));
    }
    this.pump();
    return result;
  }

  /** Carries out all outputs in order. */
  pump() {
    if (this.pumping) return;
    this.pumping = true;
    while (this.outputs.length) {
      try {
        this.carryOut(/** @type {Output} */ (this.outputs.shift()));
      } catch (error) {
        this.log('error', `an output failed: ${describe(error)}`);
      }
    }
    this.pumping = false;
    if (this.state === 'destroyed') this.finish();
    else this.arm();
  }

  /** @param {Output} output */
  carryOut(output) {
    const link = /** @type {import('./host-adapter').Link} */ (this.link);
    switch (output.type) {
      case 'open':
        return link.open(output.socket, output.url);
      case 'send':
        return link.send(output.socket, output.bytes);
      case 'close':
        return link.close(output.socket, output.code, output.reason);
      case 'event':
        if (output.deferred) return this.defer(output);
        return this.events.emit(output.name, fromBorder(output.name, output.args));
      case 'log':
        return this.log(output.level, output.message);
      default:
        return this.log('warn', `unknown output ${output.type}`);
    }
  }

  /** @param {Output} output */
  defer(output) {
    this.deferred.push({ type: 'event', name: output.name, args: output.args });
    if (this.deferred.length > 1) return;
    setTimeout(() => {
      this.outputs = this.outputs.concat(this.deferred);
      this.deferred = [];
      this.pump();
    }, 0);
  }

  /** Sets the one timer to the engine's deadline. */
  arm() {
    if (this.deadline === this.armedFor) return;
    clearTimeout(this.timer);
    this.armedFor = this.deadline;
    if (this.deadline === undefined) return;
    const delay = Math.ceil(this.deadline - this.clock.mono());
    this.timer = setTimeout(() => {
      this.armedFor = undefined;
      this.enter((engine, mono, wall) => engine.tick(mono, wall));
    }, Math.min(Math.max(delay, 0), MAX_DELAY));
  }

  /** The module is dead. Events it had already given are still delivered. @param {import('./errors').ZegoError} error */
  fail(error) {
    this.log('error', `${error.message}. ${error.advice}`);
    this.discard(error);
    if (this.state === 'destroyed') return;
    this.state = 'failed';
    this.outputs = this.outputs.filter((output) => output.type === 'event' || output.type === 'log');
    this.outputs.push({ type: 'event', name: 'error', args: [error] });
    this.pump();
  }

  /** The end of a destroyed engine. */
  finish() {
    const engine = this.engine;
    this.discard(destroyed());
    this.deferred = [];
    this.outputs = [];
    this.events.clear();
    try {
      if (engine && engine.free) engine.free();
    } catch (error) {
      this.log('warn', `the engine was not freed: ${describe(error)}`);
    }
  }

  /** Lets go of the engine instance and all that belongs to it. @param {Error} error */
  discard(error) {
    this.engine = null;
    if (this.link) this.link.detach();
    this.link = null;
    this.waiting = [];
    this.deadline = undefined;
    this.armedFor = undefined;
    clearTimeout(this.timer);
    for (const reject of this.open) reject(error);
    this.open.clear();
  }
}

/** @param {Function} [sink] @returns {(level: string, message: string) => void} */
function createLog(sink) {
  return (level, message) => {
    try {
      if (sink) sink(level, message);
      else if (typeof console === 'object') (/** @type {any} */ (console)[level] || console.log).call(console, `[zego] ${message}`);
    } catch (brokenSink) {
      // a log that cannot be written must not stop the engine
    }
  };
}

module.exports = { Driver };
