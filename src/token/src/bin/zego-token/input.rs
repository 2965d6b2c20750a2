//! What the commands take from outside: secrets, tokens, time, entropy.

use std::{
    env,
    fs::File,
    io::{self, Read},
    path::Path,
    time::SystemTime,
};

use zego_token::{
    Entropy, MAX_TOKEN_BYTES, Secret,
    mrtc::{
        PrivateKey,
        rand_core::{OsRng, RngCore},
    },
};
use zeroize::Zeroizing;

use crate::{
    args::SecretSource,
    failure::{Failure, Status},
};

/// More than any secret, key or token takes.
const MAX_INPUT_BYTES: u64 = 2 * MAX_TOKEN_BYTES as u64;

const SECRET_VARIABLE: &str = "ZEGO_SERVER_SECRET";
const KEY_VARIABLE: &str = "MRTC_PRIVATE_KEY";

/// The server secret, or `None` when neither a file nor the variable is given.
pub(crate) fn secret(source: &SecretSource) -> Result<Option<Secret>, Failure> {
    let text = read_secret(source.secret_file.as_deref(), SECRET_VARIABLE)?;
    Ok(text
        .map(|text| Secret::new(text.trim_end_matches(['\r', '\n'])))
        .transpose()?)
}

/// The server secret where the command cannot do without.
pub(crate) fn required_secret(source: &SecretSource) -> Result<Secret, Failure> {
    secret(source)?.ok_or_else(|| missing("server secret", "--secret-file", SECRET_VARIABLE))
}

/// The MRTC private key.
pub(crate) fn private_key(file: Option<&Path>) -> Result<PrivateKey, Failure> {
    let text = read_secret(file, KEY_VARIABLE)?
        .ok_or_else(|| missing("private key", "--key-file", KEY_VARIABLE))?;
    Ok(PrivateKey::parse(&text)?)
}

/// The token of the argument or of standard input, without white space around it.
pub(crate) fn token(argument: &str, source: &SecretSource) -> Result<String, Failure> {
    if argument != "-" {
        return Ok(argument.trim().to_owned());
    }
    if source.secret_file.as_deref() == Some(Path::new("-")) {
        return Err(Failure::new(
            Status::Usage,
            "the secret and the token cannot both come from standard input",
        ));
    }
    Ok(read("standard input", io::stdin())?.trim().to_owned())
}

/// `given`, or the clock of the machine, in Unix milliseconds.
pub(crate) fn now_ms(given: Option<i64>) -> Result<i64, Failure> {
    match given {
        Some(now) => Ok(now),
        None => SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .ok_or_else(|| Failure::new(Status::Unreadable, "the clock of this machine is wrong")),
    }
}

/// `given`, or the clock of the machine, in Unix seconds.
pub(crate) fn now(given: Option<i64>) -> Result<i64, Failure> {
    given.map_or_else(|| Ok(now_ms(None)? / 1000), Ok)
}

/// Fresh entropy from the operating system.
pub(crate) fn entropy() -> Result<Entropy, Failure> {
    let mut bytes = [0; 20];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| {
        Failure::new(
            Status::Unreadable,
            "the operating system gives no random numbers",
        )
    })?;
    Ok(Entropy::from_bytes(bytes))
}

fn missing(what: &str, option: &str, variable: &str) -> Failure {
    Failure::new(
        Status::Unreadable,
        format!("no {what}: give {option} or set {variable}"),
    )
}

fn read_secret(file: Option<&Path>, variable: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    match file {
        Some(path) if path == Path::new("-") => read("standard input", io::stdin()).map(Some),
        Some(path) => {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| cannot_read(&name, &error))?;
            read(&name, file).map(Some)
        }
        None => match env::var(variable) {
            Ok(text) => Ok(Some(Zeroizing::new(text)).filter(|text| !text.is_empty())),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(Failure::new(
                Status::Unreadable,
                format!("{variable} is not text"),
            )),
        },
    }
}

fn read(name: &str, from: impl Read) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let bytes = from
        .take(MAX_INPUT_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| cannot_read(name, &error))?;
    if bytes as u64 == MAX_INPUT_BYTES {
        return Err(Failure::new(
            Status::Unreadable,
            format!("{name} is too long"),
        ));
    }
    Ok(text)
}

fn cannot_read(name: &str, error: &io::Error) -> Failure {
    Failure::new(Status::Unreadable, format!("cannot read {name}: {error}"))
}
