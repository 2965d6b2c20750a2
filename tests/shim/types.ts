// Never run: the compiler checks that the declared types accept what pages write, and refuse what they must not.

import ZegoDefault, { ZegoError, ZegoExpressEngine } from '../../src/shim/index';

ZegoExpressEngine.configure({
  seed: 1,
  host: 'worker',
  worker: { script: 'workers/worker.js', wasm: '/workers/engine.wasm.br' },
  log: (level: string, message: string) => [level, message],
});
const zg: ZegoDefault = new ZegoExpressEngine(1234, ['wss://a', 'wss://b']);
const version: string = ZegoExpressEngine.version + zg.getVersion() + zg.getHostInfo().state;

export async function page(): Promise<string> {
  const known: boolean = zg.on('roomStateUpdate', (roomID, state, errorCode) => [
    roomID.length,
    state === 'CONNECTED',
    errorCode + 1,
  ]);
  zg.once('publisherStateUpdate', ({ streamID, state }) => [streamID, state === 'PUBLISHING']);
  zg.on('IMRecvBarrageMessage', (_, [first]) => first?.messageID.length);
  zg.on('IMRecvBroadcastMessage', (_, [first]) => first && first.messageID + 1);
  zg.on('error', (error: ZegoError) => error.code + error.advice.length);
  zg.on('roomStateUpdate', (_roomID, state, _code, _text, before) => state === before);
  zg.on('roomStateChanged', (_roomID, reason, _code, _text, before) => reason === 'LOGINED' && before === 'LOGINING');
  zg.on('playerStateUpdate', ({ state, previousState }) => state === previousState || previousState === 'PLAYING');
  zg.on('peerDeviceStateUpdate', (_roomID, [first]) => first && (first.camera || first.user.userID.length));
  await zg.setDeviceState('s', { camera: false });
  // @ts-expect-error on or off
  await zg.setDeviceState('s', { camera: 'off' });
  zg.on('streamUrlUpdate', (streamID, url, reason) => streamID + url + reason.length);
  zg.off('roomStateUpdate');
  // @ts-expect-error there is no such event
  zg.on('roomStateUpdated', () => {});
  // @ts-expect-error a state is not a number
  zg.on('roomStateUpdate', (_roomID: string, state: number) => state);
  // @ts-expect-error a user has an id
  await zg.loginRoom('r', 't', { userName: 'n' });
  await zg.loginRoom('r', 't', { userID: 'u' }, { userUpdate: true });
  const { url } = await zg.startPublishingStream('s', { extraInfo: 'x' });
  zg.updatePlayerState('s', { type: 'rtmpEvent', detail: { code: 3800 } });
  await zg.sendCustomCommand('r', { any: ['thing'] }, ['u']);
  const { code, msg } = await zg.checkSystemRequirements();
  // @ts-expect-error the app id is a number
  new ZegoExpressEngine('1234', '');
  return known ? url + msg + code : version;
}
