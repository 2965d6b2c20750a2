//! The list of hub addresses and which of them is used.

use crate::engine::lean::{joined, position};
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
        let is_geo = |host: &String| position(host.as_bytes(), b"geo").is_some();
        if all_domains && !hosts.iter().any(is_geo) {
            for domain in &MAIN_DOMAINS {
                for group in groups {
                    let (host, main_domain) = (group.host_text(), group.main_domain_text());
                    if let Some(stem) = stem(&host, &main_domain) {
                        let other = joined(&[stem, domain]);
                        if !hosts.contains(&other) {
                            hosts.push(other);
                        }
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

/// What stands before the main domain of a host, if that is one of the service's. Without a name of its own the main domain is
/// that of the last two labels.
fn stem<'a>(host: &'a str, main_domain: &str) -> Option<&'a str> {
    for own in &MAIN_DOMAINS {
        if let Some(stem) = host.strip_suffix(*own) {
            let is_own = main_domain == *own
                || (main_domain.is_empty() && stem.as_bytes().last() == Some(&b'.'));
            return Some(stem).filter(|stem| is_own && !stem.is_empty());
        }
    }
    None
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
    fn only_hosts_under_a_main_domain_have_others() {
        let cases = [
            ("a.b.zego.im", "", Some("a.b.")),
            ("a.coolzcloud.com", "coolzcloud.com", Some("a.")),
            ("a.zegocloud.com", "zego.im", None),
            ("azego.im", "", None),
            ("azego.im", "zego.im", Some("a")),
            ("zego.im", "", None),
            ("a.example.com", "", None),
            ("a.example.com", "example.com", None),
        ];
        for (host, main_domain, expected) in cases {
            assert_eq!(stem(host, main_domain), expected, "{host} {main_domain}");
        }
    }

    #[test]
    fn an_answer_without_hosts_changes_nothing() {
        let mut hubs = Hubs::new(vec!["wss://old/accesshub".into()]);
        assert!(!replace(&mut hubs, "", true));
        assert_eq!(hubs.current(), "wss://old/accesshub");
    }
}
