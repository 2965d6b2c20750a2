//! Clients that misbehave. Each must be cut off with the right reason, however often it tries.

use std::{rc::Rc, time::Duration};

use prost::Message as _;
use room_server::{
    CloseReason,
    config::MAX_REFUSED_TOKENS,
    wire::{
        Frame, FrameType, cmd,
        pb::{accesshub as hub, liveroom as live, switch},
    },
};
use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::code_of,
    run::{Phase, Run, room_name},
    server::HANDSHAKE_TIMEOUT_MS,
    wire::{End, Got, Wire},
};

/// How long the server may take to notice.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two attacks of a client, seconds on average.
const PAUSE_S: f64 = 5.0;
/// Bad clients come into the first rooms, among well-behaved clients.
const VISITED_ROOMS: usize = 8;
/// Most frames of an attack. The server has to stop it long before.
const MOST_FRAMES: usize = 200_000;
/// Receive buffer of a client that does not read, bytes.
const SMALL_BUFFER: u32 = 4096;
const EXTRA_KEYS: usize = 8;
const EXTRA_BYTES: usize = 4000;

/// What a bad client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Asks for a lot and reads nothing.
    SlowReader,
    /// Sends a message that is too large.
    Oversized,
    /// Tries tokens.
    WrongTokens,
    /// Sends as fast as it can.
    Flood,
    /// Sends bytes that are no frames.
    Garbage,
    /// Sends a text message.
    Text,
    /// Connects and says nothing.
    Silent,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::SlowReader,
        Self::Oversized,
        Self::WrongTokens,
        Self::Flood,
        Self::Garbage,
        Self::Text,
        Self::Silent,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SlowReader => "slow reader",
            Self::Oversized => "oversized frame",
            Self::WrongTokens => "wrong tokens",
            Self::Flood => "flood",
            Self::Garbage => "garbage",
            Self::Text => "text message",
            Self::Silent => "silent connection",
        }
    }

    /// Whether one side still has something to read when the server has had enough.
    fn overruns(self) -> bool {
        matches!(self, Self::SlowReader | Self::Oversized | Self::Flood)
    }

    /// Close code and reason with which the server must end it. A client that does not read may not get to read them, and one
    /// without a WebSocket has none; what the server counted decides then.
    pub(crate) fn verdict(self) -> Option<(u16, CloseReason)> {
        Some(match self {
            Self::SlowReader => (1008, CloseReason::SlowReader),
            Self::Oversized => (1009, CloseReason::FrameTooLarge),
            Self::WrongTokens => (1008, CloseReason::RefusedTokens),
            Self::Flood => (1008, CloseReason::Flood),
            Self::Garbage => (1002, CloseReason::ProtocolErrors),
            Self::Text => (1003, CloseReason::TextMessage),
            Self::Silent => return None,
        })
    }
}

/// Misbehaves until the load is over.
pub(crate) async fn live(run: Rc<Run>, number: u32) {
    let Some(kind) = Kind::ALL.into_iter().cycle().nth(number as usize) else {
        return;
    };
    while run.phase() == Phase::Ramp {
        sleep(run.around(1.0)).await;
    }
    while run.phase() == Phase::Load {
        run.stats.borrow_mut().counts.attacks += 1;
        let attack = timeout(PATIENCE, attack(&run, kind, number)).await;
        let end = match attack {
            Ok(Ok(end)) => judge(kind, &end),
            Ok(Err(problem)) => Err(problem),
            Err(_) => Err("was not cut off".to_owned()),
        };
        let text = end.unwrap_or_else(|problem| {
            run.problem(format!("bad client ({}): {problem}", kind.name()));
            problem
        });
        run.stats.borrow_mut().count_bad_end(kind.name(), text);
        sleep(run.around(PAUSE_S)).await;
    }
}

/// How the end is to be counted; an error if it is not the right one.
fn judge(kind: Kind, end: &End) -> Result<String, String> {
    match (end, kind.verdict()) {
        (End::Closed(code, reason), Some((wanted, why)))
            if *code == wanted && *reason == why.to_string() =>
        {
            Ok(format!("{code} {reason}"))
        }
        (End::Lost(_), None) => Ok("closed".to_owned()),
        // The kernel may throw away the reason together with what was not read; the server has counted it.
        (End::Lost(_), Some(_)) if kind.overruns() => Ok("connection gone".to_owned()),
        (end, _) => Err(format!("ended with {end:?}")),
    }
}

