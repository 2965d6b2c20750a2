// What a client told its application, in order, and waiting for it.

/** Every event of the public API that a room client can raise. */
export const EVENTS = [
  'roomStateUpdate',
  'roomStateChanged',
  'roomUserUpdate',
  'roomOnlineUserCountUpdate',
  'roomStreamUpdate',
  'streamExtraInfoUpdate',
  'roomExtraInfoUpdate',
  'IMRecvBroadcastMessage',
  'IMRecvBarrageMessage',
  'IMRecvCustomCommand',
  'publisherStateUpdate',
  'playerStateUpdate',
  'publishQualityUpdate',
  'playQualityUpdate',
  'tokenWillExpire',
];

/** Records the events of one engine. */
export class Recorder {
  #waiting = new Set();
  #start = performance.now();

  /** @param {(event: {t: number, name: string, args: unknown[]}) => void} [onEvent] called for every event */
  constructor(onEvent) {
    this.onEvent = onEvent;
    /** `t` in ms since the recorder was made. @type {{t: number, name: string, args: any[]}[]} */
    this.events = [];
  }

  /** Listens to every event of `engine`. */
  attach(engine) {
    for (const name of EVENTS) engine.on(name, (...args) => this.record(name, args));
    return this;
  }

  /** Adds an event. Arguments are copied, so later changes by the client do not change the record. */
  record(name, args) {
    const event = { t: Math.round(performance.now() - this.#start), name, args: plain(args) };
    this.events.push(event);
    this.onEvent?.(event);
    for (const check of [...this.#waiting]) check();
  }

  /**
   * The first event `name` recorded up to now whose arguments satisfy `where`, or undefined.
   * @param {string} name
   * @param {(...args: any[]) => boolean} [where]
   * @param {number} [from=0] index in `events` to look from
   */
  find(name, where = () => true, from = 0) {
    return this.events.find((event, index) => index >= from && event.name === name && where(...event.args));
  }

  /**
   * The first event `name` whose arguments satisfy `where`, recorded already or still to come.
   * @param {string} name
   * @param {(...args: any[]) => boolean} [where]
   * @param {object} [options]
   * @param {number} [options.limit=10000] ms to wait
   * @param {number} [options.from=0] index in `events` to look from; `events.length` for future events only
   * @throws when the time is over, with the events seen
   */
  waitFor(name, where, { limit = 10_000, from = 0 } = {}) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const event = this.find(name, where, from);
        if (event === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(event);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`no ${name} within ${limit} ms; seen: ${this.names().join(', ') || 'nothing'}`));
      }, limit);
      this.#waiting.add(check);
      check();
    });
  }

  /** The events in short: name and what tells two of a kind apart. */
  names() {
    return this.events.map(({ name, args }) => {
      const [first, second] = args;
      const mark = typeof first === 'object' ? `${first?.state}(${first?.errorCode})` : second;
      return typeof mark === 'string' ? `${name} ${mark}` : name;
    });
  }
}

/** A copy made of plain objects. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  if (ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
