// One run of one scenario: a world of its own with a room server, clients of given kinds, and what each of them was told. Time is
// virtual, so every run of the same clients says the same.

import { createClient } from '../support/clients.mjs';
import { startVirtualWorld } from '../support/virtual-world.mjs';
import { argumentsText, eventText, resultText } from './text.mjs';

/** Room that scenarios use unless they name one. */
export const ROOM = 'room';
/** What a media component can report, as the Alipay host numbers it. */
const COMPONENT_EVENTS = { published: 3800, publishFailed: 3801, playing: 3802, playFailed: 3803 };
/** Nothing may happen for so many looks, so far apart, before a step counts as over. */
const QUIET = { looks: 4, apart: 20 };
/** How long a step waits for the promises of its calls. A promise still open then is written down as such. */
const OPEN_CALL_MS = 2500;
/** How long a script waits for a call that it says must settle. In ms. */
const FINISH_MS = 60_000;
/** Frames of link heartbeats; they come at any time and mean nothing here. */
const HEARTBEATS = ['HBRequest', 'HBResponse'];

/**
 * Runs one scenario.
 * @param {object} scenario see scenario.mjs
 * @param {string[]} kinds kind of the first client, of the second, ...; the last one counts for all others
 * @returns {Promise<{steps: {title: string, lines: Record<string, string[]>}[], calls: number, events: number}>}
 */
export async function perform(scenario, kinds) {
  const world = await startVirtualWorld({ args: ['--seed', '1', ...serverArgs(scenario)] });
  const stage = new Stage(world, kinds);
  try {
    for (const name of scenario.clients) stage.add(name, scenario);
    await stage.settle();
    await scenario.run(Object.assign(Object.create(stage), stage.cast), stage);
    stage.writeOpenCalls();
    return stage.record();
  } finally {
    stage.close();
    await world.close();
  }
}

/** See {@link perform}. Scenarios get it with its clients as further properties. */
export class Stage {
  #kinds;
  #entries = 0;
  #nextFrame = 0;

  constructor(world, kinds) {
    this.#kinds = kinds;
    /** Where it all happens. @type {import('../support/virtual-world.mjs').VirtualWorld} */
    this.world = world;
    /** The clients by name. @type {Record<string, Actor>} */
    this.cast = {};
    this.steps = [{ title: 'the clients start', lines: {} }];
    this.calls = 0;
    this.events = 0;
  }

  /** @internal */
  add(name, { clientOptions }) {
    const kind = this.#kinds[Math.min(Object.keys(this.cast).length, this.#kinds.length - 1)];
    this.cast[name] = new Actor(this, name, kind, clientOptions);
    return this.cast[name];
  }

  /** A control command of the server, as a step. */
  control(command, parameters) {
    const title = `server: ${command}${argumentsText([parameters ?? {}])}`;
    return this.step(title, () => this.world.control(command, parameters));
  }

  /**
   * One step: everything that happens from here until nothing happens any more belongs to it.
   * @param {string} title the same for every kind of client
   * @param {() => unknown} action
   */
  async step(title, action) {
    this.steps.push({ title, lines: {} });
    const marks = Object.values(this.cast).map((actor) => actor.mark());
    const value = await action();
    await this.settle();
    for (const end of marks) end();
    return value;
  }

