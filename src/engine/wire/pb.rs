//! Reading and writing protobuf, as far as the protocol uses it: varints and length-delimited fields.
//!
//! Reading is total and never reserves memory for what is not there. Unknown fields are skipped. A field of another wire
//! type than the schema's makes the message malformed.

use super::WireError;

/// Messages nested deeper than this are refused. The protocol itself nests four deep.
pub const MAX_DEPTH: u8 = 16;

/// A message that can be read.
pub trait Decode {
    /// Takes one field.
    fn field(&mut self, number: u32, value: Value<'_>) -> Result<(), WireError>;
}

/// A message that can be written.
pub trait Encode {
    /// Writes all fields, by rising number.
    fn write(&self, to: &mut Writer);
}

/// Reads a message.
pub fn decode<M: Decode + Default>(bytes: &[u8]) -> Result<M, WireError> {
    let mut message = M::default();
    read_fields(&mut message, bytes, 0)?;
    Ok(message)
}

/// Writes a message.
pub fn encode(message: &impl Encode) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new() };
    message.write(&mut writer);
    writer.bytes
}

/// One field as it lies on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    content: Content<'a>,
    depth: u8,
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
impl Value<'_> {
    pub fn u64(self) -> Result<u64, WireError> {
        match self.content {
            Content::Varint(value) => Ok(value),
            Content::Bytes(_) => Err(WireError::Malformed),
        }
    }

    /// Longer numbers lose their high bits, as the protobuf specification has it; so with the other short ones.
    pub fn u32(self) -> Result<u32, WireError> {
        self.u64().map(|value| value as u32)
    }

    pub fn i64(self) -> Result<i64, WireError> {
        self.u64().map(|value| value as i64)
    }

    pub fn i32(self) -> Result<i32, WireError> {
        self.u64().map(|value| value as i32)
    }

    pub fn bool(self) -> Result<bool, WireError> {
        self.u64().map(|value| value != 0)
    }

    pub fn bytes(self) -> Result<Vec<u8>, WireError> {
        self.slice().map(<[u8]>::to_vec)
    }

    pub fn string(self) -> Result<String, WireError> {
        String::from_utf8(self.bytes()?).map_err(|_| WireError::Malformed)
    }

    pub fn message<M: Decode + Default>(self) -> Result<M, WireError> {
        let mut message = M::default();
        match self.content {
            Content::Bytes(bytes) if self.depth < MAX_DEPTH => {
                read_fields(&mut message, bytes, self.depth + 1)?
            }
            _ => return Err(WireError::Malformed),
        }
        Ok(message)
    }

    fn slice(&self) -> Result<&[u8], WireError> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Varint(_) => Err(WireError::Malformed),
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

    pub fn string(&mut self, number: u32, value: &str) {
        self.bytes(number, value.as_bytes());
    }

    pub fn message(&mut self, number: u32, value: &impl Encode) {
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

    pub fn plain_string(&mut self, number: u32, value: &str) {
        self.plain_bytes(number, value.as_bytes());
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

fn read_fields(message: &mut dyn Decode, mut bytes: &[u8], depth: u8) -> Result<(), WireError> {
    while !bytes.is_empty() {
        let key = take_varint(&mut bytes)?;
        let number = u32::try_from(key >> 3).map_err(|_| WireError::Malformed)?;
        let content = match key & 7 {
            VARINT => Content::Varint(take_varint(&mut bytes)?),
            LENGTH_DELIMITED => {
                let length =
                    usize::try_from(take_varint(&mut bytes)?).map_err(|_| WireError::Malformed)?;
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
            _ => return Err(WireError::Malformed),
        };
        if number == 0 {
            return Err(WireError::Malformed);
        }
        message.field(number, Value { content, depth })?;
    }
    Ok(())
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], WireError> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(WireError::Malformed)?;
    *bytes = rest;
    Ok(taken)
}

fn take_varint(bytes: &mut &[u8]) -> Result<u64, WireError> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(WireError::Malformed)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(WireError::Malformed)
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
