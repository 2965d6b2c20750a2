/**
 * The bytes of a module that `pack` of tests/scripts/wasm-text.mjs took apart. What the text holds, and how it is put together,
 * says src/unpacker.
 *
 * @param {any} wasm the runtime's WebAssembly
 * @param {string} program the module that does it, a character for each byte
 * @param {string} text
 * @param {number} size of the module
 * @returns {Promise<Uint8Array>}
 */
export function unpack(wasm, program, text, size) {
  const bytes = new Uint8Array(program.length);
  for (let i = 0; i < bytes.length; i++) {
    const code = program.charCodeAt(i);
    bytes[i] = code - (code < 0x5c ? 0x23 : 0xc8);
  }
  return wasm.instantiate(bytes).then(({ instance: { exports } }) => {
    const to = new Uint16Array(exports.memory.buffer, exports.text(), text.length);
    for (let i = 0; i < to.length; i++) to[i] = text.charCodeAt(i);
    return new Uint8Array(exports.memory.buffer, exports.unpack(), size);
  });
}
