//! Other addresses for streams after an outage.

use crate::engine::cx::Cx;
use crate::engine::error::DISPATCH_ERROR;
use crate::engine::lean::take_at;
use crate::engine::media::Media;
use crate::engine::net::Net;
use crate::engine::renewal::Task;
use crate::engine::room::Room;
use crate::engine::time::Instant;
use crate::engine::{Engine, room_of};

use super::media::request_address;

/// What becomes of a renewal.
enum Outcome {
    /// It goes on, or there is none.
    GoesOn,
    /// It was tried for long enough.
    Failed,
    /// The component did not begin on the new address.
    NotTaken,
}

impl Engine {
    /// When a renewal wants to be woken.
    pub(in crate::engine) fn next_renewal(&self) -> Instant {
        let mut deadline = Instant::NEVER;
        for publisher in &self.publishers {
            deadline = deadline.min(publisher.media.deadline());
        }
        for player in &self.players {
            deadline = deadline.min(player.media.deadline());
        }
        deadline
    }

    /// Does what is due.
    pub(in crate::engine) fn handle_renewals(&mut self, cx: &mut Cx<'_>) {
        let (rooms, net) = (&self.rooms, &mut self.net);
        let mut at = 0;
        while let Some(publisher) = self.publishers.get_mut(at) {
            let outcome = renew(&mut publisher.media, rooms, net, cx);
            let room = room_of(rooms, publisher.media.room);
            let stays = match outcome {
                Outcome::GoesOn => true,
                Outcome::Failed => {
                    publisher.fail_renewal(room, net, cx);
                    false
                }
                Outcome::NotTaken => publisher.end_renewal(room, net, cx),
            };
            if stays {
                at += 1;
            } else {
                take_at(&mut self.publishers, at);
            }
        }
        for player in &mut self.players {
            match renew(&mut player.media, rooms, net, cx) {
                Outcome::GoesOn => {}
                Outcome::Failed => player.fail_renewal(DISPATCH_ERROR, cx),
                Outcome::NotTaken => player.end_renewal(cx),
            }
        }
    }
}

/// Does what is due for one stream.
#[inline(never)]
fn renew(media: &mut Media, rooms: &[Room], net: &mut Net, cx: &mut Cx<'_>) -> Outcome {
    let room = room_of(rooms, media.room).filter(|room| room.is_online());
    let Some(renewal) = &mut media.renewal else {
        return Outcome::GoesOn;
    };
    match (renewal.take_due(room.is_some(), cx.now.mono), room) {
        (Some(Task::Ask), Some(room)) if media.addresses.is_cdn() => {
            media.give_url(room.user_session_id(), cx);
            Outcome::GoesOn
        }
        (Some(Task::Ask), Some(room)) => {
            let request = request_address(media, room, net, cx);
            let renewal = media.renewal.as_mut();
            if renewal.is_some_and(|renewal| renewal.set_request(request, cx)) {
                Outcome::GoesOn
            } else {
                Outcome::Failed
            }
        }
        (Some(Task::GiveUpWaiting), Some(_)) => Outcome::NotTaken,
        _ => Outcome::GoesOn,
    }
}
