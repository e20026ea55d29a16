//! Base URLs.

use super::{FromText, text_type};
use crate::settings::problem::Fault;

text_type! {
    /// An `http` or `https` address without query, without fragment and without a `/` at its end, so
    /// that `{url}/{key}` is right.
    BaseUrl
}

/// See [`super::pattern`].
pub const PATTERN: &str = r"^https?://([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$";

const MAX_LEN: usize = 1_000;

impl FromText for BaseUrl {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(Fault::new(format!("must begin with `https://` or `http://`, not `{text}`"))
                .hint(format!("write `https://{}`", text.trim_start_matches('/'))));
        };
        if !matches!(scheme, "http" | "https") {
            return Err(Fault::new(format!(
                "must begin with `https://` or `http://`, not with `{scheme}://`"
            )));
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let wrong = |why: &str| Err(Fault::new(format!("{why}: `{text}`")));
        if text.contains(['?', '#']) {
            return wrong("must end before the query (`?`) and the fragment (`#`)");
        }
        if authority.contains('@') {
            return Err(Fault::new("must not hold a user name or password"));
        }
        let (host, port) = split_port(authority);
        if !is_host(host) {
            return if host.is_ascii() {
                wrong("has no valid host name")
            } else {
                wrong("must have its host name in ASCII form (`xn--…`)")
            };
        }
        if !port.is_none_or(is_port) {
            return wrong("has no valid port after `:`");
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~%/-".contains(&byte);
        if !path.bytes().all(plain) {
            return wrong("has a character in its path that must be percent-encoded");
        }
        if text.len() > MAX_LEN {
            return Err(Fault::new(format!("must have at most {MAX_LEN} characters, not {}", text.len())));
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_port(port: &str) -> bool {
    // `parse` alone would take a sign.
    (1..=5).contains(&port.len())
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let edge = |c: char| c.is_ascii_alphanumeric();
    host.starts_with(edge)
        && host.ends_with(edge)
        && host.chars().all(|c| edge(c) || matches!(c, '.' | '-' | '_'))
}
