//! What the direct route and signed URLs are set up with. The function reads the same texts and is the one that
//! decides; here they are checked for what would otherwise only show in its answers.

use super::{FromText, text_type};
use crate::settings::problem::Fault;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::fmt;

/// Longest list of hosts or presets in bytes: all of a function's variables have 4 KB (LA-07).
const MAX_LIST: usize = 700;

text_type! {
    /// Hosts that images are fetched from, separated by commas; empty: none, and no direct route.
    Sources
}

/// See [`super::pattern`].
pub const SOURCES_PATTERN: &str = r"^[\s,A-Za-z0-9.*:/_\[\]-]*$";

impl FromText for Sources {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let entries: Vec<&str> = text
            .split(|c: char| c == ',' || c.is_ascii_whitespace())
            .filter(|entry| !entry.is_empty())
            .collect();
        entries.iter().try_for_each(|entry| source(entry))?;
        // What the function would refuse, above all hosts that it can never reach.
        for entry in &entries {
            let sources = entry.parse::<imgdeploy_sources::source::Sources>();
            let wrong = |problem, hint| Fault::new(format!("can't be: {problem}")).hint(hint);
            let sources = sources.map_err(|problem| wrong(problem, HOSTS))?;
            let reachable = sources.check_reachable();
            reachable.map_err(|problem| wrong(problem, "only hosts on the internet are fetched from"))?;
        }
        let list = entries.join(",");
        too_long(&list)?;
        Ok(Self(list))
    }
}

impl Sources {
    /// Whether nothing is fetched from anywhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How hosts are written.
const HOSTS: &str = "write hosts such as `images.example.com` or `*.example.com`";

/// `images.example.com`, `*.example.com`, `images.example.com:8443`, `http://old.example.com`.
fn source(entry: &str) -> Result<(), Fault> {
    let wrong = |why: &str| Err(Fault::new(format!("has `{entry}`, which {why}")).hint(HOSTS));
    let host = entry.strip_prefix("https://").or_else(|| entry.strip_prefix("http://")).unwrap_or(entry);
    let (below, host) = host.strip_prefix("*.").map_or((false, host), |host| (true, host));
    // The function's own reading says all there is to say of a `*` that is not in its place.
    if host.contains('*') {
        return Ok(());
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
        return wrong("has no valid port after `:`");
    }
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match address {
        Some(address) if !below && address.parse::<std::net::Ipv6Addr>().is_ok() => return Ok(()),
        Some(_) => return wrong("is not an address"),
        None => {}
    }
    if name.is_empty() || !name.chars().all(plain) || name.starts_with('.') || name.ends_with('.') {
        return wrong("is not a host (write other than ASCII letters as `xn--…`)");
    }
    if below && !name.contains('.') {
        return wrong("is too wide: a domain of two names at least has to follow `*.`");
    }
    Ok(())
}

fn too_long(list: &str) -> Result<(), Fault> {
    if list.len() > MAX_LIST {
        let length = list.len();
        return Err(Fault::new(format!(
            "is too long: {length} bytes, and {MAX_LIST} fit into the function's variables"
        )));
    }
    Ok(())
}

text_type! {
    /// Names for specs, `thumb=300x200/smart;hero=1600x`.
    Presets
}

/// See [`super::pattern`].
pub const PRESETS_PATTERN: &str = r"^[\s!-~]*$";

/// Name and spec of each preset in the text of a list of them.
pub fn preset_entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.split(';').filter_map(|entry| entry.split_once('='))
}

impl FromText for Presets {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let mut names: Vec<&str> = Vec::new();
        let mut entries: Vec<String> = Vec::new();
        for entry in text.split(';').map(str::trim).filter(|entry| !entry.is_empty()) {
            let wrong = |why: String| {
                Err(Fault::new(format!("has `{entry}`, {why}"))
                    .hint("write `name=300x200/smart`, several separated by `;`"))
            };
            let Some((name, spec)) = entry.split_once('=').map(|(name, spec)| (name.trim(), spec.trim()))
            else {
                return wrong("which has no `=`".to_owned());
            };
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
            if name.is_empty() || !name.bytes().all(plain) {
                return wrong(format!("and `{name}` is not a name: only a-z, 0-9, `-` and `_` can be in it"));
            }
            let size = |side: &str| side.bytes().all(|b| b.is_ascii_digit());
            let is_size = name.split_once('x').is_some_and(|(width, height)| size(width) && size(height));
            if is_size || matches!(name, "unsafe" | "direct" | "trim" | "smart" | "fit-in") {
                return wrong(format!("and `{name}` means something else in a URL"));
            }
            if names.contains(&name) {
                return wrong(format!("and `{name}` is there twice"));
            }
            if spec.is_empty() || !spec.bytes().all(|b| b.is_ascii_graphic()) {
                return wrong("and behind `=` is no spec in plain ASCII".to_owned());
            }
            names.push(name);
            entries.push(format!("{name}={spec}"));
        }
        let list = entries.join(";");
        // What the function would refuse: specs that are none, names that are specs.
        resizer_core::spec::Presets::parse(&list)
            .map_err(|error| Fault::new(format!("has a wrong spec or name: {error}")))?;
        too_long(&list)?;
        Ok(Self(list))
    }
}

