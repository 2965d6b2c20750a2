//! JSON: the little of it that the protocol carries, and all that goes to the page.
//!
//! The page gets everything as JSON text, because one text and one `JSON.parse` cost a tenth of what a call into JavaScript for
//! each text, number and member costs.
//!
//! Not a general reader. It finds the members of an object and leaves their values as text, because a custom command's
//! content goes to the page as it came. `serde_json` does this too, for a third of the whole module's size.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::value::Value;

/// Members of an object, keys unescaped, values as they stand. `None` if the text is not an object.
pub(crate) fn members(json: &str) -> Option<Vec<(String, &str)>> {
    let mut members = Vec::new();
    for item in items(json, b'{', b'}')? {
        let end = string_end(item)?;
        let value = item.get(end..)?.trim_start().strip_prefix(':')?.trim();
        if value.is_empty() {
            return None;
        }
        members.push((text(item.get(..end)?)?, value));
    }
    Some(members)
}

/// Items of an array, as they stand. `None` if the text is not an array.
pub(crate) fn list(json: &str) -> Option<Vec<&str>> {
    items(json, b'[', b']')
}

/// The text that a JSON string stands for. `None` if it is not a string.
pub(crate) fn text(json: &str) -> Option<String> {
    let mut rest = json.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(rest.len());
    while let Some(at) = rest.bytes().position(|b| b == b'\\' || b == b'"') {
        text.push_str(rest.get(..at)?);
        let mut chars = rest.get(at..)?.chars();
        if chars.next() == Some('"') {
            return None;
        }
        match chars.next()? {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'u' => text.push(escaped_char(&mut chars)?),
            c @ ('"' | '\\' | '/') => text.push(c),
            _ => return None,
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    Some(text)
}

/// How deep lists and objects may lie in each other; what lies deeper is missing. The shim passes less (`plain.js`).
const MAX_DEPTH: u32 = 32;

/// A whole value as a page passed it. What is not JSON is missing.
pub(crate) fn value(json: &str) -> Value {
    nested(json.trim(), MAX_DEPTH)
}

fn nested(json: &str, depth: u32) -> Value {
    if depth == 0 {
        return Value::Undefined;
    }
    match json.as_bytes().first() {
        Some(b'{') => {
            let mut values = Vec::new();
            for (key, member) in members(json).unwrap_or_default() {
                values.push((key, nested(member, depth - 1)));
            }
            Value::Map(values)
        }
        Some(b'[') => {
            let mut values = Vec::new();
            for item in list(json).unwrap_or_default() {
                values.push(nested(item, depth - 1));
            }
            Value::List(values)
        }
        Some(b'"') => text(json).map_or(Value::Undefined, Value::Text),
        Some(b't' | b'f') => Value::Bool(json == "true"),
        Some(b'-' | b'0'..=b'9') => Value::Number(json.into()),
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

/// What stands between the commas of the outermost bracket. All that matters to JSON is ASCII, so bytes are looked at.
fn items(json: &str, open: u8, close: u8) -> Option<Vec<&str>> {
    let inner = json.trim();
    if inner.as_bytes().first() != Some(&open) {
        return None;
    }
    let (mut items, mut start, mut closing) = (Vec::new(), 1, Vec::new());
    let mut at = 1;
    while let Some(byte) = inner.as_bytes().get(at) {
        match byte {
            b'"' => {
                at += string_end(inner.get(at..)?)?;
                continue;
            }
            b'{' => closing.push(b'}'),
            b'[' => closing.push(b']'),
            b'}' | b']' if closing.last() == Some(byte) => {
                closing.pop();
            }
            b'}' | b']' => {
                let last = inner.get(start..at)?.trim();
                let at_end = *byte == close && closing.is_empty() && at + 1 == inner.len();
                if !at_end || (last.is_empty() && !items.is_empty()) {
                    return None;
                }
                if !last.is_empty() {
                    items.push(last);
                }
                return Some(items);
            }
            b',' if closing.is_empty() => {
                items.push(inner.get(start..at)?.trim());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the string that the text begins with ends.
fn string_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    if bytes.first() != Some(&b'"') {
        return None;
    }
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The character of `\uXXXX`, or of two of them; half a pair becomes U+FFFD.
fn escaped_char(chars: &mut core::str::Chars<'_>) -> Option<char> {
    let unit = |chars: &mut core::str::Chars<'_>| {
        u32::from_str_radix(chars.as_str().get(..4)?, 16)
            .ok()
            .inspect(|_| {
                chars.nth(3);
            })
    };
    let first = unit(chars)?;
    if (0xD800..0xDC00).contains(&first) && chars.as_str().starts_with("\\u") {
        let mut ahead = chars.clone();
        ahead.nth(1);
        if let Some(second) = unit(&mut ahead).filter(|second| (0xDC00..0xE000).contains(second)) {
            *chars = ahead;
            return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
        }
    }
    Some(char::from_u32(first).unwrap_or('\u{FFFD}'))
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
            list(r#"["a", 2,[3,4] ]"#).unwrap(),
            [r#""a""#, "2", "[3,4]"]
        );
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
