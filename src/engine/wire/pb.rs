//! Reading and writing protobuf, as far as the protocol uses it: varints and length-delimited fields.
//!
//! Reading is total and never reserves memory for what is not there. Unknown fields are skipped. A field of another wire
//! type than the schema's makes the message malformed.

use super::WireError;

/// Messages nested deeper than this are refused. The protocol itself nests four deep.
pub const MAX_DEPTH: u8 = 16;

/// A message that can be read.
pub trait Decode<'a> {
    /// Takes one field: calls the method of `value` for its type, or none if the number is unknown.
    fn field(&mut self, number: u32, value: &mut Value<'a>);
}

/// A message that can be written.
pub trait Encode {
    /// Writes all fields, by rising number.
    fn write(&self, to: &mut Writer);
}

/// Reads a message.
pub fn decode<'a, M: Decode<'a> + Default>(bytes: &'a [u8]) -> Result<M, WireError> {
    let mut message = M::default();
    if read_fields(&mut message, bytes, 0).is_some() {
        Ok(message)
    } else {
        Err(WireError::Malformed)
    }
}

/// Writes a message.
pub fn encode(message: &dyn Encode) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new() };
    message.write(&mut writer);
    writer.bytes
}

/// One field as it lies on the wire. What does not fit the schema is noted here, so that the generated code, the largest
/// part of this module once compiled, has no errors to pass on.
#[derive(Debug)]
pub struct Value<'a> {
    content: Content<'a>,
    depth: u8,
    is_refused: bool,
}

#[derive(Debug, Clone, Copy)]
enum Content<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
}

#[allow(
    missing_docs,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap
)]
impl<'a> Value<'a> {
    #[inline(never)]
    pub fn u64(&mut self, to: &mut u64) {
        *to = self.number();
    }

    /// Longer numbers lose their high bits, as the protobuf specification has it; so with the other short ones.
    #[inline(never)]
    pub fn u32(&mut self, to: &mut u32) {
        *to = self.number() as u32;
    }

    #[inline(never)]
    pub fn i64(&mut self, to: &mut i64) {
        *to = self.number() as i64;
    }

    #[inline(never)]
    pub fn i32(&mut self, to: &mut i32) {
        *to = self.number() as i32;
    }

    #[inline(never)]
    pub fn bytes(&mut self, to: &mut &'a [u8]) {
        *to = self.slice();
    }

    pub fn optional_u64(&mut self, to: &mut Option<u64>) {
        self.u64(to.insert(0));
    }

    pub fn optional_u32(&mut self, to: &mut Option<u32>) {
        self.u32(to.insert(0));
    }

    pub fn optional_i32(&mut self, to: &mut Option<i32>) {
        self.i32(to.insert(0));
    }

    pub fn optional_bool(&mut self, to: &mut Option<bool>) {
        *to = Some(self.number() != 0);
    }

    pub fn optional_bytes(&mut self, to: &mut Option<&'a [u8]>) {
        self.bytes(to.insert(&[]));
    }

    pub fn message<M: Decode<'a> + Default>(&mut self, to: &mut Option<M>) {
        self.read(to.insert(M::default()));
    }

    pub fn push<M: Decode<'a> + Default>(&mut self, to: &mut Vec<M>) {
        let mut message = M::default();
        self.read(&mut message);
        to.push(message);
    }

    fn read(&mut self, message: &mut dyn Decode<'a>) {
        let bytes = self.slice();
        self.is_refused |=
            self.depth >= MAX_DEPTH || read_fields(message, bytes, self.depth + 1).is_none();
    }

    fn number(&mut self) -> u64 {
        match self.content {
            Content::Varint(value) => value,
            Content::Bytes(_) => {
                self.is_refused = true;
                0
            }
        }
    }

    fn slice(&mut self) -> &'a [u8] {
        match self.content {
            Content::Bytes(bytes) => bytes,
            Content::Varint(_) => {
                self.is_refused = true;
                &[]
            }
        }
    }
}

/// Collects the bytes of a message.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
}

/// The methods named `plain_...` leave a default value out, the others write it.
#[allow(missing_docs, clippy::cast_sign_loss)]
impl Writer {
    pub fn u64(&mut self, number: u32, value: u64) {
        self.varint(u64::from(number) << 3);
        self.varint(value);
    }

