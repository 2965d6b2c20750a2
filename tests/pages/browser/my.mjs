// `my` of a mini program on top of a browser: sockets and requests are real.

/** What the platform says about the network; the sockets are for others to cut. */
export class NetworkState {
  #listeners = new Set();
  online = true;

  get networkType() {
    return this.online ? 'WIFI' : 'NOTREACHABLE';
  }

  set(online) {
    if (online === this.online) return;
    this.online = online;
    for (const listener of [...this.#listeners]) listener({ isConnected: online, networkType: this.networkType });
  }

  add(listener) {
    this.#listeners.add(listener);
  }

  remove(listener) {
    if (listener) this.#listeners.delete(listener);
    else this.#listeners.clear();
  }
}

/** @param {{storage?: Record<string, any>, platform?: string, network?: NetworkState}} [options] */
export function createBrowserMy({ storage = {}, platform = 'Android', network = new NetworkState() } = {}) {
  const kept = new Map(Object.entries(storage));
  const settle = (request, compute) =>
    new Promise((resolve) => {
      setTimeout(() => {
        const value = compute();
        request?.success?.(value);
        request?.complete?.(value);
        resolve(value);
      });
    });
  const setting = { authSetting: { camera: true, audioRecord: true } };
  return {
    SDKVersion: '2.9.19',
    connectSocket: (request) => connect(request),
    request: (request) => void ask(request),
    getStorageSync: ({ key }) => ({ data: kept.has(key) ? structuredClone(kept.get(key)) : null }),
    setStorageSync: ({ key, data }) => void kept.set(key, structuredClone(data)),
    getSystemInfoSync: () => ({ platform, version: '10.5.90', system: '14', language: 'zh', model: 'browser' }),
    getNetworkType: (request) =>
      settle(request, () => ({ networkAvailable: network.online, networkType: network.networkType })),
    onNetworkStatusChange: (listener) => network.add(listener),
    offNetworkStatusChange: (listener) => network.remove(listener),
    onAppShow() {},
    offAppShow() {},
    onAppHide() {},
    offAppHide() {},
    getSetting: (request) => settle(request, () => setting),
    openSetting: (request) => settle(request, () => setting),
    call: (_name, _parameters, callback) => void setTimeout(() => callback({ success: true })),
  };
}

function connect({ url, success, fail }) {
  const listeners = { open: [], message: [], close: [], error: [] };
  const fire = (kind, data) => listeners[kind].slice().forEach((listener) => listener({ data }));
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => fire('open', {});
  socket.onerror = () => fire('error', { error: 1, errorMessage: 'the connection failed' });
  socket.onclose = ({ code, reason }) => fire('close', { code, reason });
  socket.onmessage = ({ data }) =>
    fire('message', typeof data === 'string' ? { data, isBuffer: false } : { data: toBase64(data), isBuffer: true });
  setTimeout(() => success?.({}));
  const task = {
    send({ data, isBuffer, success: sent, fail: refused }) {
      if (socket.readyState !== 1) return void setTimeout(() => refused?.({ error: 10 }));
      socket.send(isBuffer ? Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)) : data);
      setTimeout(() => sent?.({}));
    },
    close: ({ code = 1000 } = {}) => socket.close(code >= 3000 ? code : 1000),
    fail,
  };
  for (const kind of Object.keys(listeners)) {
    const name = kind[0].toUpperCase() + kind.slice(1);
    task[`on${name}`] = (listener) => void listeners[kind].push(listener);
    task[`off${name}`] = (listener) =>
      void (listeners[kind] = listeners[kind].filter((one) => listener && one !== listener));
  }
  return task;
}

async function ask({ url, method = 'GET', data, headers, success, fail, timeout = 30_000 }) {
  try {
    const answer = await fetch(url, { method, headers, body: data, signal: AbortSignal.timeout(timeout) });
    success?.({ status: answer.status, data: await answer.json() });
  } catch (error) {
    fail?.({ error: 12, errorMessage: error.message });
  }
}

function toBase64(buffer) {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}
