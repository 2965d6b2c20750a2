// What was wrong last: a panic, or a configuration. `panic.rs` writes it to `console.error`, which is this inside the glue
// (tests/scripts/bundle.mjs); the exception that follows a panic only says "unreachable".

let text = '';

const sink = {
  /** @param {string} message may be empty @param {string} file empty where nothing panicked @param {number} line */
  error(message, file, line) {
    text = file ? `panicked at ${file}:${line} ${message}`.trim() : message;
  },
};

/** The text in one line; empty if nothing was wrong. */
export function takePanic() {
  const line = text;
  text = '';
  return line;
}

export { sink as console };
