//! Streams: the calls that publish and play them, what the component reports, and the addresses that the service names.

use crate::engine::cx::Cx;
use crate::engine::error::{
    self, Code, NOT_LOGGED_IN, PLAY_DUPLICATE, PUBLISH_CDN, PUBLISH_DUPLICATE, PUBLISH_PARAMETER,
    QUEUE_FULL, TIMEOUT,
};
use crate::engine::event::{Event, Quality};
use crate::engine::io::CallId;
use crate::engine::link::HttpKey;
use crate::engine::media_url::{self, Addresses, Direction};
use crate::engine::net::Net;
use crate::engine::play::{MAX_PLAYERS, Player};
use crate::engine::publish::{MAX_PUBLISHERS, Publisher};
use crate::engine::renewal;
use crate::engine::room::{LoginRequest, Room};
use crate::engine::{Engine, find_player, find_publisher, room_named, room_of, session_in};
use alloc::{string::String, string::ToString, vec::Vec};

/// Codes of the component's `onRtmpEvent`.
const PUSHED: u32 = 3800;
const PUSH_FAILED: u32 = 3801;
const PLAYED: u32 = 3802;
const PLAY_FAILED: u32 = 3803;

impl Engine {
    #[allow(clippy::too_many_arguments)]
    pub(in crate::engine) fn start_publishing(
        &mut self,
        call: CallId,
        stream: &str,
        room_id: Option<&str>,
        params: &str,
        extra_info: &str,
        cdn: bool,
        cx: &mut Cx<'_>,
    ) {
        let room = match room_id {
            Some(id) => room_named(&self.rooms, id),
            None if self.multi_room => None,
            None => self.rooms.first(),
        };
        let refusal = match room {
            None if self.rooms.is_empty() && room_id.is_none() => Some(NOT_LOGGED_IN),
            None => Some(PUBLISH_PARAMETER),
            Some(room) if !room.is_online() => Some(NOT_LOGGED_IN),
            // One that the component lost is the application's to begin anew.
            Some(_)
                if find_publisher(&mut self.publishers, stream)
                    .is_some_and(|p| !renewal::is_media_lost(p.renewal.as_ref())) =>
            {
                Some(PUBLISH_DUPLICATE)
            }
            Some(_) if self.publishers.len() >= MAX_PUBLISHERS => Some(QUEUE_FULL),
            Some(_) => None,
        };
        let (Some(room), None) = (room, refusal) else {
            let code = refusal.unwrap_or(NOT_LOGGED_IN);
            if code == PUBLISH_PARAMETER {
                cx.refuse_with(call, code, "roomID: not in this room");
            } else {
                cx.refuse(call, code);
            }
            return;
        };
        let (key, session) = (room.key(), room.user_session_id());
        self.stop_publishing(stream, cx);
        let Some(room) = room_of(&self.rooms, key) else {
            return;
        };
        // As in the vendor's client, once published on the CDN means always.
        self.publish_on_cdn |= cdn;
        let mut publisher = Publisher::new(stream, key, params, extra_info, call, cx);
        if self.publish_on_cdn {
            match self.cdn.get(Direction::Push) {
                Some(template) => publisher.set_addresses(
                    Addresses::on_cdn(template, &publisher.stream_id),
                    session,
                    cx,
                ),
                None => {
                    cx.refuse(call, PUBLISH_CDN);
                    return;
                }
            }
        } else {
            let stream = &publisher.stream_id;
            match request_address(&mut self.net, &room.request, stream, Direction::Push, cx) {
                Some(request) => publisher.set_request(request),
                None => {
                    publisher.fail(error::SOCKET_CLOSED, cx);
                    return;
                }
            }
        }
        self.publishers.push(publisher);
    }

    pub(in crate::engine) fn stop_publishing(&mut self, stream: &str, cx: &mut Cx<'_>) -> bool {
        let Some(at) = self.publishers.iter().position(|p| p.stream_id == stream) else {
            return false;
        };
        let publisher = self.publishers.remove(at);
        let room = room_of(&self.rooms, publisher.room);
        publisher.stop(room, &mut self.net, cx);
        true
    }

    pub(in crate::engine) fn start_playing(
        &mut self,
        call: CallId,
        stream: &str,
        params: &str,
        cdn: bool,
        cx: &mut Cx<'_>,
    ) {
        let refusal = match self.rooms.first() {
            Some(room) if room.is_online() => {
                if find_player(&mut self.players, stream).is_some() {
                    Some(PLAY_DUPLICATE)
                } else {
                    (self.players.len() >= MAX_PLAYERS).then_some(QUEUE_FULL)
                }
            }
            _ => Some(NOT_LOGGED_IN),
        };
        let (Some(room), None) = (self.rooms.first(), refusal) else {
            cx.refuse(call, refusal.unwrap_or(NOT_LOGGED_IN));
            return;
        };
        let session = room.user_session_id();
        let mut player = Player::new(stream, room.key(), params, call, cx);
        if cdn {
            match self.cdn.get(Direction::Pull) {
                Some(template) => player.set_addresses(
                    Addresses::on_cdn(template, &player.stream_id),
                    session,
                    cx,
                ),
                None => player.fail(error::DISPATCH_ERROR, cx),
            }
        } else {
            let stream = &player.stream_id;
            match request_address(&mut self.net, &room.request, stream, Direction::Pull, cx) {
                Some(request) => player.set_request(request),
                None => player.fail(error::SOCKET_CLOSED, cx),
            }
        }
        self.players.push(player);
    }

