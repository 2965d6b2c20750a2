// A component without media: it follows the documented one and says what was done to it.

/** @returns {Rtc} */
export function createRtc() {
  return new Rtc();
}

class Rtc {
  /** Every component ever made, oldest first. @type {Mounted[]} */
  all = [];
  /** What was done, in order: `hide ID`, `stop ID`, `show ID`, `context ID`, ... @type {string[]} */
  log = [];
  /** Codes a new component reports; a test may set others. */
  codes = { push: 3800, pull: 3802 };

  /** The one on show, if any. */
  get shown() {
    return this.all.find(({ isShown }) => isShown);
  }

  mount = (attributes) => {
    const component = new Mounted(attributes);
    this.all.push(component);
    this.log.push(`show ${this.#number(attributes.id)}`);
    const { rtmpPushUrl: push, rtmpPullUrl: pull } = attributes.extraInfo;
    setTimeout(() => {
      if (push && this.codes.push) component.report(this.codes.push);
      if (pull && this.codes.pull) component.report(this.codes.pull);
    });
    return component;
  };

  unmount = (id) => {
    const component = this.all.find((one) => one.id === id);
    component.isShown = false;
    this.log.push(`hide ${this.#number(id)}`);
  };

  createRtcRoomContext = (id) => {
    this.log.push(`context ${this.#number(id)}`);
    const act = (what, argument) =>
      void this.log.push(`${what} ${this.#number(id)}${argument === undefined ? '' : ` ${argument}`}`);
    return {
      stop: () => act('stop'),
      enableCamera: ({ enable }) => act('camera', enable),
      mute: ({ muted }) => act('mute', muted),
    };
  };

  /** Ids are long and different in each run; the log counts them. */
  #number(id) {
    return this.all.findIndex((one) => one.id === id) + 1;
  }
}

class Mounted {
  isShown = true;

  constructor(attributes) {
    this.id = attributes.id;
    this.attributes = attributes;
    this.push = attributes.extraInfo.rtmpPushUrl;
    this.pull = attributes.extraInfo.rtmpPullUrl;
  }

  report(code) {
    if (this.isShown) this.attributes.onRtmpEvent({ detail: { code } });
  }

  fail(error, errorMessage = '') {
    if (this.isShown) this.attributes.onError({ detail: { error, errorMessage } });
  }
}
