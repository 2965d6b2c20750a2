// What runs inside the browser: one phone, whose components are carried out by the test outside.

import simulate from 'miniprogram-simulate';
import { createPhone } from '../runtime.mjs';
import { createBrowserMy } from './my.mjs';

const components = new Map();

window.startPhone = ({ app, absent, storage, platform }) => {
  const rtc = {
    mount({ element, onRtmpEvent, onError, onRoomInfo, ...attributes }) {
      components.set(attributes.id, { element, onRtmpEvent, onError, onRoomInfo });
      for (const name of ['remote', 'local']) {
        const picture = element.appendChild(document.createElement('img'));
        picture.className = `ax-${name}`;
      }
      window.rtcMount(attributes);
    },
    unmount(id) {
      components.delete(id);
      window.rtcUnmount(id);
    },
    createRtcRoomContext: (id) => {
      const act = (method) => (argument) => void window.rtcContext(id, method, argument ?? {});
      return { stop: act('stop'), enableCamera: act('enableCamera'), mute: act('mute') };
    },
  };
  const container = document.body.appendChild(document.createElement('div'));
  container.className = 'ax-phone';
  const my = createBrowserMy({ storage, platform });
  window.phone = createPhone({ simulate, app, absent, my, rtc, container });
};

/** Something a component reports. */
window.rtcEvent = (id, name, detail) => components.get(id)?.[name]?.({ detail });

/** Shows pictures, as data urls, in the component that is there. */
window.showPictures = (pictures) => {
  const [component] = components.values();
  const shown = Object.entries(pictures).map(([name, url]) => {
    const picture = component.element.querySelector(`.ax-${name}`);
    picture.src = url;
    return picture.decode();
  });
  return Promise.all(shown).then(() => {});
};
