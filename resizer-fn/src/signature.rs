//! Signed paths as thumbor's client libraries make them: `{signature}/{spec}/{original}`. Pure.
//!
//! The signature is HMAC-SHA1 (RFC 2104) with the security key over everything behind the slash that follows it, in
//! URL-safe base64 with padding (RFC 4648): 28 characters, the last one a `=`.
//!
//! No text that is signed may stand for two requests, or one that was signed lets a forged one pass. A path's text is read
//! in one way only ([`meaning`]); a query's begins with [`VERSION`] and has no `/` (`direct/query.rs`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
pub use imgdeploy_keys::{Mark, take_mark};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str};
use sha1::Sha1;
use std::borrow::Cow;
use std::fmt;

/// What the signed text of a query begins with.
pub const VERSION: &str = "v2";

/// Everything but unreserved characters (RFC 3986).
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path that a signed text stands for. Clients sign it percent-encoded or as it is: where every `%` begins an
/// encoded byte it is encoded, else it is as it is. So a text never stands for two paths.
pub fn meaning(text: &str) -> Cow<'_, str> {
    let escapes_are_whole = text.split('%').skip(1).all(
        |after| matches!(after.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()),
    );
    let decoded = escapes_are_whole.then(|| percent_decode_str(text).decode_utf8().ok()).flatten();
    decoded.unwrap_or(Cow::Borrowed(text))
}

/// The key that URLs are signed with. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityKey(Vec<u8>);

impl SecurityKey {
    /// A key of any length but none.
    pub fn new(key: &str) -> Option<Self> {
        (!key.is_empty()).then(|| Self(key.as_bytes().to_vec()))
    }

    /// The signature of `text`.
    pub fn sign(&self, text: &str) -> String {
        self.mac(text).map_or_else(String::new, |mac| URL_SAFE.encode(mac.finalize().into_bytes()))
    }

    /// Whether `signature` is that of `text`, compared in constant time.
    pub fn signed(&self, signature: &str, text: &str) -> bool {
        let Ok(signature) = URL_SAFE.decode(signature) else { return false };
        self.mac(text).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
    }

    /// `None` can't be: HMAC takes keys of any length.
    fn mac(&self, text: &str) -> Option<Hmac<Sha1>> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }
}

impl fmt::Debug for SecurityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityKey(…)")
    }
}

/// Why a request may not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It has to be signed, and is not.
    #[error("requests have to be signed here; put the signature in front of the size")]
    Required,
    /// It is signed with another key, or was changed afterwards.
    #[error(
        "the signature does not fit this path; sign exactly what follows its slash, with the security key"
    )]
    Wrong,
    /// It is signed, but no key is set.
    #[error("the URL is signed, but the resizer has no security key; set one, or ask without the signature")]
    NoKey,
    /// `unsafe/` is not switched on.
    #[error(
        "`unsafe/` is not switched on here; ask with a signature, or without `unsafe/` if none is required"
    )]
    Unsafe,
}

/// What is let through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// With a key, requests have to be signed with it.
    pub key: Option<SecurityKey>,
    /// Whether `unsafe/` is taken instead of a signature.
    pub allow_unsafe: bool,
}

