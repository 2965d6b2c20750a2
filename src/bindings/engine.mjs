/**
 * The class that the shim uses, over the module's border of texts (`mod.rs`): promises and values.
 *
 * @param {any} Module the class of the generated glue
 * @param {() => string} takePanic text of the last panic, or of what was wrong with a configuration
 */
export function engineClass(Module, takePanic) {
  return class Engine {
    /** Throws an `Error` that names the wrong member. @param {any} config @param {number} mono @param {number} wall */
    constructor(config, mono, wall) {
      this.module = Module.create(JSON.stringify(config), mono, wall);
      if (!this.module) throw new Error(takePanic());
      this.lastCall = 0;
      /** How to settle the calls that are not answered. @type {Map<number, (reply: {value?: any, error?: any}) => void>} */
      this.calls = new Map();
      /** @type {any[] | undefined} */
      this.outputs = undefined;
      this.collect();
    }

    /**
     * An asynchronous method of the page. Rejects with `{code, name, message, advice, errorCode, msg, extendedData}`.
     * @param {string} method @param {any[]} args @param {number} mono @param {number} wall @returns {Promise<any>}
     */
    call(method, args, mono, wall) {
      /** @type {(reply: {value?: any, error?: any}) => void} */
      let settle = () => undefined;
      const promise = new Promise((resolve, reject) => {
        settle = ({ value, error }) => (error ? reject(error) : resolve(value));
      });
      // Not inside of the promise, which would swallow a panic.
      this.begin(method, args, mono, wall, settle);
      return promise;
    }

    /**
     * A synchronous method of the page; `undefined` where it failed.
     * @param {string} method @param {any[]} args @param {number} mono @param {number} wall
     */
    callSync(method, args, mono, wall) {
      /** @type {any} */
      let answer;
      this.begin(method, args, mono, wall, ({ value }) => {
        answer = value;
      });
      return answer;
    }

    /** Something that happened to the host: see `Input::from_json`. @param {any} input @param {number} mono @param {number} wall */
    input(input, mono, wall) {
      this.module.input(JSON.stringify(input), mono, wall);
      this.collect();
    }

    /** A binary message of a socket. @param {number} socket @param {Uint8Array} bytes @param {number} mono @param {number} wall */
    frame(socket, bytes, mono, wall) {
      this.module.frame(socket, bytes, mono, wall);
      this.collect();
    }

    /** A timer fired. @param {number} mono @param {number} wall */
    tick(mono, wall) {
      this.module.tick(mono, wall);
      this.collect();
    }

    /** What there is to do, in order; undefined for nothing. Take it after every other call. @returns {any[] | undefined} */
    drain() {
      const { outputs } = this;
      this.outputs = undefined;
      return outputs;
    }

    /** `mono` of the next `tick`. @returns {number | undefined} */
    deadline() {
      const deadline = this.module.deadline();
      return deadline < 0 ? undefined : deadline;
    }

    free() {
      this.module.free();
    }

    /** Text of the last panic; the exception itself says only that there was one. */
    static panic() {
      return takePanic();
    }

    /** @param {string} method @param {any[]} args @param {number} mono @param {number} wall @param {(reply: any) => void} settle */
    begin(method, args, mono, wall, settle) {
      this.lastCall = (this.lastCall + 1) >>> 0;
      this.calls.set(this.lastCall, settle);
      this.input({ type: 'call', id: this.lastCall, method, args }, mono, wall);
    }

    /** Settles what is answered and keeps the rest. Handlers of a promise run later, in a microtask. */
    collect() {
      const text = this.module.drain();
      if (!text) return;
      for (const output of JSON.parse(text)) {
        const settle = output.type === 'reply' && this.calls.get(output.id);
        if (settle) {
          this.calls.delete(output.id);
          settle(output);
        } else {
          (this.outputs = this.outputs || []).push(output);
        }
      }
    }
  };
}
