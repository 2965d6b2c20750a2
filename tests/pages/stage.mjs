// Phones with the sample, and the room server they talk to.

import { createHost } from '../support/my.mjs';
import { roomServerProblem, startRoomServer } from '../support/room-server.mjs';
import { packageProblem } from '../support/own.mjs';
import { compileApp } from './compile.mjs';
import { createRtc } from './rtc.mjs';
import { createJsdomPhone } from './screen.mjs';

/** Options of a test that needs the server: it skips with the reason where that is missing, and fails in CI. */
export function needsServer(more = []) {
  const problem = [packageProblem(), roomServerProblem(), ...more].find(Boolean);
  return { timeout: 60_000, ...(problem && !process.env.CI ? { skip: `NO PAGE TESTED: ${problem}` } : {}) };
}

let compiled;
/** The sample, compiled once. */
export const sample = () => (compiled ??= compileApp());

/** A server that ends with the test. */
export async function openServer(t, options) {
  const server = await startRoomServer({ mediaHosts: ['127.0.0.1:1'], ...options });
  t.after(() => server.close());
  return server;
}

/**
 * A phone that ends with the test.
 * @param {any} t
 * @param {object} [options]
 * @param {any} [options.app]
 * @param {any} [options.settings] what was typed on the settings page before
 * @param {any} [options.host] of createHost
 * @param {any} [options.rtc]
 * @param {(ms: number) => number} [options.hurry] see createPhone
 */
export async function openPhone(t, { app, settings, host: hostOptions, rtc = createRtc(), hurry } = {}) {
  const host = createHost({ ...hostOptions, storage: { 'sample-settings': settings ?? {} } });
  const lines = [];
  const log = Object.fromEntries(
    ['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, (...parts) => lines.push(parts.join(' '))]),
  );
  const phone = createJsdomPhone({ app: app ?? (await sample()), my: host.my, rtc, log, hurry });
  t.after(() => {
    phone.close();
    phone.container.remove();
    host.dispose();
  });
  return Object.assign(phone, { host, rtc, lines, settings: () => host.storage['sample-settings'] });
}

/** Settings with which `userID` can use the server. */
export async function settingsFor(server, userID, more = {}) {
  return {
    language: 'en',
    appID: String(server.appID),
    server: server.ws,
    tokenServer: server.http,
    userID,
    userName: userID,
    token: await server.token(userID),
    roomID: 'room-1',
    ...more,
  };
}

/** Waits until `condition` holds; `what` and the present state go into the error. */
export async function until(condition, what, { limit = 10_000, state } = {}) {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end)
      throw new Error(`waited ${limit / 1000} s for ${what}${state ? `; there is:\n${state()}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until an element shows a text. */
export function shows(phone, selector, text, limit) {
  return until(() => phone.find(selector)?.textContent.trim() === text, `"${text}" at ${selector}`, {
    limit,
    state: () => phone.text,
  });
}
