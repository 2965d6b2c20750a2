// The module's bytes as a JavaScript module: `exports.bytes()` and `exports.size` (src/shim/GLUE.md).
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const bindings = fileURLToPath(new URL('../../src/bindings/', import.meta.url));
const CODE_SECTION = 10;
/** Bytes that stand for two in the column of opcodes. */
const FIRST_PAIR = 0xd7;
const PAIRS = 32;
/** How many columns there are, and which alphabet each has, as in src/unpacker. */
const COLUMNS = 12 + 64;
const alphabetOf = (column) => (column < 3 ? column : column < 11 ? 3 : column < 12 ? 4 : 5);
/** Opcodes that have another byte in the column, because theirs stands for something else there; as in src/unpacker. */
const [EXTEND, EXTENDED, PREFIX, PREFIXED] = [0xc0, 0x12, 0xfc, 0x17];
const [COPY, FILL] = [10, 11];
/** The natural alignments of the opcodes from 0x28 on. */
const ALIGNMENTS = '23230011001122232301012';

/**
 * The source text of engine-wasm.js. The form and what the alternatives cost: docs/size.md.
 * @param {Uint8Array} wasm
 * @param {Uint8Array} unpacker the module that puts it together
 * @param {[string, string][]} names of what the unpacker exports, and what they are called there
 */
export async function wasmModule(wasm, unpacker, names) {
  const program = String.fromCharCode(...Array.from(unpacker, (byte) => byte + (byte < 57 ? 0x23 : 0xc8)));
  const values = [program, pack(wasm), wasm.length].map((value) => JSON.stringify(value));
  const result = await build({
    stdin: {
      contents: `
        import { unpack } from './unpack.mjs';
        exports.size = ${wasm.length};
        exports.bytes = (wasm) => unpack(wasm, ${values.join()});`,
      resolveDir: bindings,
    },
    bundle: true,
    format: 'cjs',
    target: 'es2017',
    charset: 'utf8',
    minify: true,
    mangleProps: new RegExp(`^(${names.map(([name]) => name).join('|')})$`),
    mangleCache: Object.fromEntries(names),
    write: false,
    logLevel: 'warning',
    // Exports of the other kind begin with helpers that cost more than all of this.
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
  });
  return result.outputFiles[0].text;
}

/** The text that src/unpacker reads. */
export function pack(wasm) {
  const { head, functions, columns } = takeApart(wasm);
  const pairs = joinPairs(columns);
  const groups = [];
  columns.forEach((bytes, column) => (groups[alphabetOf(column)] ??= []).push(...bytes));
  // What most of them share needs no statistics: small numbers are frequent.
  const runs = groups.map((bytes, group) => runsOf(group === alphabetOf(3) ? [] : bytes));
  const alphabets = runs.map((run, kind) => alphabet(run, kind < 2));
  const header = [
    wasm.length,
    head,
    functions,
    ...columns.map((bytes) => bytes.length),
    ...runs.flat(),
    ...pairs.flat(),
  ];
  const text = columns.map((bytes, column) => bytes.map((byte) => alphabets[alphabetOf(column)][byte]).join(''));
  return header.map(number).join('') + text.join('');
}

