// What is measured: the jobs of each group, and how its results are shown.

import { atMost, exponentAim, flatAim, kilobytes, most, pointsOf, soakAim, soakGrowth, soakPoints } from './aims.mjs';
import { measureSizes, SHIPPED } from './size.mjs';
import { measureWire } from './wire.mjs';

const CLIENTS = ['vendor', 'ours', 'floor'];
const ALL_KINDS = ['join', 'leave', 'streamAdd', 'streamUpdate', 'streamDelete', 'broadcast', 'barrage', 'command'];
/** Kinds whose events need nobody in the room before, in the order in which one process takes them. */
const USERS = ['join', 'leave'];
const STREAMS = ['streamAdd', 'streamUpdate', 'streamDelete'];
const MESSAGES = ['broadcast', 'barrage', 'command'];
const SIZES = { full: [1000, 2000, 5000, 10_000, 20_000], quick: [10_000] };
const HOSTS = ['ours/inline', 'ours/bare', 'ours/worker', 'ours/plain'];
const HOST_NAMES = {
  'ours/inline': 'inline',
  'ours/bare': 'inline, no TextDecoder',
  'ours/worker': 'worker',
  'ours/plain': 'plain',
};
const MB = 1024 * 1024;
/** Heartbeats of the burst: as short as clients honour them. */
const BURST = { link: { interval: 1, timeout: 3 }, room: 3000 };

/** @typedef {{clients: string[], point: string, repeat: number, job: object, limit?: number, heartbeat?: object}} Task */

const entries = (mode) => ({
  users: mode === 'quick' ? [10_000] : [1000, 10_000, 50_000],
  streams: mode === 'quick' ? [] : [100, 1000, 5000],
});

/** What a quick look at the events takes: the whole of it is minutes of the vendor's time. */
const QUICK_KINDS = [USERS, ['broadcast']];

/** The vendor's time grows with the square of the size, so only the size of the aims is repeated often. */
const repeats = (mode, size) => (mode === 'quick' ? 1 : size === 10_000 ? 5 : 2);

/** What one process plays, by kind. */
const plansOf = (size) => [
  { kinds: USERS, job: { plan: USERS.map((kind) => [kind, size]) } },
  { kinds: STREAMS, job: { plan: STREAMS.map((kind) => [kind, size]) } },
  ...MESSAGES.map((kind) => ({ kinds: [kind], job: { users: size, plan: [[kind, size]] } })),
];

