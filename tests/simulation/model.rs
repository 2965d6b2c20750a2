//! The reference: what an application that only believes events must be able to conclude. Every event is checked against
//! what was told before.

use std::collections::{BTreeMap, BTreeSet};

use zego_express_alipay::engine::event::{
    CommandContent, Event, PlayerState, PublisherState, RoomReason, RoomState, UpdateType,
};
use zego_express_alipay::engine::{Code, Error};

use crate::faults::REFUSALS;

/// Codes that the room server's rules or the injected refusals put into answers; the engine hands them on as they are.
const SERVICE_CODES: [u32; 7] = [1_010, 1_011, 1_013, 1_020, 2_014, 201_002, 205_035];

/// One room, as told.
#[derive(Debug, Clone, Default)]
pub struct RoomModel {
    pub state: Option<RoomState>,
    reason: Option<RoomReason>,
    awaited_reason: Option<RoomState>,
    was_connected: bool,
    /// userID to userName
    pub users: BTreeMap<String, String>,
    /// streamID to userID and extra info
    pub streams: BTreeMap<String, (String, String)>,
    /// Extra info of the room.
    pub extra: BTreeMap<String, String>,
}

/// Everything told to one application.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub user_id: String,
    pub rooms: BTreeMap<String, RoomModel>,
    pub publishers: BTreeMap<String, PublisherState>,
    pub players: BTreeMap<String, PlayerState>,
    /// Players that failed and were not stopped since: what their components report still counts.
    pub failed: BTreeSet<String>,
    /// Stream whose `getNextUrl` runs.
    pub next_url: Option<String>,
    pub is_multi_room: bool,
    /// Messages received, by room, kind and sender: the newest, and all.
    messages: BTreeMap<(String, &'static str, String), BTreeSet<u64>>,
    /// Streams that may get another address, since a room came back.
    renewable: BTreeSet<String>,
}

impl Model {
    pub fn new(user_id: &str) -> Self {
        Self {
            user_id: user_id.into(),
            ..Self::default()
        }
    }

    pub fn is_connected(&self, room: &str) -> bool {
        self.state(room) == Some(RoomState::Connected)
    }

    pub fn state(&self, room: &str) -> Option<RoomState> {
        self.rooms.get(room).and_then(|room| room.state)
    }

    /// Whether a room is over or never began.
    pub fn is_out(&self, room: &str) -> bool {
        matches!(self.state(room), None | Some(RoomState::Disconnected))
    }

    /// A publish call was rejected: the stream is not published, without an event.
    pub fn publish_rejected(&mut self, stream: &str) {
        self.publishers
            .insert(stream.into(), PublisherState::NoPublish);
    }

    /// Takes an event; the error says what is wrong with it.
    pub fn take(&mut self, event: &Event, is_order_lost: bool) -> Result<(), String> {
        match event {
            Event::RoomStateUpdate {
                room, state, code, ..
            } => {
                check_code(*code)?;
                self.room_state(room, *state)
            }
            Event::RoomStateChanged {
                room, reason, code, ..
            } => {
                check_code(*code)?;
                self.room_reason(room, *reason)
            }
            Event::RoomUserUpdate {
                room,
                update,
                users,
            } => self.users(room, *update, users),
            Event::RoomStreamUpdate {
                room,
                update,
                streams,
                ..
            } => self.streams(room, *update, streams),
            Event::StreamExtraInfoUpdate { room, streams } => {
                let known = &mut self.connected(room)?.streams;
                for stream in streams {
                    let Some((_, extra)) = known.get_mut(&*stream.id) else {
                        return Err(format!("extra info of the unknown stream {}", stream.id));
                    };
                    *extra = stream.extra_info.to_string();
                }
                Ok(())
            }
            Event::RoomExtraInfoUpdate { room, infos } => {
                let extra = &mut self.connected(room)?.extra;
                for info in infos {
                    extra.insert(info.key.clone(), info.value.clone());
                }
                Ok(())
            }
            Event::RoomOnlineUserCountUpdate { .. }
            | Event::TokenWillExpire { .. }
            | Event::PublishQualityUpdate { .. }
            | Event::PlayQualityUpdate { .. } => Ok(()),
            Event::BroadcastMessage { room, messages } => messages.iter().try_for_each(|m| {
                self.message(
                    room,
                    "broadcast",
                    &m.from_user.id,
                    &m.message,
                    is_order_lost,
                )
            }),
            Event::BarrageMessage { room, messages } => messages.iter().try_for_each(|m| {
                self.message(room, "barrage", &m.from_user.id, &m.message, is_order_lost)
            }),
            Event::CustomCommand {
                room,
                from,
                command,
            } => match command {
                CommandContent::Text(text) => {
                    self.message(room, "command", &from.id, text, is_order_lost)
                }
                CommandContent::Json(json) => Err(format!("{json} is no text")),
            },
            Event::PublisherStateUpdate(update) => {
                // A refused stream is reported with the service's own code.
                if !REFUSALS.contains(&update.error_code.0) {
                    check_code(update.error_code)?;
                }
                self.publisher(&update.stream_id, update.state)
            }
            Event::StreamUrlUpdate { stream_id, url, .. } => {
                if !url.starts_with("rtmp://") {
                    return Err(format!("the address of {stream_id} is {url}"));
                }
                if !self.renewable.remove(stream_id) && !self.is_multi_room {
                    return Err(format!("another address of {stream_id} for no reason"));
                }
                Ok(())
            }
            Event::PlayerStateUpdate(update) => {
                check_code(update.error_code)?;
                self.player(&update.stream_id, update.state)?;
                if update.state == PlayerState::NoPlay && update.error_code.0 != 0 {
                    self.failed.insert(update.stream_id.to_string());
                } else {
                    self.failed.remove(&*update.stream_id);
                }
                Ok(())
            }
        }
    }

