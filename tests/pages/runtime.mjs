// Runs a compiled mini program: its pages, their life, and the part of `my` that has to do with the screen. The same code
// runs in jsdom and in a browser; `simulate` is miniprogram-simulate.

let components = 0;
let isReady = false;

/**
 * One phone with one mini program.
 * @param {object} options
 * @param {any} options.simulate
 * @param {import('./compile.mjs').App} options.app
 * @param {string[]} options.absent names the logic thread has not
 * @param {any} options.my sockets, requests, storage and so on
 * @param {any} options.rtc where components live: mount(attributes), unmount(id), createRtcRoomContext(id), update(id, attributes)
 * @param {HTMLElement} options.container
 * @param {Pick<Console, 'log' | 'warn' | 'error' | 'info' | 'debug'>} [options.log] the page's console
 * @param {(text: string) => void} [options.onToast]
 * @param {(load: (name: string) => any) => void} [options.prepare] called before the first module runs
 * @param {(ms: number) => number} [options.hurry] how long the page's timers of `ms` really take
 */
export function createPhone({
  simulate,
  app,
  absent,
  my,
  rtc,
  container,
  log = console,
  onToast = () => {},
  prepare = () => {},
  hurry = (ms) => ms,
}) {
  registerElements(simulate);
  phones.set(container, rtc);
  const stack = [];
  const toasts = [];
  const global = { app: {}, definition: undefined };
  const navigate = (request, action) => {
    const [path, query = ''] = request.url.replace(/^\//, '').split('?');
    const target = request.url.startsWith('.') || request.url.startsWith('/') ? path : path;
    if (!app.pages[target]) {
      request.fail?.({ error: 2, errorMessage: `there is no page ${target}` });
      throw new Error(`there is no page ${target}`);
    }
    setTimeout(() => {
      action(target, Object.fromEntries(new URLSearchParams(query)));
      request.success?.({});
    });
  };
  const screen = {
    createRtcRoomContext: (id) => rtc.createRtcRoomContext(id),
    navigateTo: (request) => navigate(request, (path, query) => open(path, query)),
    redirectTo: (request) => navigate(request, (path, query) => (close(), open(path, query))),
    reLaunch: (request) => navigate(request, (path, query) => (closeAll(), open(path, query))),
    navigateBack: () => void setTimeout(() => back()),
    showToast({ content, success } = {}) {
      toasts.push(content);
      showToast(container, content);
      onToast(content);
      success?.({});
    },
    hideToast() {},
    showLoading() {},
    hideLoading() {},
    setNavigationBar({ title }) {
      if (top()) top().setTitle(title);
    },
    setClipboard: ({ success } = {}) => success?.({ success: true }),
  };
  const host = Object.assign({}, my, screen);
  const clock = createClock(hurry);
  const world = {
    ...clock.timers,
    console: log,
    my: host,
    App: (definition) => void Object.assign(global.app, definition),
    Page: (definition) => void (global.definition = definition),
    getApp: () => global.app,
    getCurrentPages: () => stack.map(({ page }) => page),
  };
  const names = [...Object.keys(world), ...absent];
  const load = new Function(...names, app.script)(...names.map((name) => world[name]));
  const definitions = new Map();
  const top = () => stack.at(-1);

  function definitionOf(path) {
    if (!definitions.has(path)) {
      global.definition = undefined;
      load(path);
      definitions.set(path, global.definition);
    }
    return definitions.get(path);
  }

  function open(path, query = {}) {
    top()?.hide();
    const shown = openPage({
      simulate,
      container,
      path,
      source: app.pages[path],
      definition: definitionOf(path),
      css: app.css,
      goBack: stack.length > 0 ? back : undefined,
    });
    stack.push(shown);
    shown.start(query);
    return shown;
  }

  function close() {
    stack.pop()?.unload();
  }

  function closeAll() {
    while (stack.length) close();
  }

  function back() {
    if (stack.length < 2) return;
    close();
    top().show();
  }

  prepare(load);
  load('app');
  global.app.onLaunch?.({ path: app.entry, query: {} });
  return {
    /** Opens a page on top of the others. */
    open,
    back,
    /** Unloads every page but the one on top, as `redirectTo` from them would have. */
    unloadBelow() {
      for (const below of stack.splice(0, stack.length - 1)) below.unload();
    },
    /** The mini program is closed: its pages are unloaded, then its thread ends. */
    close() {
      closeAll();
      clock.stop();
    },
    toasts,
    my: host,
    /** The page object on top. */
    get page() {
      return top()?.page;
    },
    get path() {
      return top()?.path;
    },
    /** The element on top that the selector finds. */
    find: (selector) => top().element.querySelector(selector),
    /** What the top page shows as text, one line per element. */
    get text() {
      return textOf(top().element);
    },
    /** Shows the page on top anew, as after another application. */
    refresh() {
      top()?.page.onShow?.();
    },
    /** Puts a finger on it: the same path as a person's finger takes. */
    async tap(selector) {
      const element = top().element.querySelector(selector);
      if (!element) throw new Error(`there is nothing to tap at ${selector}`);
      touch(element);
      await new Promise((resolve) => setTimeout(resolve));
    },
    /** Replaces the text of an input, letter by letter where `slowly`. */
    async type(selector, text) {
      const element = top().element.querySelector(`${selector} input, ${selector} textarea`);
      if (!element) throw new Error(`there is nothing to type at ${selector}`);
      element.value = text;
      element.dispatchEvent(new element.ownerDocument.defaultView.Event('input', { bubbles: true }));
      element.dispatchEvent(new element.ownerDocument.defaultView.Event('blur'));
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

/** Timers that end with the thread they belong to. */
function createClock(hurry) {
  const running = new Set();
  let isStopped = false;
  const start =
    (begin) =>
    (action, ms, ...args) => {
      if (isStopped) return 0;
      const timer = begin(() => (begin === setTimeout && running.delete(timer), action(...args)), hurry(ms));
      running.add(timer);
      return timer;
    };
  const end = (timer) => {
    running.delete(timer);
    clearTimeout(timer);
  };
  return {
    timers: { setTimeout: start(setTimeout), clearTimeout: end, setInterval: start(setInterval), clearInterval: end },
    stop() {
      isStopped = true;
      running.forEach(end);
    },
  };
}

function openPage({ simulate, container, path, source, definition, css, goBack }) {
  components += 1;
  const page = Object.assign({}, definition);
  const methods = {};
  for (const name of source.handlers) {
    methods[name] = (event) => {
      if (event.currentTarget.dataset.axDisabled) return;
      // The platform looks the method up on the page when the event comes.
      if (typeof page[name] !== 'function') throw new Error(`${path} has no method ${name}`);
      page[name](event);
    };
  }
  const id = simulate.load({
    id: `page-${components}`,
    tagName: 'ax-page',
    template: `<view class="ax-page">${source.wxml}</view>`,
    usingComponents: {},
    data: copy(definition.data ?? {}),
    methods,
  });
  const component = simulate.render(id);
  const { ownerDocument } = container;
  const frame = ownerDocument.createElement('div');
  frame.className = 'ax-frame';
  const bar = frame.appendChild(ownerDocument.createElement('div'));
  bar.className = 'ax-bar';
  if (goBack) {
    const arrow = bar.appendChild(ownerDocument.createElement('span'));
    arrow.className = 'ax-back';
    arrow.addEventListener('click', goBack);
  }
  const title = bar.appendChild(ownerDocument.createElement('span'));
  title.textContent = source.config.defaultTitle ?? '';
  const style = frame.appendChild(ownerDocument.createElement('style'));
  style.textContent = css + source.css;
  container.appendChild(frame);
  component.attach(frame);
  let isLoaded = true;
  Object.defineProperty(page, 'data', { get: () => component.data, configurable: true });
  page.route = path;
  page.setData = (data, callback) => {
    if (!isLoaded) return; // as on the platform, nobody hears of it
    component.instance.setData(copy(data));
    if (callback) setTimeout(() => isLoaded && callback.call(page));
  };
  const shown = {
    page,
    path,
    element: frame,
    setTitle: (text) => (title.textContent = text),
    start(query) {
      page.onLoad?.(query);
      page.onShow?.();
      page.onReady?.();
    },
    hide() {
      frame.style.display = 'none';
      page.onHide?.();
    },
    show() {
      frame.style.display = '';
      page.onShow?.();
    },
    unload() {
      page.onUnload?.();
      isLoaded = false;
      component.detach();
      frame.remove();
    },
  };
  return shown;
}

/** Whose component an element is: the phone it is on. */
const phones = new WeakMap();

function registerElements(simulate) {
  if (isReady) return;
  isReady = true;
  const register = (id, definition) =>
    simulate.load({ id: `ax-${id}`, tagName: `wx-${id}`, template: '<slot/>', ...definition });
  const field = (kind, create) => ({
    properties: {
      value: String,
      placeholder: String,
      maxlength: Number,
      password: Boolean,
      disabled: Boolean,
      type: String,
    },
    observers: {
      'value, placeholder, disabled'() {
        this.refresh?.();
      },
    },
    attached() {
      const element = create(this.$$.ownerDocument);
      this.refresh = () => {
        const { value, placeholder, maxlength, disabled, password } = this.data;
        if (element.value !== value) element.value = value ?? '';
        element.placeholder = placeholder ?? '';
        if (maxlength > 0) element.maxLength = maxlength;
        element.disabled = Boolean(disabled);
        if (password) element.type = 'password';
      };
      this.refresh();
      element.addEventListener('input', () => this.triggerEvent('input', { value: element.value }));
      element.addEventListener('blur', () => this.triggerEvent('blur', { value: element.value }));
      this.$$.appendChild(element);
    },
  });
  register(
    'input',
    field('input', (document) => document.createElement('input')),
  );
  register(
    'textarea',
    field('textarea', (document) => document.createElement('textarea')),
  );
  register('label', {});
  register('form', {});
  register('button', {
    properties: { type: String, size: String, disabled: Boolean, loading: Boolean },
    observers: {
      'type, size, disabled'() {
        this.refresh?.();
      },
    },
    attached() {
      this.refresh = () => {
        const { type, size, disabled } = this.data;
        for (const [name, value] of Object.entries({ type, size, disabled: disabled ? '' : undefined })) {
          if (value === undefined || (value === '' && name !== 'disabled')) this.$$.removeAttribute(name);
          else this.$$.setAttribute(name, value);
        }
      };
      this.refresh();
    },
  });
  register('switch', {
    properties: { checked: Boolean, disabled: Boolean },
    observers: {
      checked() {
        this.refresh?.();
      },
    },
    attached() {
      const box = this.$$.ownerDocument.createElement('input');
      box.type = 'checkbox';
      this.refresh = () => (box.checked = this.data.checked);
      this.refresh();
      box.addEventListener('change', () => this.triggerEvent('change', { value: box.checked }));
      this.$$.appendChild(box);
    },
  });
  register('image', { properties: { src: String, mode: String } });
  simulate.load(rtcRoom());
}

/** The stand-in of the platform's component: it takes its addresses when it is created and never again. */
function rtcRoom() {
  const names = {
    roomId: String,
    token: String,
    userId: String,
    signature: String,
    autoplay: Boolean,
    enableCamera: Boolean,
    mute: Boolean,
    fps: Number,
    resolution: Number,
    record: Boolean,
    minBitrate: null,
    maxBitrate: null,
    extraInfo: Object,
  };
  return {
    id: 'rtc-room',
    tagName: 'wx-rtc-room',
    template: '<slot/>',
    properties: names,
    attached() {
      const node = this.$$;
      const id = (this.componentID = this.id ?? '');
      const raise = (name) => (event) => this.triggerEvent(name, event.detail, {});
      this.rtc = rtcOf(node);
      this.rtc.mount({
        ...copy(this.data),
        'enable-camera': this.data.enableCamera,
        id,
        element: node,
        onRtmpEvent: raise('rtmpEvent'),
        onError: raise('error'),
        onRoomInfo: raise('roomInfo'),
      });
    },
    detached() {
      this.rtc.unmount(this.componentID);
    },
  };
}

function rtcOf(element) {
  for (let node = element; node; node = node.parentNode) if (phones.has(node)) return phones.get(node);
  throw new Error('a component outside of any phone');
}

/** A finger put down on an element and lifted. */
export function touch(element) {
  const { defaultView: view } = element.ownerDocument;
  const point = { identifier: 1, clientX: 1, clientY: 1, pageX: 1, pageY: 1, target: element };
  for (const [type, touches] of [
    ['touchstart', [point]],
    ['touchend', []],
  ]) {
    const event = new view.Event(type, { bubbles: true, cancelable: true });
    Object.assign(event, { touches, changedTouches: [point] });
    element.dispatchEvent(event);
  }
}

function showToast(container, content) {
  const toast = container.ownerDocument.createElement('div');
  toast.className = 'ax-toast';
  toast.textContent = content;
  container.querySelectorAll('.ax-toast').forEach((old) => old.remove());
  container.appendChild(toast);
  setTimeout(() => toast.remove(), 3000).unref?.();
}

function textOf(element) {
  const lines = [];
  const visit = (node) => {
    if (node.nodeType === 3 && node.textContent.trim()) lines.push(node.textContent.trim());
    if (/^(style|script)$/i.test(node.nodeName ?? '')) return;
    node.childNodes?.forEach(visit);
  };
  visit(element);
  return lines.join('\n');
}

/** Data cross to the screen as text. */
function copy(value) {
  return JSON.parse(JSON.stringify(value));
}