    pub fn u32(&mut self, number: u32, value: u32) {
        self.u64(number, u64::from(value));
    }

    pub fn i64(&mut self, number: u32, value: i64) {
        self.u64(number, value as u64);
    }

    pub fn i32(&mut self, number: u32, value: i32) {
        self.i64(number, i64::from(value));
    }

    pub fn bool(&mut self, number: u32, value: bool) {
        self.u64(number, u64::from(value));
    }

    pub fn bytes(&mut self, number: u32, value: &[u8]) {
        self.varint(u64::from(number) << 3 | LENGTH_DELIMITED);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    pub fn message(&mut self, number: u32, value: &dyn Encode) {
        self.bytes(number, &encode(value));
    }

    pub fn plain_u64(&mut self, number: u32, value: u64) {
        if value != 0 {
            self.u64(number, value);
        }
    }

    pub fn plain_u32(&mut self, number: u32, value: u32) {
        self.plain_u64(number, u64::from(value));
    }

    pub fn plain_i64(&mut self, number: u32, value: i64) {
        self.plain_u64(number, value as u64);
    }

    pub fn plain_i32(&mut self, number: u32, value: i32) {
        self.plain_i64(number, i64::from(value));
    }

    pub fn plain_bool(&mut self, number: u32, value: bool) {
        self.plain_u64(number, u64::from(value));
    }

    pub fn plain_bytes(&mut self, number: u32, value: &[u8]) {
        if !value.is_empty() {
            self.bytes(number, value);
        }
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED_32: u64 = 5;

/// `None` if the bytes are not a message of this type.
fn read_fields<'a>(message: &mut dyn Decode<'a>, mut bytes: &'a [u8], depth: u8) -> Option<()> {
    while !bytes.is_empty() {
        let key = take_varint(&mut bytes)?;
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
        let content = match key & 7 {
            VARINT => Content::Varint(take_varint(&mut bytes)?),
            LENGTH_DELIMITED => {
                let length = usize::try_from(take_varint(&mut bytes)?).ok()?;
                Content::Bytes(take(&mut bytes, length)?)
            }
            FIXED_64 => {
                take(&mut bytes, 8)?;
                continue;
            }
            FIXED_32 => {
                take(&mut bytes, 4)?;
                continue;
            }
            _ => return None,
        };
        let mut value = Value {
            content,
            depth,
            is_refused: false,
        };
        message.field(number, &mut value);
        if value.is_refused {
            return None;
        }
    }
    Some(())
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::wire::accesshub::{HbRequest, StreamClosed};
    use crate::engine::wire::switch::PushReq;

    #[test]
    fn numbers_of_every_length_survive() {
        for bits in 0..64 {
            for value in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                let message = HbRequest {
                    txid: value,
                    ts: value as i64,
                };
                assert_eq!(decode(&encode(&message)), Ok(message));
            }
        }
    }

    #[test]
    fn a_negative_number_takes_ten_bytes_as_in_every_other_implementation() {
        let message = StreamClosed {
            code: Some(-1),
            msg: None,
        };
        assert_eq!(
            encode(&message),
            [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]
        );
        assert_eq!(decode(&encode(&message)), Ok(message));
    }

    #[test]
    fn unknown_fields_of_every_wire_type_are_skipped() {
        let bytes = [
            0x98, 6, 1, 0x9a, 6, 2, 0, 0, 0x99, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0x9d, 6, 1, 2, 3, 4, 8,
            7,
        ];
        assert_eq!(decode(&bytes), Ok(HbRequest { txid: 7, ts: 0 }));
    }

    #[test]
    fn what_is_cut_short_or_of_another_type_is_malformed() {
        for bytes in [
            &[8][..],
            &[8, 0x80],
            &[0x0a, 5, 1],
            &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0x0b],
            &[0x00, 1],
            &[0x09, 1],
        ] {
            assert_eq!(
                decode::<PushReq>(bytes),
                Err(WireError::Malformed),
                "{bytes:?}"
            );
        }
        assert_eq!(decode::<HbRequest>(&[0x0a, 0]), Err(WireError::Malformed));
        assert_eq!(decode::<PushReq>(&[0x08, 1]), Err(WireError::Malformed));
        let eleven = [&[8][..], &[0x80; 10], &[1]].concat();
        assert_eq!(decode::<HbRequest>(&eleven), Err(WireError::Malformed));
    }
}
