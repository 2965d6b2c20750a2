'use strict';

const { describe } = require('./describe');
const { plain, read } = require('./plain');
const { problem, componentProblem } = require('./rtc-room-errors');
const { guarded } = require('./rtc-room-values');

/** How long addresses that were asked for together are waited for, so that they need one component, in ms. */
const TOGETHER = 600;
/** Until the component's parameters are asked for again, in ms, and how often. */
const RETRY_AFTER = 3000;
const RETRIES = 3;

/** Handlers that the template names. @type {Record<string, string>} */
const HANDLERS = {
  onRtcRoomRtmpEvent: 'rtmp',
  onRtcRoomError: 'error',
  onRtcRoomInfo: 'info',
  onRtcRoomParticipantEnter: 'participantEnter',
  onRtcRoomParticipantLeave: 'participantLeave',
  onRtcRoomAudioPlayoutMode: 'audioPlayoutMode',
  onRtcRoomReceiveRecordId: 'recordId',
  onRtcRoomFirstRender: 'firstRender',
  onRtcRoomRenderStop: 'renderStop',
};

/**
 * What the component is to do.
 * @typedef {{push: string, pull: string, camera: boolean, microphone: boolean}} Wish
 */

let lastID = 0;

/**
 * The `<rtc-room>` of one page. Its addresses count only when it is created, so each change of them means: hide it, stop its
 * context, show another one under a new id, take that one's context. This is done once for changes that come together, and
 * not at all when nothing changed.
 */
class Component {
  /**
   * @param {any} page
   * @param {any} my
   * @param {string} key of the page's data
   * @param {any} options of RtcRoom
   * @param {{event: (kind: string, event: any, seen: any) => void, failed: (error: any) => void}} hear `seen` is a plain copy
   */
  constructor(page, my, key, options, hear) {
    this.page = page;
    this.my = my;
    this.key = key;
    this.options = options;
    this.hear = hear;
    /** @type {Wish} */
    this.wish = { push: '', pull: '', camera: options.camera !== false, microphone: options.microphone !== false };
    /** Raised to have a new component though the addresses are the same. */
    this.revision = 0;
    /** The component on show. @type {{id: string, push: string, pull: string, revision: number} | undefined} */
    this.shown = undefined;
    /** @type {any} */
    this.context = undefined;
    /** Raised whenever a replacement that is under way is void. */
    this.generation = 0;
    /** @type {Promise<void> | undefined} */
    this.settling = undefined;
    /** Addresses being asked for. @type {Set<Promise<any>>} */
    this.asking = new Set();
    this.failures = 0;
    /** @type {any} */
    this.retry = undefined;
    this.isGone = false;
    const recreates = options.recreateForDevices;
    this.recreates = recreates === undefined ? /^i(os|p)/i.test(platformOf(my)) : recreates === true;
    for (const name of Object.keys(HANDLERS))
      page[name] = (/** @type {any} */ event) => this.handle(HANDLERS[name], event);
    this.show({ shown: false, id: '' });
  }

  /** Counts on an address that is on its way. @template T @param {Promise<T>} promise @returns {Promise<T>} */
  expect(promise) {
    /** @type {Promise<any>} */
    const entry = promise.then(
      () => this.asking.delete(entry),
      () => this.asking.delete(entry),
    );
    this.asking.add(entry);
    return promise;
  }

  /** @param {Partial<Wish>} change */
  set(change) {
    Object.assign(this.wish, change);
    this.failures = 0;
    this.refresh();
  }

  /** @param {boolean} on */
  setCamera(on) {
    this.setDevice({ camera: on }, 'enableCamera', { enable: on });
  }

  /** @param {boolean} on */
  setMicrophone(on) {
    this.setDevice({ microphone: on }, 'mute', { muted: !on });
  }

  /** @param {Partial<Wish>} change @param {string} method @param {any} argument */
  setDevice(change, method, argument) {
    Object.assign(this.wish, change);
    if (!this.shown) return;
    this.callContext(method, argument);
    if (this.recreates) this.recreate();
  }

  /** Wants another component with the same addresses. */
  recreate() {
    this.revision += 1;
    this.refresh();
  }

  /** Makes what is shown what is wanted. */
  refresh() {
    clearTimeout(this.retry);
    if (this.isGone || this.settling || this.isUpToDate()) return;
    const settling = this.settle().then((isDone) => {
      if (this.settling !== settling) return;
      this.settling = undefined;
      if (isDone) this.refresh();
    });
    this.settling = settling;
  }

  /** Takes the component off at once. */
  remove() {
    this.generation += 1;
    clearTimeout(this.retry);
    this.wish.push = '';
    this.wish.pull = '';
    const wasShown = this.shown !== undefined;
    this.shown = undefined;
    this.settling = undefined;
    if (wasShown && !this.isGone) this.show({ shown: false });
    this.stopContext();
  }

