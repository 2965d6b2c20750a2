// The licences of what is compiled into the module, as THIRD-PARTY.txt of the package. Texts come from the crates themselves.
//
//   node tests/scripts/third-party.mjs file
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = 'wasm32-unknown-unknown';
/** For those that come without a text of their own. */
const APACHE_HERE = '(used under Apache-2.0, whose text is in LICENSE)';
const root = fileURLToPath(new URL('../../', import.meta.url));

const cargo = (...args) => execFileSync('cargo', args, { cwd: root, maxBuffer: 1 << 28, encoding: 'utf8' });

/** The crates of others in the module: what our crate needs for the target, without tests, build scripts and macros. */
export function crates() {
  const { packages } = JSON.parse(cargo('metadata', '--locked', '--format-version', '1'));
  // Of the two only `tree` knows which features, and so which crates, the module is built with.
  const selection = ['-p', 'zego-express-alipay', '--target', TARGET, '-e', 'normal,no-proc-macro'];
  const lines = cargo('tree', '--locked', ...selection, '--prefix', 'none', '--no-dedupe', '--format', '{p}').split(
    '\n',
  );
  return [...new Set(lines)]
    .map((line) => line.match(/^(\S+) v(\S+)$/)) // ours have a path behind the version
    .filter(Boolean)
    .map(([, name, version]) => packages.find((item) => item.name === name && item.version === version))
    .map(({ name, version, license, repository, manifest_path: manifest }) => ({
      name,
      version,
      license,
      repository,
      texts: licenceTexts(dirname(manifest), license),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Where MIT is one of several to choose from, its text is enough. */
function licenceTexts(folder, license) {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|copyright)/i.test(name));
  const mit = / OR |\//.test(license) && !/ AND /.test(license) ? files.filter((name) => /mit/i.test(name)) : [];
  return (mit.length > 0 ? mit : files).sort().map((name) => readFileSync(join(folder, name), 'utf8').trim());
}

export function thirdParty(list) {
  const users = new Map();
  for (const crate of list)
    for (const text of crate.texts) users.set(text, [...(users.get(text) ?? []), `${crate.name} ${crate.version}`]);
  const rows = list.map(({ name, version, license, repository, texts }) =>
    [`${name} ${version}`, license, repository, ...(texts.length > 0 ? [] : [APACHE_HERE])].join('  '),
  );
  const texts = [...users].map(([text, names]) => `${'='.repeat(80)}\n${names.join(', ')}\n\n${text}\n`);
  return `Software of others that is compiled into engine.wasm, engine-wasm.js and engine-plain.js, and of which the code that
wasm-bindgen generates is part of index.js and worker.js. Made by tests/scripts/third-party.mjs.

${rows.join('\n')}
Rust's standard library  MIT OR Apache-2.0  https://github.com/rust-lang/rust  ${APACHE_HERE}

${texts.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = crates();
  const bare = list.filter(({ texts, license }) => texts.length === 0 && !/Apache-2\.0/.test(license));
  if (bare.length > 0) throw new Error(`no licence text in ${bare.map(({ name }) => name).join(', ')}`);
  writeFileSync(process.argv[2], thirdParty(list));
}
