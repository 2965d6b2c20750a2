//! What a page calls, checked: names and values in, a [`Command`] or an error with a documented code out. Nothing is sent
//! before a call passed these checks.

mod rules;

use super::error::{
    Code, Error, MESSAGE_TOO_LONG, PARAMETER, PLAY_PARAMETER, PUBLISH_PARAMETER, UNSUPPORTED,
};
use super::event::{CommandContent, Quality, User};
use super::lean::joined;
use super::quality::FIGURES;
use super::room::LoginRequest;
use super::value::Value;
use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};

use rules::{
    EXTRA_INFO, KEY, KNOWN_ROOM, MAX_MESSAGE, MAX_RECEIVERS, MESSAGE, Missing, PLAYED, PUBLISHED,
    ROOM_ID, STREAM_ID, TOKEN, Text, USER_ID, USER_NAME, VALUE,
};

/// A call that passed the checks. Its texts are those of the page.
#[derive(Debug, Clone)]
pub(super) enum Command<'a> {
    LoginRoom(Box<LoginRequest>),
    LogoutRoom {
        room: Option<&'a str>,
    },
    RenewToken {
        token: &'a str,
        room: Option<&'a str>,
    },
    EnableMultiRoom(bool),
    StartPublishing {
        stream: &'a str,
        room: Option<&'a str>,
        params: &'a str,
        extra_info: &'a str,
        cdn: bool,
    },
    StopPublishing {
        stream: &'a str,
    },
    StartPlaying {
        stream: &'a str,
        params: &'a str,
        cdn: bool,
    },
    StopPlaying {
        stream: &'a str,
    },
    NextUrl {
        stream: &'a str,
    },
    ComponentEvent {
        stream: &'a str,
        code: u32,
    },
    ComponentQuality {
        stream: &'a str,
        quality: Quality,
    },
    SetStreamExtraInfo {
        stream: &'a str,
        text: &'a str,
    },
    Broadcast {
        room: &'a str,
        message: &'a str,
    },
    Barrage {
        room: &'a str,
        message: &'a str,
    },
    Custom {
        room: &'a str,
        content: CommandContent<&'a str>,
        to: Vec<&'a str>,
    },
    SetRoomExtraInfo {
        room: &'a str,
        key: &'a str,
        value: &'a str,
    },
    Destroy,
    Ignore,
}

/// Checks a call.
#[inline(never)]
pub(super) fn parse<'a>(method: &str, args: &'a [Value]) -> Result<Command<'a>, Error> {
    let mut check = Check { args, error: None };
    let command = check.command(method);
    check.error.map_or(Ok(command), Err)
}

/// Looks at the arguments of one call. The first thing that is wrong is noted, and what follows is of no account: no method
/// has to look at what another returned.
struct Check<'a> {
    args: &'a [Value],
    error: Option<Error>,
}