  /** Removes it for good; the page's data are not touched any more. */
  destroy() {
    this.isGone = true;
    this.remove();
  }

  /** @returns {Promise<boolean>} false if it was given up */
  async settle() {
    const generation = this.generation;
    await this.calm();
    if (generation !== this.generation) return false;
    return this.isUpToDate() || this.replace(generation);
  }

  isUpToDate() {
    const { push, pull } = this.wish;
    if (!this.shown) return !push && !pull;
    return this.shown.push === push && this.shown.pull === pull && this.shown.revision === this.revision;
  }

  /** Waits for the addresses on their way, not for long. */
  async calm() {
    if (this.asking.size === 0) return;
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, TOGETHER)));
    await Promise.race([late, Promise.all(Array.from(this.asking))]);
    clearTimeout(timer);
  }

  /** @param {number} generation @returns {Promise<boolean>} false if it has to be given up */
  async replace(generation) {
    const isVoid = () => this.isGone || generation !== this.generation;
    const { push, pull } = this.wish;
    let mrtc;
    if (push || pull) {
      // Asked for every time: a signature lives for minutes, a call for longer.
      try {
        mrtc = plain(await valueOf(this.options.mrtc));
      } catch (error) {
        if (!isVoid()) this.giveUp(error);
        return false;
      }
      if (isVoid()) return false;
    }
    if (this.shown) {
      this.shown = undefined;
      await this.show({ shown: false });
      if (isVoid()) return false;
      this.stopContext();
    }
    if (!push && !pull) return true;
    lastID += 1;
    const id = `rtcroom-${Date.now()}-${lastID}`;
    this.shown = { id, push, pull, revision: this.revision };
    await this.show(this.attributes(id, push, pull, mrtc || {}));
    if (isVoid()) return false;
    this.failures = 0;
    if (typeof read(this.my, 'createRtcRoomContext') === 'function')
      this.context = guarded('createRtcRoomContext', () => this.my.createRtcRoomContext(id));
    return true;
  }

  /** @param {string} id @param {string} push @param {string} pull @param {any} mrtc */
  attributes(id, push, pull, mrtc) {
    const { fps = 30, resolution = 1, record = false, minBitrate = '', maxBitrate = '' } = this.options;
    return {
      shown: true,
      id,
      roomId: mrtc.roomId || '',
      token: mrtc.token || '',
      userId: mrtc.userId || '',
      signature: mrtc.signature || '',
      camera: this.wish.camera,
      mute: !this.wish.microphone,
      fps,
      resolution,
      record,
      minBitrate,
      maxBitrate,
      extraInfo: {
        bizName: mrtc.bizName || '',
        subBiz: mrtc.subBiz || '',
        serverUrl: mrtc.serverUrl || '',
        isAliPay: true,
        rtmpPushUrl: push,
        rtmpPullUrl: pull,
      },
    };
  }

  /** @param {any} error */
  giveUp(error) {
    this.failures += 1;
    this.hear.failed(problem(1198007, 'component', error));
    if (this.failures <= RETRIES) this.retry = setTimeout(() => this.refresh(), RETRY_AFTER);
  }

  /** @param {string} kind @param {any} event */
  handle(kind, event) {
    const seen = plain(event) || {};
    const id = idOf(seen);
    if (!this.shown || (id && id !== this.shown.id)) return; // of a component that was taken off
    if (kind === 'error') this.hear.failed(componentProblem(seen.detail));
    this.hear.event(kind, event, seen);
  }

  /** @param {any} attributes @returns {Promise<void>} when they are on the screen */
  show(attributes) {
    const data = attributes.id === undefined ? { [`${this.key}.shown`]: attributes.shown } : { [this.key]: attributes };
    /** @type {Promise<void>} */
    const shown = new Promise((resolve) => this.page.setData(data, resolve));
    return shown.catch((error) => this.hear.failed(componentProblem({ message: describe(error) })));
  }

  stopContext() {
    if (this.context) this.callContext('stop');
    this.context = undefined;
  }

  /** @param {string} method @param {any} [argument] */
  callContext(method, argument) {
    if (typeof read(this.context, method) !== 'function') return;
    try {
      this.context[method](argument);
    } catch (error) {
      this.hear.failed(componentProblem({ error: read(error, 'error'), message: describe(error) }));
    }
  }
}

/** A value, or what a function gives. @param {any} option @param {any} [argument] */
async function valueOf(option, argument) {
  return typeof option === 'function' ? option(argument) : option;
}

/** The id of the component that raised an event, if the platform says it. @param {any} event a plain copy */
function idOf({ currentTarget, target }) {
  return (currentTarget && currentTarget.id) || (target && target.id) || '';
}

/** @param {any} my */
function platformOf(my) {
  if (typeof read(my, 'getSystemInfoSync') !== 'function') return '';
  return guarded('getSystemInfoSync', () => String(my.getSystemInfoSync().platform)) || '';
}

module.exports = { Component, valueOf };
