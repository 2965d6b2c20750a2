// The feeder and the clients as child processes.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Starts the feeder. @returns {Promise<Feeder>} */
export function startFeeder() {
  const child = fork(path('feeder.mjs'));
  return new Promise((resolve, reject) => {
    child.once('message', ({ ready }) => resolve(new Feeder(child, ready)));
    child.once('exit', (code) => reject(new Error(`the feeder ended with ${code}`)));
  });
}

export class Feeder {
  #child;
  #open = new Map();
  #last = 0;

  constructor(child, url) {
    this.#child = child;
    /** Where clients connect. */
    this.url = url;
    child.on('message', ({ done, value }) => this.#open.get(done)(value));
  }

  /** @param {string} name see COMMANDS in feeder.mjs @param {any} [value] @returns {Promise<any>} */
  ask(name, value) {
    this.#last += 1;
    const id = this.#last;
    this.#child.send({ id, name, value });
    return new Promise((resolve) =>
      this.#open.set(id, (answer) => {
        this.#open.delete(id);
        resolve(answer);
      }),
    );
  }

  close() {
    this.#child.removeAllListeners('exit').disconnect();
  }
}

/**
 * Runs one job in a fresh process.
 * @param {object} job see client.mjs
 * @param {Feeder} feeder
 * @param {number} limit ms
 * @returns {Promise<any>} what it measured
 */
export function runClient(job, feeder, limit) {
  const child = fork(path('client.mjs'), { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr.on('data', (data) => (errors = `${errors}${data}`.slice(-1000)));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not done within ${limit / 1000} s`));
      child.kill('SIGKILL');
    }, limit);
    child.on('message', async ({ call, name, value, result, failure }) => {
      if (call) {
        const answer = await feeder.ask(name, value);
        if (child.connected) child.send({ answer: call, value: answer });
      } else if (failure) reject(new Error(failure));
      else resolve(result);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`the client ended with ${signal ?? code}: ${errors}`));
    });
    child.send(job);
  }).finally(() => child.kill('SIGKILL'));
}
