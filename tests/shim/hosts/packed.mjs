// The package as an application gets it: packed by npm, installed from the tarball.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pkg = fileURLToPath(new URL('../../../pkg/', import.meta.url));

/** Why the package cannot be tested, in one sentence, or undefined if it can. */
export function packageProblem() {
  return existsSync(join(pkg, 'worker.js')) ? undefined : 'the package has not been built: run ./build.sh first';
}

/**
 * Packs and installs the package.
 * @returns {{files: Map<string, Buffer>, folder: string, remove: () => void}} the installed files by name, and the application's folder
 */
export function installPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const npm = (...args) =>
    execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: folder, encoding: 'utf8' });
  const tarball = npm('pack', pkg).trim().split('\n').at(-1);
  writeFileSync(join(folder, 'package.json'), '{"name":"application","private":true}');
  npm('install', '--offline', '--ignore-scripts', `./${tarball}`);
  const installed = join(folder, 'node_modules/zego-express-alipay');
  const files = new Map(readdirSync(installed).map((name) => [name, readFileSync(join(installed, name))]));
  return { files, folder, remove: () => rmSync(folder, { recursive: true }) };
}
