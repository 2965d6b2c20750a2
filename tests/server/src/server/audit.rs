//! What must hold between the server's tables. Tests with random input ask after every step.

use super::{
    Server,
    state::{Place, Presence},
};

impl Server {
    /// Looks through all tables for a contradiction. Slow; for tests.
    ///
    /// # Errors
    /// A sentence about the first one found.
    pub fn audit(&self) -> Result<(), String> {
        self.audit_deadlines()?;
        self.audit_memberships()?;
        self.audit_streams()
    }

    /// Nothing may be due before it is looked at, and nothing that is gone may be looked at.
    fn audit_deadlines(&self) -> Result<(), String> {
        for (conn, link) in &self.conns {
            let due = link.deadline(&self.config);
            if self.due_links.of(conn).is_none_or(|at| at > due) {
                return Err(format!("link {conn} is due at {due} and nobody will look"));
            }
        }
        for (room_id, room) in &self.rooms {
            if room.members.is_empty() {
                return Err(format!("room {room_id} is empty"));
            }
            let due = room.deadline(&self.config);
            if due.is_some_and(|due| self.due_rooms.of(room_id).is_none_or(|at| at > due)) {
                return Err(format!("room {room_id} is due and nobody will look"));
            }
        }
        let sizes = [
            (self.due_links.len(), self.conns.len()),
            (self.due_rooms.len(), self.rooms.len()),
            (self.due_retired.len(), self.retired.len()),
        ];
        if sizes.iter().any(|(agenda, table)| agenda != table) {
            return Err(format!("things that are gone have deadlines: {sizes:?}"));
        }
        Ok(())
    }

    /// A user who is present in a room is where its link says.
    fn audit_memberships(&self) -> Result<(), String> {
        let mut present = 0;
        for (room_id, room) in &self.rooms {
            for member in &room.members {
                let Presence::Here {
                    conn, stream, key, ..
                } = member.presence
                else {
                    continue;
                };
                present += 1;
                let pc = self.conns.get(&conn).and_then(|link| link.pcs.get(&stream));
                if pc.and_then(|pc| pc.contexts.get(&key)) != Some(room_id) {
                    return Err(format!("{} in {room_id} is not on {conn}", member.user));
                }
            }
        }
        let pcs = self.conns.values().flat_map(|link| link.pcs.values());
        let contexts: usize = pcs.map(|pc| pc.contexts.len()).sum();
        if contexts != present {
            return Err(format!("{contexts} contexts of {present} present users"));
        }
        Ok(())
    }

    /// The tables by stream agree with the rooms.
    fn audit_streams(&self) -> Result<(), String> {
        let (mut announced, mut granted) = (0, 0);
        for (room_id, room) in &self.rooms {
            let place = |user: &str| Place {
                room: room_id.clone(),
                user: user.to_owned(),
            };
            for stream in &room.streams {
                announced += 1;
                if self.stream_owners.get(&stream.id) != Some(&place(&stream.user)) {
                    return Err(format!("{} of {room_id} is not known by name", stream.id));
                }
                if room.member(&stream.user).is_none() {
                    return Err(format!("{} is of nobody in {room_id}", stream.id));
                }
            }
            for member in &room.members {
                granted += member.grants.len();
                let known = |id: &String| self.granted.get(id) == Some(&place(&member.user));
                if !member.grants.iter().all(known) {
                    return Err(format!("grants of {} are not known", member.user));
                }
            }
        }
        if (announced, granted) != (self.stream_owners.len(), self.granted.len()) {
            return Err("streams that are gone are known by name".to_owned());
        }
        Ok(())
    }
}
