// One client in a fresh process: does one job that the runner sends, answers with what it measured, and ends.

import { createClient, countTraffic, memories } from './clients.mjs';

/** Quiet time after which a client is taken to have done all that a login leads to, in ms. */
const SETTLE_MS = 300;
const EVENTS = {
  join: ['roomUserUpdate', (_room, type, list) => (type === 'ADD' ? list.length : 0)],
  leave: ['roomUserUpdate', (_room, type, list) => (type === 'DELETE' ? list.length : 0)],
  streamAdd: ['roomStreamUpdate', (_room, type, list) => (type === 'ADD' ? list.length : 0)],
  streamDelete: ['roomStreamUpdate', (_room, type, list) => (type === 'DELETE' ? list.length : 0)],
  streamUpdate: ['streamExtraInfoUpdate', (_room, list) => list.length],
  broadcast: ['IMRecvBroadcastMessage', (_room, list) => list.length],
  barrage: ['IMRecvBarrageMessage', (_room, list) => list.length],
  command: ['IMRecvCustomCommand', () => 1],
};

const calls = new Map();
let lastCall = 0;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks the feeder, by way of the runner; see COMMANDS in feeder.mjs. */
function feeder(name, value) {
  lastCall += 1;
  process.send({ call: lastCall, name, value });
  return new Promise((resolve) => calls.set(lastCall, resolve));
}

/** CPU time of this process in ms, all its threads. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Measures `run`: its result, CPU and wall time in ms. */
async function measured(run) {
  const [cpu0, wall0] = [cpu(), performance.now()];
  await run();
  return { cpu: cpu() - cpu0, wall: performance.now() - wall0 };
}

/** What the client's process holds after a full collection: JavaScript, buffers and among them the module's memory, in bytes. */
async function memory() {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc();
    await sleep(10);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { total: heapUsed + external, heap: heapUsed, external, wasm, rss };
}

/** Resolves when `count` more events of `kind` have been delivered. */
function delivered(client, kind, count) {
  const [name, size] = EVENTS[kind];
  return new Promise((resolve) => {
    let left = count;
    client.listen(name, (...args) => {
      if (left <= 0) return;
      left -= size(...args);
      if (left <= 0) resolve();
    });
  });
}

async function connected(job) {
  const client = createClient(job);
  await client.opened;
  await sleep(SETTLE_MS);
  return client;
}

/** In a room of the feeder with `users` and `streams`, all of them reported. */
async function entered(job) {
  const { users = 0, streams = 0 } = job;
  const client = await connected(job);
  const all = [];
  if (users) all.push(delivered(client, 'join', users));
  if (streams) all.push(delivered(client, 'streamAdd', streams));
  const times = await measured(async () => {
    await client.login(`room-u${users}-s${streams}`, job.token);
    await Promise.all(all);
  });
  await sleep(SETTLE_MS);
  return { client, times };
}

const JOBS = {
  /** Load, construct, first socket. */
  async start(job) {
    const [cpu0, wall0] = [cpu(), performance.now()];
    const client = createClient(job);
    const constructed = performance.now() - wall0;
    await client.dialled;
    const socket = { cpu: cpu() - cpu0, wall: performance.now() - wall0 };
    await client.opened;
    await sleep(SETTLE_MS);
    return { constructed, socket: socket.wall, cpu: socket.cpu, ...(await footprint(job)) };
  },

  /** Login on a warm link, then a publish up to its url. */
  async login(job) {
    const client = await connected(job);
    const traffic = countTraffic();
    const times = {};
    const [cpu0, wall0] = [cpu(), performance.now()];
    const known = new Promise((resolve) =>
      client.listen('roomStateUpdate', (_room, state) => state === 'CONNECTED' && resolve()),
    );
    await Promise.all([client.login(job.room, job.token), known]);
    times.wall = performance.now() - wall0;
    await sleep(SETTLE_MS);
    times.cpu = cpu() - cpu0;
    const login = { ...times, ...traffic.take() };
    const publish = await measured(() => client.publish('stream-of-bench'));
    await sleep(SETTLE_MS);
    return { login, publish: { ...publish, ...traffic.take() } };
  },

  /** Events one after the other: `plan` is what the feeder plays, a kind and a number each. */
  async flood(job) {
    const { client } = await entered(job);
    const results = {};
    for (const [kind, count] of job.plan) {
      await feeder('prepare', [[kind, count]]);
      const done = delivered(client, kind, count);
      const times = await measured(() => {
        feeder('play');
        return done;
      });
      // Microseconds for one event, and events in a second.
      results[kind] = { cpu: (times.cpu / count) * 1000, rate: (count / times.wall) * 1000 };
      await sleep(SETTLE_MS);
    }
    return results;
  },

  /** Entering a full room. */
  async enter(job) {
    const traffic = countTraffic();
    const { times } = await entered(job);
    return { ...times, ...traffic.take(), ...(await footprint(job)) };
  },

  /** Mixed events that leave the room as it was; the memory after each `step` of them. */
  async soak(job) {
    const { client } = await entered(job);
    const points = [];
    for (let at = 0; ; at += job.step) {
      points.push([at, (await memory()).total]);
      if (at >= job.count) return { points };
      await feeder('prepare', [['mixed', job.step]]);
      const last = delivered(client, 'leave', job.step / 8);
      feeder('play');
      await last;
    }
  },

  /** CPU time of doing nothing in a room. */
  async idle(job) {
    await entered(job);
    const { cpu: used } = await measured(() => sleep(job.ms));
    return { cpu: (used / job.ms) * 1000 };
  },

  /** Pushes as fast as the socket takes them; the feeder saw when heartbeats came. */
  async burst(job) {
    const { client } = await entered(job);
    await feeder('prepare', [['join', job.count]]);
    const start = performance.now();
    const done = delivered(client, 'join', job.count).then(() => performance.now() - start);
    const begin = (await feeder('report')).now;
    feeder('play');
    const span = await Promise.race([done, sleep(job.limit)]);
    await sleep(2 * job.interval);
    const { beats, logins, now } = await feeder('report');
    const gaps = (times) =>
      [...times.filter((time) => time > begin), now].reduce(
        ({ last, most }, time) => ({ last: time, most: Math.max(most, time - last) }),
        { last: times.findLast((time) => time <= begin) ?? begin, most: 0 },
      ).most;
    return { link: gaps(beats.link), room: gaps(beats.room), logins, span: span ?? job.limit };
  },
};

/** What the client added to the process. */
async function footprint({ baseline }) {
  const now = await memory();
  const grown = (name) => now[name] - baseline[name];
  return { memory: grown('total'), heap: grown('heap'), buffers: grown('external'), wasm: now.wasm, rss: grown('rss') };
}

process.on('message', async (message) => {
  if (message.answer !== undefined) {
    calls.get(message.answer)(message.value);
    return;
  }
  try {
    // The job's own machinery is compiled and warm before anything is measured.
    const baseline = await memory();
    process.send({ result: await JOBS[message.job]({ ...message, baseline }) });
  } catch (error) {
    process.send({ failure: error.stack });
  }
});
process.on('disconnect', () => process.exit());
