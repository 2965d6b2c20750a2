//! What was said in which room, and whether it arrived exactly once at everybody it was meant for.
//!
//! Times are microseconds since the start of the run. The server handles what it gets in one order, and each client gets its
//! pushes and answers in that order. So when a client has the answer to a request that it sent at time `t`, it must have received
//! every message whose sender had its answer before `t`, if it was in the room when that message was sent.

use std::collections::{BTreeSet, VecDeque};

/// Microseconds since the start of the run.
pub(crate) type Micros = u64;

/// A message that all its receivers must have checked off is forgotten after this time.
const FORGET_AFTER: Micros = 120_000_000;

/// Who is meant to receive a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    /// Everybody in the room.
    All,
    /// Everybody but the sender.
    Others,
    /// These users.
    Only(Vec<String>),
}

/// What became of a message as far as its sender knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Asked,
    Accepted(Micros),
    /// The sender left before it got an answer.
    Unknown,
}

#[derive(Debug)]
struct Message {
    from: String,
    to: To,
    sent: Micros,
    fate: Fate,
}

impl Message {
    fn is_for(&self, user: &str) -> bool {
        match &self.to {
            To::All => true,
            To::Others => self.from != user,
            To::Only(users) => users.iter().any(|other| other == user),
        }
    }
}

/// The messages of one room, numbered from 0.
#[derive(Debug, Default)]
pub(crate) struct RoomLedger {
    first: u64,
    messages: VecDeque<Message>,
}

impl RoomLedger {
    /// Writes down a message that is about to be sent; returns its number.
    pub(crate) fn send(&mut self, from: &str, to: To, now: Micros) -> u64 {
        while self
            .messages
            .front()
            .is_some_and(|old| old.sent + FORGET_AFTER < now)
        {
            self.messages.pop_front();
            self.first += 1;
        }
        self.messages.push_back(Message {
            from: from.to_owned(),
            to,
            sent: now,
            fate: Fate::Asked,
        });
        self.next() - 1
    }

    pub(crate) fn accept(&mut self, number: u64, now: Micros) {
        self.set_fate(number, Fate::Accepted(now));
    }

    pub(crate) fn abandon(&mut self, number: u64) {
        self.set_fate(number, Fate::Unknown);
    }

    fn set_fate(&mut self, number: u64, fate: Fate) {
        let at = number.checked_sub(self.first);
        let message = at.and_then(|at| self.messages.get_mut(usize::try_from(at).ok()?));
        if let Some(message) = message {
            message.fate = fate;
        }
    }

    fn get(&self, number: u64) -> Option<&Message> {
        let at = number.checked_sub(self.first)?;
        self.messages.get(usize::try_from(at).ok()?)
    }

    fn next(&self) -> u64 {
        self.first + self.messages.len() as u64
    }
}

/// What one client received since it came into the room.
#[derive(Debug)]
pub(crate) struct Receiver {
    user: String,
    /// Messages before this one have been checked off.
    next: u64,
    received: BTreeSet<u64>,
}

impl Receiver {
    /// The client has just got the answer to its login.
    pub(crate) fn new(user: &str, room: &RoomLedger) -> Self {
        Self {
            user: user.to_owned(),
            next: room.next(),
            received: BTreeSet::new(),
        }
    }

    /// A message arrived. Returns how long it took.
    pub(crate) fn receive(
        &mut self,
        room: &RoomLedger,
        number: u64,
        now: Micros,
    ) -> Result<Micros, String> {
        let user = &self.user;
        let Some(message) = room.get(number) else {
            return Err(format!(
                "{user} received message {number}, which nobody sent"
            ));
        };
        if !message.is_for(user) {
            return Err(format!(
                "{user} received message {number}, which is for {:?}",
                message.to
            ));
        }
        if !self.received.insert(number) {
            return Err(format!("{user} received message {number} twice"));
        }
        Ok(now.saturating_sub(message.sent))
    }

    /// The client got the answer to a request that it sent at this time. Checks off what must have arrived by now and returns
    /// how many messages that were.
    pub(crate) fn settle(&mut self, room: &RoomLedger, asked_at: Micros) -> Result<u64, String> {
        let mut arrived = 0;
        while self.next < room.next() {
            let number = self.next;
            let Some(message) = room.get(number) else {
                self.next = room.first;
                return Err(format!(
                    "{} did not settle message {number} in time",
                    self.user
                ));
            };
            match message.fate {
                Fate::Accepted(at) if at <= asked_at => {
                    if message.is_for(&self.user) {
                        if !self.received.contains(&number) {
                            self.next += 1;
                            return Err(format!(
                                "message {number} of {} did not reach {}",
                                message.from, self.user
                            ));
                        }
                        arrived += 1;
                    }
                }
                Fate::Unknown => {}
                Fate::Accepted(_) | Fate::Asked => break,
            }
            self.next += 1;
        }
        // What is forgotten cannot be told apart when it comes again, but is reported as never sent.
        self.received = self.received.split_off(&room.first);
        Ok(arrived)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room_with(to: To) -> (RoomLedger, Receiver, u64) {
        let mut room = RoomLedger::default();
        let receiver = Receiver::new("b", &room);
        let number = room.send("a", to, 10);
        (room, receiver, number)
    }

    #[test]
    fn a_message_that_arrives_once_is_in_order() {
        let (mut room, mut b, number) = room_with(To::Others);
        assert_eq!(b.receive(&room, number, 25), Ok(15));
        room.accept(number, 30);
        assert_eq!(b.settle(&room, 31), Ok(1));
        assert_eq!(b.settle(&room, 40), Ok(0));
    }

    #[test]
    fn a_message_that_is_missing_is_noticed_once_the_client_must_have_it() {
        let (mut room, mut b, number) = room_with(To::All);
        assert_eq!(b.settle(&room, 20), Ok(0));
        room.accept(number, 30);
        assert_eq!(b.settle(&room, 29), Ok(0));
        assert!(b.settle(&room, 30).unwrap_err().contains("did not reach b"));
    }

    #[test]
    fn a_message_that_arrives_again_is_noticed_before_and_after_it_was_checked_off() {
        let (mut room, mut b, number) = room_with(To::All);
        b.receive(&room, number, 20).unwrap();
        assert!(b.receive(&room, number, 21).unwrap_err().contains("twice"));
        room.accept(number, 30);
        b.settle(&room, 31).unwrap();
        assert!(b.receive(&room, number, 40).unwrap_err().contains("twice"));
    }

    #[test]
    fn messages_for_others_and_own_broadcasts_and_invented_ones_are_noticed() {
        let (room, mut b, number) = room_with(To::Only(vec!["c".to_owned()]));
        assert!(b.receive(&room, number, 20).unwrap_err().contains("for"));
        assert!(
            b.receive(&room, number + 1, 20)
                .unwrap_err()
                .contains("nobody sent")
        );
        let mut a = Receiver::new("a", &room);
        let (room, _, number) = room_with(To::Others);
        assert!(a.receive(&room, number, 20).is_err());
    }

    #[test]
    fn who_came_later_may_receive_a_message_or_not() {
        let (mut room, _, number) = room_with(To::All);
        let mut late = Receiver::new("late", &room);
        room.accept(number, 30);
        assert_eq!(late.settle(&room, 40), Ok(0));
        assert!(late.receive(&room, number, 41).is_ok());
    }

    #[test]
    fn a_message_whose_sender_left_may_arrive_or_not() {
        let (mut room, mut b, number) = room_with(To::All);
        room.abandon(number);
        assert_eq!(b.settle(&room, 40), Ok(0));
        assert!(b.receive(&room, number, 41).is_ok());
    }
}
