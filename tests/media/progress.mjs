// ffmpeg's -progress output.

/** Calls `listener` with the number of frames whenever `process` (a ManagedProcess) reports it. */
export function countFrames(process, listener) {
  let rest = '';
  process.onStdout = (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const frames = /^frame=\s*(\d+)/.exec(line)?.[1];
      if (frames !== undefined) listener(Number(frames));
    }
  };
}
