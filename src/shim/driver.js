'use strict';

const { sizeOf } = require('./base64');
const { createAdapter } = require('./host-adapter');
const { createClock } = require('./clock');
const { Emitter } = require('./events');
const { chooseHost } = require('./hosts');
const { Log } = require('./log');
const { plain, toBorder, fromBorder } = require('./plain');
const { restore } = require('./restore');
const { Session } = require('./session');
const { Told } = require('./told');
const { describe, loadFailed, stopped, destroyed, tooMany, fromEngine } = require('./errors');

/** The longest delay setTimeout takes; a longer one would fire at once. */
const MAX_DELAY = 0x7fffffff;

/** @typedef {{type: string, [field: string]: any}} Output */

/** Restarts of a stopped engine within this time, in ms, are counted; after the last one it stays stopped. */
const RESTART_WINDOW = 60000;
const MAX_RESTARTS = 3;
/** Pause before each restart but the first, in ms. */
const RESTART_PAUSE = 1000;
/** Calls without an answer, and calls that wait for the module; further ones are refused with 1100013. */
const MAX_CALLS = 1024;
/** Events that wait for the next timer; where timers are held back, more are delivered at once. */
const MAX_DEFERRED = 1024;
/** How long the farewell of a destroyed engine may take, in ms: until the login under way is answered, or the other thread has heard. */
const FAREWELL_TIME = 1000;

/**
 * An asynchronous call of the page.
 * @typedef {{method: string, args: any[], issued: boolean, resolve(value: any): void, reject(error: any): void}} Entry
 */

/**
 * Drives one engine of the module: one call, then all its outputs in order, then the timer of the next deadline.
 *
 * loading -> ready -> destroyed. An engine that stopped while it was in a room leads to loading again, and back into the
 * room; without a room, or when it stops too often, to failed, from where the next asynchronous call leads to loading.
 */
class Driver {
  /**
   * @param {{appID: number, server: string[]}} target
   * @param {{my?: any, host?: any, worker?: any, seed?: number, reconnect?: Function, log?: Function, clock?: {mono(): number, wall(): number}}} settings
   */
  constructor(target, settings) {
    this.target = target;
    this.seed = settings.seed;
    this.reconnect = settings.reconnect;
    // A file of its own, for applications that upload logs.
    this.logger = new Log(settings.log, (url) => require('./log-upload').openUpload(this, url));
    /** @param {string} level @param {string} message */
    this.log = (level, message) => this.logger.write(level, message);
    this.clock = settings.clock || createClock();
    this.host = chooseHost(settings.host, { my: settings.my, worker: settings.worker, log: this.log });
    this.adapter = createAdapter(settings.my, this.log);
    this.events = new Emitter((error, event) =>
      this.log('error', `a handler of ${event} threw: ${describe(error, true)}`),
    );
    this.session = new Session();
    this.told = new Told();
    /** @type {'loading' | 'ready' | 'failed' | 'destroyed'} */
    this.state = 'failed';
    /** @type {any} */
    this.engine = null;
    /** @type {import('./host-adapter').Link | null} */
    this.link = null;
    /** Calls made while loading. @type {Array<() => void>} */
    this.waiting = [];
    /** Calls whose promise is open. @type {Set<Entry>} */
    this.open = new Set();
    /** The call that the engine is busy with. @type {Entry | undefined} */
    this.executing = undefined;
    /** When the service was last heard. @type {number | undefined} */
    this.heardAt = undefined;
    /** The same, before the engine stopped, until the room is back. @type {number | undefined} */
    this.lostAt = undefined;
    /** When the engine was restarted. @type {number[]} */
    this.restarts = [];
    /** @type {Output[]} */
    this.outputs = [];
    /** How many of them are done. */
    this.done = 0;
    /** @type {Output[]} */
    this.deferred = [];
    this.pumping = false;
    this.finished = false;
    /** @type {number | undefined} */
    this.deadline = undefined;
    /** @type {number | undefined} */
    this.armedFor = undefined;
    /** @type {any} */
    this.timer = undefined;
    /** @type {any} */
    this.farewell = undefined;
    this.start();
  }

