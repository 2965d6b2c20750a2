// A mini program's JavaScript worlds with nothing in them that Alipay does not have: one context for the page, one for the
// Worker, each a realm of its own. What is there follows measurements of the runtimes (docs/hosts.md).

import vm from 'node:vm';
import { webcrypto } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { createHost } from '../../support/my.mjs';
import { borderNames } from '../../support/border-names.mjs';

const LANGUAGE = [
  'undefined NaN Infinity Object Function Array String Number Boolean Symbol Error TypeError RangeError SyntaxError ReferenceError EvalError URIError',
  'Math JSON Date RegExp Promise Map Set WeakMap WeakSet Proxy Reflect isNaN isFinite parseInt parseFloat',
  'ArrayBuffer DataView Uint8Array Uint8ClampedArray Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array',
  'encodeURIComponent decodeURIComponent encodeURI decodeURI',
]
  .join(' ')
  .split(' ');

/** Library methods younger than ES2018, which only a polyfill would bring. */
const YOUNGER = {
  Object: ['fromEntries', 'hasOwn', 'groupBy'],
  Promise: ['allSettled', 'any', 'withResolvers', 'try'],
  Array: ['fromAsync'],
  Symbol: ['dispose', 'asyncDispose'],
  'Array.prototype': [
    'at',
    'flat',
    'flatMap',
    'findLast',
    'findLastIndex',
    'toSorted',
    'toReversed',
    'toSpliced',
    'with',
  ],
  'String.prototype': ['at', 'matchAll', 'replaceAll', 'trimStart', 'trimEnd', 'isWellFormed', 'toWellFormed'],
  'Uint8Array.prototype': ['toBase64', 'toHex'],
};

/** What a page has beside the language, by runtime; `plainest` has no WebAssembly either. */
const PAGES = {
  simulator: { names: ['WebAssembly'], platform: 'Android' },
  iPhone: { names: ['WebAssembly', 'globalThis', 'BigInt'], platform: 'iOS' },
  plainest: { names: [], platform: 'Android' },
};

/** The text of a panic. */
export const PANIC = 'panicked at src/engine/mod.rs:1 boom';

/** Kinds of pages. */
export const RUNTIMES = Object.keys(PAGES);

/**
 * @param {object} options
 * @param {'simulator' | 'iPhone' | 'plainest'} options.runtime
 * @param {Map<string, Buffer>} options.files of the package, which lies under /pkg
 * @param {string[]} [options.workers] as in app.json; default: the package's
 * @param {object} [options.host] of the fake `my`
 * @param {() => any} [options.refuse] what instantiating the engine's module comes to in the page, instead
 */
export function createWorld(options) {
  return new World(options);
}

