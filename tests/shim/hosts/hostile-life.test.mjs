// What stands around the calls of an engine: the settings, the handlers and the end. The packed package on a simulated platform,
// with the room server. Here is also the list that says which property covers which public method.
//
// HOSTILE_SEED repeats a failure: the message names the seed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readModel } from '../../reference/generate.mjs';
import { EVENTS } from '../../support/recorder.mjs';
import { HOSTS, Program, script, seed, server, skip, until, within } from './hostile-program.mjs';
import { hostile, look } from './hostile-values.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Promises that have settled. */
const settled = new WeakSet();
/** A promise that somebody looks at later. @template T @param {Promise<T>} promise @returns {Promise<T>} */
function quietly(promise) {
  const note = () => settled.add(promise);
  promise.then(note, note);
  return promise;
}

const check = (property, numRuns) => fc.assert(property, { seed, numRuns, includeErrorInReport: true });

/** Options of `configure`, and the types they may have. */
const OPTIONS = {
  my: ['object'],
  host: ['object', 'string'],
  worker: ['object'],
  seed: ['number'],
  reconnect: ['function'],
  log: ['function'],
};

/** Functions that a page may register, and what it may have done in them. */
const HANDLERS = {
  'a function that throws': () => () => {
    throw new Error('thrown by a handler');
  },
  'a function that throws nothing': () => () => {
    throw undefined;
  },
  'a function that throws what cannot be read': () => () => {
    throw new Proxy(
      {},
      {
        get() {
          throw new Error('get was trapped');
        },
      },
    );
  },
  'a function that throws a symbol': () => () => {
    throw Symbol('thrown');
  },
  'a function that throws an error with a hostile stack': () => () => {
    throw Object.defineProperty(new Error('x'), 'stack', { value: { toString: null, valueOf: null } });
  },
  'a function without call and apply': () =>
    Object.assign(() => {}, { call: undefined, apply: undefined, bind: undefined }),
  'a proxy that traps the call': () =>
    new Proxy(() => {}, {
      apply() {
        throw new Error('apply was trapped');
      },
      get() {
        throw new Error('get was trapped');
      },
    }),
  'a revoked proxy of a function': () => {
    const { proxy, revoke } = Proxy.revocable(() => {}, {});
    revoke();
    return proxy;
  },
  'a class': () => class Page {},
};

/** A handler that changes everything it is given. Those behind it get what it left of it. */
const spoiler = (...args) => args.forEach(spoil);

/** Changes everything that can be reached. */
function spoil(value) {
  if (value === null || typeof value !== 'object') return;
  for (const key of Object.keys(value)) {
    spoil(value[key]);
    value[key] = 'spoilt';
  }
  if (Array.isArray(value)) value.length = 0;
  Object.freeze(value);
}

/** Answers of synchronous methods after the end. */
const AFTERWARDS = {
  logoutRoom: undefined,
  stopPublishingStream: false,
  stopPlayingStream: undefined,
  getNextUrl: '',
  renewToken: false,
  enableMultiRoom: false,
  updatePlayerState: undefined,
  updatePlayerNetStatus: undefined,
  updateAudioVolumeNotify: undefined,
  on: false,
  once: false,
  off: false,
  setLogConfig: false,
  setDebugVerbose: undefined,
  destroyEngine: undefined,
};