  /** Waits until calls have settled and neither clients nor server have anything more to say. */
  async settle({ openCalls = OPEN_CALL_MS } = {}) {
    const deadline = this.world.now + openCalls;
    let calm = 0;
    let seen = -1;
    while (calm < QUIET.looks) {
      const page = await this.world.control('frames', { since: this.#nextFrame });
      this.#nextFrame = page.next;
      const traffic = page.frames.some(({ name }) => !HEARTBEATS.includes(name));
      const waiting = this.world.now < deadline && Object.values(this.cast).some(({ open }) => open.size > 0);
      calm = traffic || waiting || seen !== this.#entries ? 0 : calm + 1;
      seen = this.#entries;
      await this.world.run(QUIET.apart);
    }
  }

  /** Lets time pass in which nothing is expected to be asked for; what comes belongs to the present step. */
  async pause(ms) {
    await this.world.run(ms);
    await this.settle();
  }

  /** Lets time pass until a second of the clock begins: one rule of the vendor counts in whole seconds. */
  async nextSecond() {
    await this.world.run(1000 - (this.world.now % 1000));
  }

  /** @internal what was said up to now */
  record() {
    return { kind: this.#kinds[0], steps: structuredClone(this.steps), calls: this.calls, events: this.events };
  }

  /** @internal */
  write(name, line) {
    this.#entries += 1;
    (this.steps.at(-1).lines[name] ??= []).push(line);
  }

  /** @internal */
  writeOpenCalls() {
    for (const actor of Object.values(this.cast)) {
      for (const { label } of actor.open) this.write(actor.name, `${label} never settled`);
    }
  }

  /** @internal */
  close() {
    for (const actor of Object.values(this.cast)) actor.close();
  }
}

/** One client on the stage. */
class Actor {
  #stage;
  #client;
  #from = 0;
  #numbers = new Map();

  constructor(stage, name, kind, options = {}) {
    this.#stage = stage;
    this.name = name;
    this.kind = kind;
    /** Calls whose promise is open. @type {Set<{label: string}>} */
    this.open = new Set();
    this.#client = createClient(kind, {
      world: stage.world,
      server: stage.world.ws,
      appID: stage.world.appID,
      log: () => {},
      host: { rewrite: (url) => url.replace(/^wss:/, 'ws:') },
      onFault: (error) => stage.write(name, `threw ${error.name} outside of calls`),
      ...options,
      onEvent: ({ name: event, args }) => {
        stage.events += 1;
        stage.write(name, eventText(event, args));
      },
    });
  }

  /** User id of this client unless a scenario chooses another. */
  get userID() {
    return `user-${this.name}`;
  }

  get user() {
    return { userID: this.userID, userName: `Name of ${this.name}` };
  }

  /** The engine itself, for what must not be recorded. */
  get engine() {
    return this.#client.engine;
  }

  /** Events so far, see Recorder. */
  get events() {
    return this.#client.events;
  }

  /** A token of the server for this client. */
  async token(options = {}) {
    return (await this.#stage.world.control('token', { userID: this.userID, ...options })).token;
  }

  /** Logs in as a step. Everything has a default. */
  async login({ room = ROOM, user = this.user, config = { userUpdate: true }, token, tokenOptions } = {}) {
    const text = token ?? (await this.token({ userID: user?.userID ?? this.userID, ...tokenOptions }));
    return this.call('loginRoom', room, text, user, config);
  }

  /** One call as a step of its own. */
  call(method, ...args) {
    const shown = method === 'loginRoom' ? args.toSpliced(1, 1) : args;
    return this.#stage.step(`${this.name}: ${method}${argumentsText(shown)}`, () => this.begin(method, ...args));
  }

  /** One call within the present step. Never throws, and waits for nothing. */
  begin(method, ...args) {
    this.#begin(method, args);
  }

  /** The same, and lets time pass until the call has settled. */
  async finish(method, ...args) {
    const call = this.#begin(method, args);
    await this.#stage.world.runUntil(() => !this.open.has(call), FINISH_MS);
  }

  #begin(method, args) {
    this.#stage.calls += 1;
    const number = (this.#numbers.get(method) ?? 0) + 1;
    this.#numbers.set(method, number);
    const label = number === 1 ? method : `${method} #${number}`;
    const write = (text) => this.#stage.write(this.name, `${label} ${text}`);
    try {
      const value = this.engine[method](...args);
      if (typeof value?.then !== 'function') {
        write(`= ${resultText(value, '=')}`);
        return undefined;
      }
      const call = { label };
      this.open.add(call);
      const settled = (how) => (result) => {
        this.open.delete(call);
        write(`${how} ${resultText(result, how)}`);
      };
      value.then(settled('resolved'), settled('rejected'));
      return call;
    } catch (error) {
      write(`threw ${error.name}`);
      return undefined;
    }
  }

  /** Publishes as far as the room knows it: the address, then the component's success. */
  async publish(streamID, option) {
    await (option === undefined
      ? this.call('startPublishingStream', streamID)
      : this.call('startPublishingStream', streamID, option));
    await this.component(streamID, 'published');
  }

  /** The media component reports something: published, publishFailed, playing, playFailed, or a number. */
  component(streamID, what) {
    return this.#stage.step(`${this.name}: component${argumentsText([streamID, what])}`, () =>
      this.report(streamID, what),
    );
  }

  /** The same within the present step. */
  report(streamID, what) {
    this.#client.componentEvent(streamID, COMPONENT_EVENTS[what] ?? what);
  }

  /** This client's sockets break, within the present step. */
  breakSockets() {
    this.#client.dropSockets();
  }

  /** Lets time pass until this client was told, in the present step, of an event that fits. */
  async sees(event, where, limit = 12_000) {
    const find = () => this.#client.find(event, where, this.#from) !== undefined;
    const seen = await this.#stage.world.runUntil(find, limit);
    if (!seen) throw new Error(`${this.name} was told of no ${event} within ${limit} ms`);
  }

  /** Writes down something that a scenario found out about this client. */
  note(line) {
    this.#stage.write(this.name, line);
  }

  /** Waits, in the present step, until this client is in the room (again). */
  comesBack(limit) {
    return this.sees('roomStateUpdate', (_room, state) => state === 'CONNECTED', limit);
  }

  /** @internal a step begins; the result ends it */
  mark() {
    this.#from = this.#client.events.length;
    this.#numbers.clear();
    return () => {
      this.#from = this.#client.events.length;
    };
  }

  /** @internal */
  close() {
    this.#client.close();
  }
}

/** Room heartbeats are kept out of the record, except where a scenario is about them. */
function serverArgs({ serverArgs: args }) {
  return args.includes('--room-heartbeat-ms') ? args : ['--room-heartbeat-ms', '60000', ...args];
}
