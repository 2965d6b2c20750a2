//! Reading and writing protobuf, as far as the protocol uses it: varints and length-delimited fields.
//!
//! A message that came in is checked once against its schema and then read where it lies: a message is a view of its bytes, a
//! field is found by walking over them. So nothing is copied, reserved or dropped, and the code of a message is little more
//! than the numbers of its fields. Unknown fields are skipped. A field of another wire type than the schema's makes the
//! message malformed. Of a field that comes twice the last one counts.

use alloc::{string::String, vec::Vec};
use core::marker::PhantomData;

use super::{Shared, WireError, text};

/// A message that can be read.
pub trait Message<'a> {
    /// What its fields are.
    const SCHEMA: &'static Schema;

    /// The message of these fields, which were checked.
    fn new(fields: Fields<'a>) -> Self;

    /// Its fields, to be read as another message that begins in the same way.
    fn fields(self) -> Fields<'a>;
}

/// What the fields of a message are. Their numbers are below 32.
#[derive(Debug)]
pub struct Schema {
    /// Bit n is set if field n is a number.
    pub numbers: u32,
    /// Bit n is set if field n is a text, bytes or a message.
    pub slices: u32,
    /// The fields that are messages, and of which kind.
    pub messages: &'static [(u32, &'static Self)],
}

/// A message that can be written.
pub trait Encode {
    /// Writes all fields, by rising number.
    fn write(&self, to: &mut Writer);
}

/// Checks a message, to be read.
pub fn decode<'a, M: Message<'a>>(bytes: &'a [u8]) -> Result<M, WireError> {
    match check(M::SCHEMA, bytes) {
        Some(()) => Ok(M::new(Fields(bytes))),
        None => Err(WireError::Malformed),
    }
}

/// Most messages of this client are shorter.
const USUAL_BYTES: usize = 64;

/// Where one of many kinds of message begins, the kind is chosen first and checked afterwards, in one place: a call of
/// [`decode`] for each kind is three times the code.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    bytes: &'a [u8],
    schema: Option<&'static Schema>,
}

impl<'a> Choice<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            schema: None,
        }
    }

    /// The message as this kind; not to be looked at before [`Choice::check`].
    pub(super) fn view<M: Message<'a>>(&mut self) -> M {
        self.schema = Some(M::SCHEMA);
        M::new(Fields(self.bytes))
    }

    /// Gives `chosen` if its bytes are good.
    pub(super) fn check<T>(&self, chosen: T) -> Result<T, WireError> {
        match self.schema.map(|schema| check(schema, self.bytes)) {
            Some(None) => Err(WireError::Malformed),
            _ => Ok(chosen),
        }
    }
}

/// Writes a message. Inlined where the message is made, so that its fields are never stored: half the code.
#[inline(always)]
pub fn encode(message: &impl Encode) -> Vec<u8> {
    let mut writer = Writer::new();
    message.write(&mut writer);
    writer.bytes
}

/// The fields of a message that was checked. Without a suffix in their name, the methods give 0 or nothing for a field that is
/// not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fields<'a>(&'a [u8]);

#[allow(
    missing_docs,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap
)]
impl<'a> Fields<'a> {
    #[inline(never)]
    pub fn u64(self, number: u32) -> u64 {
        self.optional_u64(number).unwrap_or(0)
    }

    /// Longer numbers lose their high bits, as the protobuf specification has it; so with the other short ones.
    pub fn u32(self, number: u32) -> u32 {
        self.u64(number) as u32
    }

    pub fn i64(self, number: u32) -> i64 {
        self.u64(number) as i64
    }

    pub fn i32(self, number: u32) -> i32 {
        self.u64(number) as i32
    }

