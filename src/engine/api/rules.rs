//! What is asked of the arguments that a page passes: their limits, and the codes of the errors.

use crate::engine::error::{
    Code, MESSAGE_EMPTY, PARAMETER, PLAY_PARAMETER, PUBLISH_PARAMETER, ROOM_ID_CHARACTERS,
    ROOM_ID_EMPTY, ROOM_ID_TOO_LONG, STREAM_ID_CHARACTERS, STREAM_ID_EMPTY, STREAM_ID_TOO_LONG,
    USER_ID_CHARACTERS, USER_ID_EMPTY, USER_ID_TOO_LONG, USER_NAME_TOO_LONG,
};

/// Longest roomID, in bytes.
const MAX_ROOM_ID: usize = 128;
/// Longest userID, in bytes.
const MAX_USER_ID: usize = 64;
/// Longest userName, in bytes.
const MAX_USER_NAME: usize = 256;
/// Longest streamID, in bytes.
const MAX_STREAM_ID: usize = 255;
/// Longest message, in UTF-16 units.
pub(super) const MAX_MESSAGE: usize = 1_024;
/// Longest key of a room extra info, in bytes.
const MAX_EXTRA_INFO_KEY: usize = 128;
/// Longest value of a room extra info, in bytes.
const MAX_EXTRA_INFO_VALUE: usize = 4_096;
/// Longest token, and longest of the other texts whose length the service does not limit, in bytes.
const MAX_TEXT: usize = 65_536;
/// Receivers of one custom command.
pub(super) const MAX_RECEIVERS: usize = 1_024;

/// What is asked of a text.
pub(super) struct Text {
    pub(super) name: &'static str,
    /// Of another type, and whatever has no code of its own.
    pub(super) code: Code,
    pub(super) missing: Missing,
    pub(super) empty: Option<Code>,
    /// In bytes.
    pub(super) limit: usize,
    pub(super) too_long: Option<Code>,
    /// Of an id with a character that is not allowed; any is in other texts.
    pub(super) characters: Option<Code>,
}

/// What it means that a text was left out.
#[derive(PartialEq)]
pub(super) enum Missing {
    Wrong,
    Empty,
    Fine,
}

impl Text {
    /// A text that has to be there, of a limited length.
    pub(super) const fn needed(name: &'static str, limit: usize) -> Self {
        Self {
            name,
            code: PARAMETER,
            missing: Missing::Wrong,
            empty: Some(PARAMETER),
            limit,
            too_long: None,
            characters: None,
        }
    }

    pub(super) const fn optional(name: &'static str, code: Code) -> Self {
        Self {
            code,
            missing: Missing::Fine,
            empty: None,
            ..Self::needed(name, MAX_TEXT)
        }
    }

    const fn stream_id(code: Code) -> Self {
        Self {
            code,
            missing: Missing::Empty,
            empty: Some(STREAM_ID_EMPTY),
            too_long: Some(STREAM_ID_TOO_LONG),
            characters: Some(STREAM_ID_CHARACTERS),
            ..Self::needed("streamID", MAX_STREAM_ID)
        }
    }
}

pub(super) const ROOM_ID: Text = Text {
    empty: Some(ROOM_ID_EMPTY),
    too_long: Some(ROOM_ID_TOO_LONG),
    characters: Some(ROOM_ID_CHARACTERS),
    ..Text::needed("roomID", MAX_ROOM_ID)
};
pub(super) const USER_ID: Text = Text {
    empty: Some(USER_ID_EMPTY),
    too_long: Some(USER_ID_TOO_LONG),
    characters: Some(USER_ID_CHARACTERS),
    ..Text::needed("userID", MAX_USER_ID)
};
pub(super) const USER_NAME: Text = Text {
    limit: MAX_USER_NAME,
    too_long: Some(USER_NAME_TOO_LONG),
    ..Text::optional("userName", PARAMETER)
};
pub(super) const MESSAGE: Text = Text {
    missing: Missing::Empty,
    empty: Some(MESSAGE_EMPTY),
    ..Text::needed("message", usize::MAX)
};
/// Of a room that the user is in; any other is unknown anyway.
pub(super) const KNOWN_ROOM: Text = Text::needed("roomID", usize::MAX);
pub(super) const TOKEN: Text = Text::needed("token", MAX_TEXT);
pub(super) const EXTRA_INFO: Text = Text::needed("extraInfo", MAX_TEXT);
pub(super) const KEY: Text = Text::needed("key", MAX_EXTRA_INFO_KEY);
pub(super) const VALUE: Text = Text::needed("value", MAX_EXTRA_INFO_VALUE);
pub(super) const STREAM_ID: Text = Text::stream_id(PARAMETER);
pub(super) const PUBLISHED: Text = Text::stream_id(PUBLISH_PARAMETER);
pub(super) const PLAYED: Text = Text::stream_id(PLAY_PARAMETER);
