//! Who gets what: calls of the page, events of the link, answers and pushes of the service.

mod answers;
mod calls;
mod media;
mod pushes;
mod renewals;

use crate::engine::cx::Cx;
use crate::engine::error::{APP_ID_INVALID, OK};
use crate::engine::lean::take_first;
use crate::engine::link::LinkEvent;
use crate::engine::net::{Pending, Purpose, RoomKey};
use crate::engine::publish;
use crate::engine::room::{Room, RoomEnd, RoomSignal};
use crate::engine::time::Millis;
use crate::engine::wire::switch;
use crate::engine::{Engine, backoff, find_publisher, find_room, room_of};

impl Engine {
    /// What the link has to say.
    pub(in crate::engine) fn handle_link_event(&mut self, event: &LinkEvent, cx: &mut Cx<'_>) {
        match event {
            LinkEvent::Packet(bytes) => self.handle_packet(bytes, cx),
            change => self.handle_link_change(change, cx),
        }
    }

    #[inline(never)]
    fn handle_link_change(&mut self, event: &LinkEvent, cx: &mut Cx<'_>) {
        match event {
            LinkEvent::Up => self
                .rooms
                .iter_mut()
                .for_each(|room| room.handle_link_up(&mut self.net, cx)),
            LinkEvent::Down => {
                self.forget_leaving();
                self.rooms
                    .iter_mut()
                    .for_each(|room| room.handle_link_down(&mut self.net, cx));
            }
            LinkEvent::PcBroken | LinkEvent::Packet(_) => {}
            LinkEvent::PcRestored => self.renew_connections(cx),
            LinkEvent::PcClosed => {
                self.forget_leaving();
                self.renew_connections(cx);
            }
            LinkEvent::Http(key, result) => self.handle_http(*key, result, cx),
            LinkEvent::AppConfig(bytes) => self.cdn.update(bytes),
            LinkEvent::AppIdInvalid => {
                for &key in &self.room_keys() {
                    let signal = find_room(&mut self.rooms, key)
                        .filter(|room| !room.is_online())
                        .map(|room| room.end(APP_ID_INVALID.into(), cx));
                    self.handle_signal(key, signal, cx);
                }
            }
            LinkEvent::ForgetSessions => self.rooms.iter_mut().for_each(Room::forget_session),
        }
    }

    /// What the application says of a retry.
    #[inline(never)]
    pub(in crate::engine) fn handle_retry(
        &mut self,
        of: RoomKey,
        attempt: u32,
        delay: Option<Millis>,
        cx: &mut Cx<'_>,
    ) {
        let (least, most) = backoff::CHOICE_MS;
        let delay = delay.map(|delay| delay.clamp(least, most));
        if of != 0 {
            let room = find_room(&mut self.rooms, of);
            let signal = room.and_then(|room| room.handle_retry(attempt, delay, cx));
            self.handle_signal(of, signal, cx);
        } else if self.net.link.handle_retry(attempt, delay, cx) {
            for &key in &self.room_keys() {
                let signal = find_room(&mut self.rooms, key).map(|room| room.give_up(cx));
                self.handle_signal(key, signal, cx);
            }
        }
    }

    /// What a room has to say.
    pub(in crate::engine) fn handle_signal(
        &mut self,
        key: RoomKey,
        signal: Option<RoomSignal>,
        cx: &mut Cx<'_>,
    ) {
        match signal {
            None => {}
            Some(RoomSignal::Ended(end)) => self.remove_room(key, &end, cx),
            Some(RoomSignal::Online {
                own_streams,
                outage,
            }) => {
                let Some(room) = room_of(&self.rooms, key) else {
                    return;
                };
                for publisher in self.publishers.iter_mut().filter(|p| p.media.room == key) {
                    let on_server = own_streams
                        .iter()
                        .find(|s| *s.id == *publisher.media.stream_id);
                    publisher.handle_online(on_server, outage, room, &mut self.net, cx);
                }
                for player in self.players.iter_mut().filter(|p| p.media.room == key) {
                    player.handle_online(outage.length, cx);
                }
                for stream in &own_streams {
                    if find_publisher(&mut self.publishers, &stream.id).is_none() {
                        publish::send_delete(&stream.id, &stream.sid, 0, room, &mut self.net, cx);
                    }
                }
                if self.multi_room && room.is_first {
                    for room in &mut self.rooms {
                        if !room.is_first && !room.is_online() {
                            room.enter_later(cx);
                        }
                    }
                }
            }
        }
    }

    /// Every room is to be entered again on the same link.
    #[inline(never)]
    pub(in crate::engine) fn renew_connections(&mut self, cx: &mut Cx<'_>) {
        self.rooms
            .iter_mut()
            .for_each(|room| room.renew_connection(cx));
    }

    /// Forgets a room and ends what lives in it.
    pub(in crate::engine) fn remove_room(&mut self, key: RoomKey, end: &RoomEnd, cx: &mut Cx<'_>) {
        let Some(mut room) = take_first(&mut self.rooms, |room| room.key() == key) else {
            return;
        };
        let login = self.net.take_login(key);
        room.drop_requests(&mut self.net, cx);
        while let Some(mut publisher) = take_first(&mut self.publishers, |p| p.media.room == key) {
            publisher.end(end.code, &end.text, cx);
        }
        while let Some(mut player) = take_first(&mut self.players, |p| p.media.room == key) {
            player.end(end.code, cx);
        }
        let was_first = room.is_first;
        if let Some(mut login) = login.filter(|_| end.code == OK) {
            // The service lets the user in without knowing that nobody is there any more.
            if was_first {
                login.purpose = Purpose::Leave;
            }
            self.net.put_back(login);
            self.leaving.push(room);
        }
        match self.rooms.first_mut() {
            Some(next) if was_first => next.become_first(&mut self.net, cx),
            Some(_) => {}
            None => {
                self.net.link.set_wanted(false);
                if !self.net.is_leaving() {
                    self.net.link.close_pc(cx);
                }
            }
        }
    }

    /// A login of a room that was left meanwhile is over. `joined` is its answer, if the service let the user in.
    #[inline(never)]
    pub(in crate::engine) fn handle_left(
        &mut self,
        login: &Pending,
        joined: Option<(&switch::Header<'_>, u64)>,
        cx: &mut Cx<'_>,
    ) {
        let is_first = matches!(login.purpose, Purpose::Leave);
        let is_alone = is_first && !self.rooms.iter().any(Room::is_online);
        let room = take_first(&mut self.leaving, |room| room.key() == login.room);
        if let (Some(mut room), Some((header, session))) = (room, joined) {
            room.leave_late(header, session, is_alone, &mut self.net, cx);
        }
        if is_alone {
            self.net.link.close_pc(cx);
        }
        if let Some(first) = self.rooms.first_mut().filter(|_| is_first) {
            first.become_first(&mut self.net, cx);
        }
    }

    /// The connection of logins that nobody wants any more is gone.
    #[inline(never)]
    pub(in crate::engine) fn forget_leaving(&mut self) {
        self.leaving.clear();
        let rooms = &self.rooms;
        self.net.forget_others(&|key| room_of(rooms, key).is_some());
    }
}