    #[inline(never)]
    pub fn bytes(self, number: u32) -> &'a [u8] {
        self.optional_bytes(number).unwrap_or_default()
    }

    /// Bytes that are not UTF-8 become U+FFFD.
    #[inline(never)]
    pub fn text(self, number: u32) -> String {
        text(self.bytes(number))
    }

    /// The same for whoever keeps it in several places.
    #[inline(never)]
    pub fn shared(self, number: u32) -> Shared {
        self.text(number).into()
    }

    pub fn optional_u64(self, number: u32) -> Option<u64> {
        match self.last(number)? {
            Content::Number(value) => Some(value),
            _ => None,
        }
    }

    pub fn optional_u32(self, number: u32) -> Option<u32> {
        self.optional_u64(number).map(|value| value as u32)
    }

    pub fn optional_i32(self, number: u32) -> Option<i32> {
        self.optional_u64(number).map(|value| value as i32)
    }

    pub fn optional_bool(self, number: u32) -> Option<bool> {
        self.optional_u64(number).map(|value| value != 0)
    }

    pub fn optional_bytes(self, number: u32) -> Option<&'a [u8]> {
        match self.last(number)? {
            Content::Slice(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn optional_message<M: Message<'a>>(self, number: u32) -> Option<M> {
        self.optional_bytes(number)
            .map(|bytes| M::new(Fields(bytes)))
    }

    pub fn messages<M>(self, number: u32) -> Messages<'a, M> {
        Messages {
            rest: self.0,
            number,
            kind: PhantomData,
        }
    }

    fn last(self, number: u32) -> Option<Content<'a>> {
        let (mut rest, mut last) = (self.0, None);
        while let Some((found, content)) = take_field(&mut rest) {
            if found == number {
                last = Some(content);
            }
        }
        last
    }
}

/// The messages of a repeated field, in order.
#[derive(Debug, Clone, Copy)]
pub struct Messages<'a, M> {
    rest: &'a [u8],
    number: u32,
    kind: PhantomData<M>,
}

impl<'a, M: Message<'a>> Iterator for Messages<'a, M> {
    type Item = M;

    fn next(&mut self) -> Option<M> {
        next_slice(&mut self.rest, self.number).map(|bytes| M::new(Fields(bytes)))
    }
}

#[inline(never)]
fn next_slice<'a>(rest: &mut &'a [u8], number: u32) -> Option<&'a [u8]> {
    loop {
        match take_field(rest)? {
            (found, Content::Slice(bytes)) if found == number => return Some(bytes),
            _ => {}
        }
    }
}

/// The messages of the repeated field `NUMBER` of a message to write. They are written as they come, so that none is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List<M, const NUMBER: u32> {
    written: Writer,
    kind: PhantomData<M>,
}

impl<M: Encode, const NUMBER: u32> List<M, NUMBER> {
    /// Adds a message at the end.
    #[inline(always)]
    pub fn push(&mut self, message: &M) {
        self.written.message(NUMBER, message);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.written.bytes.is_empty()
    }
}

impl<M: Encode, const NUMBER: u32> FromIterator<M> for List<M, NUMBER> {
    fn from_iter<Messages: IntoIterator<Item = M>>(messages: Messages) -> Self {
        let mut list = Self {
            written: Writer::default(),
            kind: PhantomData,
        };
        for message in messages {
            list.push(&message);
        }
        list
    }
}

/// Collects the bytes of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writer {
    bytes: Vec<u8>,
}

/// The methods named `plain_...` leave a default value out, the others write it.
#[allow(missing_docs, clippy::cast_sign_loss)]
impl Writer {
    #[inline(never)]
    fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(USUAL_BYTES),
        }
    }

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

    #[inline(always)]
    pub fn message(&mut self, number: u32, value: &impl Encode) {
        self.owned(number, encode(value));
    }

    #[inline(never)]
    fn owned(&mut self, number: u32, bytes: Vec<u8>) {
        self.bytes(number, &bytes);
    }

    pub fn list<M, const NUMBER: u32>(&mut self, list: &List<M, NUMBER>) {
        self.bytes.extend_from_slice(&list.written.bytes);
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

/// One field as it lies on the wire.
#[derive(Debug, Clone, Copy)]
enum Content<'a> {
    Number(u64),
    Slice(&'a [u8]),
    /// Of a wire type that the protocol does not use.
    Fixed,
}

/// `None` if the bytes are not a message of this schema.
fn check(schema: &Schema, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        let (number, content) = take_field(&mut bytes)?;
        let others = match content {
            Content::Number(_) => schema.slices,
            Content::Slice(_) => schema.numbers,
            Content::Fixed => schema.slices | schema.numbers,
        };
        if others & 1_u32.checked_shl(number).unwrap_or(0) != 0 {
            return None;
        }
        let message = schema.messages.iter().find(|(field, _)| *field == number);
        if let (Some((_, schema)), Content::Slice(bytes)) = (message, content) {
            check(schema, bytes)?;
        }
    }
    Some(())
}

