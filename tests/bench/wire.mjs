// Reading and writing frames natively: runs the Criterion benchmarks of native/ and reads what they found.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const manifest = fileURLToPath(new URL('native/Cargo.toml', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../target', import.meta.url));

/** @param {import('./samples.mjs').Samples} samples */
export async function measureWire(samples) {
  const args = ['bench', '--locked', '-q', '--manifest-path', manifest, '--', '--noplot'];
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  const run = spawn('cargo', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  run.stderr.on('data', (data) => (errors = `${errors}${data}`.slice(-2000)));
  const [code] = await once(run, 'close');
  if (code !== 0) throw new Error(`cargo bench ended with ${code}: ${errors}`);
  const folder = `${target}/criterion/wire`;
  for (const name of readdirSync(folder)) {
    const file = `${folder}/${name}/new/estimates.json`;
    if (!existsSync(file)) continue;
    const { median } = JSON.parse(readFileSync(file, 'utf8'));
    samples.add('wire', 'ours', name.replaceAll('_', ' '), { ns: median.point_estimate });
  }
}
