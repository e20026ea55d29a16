//! The originals that a live request asks for, as `attach` and `doctor` do at the end. Pure.
//!
//! One broken file says nothing about the chain: where the function answers that an original is bad, another one is asked for.

use imgdeploy_checks::snapshot::BadOriginal;
use imgdeploy_keys::{ImageKind, NO_IMAGE, Scheme, is_about_original};
use serde::Deserialize;

use crate::aws::AwsFailure;
use crate::aws::read::Begun;

/// As many originals are asked for at most, if one after the other is bad.
pub(crate) const MOST: usize = 5;
/// Bytes of an object's beginning that tell whether it is an image.
pub(crate) const BEGINNING: u32 = 64;

/// An original that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Original<'a> {
    /// Its key.
    pub(crate) key: &'a str,
    /// Size in bytes.
    pub(crate) size: u64,
    /// What it is by its name.
    pub(crate) kind: ImageKind,
}

/// The originals among these objects (keys, and sizes in bytes), the smallest first: images by their names, neither empty nor larger
/// than `most_bytes`.
pub(crate) fn originals<'a>(
    objects: impl IntoIterator<Item = (&'a str, u64)>,
    scheme: &Scheme,
    most_bytes: u64,
) -> Vec<Original<'a>> {
    let sized = objects.into_iter().filter(|(_, size)| *size > 0 && *size <= most_bytes);
    let mut found: Vec<Original<'a>> =
        sized.filter_map(|(key, size)| Some(Original { key, size, kind: scheme.askable(key)? })).collect();
    found.sort_by(|a, b| a.size.cmp(&b.size).then_with(|| a.key.cmp(b.key)));
    found
}

/// Up to [`MOST`] of them, in the order in which they are asked for: from the middle of their sizes to both ends. The smallest is the
/// one most likely to be broken, the largest the one to wait for.
pub(crate) fn in_turn<'a>(sorted: &[Original<'a>]) -> Vec<Original<'a>> {
    let count = sorted.len().min(MOST);
    // The lower of two middles, unless that is the smallest.
    let middle = (count.saturating_sub(1) / 2).max(1);
    let mut parts: Vec<usize> = (0..count).collect();
    parts.sort_by_key(|part| (part.abs_diff(middle), *part));
    let place = |part: &usize| (2 * part + 1) * sorted.len() / (2 * count);
    parts.iter().filter_map(|part| sorted.get(place(part)).copied()).collect()
}

#[derive(Deserialize)]
struct Said {
    error: String,
    #[serde(default)]
    message: String,
}

/// What an answer of the function says against the original, if it is about that. API Gateway's own answers name an error type
/// (AG-03), and have no such body.
pub(crate) fn said_of(key: &str, status: u16, body: &str) -> Option<BadOriginal> {
    let said: Said = serde_json::from_str(body).ok()?;
    let about = is_about_original(status, &said.error);
    about.then(|| BadOriginal { key: key.to_owned(), status, code: said.error, reason: said.message })
}

/// Whether an answer stands for the original alone. That one is "not found" may also mean that the function may not read it: only
/// where the object is seen to be none that can be shown, this is its fault. The reason gets the better words, then.
pub(crate) fn explained(bad: &mut BadOriginal, seen: Option<&Result<Begun, AwsFailure>>) -> bool {
    if bad.code != NO_IMAGE {
        // How large a result may be is a setting: no original may be small enough.
        return !matches!(bad.code.as_str(), "output_too_large" | "answer_too_large");
    }
    let why = match seen {
        Some(Ok(begun)) if resizer_core::sniff::sniff(&begun.bytes).is_none() => {
            "it is no image, whatever its name says".to_owned()
        }
        // S3-27
        Some(Ok(begun)) if begun.encryption.as_deref().is_some_and(|kind| kind.starts_with("aws:kms")) => {
            "it is encrypted with a KMS key that the function may not use".to_owned()
        }
        Some(Err(failure)) => match failure.code.as_deref().unwrap_or_default() {
            "InvalidObjectState" => "it is archived: S3 hands it out only once it is restored".to_owned(),
            code if code.starts_with("KMS.") || failure.message.contains("kms:") => {
                format!("it is encrypted with a KMS key that can't be used: {}", failure.message)
            }
            _ => return false,
        },
        _ => return false,
    };
    bad.reason = why;
    true
}

#[cfg(test)]
#[path = "sample_tests.rs"]
mod tests;
