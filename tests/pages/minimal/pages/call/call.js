import { RtcRoom, ZegoExpressEngine } from '../../pkg/index';

Page({
  onLoad({ appID, server, userID, token }) {
    const zg = new ZegoExpressEngine(Number(appID), server);
    this.room = new RtcRoom(this, zg, {
      user: { userID, userName: userID },
      token, // or a function that asks your server
      mrtc: { userId: userID, signature: '', bizName: '', subBiz: '', serverUrl: '' }, // from Alipay and your server
      onError: ({ message, advice }) => my.showToast({ content: `${message} ${advice}` }),
    });
  },
  onJoin() {
    this.room.join('room-1').catch(({ message, advice }) => my.showToast({ content: `${message} ${advice}` }));
  },
  onLeave() {
    this.room.leave();
  },
  onUnload() {
    this.room.destroy();
  },
});
