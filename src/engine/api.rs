//! What a page calls, checked: names and values in, a [`Command`] or an error with a documented code out. Nothing is sent
//! before a call passed these checks.

use super::error::{
    Code, Error, MESSAGE_EMPTY, MESSAGE_TOO_LONG, PARAMETER, PLAY_PARAMETER, PUBLISH_PARAMETER,
    ROOM_ID_CHARACTERS, ROOM_ID_EMPTY, ROOM_ID_TOO_LONG, STREAM_ID_CHARACTERS, STREAM_ID_EMPTY,
    STREAM_ID_TOO_LONG, UNSUPPORTED, USER_ID_CHARACTERS, USER_ID_EMPTY, USER_ID_TOO_LONG,
    USER_NAME_TOO_LONG,
};
use super::event::{CommandContent, Quality, User};
use super::lean::joined;
use super::quality::FIGURES;
use super::room::LoginRequest;
use super::value::Value;
use alloc::vec::Vec;

/// Longest roomID, in bytes.
pub(super) const MAX_ROOM_ID: usize = 128;
/// Longest userID, in bytes.
pub(super) const MAX_USER_ID: usize = 64;
/// Longest userName, in bytes.
pub(super) const MAX_USER_NAME: usize = 256;
/// Longest streamID, in bytes.
pub(super) const MAX_STREAM_ID: usize = 255;
/// Longest message, in UTF-16 units.
pub(super) const MAX_MESSAGE: usize = 1_024;
/// Longest key of a room extra info, in bytes.
pub(super) const MAX_EXTRA_INFO_KEY: usize = 128;
/// Longest value of a room extra info, in bytes.
pub(super) const MAX_EXTRA_INFO_VALUE: usize = 4_096;
/// Longest token, and longest of the other texts whose length the service does not limit, in bytes.
pub(super) const MAX_TEXT: usize = 65_536;
/// Receivers of one custom command.
pub(super) const MAX_RECEIVERS: usize = 1_024;

const ID_PUNCTUATION: &[u8] = b"!#$%&'()*+,-.;<=>@\\^_`~";

/// A call that passed the checks. Its texts are those of the page.
#[derive(Debug, Clone)]
pub(super) enum Command<'a> {
    LoginRoom(LoginRequest),
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
    let arg = |n: usize| -> &'a Value { args.get(n).unwrap_or(&Value::Undefined) };
    Ok(match method {
        "loginRoom" => Command::LoginRoom(login(arg(0), arg(1), arg(2), arg(3))?),
        "logoutRoom" => Command::LogoutRoom {
            room: optional_text(arg(0), "roomID")?,
        },
        "renewToken" => Command::RenewToken {
            token: token(arg(0))?,
            room: optional_text(arg(1), "roomID")?,
        },
        "enableMultiRoom" => match arg(0) {
            Value::Bool(enable) => Command::EnableMultiRoom(*enable),
            other => return Err(wrong_type(PARAMETER, "enable", "a boolean", other)),
        },
        "startPublishingStream" => {
            let options = options(arg(1), PUBLISH_PARAMETER)?;
            let member = |name| option_text(options, name, PUBLISH_PARAMETER);
            let room = member("roomID")?;
            inspect_flag(options.get("inspectFlag"))?;
            Command::StartPublishing {
                stream: stream_id(arg(0), PUBLISH_PARAMETER)?,
                room: Some(room).filter(|r| !r.is_empty()),
                params: member("streamParams")?,
                extra_info: member("extraInfo")?,
                cdn: member("sourceType")? == "CDN",
            }
        }
        "startPlayingStream" => {
            let options = options(arg(1), PLAY_PARAMETER)?;
            let source = option_text(options, "sourceType", PLAY_PARAMETER)?;
            let is_mix = matches!(options.get("isMix"), Value::Bool(true));
            Command::StartPlaying {
                stream: stream_id(arg(0), PLAY_PARAMETER)?,
                params: option_text(options, "streamParams", PLAY_PARAMETER)?,
                cdn: source == "CDN" || (is_mix && source != "BGP"),
            }
        }
        "stopPublishingStream" => Command::StopPublishing {
            stream: any_text(arg(0)),
        },
        "stopPlayingStream" => Command::StopPlaying {
            stream: any_text(arg(0)),
        },
        "getNextUrl" => Command::NextUrl {
            stream: any_text(arg(0)),
        },
        "updatePlayerState" => match component_code(arg(1)) {
            Some(code) => Command::ComponentEvent {
                stream: any_text(arg(0)),
                code,
            },
            None => Command::Ignore,
        },
        "updatePlayerNetStatus" => Command::ComponentQuality {
            stream: any_text(arg(0)),
            quality: quality(arg(1)),
        },
        "setStreamExtraInfo" => match arg(1) {
            Value::Text(text) if !text.is_empty() && text.len() <= MAX_TEXT => {
                Command::SetStreamExtraInfo {
                    stream: stream_id(arg(0), PARAMETER)?,
                    text,
                }
            }
            Value::Text(_) => {
                return Err(Error::with(
                    PARAMETER,
                    "extraInfo is empty or longer than 65536 bytes",
                ));
            }
            other => return Err(wrong_type(PARAMETER, "extraInfo", "a string", other)),
        },
        "sendBroadcastMessage" => Command::Broadcast {
            room: message_room(arg(0))?,
            message: message(arg(1))?,
        },
        "sendBarrageMessage" => Command::Barrage {
            room: message_room(arg(0))?,
            message: message(arg(1))?,
        },
        "sendCustomCommand" => Command::Custom {
            room: message_room(arg(0))?,
            content: command_content(arg(1))?,
            to: receivers(arg(2))?,
        },
        "setRoomExtraInfo" => Command::SetRoomExtraInfo {
            room: message_room(arg(0))?,
            key: limited(arg(1), "key", MAX_EXTRA_INFO_KEY)?,
            value: limited(arg(2), "value", MAX_EXTRA_INFO_VALUE)?,
        },
        "destroyEngine" => Command::Destroy,
        _ => return Err(UNSUPPORTED.into()),
    })
}