impl<'a> Check<'a> {
    fn command(&mut self, method: &str) -> Command<'a> {
        match method {
            "loginRoom" => Command::LoginRoom(Box::new(self.login())),
            "logoutRoom" => Command::LogoutRoom {
                room: self.optional_room(0),
            },
            "renewToken" => Command::RenewToken {
                token: self.text(self.arg(0), &TOKEN),
                room: self.optional_room(1),
            },
            "enableMultiRoom" => Command::EnableMultiRoom(match self.arg(0) {
                Value::Bool(enable) => *enable,
                other => {
                    self.wrong_type(PARAMETER, "enable", "a boolean", other);
                    false
                }
            }),
            "startPublishingStream" => {
                let options = self.options(1, PUBLISH_PARAMETER);
                let mut member =
                    |name| self.text(options.get(name), &Text::optional(name, PUBLISH_PARAMETER));
                let room = member("roomID");
                let params = member("streamParams");
                let extra_info = member("extraInfo");
                let source = member("sourceType");
                // Whether the service may inspect the stream: without effect, no request of the Alipay client carries it.
                let flag = options.get("inspectFlag");
                if !flag.is_missing() && flag.as_u32().is_none_or(|flag| flag > 1) {
                    self.fail(PUBLISH_PARAMETER, &["inspectFlag must be 0 or 1"]);
                }
                Command::StartPublishing {
                    stream: self.text(self.arg(0), &PUBLISHED),
                    room: Some(room).filter(|room| !room.is_empty()),
                    params,
                    extra_info,
                    cdn: source == "CDN",
                }
            }
            "startPlayingStream" => {
                let options = self.options(1, PLAY_PARAMETER);
                let mut member =
                    |name| self.text(options.get(name), &Text::optional(name, PLAY_PARAMETER));
                let params = member("streamParams");
                let source = member("sourceType");
                let is_mix = matches!(options.get("isMix"), Value::Bool(true));
                Command::StartPlaying {
                    stream: self.text(self.arg(0), &PLAYED),
                    params,
                    cdn: source == "CDN" || (is_mix && source != "BGP"),
                }
            }
            "stopPublishingStream" => Command::StopPublishing {
                stream: self.any_text(),
            },
            "stopPlayingStream" => Command::StopPlaying {
                stream: self.any_text(),
            },
            "getNextUrl" => Command::NextUrl {
                stream: self.any_text(),
            },
            "updatePlayerState" => match component_code(self.arg(1)) {
                Some(code) => Command::ComponentEvent {
                    stream: self.any_text(),
                    code,
                },
                None => Command::Ignore,
            },
            "updatePlayerNetStatus" => Command::ComponentQuality {
                stream: self.any_text(),
                quality: quality(self.arg(1)),
            },
            "setStreamExtraInfo" => Command::SetStreamExtraInfo {
                text: self.text(self.arg(1), &EXTRA_INFO),
                stream: self.text(self.arg(0), &STREAM_ID),
            },
            "sendBroadcastMessage" => Command::Broadcast {
                room: self.text(self.arg(0), &KNOWN_ROOM),
                message: self.message(),
            },
            "sendBarrageMessage" => Command::Barrage {
                room: self.text(self.arg(0), &KNOWN_ROOM),
                message: self.message(),
            },
            "sendCustomCommand" => Command::Custom {
                room: self.text(self.arg(0), &KNOWN_ROOM),
                content: self.command_content(),
                to: self.receivers(),
            },
            "setRoomExtraInfo" => Command::SetRoomExtraInfo {
                room: self.text(self.arg(0), &KNOWN_ROOM),
                key: self.text(self.arg(1), &KEY),
                value: self.text(self.arg(2), &VALUE),
            },
            "destroyEngine" => Command::Destroy,
            _ => {
                self.error = Some(UNSUPPORTED.into());
                Command::Ignore
            }
        }
    }

    fn arg(&self, at: usize) -> &'a Value {
        self.args.get(at).unwrap_or(&Value::Undefined)
    }

    #[inline(never)]
    fn fail(&mut self, code: Code, message: &[&str]) {
        if self.error.is_none() {
            self.error = Some(if message.is_empty() {
                code.into()
            } else {
                Error::with(code, joined(message))
            });
        }
    }

    #[inline(never)]
    fn wrong_type(&mut self, code: Code, name: &str, wanted: &str, got: &Value) {
        self.fail(
            code,
            &[name, " must be ", wanted, ", not ", got.type_name()],
        );
    }

    /// The text; empty where it is not as it should be.
    #[inline(never)]
    fn text(&mut self, value: &'a Value, rule: &Text) -> &'a str {
        let text = match value {
            Value::Text(text) => text.as_str(),
            Value::Undefined if rule.missing != Missing::Wrong => "",
            other => {
                self.wrong_type(rule.code, rule.name, "a string", other);
                return "";
            }
        };
        if text.is_empty() {
            if let Some(code) = rule.empty {
                self.fail_with(code, rule, &[rule.name, " is empty"]);
            }
        } else if text.len() > rule.limit {
            let code = rule.too_long.unwrap_or(rule.code);
            let limit = rule.limit.to_string();
            let message = [rule.name, " is longer than ", &limit, " bytes"];
            self.fail_with(code, rule, &message);
        } else if let Some(code) = rule.characters
            && let Some(at) = text.as_bytes().iter().position(|byte| !is_of_id(*byte))
        {
            let mut end = at + 1;
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let found = text.get(at..end).unwrap_or_default();
            self.fail(code, &[rule.name, " may not contain \"", found, "\""]);
        }
        text
    }

    /// With the table's text, unless the code says nothing of the argument.
    fn fail_with(&mut self, code: Code, rule: &Text, message: &[&str]) {
        self.fail(code, if code == rule.code { message } else { &[] });
    }

    fn login(&mut self) -> LoginRequest {
        let room_id = self.text(self.arg(0), &ROOM_ID);
        let token = self.text(self.arg(1), &TOKEN);
        let user = self.arg(2);
        if !matches!(user, Value::Map(_)) {
            self.wrong_type(PARAMETER, "user", "an object {userID, userName}", user);
        }
        let user_id = self.text(user.get("userID"), &USER_ID);
        let user_name = self.text(user.get("userName"), &USER_NAME);
        let config = self.options(3, PARAMETER);
        let max_members = config.get("maxMemberCount");
        if !max_members.is_missing() && max_members.as_u32().is_none() {
            self.fail(
                PARAMETER,
                &["maxMemberCount is not a whole number of 0 or more"],
            );
        }
        LoginRequest {
            room_id: room_id.into(),
            token: token.into(),
            user: User {
                id: user_id.into(),
                name: user_name.into(),
            },
            user_update: matches!(config.get("userUpdate"), Value::Bool(true)),
            max_members: max_members.as_u32().unwrap_or(0),
        }
    }

    fn options(&mut self, at: usize, code: Code) -> &'a Value {
        let value = self.arg(at);
        if !matches!(value, Value::Undefined | Value::Map(_)) {
            self.wrong_type(code, "options", "an object", value);
        }
        value
    }

    fn optional_room(&mut self, at: usize) -> Option<&'a str> {
        match self.arg(at) {
            Value::Undefined => None,
            value => Some(self.text(value, &Text::optional("roomID", PARAMETER))),
        }
    }

    /// The first argument of methods that ignore ids they do not know.
    fn any_text(&self) -> &'a str {
        self.arg(0).as_text().unwrap_or_default()
    }

    fn message(&mut self) -> &'a str {
        let text = self.text(self.arg(1), &MESSAGE);
        self.check_length(text);
        text
    }

    fn check_length(&mut self, text: &str) {
        if utf16_units(text) > MAX_MESSAGE {
            self.fail(MESSAGE_TOO_LONG, &[]);
        }
    }

    fn command_content(&mut self) -> CommandContent<&'a str> {
        let value = self.arg(1);
        let json = value.get("json").as_text();
        let text = value.as_text().or(json).unwrap_or_else(|| {
            self.wrong_type(PARAMETER, "message", "a string or a plain object", value);
            ""
        });
        self.check_length(text);
        if json.is_some() {
            CommandContent::Json(text)
        } else {
            CommandContent::Text(text)
        }
    }

    fn receivers(&mut self) -> Vec<&'a str> {
        let mut users = Vec::new();
        match self.arg(2) {
            Value::Undefined => {}
            Value::List(list) if list.len() <= MAX_RECEIVERS => {
                for user in list {
                    match user.as_text() {
                        Some(user) => users.push(user),
                        None => self.fail(
                            PARAMETER,
                            &["toUserIDList holds something that is not a string"],
                        ),
                    }
                }
            }
            Value::List(_) => self.fail(PARAMETER, &["toUserIDList has more than 1024 users"]),
            other => self.wrong_type(PARAMETER, "toUserIDList", "an array of strings", other),
        }
        users
    }
}