export const GROUPS = [
  {
    name: 'size',
    title: 'Bytes shipped',
    measure(samples) {
      for (const [client, sizes] of Object.entries(measureSizes())) samples.add('size', client, 'shipped', sizes);
    },
    tables: (s) => [
      compare(
        s,
        'size',
        'What an application ships, each file packed by itself.',
        ['raw', 'gzip', 'brotli'].map((form) => [form, 'shipped', form, count]),
        SHIPPED,
      ),
    ],
    plot: (s) => ({
      title: 'Bytes shipped',
      subtitle: 'kB',
      columns: 1,
      panels: [
        {
          title: 'what an application ships',
          kind: 'bars',
          yLabel: 'kB',
          series: SHIPPED.map((name) => ({
            name,
            points: ['raw', 'gzip', 'brotli'].map((form) => [
              form,
              (s.value('size', name, 'shipped', form)?.median ?? 0) / 1000,
            ]),
          })),
        },
      ],
    }),
    aims: () => [],
  },
  {
    name: 'start',
    title: 'Cold start',
    tasks: (mode) => [{ clients: CLIENTS, point: 'start', repeat: mode === 'quick' ? 3 : 15, job: { job: 'start' } }],
    tables: (s) => [
      compare(s, 'start', 'A fresh process, from `require` on.', [
        ['constructed', 'start', 'constructed', ms],
        ['asked for the first socket', 'start', 'socket', ms],
        ['CPU until then', 'start', 'cpu', ms],
      ]),
    ],
    plot: (s) =>
      bars(s, 'start', 'Cold start', 'ms, fresh process', [
        [
          'from require to',
          [
            ['constructed', 'start', 'constructed'],
            ['socket', 'start', 'socket'],
            ['CPU', 'start', 'cpu'],
          ],
        ],
      ]),
    aims: (s) => [
      atMost('cold start, constructed', s.ratio('start', 'start', 'constructed'), 0.25),
      atMost('cold start, first socket', s.ratio('start', 'start', 'socket'), 0.25),
    ],
  },
  {
    name: 'login',
    title: 'Login and publish',
    tasks: (mode) => [
      {
        clients: CLIENTS,
        point: 'call',
        repeat: mode === 'quick' ? 3 : 15,
        server: 'room',
        job: { job: 'login', room: 'bench' },
      },
    ],
    tables: (s) => [
      compare(s, 'login', 'On a warm link, against the room server.', [
        ['login: to CONNECTED', 'call', 'login.wall', ms],
        ['login: CPU of the client', 'call', 'login.cpu', ms],
        ['login: frames up / down', 'call', ['login.framesUp', 'login.framesDown'], count],
        ['login: bytes up / down', 'call', ['login.bytesUp', 'login.bytesDown'], count],
        ['publish: to the url', 'call', 'publish.wall', ms],
        ['publish: CPU of the client', 'call', 'publish.cpu', ms],
        ['publish: frames up / down', 'call', ['publish.framesUp', 'publish.framesDown'], count],
        ['publish: bytes up / down', 'call', ['publish.bytesUp', 'publish.bytesDown'], count],
      ]),
    ],
    plot: (s) =>
      bars(s, 'login', 'Login and publish', 'ms, warm link', [
        [
          'to CONNECTED',
          [
            ['time', 'call', 'login.wall'],
            ['CPU', 'call', 'login.cpu'],
          ],
        ],
        [
          'to the url',
          [
            ['time', 'call', 'publish.wall'],
            ['CPU', 'call', 'publish.cpu'],
          ],
        ],
      ]),
    aims: (s) => [
      atMost('login time', s.ratio('login', 'call', 'login.wall'), 0.4),
      atMost('login frames sent', s.ratio('login', 'call', 'login.framesUp'), 1),
      atMost('login bytes sent', s.ratio('login', 'call', 'login.bytesUp'), 1),
    ],
  },
  {
    name: 'events',
    title: 'Events',
    tasks: (mode) => [
      ...SIZES[mode].flatMap((size) =>
        plansOf(size)
          .filter(({ kinds }) => mode === 'full' || QUICK_KINDS.some((quick) => quick.join() === kinds.join()))
          .map(({ kinds, job }) => ({
            clients: CLIENTS,
            point: `${size}`,
            name: `${kinds.join(', ')} at ${size}`,
            repeat: repeats(mode, size),
            job: { job: 'flood', ...job },
          })),
      ),
      {
        clients: ['ours', 'floor'],
        point: '50000',
        name: 'join at 50000',
        repeat: mode === 'quick' ? 1 : 3,
        job: { job: 'flood', plan: [['join', 50_000]] },
      },
    ],
    tables: (s) =>
      [
        ['CPU of one event, in microseconds', 'cpu', micro],
        ['Events per second', 'rate', count],
      ].map(([note, metric, unit]) =>
        compare(
          s,
          'events',
          `${note}; as many events as users in the room.`,
          ALL_KINDS.flatMap((kind) =>
            pointsOf(s, 'events', `${kind}.${metric}`).map((point) => [
              `${kind}, ${Number(point).toLocaleString('en')}`,
              point,
              `${kind}.${metric}`,
              unit,
            ]),
          ),
        ),
      ),
    plot: (s) => ({
      title: 'CPU of one event',
      subtitle: 'microseconds, by events in the run and users in the room',
      panels: ALL_KINDS.map((kind) => ({
        title: kind,
        kind: 'lines',
        yLabel: 'µs',
        xLabel: 'events',
        series: CLIENTS.map((name) => ({
          name,
          points: pointsOf(s, 'events', `${kind}.cpu`)
            .map((point) => [Number(point), s.value('events', name, point, `${kind}.cpu`)?.median])
            .filter(([, value]) => value),
        })),
      })),
    }),
    aims: (s) => [
      ...ALL_KINDS.map((kind) =>
        atMost(`CPU of one event, ${kind} at 10,000`, s.ratio('events', '10000', `${kind}.cpu`), 0.2),
      ),
      exponentAim(s),
      ...MESSAGES.flatMap((kind) => flatAim(s, kind)),
    ],
  },
  {
    name: 'rooms',
    title: 'Entering a room, and the memory it takes',
    tasks: (mode) => {
      const { users, streams } = entries(mode);
      const task = (job, point) => ({
        clients: CLIENTS,
        point,
        repeat: mode === 'quick' ? 1 : 3,
        job: { job: 'enter', ...job },
      });
      return [
        task({}, 'empty'),
        ...users.map((n) => task({ users: n }, `${n} users`)),
        ...streams.map((n) => task({ streams: n }, `${n} streams`)),
      ];
    },
    tables: (s) => {
      const points = pointsOf(s, 'rooms', 'cpu');
      return [
        compare(s, 'rooms', 'CPU until every user and stream was reported.', [
          ...points.map((point) => [point, point, 'cpu', ms]),
        ]),
        compare(s, 'rooms', 'Time until then.', [...points.map((point) => [point, point, 'wall', ms])]),
        compare(s, 'rooms', 'Memory: the whole client with what it knows, after a full collection.', [
          ['not logged in', 'start', 'memory', mb, 'start'],
          ...points.map((point) => [point, point, 'memory', mb]),
        ]),
      ];
    },
    plot: (s) =>
      bars(
        s,
        'rooms',
        'Entering a room',
        '',
        [
          ['CPU', 'cpu', 1, 'ms'],
          ['memory', 'memory', MB, 'MiB'],
        ].flatMap(([title, metric, unit, label]) =>
          ['users', 'streams'].map((what) => [
            `${title}, ${what}`,
            pointsOf(s, 'rooms', metric)
              .filter((point) => point.endsWith(what))
              .map((point) => [Number(point.split(' ')[0]).toLocaleString('en'), point, metric, unit]),
            label,
          ]),
        ),
        2,
      ),
    aims: (s) => [
      ...[10_000, 50_000].map((n) =>
        atMost(`entering a room of ${n.toLocaleString('en')} users, CPU`, s.ratio('rooms', `${n} users`, 'cpu'), 0.3),
      ),
      ...[10_000, 50_000].map((n) =>
        atMost(`entering a room of ${n.toLocaleString('en')} users, time`, s.ratio('rooms', `${n} users`, 'wall'), 0.3),
      ),
      atMost('memory with 10,000 users', s.ratio('rooms', '10000 users', 'memory'), 0.4),
    ],
  },
  {
    name: 'soak',
    title: 'Memory over many events',
    tasks: (mode) => [
      {
        clients: CLIENTS,
        point: 'mixed',
        repeat: 1,
        limit: 400_000,
        job: {
          job: 'soak',
          users: 1000,
          streams: 100,
          count: mode === 'quick' ? 12_000 : 200_000,
          step: mode === 'quick' ? 2000 : 20_000,
        },
      },
    ],
    tables: (s) => [soakTable(s)],
    plot: (s) => ({
      title: 'Memory over mixed events',
      subtitle: 'MiB after a full collection, a room whose size stays',
      panels: [
        {
          title: 'the process',
          kind: 'lines',
          yLabel: 'MiB',
          xLabel: 'events',
          series: CLIENTS.map((name) => ({
            name,
            points: soakPoints(s, name)
              .filter(([at]) => at > 0)
              .map(([at, bytes]) => [at, bytes / MB]),
          })),
        },
      ],
    }),
    aims: (s) => [soakAim(s)],
  },
  {
    name: 'burst',
    title: 'Heartbeats during a burst',
    tasks: (mode) => [
      {
        // The others are cut off by their own heartbeats, which takes its time.
        clients: mode === 'quick' ? ['ours'] : CLIENTS,
        point: '50000',
        repeat: mode === 'quick' ? 1 : 2,
        heartbeat: BURST,
        job: { job: 'burst', count: 50_000, limit: 60_000, interval: 3000 },
      },
    ],
    tables: (s) => [
      compare(
        s,
        'burst',
        `50,000 joins at once; beats of the link every ${BURST.link.interval} s (lost after ${BURST.link.timeout} s), of the room every 3 s.`,
        [
          ['time for all', '50000', 'span', ms],
          ['longest time without a beat of the link', '50000', 'link', ms],
          ['longest time without a beat of the room', '50000', 'room', ms],
          ['logins that it took', '50000', 'logins', count],
        ],
      ),
    ],
    plot: (s) =>
      bars(s, 'burst', 'A burst of 50,000 pushes', 'seconds', [
        [
          'longest time without a heartbeat',
          [
            ['link', '50000', 'link', 1000],
            ['room', '50000', 'room', 1000],
          ],
        ],
      ]),
    aims: (s) => [
      most(s, 'burst: time without a beat of the link, ms', 'link', BURST.link.timeout * 1000),
      most(s, 'burst: time without a beat of the room, ms', 'room', 2 * BURST.room),
      most(s, 'burst: logins', 'logins', 1),
    ],
  },
  {
    name: 'idle',
    title: 'Idle in a room',
    tasks: (mode) => [
      {
        clients: CLIENTS,
        point: 'idle',
        repeat: mode === 'quick' ? 1 : 2,
        job: { job: 'idle', users: 100, ms: mode === 'quick' ? 2000 : 20_000 },
      },
    ],
    tables: (s) => [
      compare(s, 'idle', 'CPU in each second, with a beat of the link every 5 s and of the room every 10 s.', [
        ['CPU per second', 'idle', 'cpu', ms],
      ]),
    ],
    plot: (s) => bars(s, 'idle', 'Idle in a room', 'ms of CPU in a second', [['CPU', [['idle', 'idle', 'cpu']]]]),
    aims: () => [],
  },
  {
    name: 'hosts',
    title: 'The three hosts',
    tasks: (mode) => {
      const task = (point, job) => ({ clients: HOSTS, point, repeat: mode === 'quick' ? 1 : 3, job });
      return [
        task('start', { job: 'start' }),
        task('events', {
          job: 'flood',
          plan: [
            ['join', 10_000],
            ['broadcast', 10_000],
          ],
        }),
        task('room', { job: 'enter', users: 10_000 }),
      ];
    },
    tables: (s) => [
      compare(
        s,
        'hosts',
        'The same engine by where it runs; the Worker is a thread of its own, whose memory only RSS shows.',
        [
          ['cold start, first socket', 'start', 'socket', ms],
          ['cold start, CPU', 'start', 'cpu', ms],
          ['join, 10,000', 'events', 'join.cpu', micro],
          ['broadcast, 10,000', 'events', 'broadcast.cpu', micro],
          ['entering a room of 10,000 users, CPU', 'room', 'cpu', ms],
          ['memory there', 'room', 'memory', mb],
          ['RSS there', 'room', 'rss', mb],
        ],
        HOSTS,
      ),
    ],
    plot: (s) => ({
      title: 'The three hosts',
      subtitle: 'the same engine by where it runs',
      columns: 2,
      panels: [
        ['cold start, first socket', 'ms', 'start', 'socket'],
        ['CPU of a join, 10,000', 'µs', 'events', 'join.cpu'],
        ['CPU of a broadcast, 10,000', 'µs', 'events', 'broadcast.cpu'],
        ['entering a room of 10,000 users', 'ms', 'room', 'cpu'],
      ].map(([title, yLabel, point, metric]) => ({
        title,
        kind: 'bars',
        yLabel,
        series: HOSTS.map((client) => ({
          name: HOST_NAMES[client].replace(', no TextDecoder', ' bare'),
          points: [['', s.value('hosts', client, point, metric)?.median ?? 0]],
        })),
      })),
    }),
    aims: () => [],
  },
  {
    name: 'wire',
    title: 'Frames, natively',
    /** Compiling it takes longer than a quick look may. */
    isSlow: true,
    measure: measureWire,
    tables: (s) => [
      {
        note: 'Criterion, on this machine, not in the module: how long the engine takes to read and to write a frame.',
        columns: ['', 'time'],
        rows: s.rows
          .filter((row) => row.group === 'wire')
          .map(({ point, values }) => [point, values[0] < 1000 ? `${digits(values[0])} ns` : micro(values[0] / 1000)]),
      },
    ],
    plot: (s) => ({
      title: 'Frames, natively',
      subtitle: 'microseconds',
      columns: 1,
      panels: [
        {
          title: 'reading and writing',
          kind: 'bars',
          yLabel: 'µs',
          series: [
            {
              name: 'ours',
              points: s.rows
                .filter((row) => row.group === 'wire')
                .map(({ point, values }) => [point, values[0] / 1000]),
            },
          ],
        },
      ],
    }),
    aims: () => [],
  },
];

