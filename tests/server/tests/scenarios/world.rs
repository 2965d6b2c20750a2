//! A server under a virtual clock, and clients that speak to it frame by frame.

use std::collections::BTreeMap;

use prost::Message;
use room_server::{
    CloseReason, Command, CommandError, Config, ConnId, Input, Output, Reply, Server,
    command::TokenRequest,
    wire::{
        Frame, FrameType, Packet, cmd,
        pb::{accesshub as hub, liveroom as live, switch},
    },
};

pub(crate) const START: u64 = 1_800_000_000_000;
pub(crate) const ROOM: &str = "room";

/// What a client received.
#[derive(Debug, Clone)]
pub(crate) enum Got {
    Frame {
        kind: FrameType,
        payload: Vec<u8>,
    },
    Packet {
        stream: u32,
        header: switch::Header,
        body: Vec<u8>,
    },
}

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) now: u64,
    pub(crate) inbox: BTreeMap<ConnId, Vec<Got>>,
    pub(crate) closed: Vec<(ConnId, CloseReason)>,
    pub(crate) raw: Vec<(ConnId, Vec<u8>)>,
    pub(crate) log: Vec<String>,
    next_conn: u64,
    txid: u64,
}

/// A user on one link with one room stream.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) conn: ConnId,
    pub(crate) stream: u32,
    pub(crate) user: String,
    pub(crate) key: u32,
    pub(crate) session: u64,
    pub(crate) switch_session: u64,
    pub(crate) relogin_token: Vec<u8>,
    pub(crate) seq: u32,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            server: Server::new(config),
            now: START,
            inbox: BTreeMap::new(),
            closed: Vec::new(),
            raw: Vec::new(),
            log: Vec::new(),
            next_conn: 0,
            txid: 0,
        }
    }

    /// A server that takes any text as a token, for scenarios that are not about tokens.
    pub(crate) fn unchecked() -> Self {
        Self::new(Config {
            check_tokens: false,
            ..Config::default()
        })
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.server.handle(self.now, input);
        self.drain();
        assert_eq!(self.server.audit(), Ok(()));
    }

    pub(crate) fn control(&mut self, command: Command) -> Result<Reply, CommandError> {
        let reply = self.server.control(self.now, command);
        self.drain();
        assert_eq!(self.server.audit(), Ok(()));
        reply
    }

    /// Lets time pass, waking the server at each of its deadlines.
    pub(crate) fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(at) = self.server.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Tick);
        }
        self.now = end;
        self.input(Input::Tick);
    }

    pub(crate) fn connect(&mut self) -> ConnId {
        self.next_conn += 1;
        let conn = ConnId(self.next_conn);
        self.input(Input::Connected { conn });
        conn
    }

    pub(crate) fn close(&mut self, conn: ConnId) {
        self.input(Input::Closed { conn });
    }

    pub(crate) fn send(
        &mut self,
        conn: ConnId,
        kind: FrameType,
        stream: u32,
        message: &impl Message,
    ) {
        self.input(Input::Frame {
            conn,
            bytes: Frame::encode(kind, stream, message),
        });
    }

    /// Sends a room packet without waiting for anything.
    pub(crate) fn packet(&mut self, client: &mut Client, number: u32, body: &impl Message) {
        client.seq += 1;
        self.txid += 1;
        let header = switch::Header {
            cmd: number,
            seq: client.seq,
            context_key: client.key,
            ..Default::default()
        };
        let upward = hub::PcUpwardMessage {
            txid: self.txid,
            service_no: 17,
            ack: number == cmd::LOGIN_ROOM,
            payload: Packet::encode(&header, body),
            ..Default::default()
        };
        self.send(
            client.conn,
            FrameType::PCUpwardMessage,
            client.stream,
            &upward,
        );
    }

    /// Sends a room request and returns the decoded answer.
    pub(crate) fn ask<A: Message + Default>(
        &mut self,
        client: &mut Client,
        number: u32,
        body: &impl Message,
    ) -> A {
        self.packet(client, number, body);
        self.answer(client, number).expect("no answer")
    }

    /// Takes the answer to the client's last request out of its inbox.
    pub(crate) fn answer<A: Message + Default>(
        &mut self,
        client: &Client,
        number: u32,
    ) -> Option<A> {
        let inbox = self.inbox.entry(client.conn).or_default();
        let at = inbox.iter().position(|got| {
            matches!(got, Got::Packet { header, stream, .. }
                if header.cmd == number + 1 && header.seq == client.seq && *stream == client.stream)
        })?;
        let Got::Packet { body, .. } = inbox.remove(at) else {
            return None;
        };
        Some(A::decode(body.as_slice()).unwrap())
    }

    /// The code with which a request is refused; 0 if it is not.
    pub(crate) fn code(&mut self, client: &mut Client, number: u32, body: &impl Message) -> u32 {
        self.ask::<switch::CommonRsp>(client, number, body)
            .rsp_head
            .expect("no rsp_head")
            .code
    }

    /// Connects a new link and gives it a room stream, without logging in.
    pub(crate) fn client(&mut self, user: &str) -> Client {
        let conn = self.connect();
        Client {
            conn,
            stream: 1,
            user: user.to_owned(),
            key: 0,
            session: 0,
            switch_session: 0,
            relogin_token: Vec::new(),
            seq: 0,
        }
    }

    pub(crate) fn login_request(
        &self,
        client: &Client,
        room: &str,
        token: &str,
    ) -> switch::LoginRoomReq {
        switch::LoginRoomReq {
            app_id: self.server.config().app_id,
            room_id: room.into(),
            role: 2,
            id_name: client.user.clone().into(),
            nick_name: format!("name of {}", client.user).into(),
            login_logic: 1,
            third_token: token.into(),
            relogin_token: client.relogin_token.clone(),
            switch_session_id: client.switch_session,
            user_session_id: client.session,
            room_create_flag: 1,
            user_state_flag: 1,
            ..Default::default()
        }
    }

    pub(crate) fn try_login(
        &mut self,
        client: &mut Client,
        request: &switch::LoginRoomReq,
    ) -> switch::LoginRoomRsp {
        client.key = 0;
        self.packet(client, cmd::LOGIN_ROOM, request);
        let answer = self
            .inbox
            .get(&client.conn)
            .into_iter()
            .flatten()
            .find_map(|got| match got {
                Got::Packet { header, .. } if header.cmd == 1002 && header.seq == client.seq => {
                    Some(header.context_key)
                }
                _ => None,
            });
        client.key = answer.expect("no login answer");
        let answer: switch::LoginRoomRsp = self.answer(client, cmd::LOGIN_ROOM).unwrap();
        client.session = answer.user_session_id;
        client.switch_session = answer.switch_session_id;
        client.relogin_token = answer.relogin_token.clone();
        answer
    }

    /// A user in [`ROOM`] on a new link.
    pub(crate) fn join(&mut self, user: &str) -> Client {
        self.join_room(user, ROOM)
    }

    pub(crate) fn join_room(&mut self, user: &str, room: &str) -> Client {
        let mut client = self.client(user);
        let request = self.login_request(&client, room, "any");
        let answer = self.try_login(&mut client, &request);
        assert_eq!(answer.rsp_head.unwrap().code, 0);
        client
    }

    /// The same user on a new link, logging in with what it knows.
    pub(crate) fn relogin(&mut self, client: &Client) -> (Client, switch::LoginRoomRsp) {
        let mut back = Client {
            conn: self.connect(),
            key: 0,
            ..client.clone()
        };
        let request = self.login_request(&back, ROOM, "any");
        let answer = self.try_login(&mut back, &request);
        (back, answer)
    }

    pub(crate) fn token(&mut self, request: TokenRequest) -> String {
        match self.control(Command::IssueToken(request)).unwrap() {
            Reply::Token { token } => token,
            other => panic!("{other:?}"),
        }
    }

    /// Takes all pushes of a kind out of a client's inbox.
    pub(crate) fn pushes<M: Message + Default>(&mut self, client: &Client, sub_cmd: u32) -> Vec<M> {
        let mut found = Vec::new();
        self.inbox.entry(client.conn).or_default().retain(|got| {
            let Got::Packet { header, body, .. } = got else {
                return true;
            };
            if header.cmd != cmd::PUSH || header.context_key != client.key {
                return true;
            }
            let push = switch::PushReq::decode(body.as_slice()).unwrap();
            if push.head.unwrap().sub_cmd != sub_cmd {
                return true;
            }
            found.push(M::decode(push.msg_body.as_slice()).unwrap());
            false
        });
        found
    }

    /// Takes all merged pushes out of a client's inbox.
    pub(crate) fn barrage(&mut self, client: &Client) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        self.inbox.entry(client.conn).or_default().retain(|got| {
            let Got::Packet { header, body, .. } = got else {
                return true;
            };
            if header.cmd != cmd::MERGE_PUSH {
                return true;
            }
            for item in switch::MergePushReq::decode(body.as_slice())
                .unwrap()
                .message_list
            {
                let push = live::PushBigIm::decode(item.msg_body.as_slice()).unwrap();
                found.push(
                    push.msg_list
                        .into_iter()
                        .map(|m| String::from_utf8(m.msg_content).unwrap())
                        .collect(),
                );
            }
            false
        });
        found
    }

    /// Takes all packets with a command out of an inbox.
    pub(crate) fn packets<M: Message + Default>(&mut self, conn: ConnId, number: u32) -> Vec<M> {
        let mut found = Vec::new();
        self.inbox.entry(conn).or_default().retain(|got| match got {
            Got::Packet { header, body, .. } if header.cmd == number => {
                found.push(M::decode(body.as_slice()).unwrap());
                false
            }
            _ => true,
        });
        found
    }

    /// Takes all frames of a type out of an inbox.
    pub(crate) fn frames<M: Message + Default>(
        &mut self,
        conn: ConnId,
        wanted: FrameType,
    ) -> Vec<M> {
        let mut found = Vec::new();
        self.inbox.entry(conn).or_default().retain(|got| match got {
            Got::Frame { kind, payload, .. } if *kind == wanted => {
                found.push(M::decode(payload.as_slice()).unwrap());
                false
            }
            _ => true,
        });
        found
    }

    fn drain(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                Output::Send { conn, bytes } => {
                    self.raw.push((conn, bytes.clone()));
                    let Ok(frame) = Frame::parse(&bytes) else {
                        continue;
                    };
                    let kind = FrameType::from_number(frame.kind).unwrap();
                    let got = if kind == FrameType::PCDownwardMessage {
                        let message = hub::PcDownwardMessage::decode(frame.payload).unwrap();
                        let packet = Packet::parse(&message.payload).unwrap();
                        Got::Packet {
                            stream: frame.stream,
                            header: packet.header.clone(),
                            body: packet.body.to_vec(),
                        }
                    } else {
                        Got::Frame {
                            kind,
                            payload: frame.payload.to_vec(),
                        }
                    };
                    self.inbox.entry(conn).or_default().push(got);
                }
                Output::Close { conn, reason } => self.closed.push((conn, reason)),
                Output::ControlReply(_) => {}
                Output::Log(entry) => self.log.push(entry.message),
            }
        }
    }
}
