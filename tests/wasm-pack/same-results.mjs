// What wasm-pack builds gives the same results as what the package ships: both engines get the same calls, frames and times, and
// everything that they say is compared.
//
//   node tests/wasm-pack/same-results.mjs folder-of-wasm-pack (made with --target nodejs)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { engineClass } from '../../src/bindings/engine.mjs';

const require = createRequire(import.meta.url);
const target = process.env.CARGO_TARGET_DIR ?? new URL('../../target', import.meta.url).pathname;

async function shipped() {
  const { createGlue } = require(`${target}/glue/engine-glue.js`);
  const glue = createGlue();
  const { instance } = await WebAssembly.instantiate(
    readFileSync(new URL('../../pkg/engine.wasm', import.meta.url)),
    glue.imports,
  );
  glue.start(instance.exports);
  return glue.Engine;
}

const vectors = JSON.parse(readFileSync(new URL('../server/fixtures/frame-vectors.json', import.meta.url), 'utf8'));
const frames = vectors
  // Without the one that leads to another server.
  .filter(({ dir, decoded }) => dir === 'S>C' && decoded.type !== 36)
  .map(({ hex }) => new Uint8Array(Buffer.from(hex, 'hex')));
const config = {
  appID: 1739272706,
  server: ['ws://127.0.0.1:1/accesshub'],
  seed: 7,
  deviceID: 'd',
  networkType: 'WIFI',
};
const login = ['room1', 'tok', { userID: 'ua', userName: '名字' }, { userUpdate: true }];

/** Everything that one engine says in a conversation: outputs, deadlines, answers. */
async function conversation(Engine) {
  const said = [];
  let mono = 0;
  const wall = 1795332516000;
  const engine = new Engine(config, mono, wall);
  const note = (what, value) => said.push([what, value, engine.drain(), engine.deadline()]);
  const call = (method, ...args) => {
    const promise = engine.call(method, args, mono, wall + mono);
    promise.then(
      (value) => said.push([method, 'resolved', value]),
      (error) => said.push([method, 'rejected', error]),
    );
    note(method);
  };
  /** Every frame that was recorded, as if it came now; those of another conversation are refused by both alike. */
  const replay = async (stream) => {
    for (const frame of frames) {
      const bytes = frame.slice();
      if (stream !== undefined) new DataView(bytes.buffer).setUint32(8, stream);
      mono += 7;
      engine.frame(1, bytes, mono, wall + mono);
      note('frame');
      await undefined;
    }
  };
  note('new');
  call('loginRoom', 'a b', 'tok', { userID: 'u' });
  call('loginRoom', ...login);
  engine.input({ type: 'socketOpened', socket: 1 }, mono, wall);
  note('opened');
  await replay();
  for (let stream = 1; stream <= 6; stream += 1) await replay(stream);
  call('startPublishingStream', 'sa', { extraInfo: '额外' });
  call('startPlayingStream', 'sb');
  call('sendBroadcastMessage', 'room1', 'hello 你好 🎥');
  call('sendBarrageMessage', 'room1', 'b');
  call('sendCustomCommand', 'room1', { json: '{"a":[1,null]}' }, ['ub']);
  call('setRoomExtraInfo', 'room1', 'k', 'v');
  call('startMixerTask', {});
  await replay();
  for (let stream = 1; stream <= 12; stream += 1) await replay(stream);
  for (const step of [1, 3_000, 5_000, 10_000, 60_000]) {
    mono += step;
    engine.tick(mono, wall + mono);
    note('tick');
    await undefined;
  }
  engine.input({ type: 'socketClosed', socket: 1 }, mono, wall + mono);
  note('closed');
  said.push(engine.callSync('getNextUrl', ['sa'], mono, wall + mono));
  said.push(engine.callSync('renewToken', ['t'], mono, wall + mono));
  call('destroyEngine');
  await new Promise((done) => setTimeout(done, 10));
  return said;
}

const ours = await conversation(await shipped());
const raw = require(resolve(process.argv[2], 'zego_express_alipay.js')).Engine;
const theirs = await conversation(engineClass(raw, () => ''));
assert.deepEqual(theirs, ours);
const text = JSON.stringify(ours);
for (const part of ['"CONNECTED"', '"type":"send"', '"rejected"', 'roomOnlineUserCountUpdate'])
  assert.ok(text.includes(part), `the conversation has ${part}`);
console.log(`the module of wasm-pack said the same as the shipped one in ${ours.length} steps`);
