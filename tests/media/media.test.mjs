import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askRoomServer, startMediaServer } from './media-server.mjs';
import { startCamera } from './camera.mjs';
import { sideBySide, startViewer } from './viewer.mjs';
import { ffprobe, media, mediaProblem, run } from './processes.mjs';

const limit = { timeout: 60_000 };

async function server(t, options) {
  const mediaServer = await startMediaServer(options);
  t.after(() => mediaServer.close());
  const url = (stream, query = 'zgseq=1&zgdid=2') => `rtmp://${mediaServer.rtmpHost}/7/${stream}?${query}`;
  return { mediaServer, url };
}

function camera(t, options) {
  const started = startCamera({ name: 'test', ...options });
  t.after(() => started.stop());
  return started;
}

async function viewer(t, options) {
  const started = await startViewer(options);
  t.after(() => started.dispose());
  return started;
}

async function until(condition, what) {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a pushed stream is received as H.264 baseline and AAC, over RTMP and over HTTP-FLV', media(limit), async (t) => {
  const { mediaServer, url } = await server(t);
  const published = once(mediaServer, 'publish');
  camera(t, { url: url('a'), fps: 15 });
  const [publish] = await published;
  assert.deepEqual({ ...publish, id: '' }, { app: '7', stream: 'a', id: '', args: { zgseq: '1', zgdid: '2' } });
  const viewers = [await viewer(t, { url: url('a', 'zgseq=3') }), await viewer(t, { url: mediaServer.flvUrl(7, 'a') })];
  for (const each of viewers) {
    await until(() => each.frames >= 30, '30 pictures');
    const { video, audio, frames } = await each.probe();
    assert.deepEqual(video, { codec: 'h264', profile: 'Constrained Baseline', width: 640, height: 360, fps: 15 });
    assert.deepEqual(audio, { codec: 'aac', sampleRate: 44100, channels: 1 });
    assert.ok(frames >= 30);
  }
});

test('a publish is decided by allowPublish, which may take its time', media(limit), async (t) => {
  const asked = [];
  const allowPublish = async (path, args) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    asked.push([path, args]);
    return path === '/7/known';
  };
  const { mediaServer, url } = await server(t, { allowPublish });
  const refusal = once(mediaServer, 'publishRefused');
  const stranger = camera(t, { url: url('unknown', 'k=v') });
  assert.equal((await refusal)[0].reason, 'not allowed');
  assert.match((await stranger.exited).errors, /not allowed/);
  const accepted = once(mediaServer, 'publish');
  camera(t, { url: url('known') });
  assert.equal((await accepted)[0].stream, 'known');
  assert.deepEqual(asked, [
    ['/7/unknown', { k: 'v' }],
    ['/7/known', { zgseq: '1', zgdid: '2' }],
  ]);
});

test('a second publisher of a stream is refused and the first goes on', media(limit), async (t) => {
  const { mediaServer, url } = await server(t);
  const accepted = once(mediaServer, 'publish');
  const first = camera(t, { url: url('a') });
  await accepted;
  const refusal = once(mediaServer, 'publishRefused');
  camera(t, { url: url('a') });
  assert.equal((await refusal)[0].reason, 'already publishing');
  const before = first.frames;
  await until(() => first.frames > before + 5, 'more pictures of the first');
});

test('the end of a stream is told to the server, the player and its owner', media(limit), async (t) => {
  const { mediaServer, url } = await server(t);
  const accepted = once(mediaServer, 'publish');
  const source = camera(t, { url: url('a') });
  const [{ id }] = await accepted;
  const playing = once(mediaServer, 'play');
  const player = await viewer(t, { url: url('a', 'zgseq=2') });
  const [play] = await playing;
  await until(() => player.frames > 0, 'a picture');
  const ends = Promise.all([once(mediaServer, 'publishEnd'), once(mediaServer, 'playEnd'), player.exited]);
  await source.stop();
  const [[publishEnd], [playEnd]] = await ends;
  assert.equal(publishEnd.id, id);
  assert.equal(playEnd.id, play.id);
});

