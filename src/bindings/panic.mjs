// The text of the last panic. The panic hook writes it to `console.error`, which is this inside the glue (tests/scripts/bundle.mjs);
// the exception that follows only says "unreachable".

let text = '';

const sink = {
  error(message) {
    text = String(message);
  },
};

/** The text of the last panic in one line; empty if there was none. */
export function takePanic() {
  const line = text.replace(/\n/g, ' ');
  text = '';
  return line;
}

export { sink as console };
