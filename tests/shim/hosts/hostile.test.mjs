// Pages that pass anything to anything: the packed package on a simulated platform, with the room server.
//
// HOSTILE_SEED repeats a failure: the message names the seed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Program, script, seed, skip } from './hostile-program.mjs';
import { exactly, hostile } from './hostile-values.mjs';

/** Runs by host. */
const HOSTS = { inline: { any: 120, refused: 20 }, worker: { any: 20, refused: 5 }, plain: { any: 20, refused: 5 } };

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
