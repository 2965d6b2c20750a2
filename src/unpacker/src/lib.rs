//! Puts together the module that `pack` of tests/scripts/wasm-text.mjs took apart.
//!
//! What stands for the same kind of thing in the code lies together in a column, one character for each byte, because an archive
//! packs it a sixth better so. The columns, in order:
//!
//! 0. what is not code, and of a function the declarations of its local variables
//! 1. opcodes; 0xc0 and more stand for loads and stores whose alignment is not the natural one, and have it behind them;
//!    0xd7 and more for two bytes of this column; 0x12 to 0x16 for those that extend a sign, 0x17 for the prefix 0xfc
//! 2. offsets
//! 3. types of blocks
//! 4. to 8. numbers of local variables: by what comes next, a load (5), a store (6, 7), a constant (8) or something else (4)
//! 9. numbers of global variables
//! 10. labels
//! 11. numbers of called functions
//! 12. and more: constants, by the next opcode without its last two bits
//!
//! The sizes of functions are left out. In front of the columns are numbers: the size of the module, the bytes of column 0
//! before the first function, how many functions there are, the lengths of the columns, the alphabets,
//! and what bytes stand for two.
//!
//! A module of its own and not JavaScript, which no runtime has compiled when it runs, once, before the first call: that took
//! three times as long.

#![cfg_attr(target_arch = "wasm32", no_std)]
// Otherwise loops turn into calls of the library's memory functions, which are larger than all of this.
#![cfg_attr(target_arch = "wasm32", no_builtins)]
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
// A text that is damaged ends in a trap: by these, or by the check of the address that every runtime makes.
#![allow(clippy::indexing_slicing)]

#[cfg(target_arch = "wasm32")]
mod exports;

/// Characters of a text, and bytes of a module, at most.
const ROOM: usize = 1 << 18;
const COLUMNS: usize = 12 + 64;
const ALPHABETS: usize = 6;
/// The first byte that stands for two opcodes, and how many there are.
const FIRST_PAIR: u8 = 0xd7;
const PAIRS: usize = 32;
/// The natural alignments of the opcodes from 0x28 on, two bits each.
const ALIGNMENTS: u64 = 0x244e_ea50_50ee;

/// All zeros before it runs.
struct Unpacker {
    text: [u16; ROOM],
    /// Where each column is read.
    starts: [usize; 128],
    /// The byte that each character stands for.
    alphabets: [[u8; 512]; ALPHABETS],
    /// The other way round, and which characters of one byte have a byte.
    codes: [[u16; 256]; ALPHABETS],
    taken: [[bool; 128]; ALPHABETS],
    pairs: [[u8; 2]; PAIRS],
    /// The next byte of the column of opcodes, and those that wait behind it, the last one first.
    ahead: u8,
    waiting: [u8; 64],
    are_waiting: usize,
    to: [u8; ROOM],
    at: usize,
}

impl Unpacker {
    /// Puts the module together, and says how long it is.
    #[inline(always)]
    fn run(&mut self) -> usize {
        let mut header = 0;
        let size = number(&self.text, &mut header);
        let head = number(&self.text, &mut header);
        let functions = number(&self.text, &mut header);
        let mut start = 0;
        for column in 0..COLUMNS {
            self.starts[column] = start;
            start += number(&self.text, &mut header);
        }
        for kind in 0..ALPHABETS {
            self.read_alphabet(&mut header, kind);
        }
        for pair in &mut self.pairs {
            for byte in pair {
                *byte = number(&self.text, &mut header) as u8;
            }
        }
        for start in &mut self.starts {
            *start += header;
        }
        self.copy(0, head);
        self.next_opcode();
        for _ in 0..functions {
            self.function();
        }
        self.copy(0, size - self.at);
        size
    }

    /// Frequent bytes have the characters that take one byte in UTF-8, in the order of the bytes; in the first two alphabets they
    /// stand for themselves where they can, because archives know the words of texts. The numbers say how many bytes in
    /// a row are frequent, then how many are not, and so on.
    #[inline(always)]
    fn read_alphabet(&mut self, header: &mut usize, kind: usize) {
        let code_of = &mut self.codes[kind];
        let is_taken = &mut self.taken[kind];
        for code in [0x22, 0x5c, 0x7f] {
            is_taken[code] = true;
        }
        let mut long = 0xa0;
        let (mut byte, mut is_frequent) = (0, true);
        while byte < 256 {
            let end = byte + number(&self.text, header);
            while byte < end.min(256) {
                if !is_frequent {
                    // Without the soft hyphen.
                    long += if long == 0xac { 2 } else { 1 };
                    code_of[byte & 255] = long;
                } else if kind < 2 && byte > 0x1f && byte < 0x80 && !is_taken[byte & 127] {
                    is_taken[byte & 127] = true;
                    code_of[byte & 255] = byte as u16;
                }
                byte += 1;
            }
            is_frequent = !is_frequent;
        }
        let mut short = 0x20;
        for (byte, code) in code_of.iter_mut().enumerate() {
            if *code == 0 {
                while is_taken[short & 127] {
                    short += 1;
                }
                *code = short as u16;
                short += 1;
            }
            self.alphabets[kind][usize::from(*code) % 512] = byte as u8;
        }
    }