impl Gate {
    /// Whether a request with this mark may pass; `texts` are the texts that the signature may be of. `true` if it is
    /// signed, `false` if it need not be.
    ///
    /// # Errors
    /// See [`SignatureError`]; all of them are for 403.
    pub fn pass(
        &self,
        mark: Mark<'_>,
        texts: impl IntoIterator<Item = String>,
    ) -> Result<bool, SignatureError> {
        match (mark, &self.key) {
            (Mark::Unsafe, _) if self.allow_unsafe => Ok(false),
            (Mark::Unsafe, _) => Err(SignatureError::Unsafe),
            (Mark::None, None) => Ok(false),
            (Mark::None, Some(_)) => Err(SignatureError::Required),
            (Mark::Signature(_), None) => Err(SignatureError::NoKey),
            (Mark::Signature(signature), Some(key)) => {
                let fits = texts.into_iter().any(|text| key.signed(signature, &text));
                if fits { Ok(true) } else { Err(SignatureError::Wrong) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use imgdeploy_keys::{SIGNATURE_CHARS, is_signature};
    use proptest::prelude::*;

    fn gate(key: &str, allow_unsafe: bool) -> Gate {
        Gate { key: SecurityKey::new(key), allow_unsafe }
    }

    /// RFC 2202, test cases 2 and 6.
    #[test]
    fn hmac_sha1_as_the_rfc_has_it() {
        let hex = |text: &str| hex_bytes(&URL_SAFE.decode(text).unwrap());
        let key = SecurityKey::new("Jefe").unwrap();
        let signature = key.sign("what do ya want for nothing?");
        assert_eq!(hex(&signature), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(signature.len(), SIGNATURE_CHARS);
        assert!(is_signature(&signature));
    }

    fn hex_bytes(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn marks_are_told_apart() {
        let signature = SecurityKey::new("k").unwrap().sign("300x/a.jpg");
        assert_eq!(take_mark("unsafe/300x/a.jpg"), (Mark::Unsafe, "300x/a.jpg"));
        let signed = format!("{signature}/300x/a.jpg");
        assert_eq!(take_mark(&signed), (Mark::Signature(&signature), "300x/a.jpg"));
        for path in ["300x/a.jpg", "unsafe", "unsafely/a", "", "/unsafe/a", "UNSAFE/a"] {
            assert_eq!(take_mark(path), (Mark::None, path));
        }
        // One character short, one too many, another alphabet, no padding.
        for first in [&signature[1..], &format!("x{signature}"), &"+".repeat(28), &"a".repeat(28)] {
            let path = format!("{first}/300x/a.jpg");
            assert_eq!(take_mark(&path).0, Mark::None, "{first}");
        }
    }

    #[test]
    fn who_may_pass() {
        let text = || ["300x/a.jpg".to_owned()];
        let signature = SecurityKey::new("key").unwrap().sign("300x/a.jpg");
        let signed = Mark::Signature(&signature);
        assert_eq!(gate("key", false).pass(signed, text()), Ok(true));
        assert_eq!(gate("key", false).pass(Mark::None, text()), Err(SignatureError::Required));
        assert_eq!(gate("key", true).pass(Mark::None, text()), Err(SignatureError::Required));
        assert_eq!(gate("key", false).pass(Mark::Unsafe, text()), Err(SignatureError::Unsafe));
        assert_eq!(gate("key", true).pass(Mark::Unsafe, text()), Ok(false));
        assert_eq!(gate("other", true).pass(signed, text()), Err(SignatureError::Wrong));
        assert_eq!(gate("", false).pass(Mark::None, text()), Ok(false));
        assert_eq!(gate("", false).pass(Mark::Unsafe, text()), Err(SignatureError::Unsafe));
        assert_eq!(gate("", true).pass(Mark::Unsafe, text()), Ok(false));
        assert_eq!(gate("", true).pass(signed, text()), Err(SignatureError::NoKey));
    }

    #[test]
    fn the_key_is_not_shown() {
        let shown = format!("{:?}", gate("very secret", false));
        assert!(!shown.contains("secret") && !shown.contains("118"), "{shown}");
    }

    proptest! {
        #[test]
        fn one_character_changed_is_refused(
            key in "[a-z]{1,80}", text in "\\PC{1,40}", at in 0usize..40, to in "[a-z0-9]",
        ) {
            let gate = gate(&key, false);
            let signature = gate.key.as_ref().unwrap().sign(&text);
            let mark = Mark::Signature(&signature);
            prop_assert_eq!(gate.pass(mark, [text.clone()]), Ok(true));
            let mut chars: Vec<char> = text.chars().collect();
            let at = at % chars.len();
            chars[at] = to.chars().next().unwrap();
            let changed: String = chars.into_iter().collect();
            prop_assert_eq!(gate.pass(mark, [changed.clone()]).is_ok(), changed == text);
        }
    }
}
