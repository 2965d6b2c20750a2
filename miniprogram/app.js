import { ZegoExpressEngine } from './pkg/index';

App({
  onLaunch() {
    // Where the page has no WebAssembly the engine runs in the Worker that app.json lists.
    ZegoExpressEngine.configure({ worker: { script: 'pkg/worker.js', wasm: '/pkg/engine.wasm' } });
  },
});
