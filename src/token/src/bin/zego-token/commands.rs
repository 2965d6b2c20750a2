//! The four commands.

use zego_token::{Claims, Envelope, Expect, Issue, Privileges, Version, mrtc::Request, verify};

use crate::{
    args::{self, Command, Decision},
    failure::{Failure, Status},
    input,
    report::{self, Report},
};

pub(crate) fn run(command: &Command, json: bool) -> Result<(), Failure> {
    match command {
        Command::Issue(args) => issue(args, json),
        Command::Inspect(args) => inspect(args, json),
        Command::Verify(args) => verify_token(args, json),
        Command::SignMrtc(args) => sign_mrtc(args, json),
    }
}

fn issue(args: &args::Issue, json: bool) -> Result<(), Failure> {
    let secret = input::required_secret(&args.secret)?;
    let now = input::now(args.now)?;
    let payload = match &args.payload {
        Some(payload) => payload.clone(),
        None => privileges(&args.privileges)
            .map(|privileges| privileges.to_payload())
            .unwrap_or_default(),
    };
    let request = Issue {
        app_id: args.app_id,
        user_id: &args.user_id,
        lifetime: args.lifetime,
        payload: &payload,
        form: args.form.into(),
    };
    let token = request.token(&secret, now, &input::entropy()?)?;
    if !json {
        return report::line(&token);
    }
    let expire = Envelope::parse(&token)?.expire();
    let mut report = Report::new();
    report
        .add("token", token)
        .add("app_id", args.app_id)
        .add("user_id", args.user_id.as_str())
        .add("expire", expire)
        .add("form", request.form.as_str());
    report.print(json)
}

fn inspect(args: &args::Inspect, json: bool) -> Result<(), Failure> {
    let token = input::token(&args.token, &args.secret)?;
    let secret = input::secret(&args.secret)?;
    let now = input::now(args.now)?;
    let envelope = Envelope::parse(&token)?;

    let mut report = Report::new();
    report
        .add("version", envelope.version().as_str())
        .add("form", envelope.form().as_str());
    report
        .add_time("expire", envelope.expire())
        .add("expired", envelope.is_expired_at(now));
    match secret
        .filter(|_| envelope.version() == Version::V04)
        .map(|secret| envelope.open(&secret))
    {
        None => report.print(json),
        Some(Ok(claims)) => {
            report
                .add_time("expire_inside", claims.expire)
                .add("expire_tampered", claims.expire != envelope.expire());
            add_claims(&mut report, &claims);
            report.print(json)
        }
        Some(Err(error)) => {
            report.print(json)?;
            Err(Failure::new(Status::Refused, error))
        }
    }
}

fn verify_token(args: &args::Verify, json: bool) -> Result<(), Failure> {
    let token = input::token(&args.token, &args.secret)?;
    let secret = input::required_secret(&args.secret)?;
    let expect = Expect {
        app_id: args.app_id,
        user_id: args.user_id.as_deref(),
        authenticated: args.require_gcm,
    };
    let claims = verify(&token, &secret, input::now(args.now)?, &expect)?;
    if let Some(room) = &args.room {
        check_privileges(&claims, room, args.stream.as_deref())?;
    }
    let mut report = Report::new();
    report.add("good", true).add_time("expire", claims.expire);
    add_claims(&mut report, &claims);
    report.print(json)
}

fn sign_mrtc(args: &args::SignMrtc, json: bool) -> Result<(), Failure> {
    let key = input::private_key(args.key_file.as_deref())?;
    let now_ms = input::now_ms(args.now_ms)?;
    let valid_ms = args.valid_for.saturating_mul(1000);
    let request = Request {
        biz_name: &args.biz_name,
        app_id: &args.app_id,
        workspace_id: &args.workspace_id,
        uid: &args.uid,
        order: &args.order,
    };
    let signature = request.sign(
        &key,
        now_ms,
        valid_ms,
        &mut zego_token::mrtc::rand_core::OsRng,
    )?;
    if !json {
        return report::line(&signature);
    }
    let mut report = Report::new();
    report
        .add("signature", signature)
        .add("uid", args.uid.as_str())
        .add("expire_time_ms", now_ms.saturating_add(valid_ms))
        .add("signed_text", request.text(now_ms, valid_ms)?);
    report.print(json)
}

fn privileges(args: &args::IssuePrivileges) -> Option<Privileges> {
    let decided = |decision: Option<Decision>| decision.map(|decision| decision == Decision::Allow);
    let privileges = Privileges {
        room_id: args.room.clone().unwrap_or_default(),
        login: decided(args.login),
        publish: decided(args.publish),
        stream_ids: args.stream.clone(),
    };
    (privileges != Privileges::default()).then_some(privileges)
}

fn check_privileges(claims: &Claims, room: &str, stream: Option<&str>) -> Result<(), Failure> {
    let refused = |reason: &str| Failure::new(Status::Refused, reason);
    let Some(privileges) = claims
        .privileges()
        .map_err(|error| refused(&error.to_string()))?
    else {
        return Ok(());
    };
    if !privileges.allows_login(room) {
        return Err(refused("does not allow to log into this room"));
    }
    if stream.is_some_and(|stream| !privileges.allows_publish(room, stream)) {
        return Err(refused("does not allow to publish this stream"));
    }
    Ok(())
}

fn add_claims(report: &mut Report, claims: &Claims) {
    report
        .add("app_id", claims.app_id)
        .add("user_id", claims.user_id.as_str());
    report.add_time("ctime", claims.ctime);
    report
        .add("nonce", claims.nonce)
        .add("payload", claims.payload.as_deref());
    if let Ok(Some(privileges)) = claims.privileges() {
        report
            .add("room_id", privileges.room_id)
            .add("login", privileges.login)
            .add("publish", privileges.publish)
            .add("stream_ids", privileges.stream_ids);
    }
}
