// Stand-ins for the shim's tests: a `my` whose every callback the test fires itself, and a module-side Engine that follows a script.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const shim = require('../../src/shim/index.js');
export const shimFile = (name) => require(`../../src/shim/${name}`);

/** A `my` without network: `tasks` are the sockets asked for, `fire` calls the listeners of an event. */
export function createMy(overrides = {}) {
  const listeners = { network: [], show: [], hide: [] };
  const storage = {};
  const tasks = [];
  const on = (kind) => (fn) => listeners[kind].push(fn);
  const off = (kind) => (fn) => (listeners[kind] = listeners[kind].filter((other) => other !== fn));
  return {
    tasks,
    storage,
    listeners,
    fire: (kind, value) => listeners[kind].slice().forEach((fn) => fn(value)),
    connectSocket(request) {
      const task = createTask(request);
      tasks.push(task);
      return task;
    },
    getStorageSync: ({ key }) => ({ data: key in storage ? storage[key] : null }),
    setStorageSync: ({ key, data }) => void (storage[key] = data),
    getSystemInfoSync: () => ({ platform: 'Android', version: '10.5.90' }),
    getSetting: ({ success }) => success({ authSetting: { camera: true, audioRecord: true } }),
    getNetworkType: ({ success }) => success({ networkAvailable: true, networkType: 'WIFI' }),
    onNetworkStatusChange: on('network'),
    offNetworkStatusChange: off('network'),
    onAppShow: on('show'),
    offAppShow: off('show'),
    onAppHide: on('hide'),
    offAppHide: off('hide'),
    ...overrides,
  };
}

/** A SocketTask: `sent` and `closes` record what the page did, `fire` delivers an event. */
function createTask(request) {
  const listeners = {};
  const task = { request, sent: [], closes: [], fire: (kind, event) => listeners[kind](event) };
  for (const kind of ['Open', 'Message', 'Error', 'Close']) task[`on${kind}`] = (fn) => (listeners[kind] = fn);
  task.listening = () => Object.keys(listeners);
  task.send = (message) => task.sent.push(message);
  task.close = (how) => task.closes.push(how);
  return task;
}

/**
 * A host whose engines do what `script` says: `script[method](engine, ...args)` may push outputs with `engine.put(...)`
 * and its return value is the call's. `engines` are the instances made so far, each with its `calls`.
 */
export function createHost(script = {}) {
  const engines = [];
  class Engine {
    constructor(config, mono, wall) {
      Object.assign(this, { config, calls: [], outputs: [], at: undefined, busy: false, freed: false });
      engines.push(this);
      this.act('constructor', [config], mono, wall);
    }

    put(...outputs) {
      this.outputs.push(...outputs);
    }

    act(name, args, mono, wall) {
      if (this.busy) throw new Error('recursive use of the engine');
      this.busy = true;
      try {
        if (name !== 'constructor') this.calls.push([name, ...args]);
        this.lastTimes = [mono, wall];
        return Object.hasOwn(script, name) ? script[name](this, ...args) : undefined;
      } finally {
        this.busy = false;
      }
    }

    /** What the script throws is a trap; what it rejects with is the answer to the call. */
    call(method, args, mono, wall) {
      return Promise.resolve(this.act(method, args, mono, wall));
    }

    callSync(method, args, mono, wall) {
      if (method === 'destroyEngine') this.at = undefined;
      return this.act(method, args, mono, wall);
    }

    input(input, mono, wall) {
      const { type, ...rest } = input;
      return this.act(type, [rest], mono, wall);
    }

    frame(socket, bytes, mono, wall) {
      return this.act('frame', [socket, Buffer.from(bytes).toString()], mono, wall);
    }

    tick(mono, wall) {
      return this.act('tick', [], mono, wall);
    }

    drain() {
      return this.outputs.splice(0);
    }

    deadline() {
      return this.at;
    }

    free() {
      this.freed = true;
    }
  }
  const host = { name: 'fake', engines, opened: 0, available: () => true };
  host.gate = new Promise((resolve) => (host.release = resolve));
  host.open = (hooks) => {
    host.hooks = hooks;
    host.opened += 1;
    return host.gate.then(() => Engine);
  };
  return host;
}

/** One engine of the public class on fakes. With `wait` the module stays loading until `host.release()`. */
export async function start({ script, my = createMy(), wait = false, server = 'wss://127.0.0.1/ws', ...options } = {}) {
  const host = options.host ?? createHost(script);
  const logs = [];
  shim.ZegoExpressEngine.configure({
    my,
    host,
    seed: 7,
    clock: undefined,
    log: (level, message) => logs.push(`${level}: ${message}`),
    ...options.configure,
  });
  const zg = new shim.ZegoExpressEngine(1234, server);
  if (!wait && host.release) {
    host.release();
    await settled();
  }
  return { zg, host, my, logs, task: () => my.tasks.at(-1), engine: () => host.engines.at(-1) };
}

/** Lets every promise that can settle do so. */
export async function settled() {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** The next turns of the real timers. */
export const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

export const event = (name, ...args) => ({ type: 'event', name, args });
