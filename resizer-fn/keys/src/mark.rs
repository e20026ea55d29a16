//! What stands in front of the spec: a signature, or that there is none on purpose.

/// Base64 of the 20 bytes of a SHA-1, with its padding.
pub const SIGNATURE_CHARS: usize = 28;

/// What stands in front of a path that is not signed on purpose.
const UNSAFE: &str = "unsafe";

/// What stands in front of the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark<'a> {
    /// Nothing: the classic form.
    None,
    /// `unsafe/`.
    Unsafe,
    /// A signature; whether it is right is another question.
    Signature(&'a str),
}

impl Mark<'_> {
    /// Whether there is any.
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }
}

/// Takes the mark off a path: the mark, and everything behind its slash.
pub fn take_mark(path: &str) -> (Mark<'_>, &str) {
    match path.split_once('/') {
        Some((UNSAFE, rest)) => (Mark::Unsafe, rest),
        Some((first, rest)) if is_signature(first) => (Mark::Signature(first), rest),
        _ => (Mark::None, path),
    }
}

/// Whether a segment has the form of a signature: 28 characters of URL-safe base64 (RFC 4648), the last one a `=`.
pub fn is_signature(segment: &str) -> bool {
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match segment.strip_suffix('=') {
        Some(digits) => segment.len() == SIGNATURE_CHARS && digits.bytes().all(base64),
        None => false,
    }
}
