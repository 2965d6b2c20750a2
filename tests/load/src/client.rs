//! A well-behaved client: it does what applications do and checks everything that it is told.

use std::{collections::BTreeSet, rc::Rc, time::Duration};

use prost::Message as _;
use room_server::wire::{
    FrameType, cmd,
    pb::{liveroom as live, switch},
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    ledger::To,
    run::{Phase, Run},
    session::{End, Session},
    wire::Got,
};

const LINK_HEARTBEAT: Duration = Duration::from_secs(5);
const ROOM_HEARTBEAT: Duration = Duration::from_secs(10);
/// How long an answer may take. The server keeps a user without heartbeat for 60 s.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Pause before a client comes back, seconds on average; a user that is lost stays in its room for 20 s.
const AWAY_S: f64 = 2.0;
/// Most streams of a client at a time.
const MOST_STREAMS: usize = 3;
/// Most users that one custom command names.
const MOST_NAMED: usize = 3;

/// Lives through a whole run as one client after the other in the same place.
pub(crate) async fn live(run: Rc<Run>, number: u32) {
    let room = number as usize % run.options.rooms as usize;
    let mut generation = 0;
    let mut before = None;
    while run.phase() < Phase::Leave {
        let user = format!("u{number}.{generation}");
        let mut session = match Session::begin(&run, room, &user, before.take()).await {
            Ok(session) => session,
            Err(problem) => {
                run.problem(format!("{user} could not come in: {problem}"));
                sleep(run.around(AWAY_S)).await;
                continue;
            }
        };
        run.present.set(run.present.get() + 1);
        let end = stay(&run, &mut session).await;
        run.present.set(run.present.get() - 1);
        session.leave_ledger();
        match end {
            Ok(End::LoggedOut) => generation += 1,
            Ok(End::Dropped) => before = Some(session.memory()),
            Err(problem) => {
                run.problem(format!("{user}: {problem}"));
                generation += 1;
            }
        }
        if run.phase() < Phase::Rest {
            sleep(run.around(AWAY_S)).await;
        }
    }
}

/// What is due when.
struct Timers {
    link: Instant,
    room: Instant,
    act: Instant,
    leave: Option<Instant>,
}

/// From login to the end of the connection.
async fn stay(run: &Rc<Run>, session: &mut Session) -> Result<End, String> {
    let now = Instant::now();
    let mut timers = Timers {
        link: now + LINK_HEARTBEAT,
        room: now,
        act: now + run.around(run.options.interval),
        leave: lifetime(run).map(|time| now + time),
    };
    let mut phase = run.phase.clone();
    let mut seen = run.phase();
    loop {
        let acting = run.phase() == Phase::Load;
        let mut due = timers.link.min(timers.room);
        if acting {
            due = due.min(timers.act).min(timers.leave.unwrap_or(timers.act));
        }
        tokio::select! {
            got = session.wire.next() => match got? {
                Got::End(end) => return Err(format!("cut off: {end:?}")),
                Got::Link(_) => {}
                Got::Room(header, body) => {
                    if let Some(end) = session.handle(&header, &body).await? {
                        return Ok(end);
                    }
                }
            },
            () = sleep_until(due) => {
                if let Some(end) = on_time(run, session, &mut timers).await? {
                    return Ok(end);
                }
            }
            _ = phase.changed() => {
                if seen == Phase::Ramp {
                    timers.act = Instant::now() + run.around(run.options.interval);
                    timers.leave = lifetime(run).map(|time| Instant::now() + time);
                }
                seen = run.phase();
                match seen {
                    Phase::Settle => session.settle_for_good().await?,
                    Phase::Leave => session.log_out().await?,
                    Phase::Ramp | Phase::Load | Phase::Rest => {}
                }
            }
        }
    }
}

/// How long a client stays, so that as many leave per second as wanted. Never the same for two.
fn lifetime(run: &Run) -> Option<Duration> {
    let churn = run.options.churn;
    let mean = f64::from(run.options.connections) / churn;
    (churn > 0.0).then(|| Duration::from_secs_f64((-mean * (1.0 - fastrand::f64()).ln()).min(1e6)))
}

async fn on_time(
    run: &Rc<Run>,
    session: &mut Session,
    timers: &mut Timers,
) -> Result<Option<End>, String> {
    let now = Instant::now();
    session.check_patience()?;
    if timers.link <= now {
        timers.link = now + LINK_HEARTBEAT;
        session
            .wire
            .ping()
            .await
            .map_err(|end| format!("{end:?}"))?;
    }
    if timers.room <= now {
        timers.room = now + ROOM_HEARTBEAT;
        session.heartbeat().await?;
    }
    if run.phase() != Phase::Load {
        return Ok(None);
    }
    if timers.act <= now {
        timers.act = now + run.around(run.options.interval);
        act(session).await?;
    }
    if timers.leave.is_some_and(|at| at <= now) {
        timers.leave = None;
        if fastrand::bool() {
            session.log_out().await?;
        } else {
            run.stats.borrow_mut().counts.drops += 1;
            return Ok(Some(End::Dropped));
        }
    }
    Ok(None)
}

/// One thing that a user does.
async fn act(session: &mut Session) -> Result<(), String> {
    match fastrand::u8(0..10) {
        0..4 => {
            let msg_content = session.text(To::Others);
            let request = live::SendImReq {
                msg_category: 1,
                msg_type: 1,
                msg_content,
            };
            session.ask(cmd::SEND_BROADCAST, &request).await
        }
        4..6 => {
            let message = live::SendBigImReqMsgData {
                msg_category: 1,
                msg_type: 1,
                msg_content: session.text(To::All),
                ..Default::default()
            };
            let request = live::SendBigImReq {
                msg_list: vec![message],
            };
            session.ask(cmd::SEND_BARRAGE, &request).await
        }
        6..8 => {
            let users = session.some_users(MOST_NAMED);
            if users.is_empty() {
                return Ok(());
            }
            let to_user = |user: &String| live::ToUser {
                id_name: user.clone().into_bytes(),
                user_id: 0,
            };
            let request = live::SignalLiveCustomReq {
                to_user_list: users.iter().map(to_user).collect(),
                push_message: session.text(To::Only(users)),
            };
            session.ask(cmd::CUSTOM_COMMAND, &request).await
        }
        _ => change_streams(session).await,
    }
}

async fn change_streams(session: &mut Session) -> Result<(), String> {
    // One change at a time: the answer says which sequence it has.
    if session.is_changing_streams() {
        return Ok(());
    }
    let own: &BTreeSet<Vec<u8>> = &session.own_streams;
    if own.len() < MOST_STREAMS && (own.is_empty() || fastrand::bool()) {
        let stream_id = session.new_stream();
        let request = live::AddStreamReq {
            third_token: session.token.clone().into_bytes(),
            stream_id,
            ..Default::default()
        };
        session.ask(cmd::ADD_STREAM, &request).await
    } else {
        let stream_id = own.first().cloned().unwrap_or_default();
        session.changing = Some(stream_id.clone());
        let request = live::DeleteStreamReq {
            stream_id,
            ..Default::default()
        };
        session.ask(cmd::DELETE_STREAM, &request).await
    }
}

/// The code in the head that every answer begins with.
pub(crate) fn code_of(body: &[u8]) -> Result<u32, String> {
    let answer = switch::CommonRsp::decode(body).map_err(|error| error.to_string())?;
    Ok(answer.rsp_head.map_or(0, |head| head.code))
}

/// Whether the frame says that the link could not handle something.
pub(crate) fn is_exception(kind: FrameType) -> bool {
    kind == FrameType::PushException
}
