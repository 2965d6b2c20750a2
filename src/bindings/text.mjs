// Stand-ins for what the wasm-bindgen glue expects of a runtime and Alipay's logic thread may lack. The bundler puts these
// names in place of the bare globals inside the glue (tests/scripts/bundle.mjs); nothing is added to the global object.
// Where the runtime has the real thing, that is used.

function Encoder() {}

Encoder.prototype.encodeInto = function (text, out) {
  let written = 0;
  let read = 0;
  for (; read < text.length; read++) {
    let code = text.charCodeAt(read);
    let units = 1;
    if (code >= 0xd800 && code < 0xe000) {
      const low = code < 0xdc00 ? text.charCodeAt(read + 1) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        units = 2;
      } else {
        code = 0xfffd;
      }
    }
    const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + length > out.length) break;
    if (length === 1) {
      out[written++] = code;
    } else {
      out[written++] = [0, 0, 0xc0, 0xe0, 0xf0][length] | (code >> (6 * (length - 1)));
      for (let shift = 6 * (length - 2); shift >= 0; shift -= 6) out[written++] = 0x80 | ((code >> shift) & 63);
    }
    read += units - 1;
  }
  return { read, written };
};

Encoder.prototype.encode = function (text) {
  const bytes = new Uint8Array(text.length * 3);
  return bytes.slice(0, this.encodeInto(text, bytes).written);
};

// Only ever given what Rust holds as a string, so the input is valid UTF-8.
function Decoder() {}

Decoder.prototype.decode = function (bytes) {
  if (!bytes) return '';
  let text = '';
  let units = [];
  let i = 0;
  while (i < bytes.length) {
    let code = bytes[i++];
    if (code >= 0xf0)
      code = ((code & 7) << 18) | ((bytes[i++] & 63) << 12) | ((bytes[i++] & 63) << 6) | (bytes[i++] & 63);
    else if (code >= 0xe0) code = ((code & 15) << 12) | ((bytes[i++] & 63) << 6) | (bytes[i++] & 63);
    else if (code >= 0xc0) code = ((code & 31) << 6) | (bytes[i++] & 63);
    if (code > 0xffff) {
      code -= 0x10000;
      units.push(0xd800 + (code >> 10), 0xdc00 + (code & 1023));
    } else {
      units.push(code);
    }
    if (units.length > 4000) {
      text += String.fromCharCode.apply(null, units);
      units = [];
    }
  }
  return text + String.fromCharCode.apply(null, units);
};

const encoder = typeof TextEncoder !== 'undefined' ? TextEncoder : Encoder;
const decoder = typeof TextDecoder !== 'undefined' ? TextDecoder : Decoder;
const host = typeof globalThis !== 'undefined' ? globalThis : {};
const microtask = typeof queueMicrotask !== 'undefined' ? queueMicrotask : (task) => void Promise.resolve().then(task);

export { encoder as TextEncoder, decoder as TextDecoder, host as globalThis, microtask as queueMicrotask };