fn login(
    room: &Value,
    token_value: &Value,
    user: &Value,
    config: &Value,
) -> Result<LoginRequest, Error> {
    let room_id = id(
        room,
        "roomID",
        PARAMETER,
        [ROOM_ID_EMPTY, ROOM_ID_TOO_LONG, ROOM_ID_CHARACTERS],
        MAX_ROOM_ID,
    )?;
    let token = token(token_value)?;
    let Value::Map(_) = user else {
        return Err(wrong_type(
            PARAMETER,
            "user",
            "an object {userID, userName}",
            user,
        ));
    };
    let user_id = id(
        user.get("userID"),
        "userID",
        PARAMETER,
        [USER_ID_EMPTY, USER_ID_TOO_LONG, USER_ID_CHARACTERS],
        MAX_USER_ID,
    )?;
    let user_name = match user.get("userName") {
        Value::Undefined => "",
        Value::Text(name) if name.len() <= MAX_USER_NAME => name,
        Value::Text(_) => return Err(USER_NAME_TOO_LONG.into()),
        other => return Err(wrong_type(PARAMETER, "userName", "a string", other)),
    };
    let config = options(config, PARAMETER)?;
    let max_members = match config.get("maxMemberCount") {
        Value::Undefined => 0,
        value => value.as_u32().ok_or_else(|| {
            Error::with(
                PARAMETER,
                "maxMemberCount is not a whole number of 0 or more",
            )
        })?,
    };
    Ok(LoginRequest {
        room_id: room_id.into(),
        token: token.into(),
        user: User {
            id: user_id.into(),
            name: user_name.into(),
        },
        user_update: matches!(config.get("userUpdate"), Value::Bool(true)),
        max_members,
    })
}

fn token(value: &Value) -> Result<&str, Error> {
    match value {
        Value::Text(token) if !token.is_empty() && token.len() <= MAX_TEXT => Ok(token),
        Value::Text(_) => Err(Error::with(
            PARAMETER,
            "token is empty or longer than 65536 bytes",
        )),
        other => Err(wrong_type(PARAMETER, "token", "a string", other)),
    }
}

/// An id with the codes for empty, too long and characters.
fn id<'a>(
    value: &'a Value,
    name: &str,
    type_code: Code,
    codes: [Code; 3],
    limit: usize,
) -> Result<&'a str, Error> {
    let [empty, too_long, characters] = codes;
    let Value::Text(id) = value else {
        return Err(wrong_type(type_code, name, "a string", value));
    };
    if id.is_empty() {
        return Err(empty.into());
    }
    if id.len() > limit {
        return Err(too_long.into());
    }
    match id.chars().find(|c| !is_id_character(*c)) {
        None => Ok(id),
        Some(c) => Err(Error::with(
            characters,
            joined(&[
                name,
                " may not contain \"",
                c.encode_utf8(&mut [0; 4]),
                "\"",
            ]),
        )),
    }
}

fn is_id_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || u8::try_from(c).is_ok_and(|byte| ID_PUNCTUATION.contains(&byte))
}

fn stream_id(value: &Value, type_code: Code) -> Result<&str, Error> {
    if value.is_missing() {
        return Err(STREAM_ID_EMPTY.into());
    }
    id(
        value,
        "streamID",
        type_code,
        [STREAM_ID_EMPTY, STREAM_ID_TOO_LONG, STREAM_ID_CHARACTERS],
        MAX_STREAM_ID,
    )
}