async fn attack(run: &Run, kind: Kind, number: u32) -> Result<End, String> {
    if kind == Kind::Silent {
        let mut stream = TcpStream::connect(run.server.address)
            .await
            .map_err(|error| error.to_string())?;
        let wait = Duration::from_millis(u64::from(HANDSHAKE_TIMEOUT_MS) * 2);
        let read = timeout(wait, stream.read(&mut [0; 64])).await;
        let read = read.map_err(|_| "was not cut off".to_owned())?;
        return Ok(End::Lost(format!("{read:?}")));
    }
    let buffer = (kind == Kind::SlowReader).then_some(SMALL_BUFFER);
    let mut wire = Wire::connect(run.server.address, buffer).await?;
    let user = format!("bad{number}");
    let room = number as usize % VISITED_ROOMS.min(run.options.rooms as usize);
    let sent = match kind {
        Kind::WrongTokens => return wrong_tokens(run, &mut wire, room, &user).await,
        Kind::SlowReader => {
            let key = log_in(run, &mut wire, room, &user).await?;
            read_nothing(&mut wire, key).await
        }
        Kind::Flood => {
            log_in(run, &mut wire, room, &user).await?;
            flood(&mut wire).await
        }
        Kind::Oversized => {
            log_in(run, &mut wire, room, &user).await?;
            let size = if fastrand::bool() { 100_000 } else { 2_000_000 };
            wire.send(Message::binary(vec![0xAF; size])).await
        }
        Kind::Garbage => garbage(&mut wire).await,
        Kind::Text | Kind::Silent => wire.send(Message::text("{}")).await,
    };
    // The server may be gone before it has taken everything; the reason is there to be read nevertheless.
    let end = wire.until_end().await;
    match (sent, end) {
        (Err(end), Err(_)) => Ok(end),
        (_, end) => end,
    }
}

async fn log_in(run: &Run, wire: &mut Wire, room: usize, user: &str) -> Result<u32, String> {
    let token = run.server.token(user);
    match try_login(run, wire, room, user, &token).await? {
        (0, key) => Ok(key),
        (code, _) => Err(format!("its login is refused with {code}")),
    }
}

/// Code and context key of a login.
async fn try_login(
    run: &Run,
    wire: &mut Wire,
    room: usize,
    user: &str,
    token: &str,
) -> Result<(u32, u32), String> {
    let request = switch::LoginRoomReq {
        app_id: run.server.app_id,
        room_id: room_name(room).into_bytes(),
        id_name: user.as_bytes().to_vec(),
        third_token: token.as_bytes().to_vec(),
        ..Default::default()
    };
    let seq = wire.ask(cmd::LOGIN_ROOM, 0, &request).await;
    let seq = seq.map_err(|end| format!("{end:?}"))?;
    loop {
        match wire.next().await? {
            Got::Room(header, body) if header.seq == seq && header.cmd == cmd::LOGIN_ROOM + 1 => {
                return Ok((code_of(&body)?, header.context_key));
            }
            Got::End(end) => return Err(format!("cut off at its login: {end:?}")),
            _ => {}
        }
    }
}

async fn wrong_tokens(run: &Run, wire: &mut Wire, room: usize, user: &str) -> Result<End, String> {
    let of_another = run.server.token("somebody-else");
    for _ in 0..MAX_REFUSED_TOKENS {
        let token = if fastrand::bool() {
            of_another.clone()
        } else {
            format!("04{}", "A".repeat(fastrand::usize(1..200)))
        };
        let (code, _) = try_login(run, wire, room, user, &token).await?;
        if code == 0 {
            return Err("a wrong token was taken".to_owned());
        }
    }
    wire.until_end().await
}

/// Asks for more and more and reads none of it.
async fn read_nothing(wire: &mut Wire, key: u32) -> Result<(), End> {
    let name = |n: usize| format!("bad{n}").into_bytes();
    for n in 0..EXTRA_KEYS {
        let request = live::SetTransReq {
            trans_type: name(n),
            trans_data: vec![b'x'; EXTRA_BYTES],
            ..Default::default()
        };
        wire.ask(cmd::SET_EXTRA_INFO, key, &request).await?;
    }
    let wanted = |n| live::GetTransReqTransData {
        trans_type: name(n),
        trans_local_seq: 0,
    };
    let request = live::GetTransReq {
        trans_channel: Vec::new(),
        trans_list: (0..EXTRA_KEYS).map(wanted).collect(),
    };
    // Below the bound for floods: it is not reading that ends it.
    for _ in 0..700 {
        wire.ask(cmd::GET_EXTRA_INFO, key, &request).await?;
    }
    Ok(())
}

async fn flood(wire: &mut Wire) -> Result<(), End> {
    for _ in 0..MOST_FRAMES {
        wire.ping().await?;
    }
    Ok(())
}

async fn garbage(wire: &mut Wire) -> Result<(), End> {
    let frame = Frame::encode(FrameType::HBRequest, 1, &hub::HbRequest { txid: 1, ts: 1 });
    for _ in 0..room_server::config::MAX_PROTOCOL_ERRORS {
        let mut bytes = if fastrand::bool() {
            frame.clone()
        } else {
            switch::CommonRsp::default().encode_to_vec()
        };
        // Never a frame: the length is wrong.
        bytes.extend((0..fastrand::usize(1..50)).map(|_| fastrand::u8(..)));
        wire.send(Message::binary(bytes)).await?;
    }
    Ok(())
}
