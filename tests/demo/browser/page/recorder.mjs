// Camera and microphone of this computer, in pieces of WebM for the server to push.

/** What the server's ffmpeg reads; the first that this browser can make. */
const FORMATS = ['video/webm;codecs=vp8,opus', 'video/webm;codecs=h264,opus', 'video/webm'];
const PIECE_MS = 100;

/**
 * Asks for camera and microphone. @returns {Promise<MediaStream>}
 * @throws in the browser's words when there is none or the person refuses
 */
export function openDevices() {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error('navigator.mediaDevices is missing');
  return navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360, frameRate: 15 }, audio: true });
}

/**
 * Records until the function it returns is called.
 * @param {MediaStream} stream
 * @param {string} id of the component that wants it
 * @param {(bytes: Uint8Array) => void} sendBytes
 */
export function record(stream, id, sendBytes) {
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 1_000_000 });
  const name = new TextEncoder().encode(id);
  let order = Promise.resolve();
  recorder.ondataavailable = ({ data }) => {
    order = order.then(async () => {
      const piece = new Uint8Array(await data.arrayBuffer());
      const message = new Uint8Array(1 + name.length + piece.length);
      message[0] = name.length;
      message.set(name, 1);
      message.set(piece, 1 + name.length);
      sendBytes(message);
    });
  };
  recorder.start(PIECE_MS);
  return () => recorder.state !== 'inactive' && recorder.stop();
}
