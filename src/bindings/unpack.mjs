// Unpacks the text form of the module: base64 of an LZMA stream without header, made with lc = 3, lp = 0, pb = 2.
// Smaller in the package, and as small on the wire, as any plainer text form (docs/size.md).

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// Where each group of probabilities starts; a length coder takes 514.
const IS_MATCH = 0;
const IS_REP = IS_MATCH + (12 << 4);
const IS_REP_G0 = IS_REP + 12;
const IS_REP_G1 = IS_REP_G0 + 12;
const IS_REP_G2 = IS_REP_G1 + 12;
const IS_REP0_LONG = IS_REP_G2 + 12;
const DISTANCE_SLOT = IS_REP0_LONG + (12 << 4);
const DISTANCE = DISTANCE_SLOT + (4 << 6);
const DISTANCE_ALIGN = DISTANCE + 116;
const MATCH_LENGTH = DISTANCE_ALIGN + 16;
const REP_LENGTH = MATCH_LENGTH + 514;
const LITERAL = REP_LENGTH + 514;
const PROBABILITIES = LITERAL + (0x300 << 3);

/**
 * @param {string} text base64 of the packed stream
 * @param {number} size number of unpacked bytes
 * @returns {Uint8Array}
 */
export function unpack(text, size) {
  return decodeLzma(decodeBase64(text), size);
}

function decodeBase64(text) {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[ALPHABET.charCodeAt(i)] = i;
  const out = new Uint8Array((text.length * 3) >> 2);
  let held = 0;
  let bits = 0;
  let o = 0;
  for (let i = 0; i < text.length; i++) {
    held = (held << 6) | values[text.charCodeAt(i)];
    bits += 6;
    if (bits >= 8) out[o++] = held >> (bits -= 8);
  }
  return out;
}

function decodeLzma(input, size) {
  const probabilities = new Uint16Array(PROBABILITIES).fill(1024);
  const out = new Uint8Array(size);
  let range = 0xffffffff;
  let code = 0;
  let i = 1; // the first byte is always zero
  while (i < 5) code = code * 256 + input[i++];

  function normalize() {
    if (range < 0x1000000) {
      range *= 256;
      code = code * 256 + input[i++];
    }
  }
  function bit(index) {
    const p = probabilities[index];
    const bound = (range >>> 11) * p;
    const one = code >= bound;
    if (one) {
      range -= bound;
      code -= bound;
      probabilities[index] = p - (p >> 5);
    } else {
      range = bound;
      probabilities[index] = p + ((2048 - p) >> 5);
    }
    normalize();
    return one ? 1 : 0;
  }
  function direct(count) {
    let value = 0;
    while (count--) {
      range >>>= 1;
      const one = code >= range;
      if (one) code -= range;
      value = (value << 1) | (one ? 1 : 0);
      normalize();
    }
    return value;
  }
  function tree(base, count) {
    let node = 1;
    while (node < 1 << count) node = (node << 1) | bit(base + node);
    return node - (1 << count);
  }
  function reverseTree(base, count) {
    let node = 1;
    let value = 0;
    for (let k = 0; k < count; k++) {
      const b = bit(base + node);
      node = (node << 1) | b;
      value |= b << k;
    }
    return value;
  }
  function length(base, posState) {
    if (!bit(base)) return 2 + tree(base + 2 + (posState << 3), 3);
    if (!bit(base + 1)) return 10 + tree(base + 130 + (posState << 3), 3);
    return 18 + tree(base + 258, 8);
  }
  function distance(lengthState) {
    const slot = tree(DISTANCE_SLOT + (lengthState << 6), 6);
    if (slot < 4) return slot;
    const count = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << count;
    if (slot < 14) return base + reverseTree(DISTANCE + base - slot, count);
    return base + (direct(count - 4) << 4) + reverseTree(DISTANCE_ALIGN, 4);
  }

  let state = 0;
  let rep0 = 0;
  let rep1 = 0;
  let rep2 = 0;
  let rep3 = 0;
  let o = 0;
  while (o < size) {
    const posState = o & 3;
    if (!bit(IS_MATCH + (state << 4) + posState)) {
      const base = LITERAL + 0x300 * (o > 0 ? out[o - 1] >> 5 : 0);
      let symbol = 1;
      if (state >= 7) {
        let match = out[o - rep0 - 1];
        let same = true;
        while (same && symbol < 0x100) {
          const expected = (match >> 7) & 1;
          match <<= 1;
          const b = bit(base + ((1 + expected) << 8) + symbol);
          symbol = (symbol << 1) | b;
          same = b === expected;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(base + symbol);
      out[o++] = symbol;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count;
    if (!bit(IS_REP + state)) {
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      count = length(MATCH_LENGTH, posState);
      rep0 = distance(Math.min(count - 2, 3));
      state = state < 7 ? 7 : 10;
    } else {
      let short = false;
      if (!bit(IS_REP_G0 + state)) {
        short = !bit(IS_REP0_LONG + (state << 4) + posState);
      } else {
        let chosen = rep1;
        if (bit(IS_REP_G1 + state)) {
          chosen = rep2;
          if (bit(IS_REP_G2 + state)) {
            chosen = rep3;
            rep3 = rep2;
          }
          rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = chosen;
      }
      count = short ? 1 : length(REP_LENGTH, posState);
      state = state < 7 ? (short ? 9 : 8) : 11;
    }
    while (count--) {
      out[o] = out[o - rep0 - 1];
      o++;
    }
  }
  return out;
}