test('camera and microphone can be switched while the stream runs', media(limit), async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'media-'));
  t.after(() => rm(folder, { recursive: true }));
  const { mediaServer, url } = await server(t);
  const accepted = once(mediaServer, 'publish');
  const source = camera(t, { url: url('a') });
  await accepted;
  const player = await viewer(t, { url: url('a', 'zgseq=2') });
  await until(() => player.frames > 20, 'pictures');
  const lit = await player.snapshot(join(folder, 'lit.png'));
  assert.ok((await player.loudness()) > -40);
  source.enableVideo(false);
  source.mute(true);
  const before = player.frames;
  await until(() => player.frames > before + 60, 'pictures after the switch');
  const dark = await player.snapshot(join(folder, 'dark.png'));
  assert.ok((await player.loudness()) < -80);
  assert.ok((await brightness(dark)) < 20, 'the picture is black');
  assert.ok((await brightness(lit)) > 60, 'the picture was not black before');
  const both = await sideBySide(lit, dark, join(folder, 'both.png'), { gap: 12 });
  assert.deepEqual(await size(both), { width: 1292, height: 360 });
});

test('whatever the name, it can be burnt in', media(limit), async (t) => {
  const { mediaServer, url } = await server(t);
  const accepted = once(mediaServer, 'publish');
  camera(t, { url: url('a'), name: `A: 100% 'quoted' \\ [x],; %{pts}` });
  await accepted;
});

test('the room server is asked whether a stream may be published', async (t) => {
  const asked = [];
  const control = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(request.url.includes('good') ? 200 : 404).end();
  }).listen(0, '127.0.0.1');
  t.after(() => control.close());
  await once(control, 'listening');
  const allow = askRoomServer(`http://127.0.0.1:${control.address().port}`);
  assert.equal(await allow('/7/good'), true);
  assert.equal(await allow('/7/bad&x'), false);
  assert.deepEqual(asked, [
    '/control/publishable?appID=7&streamID=good',
    '/control/publishable?appID=7&streamID=bad%26x',
  ]);
});

test('all processes go when ours is killed', media(limit), async () => {
  const script = `
    import { startMediaServer } from ${JSON.stringify(new URL('./media-server.mjs', import.meta.url).href)};
    import { startCamera } from ${JSON.stringify(new URL('./camera.mjs', import.meta.url).href)};
    import { startViewer } from ${JSON.stringify(new URL('./viewer.mjs', import.meta.url).href)};
    const server = await startMediaServer();
    const url = 'rtmp://' + server.rtmpHost + '/7/a';
    const camera = startCamera({ url, name: 'a' });
    server.once('publish', async () => {
      const viewer = await startViewer({ url });
      server.once('play', () => console.log(JSON.stringify([camera.pid, viewer.pid])));
    });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pids = JSON.parse(line);
  parent.kill('SIGKILL');
  await until(() => pids.every((pid) => !alive(pid)), 'the end of camera and viewer');
});

test('without ffmpeg the error says what to install', (t) => {
  const before = process.env.FFMPEG;
  process.env.FFMPEG = '/nowhere/ffmpeg';
  t.after(() => (before === undefined ? delete process.env.FFMPEG : (process.env.FFMPEG = before)));
  assert.match(mediaProblem(), /ffmpeg cannot be run: install it with "apt-get install ffmpeg fonts-dejavu-core"/);
  assert.throws(() => startCamera({ url: 'rtmp://127.0.0.1:1/7/a', name: 'a' }), /apt-get install ffmpeg/);
});

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function size(file) {
  const text = await run(ffprobe(), ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'json', file]);
  const { width, height } = JSON.parse(text).streams[0];
  return { width, height };
}

/** Mean luma of a picture, 0 to 255. */
async function brightness(file) {
  const text = await run(ffprobe(), [
    ...['-v', 'error', '-f', 'lavfi', '-i', `movie=${file},format=yuv420p,signalstats`],
    ...['-show_entries', 'frame_tags=lavfi.signalstats.YAVG', '-of', 'csv=p=0'],
  ]);
  return Number(text.trim().replaceAll(',', ''));
}
