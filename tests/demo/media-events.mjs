// What the media server sees, as lines of the timeline.

/**
 * @param {import('../media/media-server.mjs').MediaServer} media
 * @param {import('./timeline.mjs').Timeline} timeline
 * @param {(event: import('../media/media-server.mjs').MediaEvent) => boolean} [isShown]
 */
export function followMedia(media, timeline, isShown = () => true) {
  const texts = {
    publish: 'publish accepted',
    publishRefused: 'publish refused',
    publishEnd: 'publish ended',
    play: 'play started',
    playEnd: 'play ended',
  };
  const listeners = Object.entries(texts).map(([name, text]) => {
    const listener = (event) =>
      isShown(event) && timeline.add('rtmp', 'media', `${text}: ${event.app}/${event.stream}`);
    media.on(name, listener);
    return [name, listener];
  });
  return {
    stop() {
      for (const [name, listener] of listeners) media.off(name, listener);
    },
  };
}