/** Moments of a call in which the engine is destroyed: each leads there, and answers with the promises that are open then. */
const MOMENTS = {
  'while the module loads': (program) => [program.login()],
  'when it is loaded': async (program) => {
    await ready(program);
    return [];
  },
  'while the login is not answered': async (program) => {
    await ready(program);
    program.world.host.blackHole = true;
    return [program.login()];
  },
  'in a room': async (program) => {
    await program.login();
    return [];
  },
  'while every call waits': async (program) => {
    const { zg, world } = program;
    await program.login();
    await zg.startPublishingStream('sa');
    world.host.blackHole = true;
    return [
      zg.startPublishingStream('sb'),
      zg.startPlayingStream('sc'),
      zg.sendBroadcastMessage('room', 'x'),
      zg.sendBarrageMessage('room', 'x'),
      zg.sendCustomCommand('room', {}),
      zg.setRoomExtraInfo('room', 'k', 'v'),
      zg.setStreamExtraInfo('sa', 'x'),
      zg.setDeviceState('sa', { camera: false }),
      zg.checkSystemRequirements(),
    ];
  },
  'while it publishes': async (program) => {
    await program.login();
    await program.zg.startPublishingStream('sa');
    program.zg.updatePlayerState('sa', { detail: { code: 3800 } });
    await program.recorder.waitFor('publisherStateUpdate', ({ state }) => state === 'PUBLISHING');
    return [];
  },
  'while the network is away': async (program) => {
    await program.login();
    program.world.host.cutNetwork();
    await wait(0);
    return [program.zg.loginRoom('other', await server.token('user-a'), { userID: 'user-a' })];
  },
  'after the module stopped': async (program) => {
    await program.login();
    const restarted = program.recorder.waitFor('roomStateUpdate', (_, state) => state === 'CONNECTING', {
      from: program.recorder.events.length,
    });
    program.world.trap = true;
    const open = quietly(program.zg.sendBroadcastMessage('room', 'x'));
    await restarted;
    return [open, program.zg.startPlayingStream('sa')];
  },
};

async function ready({ zg }) {
  await until(
    () => zg.getHostInfo().state === 'ready',
    () => 'the module is loaded',
  );
}

/** Asserts that nothing of a destroyed engine is left, and that the promises `waiting` for it were told of its end. */
async function isOver(program, open, waiting) {
  const { world, timers, zg, recorder, ZegoError } = program;
  for (const promise of open) {
    const error = await within(
      promise.then(
        () => undefined,
        (reason) => reason,
      ),
      () => 'a promise that was open never settled',
    );
    assert.ok(error === undefined || error instanceof ZegoError, look(error));
    if (waiting.includes(promise)) assert.ok(!error || error.code === 1199003, look(error));
  }
  assert.equal(zg.getHostInfo().state, 'destroyed');
  await until(
    () => world.host.openSockets.length === 0,
    () => 'a socket is left open',
  );
  await until(
    () => timers.size === 0,
    () => `${timers.size} timers are left`,
  );
  await until(
    () => world.worker === undefined,
    () => 'the Worker did not end',
  );
  const told = recorder.events.length;
  return () => assert.equal(recorder.events.length, told, 'no event after the end');
}

/** Every other method of a destroyed engine, with arguments that would do if it lived. */
async function answersAsDocumented(program, methods) {
  const { zg, ZegoError } = program;
  const args = ['room', { camera: true }, { userID: 'u' }];
  for (const { name, returns, insteadEn } of methods) {
    const own = { on: ['error', () => {}], once: ['error', () => {}], off: ['error'], setLogConfig: [{ logURL: '' }] };
    const call = () => zg[name](...(own[name] ?? args));
    if (insteadEn && !/^Promise/.test(returns)) {
      assert.throws(call, { code: 1100010 }, name);
    } else if (/^Promise/.test(returns)) {
      const error = await call().then(
        () => undefined,
        (reason) => reason,
      );
      if (name === 'checkSystemRequirements') assert.equal(error, undefined);
      else assert.ok(error instanceof ZegoError, name);
      if (error) assert.equal(error.code, insteadEn ? 1100010 : 1199003, name);
    } else if (name in AFTERWARDS) {
      assert.deepEqual(call(), AFTERWARDS[name], name);
    } else {
      assert.ok(['getVersion', 'getHostInfo', 'getPlayerList'].includes(name), `${name} has no answer in the list`);
    }
  }
}

const model = readModel();
const methods = model.methods.filter(({ isConstructor, isStatic }) => !isConstructor && !isStatic);

