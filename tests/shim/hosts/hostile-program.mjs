// One engine of the packed package on a simulated platform, with the room server, and what a page may do to it.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { roomServerProblem, startRoomServer } from '../../support/room-server.mjs';
import { Recorder } from '../../support/recorder.mjs';
import { eventText, resultText } from '../../conformance/text.mjs';
import { createWorld } from './bare-world.mjs';
import { look } from './hostile-values.mjs';
import { installPackage, packageProblem } from './packed.mjs';

/** Repeats a failure: its message names the seed. */
export const seed = Number(process.env.HOSTILE_SEED ?? 20_261_125);
export const HOSTS = ['inline', 'worker', 'plain'];
const WORKER = { script: 'pkg/worker.js', wasm: '/pkg/engine.wasm.br' };
/** Calls of the engine settle in 6 s at the latest, the login apart; here everything is answered. */
const PATIENCE_MS = 8000;
/** Why nothing of it can be tested, or false. */
export const skip = packageProblem() ?? roomServerProblem() ?? false;

let installed;
/** The room server. @type {import('../../support/room-server.mjs').RoomServer} */
export let server;

before(async () => {
  if (skip) return;
  installed = installPackage();
  server = await startRoomServer();
});
after(async () => {
  if (skip) return;
  installed.remove();
  await server.close();
});

/** Methods of the class that Alipay has no place for and that answer at once throw, with a code that says so. */
const MAY_THROW = 1100010;

/** One engine on a platform of its own, whose log is kept. */
export class Program {
  constructor(host) {
    this.host = host;
    this.world = createWorld({ runtime: 'simulator', files: installed.files });
    this.timers = countTimers(this.world.context);
    this.logs = [];
    const { ZegoExpressEngine, ZegoError } = this.world.load();
    this.ZegoExpressEngine = ZegoExpressEngine;
    this.ZegoError = ZegoError;
    this.configure();
    this.begin();
  }

  /** Every setting as it should be. */
  configure() {
    this.ZegoExpressEngine.configure({
      my: undefined,
      host: this.host,
      worker: WORKER,
      seed: undefined,
      reconnect: undefined,
      log: (level, message) => this.logs.push(`${level}: ${message}`),
    });
  }

  /** Makes an engine: the first one, or another where that was destroyed. */
  begin() {
    this.faults = [];
    this.zg = new this.ZegoExpressEngine(server.appID, server.ws);
    this.zg.on('error', (error) => this.faults.push(error));
    this.recorder = new Recorder().attach(this.zg);
    /** Promises of hostile calls. @type {Promise<void>[]} */
    this.open = [];
  }

  /** One call that may be nonsense. It must not throw, and must leave what it was given as it was. */
  call(method, values) {
    const args = values.map((value) => value.make());
    const before = args.map(look);
    let result;
    try {
      result = this.zg[method](...args);
    } catch (error) {
      assert.ok(error instanceof this.ZegoError, `${method} threw ${error && error.stack}`);
      assert.equal(error.code, MAY_THROW, method);
    }
    assert.deepEqual(args.map(look), before, `${method} changed its arguments`);
    if (typeof result?.then !== 'function') return undefined;
    const call = { method, outcome: 'open', code: undefined };
    const settled = Promise.resolve(result).then(
      () => (call.outcome = 'resolved'),
      (error) => {
        call.outcome = 'rejected';
        call.code = error?.code;
        assert.ok(error instanceof this.ZegoError, `${method} rejected with ${look(error)}`);
      },
    );
    this.open.push(within(settled, () => `${method} never settled`));
    return call;
  }

  /** All hostile calls have settled and the engine is as well as before. */
  async isWell() {
    await Promise.all(this.open.splice(0));
    assert.equal(this.zg.getHostInfo().state, 'ready');
    assert.deepEqual(this.faults, [], 'the engine did not stop');
    const failures = this.logs.filter((line) => /^error/.test(line) && !/a handler of/.test(line));
    assert.deepEqual(failures, []);
    assert.equal({}.polluted, undefined);
  }

  async login() {
    return this.zg.loginRoom('room', await server.token('user-a'), { userID: 'user-a' }, { userUpdate: true });
  }

  end() {
    this.zg.destroyEngine();
    this.world.dispose();
  }
}

/** `promise`, which must settle soon. @param {Promise<any>} promise @param {() => string} message */
export function within(promise, message) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), PATIENCE_MS);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Waits for what must come soon. @param {() => any} condition @param {() => string} message */
export async function until(condition, message) {
  for (let tries = 0; !(await condition()); tries += 1) {
    assert.ok(tries < 1000, message());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Timers of a world that have not fired. @returns {Set<any>} */
function countTimers(context) {
  const open = new Set();
  const { setTimeout: set, clearTimeout: clear } = context;
  context.setTimeout = (action, ms, ...args) => {
    const timer = set(() => {
      open.delete(timer);
      action(...args);
    }, ms);
    open.add(timer);
    return timer;
  };
  context.clearTimeout = (timer) => {
    open.delete(timer);
    clear(timer);
  };
  return open;
}

/** A call as it should be, with what the page sees of it. @param {(program: Program) => void} nuisance done between the steps */
export async function script(program, nuisance) {
  const { zg, recorder } = program;
  const lines = [];
  const done = async (name, promise) =>
    lines.push(
      await promise.then(
        (value) => `${name} ${resultText(value, 'resolved').replace(/messageID: [^,}]+/, 'messageID: ID')}`,
        (error) => `${name} rejected ${error.code}`,
      ),
    );
  nuisance(program);
  await done('login', program.login());
  nuisance(program);
  await done('publish', zg.startPublishingStream('sa', { extraInfo: 'mine' }));
  nuisance(program);
  zg.updatePlayerState('sa', { detail: { code: 3800 } });
  await recorder.waitFor('publisherStateUpdate', ({ state }) => state === 'PUBLISHING');
  nuisance(program);
  await done('devices', zg.setDeviceState('sa', { camera: false }));
  await done('broadcast', zg.sendBroadcastMessage('room', 'hello'));
  await done('command', zg.sendCustomCommand('room', { a: 1 }, ['nobody']));
  nuisance(program);
  await done('room extra info', zg.setRoomExtraInfo('room', 'k', 'v'));
  await done('stream extra info', zg.setStreamExtraInfo('sa', 'changed'));
  await done('play', zg.startPlayingStream('sb'));
  nuisance(program);
  zg.stopPlayingStream('sb');
  assert.equal(zg.stopPublishingStream('sa'), true);
  await recorder.waitFor('publisherStateUpdate', ({ state }) => state === 'NO_PUBLISH');
  zg.logoutRoom('room');
  await program.isWell();
  // A refused login is told like a failed one, of the room that it named.
  const own = recorder.events.filter(({ name, args }) => !/^roomState/.test(name) || args[0] === 'room');
  return lines.concat(own.map(({ name, args }) => eventText(name, args)));
}
