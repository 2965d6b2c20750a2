//! The list of hub addresses and which of them is used.

use crate::engine::lean::joined;
use crate::engine::wire::accesshub::WssGroup;
use crate::engine::wire::pb::Messages;
use alloc::{string::String, vec::Vec};

const MAIN_DOMAINS: [&str; 3] = ["zego.im", "coolzcloud.com", "zegocloud.com"];
/// Addresses kept from one answer of the service.
const MAX_HUBS: usize = 32;

#[derive(Debug)]
pub(super) struct Hubs {
    urls: Vec<String>,
    current: usize,
}

impl Hubs {
    pub(super) fn new(urls: Vec<String>) -> Self {
        Self { urls, current: 0 }
    }

    pub(super) fn current(&self) -> &str {
        self.urls.get(self.current).map_or("", String::as_str)
    }

    /// Moves to the next address, after the last one to the first.
    pub(super) fn advance(&mut self) {
        self.current = (self.current + 1).checked_rem(self.urls.len()).unwrap_or(0);
    }

    pub(super) fn rewind(&mut self) {
        self.current = 0;
    }

    /// Takes the hosts of an answer over, unless it has none. With `all_domains` each host is also tried under the other
    /// main domains of the service, as the vendor's client does with a dispatch answer but not with a redirect.
    /// New addresses keep the scheme of the present one, so that a server without TLS can redirect too.
    pub(super) fn replace(
        &mut self,
        groups: Messages<'_, WssGroup<'_>>,
        all_domains: bool,
    ) -> bool {
        let scheme = if self.current().starts_with("ws://") {
            "ws://"
        } else {
            "wss://"
        };
        let mut hosts = Vec::new();
        for group in groups {
            if !group.host().is_empty() {
                hosts.push(group.host_text());
            }
        }
        let is_geo = |host: &String| host.as_bytes().windows(3).any(|part| part == b"geo");
        if all_domains && !hosts.iter().any(is_geo) {
            for domain in MAIN_DOMAINS {
                for group in groups {
                    let (host, main_domain) = (group.host_text(), group.main_domain_text());
                    let own = if main_domain.is_empty() {
                        last_labels(&host)
                    } else {
                        &main_domain
                    };
                    let Some(prefix) = host.strip_suffix(own).filter(|p| !p.is_empty()) else {
                        continue;
                    };
                    let other = joined(&[prefix, domain]);
                    if MAIN_DOMAINS.contains(&own) && !hosts.contains(&other) {
                        hosts.push(other);
                    }
                }
            }
        }
        if hosts.is_empty() {
            return false;
        }
        hosts.truncate(MAX_HUBS);
        for host in &mut hosts {
            *host = joined(&[scheme, host, "/accesshub"]);
        }
        self.urls = hosts;
        self.current = 0;
        true
    }
}

fn last_labels(host: &str) -> &str {
    let mut dots = host.bytes().enumerate().rev().filter(|(_, b)| *b == b'.');
    dots.nth(1)
        .and_then(|(at, _)| host.get(at + 1..))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::wire::{accesshub, pb};

    /// A redirect to one host.
    fn redirect(host: &str) -> Vec<u8> {
        let group = accesshub::write::WssGroup {
            group: b"g",
            host: host.as_bytes(),
            main_domain: b"",
        };
        pb::encode(&accesshub::write::Redirect {
            wss_groups: [group].into_iter().collect(),
        })
    }

    fn replace(hubs: &mut Hubs, host: &str, all_domains: bool) -> bool {
        let bytes = redirect(host);
        let message: accesshub::Redirect = pb::decode(&bytes).unwrap();
        hubs.replace(message.wss_groups(), all_domains)
    }

    #[test]
    fn dispatched_hosts_are_also_tried_under_the_other_main_domains() {
        let mut hubs = Hubs::new(vec!["wss://old/accesshub".into()]);
        assert!(replace(&mut hubs, "hub1.zego.im", true));
        assert_eq!(
            hubs.urls,
            [
                "wss://hub1.zego.im/accesshub",
                "wss://hub1.coolzcloud.com/accesshub",
                "wss://hub1.zegocloud.com/accesshub"
            ]
        );
    }

    #[test]
    fn a_redirect_is_taken_literally_and_keeps_the_scheme() {
        let mut hubs = Hubs::new(vec!["ws://127.0.0.1:1/accesshub".into()]);
        assert!(replace(&mut hubs, "127.0.0.1:2", false));
        assert_eq!(hubs.urls, ["ws://127.0.0.1:2/accesshub"]);
    }

    #[test]
    fn an_answer_without_hosts_changes_nothing() {
        let mut hubs = Hubs::new(vec!["wss://old/accesshub".into()]);
        assert!(!replace(&mut hubs, "", true));
        assert_eq!(hubs.current(), "wss://old/accesshub");
    }
}
