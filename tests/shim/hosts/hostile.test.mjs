// Pages that pass anything to anything: the packed package on a simulated platform, with the room server.
//
// HOSTILE_SEED repeats a failure: the message names the seed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { roomServerProblem, startRoomServer } from '../../support/room-server.mjs';
import { Recorder } from '../../support/recorder.mjs';
import { eventText, resultText } from '../../conformance/text.mjs';
import { createWorld } from './bare-world.mjs';
import { exactly, hostile, look } from './hostile-values.mjs';
import { installPackage, packageProblem } from './packed.mjs';

const seed = Number(process.env.HOSTILE_SEED ?? 20_261_125);
const WORKER = { script: 'pkg/worker.js', wasm: '/pkg/engine.wasm.br' };
/** Runs by host. */
const HOSTS = { inline: { any: 120, refused: 20 }, worker: { any: 20, refused: 5 }, plain: { any: 20, refused: 5 } };
/** Calls of the engine settle in 6 s at the latest, the login apart; here everything is answered. */
const PATIENCE_MS = 8000;
const skip = packageProblem() ?? roomServerProblem() ?? false;

let installed;
let server;

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
class Program {
  constructor(host) {
    this.world = createWorld({ runtime: 'simulator', files: installed.files });
    this.logs = [];
    this.faults = [];
    const { ZegoExpressEngine, ZegoError } = this.world.load();
    this.ZegoExpressEngine = ZegoExpressEngine;
    this.ZegoError = ZegoError;
    ZegoExpressEngine.configure({
      host,
      worker: WORKER,
      log: (level, message) => this.logs.push(`${level}: ${message}`),
    });
    this.zg = new ZegoExpressEngine(server.appID, server.ws);
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
    const call = { method, outcome: 'open' };
    const settled = Promise.resolve(result).then(
      () => (call.outcome = 'resolved'),
      (error) => {
        call.outcome = 'rejected';
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

function within(promise, message) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), PATIENCE_MS);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Public methods, all of them but the end. */
function methodsOf({ ZegoExpressEngine }) {
  const names = Object.getOwnPropertyNames(ZegoExpressEngine.prototype);
  return names.filter((name) => !['constructor', 'destroyEngine'].includes(name));
}

/** Any call of any method. Names of what is really there lead further in. */
function anyCall(methods) {
  const known = ['room', 'sa', 'user-a', 'roomStateUpdate', true, { camera: false }, { detail: { code: 3800 } }];
  const value = fc.oneof({ weight: 3, arbitrary: hostile }, ...known.map(exactly));
  return fc.tuple(fc.constantFrom(...methods), fc.array(value, { maxLength: 5 }));
}

/** Hostile values of which those of a type are changed. */
const without = (type, change) =>
  hostile.map((value) => value.changed((made) => (typeof made === type ? change(made) : made)));
/** Ids have no space and no slash. */
const noID = without('string', (text) => `${text} /`);
const noText = without('string', () => '');
const noFlag = without('boolean', Number);
/** Nothing at all leaves every room. */
const noRoom = noID.map((value) => value.changed((made) => made ?? 'elsewhere'));

/** Calls of which each must be refused, or have nothing to do. */
const REFUSED = {
  loginRoom: [[noID, hostile, hostile, hostile]],
  logoutRoom: [[noRoom]],
  renewToken: [[hostile, exactly('elsewhere')]],
  enableMultiRoom: [[noFlag]],
  startPublishingStream: [[noID, hostile]],
  stopPublishingStream: [[noID]],
  startPlayingStream: [[noID, hostile]],
  stopPlayingStream: [[noID]],
  getNextUrl: [[noID]],
  updatePlayerState: [
    [noID, hostile],
    [exactly('sa'), noFlag],
  ],
  updatePlayerNetStatus: [[noID, hostile]],
  sendBroadcastMessage: [
    [noID, hostile],
    [exactly('room'), noText],
  ],
  sendBarrageMessage: [
    [noID, hostile],
    [exactly('room'), noText],
  ],
  sendCustomCommand: [[noID, hostile, hostile]],
  setRoomExtraInfo: [
    [noID, hostile, hostile],
    [exactly('room'), noText, hostile],
    [exactly('room'), exactly('k'), noText],
  ],
  setStreamExtraInfo: [
    [noID, hostile],
    [exactly('sa'), noText],
  ],
  setDeviceState: [
    [noID, hostile],
    [exactly('sa'), noText],
  ],
  on: [[noID, hostile]],
  once: [[noID, hostile]],
  off: [[noID, hostile]],
  setDebugVerbose: [[noFlag]],
  setLogConfig: [[noText]],
  updateAudioVolumeNotify: [[hostile, hostile]],
};

function refusedCall(methods) {
  const of = (name) =>
    (REFUSED[name] ?? [[hostile, hostile]]).map((args) => fc.tuple(fc.constant(name), fc.tuple(...args)));
  return fc.oneof(...methods.flatMap(of));
}

/** A call as it should be, with what the page sees of it. @param {(program: Program) => void} nuisance done between the steps */
async function script(program, nuisance) {
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

for (const [host, { any, refused }] of Object.entries(HOSTS)) {
  describe(`host ${host}`, { skip }, () => {
    test('no value passed to any method stops the engine, leaves a promise open or is changed', async () => {
      const program = new Program(host);
      try {
        const calls = fc.array(anyCall(methodsOf(program)), { minLength: 1, maxLength: 12 });
        const property = fc.asyncProperty(calls, async (batch) => {
          await program.login().catch(() => {});
          for (const [method, values] of batch) program.call(method, values);
          await program.isWell();
        });
        await fc.assert(property, { seed, numRuns: any, includeErrorInReport: true });
      } finally {
        program.end();
      }
    });

    test('an engine that refused any number of calls behaves as one that had none', async () => {
      const clean = new Program(host);
      const expected = await script(clean, () => {});
      const calls = fc.array(fc.array(refusedCall(methodsOf(clean)), { maxLength: 8 }), { minLength: 6, maxLength: 6 });
      clean.end();
      assert.equal(expected.filter((line) => /rejected/.test(line)).length, 0, expected.join('\n'));
      const property = fc.asyncProperty(calls, async (batches) => {
        const program = new Program(host);
        try {
          const left = batches.slice();
          const made = [];
          const lines = await script(program, () => {
            for (const [method, values] of left.shift()) made.push(program.call(method, values));
          });
          const accepted = made.filter(
            (call) => call?.outcome === 'resolved' && call.method !== 'checkSystemRequirements',
          );
          assert.deepEqual(accepted, []);
          assert.deepEqual(lines, expected);
        } finally {
          program.end();
        }
      });
      await fc.assert(property, { seed, numRuns: refused, includeErrorInReport: true });
    });
  });
}

test('a constructor that is given nonsense says what is wrong with it, or makes an engine', { skip }, async () => {
  const program = new Program('inline');
  const { ZegoExpressEngine } = program;
  const property = fc.property(hostile, hostile, (appID, servers) => {
    const args = [appID.make(), servers.make()];
    const before = args.map(look);
    try {
      new ZegoExpressEngine(...args).destroyEngine();
    } catch (error) {
      assert.equal(error.name, 'TypeError', error.stack);
      assert.match(error.message, /^(appID|server) must be /);
    }
    assert.deepEqual(args.map(look), before);
  });
  try {
    fc.assert(property, { seed, numRuns: 200, includeErrorInReport: true });
  } finally {
    program.end();
  }
});