/** Properties by what they cover; every other public method is in the properties of hostile.test.mjs. */
const PROPERTIES = {
  constructor: {
    async 'one that is given nonsense says what is wrong with it, or makes an engine'() {
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
        check(property, 200);
      } finally {
        program.end();
      }
    },
  },

  configure: {
    async 'settings that are nonsense are refused by name, and nothing changes'() {
      const program = new Program('inline');
      const { ZegoExpressEngine } = program;
      const wrong = fc.constantFrom(...Object.keys(OPTIONS)).chain((name) =>
        hostile.map((value) =>
          value.changed((made) => {
            const isRight = made === undefined || OPTIONS[name].includes(typeof made);
            return { seed: 1, my: {}, [name]: isRight ? Symbol(name) : made };
          }),
        ),
      );
      const noObject = hostile.map((value) =>
        value.changed((made) => (made && typeof made === 'object' ? String : made)),
      );
      const property = fc.property(fc.oneof(wrong, noObject), (options) => {
        const given = options.make();
        const before = look(given);
        assert.throws(
          () => ZegoExpressEngine.configure(given),
          (error) => error.name === 'TypeError' && /^(\w+) must be /.test(error.message),
        );
        assert.deepEqual(look(given), before);
        const engine = new ZegoExpressEngine(server.appID, server.ws);
        assert.equal(engine.getHostInfo().host, 'inline');
        engine.destroyEngine();
      });
      try {
        check(property, 100);
        await program.login();
        await program.isWell();
      } finally {
        program.end();
      }
    },

    async 'whatever it takes, an engine answers, and the next one is as well as before'() {
      const program = new Program('inline');
      const { ZegoExpressEngine, ZegoError } = program;
      const expected = await script(program, () => {});
      program.zg.destroyEngine();
      const host = hostile.map((value) => value.changed((open) => ({ name: 'own', available: () => true, open })));
      const opens = hostile.map((value) =>
        value.changed((made) => ({ name: 'own', available: () => true, open: () => made })),
      );
      const policy = hostile.map((value) => value.changed((made) => () => made));
      const option = fc.oneof(
        fc.tuple(fc.constantFrom(...Object.keys(OPTIONS)), hostile),
        fc.tuple(fc.constant('host'), fc.oneof(host, opens)),
        fc.tuple(fc.constant('reconnect'), policy),
        fc.tuple(fc.constant('options'), hostile),
      );
      const property = fc.asyncProperty(fc.array(option, { minLength: 1, maxLength: 3 }), async (options) => {
        for (const [name, value] of options) {
          const made = value.make();
          const given = name === 'options' ? made : { [name]: made };
          const before = look(given);
          try {
            ZegoExpressEngine.configure(given);
          } catch (error) {
            assert.equal(error.name, 'TypeError', look(error));
          }
          assert.deepEqual(look(given), before);
        }
        const odd = new ZegoExpressEngine(server.appID, server.ws);
        odd.on('error', () => {});
        const info = odd.getHostInfo();
        assert.equal(info.version, ZegoExpressEngine.version);
        const call = odd.sendBroadcastMessage('room', 'x').catch((error) => error);
        // One that never loads is ended by the page.
        await Promise.race([call, wait(30)]);
        odd.destroyEngine();
        const error = await within(call, () => 'the call of an engine with odd settings never settled');
        assert.ok(error instanceof ZegoError, look(error));
        program.configure();
        program.logs.length = 0;
        program.begin();
        assert.deepEqual(await script(program, () => {}), expected);
        program.zg.destroyEngine();
      });
      try {
        await check(property, 60);
      } finally {
        program.world.dispose();
      }
    },
  },

  version: {
    async 'the static one is that of every instance, whatever is done to it'() {
      const program = new Program('inline');
      const { ZegoExpressEngine, zg } = program;
      const { version } = ZegoExpressEngine;
      assert.match(version, /^\d+\.\d+\.\d+/);
      const property = fc.property(hostile, (value) => {
        try {
          ZegoExpressEngine.version = value.make();
        } catch (error) {
          assert.equal(error.name, 'TypeError');
        }
        assert.equal(zg.getVersion(), version);
        assert.equal(zg.getHostInfo().version, version);
      });
      try {
        check(property, 50);
        await program.login();
        await program.isWell();
      } finally {
        program.end();
      }
    },
  },

  handlers: {
    async 'no handler keeps an event from the others, or changes what comes later'() {
      const clean = new Program('inline');
      const expected = await script(clean, () => {});
      clean.end();
      const handler = fc.constantFrom(...Object.keys(HANDLERS));
      const registered = fc.tuple(fc.constantFrom('on', 'once'), fc.constantFrom(...EVENTS), handler);
      const property = fc.asyncProperty(fc.array(registered, { minLength: 4, maxLength: 40 }), async (list) => {
        const program = new Program('inline');
        const { zg } = program;
        let isFirst = true;
        try {
          const lines = await script(program, () => {
            // At first in front of those that look, then behind them.
            if (isFirst) for (const event of EVENTS) zg.off(event);
            for (const [how, event, name] of list) assert.equal(zg[how](event, HANDLERS[name]()), true, name);
            if (isFirst) program.recorder.attach(zg);
            for (const [how, event] of list) zg[how](event, spoiler);
            isFirst = false;
          });
          assert.deepEqual(lines, expected);
        } finally {
          program.end();
        }
      });
      await check(property, 25);
    },
  },

  destroyEngine: Object.fromEntries(
    HOSTS.flatMap((host) => [
      [
        `in host ${host}, at any moment and with anything: promises settle, nothing is left, the next engine works`,
        async () => {
          const program = new Program(host);
          program.zg.destroyEngine();
          const arbitrary = fc.tuple(
            fc.constantFrom(...Object.keys(MOMENTS)),
            fc.array(fc.array(hostile, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
          );
          const property = fc.asyncProperty(arbitrary, async ([moment, ends]) => {
            program.begin();
            const { zg, world } = program;
            const open = (await MOMENTS[moment](program)).map(quietly);
            const waiting = open.filter((promise) => !settled.has(promise));
            for (const args of ends) program.call('destroyEngine', args);
            const isQuiet = await isOver(program, open, waiting);
            world.host.blackHole = false;
            world.host.restoreNetwork();
            world.trap = false;
            await answersAsDocumented(program, methods);
            isQuiet();
            assert.equal(program.timers.size, 0, `${moment}: a method of a destroyed engine began something`);
            program.logs.length = 0;
            assert.equal(zg.getHostInfo().state, 'destroyed');
          });
          try {
            await check(property, host === 'inline' ? 40 : 16);
            program.begin();
            await script(program, () => {});
          } finally {
            program.end();
          }
        },
      ],
      [
        `in host ${host}, from within a handler of any event`,
        async () => {
          const program = new Program(host);
          program.zg.destroyEngine();
          const own = [
            'roomStateUpdate',
            'roomStateChanged',
            'roomUserUpdate',
            'publisherStateUpdate',
            'playerStateUpdate',
          ];
          const arbitrary = fc.tuple(fc.constantFrom(...own), fc.integer({ min: 0, max: 3 }), hostile);
          const property = fc.asyncProperty(arbitrary, async ([event, skipped, arg]) => {
            program.begin();
            const { zg } = program;
            let left = skipped;
            const late = [];
            const open = [];
            let waiting = [];
            const destroyed = new Promise((resolve) => {
              zg.on(event, () => {
                left -= 1;
                if (left !== -1) return;
                waiting = open.filter((promise) => !settled.has(promise));
                zg.destroyEngine(arg.make());
                late.push(quietly(zg.sendBroadcastMessage('room', 'late')));
                resolve();
              });
            });
            open.push(...[program.login(), zg.startPublishingStream('sa'), zg.startPlayingStream('sb')].map(quietly));
            await quietly(open[0]).catch(() => {});
            open.push(...[zg.startPublishingStream('sa'), zg.startPlayingStream('sb')].map(quietly));
            // Where the event does not come so often the page ends it.
            await Promise.race([destroyed, wait(100)]);
            zg.destroyEngine();
            const isQuiet = await isOver(program, open.concat(late), waiting.concat(late));
            await answersAsDocumented(program, methods);
            isQuiet();
          });
          try {
            await check(property, host === 'inline' ? 20 : 8);
          } finally {
            program.world.dispose();
          }
        },
      ],
    ]),
  ),
};

for (const [name, properties] of Object.entries(PROPERTIES)) {
  describe(name, { skip }, () => {
    for (const [title, property] of Object.entries(properties)) test(title, property);
  });
}

test('every public method is covered by a property', { skip }, () => {
  const program = new Program('inline');
  const general = Object.getOwnPropertyNames(program.ZegoExpressEngine.prototype);
  program.end();
  const covered = new Set([...general, ...Object.keys(PROPERTIES)]);
  covered.delete('handlers');
  assert.deepEqual([...covered].sort(), model.methods.map(({ name }) => name).sort());
  const answered = methods.filter(({ returns, insteadEn }) => !insteadEn && !/^Promise/.test(returns));
  assert.deepEqual(
    answered.map(({ name }) => name).filter((name) => !(name in AFTERWARDS)),
    ['getVersion', 'getHostInfo', 'getPlayerList'],
    'each has its answer after the end',
  );
});
