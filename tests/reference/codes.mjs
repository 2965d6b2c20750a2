// The table of codes as files of the JavaScript side.

const header = '// Generated from src/engine/error/ by ./build.sh reference. Do not edit.\n';
/** Codes of the engine that the JavaScript side gives, too: bad parameter, not on Alipay, too many calls. */
const SHARED = [1100001, 1100010, 1100013, 1199003];

/** What src/shim/errors.js needs: code to [name, text, advice]. */
export function codesOfShim({ engine, shim }) {
  const rows = [...engine.filter(({ code }) => SHARED.includes(code)), ...shim];
  return `${header}'use strict';\n\n${rowType}module.exports = ${triples(rows)};\n`;
}

/** The same for src/shim/rtc-room-errors.js: codes of its own, and of the component. */
export function codesOfRtcRoom({ rtcRoom, component }) {
  return `${header}'use strict';

/** Codes of RtcRoom. */
${rowType}exports.OWN = ${triples(rtcRoom)};

/** What \`onError\` of the component says in numbers. */
${rowType}exports.COMPONENT = ${triples(component)};
`;
}

/** A file for applications: the numbers by their names. */
export function publicCodes(table) {
  const rows = publicRows(table).map(({ code, name }) => `${name}: ${code}`);
  return `${header}'use strict';\n\nexports.ZegoErrorCode = Object.freeze({ ${rows.join(', ')} });\n`;
}

/** Its types. */
export function publicCodeTypes(table) {
  const rows = publicRows(table).map(({ code, name, en, zh }) => {
    const text = `${sentence(en.text)} ${en.advice}`.trim();
    return `/**\n * ${text}\n * @zh ${`${zh.text}。${zh.advice}`.replace(/\*\//g, '')}\n */\nreadonly ${name}: ${code};`;
  });
  return `${header}
/** Every code that this package gives by itself; the service may give others. */
export const ZegoErrorCode: {\n${rows.join('\n')}\n};

/** A code of the table. */
export type ZegoErrorCode = (typeof ZegoErrorCode)[ZegoErrorName];

/** Its name, as \`ZegoError.name\` has it. */
export type ZegoErrorName = keyof typeof ZegoErrorCode;
`;
}

const rowType = '/** @type {Record<number, [string, string, string]>} */\n';

const publicRows = ({ engine, requirements, shim }) => [...requirements, ...engine, ...shim];

const triples = (rows) =>
  `{ ${rows.map(({ code, name, en }) => `${code < 0 ? `[${code}]` : code}: ${JSON.stringify([name, en.text, en.advice])}`).join(', ')} }`;

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;
