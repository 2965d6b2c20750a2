//! Where to publish and play: the dispatch that hands out RTMP hosts, and what a media server asks about it.

use serde_json::{Value, json};

use crate::{
    codes,
    config::MAX_STREAM_ID,
    io::ConnId,
    token::{self, Access},
    wire::pb::accesshub::HttpRequest,
};

use super::{Server, state::Place};

/// Streams for which a member may hold push addresses at a time; the oldest is dropped.
const MAX_GRANTS: usize = 64;

/// A request for hosts: `/v1/jsrtmp/dispatch/<appID>/<streamID>/<push|pull>/<client address>`.
struct Dispatch<'a> {
    app: &'a str,
    stream: &'a str,
    push: bool,
}

impl<'a> Dispatch<'a> {
    fn parse(location: &'a str) -> Option<Self> {
        let mut parts = location.strip_prefix("/v1/jsrtmp/dispatch/")?.split('/');
        let (app, stream) = (parts.next()?, parts.next()?);
        let push = match parts.next()? {
            "push" => true,
            "pull" => false,
            _ => return None,
        };
        (!stream.is_empty() && stream.len() <= MAX_STREAM_ID).then_some(Self { app, stream, push })
    }
}

impl Server {
    /// Status and JSON body for a GET to the media gateway. A refusal is a code in the body, as clients look there.
    pub(super) fn media_get(&mut self, conn: ConnId, request: &HttpRequest) -> (i32, Value) {
        let Some(dispatch) = Dispatch::parse(&request.location) else {
            return (404, json!({"code": 404, "message": "no such resource"}));
        };
        let header = |name: &str| {
            let found = request
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case(name));
            found.map_or("", |header| header.val.as_str())
        };
        let (user, token) = (
            header("Token-Userid").to_owned(),
            header("Token-Str").to_owned(),
        );
        match self.dispatch(conn, &dispatch, &user, &token) {
            Ok(()) => (
                200,
                json!({"code": 0, "message": "ok", "hosts": self.config.media_hosts}),
            ),
            Err((code, message)) => (200, json!({"code": code, "message": message})),
        }
    }

    /// Remembers who may publish a stream, until the user leaves or somebody else is allowed to.
    fn dispatch(
        &mut self,
        conn: ConnId,
        dispatch: &Dispatch<'_>,
        user: &str,
        token: &str,
    ) -> Result<(), (u64, String)> {
        if dispatch.app != self.config.app_id.to_string() {
            return Err((codes::DISPATCH_TOKEN, "another app id".to_owned()));
        }
        let held = self
            .conns
            .get(&conn)
            .into_iter()
            .flat_map(|link| link.pcs.values())
            .flat_map(|pc| pc.contexts.values());
        let joined_at = |id: &String| Some(self.rooms.get(id)?.member(user)?.joined_at);
        let Some(room_id) = held
            .filter_map(|id| Some((joined_at(id)?, id)))
            .min()
            .map(|(_, id)| id.clone())
        else {
            return Err((codes::DISPATCH_NOT_IN_ROOM, "not in a room".to_owned()));
        };
        if self.config.check_tokens {
            let access = if dispatch.push {
                Access::Publish {
                    room: &room_id,
                    stream: dispatch.stream,
                }
            } else {
                Access::Identity
            };
            token::check(
                token,
                &self.config.secret,
                self.config.app_id,
                user,
                access,
                self.now,
            )
            .map_err(|error| (codes::DISPATCH_TOKEN, error.to_string()))?;
        }
        let owner = self
            .owner_of(dispatch.stream)
            .map(|owner| owner.user.clone());
        if !dispatch.push {
            let known = owner.is_some() || !self.config.pull_requires_stream;
            return if known {
                Ok(())
            } else {
                Err((codes::DISPATCH_NO_STREAM, "no such stream".to_owned()))
            };
        }
        if owner.is_some_and(|owner| owner != user) {
            return Err((codes::DISPATCH_STREAM_IN_USE, "stream id in use".to_owned()));
        }
        self.grant(&room_id, user, dispatch.stream);
        Ok(())
    }

    /// Remembers the latest user who was given a push address for a stream.
    fn grant(&mut self, room_id: &str, user: &str, stream: &str) {
        if let Some(before) = self.granted.remove(stream)
            && let Some(room) = self.rooms.get_mut(&before.room)
            && let Some(member) = room.member_mut(&before.user)
        {
            member.grants.retain(|grant| grant != stream);
        }
        let room = self.rooms.get_mut(room_id);
        if let Some(member) = room.and_then(|room| room.member_mut(user)) {
            if member.grants.len() >= MAX_GRANTS {
                self.granted.remove(&member.grants.remove(0));
            }
            member.grants.push(stream.to_owned());
            let place = Place {
                room: room_id.to_owned(),
                user: user.to_owned(),
            };
            self.granted.insert(stream.to_owned(), place);
        }
    }

    /// Room and user that were given a push address for a stream.
    pub(super) fn publisher_of(&self, stream: &str) -> Option<&Place> {
        self.granted.get(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispatch_path_is_read_with_and_without_the_client_address() {
        for location in [
            "/v1/jsrtmp/dispatch/7/s#1/push/127.0.0.1",
            "/v1/jsrtmp/dispatch/7/s#1/push/",
            "/v1/jsrtmp/dispatch/7/s#1/push",
        ] {
            let dispatch = Dispatch::parse(location).unwrap();
            assert_eq!(
                (dispatch.app, dispatch.stream, dispatch.push),
                ("7", "s#1", true)
            );
        }
    }

    #[test]
    fn other_paths_are_no_dispatch() {
        for location in [
            "",
            "/",
            "/v1/jsrtmp/dispatch/7",
            "/v1/jsrtmp/dispatch/7//push/",
            "/v1/jsrtmp/dispatch/7/s/sideways/",
        ] {
            assert!(Dispatch::parse(location).is_none(), "{location}");
        }
    }
}
