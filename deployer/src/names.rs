//! Names of everything that the tool owns, from the names of what it serves.

use crate::settings::value::SecurityKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// Everything but unreserved characters (RFC 3986) and the `/` between segments.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The private artifacts bucket of one account and region: code zips and journals.
pub fn artifacts_bucket(account: &str, region: &str) -> String {
    format!("imgdeploy-{account}-{region}")
}

/// Key of a code zip: its content's SHA-256 in hexadecimal, so that equal code is stored once.
pub fn code_key(sha256_hex: &str) -> String {
    format!("code/{sha256_hex}.zip")
}

/// Key of the image `text` (a spec or a preset's name) of an original, signed if there is a key to sign with.
pub fn derived_key(prefix: &str, key: Option<&SecurityKey>, text: &str, original: &str) -> String {
    let path = format!("{text}/{original}");
    match key {
        // Encoded where it could be taken for another key's encoding: see the function's `signature`.
        Some(key) if path.contains('%') => {
            let encoded = percent_encoding::utf8_percent_encode(&path, ENCODED).to_string();
            format!("{prefix}{}/{path}", key.sign(&encoded))
        }
        Some(key) => format!("{prefix}{}/{path}", key.sign(&path)),
        None => format!("{prefix}{path}"),
    }
}

/// Key of a bucket's journal.
pub fn journal_key(bucket: &str) -> String {
    format!("journal/{bucket}.json")
}

/// Id of the website origin that we add to a distribution.
pub fn origin_id(bucket: &str) -> String {
    format!("imgdeploy-website-{bucket}")
}

/// ARN of a distribution; CloudFront ARNs have no region.
pub fn distribution_arn(partition: &str, account: &str, id: &str) -> String {
    format!("arn:{partition}:cloudfront::{account}:distribution/{id}")
}

/// Path pattern of the behaviour for derived keys.
pub fn path_pattern(prefix: &str) -> String {
    format!("{prefix}*")
}

/// What a routing rule puts in place of the derived prefix: stage, resource, and the prefix again,
/// because a matched prefix is replaced, not kept (S3-12).
pub fn replace_prefix(stage: &str, prefix: &str) -> String {
    format!("{stage}/resize/{prefix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matched_prefix_is_repeated_in_the_replacement() {
        assert_eq!(replace_prefix("prod", "resized/"), "prod/resize/resized/");
    }
}
