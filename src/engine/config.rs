//! What the engine is made with.

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
}

impl Config {
    /// `servers` is the second argument of the public constructor: addresses whose path ends in `/accesshub` are connected
    /// to as given, in order; any other address means the hubs of the public service.
    pub fn new(app_id: u32, servers: Vec<String>) -> Self {
        let mut hubs: Vec<String> = servers.into_iter().filter(|s| is_hub(s)).collect();
        if hubs.is_empty() {
            hubs = PUBLIC_HUBS.iter().map(|hub| (*hub).into()).collect();
        }
        Self { app_id, hubs, seed: 0, device_id: String::new() }
    }
}

fn is_hub(server: &str) -> bool {
    let path = server.split(['?', '#']).next().unwrap_or_default();
    (server.starts_with("ws://") || server.starts_with("wss://")) && path.ends_with("/accesshub")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_hub_is_used_as_given_and_in_order() {
        let servers = vec!["ws://127.0.0.1:1/accesshub".to_owned(), "wss://b.example/x/accesshub".to_owned()];
        assert_eq!(Config::new(1, servers.clone()).hubs, servers);
    }

    #[test]
    fn any_other_address_means_the_public_service() {
        for server in ["", "wss://webliveroom1.example.com/ws", "https://x/accesshub", "ws://a/accesshubs"] {
            assert_eq!(Config::new(1, vec![server.into()]).hubs, PUBLIC_HUBS);
        }
    }
}
