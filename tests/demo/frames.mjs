// The frames of a call, as the room server recorded them.

const PERIOD_MS = 150;

/** Adds every frame exchange of `room` to the timeline until it is stopped. */
export function followFrames(room, timeline) {
  let since = 0;
  const fetchAll = async () => {
    const { frames } = await room.control(`frames?since=${since}`);
    since += frames.length;
    for (const f of frames) timeline.add(f.user ?? '?', f.dir === 'in' ? 'sent' : 'received', `${f.name} ${f.text ?? ''}`, f.t - timeline.start);
  };
  let running = Promise.resolve();
  const timer = setInterval(() => (running = running.then(fetchAll).catch(() => {})), PERIOD_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await fetchAll().catch(() => {});
    },
  };
}
