// A page that passes anything to RtcRoom, and a component that reports anything: the packed package on a simulated platform, with
// the room server. Here is also the list that says which property covers which public method.
//
// HOSTILE_SEED repeats a failure: the message names the seed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { readHelper } from '../../reference/generate.mjs';
import { Program, seed, server, skip, until, within } from './hostile-program.mjs';
import { exactly, hostile, look } from './hostile-values.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const check = (property, numRuns) => fc.assert(property, { seed, numRuns, includeErrorInReport: true });

/** Handlers that the template names, and with them the component's events. */
const template = readFileSync(new URL('../../../src/shim/rtc-room.axml', import.meta.url), 'utf8');
const HANDLERS = [...template.matchAll(/="(onRtcRoom\w+)"/g)].map(([, name]) => name);

/** A page with a component that does what the template says, and a call on it. */
class Page {
  constructor(program, options = {}, token = undefined) {
    this.data = {};
    this.shown = [];
    this.isUnloaded = false;
    this.errors = [];
    const { RtcRoom } = program.world.load();
    this.program = program;
    const { my } = program.world.host;
    this.room = new RtcRoom(this, program.zg, {
      user: { userID: 'user-a' },
      token: token ?? (() => server.token('user-a')),
      mrtc: { userId: 'u', signature: 's', bizName: 'b', subBiz: 'c', serverUrl: 'wss://x' },
      streamID: 'sa',
      my,
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  setData(change, callback) {
    assert.equal(this.isUnloaded, false, 'a page that was unloaded is not touched');
    for (const [path, value] of Object.entries(change)) {
      const [key, field] = path.split('.');
      if (field) this.data[key] = { ...this.data[key], [field]: value };
      else this.data[key] = value;
      if (key === 'rtcRoom' && this.data.rtcRoom.shown) this.shown.push(this.data.rtcRoom.id);
    }
    if (callback) setTimeout(callback);
  }

  /** An event of the component on show. */
  report(code) {
    this.onRtcRoomRtmpEvent({ currentTarget: { id: this.data.rtcRoom.id }, detail: { code } });
  }

  /** From nothing to a call that others see, and back. */
  async callWorks() {
    const { program, room } = this;
    room.leave();
    assert.equal(room.state.room, 'idle');
    await within(room.join('room'), () => 'joining never settled');
    assert.deepEqual([room.state.room, room.state.roomID], ['connected', 'room']);
    await until(
      () => this.data.rtcRoom.shown && this.data.rtcRoom.extraInfo.rtmpPushUrl,
      () => `no component: ${look(this.data)}`,
    );
    this.report(3800);
    await until(
      () => room.state.publish === 'publishing',
      () => `not published: ${look(room.state)}`,
    );
    await until(
      async () =>
        (await server.rooms()).some(({ streams }) => streams.some(({ streamID }) => streamID === room.state.streamID)),
      () => 'the others do not see the stream',
    );
    assert.equal(this.data.call.publish, 'publishing');
    await this.leaves();
    await program.isWell();
  }

  async leaves() {
    this.room.leave();
    const { room, roomID, publish, play, streamID, playing, streams } = this.room.state;
    assert.deepEqual(
      { room, roomID, publish, play, streamID, playing, streams: [...streams] },
      { room: 'idle', roomID: '', publish: 'none', play: 'none', streamID: '', playing: '', streams: [] },
    );
    assert.equal(this.data.rtcRoom.shown, false);
    await until(
      async () => !(await server.rooms()).some(({ users }) => users.some(({ userID }) => userID === 'user-a')),
      () => 'the service still has the user',
    );
  }
}

let program;
after(() => program?.end());

/** Promises of hostile calls settle, and reject with an error of the package. */
async function settles(promise, name) {
  const error = await within(
    promise.then(
      () => undefined,
      (reason) => reason,
    ),
    () => `${name} never settled`,
  );
  assert.ok(error === undefined || error instanceof program.ZegoError, `${name} rejected with ${look(error)}`);
  return error;
}

const known = ['room', 'elsewhere', 'sa', 'sb', true, false, { publish: false }, { play: false }].map(exactly);
const argument = fc.oneof({ weight: 3, arbitrary: hostile }, ...known);
const METHODS = [
  'join',
  'leave',
  'startPublishing',
  'stopPublishing',
  'startPlaying',
  'stopPlaying',
  'setCamera',
  'setMicrophone',
];

/** An event of the component with something odd in it. */
const event = fc.oneof(
  hostile,
  fc
    .tuple(
      fc.constantFrom(
        'detail',
        'target',
        'currentTarget',
        'detail.code',
        'detail.error',
        'detail.errorMessage',
        'currentTarget.id',
      ),
      hostile,
    )
    .map(([path, value]) =>
      value.changed((made) => {
        const [first, second] = path.split('.');
        return { [first]: second ? { [second]: made } : made };
      }),
    ),
);

/** Callbacks of a page that throw, or give nonsense. */
const throws = () => {
  throw new Error('thrown by the page');
};

const PROPERTIES = {
  constructor: {
    async 'one that is given nonsense says what is wrong with it, or makes a call that can be left'() {
      const { RtcRoom } = program.world.load();
      const page = () => new Page(program);
      const right = {
        page,
        engine: () => program.zg,
        options: () => ({ user: { userID: 'u' }, token: 't', mrtc: {} }),
      };
      const user = hostile.map((value) => value.changed((made) => ({ user: made, token: 't' })));
      const userID = hostile.map((value) => value.changed((made) => ({ user: { userID: made }, token: 't' })));
      const wrong = fc.oneof(
        fc.tuple(fc.constantFrom('page', 'engine', 'options'), hostile),
        fc.tuple(fc.constant('options'), fc.oneof(user, userID)),
      );
      const property = fc.property(wrong, ([name, value]) => {
        const given = { page: right.page(), engine: right.engine(), options: right.options() };
        given.page.room.destroy();
        given[name] = value.make();
        const seen = look(given[name]);
        try {
          const room = new RtcRoom(given.page, given.engine, given.options);
          room.leave();
          room.destroy();
        } catch (error) {
          assert.equal(error.name, 'TypeError', error.stack);
          assert.match(error.message, /^(page|engine|options\S*) must be /, error.stack);
        }
        assert.deepEqual(look(given[name]), seen);
      });
      check(property, 200);
    },

    async 'whatever an option is, joining settles, leaving works, and the next call is as well as before'() {
      const names = readHelper()
        .types.find(({ name }) => name === 'RtcRoomOptions')
        .members.map(({ name }) => name);
      assert.ok(names.length > 15);
      const option = fc.tuple(fc.constantFrom(...names.filter((name) => name !== 'user')), hostile);
      const gives = fc.tuple(
        fc.constantFrom('token', 'mrtc', 'streamID', 'onChange', 'onError', 'onComponentEvent'),
        hostile.map((value) => value.changed((made) => () => made)),
      );
      const property = fc.asyncProperty(
        fc.array(fc.oneof(option, gives), { minLength: 1, maxLength: 3 }),
        async (options) => {
          const given = Object.fromEntries(options.map(([name, value]) => [name, value.make()]));
          const seen = look(given);
          const page = new Page(program, { joinTimeout: 500, ...given }, undefined);
          await settles(page.room.join('room'), 'join');
          for (const handler of HANDLERS) page[handler]({ detail: { code: 3800, error: -104 } });
          await wait(5);
          page.room.leave();
          assert.equal(page.room.state.room, 'idle');
          page.room.destroy();
          page.isUnloaded = true;
          assert.deepEqual(look(given), seen);
          await program.isWell();
        },
      );
      await check(property, 60);
      await new Page(program).callWorks();
    },
  },

  methods: {
    async 'no value passed to any method throws, leaves a promise open, or spoils the next call'() {
      const calls = fc.array(fc.tuple(fc.constantFrom(...METHODS), fc.array(argument, { maxLength: 3 })), {
        minLength: 1,
        maxLength: 10,
      });
      const called = new Set();
      const page = new Page(program);
      const property = fc.asyncProperty(calls, fc.boolean(), async (batch, isIn) => {
        if (isIn) await page.room.join('room').catch(() => {});
        const open = [];
        for (const [method, values] of batch) {
          const args = values.map((value) => value.make());
          const seen = args.map(look);
          const result = page.room[method](...args);
          called.add(method);
          assert.deepEqual(args.map(look), seen, `${method} changed its arguments`);
          if (typeof result?.then === 'function') open.push(settles(result, method));
          for (const [name, type] of Object.entries(STATE))
            assert.equal(typeof page.room.state[name], type, `${name} after ${method}: ${look(page.room.state)}`);
        }
        page.room.leave();
        await Promise.all(open);
        assert.equal(page.room.state.room, 'idle');
        await program.isWell();
      });
      await check(property, 60);
      assert.deepEqual([...called].sort(), [...METHODS].sort());
      page.room.setCamera(true);
      page.room.setMicrophone(true);
      await page.callWorks();
      page.room.destroy();
    },
  },

  'component events': {
    async 'no event of the component throws, or changes the call'() {
      const heard = [];
      const page = new Page(program, { onComponentEvent: (kind, given) => heard.push(given) });
      await page.room.join('room');
      await until(
        () => page.data.rtcRoom.shown,
        () => 'no component',
      );
      const property = fc.property(fc.constantFrom(...HANDLERS), event, (handler, value) => {
        const given = value.make();
        const seen = look(given);
        const { state } = page.room;
        heard.length = 0;
        assert.equal(page[handler](given), undefined);
        assert.deepEqual(look(given), seen, `${handler} changed its event`);
        assert.equal(page.room.state, state, 'nothing changed');
        if (heard.length) assert.equal(heard[0], given, 'the page gets the event as it came');
        for (const error of page.errors.splice(0)) assert.ok(error instanceof program.ZegoError, look(error));
      });
      check(property, 400);
      await page.callWorks();
      page.room.destroy();
    },
  },

  callbacks: {
    async 'callbacks that throw keep no call from being made and left'() {
      const names = ['onChange', 'onError', 'onComponentEvent', 'setData', 'getNetworkType', 'onNetworkStatusChange'];
      const kinds = fc.subarray(['token', 'mrtc', 'streamID', ...names], { minLength: 1 });
      const property = fc.asyncProperty(kinds, async (kinds) => {
        const options = Object.fromEntries(kinds.map((name) => [name, throws]));
        const host = program.world.host.my;
        if (kinds.some((name) => name in host)) {
          options.my = { ...host };
          for (const name of kinds) if (name in host) options.my[name] = throws;
        }
        const lines = [];
        program.world.context.console = { error: (line) => lines.push(line) };
        const page = new Page(program, options);
        if (kinds.includes('setData')) page.setData = throws;
        const error = await settles(page.room.join('room'), 'join');
        const fails = kinds.includes('token') ? 1198008 : undefined;
        if (!kinds.includes('streamID')) assert.equal(error?.code, fails, look(error));
        await wait(5);
        for (const handler of HANDLERS) page[handler]({ detail: { code: 3800, error: -104 } });
        page.room.setCamera(false);
        page.room.leave();
        assert.equal(page.room.state.room, 'idle');
        page.room.destroy();
        await until(
          async () => !(await server.rooms()).some(({ users }) => users.some(({ userID }) => userID === 'user-a')),
          () => 'the service still has the user',
        );
        program.world.context.console = console;
        for (const line of lines) assert.match(line, /^\[zego\] \S+ threw: Error: thrown by the page/);
        if (kinds.includes('onChange')) assert.ok(lines.some((line) => line.includes('onChange')));
        await program.isWell();
      });
      await check(property, 40);
      const page = new Page(program);
      await page.callWorks();
      page.room.destroy();
    },
  },

  destroy: {
    async 'at any moment and with anything: promises settle, the page is left alone, the room is left'() {
      const moments = {
        'before anything': () => [],
        'while it joins': ({ room }) => [room.join('room')],
        'while it joins and is told to join again': ({ room }) => [room.join('room'), room.join('room')],
        'in the room': async ({ room }) => {
          await room.join('room', { publish: false });
          return [];
        },
        'while it publishes': async ({ room }) => {
          await room.join('room', { publish: false });
          return [room.startPublishing(), room.startPlaying('sb')];
        },
        'with a component': async (page) => {
          await page.room.join('room');
          await until(
            () => page.data.rtcRoom.shown,
            () => 'no component',
          );
          page.report(3800);
          return [];
        },
        'after a failure of the component': async (page) => {
          await page.room.join('room');
          await until(
            () => page.data.rtcRoom.shown,
            () => 'no component',
          );
          page.report(3801);
          return [];
        },
        'after it left': async ({ room }) => {
          await room.join('room');
          room.leave();
          return [];
        },
      };
      const arbitrary = fc.tuple(
        fc.constantFrom(...Object.keys(moments)),
        fc.array(fc.array(hostile, { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
      );
      const property = fc.asyncProperty(arbitrary, async ([moment, ends]) => {
        const page = new Page(program);
        const open = (await moments[moment](page)).map((promise) => settles(promise, moment));
        for (const values of ends) page.room.destroy(...values.map((value) => value.make()));
        page.isUnloaded = true;
        await Promise.all(open);
        assert.equal(page.room.state.room, 'idle');
        for (const method of METHODS) {
          const result = page.room[method]('room');
          const code = { join: 1198005, startPublishing: 1198006, startPlaying: 1198006 }[method];
          if (code) assert.equal((await settles(result, method)).code, code, method);
          else assert.equal(result, undefined, method);
        }
        for (const handler of HANDLERS) page[handler]({ detail: { code: 3800, error: -104 } });
        await until(
          async () => !(await server.rooms()).some(({ users }) => users.some(({ userID }) => userID === 'user-a')),
          () => 'the service still has the user',
        );
        await program.isWell();
      });
      await check(property, 40);
      const page = new Page(program);
      await page.callWorks();
      page.room.destroy();
    },
  },
};

/** Types of the state's members, whatever was passed to the methods. */
const STATE = {
  room: 'string',
  roomID: 'string',
  publish: 'string',
  play: 'string',
  streamID: 'string',
  playing: 'string',
  streams: 'object',
  camera: 'boolean',
  microphone: 'boolean',
  peerCamera: 'boolean',
  peerMicrophone: 'boolean',
  online: 'boolean',
  networkType: 'string',
};

for (const [name, properties] of Object.entries(PROPERTIES)) {
  describe(name, { skip }, () => {
    for (const [title, property] of Object.entries(properties))
      test(title, () => {
        program ??= new Program('inline');
        return property();
      });
  });
}

test('every public member of RtcRoom, every member of its state and every event of the component is covered', () => {
  const { methods, types } = readHelper();
  const covered = ['constructor', 'destroy', ...METHODS, 'state'];
  assert.deepEqual(covered.sort(), methods.map(({ name }) => name).sort());
  const state = types.find(({ name }) => name === 'RtcRoomState').members.map(({ name }) => name);
  assert.deepEqual(Object.keys(STATE).sort(), state.sort());
  assert.equal(HANDLERS.length, 9);
});
