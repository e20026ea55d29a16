//! Names of everything that the tool owns, from the names of what it serves.

use sha2::{Digest, Sha256};

/// The private artifacts bucket of one account and region: code zips and journals.
pub fn artifacts_bucket(account: &str, region: &str) -> String {
    format!("imgdeploy-{account}-{region}")
}

/// Key of a code zip: its content's SHA-256 in hexadecimal, so that equal code is stored once.
pub fn code_key(sha256_hex: &str) -> String {
    format!("code/{sha256_hex}.zip")
}

/// Key of a bucket's journal.
pub fn journal_key(bucket: &str) -> String {
    format!("journal/{bucket}.json")
}

/// Name of a bucket's stack. Stack names take no dots; where a bucket name has some, a digest keeps
/// `a.b` and `a-b` apart.
pub fn stack_name(bucket: &str) -> String {
    if bucket.contains('.') {
        let digest = hex::encode(Sha256::digest(bucket.as_bytes()));
        format!("imgdeploy-{}-{}", bucket.replace('.', "-"), &digest[..8])
    } else {
        format!("imgdeploy-{bucket}")
    }
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
    fn dotted_and_dashed_buckets_get_different_stacks() {
        assert_eq!(stack_name("shop-images"), "imgdeploy-shop-images");
        assert_ne!(stack_name("a.b"), stack_name("a-b"));
        assert!(stack_name("www.example.com").chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }

    #[test]
    fn the_matched_prefix_is_repeated_in_the_replacement() {
        assert_eq!(replace_prefix("prod", "resized/"), "prod/resize/resized/");
    }
}
