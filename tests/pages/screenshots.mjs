// Makes the pictures of the sample in docs/images: node tests/pages/screenshots.mjs

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStage } from '../demo/stage.mjs';
import { ffmpeg, run } from '../media/processes.mjs';
import { browserProblem, openBrowser } from './browser.mjs';
import { sample, settingsFor, until } from './stage.mjs';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const problem = browserProblem();
if (problem) throw new Error(problem);
const stage = await openStage();
const browser = await openBrowser();
const folder = await mkdtemp(join(tmpdir(), 'screens-'));
const people = [];
try {
  for (const [userID, name, hue, tone] of [
    ['alice', 'Alice', 0, 440],
    ['bob', 'Bob', 140, 660],
  ]) {
    const settings = { ...(await settingsFor(stage.room, userID)), language: 'zh', userName: name };
    const phone = await browser.newPhone({
      app: await sample(),
      settings,
      mediaServer: stage.media,
      camera: { name, hue, tone },
    });
    people.push(phone);
    await phone.open('pages/call/call');
    await phone.tap('.join-publish');
    await phone.shows('.state-publish', '推流中');
  }
  const [a, b] = people;
  for (const phone of people) {
    await phone.shows('.state-play', '拉流中');
    await until(() => phone.component?.viewer?.frames > 30, 'pictures', { limit: 20_000 });
  }
  await a.showPictures(folder, b);
  await b.showPictures(folder, a);
  const screens = [await a.screenshot(join(folder, 'a.png')), await b.screenshot(join(folder, 'b.png'))];
  await beside(screens, 'sample-call.png');

  for (const phone of people) await phone.open('pages/message/message');
  await b.type('.text', '你好，看得到我吗？');
  await b.tap('.send-broadcast');
  await a.shows('.entry-text', '你好，看得到我吗？');
  await a.type('.text', '看得到，声音也很清楚');
  await a.tap('.send-barrage');
  await b.shows('.entry-text', '看得到，声音也很清楚');
  await new Promise((resolve) => setTimeout(resolve, 3200)); // toasts go
  await beside([await b.screenshot(join(folder, 'message.png'))], 'sample-message.png');

  const lost = await browser.newPhone({
    app: await sample(),
    settings: {
      ...(await settingsFor(stage.room, 'carol')),
      language: 'zh',
      token: await stage.room.token('somebody-else'),
    },
    mediaServer: stage.media,
  });
  people.push(lost);
  await lost.open('pages/call/call');
  await lost.tap('.join-publish');
  await until(async () => (await lost.toasts).length > 0, 'the toast');
  await beside([await lost.screenshot(join(folder, 'error.png'))], 'sample-error.png');
} finally {
  for (const phone of people) await phone.close();
  await browser.close();
  await stage.close();
  await rm(folder, { recursive: true, force: true });
}

/** Puts pictures side by side, at a size for a page of documentation. */
async function beside(files, name) {
  const scaled = files.map((_file, index) => `[${index}]scale=375:-1,pad=iw+24:ih+24:12:12:white[p${index}]`);
  const joined =
    files.length > 1 ? `;${files.map((_file, index) => `[p${index}]`).join('')}hstack=${files.length}[out]` : '';
  const inputs = files.flatMap((file) => ['-i', file]);
  const output = joined ? '[out]' : '[p0]';
  const filter = `${scaled.join(';')}${joined}`;
  await run(ffmpeg(), [
    '-v',
    'error',
    '-y',
    ...inputs,
    '-filter_complex',
    filter,
    '-map',
    output,
    '-frames:v',
    '1',
    '-pred',
    'mixed',
    join(images, name),
  ]);
  console.log(`docs/images/${name}`);
}
