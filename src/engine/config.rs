//! What the engine is made with.

use super::io::NetworkKind;
use super::json;
use super::value::Value;
use alloc::{string::String, vec, vec::Vec};

/// Hubs of the public service, in the order in which they are tried.
pub const PUBLIC_HUBS: [&str; 3] = [
    "wss://accesshub-wss.zego.im/accesshub",
    "wss://accesshub-wss.coolzcloud.com/accesshub",
    "wss://accesshub-wss.zegocloud.com/accesshub",
];

/// Configuration of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// AppID from the console.
    pub app_id: u32,
    /// Addresses to connect to, tried in this order. Never empty.
    pub hubs: Vec<String>,
    /// Seed of the jitter. Not for secrets.
    pub seed: u64,
    /// Random id of the installation, kept by the host.
    pub device_id: String,
    /// Network at the start.
    pub network: NetworkKind,
    /// Whether the device is one of Apple's, whose component reports figures in two halves.
    pub is_ios: bool,
    /// Whether the application decides when to connect and log in again ([`super::Output::Retry`]).
    pub asks_before_retry: bool,
}

impl Config {
    /// `servers` is the second argument of the public constructor: addresses whose path ends in `/accesshub` are connected
    /// to as given, in order; any other address means the hubs of the public service.
    pub fn new(app_id: u32, servers: Vec<String>) -> Self {
        let mut hubs = Vec::new();
        for server in &servers {
            if is_hub(server) {
                hubs.push(server.clone());
            }
        }
        if hubs.is_empty() {
            for hub in &PUBLIC_HUBS {
                hubs.push((*hub).into());
            }
        }
        Self {
            app_id,
            hubs,
            seed: 0,
            device_id: String::new(),
            network: NetworkKind::default(),
            is_ios: false,
            asks_before_retry: false,
        }
    }
}

impl Config {
    /// What the host passes, as JSON: `{appID, server, seed, deviceID, platform, networkType, reconnect}`. The error names what is wrong.
    pub fn from_json(config: &str) -> Result<Self, &'static str> {
        let config = json::value(config);
        let app_id = config
            .get("appID")
            .as_u32()
            .filter(|id| *id > 0)
            .ok_or("appID must be a positive integer below 2^32")?;
        let servers = match config.get("server") {
            Value::Text(server) => vec![server.clone()],
            Value::List(list) => {
                let mut servers = Vec::new();
                for server in list {
                    if let Some(server) = server.as_text() {
                        servers.push(server.into());
                    }
                }
                servers
            }
            _ => return Err("server must be a string or an array of strings"),
        };
        let seed = config.get("seed").as_whole().unwrap_or(0);
        let device_id = config.get("deviceID").as_text().unwrap_or_default().into();
        let platform = config.get("platform").as_text().unwrap_or_default();
        Ok(Self {
            // "iOS", in some clients "iPhone OS".
            is_ios: matches!(platform.as_bytes(), [b'i' | b'I', ..]),
            seed,
            device_id,
            asks_before_retry: matches!(config.get("reconnect"), Value::Bool(true)),
            network: NetworkKind::from_host(
                config.get("networkType").as_text().unwrap_or_default(),
            ),
            ..Self::new(app_id, servers)
        })
    }
}

fn is_hub(server: &str) -> bool {
    let end = server
        .as_bytes()
        .iter()
        .position(|byte| matches!(*byte, b'?' | b'#'));
    let path = server
        .get(..end.unwrap_or(server.len()))
        .unwrap_or_default();
    (server.starts_with("ws://") || server.starts_with("wss://")) && path.ends_with("/accesshub")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_hub_is_used_as_given_and_in_order() {
        let servers = vec![
            "ws://127.0.0.1:1/accesshub".to_owned(),
            "wss://b.example/x/accesshub".to_owned(),
        ];
        assert_eq!(Config::new(1, servers.clone()).hubs, servers);
    }

    #[test]
    fn any_other_address_means_the_public_service() {
        for server in [
            "",
            "wss://webliveroom1.example.com/ws",
            "https://x/accesshub",
            "ws://a/accesshubs",
        ] {
            assert_eq!(Config::new(1, vec![server.into()]).hubs, PUBLIC_HUBS);
        }
    }
}
