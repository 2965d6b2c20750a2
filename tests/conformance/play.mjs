// One scenario with the vendor's client, with ours, and with both in one room; and what of it nobody has listed.

import { weight } from './compare.mjs';
import { perform } from './stage.mjs';

const MIXES = [
  ['vendor', 'ours'],
  ['ours', 'vendor'],
];

/**
 * @param {object} scenario see scenario.mjs
 * @param {import('./compare.mjs').Differences} differences
 * @returns {Promise<{row: object, problems: string[]}>} a row of the table, and the differences that are not listed, for people
 */
export async function play(scenario, differences) {
  const mixes = scenario.mixed && scenario.clients.length > 1 ? MIXES : [];
  const [theirs, ours, ...mixed] = await Promise.all(
    [['vendor'], ['ours'], ...mixes].map((kinds) => perform(scenario, kinds)),
  );
  const builds = differences.compare(scenario.name, 'builds', theirs, ours, scenario.clients);
  const problems = [...builds.unlisted];
  let strange = 0;
  let known = 0;
  mixes.forEach((kinds, index) => {
    for (const kind of ['vendor', 'ours']) {
      const clients = scenario.clients.filter((_, place) => (kinds[place] ?? kinds.at(-1)) === kind);
      const alone = kind === 'vendor' ? theirs : ours;
      const found = differences.compare(scenario.name, 'mixed', alone, { kind, steps: mixed[index].steps }, clients);
      strange += weight(found.unlisted);
      known += found.listed.length;
      if (found.unlisted.length > 0) problems.push(`in a room of ${kinds.join(' and ')}:`, ...found.unlisted);
    }
  });
  const row = {
    name: scenario.name,
    calls: ours.calls,
    events: ours.events,
    listed: builds.listed.length,
    unlisted: weight(builds.unlisted),
    mixed: mixes.length === 0 ? '' : strange > 0 ? `${strange} unlisted` : known > 0 ? `${known} listed` : 'same',
  };
  return { row, problems };
}
