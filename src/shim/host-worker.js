'use strict';

const { describe, withAdvice } = require('./describe');
const { toMessage, fromMessage } = require('./message');
const version = require('./version');

/** How long the Worker may take to answer, in ms, unless the application says otherwise. */
const ANSWER_TIME = 10000;
/** The wait is cut into so many turns of the timer: time in which the application was suspended counts as one. */
const TURNS = 5;

/** @typedef {{script: string, wasm: string, timeout?: number}} Declaration what the application says about its Worker */

/** Streams whose next address is kept: as many as an engine publishes and plays. */
const MAX_STREAMS = 80;

/** Messages on their way to the Worker; what comes after them waits in the page, and frames travel together. */
const MAX_AHEAD = 64;
const MAX_FRAMES = 256;
/** Bytes of frames that wait, 256 added for each; further ones are lost, as on a bad connection. */
const MAX_WAITING = 16 * 1024 * 1024;
const FRAME_OVERHEAD = 256;

/** The platform allows one Worker. @type {Channel | undefined} */
let shared;
let lastID = 0;

/**
 * Runs the module in a Worker, where Alipay offers `MYWebAssembly`. Sockets and timers stay in the page.
 * @param {any} my
 * @param {Declaration | undefined} declaration
 * @param {(level: string, message: string) => void} log
 * @param {Parameters<import('./hosts').Host['open']>[0]} hooks
 * @returns {Promise<any>} a class as the hosts give it
 */
function openInWorker(my, declaration, log, hooks) {
  return new Promise((resolve, reject) => {
    const problem = problemOf(my, declaration);
    if (problem) throw withAdvice(problem[0], problem[1]);
    const { script, wasm, timeout } = /** @type {Declaration} */ (declaration);
    if (!shared) shared = new Channel(my, script, timeout || ANSWER_TIME, log);
    if (shared.script !== script) {
      throw withAdvice(
        `the Worker ${shared.script} is running`,
        'A mini program may have one Worker: use the same script for every engine.',
      );
    }
    const channel = shared;
    lastID += 1;
    const id = lastID;
    channel.engines.set(id, {
      /** @param {any} m */
      hear(m) {
        if (m.type === 'loadFailed') {
          channel.drop(id);
          reject(withAdvice(`the Worker could not load ${wasm}: ${m.message}`, LOAD_ADVICE));
        } else if (m.version !== version) {
          channel.drop(id);
          reject(
            withAdvice(
              `${script} is of version ${m.version}, index.js of ${version}`,
              'Copy worker.js and engine.wasm from the same package as index.js.',
            ),
          );
        } else {
          resolve(bindEngine(channel, id, hooks));
        }
      },
      lost: reject,
    });
    channel.post({ type: 'load', id, path: wasm });
  });
}

const LOAD_ADVICE =
  'Check that configure({worker: {wasm}}) is the absolute path of engine.wasm or engine.wasm.br in the code package. MYWebAssembly needs Alipay 10.5.60 and base library 2.9.7.';
const SILENT_ADVICE =
  'Check that the script is worker.js of this package, listed under "workers" in app.json, and left out of transpiling in mini.project.json.';

/** @param {any} my @param {Declaration | undefined} declaration @returns {[string, string] | undefined} */
function problemOf(my, declaration) {
  if (!declaration || typeof declaration.script !== 'string' || typeof declaration.wasm !== 'string') {
    return [
      'the Worker is not declared',
      'Call ZegoExpressEngine.configure({worker: {script, wasm}}) first, with the paths of worker.js and engine.wasm.',
    ];
  }
  if (!my || typeof my.createWorker !== 'function') {
    return [
      'my.createWorker is missing',
      'Workers need base library 1.11.0 and an enterprise mini program; choose another host otherwise.',
    ];
  }
  return undefined;
}

