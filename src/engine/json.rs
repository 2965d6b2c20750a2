//! The little JSON that the protocol carries: two kinds of small objects in, one out.
//!
//! Not a general reader. It finds the members of an object and leaves their values as text, because a custom command's
//! content goes to the page as it came. `serde_json` does this too, for a third of the whole module's size.

/// Members of an object, keys unescaped, values as they stand. `None` if the text is not an object.
pub(crate) fn members(json: &str) -> Option<Vec<(String, &str)>> {
    let mut members = Vec::new();
    for item in items(json, '{', '}')? {
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
    items(json, '[', ']')
}

/// The text that a JSON string stands for. `None` if it is not a string.
pub(crate) fn text(json: &str) -> Option<String> {
    let inner = json.trim().strip_prefix('"')?.strip_suffix('"')?;
    let (mut text, mut chars) = (String::with_capacity(inner.len()), inner.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                'b' => text.push('\u{8}'),
                'f' => text.push('\u{c}'),
                'u' => text.push(escaped_char(&mut chars)?),
                c @ ('"' | '\\' | '/') => text.push(c),
                _ => return None,
            },
            '"' => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

/// Writes one object, member by member.
#[derive(Debug)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A member whose value is a text.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.0.push('"');
        for c in value.chars() {
            match c {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(c);
                }
                '\n' => self.0.push_str("\\n"),
                c if c < ' ' => {
                    self.0
                        .push_str(if c < '\u{10}' { "\\u000" } else { "\\u001" });
                    self.0
                        .push(char::from_digit(u32::from(c) & 15, 16).unwrap_or('0'));
                }
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }

    /// A member whose value is JSON already.
    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.0.push_str(json);
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
    }
}

/// What stands between the commas of the outermost bracket.
fn items(json: &str, open: char, close: char) -> Option<Vec<&str>> {
    let inner = json.trim().strip_prefix(open)?;
    let (mut items, mut start, mut closing) = (Vec::new(), 0, Vec::new());
    let mut at = 0;
    while let Some(c) = inner.get(at..)?.chars().next() {
        match c {
            '"' => {
                at += string_end(inner.get(at..)?)?;
                continue;
            }
            '{' => closing.push('}'),
            '[' => closing.push(']'),
            '}' | ']' if closing.last() == Some(&c) => {
                closing.pop();
            }
            '}' | ']' => {
                let last = inner.get(start..at)?.trim();
                let at_end = c == close && closing.is_empty() && inner.get(at + 1..)?.is_empty();
                if !at_end || (last.is_empty() && !items.is_empty()) {
                    return None;
                }
                if !last.is_empty() {
                    items.push(last);
                }
                return Some(items);
            }
            ',' if closing.is_empty() => {
                items.push(inner.get(start..at)?.trim());
                start = at + 1;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

/// Where the string that the text begins with ends.
fn string_end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in text.strip_prefix('"')?.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at + 2),
            _ => {}
        }
    }
    None
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
        let mut object = Object::new();
        object.text("k", original);
        object.raw("n", "[1]");
        let json = object.finish();
        assert_eq!(text(members(&json).unwrap()[0].1).unwrap(), original);
        let full: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (full["k"].as_str(), &full["n"]),
            (Some(original), &serde_json::json!([1]))
        );
        assert_eq!(text(r#""\ud83d\ude00\ud83dx\/""#).unwrap(), "😀\u{FFFD}x/");
    }
}
