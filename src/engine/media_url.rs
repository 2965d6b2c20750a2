//! Where to push a stream to and pull it from: the request to the service, its answer, and the URL made of it.

use super::error::{Code, DISPATCH_ERROR, PLAY_NOT_FOUND};
use super::json;
use super::lean::{joined, position};
use super::room::LoginRequest;
use super::time::Now;
use super::value::Value;
use super::wire::{initconfig, pb, text};
use alloc::{string::String, string::ToString, vec, vec::Vec};

/// Media hosts kept from one answer.
pub(super) const MAX_HOSTS: usize = 16;

const STREAM_NOT_FOUND: &str = "1900001004";
const RESOURCE_CDN: u32 = 0;
const PROTOCOL_RTMP: u32 = 1;
const STREAM_NAME: &str = "{STREAM_NAME}";

/// Whether a URL is for sending or for receiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Direction {
    Push,
    Pull,
}

/// Addresses of one stream, one of them in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Addresses {
    bases: Vec<String>,
    current: usize,
    is_cdn: bool,
}

impl Addresses {
    /// On the media hosts that the service named.
    pub(super) fn on_hosts(hosts: Vec<String>, app_id: u32, stream_id: &str) -> Self {
        let app_id = app_id.to_string();
        let mut bases = Vec::new();
        for host in &hosts {
            if bases.len() < MAX_HOSTS {
                bases.push(joined(&["rtmp://", host, "/", &app_id, "/", stream_id]));
            }
        }
        Self {
            bases,
            ..Self::default()
        }
    }

    /// From a template of the application configuration.
    pub(super) fn on_cdn(template: &str, stream_id: &str) -> Self {
        Self {
            bases: vec![fill(template, stream_id)],
            current: 0,
            is_cdn: true,
        }
    }

    /// Whether it is from a template, and no request gives another one.
    pub(super) fn is_cdn(&self) -> bool {
        self.is_cdn
    }

    /// Whether there is none (yet).
    pub(super) fn is_empty(&self) -> bool {
        self.bases.is_empty()
    }

    /// Moves to the next address, after the last one to the first.
    pub(super) fn advance(&mut self) {
        self.current = (self.current + 1)
            .checked_rem(self.bases.len())
            .unwrap_or(0);
    }

    /// The address in use with its parameters: those of the application, then the time and the user's session.
    pub(super) fn url(&self, params: &str, user_session_id: u64, now: Now) -> String {
        let mut url = self.bases.get(self.current).cloned().unwrap_or_default();
        if !params.is_empty() {
            url.push(separator(&url));
            url.push_str(params);
        }
        let separator = separator(&url);
        url.push(separator);
        url.push_str("zgseq=");
        url.push_str(&now.wall.to_string());
        url.push_str("&zgdid=");
        url.push_str(&user_session_id.to_string());
        url
    }
}

/// Path of the request for media hosts.
pub(super) fn dispatch_path(
    app_id: u32,
    stream_id: &str,
    direction: Direction,
    outer_ip: &str,
) -> String {
    let direction = match direction {
        Direction::Push => "push",
        Direction::Pull => "pull",
    };
    joined(&[
        "/v1/jsrtmp/dispatch/",
        &app_id.to_string(),
        "/",
        stream_id,
        "/",
        direction,
        "/",
        outer_ip,
    ])
}

/// Headers of the request for media hosts.
pub(super) fn dispatch_headers<'a>(
    app_id: &'a str,
    login: &'a LoginRequest,
) -> [(&'static str, &'a str); 4] {
    [
        ("Token-Appid", app_id),
        ("Token-Str", &login.token),
        ("Token-Userid", &login.user.id),
        ("Token-Biztype", "2"),
    ]
}