/// Number and content of the next field; `None` at the end, and where the bytes are damaged.
#[inline(never)]
fn take_field<'a>(bytes: &mut &'a [u8]) -> Option<(u32, Content<'a>)> {
    let key = take_number(bytes)?;
    let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
    let content = match key & 7 {
        VARINT => Content::Number(take_number(bytes)?),
        LENGTH_DELIMITED => {
            let length = usize::try_from(take_number(bytes)?).ok()?;
            Content::Slice(take(bytes, length)?)
        }
        FIXED_64 => {
            take(bytes, 8)?;
            Content::Fixed
        }
        FIXED_32 => {
            take(bytes, 4)?;
            Content::Fixed
        }
        _ => return None,
    };
    Some((number, content))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// Most numbers are keys and lengths of one byte.
#[inline(always)]
fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    match *bytes {
        [byte @ ..0x80, rest @ ..] => {
            *bytes = rest;
            Some(u64::from(*byte))
        }
        _ => take_varint(bytes),
    }
}

#[inline(never)]
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0, 0);
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            *bytes = bytes.get(at + 1..)?;
            return Some(value);
        }
        shift += 7;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::wire::accesshub::{self, HbRequest, StreamClosed};
    use crate::engine::wire::switch::PushReq;

    fn refusal<'a, M: Message<'a>>(bytes: &'a [u8]) -> Option<WireError> {
        decode::<M>(bytes).err()
    }

    #[test]
    fn numbers_of_every_length_survive() {
        for bits in 0..64 {
            for value in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                let message = accesshub::write::HbRequest {
                    txid: value,
                    ts: value as i64,
                };
                let bytes = encode(&message);
                let read: HbRequest = decode(&bytes).unwrap();
                assert_eq!((read.txid(), read.ts()), (value, value as i64));
            }
        }
    }

    #[test]
    fn a_negative_number_takes_ten_bytes_as_in_every_other_implementation() {
        let message = accesshub::write::StreamClosed {
            code: Some(-1),
            msg: None,
        };
        let bytes = encode(&message);
        assert_eq!(bytes, [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
        let read: StreamClosed = decode(&bytes).unwrap();
        assert_eq!((read.code(), read.msg()), (Some(-1), None));
    }

    #[test]
    fn unknown_fields_of_every_wire_type_are_skipped() {
        let bytes = [
            0x98, 6, 1, 0x9a, 6, 2, 0, 0, 0x99, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0x9d, 6, 1, 2, 3, 4, 8,
            7,
        ];
        assert_eq!(decode::<HbRequest>(&bytes).unwrap().txid(), 7);
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_one_counts() {
        let read: HbRequest = decode(&[8, 1, 16, 5, 8, 2]).unwrap();
        assert_eq!((read.txid(), read.ts()), (2, 5));
        let read: PushReq = decode(&[0x0a, 2, 8, 1, 0x0a, 2, 16, 3]).unwrap();
        let head = read.head().unwrap();
        assert_eq!((head.sub_cmd(), head.qos_flag()), (0, 3));
    }

    #[test]
    fn a_repeated_message_is_read_in_order() {
        let bytes = [
            0x2a, 3, 0x12, 1, b'a', 8, 9, 0x2a, 0, 0x2a, 3, 0x12, 1, b'b',
        ];
        let read: accesshub::DispatchResponseData = decode(&bytes).unwrap();
        let hosts: Vec<&[u8]> = read.wss_groups().map(|group| group.host()).collect();
        assert_eq!(hosts, [&b"a"[..], b"", b"b"]);
        assert_eq!(read.txid(), 9);
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
            &[0x09, 1, 2, 3, 4, 5, 6, 7, 8],
            &[0x0a, 2, 8, 0x80],
            &[0x0a, 2, 0x0a, 0],
        ] {
            let refused = Some(WireError::Malformed);
            assert_eq!(refusal::<PushReq>(bytes), refused, "{bytes:?}");
        }
        let malformed = Some(WireError::Malformed);
        assert_eq!(refusal::<HbRequest>(&[0x0a, 0]), malformed);
        assert_eq!(refusal::<PushReq>(&[0x08, 1]), malformed);
        let eleven = [&[8][..], &[0x80; 10], &[1]].concat();
        assert_eq!(refusal::<HbRequest>(&eleven), malformed);
    }
}