/** The bytes by what they stand for. Understands what we ship: the first WebAssembly release and what the opcodes below stand for. */
function takeApart(wasm) {
  const columns = Array.from({ length: COLUMNS }, () => []);
  const [other, code, offsets, types] = columns;
  const [globals, labels, calls] = columns.slice(9);
  let at = 0;
  let head = 0;
  let functions = 0;
  /** A number whose column depends on the next opcode. */
  let pending = [];
  let columnOf = (_next) => other;
  const move = (to, count) => {
    for (; count > 0; count--) to.push(wasm[at++]);
  };
  const number = (to) => {
    let value = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = wasm[at++];
      to.push(byte);
      value |= (byte & 127) << shift;
    }
    return value;
  };
  /** For what is hardly ever long; the unpacker reads one byte. */
  const short = (to) => {
    if (wasm[at] > 127)
      throw new Error(`the number at ${at} takes more than one byte, which src/unpacker does not read`);
    move(to, 1);
    return wasm[at - 1];
  };
  const opcode = (op) => {
    code.push(op);
    columnOf(op).push(...pending);
    pending = [];
  };
  const untilNext = (choose) => {
    columnOf = choose;
    number(pending);
  };
  const instruction = () => {
    const op = wasm[at++];
    if (op >= 0x28 && op <= 0x3e) {
      const isNatural = wasm[at] === Number(ALIGNMENTS[op - 0x28]);
      opcode(isNatural ? op : op + 0x98);
      short(isNatural ? [] : code);
      number(offsets);
      return;
    }
    if (op >= EXTEND && op < EXTEND + 5) {
      opcode(op - EXTEND + EXTENDED);
      return;
    }
    if (op === PREFIX) {
      opcode(PREFIXED);
      const kind = wasm[at];
      if (kind > 7 && kind !== COPY && kind !== FILL) throw new Error(`opcode ${op} ${kind} at ${at - 1} is not known`);
      short(code);
      at += kind === COPY ? 2 : kind === FILL ? 1 : 0; // the number of the memory
      return;
    }
    opcode(op);
    if (op >= 0x02 && op <= 0x04) short(types);
    else if (op === 0x0c || op === 0x0d) short(labels);
    else if (op === 0x0e) for (let count = short(labels) + 1; count > 0; count--) short(labels);
    else if (op === 0x10) number(calls);
    else if (op === 0x11) for (let count = 2; count > 0; count--) short(other);
    else if (op >= 0x20 && op <= 0x22) untilNext((next) => columns[next >= 0x28 && next < 0x48 ? next >> 3 : 4]);
    else if (op === 0x23 || op === 0x24) number(globals);
    else if (op >= 0x3f && op <= 0x42) untilNext((next) => columns[12 + (next >> 2)]);
    else if (op === 0x43) move(other, 4);
    else if (op === 0x44) move(other, 8);
    else if (op > 0xbf || (op > 0x11 && op !== 0x1a && op !== 0x1b && op < 0x20))
      throw new Error(`opcode ${op} at ${at - 1} is not known`);
  };
  move(other, 8);
  while (at < wasm.length) {
    const section = wasm[at];
    move(other, 1);
    const size = number(other);
    if (section !== CODE_SECTION) {
      move(other, size);
      continue;
    }
    functions = number(other);
    head = other.length;
    for (let left = functions; left > 0; left--) {
      const end = number([]) + at;
      for (let count = 2 * short(other); count > 0; count--) short(other);
      while (at < end) instruction();
    }
  }
  return { head, functions, columns };
}

/** Frequent pairs of bytes in the column of opcodes become one byte each. Gives what the new bytes stand for. */
function joinPairs(columns) {
  const pairs = [];
  for (let byte = FIRST_PAIR; byte < FIRST_PAIR + PAIRS; byte++) {
    const code = columns[1];
    const counts = new Map();
    for (let at = 1; at < code.length; at++) {
      const pair = (code[at - 1] << 8) | code[at];
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const [most = 0] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0]);
    const [first, second] = [most >> 8, most & 255];
    pairs.push([first, second]);
    const joined = [];
    for (let at = 0; at < code.length; at++)
      if (code[at] === first && code[at + 1] === second) {
        joined.push(byte);
        at++;
      } else joined.push(code[at]);
    columns[1] = joined;
  }
  return pairs;
}

/** Which bytes are the 93 most frequent ones: how many in a row are, then how many are not, and so on. */
function runsOf(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const ranked = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const frequent = new Set(ranked.slice(0, 93));
  const runs = [0];
  for (let byte = 0; byte < 256; byte++)
    if (frequent.has(byte) === runs.length % 2 > 0) runs[runs.length - 1]++;
    else runs.push(1);
  return runs;
}

/** The character of each byte, as src/unpacker finds it. */
function alphabet(runs, hasWords) {
  const needsNoEscape = (code) => code > 0x1f && code < 0x7f && code !== 0x22 && code !== 0x5c;
  const isFrequent = runs.flatMap((run, index) => new Array(run).fill(index % 2 === 0));
  const stays = (byte) => hasWords && isFrequent[byte] && needsNoEscape(byte);
  const short = [...isFrequent.keys()].filter((code) => needsNoEscape(code) && !stays(code));
  let long = 0xa0;
  return isFrequent.map((frequent, byte) => {
    if (frequent) return String.fromCharCode(stays(byte) ? byte : short.shift());
    long += long === 0xac ? 2 : 1; // no soft hyphen
    return String.fromCharCode(long);
  });
}

/** Five bits in a character, and one that says whether more follow. The backslash is left out. */
function number(value) {
  let text = '';
  do {
    const digit = (value & 31) | (value > 31 ? 32 : 0);
    text += String.fromCharCode(0x30 + digit + (digit > 0x2b ? 1 : 0));
    value >>= 5;
  } while (value);
  return text;
}