    pub(in crate::engine) fn next_url(&mut self, stream: &str, cx: &mut Cx<'_>) -> String {
        if let Some(publisher) = find_publisher(&mut self.publishers, stream) {
            return publisher.next_url(session_in(&self.rooms, publisher.room), cx);
        }
        match find_player(&mut self.players, stream) {
            Some(player) => player.next_url(session_in(&self.rooms, player.room), cx),
            None => String::new(),
        }
    }

    pub(in crate::engine) fn handle_component(&mut self, stream: &str, code: u32, cx: &mut Cx<'_>) {
        let publisher = self.publishers.iter().position(|p| p.stream_id == stream);
        let player = find_player(&mut self.players, stream);
        match (code, publisher, player) {
            (PUSHED, Some(at), _) => {
                let Some(publisher) = self.publishers.get_mut(at) else {
                    return;
                };
                if let Some(room) = room_of(&self.rooms, publisher.room) {
                    publisher.handle_pushed(room, &mut self.net, cx);
                }
            }
            (PUSH_FAILED, Some(at), _) => {
                let Some(publisher) = self.publishers.get_mut(at) else {
                    return;
                };
                let room = room_of(&self.rooms, publisher.room);
                if publisher.keep_without_media(room.is_some_and(Room::is_online), cx) {
                    return;
                }
                let publisher = self.publishers.remove(at);
                publisher.handle_push_failed(room, &mut self.net, cx);
            }
            (PLAYED, _, Some(player)) => player.handle_played(cx),
            (PLAY_FAILED, _, Some(player)) => {
                let room = room_of(&self.rooms, player.room);
                player.handle_play_failed(room.is_some_and(Room::is_online), cx);
            }
            _ => {}
        }
    }

    pub(in crate::engine) fn handle_quality(
        &mut self,
        stream: &str,
        quality: Quality,
        cx: &mut Cx<'_>,
    ) {
        let publisher = find_publisher(&mut self.publishers, stream);
        let is_published = publisher.is_some();
        let player = find_player(&mut self.players, stream);
        let pairs = publisher.map(|p| &mut p.figures);
        let Some(pairs) = pairs.or(player.map(|p| &mut p.figures)) else {
            return;
        };
        let joined = if self.is_ios {
            pairs.join(quality, cx.now.mono)
        } else {
            Some(quality)
        };
        let stream_id = stream.into();
        match joined {
            Some(quality) if is_published => {
                cx.emit(Event::PublishQualityUpdate { stream_id, quality });
            }
            Some(quality) => cx.emit(Event::PlayQualityUpdate { stream_id, quality }),
            None => {}
        }
    }

    #[inline(never)]
    pub(in crate::engine) fn handle_http(
        &mut self,
        key: HttpKey,
        result: Result<(i32, Vec<u8>), Code>,
        cx: &mut Cx<'_>,
    ) {
        let hosts = result.map_err(|code| {
            if code == TIMEOUT {
                error::DISPATCH_ERROR
            } else {
                code
            }
        });
        let hosts = hosts.and_then(|(_, body)| media_url::parse_dispatch(&body));
        if self.handle_renewed(key, &hosts, cx) {
            return;
        }
        let app_id = self.net.app_id;
        if let Some(at) = self.publishers.iter().position(|p| p.waits_for(key)) {
            match (hosts, self.publishers.get_mut(at)) {
                (Ok(hosts), Some(publisher)) => {
                    let addresses = Addresses::on_hosts(hosts, app_id, &publisher.stream_id);
                    publisher.set_addresses(addresses, session_in(&self.rooms, publisher.room), cx);
                }
                (Err(code), _) => self.publishers.remove(at).fail(code, cx),
                (Ok(_), None) => {}
            }
        } else if let Some(player) = self.players.iter_mut().find(|p| p.waits_for(key)) {
            match hosts {
                Ok(hosts) => {
                    let addresses = Addresses::on_hosts(hosts, app_id, &player.stream_id);
                    player.set_addresses(addresses, session_in(&self.rooms, player.room), cx);
                }
                Err(code) => player.fail(code, cx),
            }
        }
    }
}

/// Asks the service where to push a stream to or pull it from. `None` if it could not be asked.
pub(super) fn request_address(
    net: &mut Net,
    login: &LoginRequest,
    stream: &str,
    direction: Direction,
    cx: &mut Cx<'_>,
) -> Option<HttpKey> {
    let path = media_url::dispatch_path(net.app_id, stream, direction, net.link.outer_ip());
    let app_id = net.app_id.to_string();
    let headers = media_url::dispatch_headers(&app_id, login);
    net.link.http_get(&path, &headers, cx)
}
