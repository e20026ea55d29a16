//! `SOURCES`: which hosts images are fetched from. Pure.

use crate::address::{Guard, PublicOnly};
use crate::special::{Use, special};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use url::{Host, Url};

/// Longest URL that is fetched, in bytes.
const LONGEST_URL: usize = 4096;

/// One entry: `images.example.com`, `*.example.com`, `images.example.com:8443`, `http://old.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Whether plain HTTP is taken as well as HTTPS.
    plain: bool,
    /// Whether `host` stands for every name below it, but not for itself.
    below: bool,
    /// The host as the `url` crate writes it: lower case, punycode, IPv6 in brackets.
    host: String,
    /// The one port that is taken; without it the scheme's own.
    port: Option<u16>,
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (plain, rest) = match (text.strip_prefix("http://"), text.strip_prefix("https://")) {
            (Some(rest), _) => (true, rest),
            (None, rest) => (false, rest.unwrap_or(text)),
        };
        let (below, name) = rest.strip_prefix("*.").map_or((false, rest), |name| (true, name));
        if rest.split(':').next() == Some("*") {
            return Err(format!(
                "`{text}` is every host there is, so that anyone could have any image fetched and made at your cost; name the \
                 hosts that your images are on, such as images.example.com, or *.example.com for all below a domain"
            ));
        }
        if name.contains('*') {
            return Err(format!(
                "`{text}` has a `*` that means nothing there; it can stand in front alone, with a dot behind, as in \
                 *.example.com, which is every name below example.com"
            ));
        }
        if name.contains(['/', '?', '#', '@', '\\']) || name.is_empty() {
            return Err(format!(
                "`{text}` is not a host; write images.example.com, *.example.com, with :port if it is not the usual \
                 one, and http:// in front if there is no https"
            ));
        }
        // A port that is the scheme's own would be dropped by the parser: this scheme has none.
        let port = port_of(name).map_err(|port| format!("`{port}` in `{text}` is not a port"))?;
        let url = Url::parse(&format!("https://{name}/")).map_err(|error| format!("`{text}`: {error}"))?;
        let host = url.host().ok_or_else(|| format!("`{text}` has no host"))?;
        let named = matches!(&host, Host::Domain(name) if name.contains('.') && !name.ends_with('.'));
        if below && !named {
            return Err(format!(
                "`{text}` is too wide; a `*.` needs a domain of two names at least behind it"
            ));
        }
        Ok(Self { plain, below, host: host.to_string(), port })
    }
}

/// The port written in an authority without userinfo, if there is one.
fn port_of(authority: &str) -> Result<Option<u16>, &str> {
    let behind = match authority.rsplit_once(']') {
        Some((_, behind)) => behind.strip_prefix(':'),
        None => authority.split_once(':').map(|(_, port)| port),
    };
    match behind {
        None => Ok(None),
        Some(port) => match port.parse() {
            Ok(number) if number != 0 && port.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(number)),
            _ => Err(port),
        },
    }
}

impl Source {
    /// Why nothing can ever be fetched from it, whatever its name leads to; `None` if something may be. The parser has
    /// brought addresses to their one form by then, whether they were decimal, hexadecimal or short.
    pub fn unreachable(&self) -> Option<String> {
        let host = &self.host;
        let private = |what: &str| format!("{host} is {what}, and only public addresses are");
        let why = match Host::parse(host) {
            Ok(Host::Ipv4(address)) => PublicOnly.refusal(IpAddr::V4(address)).map(private),
            Ok(Host::Ipv6(address)) => PublicOnly.refusal(IpAddr::V6(address)).map(private),
            Ok(Host::Domain(name)) => match special(&name) {
                Some((_, Use::Private)) => Some(private("a name of this machine or its network")),
                Some((domain, reserved)) => Some(format!(
                    "names below `{domain}` are {}, and lead nowhere on the internet",
                    reserved.purpose()
                )),
                // No domain at the top has images of its own.
                None => {
                    (!name.trim_end_matches('.').contains('.')).then(|| private("a name without a domain"))
                }
            },
            Err(_) => None,
        };
        why.map(|why| format!("`{self}` is never fetched from: {why}; name a host on the internet"))
    }

    fn takes(&self, url: &Url, host: &str) -> bool {
        let scheme = url.scheme() == "https" || (self.plain && url.scheme() == "http");
        let port = match self.port {
            Some(port) => url.port_or_known_default() == Some(port),
            // `Url::port` is `None` where the port is the scheme's own.
            None => url.port().is_none(),
        };
        let name = if self.below {
            matches!(url.host(), Some(Host::Domain(_)))
                && host.strip_suffix(&self.host).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.host
        };
        scheme && port && name
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.plain { "http://" } else { "" })?;
        f.write_str(if self.below { "*." } else { "" })?;
        f.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The list. Empty means that nothing is fetched at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(Vec<Source>);

impl FromStr for Sources {
    type Err = String;

