// The simulator in Node: miniprogram-simulate on a jsdom window, one for the process.

import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';
import { ABSENT } from './compile.mjs';
import { createPhone } from './runtime.mjs';

const require = createRequire(import.meta.url);
let simulate;

/** @returns {{simulate: any, document: Document}} */
export function openScreen() {
  if (!simulate) {
    const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: false });
    for (const name of [
      'window',
      'document',
      'HTMLElement',
      'Element',
      'Node',
      'Event',
      'CustomEvent',
      'MutationObserver',
    ]) {
      globalThis[name] = name === 'window' ? window : window[name];
    }
    simulate = require('miniprogram-simulate');
  }
  return { simulate, document: globalThis.document };
}

/**
 * A phone whose screen is an element in jsdom.
 * @param {object} options see createPhone: app, my, rtc
 */
export function createJsdomPhone(options) {
  const { simulate: simulator, document } = openScreen();
  const container = document.body.appendChild(document.createElement('div'));
  container.className = 'ax-phone';
  const phone = createPhone({ simulate: simulator, absent: ABSENT, container, ...options });
  return Object.assign(phone, { container });
}
