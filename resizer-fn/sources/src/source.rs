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
#[path = "source_tests.rs"]
mod tests;