  /** Loads the module and creates the engine. */
  start() {
    this.state = 'loading';
    const link = this.adapter.attach({
      input: (input) => this.input(input),
      frame: (socket, bytes) => {
        this.logger.trace('received', [socket, bytes.length]);
        this.heardAt = this.clock.mono();
        this.enter((engine, mono, wall) => engine.frame(socket, bytes, mono, wall));
      },
    });
    this.link = link;
    const current = () => this.link === link;
    const hooks = {
      wake: () => current() && this.enter(() => undefined),
      lost: (/** @type {any} */ cause) => current() && this.fail(stopped, cause),
    };
    // The page goes on before the module is unpacked.
    Promise.resolve()
      .then(() => current() && this.host.open(hooks))
      .then((Engine) => (current() ? this.ready(Engine) : Engine.unused && Engine.unused()))
      .catch((cause) => current() && this.fail(loadFailed, cause));
  }

  /** @param {any} Engine */
  ready(Engine) {
    const link = /** @type {import('./host-adapter').Link} */ (this.link);
    const config = {
      appID: this.target.appID,
      server: this.target.server,
      seed: this.seed === undefined ? Math.floor(Math.random() * 0x100000000) : this.seed,
      seedIsGiven: this.seed !== undefined,
      deviceID: this.adapter.deviceID(),
      platform: this.adapter.platform(),
      networkType: link.state.network.networkType,
      reconnect: typeof this.reconnect === 'function',
    };
    this.engine = new Engine(config, this.clock.mono(), this.clock.wall());
    this.state = 'ready';
    // Outputs wait until every call made so far is in, or a handler's call would overtake them.
    this.pumping = true;
    this.enter(() => undefined);
    if (!link.state.network.online) this.input(link.state.network);
    if (!link.state.visibility.visible) this.input(link.state.visibility);
    restore(this);
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
    const values = this.accept(method, args);
    return new Promise((resolve, reject) => {
      if (this.state === 'destroyed') {
        reject(destroyed());
        return;
      }
      if (this.open.size >= MAX_CALLS) {
        reject(tooMany());
        return;
      }
      /** @type {Entry} */
      const entry = { method, args: values, issued: false, resolve, reject };
      this.open.add(entry);
      this.whenReady(() => this.issue(entry));
    });
  }

  /** The arguments of a call as they cross the border. @param {string} method @param {any[]} args */
  accept(method, args) {
    const values = toBorder(method, args);
    const token = { loginRoom: 1, renewToken: 0 }[method];
    if (token !== undefined) this.logger.hide(values[token]);
    // All but the id may hold what users write.
    this.logger.trace(method, token === 0 ? [] : values.slice(0, 1));
    return values;
  }

  /** @param {Entry} entry */
  issue(entry) {
    entry.issued = true;
    this.session.begin(entry);
    const promise = this.enter((engine, mono, wall) => engine.call(entry.method, entry.args, mono, wall), entry);
    if (!promise) return;
    promise.then(
      (/** @type {any} */ value) => this.resolve(entry, value),
      (/** @type {any} */ reason) => this.reject(entry, fromEngine(reason)),
    );
  }

  /** @param {Entry} entry @param {any} value */
  resolve(entry, value) {
    this.logger.trace(`${entry.method} resolved`, entry.args.slice(0, 1));
    this.open.delete(entry);
    this.session.resolved(entry, value);
    entry.resolve(value);
  }

  /** @param {Entry} entry @param {import('./errors').ZegoError} error */
  reject(entry, error) {
    this.logger.trace(`${entry.method} rejected`, [entry.args[0], error.code]);
    this.open.delete(entry);
    this.session.rejected(entry, error);
    entry.reject(error);
  }

  /**
   * A synchronous call of the page. While the module loads the call waits its turn.
   * @param {string} method
   * @param {any[]} args
   * @param {{early: any, refused: any, silent: any}} answers while loading, without an engine, and where the engine has none
   */
  callSync(method, args, { early, refused, silent }) {
    const values = this.accept(method, args);
    /** @type {any} */
    let answer;
    const run = () => {
      const isRemote = this.engine.isRemote;
      if (isRemote) answer = this.answerHere(method, values);
      const own = this.enter((engine, mono, wall) => engine.callSync(method, values, mono, wall));
      this.session.note(method, values);
      if (!isRemote) answer = own;
    };
    if (this.state === 'loading') {
      if (this.waiting.length >= 2 * MAX_CALLS) return refused;
      if (this.session.isWanted) answer = this.session.answer(method, values);
      this.waiting.push(run);
      return answer === undefined ? early : answer;
    }
    if (this.state !== 'ready') return refused;
    run();
    if (!this.engine) return refused;
    return answer === undefined ? silent : answer;
  }

