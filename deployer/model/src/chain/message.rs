//! Requests and responses as the chain's services see them: plain data, no I/O.

use std::fmt;

/// An HTTP method; only the two that a website or an image needs have a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`: as `GET`, without a body.
    Head,
    /// Any other, in upper case.
    Other(String),
}

impl Method {
    /// The method with this name, in any case.
    pub fn parse(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name in upper case, as on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Header fields in order; names are compared without case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first value of the field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Every value of the field, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Adds a field after the others.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Replaces every field of this name by one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.remove(&name);
        self.push(name, value);
    }

    /// Takes out every field of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(fields: T) -> Self {
        Self(fields.into_iter().map(|(n, v)| (n.into(), v.into())).collect())
    }
}

/// A request on its way to one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Whether it came over TLS.
    pub secure: bool,
    /// The `Host` it names, without a port.
    pub host: String,
    /// The path as on the wire: percent-encoded, starting with `/`.
    pub path: String,
    /// What follows the first `?`, as on the wire.
    pub query: Option<String>,
    /// Other header fields.
    pub headers: Headers,
}

impl Request {
    /// A `GET` of this absolute URL; `None` if it is not an http(s) URL.
    pub fn get(url: &str) -> Option<Self> {
        let url = Url::parse(url)?;
        Some(Self {
            method: Method::Get,
            secure: url.secure,
            host: url.host,
            path: url.path,
            query: url.query,
            headers: Headers::new(),
        })
    }

    /// The same request with another method.
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Path and query as on the wire.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The absolute URL asked for.
    pub fn url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.host, self.target())
    }
}

/// A service's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// Body; empty for an answer to `HEAD`.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without fields or body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Headers::new(), body: Vec::new() }
    }

    /// The same with one field more.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.set(name, value);
        self
    }

    /// The same with a body of this type.
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
        self
    }

    /// As it answers `HEAD`: no body, but its length.
    pub fn without_body(mut self) -> Self {
        if !self.body.is_empty() {
            self.headers.set("Content-Length", self.body.len().to_string());
            self.body.clear();
        }
        self
    }

    /// The redirect's target, if this is a redirect that a browser follows.
    pub fn redirect(&self) -> Option<&str> {
        match self.status {
            301 | 302 | 303 | 307 | 308 => self.headers.get("Location"),
            _ => None,
        }
    }
}

/// An absolute http(s) URL in the parts that the chain looks at; a fragment is dropped, as a browser does before sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// `https`.
    pub secure: bool,
    /// Host in lower case, without user information or port.
    pub host: String,
    /// Port, if written.
    pub port: Option<u16>,
    /// Path, at least `/`.
    pub path: String,
    /// What follows the first `?`.
    pub query: Option<String>,
}

impl Url {
    /// Reads an absolute URL; `None` if it has another scheme or no host.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let authority = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (authority, None),
        };
        if host.is_empty() {
            return None;
        }
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (tail, None),
        };
        let path = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        Some(Self { secure, host: host.to_ascii_lowercase(), port, path, query })
    }

    /// What a `Location` means when it answers this URL: absolute, `//host/…`, `/path`, `?query` or relative.
    /// `None` for other schemes.
    pub fn join(&self, location: &str) -> Option<Self> {
        let scheme = if self.secure { "https" } else { "http" };
        let port = self.port.map(|p| format!(":{p}")).unwrap_or_default();
        let base = format!("{scheme}://{}{port}", self.host);
        if location.contains("://") && !location.starts_with(['/', '?']) {
            return Self::parse(location);
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Self::parse(&format!("{scheme}://{rest}"));
        }
        if location.starts_with('/') {
            return Self::parse(&format!("{base}{location}"));
        }
        if location.starts_with('?') {
            return Self::parse(&format!("{base}{}{location}", self.path));
        }
        let folder = self.path.rfind('/').map_or("/", |at| &self.path[..=at]);
        Self::parse(&format!("{base}{folder}{location}"))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)?;
        match &self.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}
