// Brittle on purpose: every public name and every code, so that none is added, changed or lost by accident.
//
// After a change that is meant: UPDATE_NAMES=1 node --test tests/reference/names.test.mjs, and a line in the changelog.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createMy, settled, shim, shimFile, start } from '../shim/support.mjs';
import { readHelper, readModel, readTable } from './generate.mjs';

const { ZegoExpressEngine, ZegoError } = shim;
const model = readModel();
const rtcRoom = readHelper();
const table = readTable();
const methods = model.methods.filter(({ isConstructor, isStatic }) => !isConstructor && !isStatic);
const unsupported = methods.filter(({ insteadEn }) => insteadEn);
const own = [...table.requirements, ...table.engine, ...table.shim];

test('the public names and codes are those of the list', () => {
  const file = new URL('public-names.txt', import.meta.url);
  const sections = {
    'exports of index.js': Object.keys(shim),
    'static members': model.methods.filter(({ isStatic }) => isStatic).map(({ name }) => name),
    methods: methods.map(({ name, params }) => `${name}(${params.map(argument).join(', ')})`),
    events: model.events.map(({ name, params }) => `${name}(${params.map(argument).join(', ')})`),
    types: model.types.flatMap(({ name, members }) => members.map((member) => `${name}.${argument(member)}`)),
    values: [...model.aliases, ...rtcRoom.aliases].map(({ name, type }) => `${name} = ${type}`),
    RtcRoom: [
      ...rtcRoom.methods.map(({ name, params, isProperty }) =>
        isProperty ? `RtcRoom.${name}` : `RtcRoom.${name}(${params.map(argument).join(', ')})`,
      ),
      ...rtcRoom.types.flatMap(({ name, members }) => members.map((member) => `${name}.${argument(member)}`)),
    ],
    'codes by name': own.map(({ code, name }) => `${code} ${name}`),
    'codes of RtcRoom': table.rtcRoom.map(({ code, name }) => `${code} ${name}`),
    'codes of the component': table.component.map(({ code, name }) => `${code} ${name}`),
    'codes never given': table.vendor.map(({ code, name }) => `${code} ${name}`),
  };
  const text = Object.entries(sections)
    .map(([title, names]) => [`[${title}]`, ...names.sort()].join('\n'))
    .join('\n\n');
  if (process.env.UPDATE_NAMES === '1') writeFileSync(file, `${text}\n`);
  else assert.equal(`${text}\n`, readFileSync(file, 'utf8'));
});

test('the class has the declared members and no others', () => {
  const runtime = Object.getOwnPropertyNames(ZegoExpressEngine.prototype).filter((name) => name !== 'constructor');
  assert.deepEqual(runtime.sort(), methods.map(({ name }) => name).sort());
  const inherited = ['length', 'name', 'prototype'];
  const statics = Object.getOwnPropertyNames(ZegoExpressEngine).filter((name) => !inherited.includes(name));
  const declared = model.methods.filter(({ isStatic }) => isStatic).map(({ name }) => name);
  assert.deepEqual(statics.sort(), declared.sort());
});

test('an error has the declared members and no others', () => {
  const declared = model.types.find(({ name }) => name === 'ZegoError').members.map(({ name }) => name);
  assert.deepEqual(Object.keys(new ZegoError({ code: 1 })).sort(), declared.sort());
});

test('handlers are taken for the declared events and for no others', async () => {
  const { zg } = await start();
  const declared = model.events.map(({ name }) => name);
  assert.deepEqual([...shimFile('events.js').EVENTS].sort(), declared.sort());
  for (const name of declared)
    for (const method of ['on', 'once', 'off'])
      assert.equal(
        zg[method](name, () => {}),
        true,
      );
  for (const name of ['roomStateUpdated', '', 'toString', '__proto__', undefined, {}])
    for (const method of ['on', 'once', 'off'])
      assert.equal(
        zg[method](name, () => {}),
        false,
      );
});