  /** The answer of an engine that is in another thread. @param {string} method @param {any[]} args */
  answerHere(method, args) {
    if (method !== 'getNextUrl') return this.session.answer(method, args);
    return this.session.publishes.has(args[0]) || this.session.plays.has(args[0])
      ? this.engine.nextUrl(args[0], this.clock.wall())
      : '';
  }

  /** @param {any} config @returns {boolean} */
  setLogConfig(config) {
    try {
      return this.state !== 'destroyed' && this.logger.configure(plain(config));
    } catch (error) {
      this.log('error', `logs cannot be uploaded: ${describe(error)}`);
      return false;
    }
  }

  /** Ends the engine for good: rooms are left, sockets closed, open promises rejected. */
  destroy() {
    if (this.state === 'destroyed') return;
    this.state = 'destroyed';
    for (const entry of this.open) entry.reject(destroyed());
    this.farewell = setTimeout(() => this.finish(), FAREWELL_TIME);
    if (this.engine) this.enter((engine, mono, wall) => engine.callSync('destroyEngine', [], mono, wall));
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
   * @param {Entry} [entry] the page's call, if it is one
   */
  enter(step, entry) {
    const engine = this.engine;
    if (!engine) return undefined;
    let result;
    this.executing = entry;
    try {
      result = step(engine, this.clock.mono(), this.clock.wall());
      if (this.engine === engine) {
        const outputs = engine.drain();
        if (outputs) this.put(outputs);
        this.deadline = engine.deadline();
      }
    } catch (cause) {
      const panic = engine.constructor.panic && engine.constructor.panic();
      this.fail(stopped, panic || cause);
      result = undefined;
    }
    this.executing = undefined;
    this.pump();
    return result;
  }

  /** Tells the page. @param {any[][]} events each with its name first */
  tell(events) {
    for (const [name, ...args] of events) this.outputs.push({ type: 'event', name, args, isHeard: true });
    this.pump();
  }

  /** @param {Output[]} outputs to be carried out behind those that are there */
  put(outputs) {
    this.outputs = this.outputs.length ? this.outputs.concat(outputs) : outputs;
  }

  /** Carries out all outputs in order. */
  pump() {
    if (this.pumping) return;
    this.pumping = true;
    while (this.done < this.outputs.length) {
      try {
        this.carryOut(this.outputs[this.done++]);
      } catch (error) {
        this.log('error', `an output failed: ${describe(error)}`);
      }
    }
    this.outputs = [];
    this.done = 0;
    this.pumping = false;
    if (this.state !== 'destroyed' || this.deadline !== undefined) this.arm();
    else if (!this.engine || !this.engine.unanswered) this.finish();
  }

  /** @param {Output} output */
  carryOut(output) {
    const link = /** @type {import('./host-adapter').Link} */ (this.link);
    switch (output.type) {
      case 'open':
        return link.open(output.socket, output.url);
      case 'send':
        this.logger.trace('sent', [output.socket, sizeOf(output.data)]);
        return link.send(output.socket, output.data);
      case 'close':
        return link.close(output.socket, output.code, output.reason);
      case 'event':
        return this.deliver(output);
      case 'restart':
        return this.restart();
      case 'retry':
        return this.decideRetry(output);
      case 'log':
        return this.log(output.level, output.message);
      default:
        return this.log('warn', `unknown output ${output.type}`);
    }
  }

  /** Asks the application's policy when to try again. The engine's own delay counts if it has no answer. @param {Output} output */
  decideRetry({ of, attempt, elapsed, delay }) {
    try {
      const policy = /** @type {Function} */ (this.reconnect);
      const choice = policy(attempt, elapsed, of ? 'LOGIN' : 'CONNECTION', delay);
      if (choice !== null && !(typeof choice === 'number' && choice >= 0 && choice < Infinity))
        throw new Error(`it returned ${String(choice)}`);
      this.input({ type: 'retry', of, attempt, delay: choice });
    } catch (error) {
      this.log('warn', `the reconnect policy failed, the default counts: ${describe(error)}`);
    }
  }

  /** @param {Output} output */
  deliver(output) {
    const args = output.isHeard ? output.args : this.session.hear(output.name, output.args);
    if (!args) return;
    if (output.deferred) {
      this.defer({ type: 'event', name: output.name, args, isHeard: true });
      return;
    }
    this.logger.trace(output.name, args);
    this.emit(output.name, fromBorder(output.name, args));
  }

  /** @param {string} name @param {any[]} args */
  emit(name, args) {
    for (const [event, ...rest] of this.told.events(name, args)) this.events.emit(event, rest);
    // Devices that were switched while the room was away are told now.
    if (name !== 'roomStateUpdate' || args[1] !== 'CONNECTED') return;
    for (const call of this.session.untold()) this.call('setStreamExtraInfo', call).catch(() => {});
  }

  /** @param {Output} output */
  defer(output) {
    this.deferred.push(output);
    const flush = () => {
      this.put(this.deferred);
      this.deferred = [];
      this.pump();
    };
    if (this.deferred.length >= MAX_DEFERRED) flush();
    else if (this.deferred.length === 1) setTimeout(flush, 0);
  }

  /** Sets the one timer to the engine's deadline. */
  arm() {
    if (this.deadline === this.armedFor) return;
    clearTimeout(this.timer);
    this.armedFor = this.deadline;
    if (this.deadline === undefined) return;
    const delay = Math.ceil(this.deadline - this.clock.mono());
    this.timer = setTimeout(
      () => {
        this.armedFor = undefined;
        this.enter((engine, mono, wall) => engine.tick(mono, wall));
      },
      Math.min(Math.max(delay, 0), MAX_DELAY),
    );
  }

  /**
   * The module is dead, or could not be loaded. Events it had already given are still delivered.
   * @param {(cause: any, returns: boolean) => import('./errors').ZegoError} makeError
   * @param {any} cause
   */
  fail(makeError, cause) {
    const culprit = this.executing;
    this.executing = undefined;
    this.release();
    if (this.state === 'destroyed') {
      this.log('error', describe(cause));
      this.finish();
      return;
    }
    // The call that stopped the engine would do so again.
    if (culprit) this.session.rejected(culprit, undefined);
    const returns = this.session.isWanted && this.mayRestart();
    const error = makeError(cause, returns);
    this.log('error', `${error.message}. ${error.advice}`);
    for (const entry of Array.from(this.open)) {
      const isKept = returns && entry !== culprit && (!entry.issued || this.session.holder(entry));
      if (!isKept) this.reject(entry, error);
    }
    this.outputs = this.outputs.slice(this.done).filter((output) => output.type === 'event' || output.type === 'log');
    this.done = 0;
    if (!returns) this.waiting = [];
    this.state = returns ? 'loading' : 'failed';
    const last = returns ? [] : this.session.abandon(error);
    for (const [name, ...args] of [['error', error], ...last])
      this.outputs.push({ type: 'event', name, args, isHeard: true });
    if (returns) this.outputs.push({ type: 'restart' });
    this.pump();
  }

  /** Tells the page that its rooms are being connected again, and does it. */
  restart() {
    for (const [name, ...args] of this.session.interrupt()) this.emit(name, args);
    const start = () => this.state === 'loading' && !this.link && this.start();
    if (this.restarts.length > 1) setTimeout(start, RESTART_PAUSE);
    else start();
  }

  /** @returns {boolean} */
  mayRestart() {
    const now = this.clock.mono();
    this.restarts = this.restarts.filter((time) => now - time < RESTART_WINDOW);
    if (this.restarts.length >= MAX_RESTARTS) return false;
    this.restarts.push(now);
    return true;
  }

  /** The end of a destroyed engine. */
  finish() {
    if (this.finished) return;
    this.finished = true;
    this.logger.close();
    const engine = this.engine;
    this.release();
    this.waiting = [];
    clearTimeout(this.farewell);
    this.open.clear();
    this.deferred = [];
    this.outputs = [];
    this.done = 0;
    this.events.clear();
    try {
      if (engine && engine.free) engine.free();
    } catch (error) {
      this.log('warn', `the engine was not freed: ${describe(error)}`);
    }
  }

  /** Lets go of the engine instance and all that belongs to it. */
  release() {
    this.engine = null;
    if (this.link) this.link.detach();
    this.link = null;
    this.deadline = undefined;
    this.armedFor = undefined;
    clearTimeout(this.timer);
  }
}

module.exports = { Driver };
