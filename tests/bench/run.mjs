// The benchmark: the vendor's public client, ours and a floor side by side, interleaved, each job in a fresh process.
//
//   ./build.sh bench [--quick] [--only GROUP]... [--list] [--out FOLDER] [--publish]
//
// Results go to FOLDER (.artifacts/bench): results.md, results.json and a plot for each group. --publish puts those of a full
// run into docs/.

import { SingleBar } from 'cli-progress';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRoomServer } from '../support/room-server.mjs';
import { GROUPS } from './groups.mjs';
import { drawChart } from './plot.mjs';
import { runClient, startFeeder } from './processes.mjs';
import { markdown, publish } from './report.mjs';
import { Samples } from './samples.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const HEARTBEAT = { link: { interval: 5, timeout: 10 }, room: 10_000 };
const JOB_LIMIT_MS = 180_000;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: join(root, '.artifacts/bench') },
  },
});
if (options.list) {
  for (const { name, title } of GROUPS) console.log(`  ${name.padEnd(8)} ${title}`);
  process.exit();
}
const unknown = options.only.filter((name) => !GROUPS.some((group) => group.name === name));
if (unknown.length) {
  console.error(`no group is called ${unknown.join(', ')}; there are: ${GROUPS.map((group) => group.name).join(', ')}`);
  process.exit(2);
}
const mode = options.quick ? 'quick' : 'full';
const isChosen = ({ name, isSlow }) => (options.only.length ? options.only.includes(name) : !(isSlow && options.quick));
const groups = GROUPS.filter(isChosen);
const samples = new Samples();
const begun = Date.now();

const load = loadavg()[0];
if (load > 0.5) console.log(`The machine is busy (load ${load.toFixed(1)}): times will spread, CPU times less so.`);
const tasks = groups.flatMap((group) => runs(group, mode));
const bar = new SingleBar({
  format: '{bar} {value}/{total} {eta_formatted} {what}',
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});
const servers = { feeder: await startFeeder(), room: await startRoomServer({ mediaHosts: ['127.0.0.1:1935'] }) };
try {
  const token = await servers.room.token('bench');
  bar.start(tasks.length, 0, { what: '' });
  for (const task of tasks) {
    bar.update({ what: `${task.group} ${task.name ?? task.point ?? ''} ${task.client ?? ''}` });
    await run(task, token);
    bar.increment();
  }
} finally {
  bar.stop();
  servers.feeder.close();
  await servers.room.close();
}
report();

/** What to run for a group, in the order of running: client after client, then everything again. */
function runs({ name: group, measure, tasks }, mode) {
  if (measure) return [{ group, measure }];
  const list = tasks(mode);
  const most = Math.max(...list.map((task) => task.repeat));
  const order = [];
  for (let turn = 0; turn < most; turn += 1) {
    for (const task of list.filter(({ repeat }) => turn < repeat)) {
      const { clients } = task;
      // Nobody is always the first.
      for (let i = 0; i < clients.length; i += 1) {
        order.push({ ...task, group, client: clients[(i + turn) % clients.length] });
      }
    }
  }
  return order;
}

async function run({ group, measure, client, point, job, server, heartbeat = HEARTBEAT, limit = JOB_LIMIT_MS }, token) {
  try {
    if (measure) {
      await measure(samples);
      return;
    }
    await servers.feeder.ask('reset', heartbeat);
    const url = server === 'room' ? servers.room.ws : servers.feeder.url;
    const whole = { ...job, client, token, server: url, appID: servers.room.appID };
    samples.add(group, client, point, await runClient(whole, servers.feeder, limit));
  } catch (error) {
    samples.failures.push({ group, client, point, problem: error.message });
  }
}

function report() {
  const verdicts = groups.flatMap((group) => group.aims(samples));
  const shown = groups.map(({ name, title, tables }) => ({ name, title, tables: tables(samples) }));
  const results = { machine: machine(), verdicts, groups: shown };
  mkdirSync(options.out, { recursive: true });
  const text = markdown(results, '.');
  writeFileSync(join(options.out, 'results.md'), `${text}\n`);
  const { rows, failures } = samples;
  writeFileSync(join(options.out, 'results.json'), JSON.stringify({ mode, ...results, rows, failures }, null, 1));
  const plots = groups.map(({ name, plot }) => [`bench-${name}.svg`, drawChart(plot(samples))]);
  for (const [file, svg] of plots) writeFileSync(join(options.out, file), svg);
  if (options.publish) {
    for (const [file, svg] of plots) writeFileSync(join(root, 'docs/images', file), svg);
    publish(join(root, 'docs/performance.md'), markdown(results, 'images'));
  }
  console.log(`\n${text.replace(/^!\[.*\n*/gm, '')}\n`);
  for (const { group, client, point, problem } of failures)
    console.log(`FAILED ${group} ${client} ${point}: ${problem}`);
  console.log(`${Math.round((Date.now() - begun) / 1000)} s; tables, numbers and plots are in ${options.out}`);
}

/** What the numbers depend on. */
function machine() {
  const installed = (name) => JSON.parse(readFileSync(join(root, `node_modules/${name}/package.json`), 'utf8')).version;
  const rustc = execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim();
  return [
    ['processor', `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores used`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${type()} ${release()}`],
    ['Node.js', `${process.version}, V8 ${process.versions.v8}`],
    ['compiler of the native parts', rustc],
    ['vendor', `zego-express-engine-miniprogram ${installed('zego-express-engine-miniprogram')}`],
    ['ours', JSON.parse(readFileSync(join(root, 'pkg/package.json'), 'utf8')).version],
    ['load before', load.toFixed(1)],
    ['run', `${mode}, ${new Date(begun).toISOString().slice(0, 10)}`],
  ];
}