fn options(value: &Value, code: Code) -> Result<&Value, Error> {
    match value {
        Value::Undefined | Value::Map(_) => Ok(value),
        other => Err(wrong_type(code, "options", "an object", other)),
    }
}

fn option_text<'a>(options: &'a Value, name: &str, code: Code) -> Result<&'a str, Error> {
    match options.get(name) {
        Value::Undefined => Ok(""),
        Value::Text(text) if text.len() <= MAX_TEXT => Ok(text),
        Value::Text(_) => Err(Error::with(
            code,
            joined(&[name, " is longer than 65536 bytes"]),
        )),
        other => Err(wrong_type(code, name, "a string", other)),
    }
}

/// Whether the service may inspect the stream. Checked as documented, without effect: no request of the Alipay client carries it.
fn inspect_flag(value: &Value) -> Result<(), Error> {
    match value {
        Value::Undefined => Ok(()),
        flag if flag.as_u32().is_some_and(|flag| flag <= 1) => Ok(()),
        _ => Err(Error::with(PUBLISH_PARAMETER, "inspectFlag must be 0 or 1")),
    }
}

fn optional_text<'a>(value: &'a Value, name: &str) -> Result<Option<&'a str>, Error> {
    match value {
        Value::Undefined => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        other => Err(wrong_type(PARAMETER, name, "a string", other)),
    }
}

/// For methods that ignore ids they do not know.
fn any_text(value: &Value) -> &str {
    value.as_text().unwrap_or_default()
}

fn message_room(value: &Value) -> Result<&str, Error> {
    match value {
        Value::Text(room) if !room.is_empty() => Ok(room),
        Value::Text(_) => Err(Error::with(PARAMETER, "roomID is empty")),
        other => Err(wrong_type(PARAMETER, "roomID", "a string", other)),
    }
}

fn message(value: &Value) -> Result<&str, Error> {
    match value {
        Value::Text(text) if !text.is_empty() => check_length(text),
        Value::Undefined | Value::Text(_) => Err(MESSAGE_EMPTY.into()),
        other => Err(wrong_type(PARAMETER, "message", "a string", other)),
    }
}

fn check_length(text: &str) -> Result<&str, Error> {
    if text.encode_utf16().count() > MAX_MESSAGE {
        Err(MESSAGE_TOO_LONG.into())
    } else {
        Ok(text)
    }
}

fn command_content(value: &Value) -> Result<CommandContent<&str>, Error> {
    match (value, value.get("json")) {
        (Value::Text(text), _) => check_length(text).map(CommandContent::Text),
        (Value::Map(_), Value::Text(json)) => check_length(json).map(CommandContent::Json),
        (other, _) => Err(wrong_type(
            PARAMETER,
            "message",
            "a string or a plain object",
            other,
        )),
    }
}

fn receivers(value: &Value) -> Result<Vec<&str>, Error> {
    let list = match value {
        Value::Undefined => return Ok(Vec::new()),
        Value::List(list) if list.len() <= MAX_RECEIVERS => list,
        Value::List(_) => {
            return Err(Error::with(
                PARAMETER,
                "toUserIDList has more than 1024 users",
            ));
        }
        other => {
            return Err(wrong_type(
                PARAMETER,
                "toUserIDList",
                "an array of strings",
                other,
            ));
        }
    };
    let mut users = Vec::with_capacity(list.len());
    for user in list {
        users.push(user.as_text().ok_or_else(|| {
            Error::with(
                PARAMETER,
                "toUserIDList holds something that is not a string",
            )
        })?);
    }
    Ok(users)
}

fn limited<'a>(value: &'a Value, name: &str, limit: usize) -> Result<&'a str, Error> {
    match value {
        Value::Text(text) if !text.is_empty() && text.len() <= limit => Ok(text),
        Value::Text(_) => Err(Error::with(
            PARAMETER,
            joined(&[name, " is empty or too long"]),
        )),
        other => Err(wrong_type(PARAMETER, name, "a string", other)),
    }
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
    Quality(FIGURES.map(|name| info.get(name).as_number()))
}

fn wrong_type(code: Code, name: &str, wanted: &str, got: &Value) -> Error {
    Error::with(
        code,
        joined(&[name, " must be ", wanted, ", not ", got.type_name()]),
    )
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
                limit(Value::Number(-1.0)),
                limit(Value::Number(1.5)),
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
    fn an_error_names_the_argument_and_what_was_found() {
        let error = parse("loginRoom", &[Value::from(true)]).unwrap_err();
        assert_eq!(error.message, "roomID must be a string, not a boolean");
        let error = parse("startMixerTask", &[]).unwrap_err();
        assert_eq!(error, UNSUPPORTED.into());
    }
}
