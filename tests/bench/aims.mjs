// What the benchmark aims at, and whether a run met it.

import { exponent, slope } from './stats.mjs';

export const kilobytes = (bytes) => (bytes === undefined ? '–' : `${Math.round(bytes / 1024)} KiB`);

/** Points of a group with this metric, in the order of measuring. */
export const pointsOf = (samples, group, metric) =>
  [...new Set(samples.rows.filter((row) => row.group === group && row.metric === metric).map((row) => row.point))].sort(
    (a, b) => (Number(a) || 0) - (Number(b) || 0),
  );

export const soakPoints = (samples, client) => samples.find('soak', client, 'mixed', 'points')?.values[0] ?? [];

/** Bytes by which the memory grew after the first quarter, by the line through the points. */
export function soakGrowth(samples, client) {
  const points = soakPoints(samples, client);
  const late = points.slice(Math.ceil(points.length / 4));
  return late.length < 3 ? undefined : slope(late) * (late.at(-1)[0] - late[0][0]);
}

/** What a runtime's own bookkeeping may add during a soak, in bytes. */
const SOAK_NOISE = 128 * 1024;

/** @returns {{aim: string, value: string, met: boolean | undefined}} `met` is undefined where nothing was measured */
export function atMost(name, value, limit) {
  return {
    aim: `${name} ≤ ${limit}`,
    value: value === undefined ? '–' : value.toFixed(value < 0.1 ? 3 : 2),
    met: value === undefined ? undefined : value <= limit,
  };
}

export function most(samples, name, metric, limit) {
  const values = samples.value('burst', 'ours', '50000', metric)?.values;
  return atMost(name, values && Math.round(Math.max(...values)), limit);
}

export function exponentAim(samples) {
  const points = [2000, 5000, 10_000, 20_000, 50_000]
    .map((n) => [n, samples.value('events', 'ours', `${n}`, 'join.cpu')?.median * n])
    .filter(([, total]) => total > 0);
  return atMost(
    'exponent of the CPU of n joins, 2,000 to 50,000',
    points.length < 3 ? undefined : exponent(points),
    1.05,
  );
}

/** A message must not cost more because more users are there: the cost at the most users over that at 2,000. */
export function flatAim(samples, kind) {
  const points = pointsOf(samples, 'events', `${kind}.cpu`)
    .map(Number)
    .filter((n) => n >= 2000);
  if (points.length < 2) return [];
  const costs = points.map((n) => samples.value('events', 'ours', `${n}`, `${kind}.cpu`));
  const noise = Math.max(...costs.map((cost) => cost?.spread ?? 0));
  const growth = (costs.at(-1)?.median ?? NaN) / (costs[0]?.median ?? NaN);
  return [
    {
      aim: `CPU of one ${kind} does not grow with the room`,
      value: `×${growth.toFixed(2)} from ${points[0].toLocaleString('en')} to ${points.at(-1).toLocaleString('en')} users`,
      met: growth <= 1 + Math.max(0.05, 2 * noise),
    },
  ];
}

export function soakAim(samples) {
  const growth = soakGrowth(samples, 'ours');
  return {
    aim: `memory does not grow over mixed events (noise: ${kilobytes(SOAK_NOISE)})`,
    value: kilobytes(growth),
    met: growth === undefined ? undefined : growth <= SOAK_NOISE,
  };
}