    #[inline(always)]
    fn function(&mut self) {
        let start = self.at;
        let groups = self.next(0);
        self.put(groups);
        self.copy(0, 2 * usize::from(groups));
        let mut depth = 1;
        while depth > 0 {
            let opcode = self.next_opcode();
            let next = usize::from(self.ahead);
            let is_odd = opcode > 0xbf;
            self.put(match opcode {
                0xc0.. => opcode - 0x98,
                0x12..=0x16 => opcode + 0xae,
                0x17 => 0xfc,
                _ => opcode,
            });
            let column = match opcode {
                0x0b => {
                    depth -= 1;
                    continue;
                }
                0x02..=0x04 => {
                    depth += 1;
                    3
                }
                0x0c | 0x0d => 10,
                0x0e => {
                    let labels = self.peek(10);
                    self.copy(10, usize::from(labels) + 2);
                    continue;
                }
                0x10 => 11,
                0x11 => {
                    self.copy(0, 2);
                    continue;
                }
                0x17 => {
                    let kind = self.next_opcode();
                    self.put(kind);
                    // Copying names two memories, filling one.
                    for _ in 0..[0, 0, 2, 1][usize::from(kind >> 3 << 1 | kind & 1)] {
                        self.put(0);
                    }
                    continue;
                }
                0x20..=0x22 if next > 0x27 && next < 0x48 => next >> 3,
                0x20..=0x22 => 4,
                0x23 | 0x24 => 9,
                0x28..=0x3e | 0xc0.. => {
                    let alignment = if is_odd {
                        self.next_opcode()
                    } else {
                        (ALIGNMENTS >> (2 * (opcode - 0x28)) & 3) as u8
                    };
                    self.put(alignment);
                    2
                }
                0x3f..=0x42 => 12 + (next >> 2),
                0x43 => {
                    self.copy(0, 4);
                    continue;
                }
                0x44 => {
                    self.copy(0, 8);
                    continue;
                }
                _ => continue,
            };
            loop {
                let byte = self.next(column);
                self.put(byte);
                if byte < 128 {
                    break;
                }
            }
        }
        self.insert_size(start);
    }

    #[inline(always)]
    fn insert_size(&mut self, start: usize) {
        let mut size = self.at - start;
        let mut width = 1;
        while size >> (7 * width) != 0 {
            width += 1;
        }
        for at in (start..self.at).rev() {
            self.to[(at + width) % ROOM] = self.to[at % ROOM];
        }
        self.at += width;
        for at in start..start + width {
            let more = if at + 1 < start + width { 128 } else { 0 };
            self.to[at % ROOM] = (size & 127) as u8 | more;
            size >>= 7;
        }
    }

    #[inline(never)]
    fn next_opcode(&mut self) -> u8 {
        let opcode = self.ahead;
        self.ahead = if self.are_waiting > 0 {
            self.are_waiting -= 1;
            self.waiting[self.are_waiting % 64]
        } else {
            self.next(1)
        };
        while self.ahead >= FIRST_PAIR {
            let [first, second] = self.pairs[usize::from(self.ahead - FIRST_PAIR) % PAIRS];
            if self.are_waiting >= 64 {
                stop();
            }
            self.waiting[self.are_waiting % 64] = second;
            self.are_waiting += 1;
            self.ahead = first;
        }
        opcode
    }

    fn copy(&mut self, column: usize, count: usize) {
        for _ in 0..count {
            let byte = self.next(column);
            self.put(byte);
        }
    }

    fn peek(&self, column: usize) -> u8 {
        let kind = match column {
            0..3 => column,
            3..11 => 3,
            11 => 4,
            _ => 5,
        };
        self.alphabets[kind][usize::from(self.text[self.starts[column % 128] % ROOM]) % 512]
    }

    fn next(&mut self, column: usize) -> u8 {
        let byte = self.peek(column);
        self.starts[column % 128] += 1;
        byte
    }

    fn put(&mut self, byte: u8) {
        if self.at >= ROOM {
            stop();
        }
        self.to[self.at % ROOM] = byte;
        self.at += 1;
    }
}

/// Five bits in a character, and one that says whether more follow. The backslash is left out.
#[inline(never)]
fn number(text: &[u16; ROOM], read: &mut usize) -> usize {
    let mut value = 0;
    let mut shift = 0;
    loop {
        let character = usize::from(text[*read % ROOM]);
        let digit = character - 0x30 - usize::from(character > 0x5c);
        *read += 1;
        value |= (digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            return value;
        }
    }
}

fn stop() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort();
}
