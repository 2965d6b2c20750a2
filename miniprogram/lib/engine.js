// The one engine of the mini program, and what every page does with it.

import { ZegoExpressEngine } from '../pkg/index';
import { findProblem, saveSettings } from './settings';

let engine;
let madeFor = '';

/** What the engine cannot do without. */
export const NEEDED = ['appID', 'server', 'userID', 'userName', 'token'];

/** The engine for these settings; another AppID or server means another engine. */
export function openEngine(settings) {
  const wanted = `${settings.appID} ${settings.server}`;
  if (engine && madeFor === wanted) return engine;
  if (engine) engine.destroyEngine();
  engine = new ZegoExpressEngine(Number(settings.appID), settings.server);
  madeFor = wanted;
  session.users = [];
  engine.on('roomUserUpdate', (roomID, change, users) => {
    const ids = users.map((user) => user.userID);
    session.users = session.users.filter((userID) => ids.indexOf(userID) < 0).concat(change === 'ADD' ? ids : []);
  });
  engine.on('roomStateUpdate', (roomID, state) => {
    if (state === 'DISCONNECTED') session.users = [];
  });
  return engine;
}

/** The first thing that has to be changed before a room can be entered, or undefined. */
export function findObstacle(settings) {
  return findProblem(settings, NEEDED.concat('bizName', 'subBiz', 'serverUrl', 'signature', 'mrtcUserID', 'roomID'));
}

/** The user as the engine takes it. */
export function userOf({ userID, userName }) {
  return { userID, userName: userName || userID };
}

/** The parameters of `<rtc-room>`. The uid must be the one the signature was made for. */
export function mrtcOf({ bizName, subBiz, serverUrl, signature, mrtcUserID, userID }) {
  return { bizName, subBiz, serverUrl, signature, userId: mrtcUserID || userID.replace(/\W/g, '_') };
}

/** Asks the room server for a token, as the sample's stand-in for an application's own server. */
export function fetchToken({ tokenServer, userID }) {
  return new Promise((resolve, reject) => {
    my.request({
      url: `${tokenServer.replace(/\/$/, '')}/control/token`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      data: JSON.stringify({ userID }),
      dataType: 'json',
      timeout: 8000,
      success: ({ data }) => (data && data.token ? resolve(data.token) : reject(new Error('no token'))),
      fail: reject,
    });
  });
}

/**
 * The token as a function: the one of the settings, and whenever that comes to its end another from the token server, which
 * is stored. Without a token server it is the same for ever.
 */
export function tokenSource(settings) {
  let isUsed = false;
  return () => {
    const isFirst = !isUsed;
    isUsed = true;
    if (isFirst || !settings.tokenServer) return Promise.resolve(settings.token);
    return fetchToken(settings).then((token) => {
      saveSettings({ token });
      return token;
    });
  };
}

/** The room that a call page is in, for pages that join in, and the other users of the room. */
export const session = { engine: undefined, roomID: '', streamID: '', users: [] };
