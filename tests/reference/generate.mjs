// Writes what follows from the table of codes and from the declarations, or checks that it is up to date.
//
//   node tests/reference/generate.mjs [--check]
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { codesOfShim, codesOfRtcRoom, publicCodes, publicCodeTypes } from './codes.mjs';
import { readDeclarations } from './declarations.mjs';
import { giversOf, page } from './page.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const declared = (...names) => readDeclarations(names.map((name) => `${root}src/shim/${name}.d.ts`));

/** The table of the engine, as tests/reference/codes.rs prints it. */
export function readTable() {
  const cargo = ['run', '--locked', '--quiet', '--example', 'codes'];
  return JSON.parse(execFileSync('cargo', cargo, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 24 }));
}

/** What the declarations say of the engine, and of the helper RtcRoom. */
export const readModel = () => declared('index', 'types');
export const readHelper = () => declared('rtc-room');

/** Codes of the engine that no method or event gives. */
const NOT_GIVEN = [0, 1100010, 1199003];

async function main() {
  const table = readTable();
  const model = readModel();
  const helper = readHelper();
  const problems = [...model.problems, ...helper.problems, ...mismatches(table, model, helper)];
  const files = {
    'src/shim/codes.js': codesOfShim(table),
    'src/shim/rtc-room-codes.js': codesOfRtcRoom(table),
    'src/shim/error-codes.js': publicCodes(table),
    'src/shim/error-codes.d.ts': publicCodeTypes(table),
    'docs/reference.md': page('en', model, helper, table),
    'docs/reference.zh.md': page('zh', model, helper, table),
  };
  const isCheck = process.argv.includes('--check');
  for (const [name, content] of Object.entries(files)) {
    const path = root + name;
    const options = { ...(await prettier.resolveConfig(path)), filepath: path };
    const text = name.endsWith('.md') ? content : await prettier.format(content, options);
    if (!isCheck) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) problems.push(`${name} is out of date: run ./build.sh reference`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length) process.exitCode = 1;
  else console.log(`the reference and ${Object.keys(files).length - 2} files of codes are up to date`);
}

/** Codes that the declarations name and the table lacks, and the other way round. */
function mismatches(table, model, helper) {
  const known = [...table.engine, ...table.requirements, ...table.shim, ...table.rtcRoom].map(({ code }) => code);
  const named = [...model.methods, ...model.events, ...helper.methods].flatMap(({ name, errors }) =>
    errors.map((code) => [name, code]),
  );
  const unknown = named.filter(([, code]) => !known.includes(code));
  const silent = table.engine.filter(({ code }) => !NOT_GIVEN.includes(code) && !giversOf(code, model).length);
  return [
    ...unknown.map(([name, code]) => `${name}: the table has no code ${code}`),
    ...silent.map(({ code, name }) => `${code} ${name}: no method or event names it with @errors`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
