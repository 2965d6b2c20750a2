// Makes a module count the instructions that it executes. Copying or filling memory counts as one.
//
// Each run of instructions without a jump adds its length to a global when it begins. What marks structure (`block`, `loop`,
// `else`, `end`) does nothing and is not counted.

const SECTION = { import: 2, global: 6, export: 7, code: 10 };
const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
};
/** Behind the prefix 0xfc: of the memory, whatever its length. */
const [COPY, FILL] = [10, 11];
const STRUCTURE = [OP.block, OP.loop, OP.else, OP.end];
/** Where a run ends. */
const ENDS = [...STRUCTURE, OP.if, OP.br, OP.brIf, OP.brTable, OP.return, 0x00];
const GLOBAL = 0x03;
/** A section without entries. */
const NONE = Uint8Array.of(0);

/** Name of the counter among the exports: a mutable global of type f64. */
export const COUNTER = 'executed';

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get isDone() {
    return this.at >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const number = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
};
const double = (value) => [...new Uint8Array(Float64Array.of(value).buffer)];
const sized = (bytes) => [...number(bytes.length), ...bytes];

/** @param {Uint8Array} module @returns {Uint8Array} */
export function instrument(module) {
  const reader = new Reader(module);
  const header = [...reader.take(8)];
  const sections = [];
  while (!reader.isDone) {
    const id = reader.byte();
    sections.push({ id, content: reader.take(reader.number()) });
  }
  const content = (id) => sections.find((section) => section.id === id)?.content ?? NONE;
  const globals = new Reader(content(SECTION.global));
  const defined = globals.number();
  const counter = importedGlobals(content(SECTION.import)) + defined;
  const replaced = {
    [SECTION.global]: [
      ...number(defined + 1),
      ...globals.bytes.subarray(globals.at),
      0x7c,
      1,
      0x44,
      ...double(0),
      OP.end,
    ],
    [SECTION.export]: withExport(content(SECTION.export), counter),
    [SECTION.code]: countedCode(content(SECTION.code), counter),
  };
  if (content(SECTION.global) === NONE) {
    // Sections stand in the order of their numbers.
    const at = sections.findIndex(({ id }) => id > SECTION.global);
    sections.splice(at, 0, { id: SECTION.global, content: NONE });
  }
  const bytes = [...header];
  for (const { id, content } of sections) {
    bytes.push(id);
    for (const byte of sized(replaced[id] ?? content)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function importedGlobals(section) {
  const reader = new Reader(section);
  let globals = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.take(reader.number());
    reader.take(reader.number());
    const kind = reader.byte();
    if (kind === 0) reader.number();
    else if (kind === GLOBAL) [globals, reader.at] = [globals + 1, reader.at + 2];
    else throw new Error('the module imports a memory or a table');
  }
  return globals;
}

function withExport(section, global) {
  const reader = new Reader(section);
  const before = reader.number();
  const name = [...Buffer.from(COUNTER)];
  return [...number(before + 1), ...section.subarray(reader.at), ...sized(name), GLOBAL, ...number(global)];
}

function countedCode(section, counter) {
  const reader = new Reader(section);
  const functions = reader.number();
  const out = [...number(functions)];
  for (let left = functions; left > 0; left -= 1) {
    const body = countedBody(new Reader(reader.take(reader.number())), counter);
    for (const byte of sized(body)) out.push(byte);
  }
  return out;
}

function countedBody(body, counter) {
  for (let groups = body.number(); groups > 0; groups -= 1) {
    body.number();
    body.byte();
  }
  const out = [...body.bytes.subarray(0, body.at)];
  let start = body.at;
  let count = 0;
  while (!body.isDone) {
    const op = skip(body);
    if (!STRUCTURE.includes(op)) count += 1;
    if (!ENDS.includes(op)) continue;
    // global.get, f64.const, f64.add, global.set
    if (count) out.push(0x23, ...number(counter), 0x44, ...double(count), 0xa0, 0x24, ...number(counter));
    for (; start < body.at; start += 1) out.push(body.bytes[start]);
    count = 0;
  }
  return out;
}

/** Passes one instruction. @param {Reader} body @returns {number} its opcode */
function skip(body) {
  const op = body.byte();
  if (op === OP.block || op === OP.loop || op === OP.if || op === 0x3f || op === 0x40) body.byte();
  else if (op === OP.brTable) for (let left = body.number() + 1; left > 0; left -= 1) body.number();
  else if (op === OP.br || op === OP.brIf || op === 0x10 || (op >= 0x20 && op <= 0x24)) body.number();
  else if (op === 0x11 || (op >= 0x28 && op <= 0x3e)) [body.number(), body.number()];
  else if (op === 0x41 || op === 0x42) body.number();
  else if (op === 0x43) body.take(4);
  else if (op === 0x44) body.take(8);
  else if (op === 0xfc) {
    const kind = body.number();
    if (kind > 7 && kind !== COPY && kind !== FILL) throw new Error(`opcode 0xfc ${kind} is not known`);
    body.take(kind === COPY ? 2 : kind === FILL ? 1 : 0);
  } else if (op > 0xc4) throw new Error(`opcode 0x${op.toString(16)} is not known`);
  return op;
}
