// Our engine, from the package, on a fake host.

import { createRequire } from 'node:module';
import { evaluate } from './evaluate.mjs';
import { createHost } from './my.mjs';
import { Recorder } from './recorder.mjs';

const require = createRequire(import.meta.url);
const PACKAGE = '../../pkg';

/** Why the package cannot be used, in one sentence, or undefined if it can. */
export function packageProblem() {
  try {
    require.resolve(PACKAGE);
    return undefined;
  } catch {
    return 'the package has not been built: run ./build.sh first';
  }
}

/**
 * Creates one client, with the same surface as createVendorClient.
 * @param {object} options
 * @param {string} options.server ws://127.0.0.1:port/accesshub
 * @param {number} options.appID
 * @param {(event: object) => void} [options.onEvent] see Recorder
 * @param {object} [options.host] options of the fake host, see my.mjs
 * @param {string} [options.platform] as the host names it
 * @param {(level: string, message: string) => void} [options.log] takes the engine's log instead of the console
 * @param {import('./virtual-world.mjs').VirtualWorld} [options.world] default: real time and real sockets
 * @returns {OwnClient}
 */
export function createOwnClient(options) {
  return new OwnClient(options);
}

/** See {@link createOwnClient}. */
export class OwnClient {
  constructor({ server, appID, onEvent, host = {}, platform, log, world }) {
    const { ZegoExpressEngine } = world ? loadInto(world) : require(PACKAGE);
    this.kind = 'ours';
    this.host = createHost({ ...host, ...(platform && { systemInfo: { platform } }), ...(world && { world }) });
    // The engine takes the settings over when it is constructed.
    ZegoExpressEngine.configure({ my: this.host.my, log });
    this.engine = new ZegoExpressEngine(appID, server);
    this.recorder = new Recorder(onEvent).attach(this.engine);
  }

  /** Recorded events, oldest first: `{t, name, args}`. */
  get events() {
    return this.recorder.events;
  }

  /** See Recorder.find. */
  find(...args) {
    return this.recorder.find(...args);
  }

  /** See Recorder.waitFor. */
  waitFor(...args) {
    return this.recorder.waitFor(...args);
  }

  /** Hands the engine an event of the media component, 3800 to 3803. */
  componentEvent(streamID, code) {
    this.engine.updatePlayerState(streamID, { type: 'rtmpEvent', detail: { code } });
  }

  /** The client's sockets break, as on a lost network. */
  dropSockets() {
    for (const task of this.host.openSockets) task.drop();
  }

  /** Ends the engine and its sockets; it is not asked to log out. */
  close() {
    this.engine.destroyEngine();
    this.host.dispose();
  }
}

/** The package as the engines of a world share it: the module is compiled once for all. */
const loaded = new WeakMap();

function loadInto(world) {
  if (!loaded.has(world)) loaded.set(world, evaluate(require.resolve(PACKAGE), world.globals));
  return loaded.get(world);
}