    /// Entries are separated by commas, semicolons or white space.
    fn from_str(list: &str) -> Result<Self, String> {
        let entries = list.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace());
        entries.filter(|entry| !entry.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// Why a URL is not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// It is no absolute URL.
    #[error("`{url}` is not a URL ({reason}); write https://host/path")]
    Url {
        /// The text.
        url: String,
        /// What the parser says.
        reason: String,
    },
    /// It is longer than [`LONGEST_URL`].
    #[error("the URL has {0} bytes; {LONGEST_URL} are taken at most")]
    TooLong(usize),
    /// Its scheme is not `https`, or `http`.
    #[error("`{0}:` URLs are not fetched; use https")]
    Scheme(String),
    /// It has a user name or a password.
    #[error("a URL with a user name or password is not fetched")]
    UserInfo,
    /// Its host, scheme and port are not in the list.
    #[error("images are not fetched from {0}; add it to SOURCES or use a host that is in there")]
    Host(String),
}

impl Sources {
    /// Whether nothing is fetched.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks that something can be fetched from each of them.
    ///
    /// # Errors
    /// [`Source::unreachable`] of the first from which nothing ever can.
    pub fn check_reachable(&self) -> Result<(), String> {
        self.0.iter().find_map(Source::unreachable).map_or(Ok(()), Err)
    }

    /// Reads a URL that is asked for.
    ///
    /// # Errors
    /// See [`UrlError`]: not a URL, or not one of ours.
    pub fn read(&self, text: &str) -> Result<Url, UrlError> {
        if text.len() > LONGEST_URL {
            return Err(UrlError::TooLong(text.len()));
        }
        let url = Url::parse(text)
            .map_err(|error| UrlError::Url { url: text.to_owned(), reason: error.to_string() })?;
        self.check(url)
    }

    /// Checks a URL, whether asked for or redirected to. Its fragment is dropped.
    ///
    /// # Errors
    /// [`UrlError::Scheme`], [`UrlError::UserInfo`], [`UrlError::Host`].
    pub fn check(&self, mut url: Url) -> Result<Url, UrlError> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(UrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::UserInfo);
        }
        let host = url.host_str().unwrap_or_default();
        if !self.0.iter().any(|source| source.takes(&url, host)) {
            return Err(UrlError::Host(url.origin().ascii_serialization()));
        }
        url.set_fragment(None);
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn takes(list: &str, url: &str) -> bool {
        list.parse::<Sources>().unwrap().read(url).is_ok()
    }

    #[test]
    fn hosts_and_everything_below_a_host() {
        let list = "images.example.com, *.example.org;CDN.Example.net\nbücher.example";
        for url in [
            "https://images.example.com/a.jpg",
            "https://IMAGES.example.COM/a.jpg?x=1#y",
            "https://images.example.com:443/a.jpg",
            "https://a.example.org/",
            "https://a.b.example.org/",
            "https://cdn.example.net/x",
            "https://xn--bcher-kva.example/x",
            "https://b%C3%BCcher.example/x",
            "https:\\\\images.example.com\\a.jpg",
        ] {
            assert!(takes(list, url), "{url}");
        }
        for url in [
            "http://images.example.com/a.jpg",
            "https://images.example.com:8443/a.jpg",
            "https://images.example.com./a.jpg",
            "https://example.com/",
            "https://example.org/",
            "https://.example.org/",
            "https://aexample.org/",
            "https://example.org.evil.test/",
            "https://images.example.com.evil.test/",
            "https://evil.test/images.example.com",
            "https://evil.test\\@images.example.com/",
            "https://images.example.com@evil.test/",
            "https://user@images.example.com/",
            "https://:pw@images.example.com/",
            "ftp://images.example.com/",
            "file:///etc/passwd",
            "data:image/png;base64,AAAA",
            "//images.example.com/a.jpg",
            "images.example.com/a.jpg",
            "",
        ] {
            assert!(!takes(list, url), "{url}");
        }
        assert!(!takes("", "https://images.example.com/"));
    }

    #[test]
    fn ports_and_plain_http_only_where_named() {
        assert!(takes("http://old.example.com", "http://old.example.com/a"));
        assert!(takes("http://old.example.com", "https://old.example.com/a"));
        assert!(!takes("http://old.example.com", "http://old.example.com:8080/a"));
        assert!(takes("a.example.com:8443", "https://a.example.com:8443/"));
        assert!(!takes("a.example.com:8443", "https://a.example.com/"));
        assert!(takes("a.example.com:443", "https://a.example.com/"));
        assert!(takes("http://[2606:4700::1]:81", "http://[2606:4700:0::1]:81/"));
        assert!(!takes("*.example.com:8443", "https://a.example.com/"));
    }

    #[test]
    fn addresses_in_disguise_are_seen_as_addresses() {
        for url in [
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://１２７.0.0.1/",
        ] {
            let seen = Url::parse(url).unwrap();
            assert_eq!(seen.host_str(), Some("127.0.0.1"), "{url}");
            assert!(!takes("*.example.com", url));
            // In the list or not, the guard on addresses has the last word.
            assert!(takes("http://127.0.0.1", url));
        }
        assert!("*.0.1".parse::<Source>().is_err());
    }

