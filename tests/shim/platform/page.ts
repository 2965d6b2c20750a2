// Type-checked, never run: our declarations in an application that has the platform's own.
import ZegoExpressEngineByDefault, { RtcRoom, ZegoError, ZegoExpressEngine } from '../../../src/shim/index';

/** What src/shim/host-adapter.js and host-worker.js call; each must be a function of the platform. */
const used: Function[] = [
  my.connectSocket,
  my.getNetworkType,
  my.onNetworkStatusChange,
  my.offNetworkStatusChange,
  my.onAppShow,
  my.offAppShow,
  my.onAppHide,
  my.offAppHide,
  my.getSystemInfoSync,
  my.getStorageSync,
  my.setStorageSync,
  my.getSetting,
  my.request,
  my.createWorker,
  my.createRtcRoomContext,
];

const task = my.connectSocket({ url: 'wss://example.com/accesshub', multiple: true });
task.onOpen(() => undefined);
task.onMessage(() => undefined);
task.onError(() => undefined);
task.onClose(() => undefined);
// @ts-expect-error documented, not declared
task.send({ data: '', isBuffer: true });
task.close({ code: 1000, reason: '' });
my.createWorker('workers/worker.js', { useExperimentalWorker: true }).onMessage(() => undefined);

ZegoExpressEngine.configure({ my });

Page({
  data: { rtc: null as { id: string; extraInfo: { rtmpPushUrl?: string; rtmpPullUrl?: string } } | null },
  async onLoad() {
    const zego: ZegoExpressEngineByDefault = new ZegoExpressEngine(1234567890, '');
    zego.on('roomStreamUpdate', (roomID, type, [stream]) =>
      my.showToast({ content: `${roomID} ${type === 'ADD'} ${stream.streamID}` }),
    );
    try {
      await zego.loginRoom('room', 'token', { userID: 'u' });
      const { url } = await zego.startPublishingStream('s');
      this.setData({ rtc: { id: 'rtc-1', extraInfo: { rtmpPushUrl: url } } });
    } catch (error) {
      if (error instanceof ZegoError) my.showToast({ content: error.message });
    }
    zego.destroyEngine();
  },
});

export { RtcRoom, used };
