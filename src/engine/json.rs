//! JSON: the little of it that the protocol carries, and all that crosses the border to the page.
//!
//! The page gives and gets everything as JSON text, because one text costs a tenth of what a call into JavaScript for each text, number
//! and member costs.
//!
//! By hand, because `serde_json` takes a third of the whole module's size. A custom command's content is never read: it goes to
//! the page as it came, which is what [`members`] is for.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::value::Value;

/// How deep lists and objects may lie in each other where they become values; the shim passes less (`plain.js`).
const MAX_DEPTH: u32 = 32;

/// The value that a text stands for; missing if it is not JSON.
pub(crate) fn value(json: &str) -> Value {
    let mut reader = Reader { json, at: 0 };
    reader
        .value(MAX_DEPTH)
        .filter(|_| reader.next().is_none())
        .unwrap_or_default()
}

/// Members of an object, keys unescaped, values as they stand. `None` if the text is not an object.
pub(crate) fn members(json: &str) -> Option<Vec<(String, &str)>> {
    let mut reader = Reader { json, at: 0 };
    let mut members = Vec::new();
    if reader.next()? != b'{' {
        return None;
    }
    if reader.peek()? == b'}' {
        reader.at += 1;
    } else {
        loop {
            members.push((reader.key()?, reader.raw()?));
            match reader.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
    }
    reader.next().is_none().then_some(members)
}

/// The text that a JSON string stands for. `None` if it is not a string.
pub(crate) fn text(json: &str) -> Option<String> {
    let mut reader = Reader { json, at: 0 };
    let text = reader.text()?;
    reader.next().is_none().then_some(text)
}

/// Reads one value after the other. All that matters to JSON is ASCII, so bytes are looked at.
struct Reader<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next byte that is no white space.
    #[inline(never)]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.json.as_bytes().get(self.at)?;
            if !is_space(byte) {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn key(&mut self) -> Option<String> {
        let key = self.text()?;
        (self.next()? == b':').then_some(key)
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        let Some(depth) = depth.checked_sub(1) else {
            self.raw()?;
            return Some(Value::Undefined);
        };
        let close = match self.peek()? {
            b'"' => return self.text().map(Value::Text),
            b'{' => b'}',
            b'[' => b']',
            _ => return Some(word(self.raw()?)),
        };
        let (mut items, mut members) = (Vec::new(), Vec::new());
        self.at += 1;
        if self.peek()? == close {
            self.at += 1;
        } else {
            loop {
                if close == b'}' {
                    let key = self.key()?;
                    members.push((key, self.value(depth)?));
                } else {
                    items.push(self.value(depth)?);
                }
                match self.next()? {
                    b',' => {}
                    byte if byte == close => break,
                    _ => return None,
                }
            }
        }
        Some(if close == b'}' {
            Value::Map(members)
        } else {
            Value::List(items)
        })
    }

    /// A value as it stands; of what is in brackets only that they end.
    fn raw(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        let mut depth = 0_u32;
        while let Some(byte) = self.json.as_bytes().get(self.at) {
            match byte {
                b'"' => {
                    self.skip_text()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b',' if depth == 0 => break,
                b'}' | b']' => {
                    let Some(less) = depth.checked_sub(1) else {
                        break;
                    };
                    depth = less;
                }
                _ => {}
            }
            self.at += 1;
        }
        let raw = self.json.as_bytes().get(start..self.at)?;
        let last = raw.iter().rposition(|byte| !is_space(*byte))?;
        self.json.get(start..=start + last).filter(|_| depth == 0)
    }

    fn skip_text(&mut self) -> Option<()> {
        loop {
            self.at += 1;
            match self.json.as_bytes().get(self.at)? {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        self.at += 1;
        Some(())
    }

    #[inline(never)]
    fn text(&mut self) -> Option<String> {
        if self.next()? != b'"' {
            return None;
        }
        let mut text = String::new();
        loop {
            let start = self.at;
            while !matches!(self.json.as_bytes().get(self.at)?, b'\\' | b'"') {
                self.at += 1;
            }
            text.push_str(self.json.get(start..self.at)?);
            self.at += 1;
            if self.json.as_bytes().get(self.at - 1) == Some(&b'"') {
                return Some(text);
            }
            let escape = *self.json.as_bytes().get(self.at)?;
            self.at += 1;
            text.push(match escape {
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => self.escaped()?,
                b'"' | b'\\' | b'/' => char::from(escape),
                _ => return None,
            });
        }
    }

    /// The character of `\uXXXX`, or of two of them; half a pair becomes U+FFFD.
    fn escaped(&mut self) -> Option<char> {
        let first = self.unit()?;
        let rest = self.json.get(self.at..)?;
        if (0xD800..0xDC00).contains(&first) && rest.starts_with("\\u") {
            let after_first = self.at;
            self.at += 2;
            let second = self.unit()?;
            if (0xDC00..0xE000).contains(&second) {
                return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            }
            self.at = after_first;
        }
        Some(char::from_u32(first).unwrap_or('\u{FFFD}'))
    }

    fn unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(*self.json.as_bytes().get(self.at)?);
            unit = unit << 4 | digit.to_digit(16)?;
            self.at += 1;
        }
        Some(unit)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// What is neither a text nor in brackets.
fn word(word: &str) -> Value {
    match word.as_bytes() {
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        [b'-' | b'0'..=b'9', ..] => Value::Number(word.into()),
        _ => Value::Undefined,
    }
}

/// Writes JSON, value after value; commas come by themselves.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
}

impl Writer {
    /// Begins an object or a list.
    pub(crate) fn open(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
    }

    /// Ends what was begun last.
    pub(crate) fn close(&mut self, bracket: char) {
        self.text.push(bracket);
    }

    /// Name of the member whose value comes next. It needs no escapes.
    #[inline(never)]
    pub(crate) fn key(&mut self, key: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, value: &str) {
        self.separate();
        self.text.push('"');
        let mut begin = 0;
        for (at, byte) in value.bytes().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            // Not by splitting: the panics of the library's slices cost 5 kB.
            self.text.push_str(value.get(begin..at).unwrap_or_default());
            begin = at + 1;
            match byte {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                b'\n' => self.text.push_str("\\n"),
                _ => {
                    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
                    self.text.push_str("\\u00");
                    self.text.push(digit(byte >> 4));
                    self.text.push(digit(byte & 15));
                }
            }
        }
        self.text.push_str(value.get(begin..).unwrap_or_default());
        self.text.push('"');
    }

    pub(crate) fn number(&mut self, value: impl Into<u64>) {
        self.raw(&value.into().to_string());
    }

    pub(crate) fn signed(&mut self, value: i64) {
        if value < 0 {
            self.raw("-");
            self.text.push_str(&value.unsigned_abs().to_string());
        } else {
            self.raw(&value.unsigned_abs().to_string());
        }
    }

    /// Bytes as a text of base64.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digit = |bits: u32| DIGITS.get((bits & 63) as usize).copied().unwrap_or(b'=');
        let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
        for group in bytes.chunks(3) {
            let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            text.extend_from_slice(&[
                digit(bits >> 18),
                digit(bits >> 12),
                if group.len() > 1 {
                    digit(bits >> 6)
                } else {
                    b'='
                },
                if group.len() > 2 { digit(bits) } else { b'=' },
            ]);
        }
        self.separate();
        self.text.push('"');
        self.text
            .push_str(core::str::from_utf8(&text).unwrap_or_default());
        self.text.push('"');
    }

    /// Makes room for so many bytes: a text that grows by itself is copied on the way.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// A value that is JSON already.
    #[inline(never)]
    pub(crate) fn raw(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
    }

    /// A member whose value is a text.
    #[inline(never)]
    pub(crate) fn text_member(&mut self, key: &str, value: &str) {
        self.key(key);
        self.text(value);
    }

    /// A member whose value is a number.
    pub(crate) fn number_member(&mut self, key: &str, value: impl Into<u64>) {
        self.key(key);
        self.number(value);
    }

    /// Whether nothing was written.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }
}

/// What `write` writes.
pub(crate) fn written(write: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_values_as_they_stand() {
        let json = r#" {"a": "x,}", "b" : [1, {"c": "]"}] , "\u0064\"":null} "#;
        let expected = [
            ("a".to_owned(), r#""x,}""#),
            ("b".into(), r#"[1, {"c": "]"}]"#),
            ("d\"".into(), "null"),
        ];
        assert_eq!(members(json).unwrap(), expected);
        assert_eq!(members("{}"), Some(Vec::new()));
        assert_eq!(
            value(r#" ["a", 2,[-3.5,{}, true ],null] "#),
            Value::List(vec![
                "a".into(),
                2.into(),
                Value::List(vec![
                    Value::Number("-3.5".into()),
                    Value::Map(Vec::new()),
                    true.into()
                ]),
                Value::Undefined,
            ])
        );
    }

    #[test]
    fn what_lies_too_deep_is_missing_and_nothing_else() {
        let deep = [&*"[".repeat(50), &*"]".repeat(50)].concat();
        let json = format!(r#"{{"a": {deep}, "b": 1}}"#);
        let read = value(&json);
        assert_eq!(read.get("b"), &1.into());
        let mut inner = read.get("a");
        let mut depth = 1;
        while let Value::List(list) = inner {
            inner = &list[0];
            depth += 1;
        }
        assert_eq!((inner, depth), (&Value::Undefined, MAX_DEPTH));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for bad in [
            "",
            "{",
            "}",
            "[]",
            "{]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1}x",
            "{\"a\":[}",
            "{a:1}",
            "{\"a\":\"\\\"}",
            "界",
        ] {
            assert_eq!(members(bad), None, "{bad}");
        }
        for bad in ["x", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u界12\"", "\"a\"b\""] {
            assert_eq!(text(bad), None, "{bad}");
        }
    }

    #[test]
    fn written_texts_are_read_back_and_agree_with_a_full_reader() {
        let original = "a\"\\\n\r\u{1}\u{1f}/é界😀";
        let json = written(|to| {
            to.open('{');
            to.text_member("k", original);
            to.key("n");
            to.raw("[1]");
            to.close('}');
        });
        assert_eq!(text(members(&json).unwrap()[0].1).unwrap(), original);
        let full: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (full["k"].as_str(), &full["n"]),
            (Some(original), &serde_json::json!([1]))
        );
        assert_eq!(text(r#""\ud83d\ude00\ud83dx\/""#).unwrap(), "😀\u{FFFD}x/");
    }

    #[test]
    fn numbers_and_bytes_are_written_as_javascript_reads_them() {
        let json = written(|to| {
            to.open('[');
            for number in [0, 7, -3, i64::MIN, i64::MAX] {
                to.signed(number);
            }
            to.number(u64::MAX);
            for bytes in ["", "f", "fo", "foo", "foob"] {
                to.bytes(bytes.as_bytes());
            }
            to.bytes(&[0xfb, 0xff]);
            to.close(']');
        });
        assert_eq!(
            json,
            r#"[0,7,-3,-9223372036854775808,9223372036854775807,18446744073709551615,"","Zg==","Zm8=","Zm9v","Zm9vYg==","+/8="]"#
        );
    }
}
