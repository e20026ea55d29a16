//! How keys travel in URLs: decoding request paths, encoding `Location`, normalising paths for matching.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// How S3 writes a key into a redirect's `Location` (S3-13). AWS doesn't document it: *unverified* either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LocationEncoding {
    /// Only what can't stand in a URL is percent-encoded (space, `%`, `#`, quotes, non-ASCII, …); `& + ; = : @ , $ ! * ' ( ) ?` stay raw.
    /// The worst case for a key that is put into a query, hence the default.
    #[default]
    ReservedRaw,
    /// Everything but letters, digits, `-._~` and `/` is percent-encoded.
    Full,
}

/// What S3 takes a raw `+` in a request path for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlusInPath {
    /// A space, as in a form; a plus must come as `%2B`. Not documented, but reported by many users for S3's REST endpoint; for
    /// the website endpoint *unverified*. The stricter reading, hence the default.
    #[default]
    Space,
    /// A plus.
    Literal,
}

const UNRESERVED_AND_SLASH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

const RESERVED_RAW: &AsciiSet = &UNRESERVED_AND_SLASH
    .remove(b'&')
    .remove(b'+')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b',')
    .remove(b'$')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'?');

/// Text out of the website configuration may hold a query and escapes of its own: those stay.
const REPLACEMENT: &AsciiSet = &RESERVED_RAW.remove(b'%').remove(b'#');

/// A key as it stands in a `Location`.
pub fn encode_key(key: &str, encoding: LocationEncoding) -> String {
    let set = match encoding {
        LocationEncoding::ReservedRaw => RESERVED_RAW,
        LocationEncoding::Full => UNRESERVED_AND_SLASH,
    };
    utf8_percent_encode(key, set).to_string()
}

/// Replacement text of a routing rule as it stands in a `Location`.
pub fn encode_replacement(text: &str) -> String {
    utf8_percent_encode(text, REPLACEMENT).to_string()
}

/// A key as a URL path that any of the services takes for this key (`+` too is escaped).
pub fn encode_path(key: &str) -> String {
    encode_key(key, LocationEncoding::Full)
}

/// The key that a request path names, without its leading `/`; `None` if it isn't UTF-8 (S3 keys are).
pub fn decode_key(path: &str, plus: PlusInPath) -> Option<String> {
    let raw = path.strip_prefix('/').unwrap_or(path);
    let decoded = match plus {
        PlusInPath::Space => percent_decode_str(&raw.replace('+', "%20")).decode_utf8().ok()?.into_owned(),
        PlusInPath::Literal => percent_decode_str(raw).decode_utf8().ok()?.into_owned(),
    };
    Some(decoded)
}

/// One percent-decoding of a query's name or value, `+` meaning space; bytes that aren't UTF-8 become U+FFFD.
pub fn decode_query(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The path in RFC 3986's normal form: escapes of unreserved characters undone, hex digits in upper case, dot segments resolved.
/// CloudFront matches behaviours and caches by it and sends the raw path to the origin (D40).
pub fn normalize_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let hex = rest.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
                rest = &rest[at + 3..];
            }
            Some(byte) => {
                out.push_str(&format!("%{byte:02X}"));
                rest = &rest[at + 3..];
            }
            None => {
                // A stray percent sign is a character of its own.
                out.push_str("%25");
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    resolve_dots(&out)
}

fn resolve_dots(path: &str) -> String {
    if !path.split('/').any(|segment| segment == "." || segment == "..") {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    let joined = kept.join("/");
    if joined.starts_with('/') { joined } else { format!("/{joined}") }
}
