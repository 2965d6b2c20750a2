// What the user typed on the settings page: stored, and checked the same way everywhere.

const KEY = 'sample-settings';

/** Values of the room server that `cargo run -p room-server -- --port 8600` starts on the developer's own machine. */
const DEFAULTS = {
  language: 'zh',
  appID: '1234567890',
  server: 'ws://127.0.0.1:8600/accesshub',
  userID: '',
  userName: '',
  token: '',
  tokenServer: 'http://127.0.0.1:8600',
  bizName: '',
  subBiz: '',
  serverUrl: '',
  signature: '',
  mrtcUserID: '',
  roomID: 'room-1',
};

const ID = /^[0-9A-Za-z!#$%&'()*+,\-.;<=>@\\^_`~]*$/;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function loadSettings() {
  const stored = (my.getStorageSync({ key: KEY }) || {}).data || {};
  const settings = Object.assign({}, DEFAULTS, stored);
  if (!settings.userID) {
    settings.userID = `user${Math.floor(Math.random() * 900000) + 100000}`;
    saveSettings(settings);
  }
  return settings;
}

export function saveSettings(change) {
  const stored = (my.getStorageSync({ key: KEY }) || {}).data || {};
  my.setStorageSync({ key: KEY, data: Object.assign({}, stored, change) });
}

/** Checks by field: the key of a text in texts.js that says what to change, or '' if all is well. */
export const CHECKS = {
  appID: (value) => (/^[1-9]\d{0,9}$/.test(value) && Number(value) < 4294967296 ? '' : 'appIDProblem'),
  server: (value) => (value === '' || isAddress(value, 'ws') ? '' : 'serverProblem'),
  userID: (value) => checkID(value, 64),
  userName: (value) => (value.length > 256 ? 'tooLong256' : ''),
  token: checkToken,
  tokenServer: (value) => (value === '' || isAddress(value, 'http') ? '' : 'tokenServerProblem'),
  bizName: checkName,
  subBiz: checkName,
  serverUrl: (value) => (value === '' || isAddress(value, 'ws') ? '' : 'serverProblem'),
  signature: (value) => (/^[A-Za-z0-9+/=_-]*$/.test(value) && value.length <= 4096 ? '' : 'signatureProblem'),
  mrtcUserID: (value) => (/^[A-Za-z0-9_]{0,128}$/.test(value) ? '' : 'mrtcUserIDProblem'),
  roomID: (value) => checkID(value, 128),
};

/** The first problem of the named fields as `{field, problem}`, or undefined. */
export function findProblem(settings, fields) {
  for (const field of fields) {
    const problem = CHECKS[field](settings[field]);
    if (problem) return { field, problem };
  }
  return undefined;
}

/** What a message may be: the key of a text, or ''. */
export function checkMessage(value) {
  if (value.trim() === '') return 'empty';
  return value.length > 1024 ? 'tooLong1024' : '';
}

function checkID(value, limit) {
  if (value === '') return 'empty';
  if (value.length > limit) return limit === 64 ? 'tooLong64' : 'tooLong128';
  return ID.test(value) ? '' : 'idProblem';
}

function checkName(value) {
  if (value.length > 128) return 'tooLong128';
  return /^[\x21-\x7e]*$/.test(value) ? '' : 'asciiProblem';
}

function isAddress(value, scheme) {
  return value.length <= 512 && new RegExp(`^${scheme}s?://[A-Za-z0-9.-]+(:\\d{1,5})?(/[\\x21-\\x7e]*)?$`).test(value);
}

function checkToken(value) {
  if (value === '') return 'tokenMissing';
  if (!/^04[A-Za-z0-9+/]{40,8000}={0,2}$/.test(value)) return 'tokenProblem';
  return expiryOf(value) * 1000 > Date.now() ? '' : 'tokenExpired';
}

/** When a token ends, in s since 1970: its first eight bytes. */
function expiryOf(token) {
  const bytes = [];
  for (let at = 2; bytes.length < 8; at += 4) {
    const [a, b, c, d] = token
      .substr(at, 4)
      .split('')
      .map((letter) => BASE64.indexOf(letter));
    bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
  }
  return bytes.slice(0, 8).reduce((sum, byte) => sum * 256 + byte, 0);
}
