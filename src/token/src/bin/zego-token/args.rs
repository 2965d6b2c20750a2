//! Options and their help.

use std::path::PathBuf;

use clap::{Args as ArgGroup, Parser, Subcommand, ValueEnum};
use zego_token::{
    Form,
    mrtc::{DOCUMENTED_ORDER, Field},
};

const EXIT_STATUS: &str = "\
Exit status:
  0  done; for `verify`: the token is good
  1  the token is refused: malformed, made with another secret, changed, or not for what was asked
  2  wrong options, or a value out of range
  3  a secret, key or token could not be read or is not one, or the output could not be written
  4  the token has expired

Environment:
  ZEGO_SERVER_SECRET  the server secret (32 characters), unless --secret-file is given
  MRTC_PRIVATE_KEY    the private key (PEM or base64 of PKCS#8), unless --key-file is given

A secret is never taken from an argument: every user of a machine can read the arguments of every process.
Error texts hold neither secrets nor tokens.";

const ISSUE_EXAMPLES: &str = "\
Examples:
  A token for a day:
    zego-token issue --app-id 1234567890 --user-id alice --secret-file secret.txt
  One that lets alice into room r1 but not publish, for an hour:
    zego-token issue --app-id 1234567890 --user-id alice --lifetime 3600 --room r1 --login allow --publish deny

The random parts come from the operating system.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  zego-token verify --user-id alice --room r1 \"$TOKEN\"
  zego-token verify --require-gcm --json - < token.txt || echo \"refused with status $?\"";

const SIGN_NOTES: &str = "\
The recipe is the one Alibaba documents for mPaaS:
  base64(RSA(bizName + appId + workspaceId + uid + expireTime))
RSA is the private-key operation with PKCS#1 v1.5 padding of block type 1 and no digest; expireTime counts \
milliseconds. Whether public Alipay mini programs use the same fields in the same order could not be checked: \
compare with the page Alibaba gave you and change --order if it differs.

Example:
  zego-token sign-mrtc --key-file key.pem --biz-name my_biz --app-id N --workspace-id default --uid alice";

/// Room tokens (Token04) and MRTC signatures on the command line.
///
/// A token lets one user into the rooms of one app until it expires; it is made with the app's server secret, on the
/// app's own server. `<rtc-room>` needs a signature beside it, made with the app's private key.
#[derive(Parser)]
#[command(version, after_long_help = EXIT_STATUS, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print JSON; errors too, on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a token
    #[command(after_long_help = with_statuses(ISSUE_EXAMPLES))]
    Issue(Issue),
    /// Show what a token says; without the secret only what stands outside the cipher
    ///
    /// The status is 0 for an expired token too: `verify` judges, `inspect` shows. With the secret it also tells
    /// whether the expiry outside the cipher was changed.
    #[command(after_long_help = EXIT_STATUS)]
    Inspect(Inspect),
    /// Decide whether a token is good
    ///
    /// Good means: it opens with the secret, carries the same expiry outside and inside the cipher, has not expired,
    /// and is for the app, user, room and stream that were asked for. The status tells the outcome.
    #[command(after_long_help = with_statuses(VERIFY_EXAMPLES))]
    Verify(Verify),
    /// Make the `signature` of `<rtc-room>`
    #[command(after_long_help = with_statuses(SIGN_NOTES))]
    SignMrtc(SignMrtc),
}

#[derive(ArgGroup)]
pub(crate) struct SecretSource {
    /// File with the server secret, `-` for standard input; else the environment variable ZEGO_SERVER_SECRET
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
}

#[derive(ArgGroup)]
pub(crate) struct Issue {
    /// App id, 1 to 4294967295
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) app_id: i64,
    /// User id, 1 to 64 bytes; the userID given to loginRoom
    #[arg(long, value_name = "ID")]
    pub(crate) user_id: String,
    /// Seconds until the token expires
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 86_400,
        allow_negative_numbers = true
    )]
    pub(crate) lifetime: i64,
    /// Cipher; the vendor recommends GCM and calls CBC deprecated
    #[arg(long, value_enum, default_value_t = FormName::Gcm)]
    pub(crate) form: FormName,
    #[command(flatten)]
    pub(crate) privileges: IssuePrivileges,
    /// Payload text of your own instead of privileges
    #[arg(long, value_name = "TEXT", conflicts_with = "IssuePrivileges")]
    pub(crate) payload: Option<String>,
    /// Time of issue in Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// Privileged tokens must be enabled for the app by the vendor's support.
