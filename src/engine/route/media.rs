//! Streams: the calls that publish and play them, what the component reports, and the addresses that the service names.

use crate::engine::cx::Cx;
use crate::engine::error::{
    Code, DISPATCH_ERROR, NOT_LOGGED_IN, PLAY_DUPLICATE, PUBLISH_CDN, PUBLISH_DUPLICATE,
    PUBLISH_PARAMETER, QUEUE_FULL, SOCKET_CLOSED, TIMEOUT,
};
use crate::engine::event::{Event, Quality};
use crate::engine::io::CallId;
use crate::engine::lean::{take_at, take_first};
use crate::engine::link::HttpKey;
use crate::engine::media::Media;
use crate::engine::media_url::{self, Addresses, CdnTemplates, Direction};
use crate::engine::net::Net;
use crate::engine::play::{MAX_PLAYERS, Player};
use crate::engine::publish::{MAX_PUBLISHERS, Publisher};
use crate::engine::room::Room;
use crate::engine::{
    Engine, find_media, find_player, find_publisher, room_named, room_of, session_in,
};
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
                    .is_some_and(|p| !p.media.is_lost()) =>
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
        let key = room.key();
        self.stop_publishing(stream, cx);
        let Some(room) = room_of(&self.rooms, key) else {
            return;
        };
        // As in the vendor's client, once published on the CDN means always.
        self.publish_on_cdn |= cdn;
        let mut publisher = Publisher::new(stream, key, params, extra_info, call, cx);
        let cdn = self.publish_on_cdn.then_some(&self.cdn);
        if !find_address(&mut publisher.media, room, cdn, &mut self.net, cx) {
            let code = if self.publish_on_cdn {
                PUBLISH_CDN
            } else {
                SOCKET_CLOSED
            };
            cx.refuse(call, code);
            return;
        }
        self.publishers.push(publisher);
    }

    pub(in crate::engine) fn stop_publishing(&mut self, stream: &str, cx: &mut Cx<'_>) -> bool {
        let found = take_first(&mut self.publishers, |p| p.media.stream_id == stream);
        let Some(mut publisher) = found else {
            return false;
        };
        let room = room_of(&self.rooms, publisher.media.room);
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
        let mut player = Player::new(stream, room.key(), params, call, cx);
        let templates = cdn.then_some(&self.cdn);
        if !find_address(&mut player.media, room, templates, &mut self.net, cx) {
            player.fail(if cdn { DISPATCH_ERROR } else { SOCKET_CLOSED }, cx);
        }
        self.players.push(player);
    }

    pub(in crate::engine) fn next_url(&mut self, stream: &str, cx: &mut Cx<'_>) -> String {
        if let Some(publisher) = find_publisher(&mut self.publishers, stream) {
            return publisher.next_url(session_in(&self.rooms, publisher.media.room), cx);
        }
        match find_player(&mut self.players, stream) {
            Some(player) => player.next_url(session_in(&self.rooms, player.media.room), cx),
            None => String::new(),
        }
    }

    pub(in crate::engine) fn handle_component(&mut self, stream: &str, code: u32, cx: &mut Cx<'_>) {
        let publisher = self
            .publishers
            .iter()
            .position(|p| p.media.stream_id == stream);
        let player = find_player(&mut self.players, stream);
        match (code, publisher, player) {
            (PUSHED, Some(at), _) => {
                let Some(publisher) = self.publishers.get_mut(at) else {
                    return;
                };
                if let Some(room) = room_of(&self.rooms, publisher.media.room) {
                    publisher.handle_pushed(room, &mut self.net, cx);
                }
            }
            (PUSH_FAILED, Some(at), _) => {
                let Some(publisher) = self.publishers.get_mut(at) else {
                    return;
                };
                let room = room_of(&self.rooms, publisher.media.room);
                if publisher.keep_without_media(room.is_some_and(Room::is_online), cx) {
                    return;
                }
                publisher.handle_push_failed(room, &mut self.net, cx);
                take_at(&mut self.publishers, at);
            }
            (PLAYED, _, Some(player)) => player.handle_played(cx),
            (PLAY_FAILED, _, Some(player)) => {
                let room = room_of(&self.rooms, player.media.room);
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
        let media = find_media(&mut self.publishers, &mut self.players, &|media| {
            media.stream_id == stream
        });
        let Some(media) = media else {
            return;
        };
        let joined = if self.is_ios {
            media.figures.join(quality, cx.now.mono)
        } else {
            Some(quality)
        };
        let is_published = media.direction == Direction::Push;
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
        result: &Result<(i32, Vec<u8>), Code>,
        cx: &mut Cx<'_>,
    ) {
        let hosts = match result {
            Ok((_, body)) => media_url::parse_dispatch(body),
            Err(TIMEOUT) => Err(DISPATCH_ERROR),
            Err(code) => Err(*code),
        };
        match hosts {
            Ok(hosts) => {
                let media = find_media(&mut self.publishers, &mut self.players, &|media| {
                    media.waits_for(key)
                });
                if let Some(media) = media {
                    let addresses = Addresses::on_hosts(hosts, self.net.app_id, &media.stream_id);
                    media.set_addresses(addresses, session_in(&self.rooms, media.room), cx);
                }
            }
            Err(code) => self.handle_no_address(key, code, cx),
        }
    }

    /// A request for addresses failed.
    fn handle_no_address(&mut self, key: HttpKey, code: Code, cx: &mut Cx<'_>) {
        if let Some(player) = self.players.iter_mut().find(|p| p.media.waits_for(key)) {
            player.handle_no_address(code, cx);
            return;
        }
        let mut publishers = self.publishers.iter_mut();
        let Some(at) = publishers.position(|p| p.media.waits_for(key)) else {
            return;
        };
        let Some(publisher) = self.publishers.get_mut(at) else {
            return;
        };
        if publisher.media.is_dispatching() {
            publisher.fail(code, cx);
        } else if publisher.media.tries_again(cx) {
            return;
        } else {
            let room = room_of(&self.rooms, publisher.media.room);
            publisher.fail_renewal(room, &mut self.net, cx);
        }
        take_at(&mut self.publishers, at);
    }
}

/// Takes the address of a stream from the templates of the CDN, if there are some, or asks the service for it. Returns false
/// if neither is possible.
#[inline(never)]
fn find_address(
    media: &mut Media,
    room: &Room,
    cdn: Option<&CdnTemplates>,
    net: &mut Net,
    cx: &mut Cx<'_>,
) -> bool {
    let Some(cdn) = cdn else {
        let request = request_address(media, room, net, cx);
        return request.map(|key| media.set_request(key)).is_some();
    };
    let Some(template) = cdn.get(media.direction) else {
        return false;
    };
    let addresses = Addresses::on_cdn(template, &media.stream_id);
    media.set_addresses(addresses, room.user_session_id(), cx);
    true
}

/// Asks the service where to push a stream to or pull it from. `None` if it could not be asked.
#[inline(never)]
pub(super) fn request_address(
    media: &Media,
    room: &Room,
    net: &mut Net,
    cx: &mut Cx<'_>,
) -> Option<HttpKey> {
    let path = media_url::dispatch_path(
        net.app_id,
        &media.stream_id,
        media.direction,
        net.link.outer_ip(),
    );
    let app_id = net.app_id.to_string();
    let headers = media_url::dispatch_headers(&app_id, &room.request);
    net.link.http_get(&path, &headers, cx)
}
