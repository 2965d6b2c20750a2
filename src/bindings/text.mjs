// Stand-ins for what the wasm-bindgen glue expects of a runtime and Alipay's logic thread may lack. The bundler puts these
// names in place of the bare globals inside the glue (tests/scripts/bundle.mjs); nothing is added to the global object.
// Where the runtime has the real thing, that is used.

class Encoder {
  encode(text) {
    const bytes = new Uint8Array(text.length * 3);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      let code = text.codePointAt(i);
      if (code > 0xffff) i++;
      // Half a surrogate pair.
      else if (code >> 11 === 0x1b) code = 0xfffd;
      // Bits that follow in further bytes, six in each.
      let rest = code < 0x80 ? 0 : code < 0x800 ? 6 : code < 0x10000 ? 12 : 18;
      // The array takes the lowest eight bits.
      bytes[length++] = rest ? (0x780 >> (rest / 6)) | (code >> rest) : code;
      while (rest) bytes[length++] = 0x80 | ((code >> (rest -= 6)) & 63);
    }
    return bytes.subarray(0, length);
  }
}

class Decoder {
  /** Only ever given what Rust holds as a string, so the input is valid. */
  decode(bytes = []) {
    let text = '';
    for (let i = 0; i < bytes.length; i++) {
      let code = bytes[i];
      let rest = code < 0xc0 ? 0 : code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
      if (rest) code &= 63 >> rest;
      while (rest--) code = (code << 6) | (bytes[++i] & 63);
      text += String.fromCodePoint(code);
    }
    return text;
  }
}

const encoder = typeof TextEncoder !== 'undefined' ? TextEncoder : Encoder;
const decoder = typeof TextDecoder !== 'undefined' ? TextDecoder : Decoder;
const host = typeof globalThis !== 'undefined' ? globalThis : {};
const microtask = typeof queueMicrotask !== 'undefined' ? queueMicrotask : (task) => void Promise.resolve().then(task);

export { encoder as TextEncoder, decoder as TextDecoder, host as globalThis, microtask as queueMicrotask };