class World {
  constructor({ runtime, files, workers = ['pkg/worker.js'], host = {}, refuse }) {
    this.refuse = refuse;
    this.runtime = runtime;
    this.files = files;
    this.workers = workers;
    this.host = createHost({ systemInfo: { platform: PAGES[runtime].platform }, ...host });
    /** How often the engine's module was compiled from bytes. */
    this.compilations = 0;
    /** Memory of the newest instance. @type {WebAssembly.Memory | undefined} */
    this.memory = undefined;
    /** The Workers ever made. @type {FakeWorker[]} */
    this.made = [];
    /** Names of package files the page required, in order. */
    this.required = [];
    /** When set, the next frame traps. */
    this.trap = false;
    this.context = bareContext(PAGES[runtime].names, this.#pageGlobals());
    if (PAGES[runtime].names.includes('WebAssembly')) this.context.WebAssembly = this.#logicWebAssembly();
    this.modules = new Map();
  }

  /** The package's exports, loaded with require in the page. */
  load() {
    return this.require('index.js');
  }

  /** The Worker that runs, or undefined. */
  get worker() {
    return this.made.findLast((worker) => worker.isAlive);
  }

  require(name) {
    if (this.modules.has(name)) return this.modules.get(name).exports;
    if (!this.files.has(name)) throw new Error(`module '${name}' is not defined, require args is './${name}'`);
    this.required.push(name);
    const module = { exports: vm.runInContext('({})', this.context) };
    this.modules.set(name, module);
    const run = vm.runInContext(`(function(exports,require,module){${this.files.get(name)}\n})`, this.context, {
      filename: name,
    });
    run(module.exports, (path) => this.require(path.replace(/^\.\//, '')), module);
    if (name === 'engine-plain.js') module.exports = this.#trappingTranslation(module.exports);
    return module.exports;
  }

  dispose() {
    for (const worker of this.made) worker.terminate();
    this.host.dispose();
  }

  #pageGlobals() {
    const world = this;
    this.host.my.createWorker = (script, how) => {
      if (world.worker || !world.workers.includes(script)) return undefined;
      const worker = new FakeWorker(world, script, how);
      world.made.push(worker);
      return worker.page;
    };
    return { my: this.host.my };
  }

  /** Undocumented but there: takes bytes. */
  #logicWebAssembly() {
    const world = this;
    return {
      instantiate(source, imports) {
        if (!imports) return WebAssembly.instantiate(source); // what unpacks the engine's module
        if (world.refuse) return world.refuse();
        if (!(source instanceof WebAssembly.Module)) world.compilations += 1;
        return WebAssembly.instantiate(source, imports).then((result) =>
          result.instance
            ? { module: result.module, instance: world.trapping(result.instance, imports) }
            : world.trapping(result, imports),
        );
      },
    };
  }

  /** An instance that traps on command. */
  trapping(instance, imports) {
    this.memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return { exports: this.#trappingExports(instance.exports, imports) };
  }

  #trappingTranslation({ instantiate }) {
    return { instantiate: (imports) => this.#trappingExports(instantiate(imports), imports) };
  }

  #trappingExports(exports, imports) {
    const name = borderNames.exported('engine_frame');
    const frame = exports[name];
    const wrapped = (...args) => {
      if (!this.trap) return frame(...args);
      this.trap = false;
      panic(exports, imports);
    };
    return Object.create(exports, { [name]: { value: wrapped } });
  }
}

/** What my.createWorker returns, with its own context. Messages arrive later and as copies. */
class FakeWorker {
  #toPage = [];
  #toWorker = [];
  #killed = [];

  constructor(world, script, how) {
    this.isAlive = true;
    this.script = script;
    /** The second argument of my.createWorker. */
    this.how = how;
    /** True while it answers nothing. */
    this.isMute = false;
    this.page = {
      postMessage: (message) => this.#pass(this.#toWorker, message),
      onMessage: (listener) => void this.#toPage.push(listener),
      onProcessKilled: (listener) => void this.#killed.push(listener),
      terminate: () => this.terminate(),
    };
    // The debug build of the tools sends its own messages on the same channel.
    this.#pass(this.#toPage, { trigger: '_client_worker_', content: [] });
    if (world.runtime === 'iPhone' && !how?.useExperimentalWorker) return;
    const context = bareContext([], {
      worker: {
        onMessage: (listener) => void this.#toWorker.push(listener),
        postMessage: (message) => this.isMute || this.#pass(this.#toPage, message),
      },
      MYWebAssembly: this.#myWebAssembly(world),
      crypto: { getRandomValues: (array) => webcrypto.getRandomValues(array) },
    });
    vm.runInContext(String(world.files.get(script.replace('pkg/', ''))), context, { filename: script });
  }

  terminate() {
    this.isAlive = false;
  }

  /** The system ends the process. */
  kill() {
    this.isAlive = false;
    for (const listener of this.#killed) listener();
  }

  #pass(listeners, message) {
    const text = JSON.stringify(message);
    setImmediate(() => this.isAlive && listeners.forEach((listener) => listener(JSON.parse(text))));
  }

  /** The five documented members; takes a path in the code package, never bytes. */
  #myWebAssembly(world) {
    const { Memory, Table, Global } = WebAssembly;
    function Instance(module, imports) {
      return world.trapping(new WebAssembly.Instance(module, imports), imports);
    }
    async function instantiate(path, imports) {
      if (typeof path !== 'string' || !path.startsWith('/'))
        throw new TypeError('the path must be an absolute path in the package');
      const file = world.files.get(path.replace('/pkg/', ''));
      if (!file) throw new Error(`no such file: ${path}`);
      world.compilations += 1;
      const { module, instance } = await WebAssembly.instantiate(
        path.endsWith('.br') ? brotliDecompressSync(file) : file,
        imports,
      );
      return { module, instance: world.trapping(instance, imports) };
    }
    return { instantiate, Memory, Table, Global, Instance };
  }
}

/** What a Rust panic does: the handler tells message and place by the import for console.error, then the module traps. */
function panic(exports, imports) {
  const hook = Object.values(imports)[0][borderNames.imported(/^__wbg_error_/)];
  const texts = ['boom', 'src/engine/mod.rs'].flatMap((text) => {
    const bytes = Buffer.from(text);
    const at = exports[borderNames.exported('__wbindgen_export')](bytes.length, 1);
    new Uint8Array(exports[borderNames.exported('memory')].buffer).set(bytes, at);
    return [at, bytes.length];
  });
  if (hook) hook(...texts, 1);
  throw new WebAssembly.RuntimeError(hook ? 'unreachable executed' : PANIC);
}

/** A realm with the language, timers, the console and `globals`; no code from strings. */
function bareContext(names, globals) {
  const context = vm.createContext({}, { codeGeneration: { strings: false } });
  const keep = [...LANGUAGE, ...names];
  const remove = `
    for (const path of Object.keys(younger)) {
      const [owner, prototype] = path.split('.');
      const object = prototype ? globalThis[owner].prototype : globalThis[owner];
      for (const name of younger[path]) delete object[name];
    }
    delete Promise.prototype.finally;
    const world = globalThis;
    for (const name of Object.getOwnPropertyNames(world)) if (!keep.includes(name)) delete world[name];`;
  vm.runInContext(`(function(keep, younger){${remove}})`, context)(keep, YOUNGER);
  return Object.assign(context, { setTimeout, clearTimeout, setInterval, clearInterval, console, ...globals });
}