test('events, states and reasons of the module are declared, and every declared one that is raised comes from somewhere', () => {
  const given = new Set();
  for (const file of ['event.rs', 'renewal.rs']) {
    const source = readFileSync(new URL(`../../src/engine/${file}`, import.meta.url), 'utf8');
    for (const [, name] of source.matchAll(/=> "(\w+)"/g)) given.add(name);
  }
  const raised = model.events.filter(({ isRaised }) => isRaised).map(({ name }) => name);
  // Of the package around the module; and documented by the vendor, though no build gives it.
  const elsewhere = ['peerDeviceStateUpdate', 'error', 'ENGINE_RESTARTED', 'LOGOUT_FAILED'];
  const values = [
    'ZegoUpdateType',
    'ZegoRoomState',
    'ZegoRoomStateReason',
    'ZegoPublisherState',
    'ZegoPlayerState',
    'ZegoUrlUpdateReason',
  ]
    .map((name) => model.aliases.find((alias) => alias.name === name).type)
    .flatMap((type) => [...type.matchAll(/'(\w+)'/g)].map(([, value]) => value));
  const declared = [...raised, ...values].filter((name) => !elsewhere.includes(name));
  assert.deepEqual([...given].sort(), [...new Set(declared)].sort());
});

test('the names that applications import are those of the table', () => {
  const { ZegoErrorCode } = createRequire(import.meta.url)('../../src/shim/error-codes.js');
  assert.deepEqual({ ...ZegoErrorCode }, Object.fromEntries(own.map(({ code, name }) => [name, code])));
  assert.ok(Object.isFrozen(ZegoErrorCode));
});

test('the package lists the files that hold the declarations', () => {
  const { files } = JSON.parse(readFileSync(new URL('../../pkg/package.json', import.meta.url), 'utf8'));
  for (const name of ['index', 'types', 'error-codes', 'rtc-room']) assert.ok(files.includes(`${name}.d.ts`), name);
});

test('what Alipay has no place for fails at once with 1100010 and says what to use instead, in every state of the engine', async () => {
  const { zg, host, engine } = await start({ wait: true });
  const nowhere = (await start({ my: createMy(), host: 'nonsense' })).zg;
  const check = async (engine) => {
    for (const { name, insteadEn, returns } of unsupported) {
      let error;
      if (returns === 'never')
        assert.throws(
          () => engine[name]('a', {}),
          (thrown) => !!(error = thrown),
        );
      else await Promise.race([engine[name]('a', {}), settled()]).catch((reason) => (error = reason));
      assert.ok(error instanceof ZegoError, name);
      const { code, message, advice } = error;
      assert.deepEqual(
        { code, name: error.name, message, advice },
        {
          code: 1100010,
          name: 'Unsupported',
          message: `not available in Alipay mini programs: ${name}`,
          advice: insteadEn,
        },
      );
    }
  };
  await check(zg);
  host.release();
  await settled();
  await check(zg);
  zg.destroyEngine();
  await check(zg);
  await check(nowhere);
  assert.deepEqual(
    engine().calls.filter(([name]) => name !== 'destroyEngine'),
    [],
    'the module is not asked',
  );
});

test('what has no effect on Alipay answers as documented', async () => {
  const { zg } = await start();
  assert.deepEqual(zg.getPlayerList(), []);
  assert.notEqual(zg.getPlayerList(), zg.getPlayerList(), 'each caller gets a list of its own');
  assert.equal(zg.updateAudioVolumeNotify('s', {}), undefined);
});

test('the errors of the package carry the names, texts and advice of the table', () => {
  const { loadFailed, stopped, destroyed } = shimFile('errors.js');
  for (const [error, code] of [
    [loadFailed('x'), 1199001],
    [stopped('x'), 1199002],
    [destroyed(), 1199003],
  ]) {
    const { name, en } = own.find((row) => row.code === code);
    assert.deepEqual([error.code, error.name, error.advice], [code, name, en.advice]);
    assert.ok(error.message.startsWith(en.text));
  }
  assert.equal(loadFailed({ message: 'x', advice: 'better' }).advice, 'better', 'who knows better says so');
});

const argument = ({ name, isOptional }) => (isOptional ? `${name}?` : name);