    /// A message never comes twice, and messages of one sender come in the order in which they were sent.
    fn message(
        &mut self,
        room: &str,
        kind: &'static str,
        sender: &str,
        text: &str,
        is_order_lost: bool,
    ) -> Result<(), String> {
        let number: u64 = text.parse().map_err(|_| format!("message {text:?}"))?;
        let key = (room.to_owned(), kind, sender.to_owned());
        let known = self.messages.entry(key).or_default();
        let newest = known.last().copied().unwrap_or(0);
        if !known.insert(number) {
            return Err(format!("{kind} message {number} of {sender} came twice"));
        }
        if number < newest && !is_order_lost {
            return Err(format!(
                "{kind} message {number} of {sender} came after {newest}"
            ));
        }
        Ok(())
    }

    fn room_state(&mut self, id: &str, new: RoomState) -> Result<(), String> {
        let room = self.rooms.entry(id.into()).or_default();
        if room.awaited_reason.is_some() {
            return Err(format!("two states of {id} without a reason between them"));
        }
        let allowed = matches!(
            (room.state, new),
            (None | Some(RoomState::Disconnected), RoomState::Connecting)
                | (
                    Some(RoomState::Connecting),
                    RoomState::Connected | RoomState::Disconnected
                )
                | (
                    Some(RoomState::Connected),
                    RoomState::Connecting | RoomState::Disconnected
                )
        );
        if !allowed {
            return Err(format!("{id} goes from {:?} to {new:?}", room.state));
        }
        room.state = Some(new);
        room.awaited_reason = Some(new);
        if new == RoomState::Disconnected {
            let before = core::mem::take(room);
            room.state = before.state;
            room.awaited_reason = before.awaited_reason;
            room.was_connected = before.was_connected;
            self.players.clear();
            self.failed.clear();
        }
        Ok(())
    }

    fn room_reason(&mut self, id: &str, reason: RoomReason) -> Result<(), String> {
        let room = self.rooms.entry(id.into()).or_default();
        let state = room.awaited_reason.take();
        let fits = match reason {
            RoomReason::Logining => state == Some(RoomState::Connecting),
            RoomReason::Reconnecting => state == Some(RoomState::Connecting) && room.was_connected,
            RoomReason::Logined => state == Some(RoomState::Connected) && !room.was_connected,
            RoomReason::Reconnected => state == Some(RoomState::Connected) && room.was_connected,
            RoomReason::LoginFailed => {
                state == Some(RoomState::Disconnected) && !room.was_connected
            }
            RoomReason::ReconnectFailed => {
                state == Some(RoomState::Disconnected) && room.was_connected
            }
            RoomReason::KickOut | RoomReason::Logout => state == Some(RoomState::Disconnected),
        };
        if !fits {
            return Err(format!("{reason:?} of {id} with the state {state:?}"));
        }
        match state {
            Some(RoomState::Connected) => {
                if room.was_connected {
                    let publishers = self.publishers.keys();
                    self.renewable = publishers.chain(self.players.keys()).cloned().collect();
                }
                room.was_connected = true;
            }
            Some(RoomState::Disconnected) => room.was_connected = false,
            _ => {}
        }
        room.reason = Some(reason);
        Ok(())
    }

