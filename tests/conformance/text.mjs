// Values as one line of text, without what differs from run to run.

/** Fields whose value is a time of the server's clock. */
const TIMES = new Set(['sendTime', 'updateTime']);
/** Longer texts are cut: their length is what matters. */
const LONG = 80;
/** Events whose last argument may be a sentence in the client's own words. */
const STATES = new Set(['roomStateUpdate', 'roomStateChanged', 'publisherStateUpdate', 'playerStateUpdate']);

/** Arguments as they stand in a call: `("a", 1)`. */
export function argumentsText(args) {
  return `(${args.map((value) => text(value)).join(', ')})`;
}

/** Arguments of a room's state that both clients have; ours adds the state before. */
const STATE_ARGUMENTS = 4;

/** An event as if it were a call. */
export function eventText(name, args) {
  // A figure that the component did not give is undefined with the vendor and not there with ours: no page can tell.
  if (name.endsWith('QualityUpdate')) return `${name}${argumentsText(JSON.parse(JSON.stringify(args)))}`;
  if (!STATES.has(name)) return `${name}${argumentsText(args)}`;
  const common = args.slice(0, STATE_ARGUMENTS);
  return `${name}${argumentsText(common.map((value, index) => (index === 3 ? words(value) : wordless(value))))}`;
}

/** What a call answered. @param {'='|'resolved'|'rejected'} how */
export function resultText(value, how) {
  return how === 'rejected' ? rejection(value) : text(value);
}

/** Tokens differ from run to run. */
const TOKEN = /^0[34][A-Za-z0-9+/]{60,}=*$/;

function text(value, key = '') {
  if (value === undefined) return 'undefined';
  if (value === WORDS) return 'WORDS';
  if (typeof value === 'function') return 'function';
  if (typeof value === 'number') return number(value, key);
  if (typeof value === 'string') return TOKEN.test(value) ? 'TOKEN' : JSON.stringify(short(address(value)));
  if (Array.isArray(value)) return `[${value.map((item) => text(item)).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const fields = Object.keys(value)
    .filter((field) => value[field] !== LEFT_OUT)
    .sort();
  return `{${fields.map((field) => `${field}: ${text(value[field], field)}`).join(', ')}}`;
}

function number(value, key) {
  if (TIMES.has(key)) return value > 1.6e12 ? 'TIME' : `${value} (not a time)`;
  // The number of the packet, which depends on how many packets a client needed before.
  if (key === 'seq') return 'SEQ';
  return String(value);
}

function short(value) {
  return value.length > LONG ? `${value.slice(0, 10)}... (${value.length} long)` : value;
}

/** The parts of an RTMP address that are a time and a session. */
function address(value) {
  return value.replace(/([?&]zgseq=)\d{13}\b/, '$1TIME').replace(/([?&]zgdid=)\d+/, '$1SESSION');
}

const WORDS = Symbol('a sentence');
const LEFT_OUT = Symbol('a member that is not compared');

/** Sentences are each client's own; texts that programs read (JSON) and empty ones are compared, but for a sentence in them. */
function words(value) {
  if (typeof value !== 'string' || value === '') return value;
  return /^[{[]/.test(value) ? value.replace(/:"[^"]+(; kickout reason: )\d+("\})$/, ':"WORDS$1N$2') : WORDS;
}

function wordless(value) {
  if (value === null || typeof value !== 'object' || !('extendedData' in value)) return value;
  return { ...value, previousState: LEFT_OUT, extendedData: words(value.extendedData) };
}

/** Rejections are compared by their codes and by which fields they have; an error that has all fields of ours is short. */
function rejection(value) {
  if (value === null || typeof value !== 'object') return text(value);
  if (value instanceof Error && complete(value)) return `ZegoError ${value.code}`;
  const fields = Object.getOwnPropertyNames(value).filter((name) => name !== 'stack');
  const shown = fields.sort().map((name) => `${name}: ${text(words(value[name]))}`);
  return `${value instanceof Error ? 'Error' : ''}{${shown.join(', ')}}`;
}

function complete({ code, errorCode, name, message, msg, advice, extendedData }) {
  const texts = [name, message, msg, advice, extendedData].every((field) => typeof field === 'string');
  return texts && Number.isInteger(code) && code === errorCode && message !== '' && message === msg;
}
