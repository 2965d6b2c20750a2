// The timeline on the page: lines in the order of time, filters, search, pause, and what a line means.

import { explain, worded } from './explain.mjs';
import { fill } from './texts.mjs';

/** More would make the page slow. */
const KEPT = 3000;
const KINDS = ['person', 'call', 'answer', 'failure', 'callback', 'frames', 'component', 'media'];
const WHOS = ['A', 'B', 'web', 'rtmp', 'server'];

export class Lines {
  #lines = [];
  #held = [];
  #hidden = new Set();
  #isPaused = false;
  #search = '';
  #texts;
  #language;
  #start = 0;
  #list = document.getElementById('lines');
  #pause = document.getElementById('pause');

  constructor() {
    document.getElementById('search').addEventListener('input', ({ target }) => {
      this.#search = target.value.trim().toLowerCase();
      for (const line of this.#lines) line.element.hidden = !this.#isShown(line);
    });
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#isPaused));
    document.getElementById('clear').addEventListener('click', () => {
      this.#lines = [];
      this.#list.replaceChildren();
    });
    document.getElementById('save').addEventListener('click', () => this.#save());
    this.#list.addEventListener('click', ({ target }) => this.#choose(target.closest('li')));
  }

  /** @param {Record<string, any>} texts @param {string} language */
  setLanguage(texts, language) {
    this.#texts = texts;
    this.#language = language;
    this.#makeToggles('kinds', KINDS, texts.kinds);
    this.#makeToggles('whos', WHOS, texts.whos);
    for (const { element, line } of this.#lines) this.#write(element, line);
    this.#showPause();
  }

  /** A new connection to the server begins with everything there is. */
  restart(start) {
    this.#start = start;
    this.#lines = [];
    this.#held = [];
    this.#list.replaceChildren();
  }

  /** @param {{t: number, who: string, kind: string, text: string}[]} lines */
  add(lines) {
    if (this.#isPaused) this.#held.push(...lines);
    else this.#show(lines);
    this.#showPause();
  }

  #show(lines) {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
    for (const line of lines) {
      const element = document.createElement('li');
      element.className = line.kind;
      const entry = { element, line };
      this.#write(element, line);
      element.hidden = !this.#isShown(entry);
      // Most are the newest; some arrive late.
      let at = this.#lines.length;
      while (at > 0 && this.#lines[at - 1].line.t > line.t) at -= 1;
      this.#list.insertBefore(element, this.#lines[at]?.element ?? null);
      this.#lines.splice(at, 0, entry);
    }
    for (const { element } of this.#lines.splice(0, Math.max(0, this.#lines.length - KEPT))) element.remove();
    if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #write(element, line) {
    const { t, who, kind } = line;
    const cell = (className, text) => {
      const span = document.createElement('span');
      span.className = className;
      span.textContent = text;
      return span;
    };
    element.replaceChildren(
      cell('t', (t / 1000).toFixed(3)),
      cell(`who ${WHOS.includes(who) ? who : ''}`, who),
      cell('kind', this.#texts.kinds[kind] ?? kind),
      cell('text', worded(line, this.#language)),
    );
    element.title = explain(line, this.#language);
  }

  #isShown({ line: { kind, who, text }, line }) {
    if (this.#hidden.has(kind) || this.#hidden.has(who)) return false;
    return !this.#search || `${text} ${worded(line, this.#language)}`.toLowerCase().includes(this.#search);
  }

  #makeToggles(id, names, texts) {
    document.getElementById(id).replaceChildren(
      ...names.map((name) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = `toggle plain ${name}`;
        button.textContent = texts[name];
        const show = () => button.setAttribute('aria-pressed', String(!this.#hidden.has(name)));
        show();
        button.addEventListener('click', () => {
          if (!this.#hidden.delete(name)) this.#hidden.add(name);
          show();
          for (const line of this.#lines) line.element.hidden = !this.#isShown(line);
        });
        return button;
      }),
    );
  }

  #setPaused(isPaused) {
    this.#isPaused = isPaused;
    if (!isPaused) this.#show(this.#held.splice(0));
    this.#showPause();
  }

  #showPause() {
    const { pause, resume, waiting } = this.#texts;
    this.#pause.textContent = !this.#isPaused ? pause : this.#held.length ? fill(waiting, this.#held.length) : resume;
    this.#pause.setAttribute('aria-pressed', String(this.#isPaused));
  }

  #choose(element) {
    if (!element) return;
    this.#list.querySelector('.chosen')?.classList.remove('chosen');
    element.classList.add('chosen');
    const { line } = this.#lines.find((entry) => entry.element === element);
    document.getElementById('explanation').textContent = explain(line, this.#language) || this.#texts.explainHint;
  }

  #save() {
    const text = this.#lines
      .map(
        ({ line: { t, who, kind, text: content } }) =>
          `${String(t).padStart(7)}  ${who.padEnd(6)}  ${kind.padEnd(9)}  ${content}\n`,
      )
      .join('');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(
      new Blob([`${new Date(this.#start).toISOString()}\n${text}`], { type: 'text/plain' }),
    );
    link.download = 'timeline.txt';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}
