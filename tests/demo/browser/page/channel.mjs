// The socket through which a page and the demo's server talk.

/**
 * @param {Record<string, string>} query who this page is
 * @param {(message: any) => void} receive
 * @param {() => void} [onLost] the server is gone
 * @returns {{send: (message: any) => void, sendBytes: (bytes: ArrayBuffer | Uint8Array) => void, opened: Promise<void>}}
 */
export function openChannel(query, receive, onLost = () => {}) {
  const socket = new WebSocket(`ws://${location.host}/socket?${new URLSearchParams(query)}`);
  socket.onmessage = ({ data }) => receive(JSON.parse(data));
  const opened = new Promise((resolve) => (socket.onopen = () => resolve()));
  let isLeaving = false;
  addEventListener('pagehide', () => (isLeaving = true));
  socket.onclose = () => isLeaving || onLost();
  const raw = (data) => socket.readyState === WebSocket.OPEN && socket.send(data);
  return {
    opened,
    send: (message) => raw(JSON.stringify(message)),
    sendBytes: raw,
  };
}