    fn users(
        &mut self,
        room: &str,
        update: UpdateType,
        users: &[zego_express_alipay::engine::event::User],
    ) -> Result<(), String> {
        let own = self.user_id.clone();
        let known = &mut self.connected(room)?.users;
        for user in users {
            if *user.id == *own {
                return Err("the own user in a user update".into());
            }
            let before = match update {
                UpdateType::Add => known.insert(user.id.to_string(), user.name.to_string()),
                UpdateType::Delete => known.remove(&*user.id),
            };
            check_update(update, before.is_some(), &user.id)?;
        }
        Ok(())
    }

    fn streams(
        &mut self,
        room: &str,
        update: UpdateType,
        streams: &[zego_express_alipay::engine::event::Stream],
    ) -> Result<(), String> {
        let own = self.user_id.clone();
        let known = &mut self.connected(room)?.streams;
        for stream in streams {
            if *stream.user.id == *own {
                return Err("an own stream in a stream update".into());
            }
            let before = match update {
                UpdateType::Add => known.insert(
                    stream.id.to_string(),
                    (stream.user.id.to_string(), stream.extra_info.to_string()),
                ),
                UpdateType::Delete => known.remove(&*stream.id),
            };
            check_update(update, before.is_some(), &stream.id)?;
        }
        Ok(())
    }

    fn publisher(&mut self, stream: &str, new: PublisherState) -> Result<(), String> {
        use PublisherState::{NoPublish, PublishRequesting, Publishing};
        let old = self.publishers.insert(stream.into(), new);
        let by_url = self.next_url.as_deref() == Some(stream);
        let allowed = match (old, new) {
            (None | Some(NoPublish), PublishRequesting) => true,
            (Some(Publishing), PublishRequesting) => by_url || self.renewable.contains(stream),
            (Some(PublishRequesting), PublishRequesting) => by_url,
            (Some(PublishRequesting | Publishing), Publishing) => true,
            (_, NoPublish) => old.is_some(),
            (None | Some(NoPublish), Publishing) => false,
        };
        if allowed {
            Ok(())
        } else {
            Err(format!(
                "publisher of {stream} goes from {old:?} to {new:?}"
            ))
        }
    }

    fn player(&mut self, stream: &str, new: PlayerState) -> Result<(), String> {
        use PlayerState::{NoPlay, PlayRequesting, Playing};
        let old = self.players.insert(stream.into(), new);
        let by_url = self.next_url.as_deref() == Some(stream);
        let allowed = match (old, new) {
            (None | Some(NoPlay), PlayRequesting) => true,
            (Some(Playing), PlayRequesting) => by_url || self.renewable.contains(stream),
            (Some(PlayRequesting), PlayRequesting) => by_url,
            (Some(PlayRequesting | Playing), Playing | NoPlay) => true,
            // With the end of a room its players are over without an event; which those are the application cannot know.
            (None, Playing | NoPlay) => self.is_multi_room,
            (Some(NoPlay), Playing | NoPlay) => self.failed.contains(stream),
        };
        if allowed {
            Ok(())
        } else {
            Err(format!("player of {stream} goes from {old:?} to {new:?}"))
        }
    }

    fn connected(&mut self, room: &str) -> Result<&mut RoomModel, String> {
        match self.rooms.get_mut(room) {
            Some(model) if model.state == Some(RoomState::Connected) => Ok(model),
            other => Err(format!(
                "news of {room} in the state {:?}",
                other.and_then(|room| room.state)
            )),
        }
    }
}

/// Whether a call may be rejected like this.
pub fn check_error(error: &Error) -> Result<(), String> {
    if error.code.0 == 0 {
        return Err("rejected with code 0".into());
    }
    check_code(error.code)
}

fn check_code(code: Code) -> Result<(), String> {
    if code.info().is_some() || SERVICE_CODES.contains(&code.0) {
        Ok(())
    } else {
        Err(format!("code {} is not documented", code.0))
    }
}

fn check_update(update: UpdateType, was_known: bool, id: &str) -> Result<(), String> {
    match update {
        UpdateType::Add if was_known => Err(format!("ADD of {id}, which is known")),
        UpdateType::Delete if !was_known => Err(format!("DELETE of {id}, which is unknown")),
        _ => Ok(()),
    }
}