/** The one Worker and the engines in it. */
class Channel {
  /** @param {any} my @param {string} script @param {number} limit ms @param {(level: string, message: string) => void} log */
  constructor(my, script, limit, log) {
    this.script = script;
    this.limit = limit;
    this.log = log;
    /** @type {Map<number, {hear: (m: any) => void, lost: (cause: any) => void}>} */
    this.engines = new Map();
    /** Messages sent that the Worker has not answered. */
    this.unanswered = 0;
    this.turns = 0;
    /** @type {any} */
    this.timer = undefined;
    const isIOS = /^ios/i.test(
      String((typeof my.getSystemInfoSync === 'function' && my.getSystemInfoSync().platform) || ''),
    );
    this.worker = isIOS ? my.createWorker(script, { useExperimentalWorker: true }) : my.createWorker(script);
    if (!this.worker || typeof this.worker.postMessage !== 'function') {
      throw withAdvice(
        `my.createWorker("${script}") gave no Worker`,
        `List "${script}" under "workers" in app.json; a mini program may have one Worker at a time.`,
      );
    }
    this.worker.onMessage((/** @type {any} */ message) => this.hear(message));
    if (typeof this.worker.onProcessKilled === 'function') {
      this.worker.onProcessKilled(() => this.end(new Error('the system ended the Worker')));
    }
  }

  /** @param {any} content */
  post(content) {
    if (shared !== this) return;
    if (content.type !== 'free') this.expect();
    try {
      this.worker.postMessage(toMessage(content));
    } catch (error) {
      this.end(error);
    }
  }

  expect() {
    this.unanswered += 1;
    if (this.timer === undefined) this.wait();
  }

  wait() {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.turns += 1;
      if (!this.unanswered) this.turns = 0;
      else if (this.turns < TURNS) this.wait();
      else
        this.end(withAdvice(`the Worker ${this.script} did not answer within ${this.limit / 1000} s`, SILENT_ADVICE));
    }, this.limit / TURNS);
  }

  /** @param {any} message */
  hear(message) {
    const m = shared === this ? fromMessage(message) : undefined;
    if (!m) return;
    this.turns = 0;
    if (m.type === 'loaded' || m.type === 'loadFailed' || m.type === 'stopped' || m.isAnswer)
      this.unanswered = Math.max(this.unanswered - 1, 0);
    const engine = this.engines.get(m.id);
    if (engine) engine.hear(m);
  }

  /** @param {number} id */
  drop(id) {
    this.engines.delete(id);
    if (!this.engines.size) this.end(undefined);
    else this.post({ type: 'free', id });
  }

  /** The Worker is gone, or no longer needed. @param {any} cause */
  end(cause) {
    if (shared === this) shared = undefined;
    clearTimeout(this.timer);
    try {
      this.worker.terminate();
    } catch (error) {
      this.log('warn', `the Worker did not end: ${describe(error)}`);
    }
    const engines = Array.from(this.engines.values());
    this.engines.clear();
    for (const engine of engines) engine.lost(cause);
  }
}

/**
 * The `Engine` class of an instance in the Worker. `drain` gives what has arrived; `callSync` gives nothing.
 * @param {Channel} channel
 * @param {number} id
 * @param {{wake: () => void, lost: (cause: any) => void}} hooks
 */
