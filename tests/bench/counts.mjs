// Counts what the packaged engine executes for one event: instructions of the module, calls into it and calls out of it. The
// numbers depend on the package alone, not on the machine or its load.

import { createRequire } from 'node:module';
import { COUNTER, instrument } from './instrument.mjs';
import { Service } from './service.mjs';

const require = createRequire(import.meta.url);
const HEARTBEAT = { link: { interval: 5, timeout: 10 }, room: 10_000 };
/** Events of a kind that are counted, after as many that are not. */
const EVENTS = 1000;
const KINDS = ['join', 'broadcast', 'barrage', 'command', 'streamAdd', 'streamUpdate', 'streamDelete', 'leave'];
const USERS = 5000;

const counters = { instructions: () => 0, in: 0, out: 0 };
const read = () => ({ instructions: counters.instructions(), in: counters.in, out: counters.out });
const difference = (before) =>
  Object.fromEntries(Object.entries(read()).map(([name, value]) => [name, value - before[name]]));

/** Wraps every function of `object` so that a call of it is counted as `name`. */
const counted = (object, name) =>
  Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      typeof value === 'function'
        ? (...args) => {
            counters[name] += 1;
            return value(...args);
          }
        : value,
    ]),
  );

const { instantiate } = WebAssembly;

/** Instruments what is instantiated from bytes; a module has been by then. */
async function instantiateCounted(source, imports) {
  if (!imports) return instantiate(source); // the module that unpacks the engine's
  const isModule = source instanceof WebAssembly.Module;
  const module = isModule ? source : await WebAssembly.compile(instrument(source));
  const wrapped = Object.fromEntries(Object.entries(imports).map(([name, part]) => [name, counted(part, 'out')]));
  const real = await instantiate(module, wrapped);
  counters.instructions = () => real.exports[COUNTER].value;
  const instance = { exports: counted(real.exports, 'in') };
  return isModule ? instance : { module, instance };
}

/** The part of `my` that an engine needs, with a service on the other end of its socket instead of a network. */
function createMy(service) {
  const task = { onError() {}, onClose() {}, close() {} };
  task.onOpen = (listener) => void setImmediate(listener);
  task.onMessage = (listener) => {
    service.send = (bytes) => listener({ data: { data: bytes.toString('base64'), isBuffer: true } });
  };
  task.send = ({ data }) => {
    service.onFirst();
    setImmediate(() => service.hear(Buffer.from(data, 'base64')));
  };
  return { connectSocket: () => task, getStorageSync: () => ({ data: '0'.repeat(32) }), getSystemInfoSync: () => ({}) };
}

/** Resolves when nothing is on its way any more: nobody here waits for a clock. */
async function quiet() {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
}

async function enter(roomID, { isFull }) {
  const service = new Service(HEARTBEAT);
  const isOpen = new Promise((resolve) => (service.onFirst = resolve));
  const { ZegoExpressEngine } = require('../../pkg');
  ZegoExpressEngine.configure({ my: createMy(service), host: 'inline', seed: 7, log: () => {} });
  const engine = new ZegoExpressEngine(1234567890, 'ws://127.0.0.1:1/accesshub');
  await isOpen;
  await quiet();
  const before = read();
  const isThere = new Promise((resolve) => engine.on('roomUserUpdate', resolve));
  await engine.loginRoom(roomID, 'token', { userID: 'bench', userName: 'Bench' }, { userUpdate: true });
  if (isFull) await isThere;
  await quiet();
  return { service, engine, counts: difference(before) };
}

/**
 * For one event of each kind, for a whole login, and for one user of a room that is entered.
 * @returns {Promise<Record<string, {instructions: number, in: number, out: number}>>}
 */
export async function countPaths() {
  WebAssembly.instantiate = instantiateCounted;
  try {
    const { service, engine, counts: login } = await enter('room', { isFull: false });
    const paths = { login };
    for (const kind of KINDS) {
      let before;
      for (let i = 0; i < 2 * EVENTS; i += 1) {
        if (i === EVENTS) before = read();
        for (const frame of service.room.make([[kind, 1]])) service.send(frame);
      }
      paths[kind] = shared(difference(before), EVENTS);
    }
    engine.destroyEngine();
    const full = await enter(`room-u${USERS}`, { isFull: true });
    full.engine.destroyEngine();
    paths['entering, for each user'] = shared(full.counts, USERS);
    return paths;
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

const shared = (counts, by) =>
  Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Math.round((value / by) * 100) / 100]));