/// Each character begins with one byte that continues none; one of four bytes is two units.
fn utf16_units(text: &str) -> usize {
    let mut units = 0;
    for byte in text.bytes() {
        units += usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0);
    }
    units
}

fn is_of_id(byte: u8) -> bool {
    matches!(
        byte,
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#'..=b'.' | b';'..=b'>' | b'@' | b'\\' | b'^'..=b'`' | b'~'
    )
}

/// `{code}` or the component's whole event, `{detail: {code}}`.
fn component_code(event: &Value) -> Option<u32> {
    event
        .get("detail")
        .get("code")
        .as_u32()
        .or_else(|| event.get("code").as_u32())
}

fn quality(event: &Value) -> Quality {
    let info = match event.get("detail").get("info") {
        Value::Undefined => event,
        info => info,
    };
    let mut quality = Quality::default();
    for (figure, name) in quality.0.iter_mut().zip(&FIGURES) {
        *figure = info.get(name).as_number().map(String::from);
    }
    quality
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login_code(room: Value, token: Value, user: Value, config: Value) -> u32 {
        parse("loginRoom", &[room, token, user, config]).map_or_else(|e| e.code.0, |_| 0)
    }

    fn user(id: &str) -> Value {
        Value::from([("userID", Value::from(id))])
    }

    #[test]
    fn each_bad_login_argument_has_its_documented_code() {
        let none = Value::Undefined;
        let ok = |room: Value| login_code(room, "t".into(), user("u"), Value::Undefined);
        assert_eq!(ok("r!#$%&'()*+,-.;<=>@\\^_`~".into()), 0);
        assert_eq!(
            [
                ok("".into()),
                ok(Value::from(5)),
                ok("a".repeat(129).as_str().into()),
                ok("a b".into()),
                ok("房".into())
            ],
            [1_002_011, 1_100_001, 1_002_013, 1_002_012, 1_002_012]
        );
        assert_eq!(
            login_code("r".into(), "".into(), user("u"), none.clone()),
            1_100_001
        );
        let by_user = |u: Value| login_code("r".into(), "t".into(), u, Value::Undefined);
        assert_eq!(
            [
                by_user(user("")),
                by_user(user(&"u".repeat(65))),
                by_user(user("a/b")),
                by_user(none.clone())
            ],
            [1_002_005, 1_002_007, 1_002_006, 1_100_001]
        );
        let named =
            |name: Value| by_user(Value::from([("userID", "u".into()), ("userName", name)]));
        assert_eq!(
            [
                named("n".repeat(257).as_str().into()),
                named(Value::from(1)),
                named(none.clone())
            ],
            [1_002_010, 1_100_001, 0]
        );
        let limit = |n: Value| {
            login_code(
                "r".into(),
                "t".into(),
                user("u"),
                Value::from([("maxMemberCount", n)]),
            )
        };
        assert_eq!(
            [
                limit(Value::Number("-1".into())),
                limit(Value::Number("1.5".into())),
                limit(Value::from(2))
            ],
            [1_100_001, 1_100_001, 0]
        );
    }

    #[test]
    fn stream_ids_are_checked_before_anything_is_sent() {
        let code = |method: &str, id: Value| parse(method, &[id]).map_or_else(|e| e.code.0, |_| 0);
        for (method, type_code) in [
            ("startPublishingStream", 1_103_001),
            ("startPlayingStream", 1_104_001),
        ] {
            assert_eq!(code(method, "".into()), 1_000_015);
            assert_eq!(code(method, Value::Undefined), 1_000_015);
            assert_eq!(code(method, "s".repeat(256).as_str().into()), 1_000_014);
            assert_eq!(code(method, "a b".into()), 1_000_016);
            assert_eq!(code(method, Value::from(1)), type_code);
        }
    }

    #[test]
    fn an_inspect_flag_is_0_or_1() {
        let code = |flag: Value| {
            let options = Value::from([("inspectFlag", flag)]);
            parse("startPublishingStream", &["s".into(), options]).map_or_else(|e| e.code.0, |_| 0)
        };
        assert_eq!([code(Value::from(0)), code(Value::from(1))], [0; 2]);
        assert_eq!([code(Value::from(2)), code("1".into())], [1_103_001; 2]);
    }

    #[test]
    fn a_message_counts_utf16_units() {
        let code = |text: &str| {
            parse("sendBroadcastMessage", &["r".into(), text.into()])
                .map_or_else(|e| e.code.0, |_| 0)
        };
        assert_eq!(
            [code(""), code(&"界".repeat(1_024)), code(&"😀".repeat(513))],
            [1_009_001, 0, 1_009_002]
        );
    }

    #[test]
    fn an_error_names_the_limit_or_has_the_text_of_the_table() {
        let message = |method: &str, args: &[Value]| parse(method, args).unwrap_err().message;
        let long = Value::from("k".repeat(129).as_str());
        assert_eq!(
            message("setRoomExtraInfo", &["r".into(), long.clone(), "v".into()]),
            "key is longer than 128 bytes"
        );
        assert_eq!(
            message("setRoomExtraInfo", &["r".into(), "".into(), "v".into()]),
            "key is empty"
        );
        let user = Value::from([("userID", "u".into())]);
        assert_eq!(
            message("loginRoom", &[long, "t".into(), user]),
            "roomID is longer than 128 bytes"
        );
        let to = Value::List(vec!["u".into(), Value::from(1)]);
        assert_eq!(
            message("sendCustomCommand", &["r".into(), "m".into(), to]),
            "toUserIDList holds something that is not a string"
        );
    }

    #[test]
    fn an_error_names_the_argument_and_what_was_found() {
        let error = parse("loginRoom", &[Value::from(true)]).unwrap_err();
        assert_eq!(error.message, "roomID must be a string, not a boolean");
        let error = parse("startMixerTask", &[]).unwrap_err();
        assert_eq!(error, UNSUPPORTED.into());
    }
}
