// Every scenario of this folder.

import { readdir } from 'node:fs/promises';

/** All scenarios, by file and then in the order in which they stand there. @throws if two have the same name */
export async function loadScenarios() {
  const files = (await readdir(new URL('.', import.meta.url))).filter((name) => name.endsWith('.mjs')).sort();
  const lists = await Promise.all(
    files.filter((name) => name !== 'index.mjs').map((name) => import(new URL(name, import.meta.url))),
  );
  const all = lists.flatMap((module) => module.default);
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two scenarios are called "${twice}"`);
  return all;
}
