// Plays scenarios by hand: node tests/conformance/run.mjs [part of a name] [--kinds vendor,ours] [--diff]

import { loadScenarios } from './scenarios/index.mjs';
import { perform } from './stage.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const option = (name) => process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
const kinds = option('kinds')?.split(',');

for (const scenario of (await loadScenarios()).filter(({ name }) => words.every((word) => name.includes(word)))) {
  console.log(`\n=== ${scenario.name}`);
  const runs = await Promise.all((kinds ? [kinds] : [['vendor'], ['ours']]).map((cast) => perform(scenario, cast)));
  runs[0].steps.forEach(({ title }, index) => {
    console.log(`- ${title}`);
    for (const name of scenario.clients) {
      const [first, second] = runs.map(({ steps }) => steps[index]?.lines[name] ?? []);
      if (second === undefined || JSON.stringify(first) === JSON.stringify(second)) {
        for (const line of first) console.log(`    ${name}   ${line}`);
      } else {
        for (const line of first) console.log(`    ${name} v ${line}`);
        for (const line of second) console.log(`    ${name} o ${line}`);
      }
    }
  });
}