function bindEngine(channel, id, hooks) {
  return class RemoteEngine {
    /** @param {any} config @param {number} mono @param {number} wall */
    constructor(config, mono, wall) {
      this.isRemote = true;
      /** Messages that the Worker has not answered. */
      this.ahead = 0;
      /** Messages that wait until it has. @type {any[]} */
      this.waiting = [];
      this.waitingBytes = 0;
      this.lastCall = 0;
      /** @type {any[]} */
      this.outputs = [];
      /** @type {number | undefined} */
      this.at = undefined;
      /** @type {Map<number, {resolve: (value: any) => void, reject: (reason: any) => void}>} */
      this.calls = new Map();
      /** @type {Map<string, string>} */
      this.nextUrls = new Map();
      channel.engines.set(id, { hear: (m) => this.hear(m), lost: hooks.lost });
      this.post({ type: 'new', config, mono, wall });
    }

    /** @param {string} method @param {any[]} args @param {number} mono @param {number} wall @returns {Promise<any>} */
    call(method, args, mono, wall) {
      this.lastCall += 1;
      const call = this.lastCall;
      const promise = new Promise((resolve, reject) => this.calls.set(call, { resolve, reject }));
      this.post({ type: 'call', call, method, args, mono, wall });
      return promise;
    }

    /** @param {string} method @param {any[]} args @param {number} mono @param {number} wall */
    callSync(method, args, mono, wall) {
      this.post({ type: 'callSync', method, args, mono, wall });
    }

    /** @param {any} input @param {number} mono @param {number} wall */
    input(input, mono, wall) {
      this.post({ type: 'input', input, mono, wall });
    }

    /** @param {number} socket @param {Uint8Array} bytes @param {number} mono @param {number} wall */
    frame(socket, bytes, mono, wall) {
      const size = bytes.length + FRAME_OVERHEAD;
      if (this.waitingBytes + size > MAX_WAITING) {
        if (!this.isLosing) channel.log('warn', `the Worker ${channel.script} is too slow: frames are lost`);
        this.isLosing = true;
        return;
      }
      this.isLosing = false;
      this.waitingBytes += size;
      this.post({ type: 'frames', frames: [{ socket, bytes, mono, wall }], mono, wall });
    }

    /** @param {number} mono @param {number} wall */
    tick(mono, wall) {
      // The deadline is past until the Worker names the next one.
      this.at = undefined;
      this.post({ type: 'tick', mono, wall });
    }

    drain() {
      return this.outputs.splice(0);
    }

    deadline() {
      return this.at;
    }

    /** What `getNextUrl` answers. @param {string} streamID @param {number} wall @returns {string} */
    nextUrl(streamID, wall) {
      return (this.nextUrls.get(streamID) || '').replace(/([?&]zgseq=)\d+/, `$1${wall}`);
    }

    /** Nobody wants the instance any more. */
    static unused() {
      channel.drop(id);
    }

    free() {
      channel.drop(id);
    }

    /** Messages that the Worker has still to answer. */
    get unanswered() {
      return this.ahead + this.waiting.length;
    }

    /** @param {any} content */
    post(content) {
      this.waiting.push(content);
      this.pass();
    }

    /** Sends what may be sent, in order; frames that follow each other as one message. */
    pass() {
      while (this.waiting.length && this.ahead < MAX_AHEAD) {
        let end = 1;
        if (this.waiting[0].type === 'frames')
          while (end < MAX_FRAMES && end < this.waiting.length && this.waiting[end].type === 'frames') end += 1;
        const [content, ...others] = this.waiting.splice(0, end);
        for (const { frames } of others) content.frames.push(frames[0]);
        for (const { bytes } of content.frames || []) this.waitingBytes -= bytes.length + FRAME_OVERHEAD;
        this.ahead += 1;
        channel.post(Object.assign(content, { id }));
      }
    }

    /** @param {any} m */
    hear(m) {
      if (m.type === 'stopped') {
        channel.engines.delete(id);
        hooks.lost(new Error(m.message));
        // The call that stopped the engine must not be tried again on the next one.
        const culprit = this.calls.get(m.call);
        if (culprit) culprit.reject(new Error(m.message));
        return;
      }
      if (m.isAnswer) {
        this.ahead -= 1;
        this.pass();
      }
      // The deadline of an answer that crossed a later message on the way is old; that message's answer follows.
      this.at = m.deadline;
      for (const streamID of Object.keys(m.nexts)) {
        this.nextUrls.delete(streamID);
        this.nextUrls.set(streamID, m.nexts[streamID]);
        if (this.nextUrls.size > MAX_STREAMS) this.nextUrls.delete(this.nextUrls.keys().next().value || '');
      }
      this.outputs.push(...m.outputs);
      hooks.wake();
      const call = m.type === 'settled' && this.calls.get(m.call);
      if (!call) return;
      this.calls.delete(m.call);
      if (m.ok) call.resolve(m.value);
      else call.reject(m.value);
    }
  };
}

module.exports = { openInWorker };
