// Makes the pictures of the browser demo in docs/images: node tests/demo/browser/screenshots.mjs

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ffmpeg, run } from '../../media/processes.mjs';
import { tryEverything } from './headless.mjs';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
/** Screenshot, its name in the documentation, language. */
const SHOTS = {
  zh: [
    ['browser-call', 'demo-browser.zh'],
    ['browser-peer', 'demo-peer.zh'],
  ],
  en: [
    ['browser-call', 'demo-browser'],
    ['browser-cut', 'demo-cut'],
    ['browser-peer', 'demo-peer'],
  ],
};

for (const [language, shots] of Object.entries(SHOTS)) {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  try {
    if ((await tryEverything({ folder, language, print: console.log })) !== 0) process.exit(1);
    for (const [shot, name] of shots) {
      // 256 colours are enough for these and halve the file.
      const filter = 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none';
      await run(ffmpeg(), [
        '-v',
        'error',
        '-y',
        '-i',
        join(folder, `${shot}.png`),
        '-vf',
        filter,
        join(images, `${name}.png`),
      ]);
      console.log(`docs/images/${name}.png`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit(0);