/// The media hosts of an answer; at least one.
pub(super) fn parse_dispatch(body: &[u8]) -> Result<Vec<String>, Code> {
    let answer = json::value(&text(body));
    let mut hosts = Vec::new();
    if let Value::List(list) = answer.get("hosts") {
        for host in list {
            match host.as_text() {
                Some(host) if !host.is_empty() => hosts.push(host.into()),
                _ => {}
            }
        }
    }
    let code = match answer.get("code") {
        Value::Undefined => "0",
        code => code.as_number().unwrap_or_default(),
    };
    match code {
        "0" if !hosts.is_empty() => Ok(hosts),
        STREAM_NOT_FOUND => Err(PLAY_NOT_FOUND),
        _ => Err(DISPATCH_ERROR),
    }
}

/// URL templates of the CDN, from the application configuration.
#[derive(Debug, Default)]
pub(super) struct CdnTemplates {
    publish: Option<String>,
    play: Option<String>,
}

impl CdnTemplates {
    /// Reads an application configuration; what it lacks stays as it was.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let Ok(config) = pb::decode::<initconfig::InitConfig>(bytes) else {
            return;
        };
        let media = config.media_config().unwrap_or_default();
        let publish = media.publish_config().unwrap_or_default();
        if let Some(template) = rtmp_template(publish.resource_info()) {
            self.publish = Some(template);
        }
        let play = media.play_config().unwrap_or_default();
        if let Some(template) = rtmp_template(play.resource_info()) {
            self.play = Some(template);
        }
    }

    /// The template for a direction, if the AppID has a CDN.
    pub(super) fn get(&self, direction: Direction) -> Option<&str> {
        match direction {
            Direction::Push => self.publish.as_deref(),
            Direction::Pull => self.play.as_deref(),
        }
    }
}

fn rtmp_template(resources: pb::Messages<'_, initconfig::ResourceInfo<'_>>) -> Option<String> {
    for resource in resources {
        if resource.resource_type() == RESOURCE_CDN {
            for service in resource.service_info() {
                if service.protocol() == PROTOCOL_RTMP {
                    return Some(service.url_template_text());
                }
            }
        }
    }
    None
}

/// By hand because `str::replace` brings in the library's whole search for texts.
fn fill(template: &str, stream_id: &str) -> String {
    let (mut url, mut rest) = (String::new(), template);
    while let Some(at) = position(rest.as_bytes(), STREAM_NAME.as_bytes()) {
        url.push_str(rest.get(..at).unwrap_or_default());
        url.push_str(stream_id);
        rest = rest.get(at + STREAM_NAME.len()..).unwrap_or_default();
    }
    url.push_str(rest);
    url
}

fn separator(url: &str) -> char {
    if url.bytes().any(|byte| byte == b'?') {
        '&'
    } else {
        '?'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_the_parameters_of_the_application_first() {
        let mut addresses = Addresses::on_hosts(
            vec!["h1.example".into(), "10.0.0.1:1935".into()],
            1_739_272_706,
            "st",
        );
        let now = Now::at(0, 1_795_330_383_481);
        assert_eq!(
            addresses.url("k=v", 1003, now),
            "rtmp://h1.example/1739272706/st?k=v&zgseq=1795330383481&zgdid=1003"
        );
        addresses.advance();
        assert_eq!(
            addresses.url("", 1003, now),
            "rtmp://10.0.0.1:1935/1739272706/st?zgseq=1795330383481&zgdid=1003"
        );
        addresses.advance();
        assert!(addresses.url("", 1, now).starts_with("rtmp://h1.example/"));
    }

    #[test]
    fn the_answer_of_the_dispatch_is_read_or_refused() {
        assert_eq!(
            parse_dispatch(br#"{"code":0,"message":"ok","hosts":["a","","b:1"]}"#),
            Ok(vec!["a".into(), "b:1".into()])
        );
        assert_eq!(
            parse_dispatch(br#"{"code":1900001004}"#),
            Err(PLAY_NOT_FOUND)
        );
        for bad in [
            &br#"{"code":0}"#[..],
            br#"{"code":0,"hosts":[]}"#,
            br#"{"code":5,"hosts":["a"]}"#,
            b"<html>",
            b"",
            br#"{"hosts":7}"#,
        ] {
            assert_eq!(parse_dispatch(bad), Err(DISPATCH_ERROR));
        }
    }
}
