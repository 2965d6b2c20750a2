//! Everything that leaves: answers, pushes, exceptions; rules that spoil answers; the record of frames.

use prost::Message;

use crate::{
    codes,
    command::{AnswerAction, AnswerRule},
    config::MAX_DELAYED,
    io::{ConnId, LogLevel, Output},
    wire::{
        Direction, Frame, FrameType, Packet, cmd,
        pb::{
            accesshub::{PcDownwardMessage, PushException},
            switch::{
                CommonRsp, Header, LoginRoomRsp, MergePushHead, MergePushInfo, MergePushReq,
                PushReq, PushReqHead, RspHead,
            },
        },
    },
};

use super::{
    Server,
    state::{Member, Target},
};

/// Where a request came from and how to name it in the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) conn: ConnId,
    pub(super) stream: u32,
    pub(super) cmd: u32,
    pub(super) seq: u32,
    pub(super) key: u32,
}

/// A request is answered with this code instead of its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Receivers of a push.
#[derive(Debug, Clone, Copy)]
pub(super) enum To<'a> {
    All,
    Except(&'a str),
    /// Those who asked for user updates, except one.
    Watchers(&'a str),
    Only(&'a [String]),
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) rule: AnswerRule,
    pub(super) left: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Delayed {
    pub(super) due: u64,
    pub(super) conn: ConnId,
    pub(super) bytes: Vec<u8>,
}

/// What a frame about to be sent answers to and is, for rules to match.
#[derive(Debug, Clone, Copy, Default)]
struct Labels {
    kinds: [u16; 2],
    cmds: [u32; 2],
}

impl Server {
    /// Answers a link request on its own stream.
    pub(super) fn answer_link(
        &mut self,
        conn: ConnId,
        stream: u32,
        request: u16,
        kind: FrameType,
        message: &impl Message,
    ) {
        let labels = Labels {
            kinds: [request, kind as u16],
            cmds: [0; 2],
        };
        self.emit(conn, labels, Frame::encode(kind, stream, message));
    }

    /// Sends a frame nobody asked for.
    pub(super) fn send_link(
        &mut self,
        conn: ConnId,
        stream: u32,
        kind: FrameType,
        message: &impl Message,
    ) {
        self.answer_link(conn, stream, 0, kind, message);
    }

    pub(super) fn exception(
        &mut self,
        conn: ConnId,
        stream: u32,
        txid: u64,
        reason: i32,
        msg: &str,
    ) {
        self.send_link(
            conn,
            stream,
            FrameType::PushException,
            &PushException {
                reason,
                msg: msg.to_owned(),
                txid,
            },
        );
    }

    /// Answers a room request; the command is the request's plus one.
    pub(super) fn answer(&mut self, call: &Call, body: &impl Message) {
        self.answer_with_key(call, call.key, body);
    }

    /// Answers a login, which gives out a context key.
    pub(super) fn answer_with_key(&mut self, call: &Call, key: u32, body: &impl Message) {
        let answer = call.cmd.saturating_add(1);
        let bytes = self.packet(answer, call.seq, key, &body.encode_to_vec());
        let labels = Labels {
            kinds: [
                FrameType::PCUpwardMessage as u16,
                FrameType::PCDownwardMessage as u16,
            ],
            cmds: [call.cmd, answer],
        };
        self.emit(call.conn, labels, self.downward(call.stream, bytes));
    }

    pub(super) fn refuse(&mut self, call: &Call, refusal: &Refusal) {
        self.stats.refusals += 1;
        let text = format!(
            "refused command {} with {}: {}",
            call.cmd, refusal.code, refusal.message
        );
        self.log(LogLevel::Warn, Some(call.conn), &text);
        let rsp_head = Some(RspHead {
            code: refusal.code,
            message: refusal.message.clone(),
        });
        if call.cmd == cmd::LOGIN_ROOM {
            // Clients touch the anchor of a login answer before they look at the code.
            self.answer(
                call,
                &LoginRoomRsp {
                    rsp_head,
                    anchor_info: Some(Default::default()),
                    ..LoginRoomRsp::default()
                },
            );
        } else {
            self.answer(call, &CommonRsp { rsp_head });
        }
    }

    /// Pushes one thing to members of a room.
    pub(super) fn push(&mut self, room: &str, to: To<'_>, sub_cmd: u32, body: &impl Message) {
        self.push_raw(room, to, sub_cmd, body.encode_to_vec());
    }

    pub(super) fn push_raw(&mut self, room: &str, to: To<'_>, sub_cmd: u32, msg_body: Vec<u8>) {
        let head = Some(PushReqHead {
            sub_cmd,
            qos_flag: 1,
            send_time: self.now_i64(),
        });
        let push = PushReq { head, msg_body }.encode_to_vec();
        for target in self.targets(room, to) {
            self.push_encoded(target, cmd::PUSH, &push);
        }
    }

    pub(super) fn push_merged(&mut self, room: &str, sub_cmd: u32, body: &impl Message) {
        self.message_counter += 1;
        let sub_seq = u32::try_from(self.message_counter).unwrap_or(u32::MAX);
        let push = MergePushReq {
            head: Some(MergePushHead {
                qos_flag: 1,
                send_time: self.now_i64(),
            }),
            message_list: vec![MergePushInfo {
                sub_cmd,
                sub_seq,
                msg_body: body.encode_to_vec(),
            }],
        }
        .encode_to_vec();
        for target in self.targets(room, To::All) {
            self.push_encoded(target, cmd::MERGE_PUSH, &push);
        }
    }

    pub(super) fn push_packet(&mut self, target: Target, number: u32, body: &impl Message) {
        self.push_encoded(target, number, &body.encode_to_vec());
    }

    fn push_encoded(&mut self, target: Target, number: u32, body: &[u8]) {
        if let Some(link) = self.conns.get_mut(&target.conn) {
            link.allowance.owe_answer();
        }
        let bytes = self.packet(number, 0, target.key, body);
        let labels = Labels {
            kinds: [0, FrameType::PCDownwardMessage as u16],
            cmds: [0, number],
        };
        self.emit(target.conn, labels, self.downward(target.stream, bytes));
    }

    fn targets(&self, room: &str, to: To<'_>) -> Vec<Target> {
        let Some(room) = self.rooms.get(room) else {
            return Vec::new();
        };
        let wanted = |member: &&Member| match to {
            To::All => true,
            To::Except(user) => member.user != user,
            To::Watchers(user) => member.watches_users && member.user != user,
            To::Only(users) => users.contains(&member.user),
        };
        room.members
            .iter()
            .filter(wanted)
            .filter_map(Member::target)
            .collect()
    }

    fn packet(&self, number: u32, seq: u32, context_key: u32, body: &[u8]) -> Vec<u8> {
        let controls = self.config.controls.as_bytes().to_vec();
        Packet::around(
            &Header {
                cmd: number,
                seq,
                timestamp: self.now_i64(),
                controls,
                context_key,
            },
            body,
        )
    }

    fn downward(&self, stream: u32, payload: Vec<u8>) -> Vec<u8> {
        let message = PcDownwardMessage {
            payload,
            wss_message_type: 1,
            ts: self.now,
        };
        Frame::encode(FrameType::PCDownwardMessage, stream, &message)
    }

    fn emit(&mut self, conn: ConnId, labels: Labels, bytes: Vec<u8>) {
        let spoil = |action| matches!(action, AnswerAction::Delay | AnswerAction::Drop);
        match self.take_rule(conn, labels, spoil) {
            None => self.deliver(conn, bytes),
            Some(rule)
                if rule.action == AnswerAction::Delay && self.delayed.len() < MAX_DELAYED =>
            {
                self.delayed.push(Delayed {
                    due: self.now.saturating_add(rule.ms),
                    conn,
                    bytes,
                });
            }
            Some(_) => {}
        }
    }

    /// Really sends.
    pub(super) fn deliver(&mut self, conn: ConnId, bytes: Vec<u8>) {
        let Some(link) = self.conns.get(&conn) else {
            return;
        };
        self.stats.frames_out += 1;
        self.recorder.add(
            self.now,
            conn,
            link.user.clone(),
            Direction::Down,
            bytes.clone(),
        );
        self.outputs.push_back(Output::Send { conn, bytes });
    }

    pub(super) fn record_up(&mut self, conn: ConnId, bytes: &[u8]) {
        let user = self.conns.get(&conn).and_then(|link| link.user.clone());
        self.recorder
            .add(self.now, conn, user, Direction::Up, bytes.to_vec());
    }

    pub(super) fn send_due(&mut self) {
        if self.delayed.is_empty() {
            return;
        }
        let now = self.now;
        let (mut due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.delayed)
            .into_iter()
            .partition(|frame| frame.due <= now);
        self.delayed = later;
        due.sort_by_key(|frame| frame.due);
        for frame in due {
            self.deliver(frame.conn, frame.bytes);
        }
    }

    /// The refusal that a rule orders for a request, if one does.
    pub(super) fn ordered_refusal(
        &mut self,
        conn: ConnId,
        kind: u16,
        number: u32,
    ) -> Option<Refusal> {
        let labels = Labels {
            kinds: [kind, 0],
            cmds: [number, 0],
        };
        let rule = self.take_rule(conn, labels, |action| action == AnswerAction::Error)?;
        let code = if rule.code == 0 {
            codes::BAD_REQUEST
        } else {
            rule.code
        };
        Some(Refusal::new(code, rule.message))
    }

    fn take_rule(
        &mut self,
        conn: ConnId,
        labels: Labels,
        wanted: impl Fn(AnswerAction) -> bool,
    ) -> Option<AnswerRule> {
        let user = self.conns.get(&conn).and_then(|link| link.user.as_deref());
        let at = self.rules.iter().position(|Rule { rule, left }| {
            *left != Some(0)
                && wanted(rule.action)
                && rule
                    .user_id
                    .as_deref()
                    .is_none_or(|only| Some(only) == user)
                && rule
                    .matches
                    .kind
                    .is_none_or(|kind| labels.kinds.contains(&kind))
                && rule
                    .matches
                    .cmd
                    .is_none_or(|number| labels.cmds.contains(&number))
        })?;
        self.stats.spoiled += 1;
        let Rule { rule, left } = self.rules.get_mut(at)?;
        let rule = rule.clone();
        if let Some(left) = left {
            *left -= 1;
        }
        self.rules.retain(|rule| rule.left != Some(0));
        Some(rule)
    }

    pub(super) fn now_i64(&self) -> i64 {
        i64::try_from(self.now).unwrap_or(i64::MAX)
    }
}