#[derive(ArgGroup)]
#[group(id = "IssuePrivileges", multiple = true)]
pub(crate) struct IssuePrivileges {
    /// The only room the token is good for [default: any]
    #[arg(long, value_name = "ID", help_heading = "Privileges")]
    pub(crate) room: Option<String>,
    /// Whether the user may log in
    #[arg(long, value_enum, help_heading = "Privileges")]
    pub(crate) login: Option<Decision>,
    /// Whether the user may publish; left out, publishing is not checked
    #[arg(long, value_enum, help_heading = "Privileges")]
    pub(crate) publish: Option<Decision>,
    /// A stream the user may publish; may be repeated [default: any]
    #[arg(long, value_name = "ID", help_heading = "Privileges")]
    pub(crate) stream: Vec<String>,
}

#[derive(ArgGroup)]
pub(crate) struct Inspect {
    /// The token, or `-` for standard input
    pub(crate) token: String,
    /// Time to compare the expiry with, in Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

#[derive(ArgGroup)]
pub(crate) struct Verify {
    /// The token, or `-` for standard input
    pub(crate) token: String,
    /// App the token must be for
    #[arg(long, value_name = "NUMBER")]
    pub(crate) app_id: Option<i64>,
    /// User the token must be for
    #[arg(long, value_name = "ID")]
    pub(crate) user_id: Option<String>,
    /// Room the user must be allowed to log into
    #[arg(long, value_name = "ID")]
    pub(crate) room: Option<String>,
    /// Stream the user must be allowed to publish in the room
    #[arg(long, value_name = "ID", requires = "room")]
    pub(crate) stream: Option<String>,
    /// Refuse CBC tokens, whose contents are not authenticated
    #[arg(long)]
    pub(crate) require_gcm: bool,
    /// Time to verify for, in Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

#[derive(ArgGroup)]
pub(crate) struct SignMrtc {
    /// Business name given by Alibaba
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) biz_name: String,
    /// App id; the component's subBiz
    #[arg(
        long,
        visible_alias = "sub-biz",
        value_name = "ID",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) app_id: String,
    /// Workspace of the mPaaS console
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub(crate) workspace_id: String,
    /// User id, 1 to 128 of A-Z a-z 0-9 _; the component's userId. Alipay's own ids with a `-` do not work
    #[arg(long, value_name = "ID")]
    pub(crate) uid: String,
    /// Seconds until the signature expires
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 300,
        allow_negative_numbers = true
    )]
    pub(crate) valid_for: i64,
    /// Fields to sign, in this order
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_parser = parse_field,
        default_value = "bizName,appId,workspaceId,uid,expireTime")]
    pub(crate) order: Vec<Field>,
    /// Time of signing in Unix milliseconds [default: now]
    #[arg(long, value_name = "MILLISECONDS", allow_negative_numbers = true)]
    pub(crate) now_ms: Option<i64>,
    /// File with the private key, `-` for standard input; else the environment variable MRTC_PRIVATE_KEY
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum FormName {
    Gcm,
    Cbc,
}

impl From<FormName> for Form {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Gcm => Self::Gcm,
            FormName::Cbc => Self::Cbc,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    Allow,
    Deny,
}

fn with_statuses(examples: &str) -> String {
    format!("{examples}\n\n{EXIT_STATUS}")
}

fn parse_field(name: &str) -> Result<Field, String> {
    DOCUMENTED_ORDER
        .into_iter()
        .find(|field| field.as_str() == name)
        .ok_or_else(|| {
            format!(
                "known fields are {}",
                DOCUMENTED_ORDER.map(Field::as_str).join(", ")
            )
        })
}
