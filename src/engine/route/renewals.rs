//! Other addresses for streams after an outage.

use crate::engine::cx::Cx;
use crate::engine::error::{Code, DISPATCH_ERROR, PLAY_NOT_FOUND};
use crate::engine::link::HttpKey;
use crate::engine::media_url::{Addresses, Direction};
use crate::engine::net::Net;
use crate::engine::renewal::{Renewal, Task};
use crate::engine::room::Room;
use crate::engine::time::Instant;
use crate::engine::{Engine, room_of};
use alloc::{string::String, vec::Vec};

use super::media::request_address;

impl Engine {
    /// When a renewal wants to be woken.
    pub(in crate::engine) fn next_renewal(&self) -> Instant {
        let mut deadline = Instant::NEVER;
        for publisher in &self.publishers {
            deadline = deadline.min(Renewal::deadline(publisher.renewal.as_ref()));
        }
        for player in &self.players {
            deadline = deadline.min(Renewal::deadline(player.renewal.as_ref()));
        }
        deadline
    }

    /// Does what is due.
    pub(in crate::engine) fn handle_renewals(&mut self, cx: &mut Cx<'_>) {
        let (rooms, net, now) = (&self.rooms, &mut self.net, cx.now.mono);
        self.publishers.retain_mut(|publisher| {
            let room = room_of(rooms, publisher.room);
            let room = room.filter(|room| room.is_online());
            let Some(renewal) = &mut publisher.renewal else {
                return true;
            };
            match (renewal.take_due(room.is_some(), now), room) {
                (Some(Task::Ask), Some(room)) if publisher.addresses.is_cdn() => {
                    publisher.give_renewed(room.user_session_id(), cx);
                }
                (Some(Task::Ask), Some(room)) => {
                    let id = &publisher.stream_id;
                    let asked = ask(renewal, room, id, Direction::Push, net, cx);
                    if !asked {
                        publisher.fail_renewal(Some(room), net, cx);
                        return false;
                    }
                }
                (Some(Task::GiveUpWaiting), Some(room)) => {
                    return publisher.end_renewal(room, net, cx);
                }
                _ => {}
            }
            true
        });
        for player in &mut self.players {
            let room = room_of(rooms, player.room);
            let room = room.filter(|room| room.is_online());
            let Some(renewal) = &mut player.renewal else {
                continue;
            };
            match (renewal.take_due(room.is_some(), now), room) {
                (Some(Task::Ask), Some(room)) if player.addresses.is_cdn() => {
                    player.give_renewed(room.user_session_id(), cx);
                }
                (Some(Task::Ask), Some(room)) => {
                    let asked = ask(renewal, room, &player.stream_id, Direction::Pull, net, cx);
                    if !asked {
                        player.fail_renewal(DISPATCH_ERROR, cx);
                    }
                }
                (Some(Task::GiveUpWaiting), Some(_)) => player.end_renewal(cx),
                _ => {}
            }
        }
    }

    /// The answer to a request of a renewal. Returns whether it was one.
    pub(in crate::engine) fn handle_renewed(
        &mut self,
        key: HttpKey,
        hosts: &Result<Vec<String>, Code>,
        cx: &mut Cx<'_>,
    ) -> bool {
        let waits = |renewal: &Option<Renewal>| renewal.as_ref().is_some_and(|r| r.waits_for(key));
        let app_id = self.net.app_id;
        if let Some(at) = self.publishers.iter().position(|p| waits(&p.renewal)) {
            let Some(publisher) = self.publishers.get_mut(at) else {
                return true;
            };
            let room = room_of(&self.rooms, publisher.room);
            match hosts {
                Ok(hosts) => {
                    publisher.addresses =
                        Addresses::on_hosts(hosts.clone(), app_id, &publisher.stream_id);
                    publisher.give_renewed(room.map_or(0, Room::user_session_id), cx);
                }
                Err(_) => {
                    if !publisher.renewal.as_mut().is_some_and(|r| r.fail(cx)) {
                        publisher.fail_renewal(room, &mut self.net, cx);
                        self.publishers.remove(at);
                    }
                }
            }
            return true;
        }
        let Some(player) = self.players.iter_mut().find(|p| waits(&p.renewal)) else {
            return false;
        };
        let room = room_of(&self.rooms, player.room);
        match hosts {
            Ok(hosts) => {
                player.addresses = Addresses::on_hosts(hosts.clone(), app_id, &player.stream_id);
                player.give_renewed(room.map_or(0, Room::user_session_id), cx);
            }
            Err(code) => {
                let is_over = *code == PLAY_NOT_FOUND;
                if is_over || !player.renewal.as_mut().is_some_and(|r| r.fail(cx)) {
                    player.fail_renewal(*code, cx);
                }
            }
        }
        true
    }
}

/// Returns false when it was tried for long enough.
fn ask(
    renewal: &mut Renewal,
    room: &Room,
    stream_id: &str,
    direction: Direction,
    net: &mut Net,
    cx: &mut Cx<'_>,
) -> bool {
    let request = request_address(net, &room.request, stream_id, direction, cx);
    renewal.set_request(request, cx)
}
