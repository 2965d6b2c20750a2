//! What a page calls, checked: names and values in, a [`Command`] or an error with a documented code out. Nothing is sent
//! before a call passed these checks.

use super::error::{
    Code, Error, MESSAGE_EMPTY, MESSAGE_TOO_LONG, PARAMETER, PLAY_PARAMETER, PUBLISH_PARAMETER,
    ROOM_ID_CHARACTERS, ROOM_ID_EMPTY, ROOM_ID_TOO_LONG, STREAM_ID_CHARACTERS, STREAM_ID_EMPTY,
    STREAM_ID_TOO_LONG, UNSUPPORTED, USER_ID_CHARACTERS, USER_ID_EMPTY, USER_ID_TOO_LONG,
    USER_NAME_TOO_LONG,
};
use super::event::{CommandContent, Quality, User};
use super::quality::FIGURES;
use super::room::LoginRequest;
use super::value::Value;

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

/// A call that passed the checks.
#[derive(Debug, Clone)]
pub(super) enum Command {
    LoginRoom(LoginRequest),
    LogoutRoom {
        room: Option<String>,
    },
    RenewToken {
        token: String,
        room: Option<String>,
    },
    EnableMultiRoom(bool),
    StartPublishing {
        stream: String,
        room: Option<String>,
        params: String,
        extra_info: String,
        cdn: bool,
    },
    StopPublishing {
        stream: String,
    },
    StartPlaying {
        stream: String,
        params: String,
        cdn: bool,
    },
    StopPlaying {
        stream: String,
    },
    NextUrl {
        stream: String,
    },
    ComponentEvent {
        stream: String,
        code: u32,
    },
    ComponentQuality {
        stream: String,
        quality: Quality,
    },
    SetStreamExtraInfo {
        stream: String,
        text: String,
    },
    Broadcast {
        room: String,
        message: String,
    },
    Barrage {
        room: String,
        message: String,
    },
    Custom {
        room: String,
        content: CommandContent,
        to: Vec<String>,
    },
    SetRoomExtraInfo {
        room: String,
        key: String,
        value: String,
    },
    Destroy,
    Ignore,
    PlayerList,
}

/// Checks a call.
#[inline(never)]
pub(super) fn parse(method: &str, args: &[Value]) -> Result<Command, Error> {
    let arg = |n: usize| args.get(n).unwrap_or(&Value::Undefined);
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
        "updateAudioVolumeNotify" | "setLogConfig" | "setDebugVerbose" => Command::Ignore,
        "setStreamExtraInfo" => match arg(1) {
            Value::Text(text) if !text.is_empty() && text.len() <= MAX_TEXT => {
                Command::SetStreamExtraInfo {
                    stream: stream_id(arg(0), PARAMETER)?,
                    text: text.clone(),
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
        "getPlayerList" => Command::PlayerList,
        "destroyEngine" => Command::Destroy,
        _ => return Err(unsupported(method)),
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
        Value::Undefined => String::new(),
        Value::Text(name) if name.len() <= MAX_USER_NAME => name.clone(),
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
        room_id,
        token,
        user: User {
            id: user_id,
            name: user_name,
        },
        user_update: matches!(config.get("userUpdate"), Value::Bool(true)),
        max_members,
    })
}

fn token(value: &Value) -> Result<String, Error> {
    match value {
        Value::Text(token) if !token.is_empty() && token.len() <= MAX_TEXT => Ok(token.clone()),
        Value::Text(_) => Err(Error::with(
            PARAMETER,
            "token is empty or longer than 65536 bytes",
        )),
        other => Err(wrong_type(PARAMETER, "token", "a string", other)),
    }
}

/// An id with the codes for empty, too long and characters.
fn id(
    value: &Value,
    name: &str,
    type_code: Code,
    codes: [Code; 3],
    limit: usize,
) -> Result<String, Error> {
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
        None => Ok(id.clone()),
        Some(c) => Err(Error::with(
            characters,
            [
                name,
                " may not contain \"",
                c.encode_utf8(&mut [0; 4]),
                "\"",
            ]
            .concat(),
        )),
    }
}

fn is_id_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || u8::try_from(c).is_ok_and(|byte| ID_PUNCTUATION.contains(&byte))
}

fn stream_id(value: &Value, type_code: Code) -> Result<String, Error> {
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

fn option_text(options: &Value, name: &str, code: Code) -> Result<String, Error> {
    match options.get(name) {
        Value::Undefined => Ok(String::new()),
        Value::Text(text) if text.len() <= MAX_TEXT => Ok(text.clone()),
        Value::Text(_) => Err(Error::with(
            code,
            [name, " is longer than 65536 bytes"].concat(),
        )),
        other => Err(wrong_type(code, name, "a string", other)),
    }
}

fn optional_text(value: &Value, name: &str) -> Result<Option<String>, Error> {
    match value {
        Value::Undefined => Ok(None),
        Value::Text(text) => Ok(Some(text.clone())),
        other => Err(wrong_type(PARAMETER, name, "a string", other)),
    }
}

/// For methods that ignore ids they do not know.
fn any_text(value: &Value) -> String {
    value.as_text().unwrap_or_default().into()
}

fn message_room(value: &Value) -> Result<String, Error> {
    match value {
        Value::Text(room) if !room.is_empty() => Ok(room.clone()),
        Value::Text(_) => Err(Error::with(PARAMETER, "roomID is empty")),
        other => Err(wrong_type(PARAMETER, "roomID", "a string", other)),
    }
}

fn message(value: &Value) -> Result<String, Error> {
    match value {
        Value::Text(text) if text.is_empty() => Err(MESSAGE_EMPTY.into()),
        Value::Text(text) => check_length(text).map(|()| text.clone()),
        other => Err(wrong_type(PARAMETER, "message", "a string", other)),
    }
}

fn check_length(text: &str) -> Result<(), Error> {
    if text.encode_utf16().count() > MAX_MESSAGE {
        Err(MESSAGE_TOO_LONG.into())
    } else {
        Ok(())
    }
}

fn command_content(value: &Value) -> Result<CommandContent, Error> {
    let content = match (value, value.get("json")) {
        (Value::Text(text), _) => CommandContent::Text(text.clone()),
        (Value::Map(_), Value::Text(json)) => CommandContent::Json(json.clone()),
        (other, _) => {
            return Err(wrong_type(
                PARAMETER,
                "message",
                "a string or a plain object",
                other,
            ));
        }
    };
    let (CommandContent::Text(text) | CommandContent::Json(text)) = &content;
    check_length(text)?;
    Ok(content)
}

fn receivers(value: &Value) -> Result<Vec<String>, Error> {
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
    let texts = list.iter().map(|user| user.as_text().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or_else(|| {
        Error::with(
            PARAMETER,
            "toUserIDList holds something that is not a string",
        )
    })
}

fn limited(value: &Value, name: &str, limit: usize) -> Result<String, Error> {
    match value {
        Value::Text(text) if !text.is_empty() && text.len() <= limit => Ok(text.clone()),
        Value::Text(_) => Err(Error::with(
            PARAMETER,
            [name, " is empty or too long"].concat(),
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
        [name, " must be ", wanted, ", not ", got.type_name()].concat(),
    )
}

fn unsupported(method: &str) -> Error {
    Error::with(
        UNSUPPORTED,
        [method, " is not available in Alipay mini programs"].concat(),
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
        assert_eq!(
            (error.code, error.message.as_str()),
            (
                UNSUPPORTED,
                "startMixerTask is not available in Alipay mini programs"
            )
        );
    }
}