/// The key that URLs are signed with. It is never shown: there is no `Display`, and no message has it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityKey(String);

/// See [`super::pattern`].
pub const SECURITY_KEY_PATTERN: &str = "^[!-~]{16,256}$";

impl SecurityKey {
    /// The key itself, for the stack.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The signature of `text`, as the function and thumbor's clients make it: HMAC-SHA1 in URL-safe base64.
    pub fn sign(&self, text: &str) -> String {
        // HMAC takes keys of any length.
        Hmac::<Sha1>::new_from_slice(self.0.as_bytes()).map_or_else(
            |_| String::new(),
            |mut mac| {
                mac.update(text.as_bytes());
                URL_SAFE.encode(mac.finalize().into_bytes())
            },
        )
    }
}

impl fmt::Debug for SecurityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityKey(…)")
    }
}

impl FromText for SecurityKey {
    fn from_text(text: &str) -> Result<Self, Fault> {
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Fault::new(
                "must be plain ASCII without blanks: client libraries differ on anything else",
            ));
        }
        if !(16..=256).contains(&text.len()) {
            // Whoever sees one signed URL can try keys at home.
            return Err(Fault::new(format!("must have 16 to 256 characters, and has {}", text.len()))
                .hint("make one with `openssl rand -base64 30`"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sources() {
        let list = Sources::from_text(
            " images.example.com, *.example.org\nhttp://old.example.com:8080 [2606:4700::1]:81",
        )
        .unwrap();
        let expected = "images.example.com,*.example.org,http://old.example.com:8080,[2606:4700::1]:81";
        assert_eq!(list.as_str(), expected);
        assert!(Sources::from_text("").unwrap().is_empty());
        for (text, says) in [
            ("*", "`*` is every host there is"),
            ("http://*:81", "is every host there is"),
            ("a.*.com", "as in *.example.com"),
            ("*a.com", "as in *.example.com"),
            ("images.test", "below `test` are for tests"),
            ("*.a.onion", "below `onion` are for Tor"),
            ("nas.home.arpa", "of this machine"),
            ("*.com", "too wide"),
            ("a.com/b", "not a host"),
            ("u@a.com", "not a host"),
            ("bücher.example", "xn--"),
            ("a.com:0", "port"),
            ("a.com:x", "port"),
            ("[zz]", "address"),
            (".a.com", "not a host"),
            ("http://169.254.169.254", "cloud metadata"),
            ("2852039166", "cloud metadata"),
            ("[::ffff:127.0.0.1]", "IPv4-mapped"),
            ("images.example.com,localhost:8080", "never fetched from"),
            ("metadata.google.internal", "never fetched from"),
            (&"a.example.com,".repeat(60), "too long"),
        ] {
            let fault = Sources::from_text(text).unwrap_err();
            assert!(fault.message.contains(says), "{text}: {}", fault.message);
        }
    }

    #[test]
    fn presets() {
        let list = Presets::from_text(" thumb = 300x200/smart ;hero=1600x;").unwrap();
        assert_eq!(list.as_str(), "thumb=300x200/smart;hero=1600x");
        for (text, says) in [
            ("thumb", "no `=`"),
            ("Thumb=1x", "not a name"),
            ("30x20=1x", "means something else"),
            ("unsafe=1x", "means something else"),
            ("a=1x;a=2x", "twice"),
            ("a=", "no spec"),
            ("a=ä", "no spec"),
            ("a=nonsense", "wrong spec"),
            ("left=1x", "wrong spec or name"),
            ("a=300x/filters:blur(999)", "wrong spec"),
        ] {
            let fault = Presets::from_text(text).unwrap_err();
            assert!(fault.message.contains(says), "{text}: {}", fault.message);
        }
    }

    #[test]
    fn the_key_is_in_no_message() {
        for text in ["too-short", "has blanks in it, which none may", &"x".repeat(257)] {
            let fault = SecurityKey::from_text(text).unwrap_err();
            assert!(!fault.message.contains(text), "{}", fault.message);
        }
        let key = SecurityKey::from_text("0123456789abcdef").unwrap();
        assert_eq!(key.expose(), "0123456789abcdef");
        assert!(!format!("{key:?}").contains("0123"));
        // Made by libthumbor 2.0.2.
        assert_eq!(key.sign("300x200/pics/a.jpg"), "ifmc_WaUtFHtgaxh1my4ZEslCi0=");
    }
}