// --- units ---------------------------------------------------------------------------------------------------------

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
export const ms = (value) => `${digits(value)} ms`;
export const micro = (value) => `${digits(value)} µs`;
export const mb = (value) => `${digits(value / MB)} MiB`;
export const count = (value) => Math.round(value).toLocaleString('en');

// --- tables --------------------------------------------------------------------------------------------------------

/**
 * @param {import('./samples.mjs').Samples} samples
 * @param {[string, string, string | string[], (value: number) => string, string?][]} lines title, point, metric or metrics, unit, group
 */
function compare(samples, group, note, lines, clients = CLIENTS) {
  const isRace = clients === CLIENTS;
  const cell = (from, client, point, metric, unit) => {
    const parts = [metric].flat().map((name) => samples.value(from, client, point, name));
    if (parts.some((part) => part === undefined))
      return samples.failures.some((f) => f.client === client && f.group === from && f.point === point)
        ? 'failed'
        : '–';
    const text = parts.map((part) => unit(part.median)).join(' / ');
    const far = Math.max(...parts.map((part) => part.spread));
    return far >= 0.005 ? `${text} ±${Math.round(far * 100)} %` : text;
  };
  const ratio = (from, point, metric, client) => {
    const value = samples.ratio(from, point, [metric].flat()[0], client);
    return value === undefined ? '–' : value.toFixed(2);
  };
  return {
    note,
    columns: ['', ...clients.map((name) => HOST_NAMES[name] ?? name), ...(isRace ? ['ours : vendor'] : [])],
    rows: lines.map(([title, point, metric, unit, from = group]) => [
      title,
      ...clients.map((client) => cell(from, client, point, metric, unit)),
      ...(isRace ? [ratio(from, point, metric, 'ours')] : []),
    ]),
  };
}

function bars(samples, group, title, subtitle, panels, columns = 2) {
  return {
    title,
    subtitle,
    columns,
    panels: panels.map(([panel, points, yLabel = subtitle.split(',')[0]]) => ({
      title: panel,
      kind: 'bars',
      yLabel,
      series: CLIENTS.map((name) => ({
        name,
        points: points.map(([label, point, metric, unit = 1]) => [
          label,
          (samples.value(group, name, point, metric)?.median ?? 0) / unit,
        ]),
      })),
    })),
  };
}

function soakTable(samples) {
  return {
    note: 'Mixed events of every kind in a room of 1,000 users and 100 streams that stays as large as it is.',
    columns: ['', ...CLIENTS],
    rows: [
      ...soakPoints(samples, 'ours').map(([at], i) => [
        `after ${at.toLocaleString('en')}`,
        ...CLIENTS.map((name) => (soakPoints(samples, name)[i] ? mb(soakPoints(samples, name)[i][1]) : '–')),
      ]),
      ['growth after the first quarter', ...CLIENTS.map((name) => kilobytes(soakGrowth(samples, name)))],
    ],
  };
}
