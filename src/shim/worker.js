'use strict';

// The Worker's side of host-worker.js: instances of the module behind a message channel. Built into worker.js, ES5.

const { createGlue } = require('./engine-glue');
const { describe } = require('./describe');
const { toMessage, fromMessage } = require('./message');
const version = require('./version');

/** Streams whose next address is kept: as many as an engine publishes and plays. */
const MAX_STREAMS = 80;

/** @typedef {{glue: any, engine: any, next: Record<string, {url: string, outputs: any[]}>}} Place an engine and its home */

/** @type {Record<number, Place>} */
const places = {};
/** The module, compiled by the first load. @type {any} */
let compiled;

/** @param {any} content */
function post(content) {
  worker.postMessage(toMessage(content));
}

/** Loads an instance for engine `id`. @param {number} id @param {string} path */
function load(id, path) {
  const glue = createGlue();
  const failed = (/** @type {any} */ error) => post({ type: 'loadFailed', id, message: describe(error) });
  const loaded = (/** @type {any} */ instance) => {
    glue.start(instance.exports);
    places[id] = { glue, engine: null, next: {} };
    post({ type: 'loaded', id, version });
  };
  try {
    if (compiled && MYWebAssembly.Instance) {
      loaded(new MYWebAssembly.Instance(compiled, glue.imports));
      return;
    }
    MYWebAssembly.instantiate(path, glue.imports)
      .then((/** @type {any} */ result) => {
        compiled = result.module;
        loaded(result.instance || result);
      })
      .catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** A seed that nobody can guess, where the runtime has a source. @param {any} config */
function seeded(config) {
  const source = !config.seedIsGiven && typeof crypto !== 'undefined' && crypto && crypto.getRandomValues;
  if (source) config.seed = crypto.getRandomValues(new Uint32Array(1))[0];
  return config;
}

/** One message of the page to one engine. @param {Place} place @param {any} m */
function step(place, m) {
  const { engine } = place;
  switch (m.type) {
    case 'new':
      place.engine = new place.glue.Engine(seeded(m.config), m.mono, m.wall);
      return;
    case 'call':
      engine.call(m.method, m.args, m.mono, m.wall).then(
        (/** @type {any} */ value) => guarded(m.id, () => settled(m, true, value)),
        (/** @type {any} */ reason) => guarded(m.id, () => settled(m, false, reason)),
      );
      return;
    case 'callSync':
      if (m.method === 'getNextUrl') showNext(place, m);
      else engine.callSync(m.method, m.args, m.mono, m.wall);
      return;
    case 'input':
      engine.input(m.input, m.mono, m.wall);
      return;
    case 'frames':
      for (const { socket, bytes, mono, wall } of m.frames) engine.frame(socket, bytes, mono, wall);
      return;
    case 'tick':
      engine.tick(m.mono, m.wall);
      return;
    default:
  }
}

/** The answer to a call; with an address comes the next one. @param {any} m @param {boolean} ok @param {any} value */
function settled(m, ok, value) {
  const place = places[m.id];
  const hasAddress = ok && value && value.url;
  const outputs = hasAddress ? lookAhead(place, m.args[0], m) : [];
  const nexts = hasAddress ? { [m.args[0]]: place.next[m.args[0]].url } : {};
  post({ type: 'settled', id: m.id, call: m.call, ok, value, nexts, outputs, deadline: place.engine.deadline() });
}

/**
 * `getNextUrl` answers at once on the page, so the page must have the answer before it asks: the engine is asked ahead, and
 * what it says to that is kept until the page asks.
 * @param {Place} place @param {string} streamID @param {{mono: number, wall: number}} now
 * @returns {any[]} outputs of other things that happened
 */
function lookAhead(place, streamID, now) {
  const url = place.engine.callSync('getNextUrl', [streamID], now.mono, now.wall) || '';
  const own = (/** @type {any} */ output) =>
    output.type === 'event' &&
    /^(publisher|player)StateUpdate$/.test(output.name) &&
    output.args[0].streamID === streamID;
  const outputs = place.engine.drain() || [];
  const known = Object.keys(place.next);
  if (known.length >= MAX_STREAMS) delete place.next[known[0]];
  place.next[streamID] = { url, outputs: outputs.filter(own) };
  return outputs.filter((/** @type {any} */ output) => !own(output));
}

/** What happened, and the addresses after those that streams got anew. @param {Place} place @param {any} m */
function happened(place, m) {
  let outputs = place.engine.drain() || [];
  const nexts = /** @type {Record<string, string>} */ ({});
  for (const output of outputs.slice()) {
    if (output.name !== 'streamUrlUpdate') continue;
    const streamID = output.args[0];
    outputs = outputs.concat(lookAhead(place, streamID, m));
    nexts[streamID] = place.next[streamID].url;
  }
  return { outputs, nexts };
}

/** @param {Place} place @param {any} m */
function showNext(place, m) {
  const streamID = m.args[0];
  const shown = place.next[streamID];
  if (!shown || !shown.url) return;
  const outputs = shown.outputs.concat(lookAhead(place, streamID, m));
  post({
    type: 'outputs',
    id: m.id,
    outputs,
    deadline: place.engine.deadline(),
    nexts: { [streamID]: place.next[streamID].url },
  });
}

/** @param {number} id @param {() => void} run @param {number} [call] */
function guarded(id, run, call) {
  const place = places[id];
  if (!place) return;
  try {
    run();
  } catch (error) {
    delete places[id];
    post({ type: 'stopped', id, call, message: place.glue.Engine.panic() || describe(error) });
  }
}

worker.onMessage((/** @type {any} */ message) => {
  const m = fromMessage(message);
  if (!m) return;
  if (m.type === 'load') {
    load(m.id, m.path);
  } else if (m.type === 'free') {
    delete places[m.id];
  } else if (!places[m.id]) {
    // Sent before the page knew that this engine stopped; every message has an answer.
    post({ type: 'gone', id: m.id, isAnswer: true });
  } else {
    const run = () => {
      const place = places[m.id];
      step(place, m);
      const { outputs, nexts } = happened(place, m);
      post({ type: 'outputs', id: m.id, isAnswer: true, outputs, nexts, deadline: place.engine.deadline() });
    };
    guarded(m.id, run, m.call);
  }
});