    #[test]
    fn what_can_never_be_reached_is_no_source() {
        for (entry, says) in [
            ("http://169.254.169.254", "cloud metadata"),
            ("169.254.169.254:80", "cloud metadata"),
            ("http://169.254.170.2", "container credentials"),
            ("http://2852039166", "cloud metadata"),
            ("http://0xa9fea9fe", "cloud metadata"),
            ("http://0xa9.254.0251.0376", "cloud metadata"),
            ("http://127.1", "loopback"),
            ("http://127.0.0.1.", "loopback"),
            ("0", "this network"),
            ("10.0.0.1", "private"),
            ("172.16.0.1:8443", "private"),
            ("192.168.1.1", "private"),
            ("100.64.0.1", "carrier-grade"),
            ("http://[::1]:8", "loopback"),
            ("[::ffff:169.254.169.254]", "IPv4-mapped"),
            ("[fd00:ec2::254]", "metadata"),
            ("[fe80::1]", "link-local"),
            ("[64:ff9b::a9fe:a9fe]", "NAT64"),
            ("localhost", "of this machine"),
            ("http://LOCALHOST.:8080", "of this machine"),
            ("a.localhost", "of this machine"),
            ("*.ec2.internal", "of this machine"),
            ("metadata.google.internal", "of this machine"),
            ("metadata.google.internal.", "of this machine"),
            ("printer.local", "of this machine"),
            ("metadata", "without a domain"),
            ("metadata.", "without a domain"),
            ("printer.home.arpa", "of this machine"),
            ("nas.home", "of this machine"),
            ("wiki.corp:8443", "of this machine"),
            ("images.test", "below `test` are for tests"),
            ("*.images.test", "below `test` are for tests"),
            ("http://IMAGES.Test.:81", "below `test` are for tests"),
            ("a.invalid", "below `invalid` are for what is to fail"),
            ("a.example", "below `example` are for texts"),
            ("b\u{fc}cher.example", "below `example` are for texts"),
            ("a.b.onion", "below `onion` are for Tor"),
            ("a.alt", "below `alt` are for other systems"),
            ("1.2.0.192.in-addr.arpa", "below `arpa` are for the DNS itself"),
            ("8.b.d.0.1.0.0.2.ip6.arpa", "below `arpa` are for the DNS itself"),
            ("ipv4only.arpa", "below `arpa` are for the DNS itself"),
        ] {
            let error = entry.parse::<Sources>().unwrap().check_reachable().unwrap_err();
            assert!(error.contains(says) && error.contains("never fetched from"), "{entry}: {error}");
        }
        for entry in [
            "1.1.1.1",
            "http://[2606:4700::1]:81",
            "internal.example.com",
            "localhost.example.com",
            "images.example.com",
            "*.example.org",
            "example.net",
            "test.example.com",
            "latest.net",
            "myonion.org",
            "home.arpa.example.com",
        ] {
            assert_eq!(entry.parse::<Sources>().unwrap().check_reachable(), Ok(()), "{entry}");
        }
    }

    #[test]
    fn entries_that_are_no_host() {
        for entry in [
            "*",
            "*.",
            "*.com",
            "*.localhost",
            "a.*.com",
            "https://",
            "https://a/b",
            "a?b",
            "u@a.com",
            "a.com:0",
            "a.com:x",
            "a.com:99999",
            "ftp://a.com",
            "*.127.0.0.1",
            "*.example.com.",
            "a:+80",
        ] {
            assert!(entry.parse::<Source>().is_err(), "{entry}: {:?}", entry.parse::<Source>());
        }
        for entry in ["images.example.com", "*.example.com:8443", "http://old.example.com", "http://[::1]:8"]
        {
            assert_eq!(entry.parse::<Source>().unwrap().to_string(), entry);
        }
        assert_eq!("https://A.example.com".parse::<Source>().unwrap().to_string(), "a.example.com");
    }

    #[test]
    fn stars_that_mean_too_much_or_nothing_are_told() {
        let says = |entry: &str| entry.parse::<Source>().unwrap_err();
        for entry in ["*", "http://*", "https://*:8443"] {
            let said = says(entry);
            assert!(said.contains(&format!("`{entry}` is every host")), "{said}");
            assert!(said.contains("such as images.example.com, or *.example.com"), "{said}");
        }
        for entry in ["a.*.com", "*a.com", "**.a.com", "images.*", "*.*.a.com"] {
            assert!(says(entry).contains("as in *.example.com"), "{}", says(entry));
        }
        assert!(says("*.com").contains("too wide"));
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let list: Sources = "images.example.com".parse().unwrap();
        let says = |url: &str| list.read(url).unwrap_err().to_string();
        assert!(says("https://evil.test:81/x").contains("https://evil.test:81"));
        assert!(says("gopher://images.example.com/").contains("gopher:"));
        assert!(says("https://u:p@images.example.com/").contains("password"));
        assert!(!says("https://u:geheim@images.example.com/").contains("geheim"));
        assert!(says(&format!("https://images.example.com/{}", "a".repeat(5000))).contains("4096"));
        assert!(says("a.jpg").contains("https://host/path"));
    }
}
