//! One name for the stack, its function, its API and (with a prefix) its log group.

use sha2::{Digest, Sha256};

/// Lambda's limit for function names; stack names may have 128.
const LIMIT: usize = 64;
const PREFIX: &str = "imgdeploy-";
/// Hexadecimal digits that tell apart two buckets whose names had to be changed in the same way.
const DIGITS: usize = 8;

/// The name of the stack, and of the function in it, for a bucket: `imgdeploy-{bucket}` where that is a valid function name.
///
/// Dots, which functions can't have, become dashes, and what is too long is cut; such a name ends in eight hexadecimal digits of
/// the bucket name's SHA-256, so that `a.b` and `a-b` have stacks of their own.
pub fn stack_name(bucket: &str) -> String {
    let plain = format!("{PREFIX}{bucket}");
    let valid = plain.len() <= LIMIT && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if valid {
        return plain;
    }
    let digest = hex::encode(Sha256::digest(bucket.as_bytes()));
    let room = LIMIT - PREFIX.len() - 1 - DIGITS;
    let cut: String =
        bucket.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(room).collect();
    format!("{PREFIX}{}-{}", cut.trim_end_matches('-'), &digest[..DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_kept() {
        assert_eq!(stack_name("photos"), "imgdeploy-photos");
        let longest = "b".repeat(LIMIT - PREFIX.len());
        assert_eq!(stack_name(&longest), format!("imgdeploy-{longest}"));
    }

    #[test]
    fn dots_and_length_give_a_digest() {
        let dotted = stack_name("www.example.com");
        assert!(dotted.starts_with("imgdeploy-www-example-com-"), "{dotted}");
        assert_ne!(dotted, stack_name("www-example.com"));
        assert_ne!(stack_name("a.b"), stack_name("a-b"));
        let long = stack_name(&"b".repeat(63));
        assert_eq!(long.len(), LIMIT);
        assert_ne!(long, stack_name(&format!("{}c", "b".repeat(62))));
    }

    #[test]
    fn every_name_is_valid_for_lambda_and_cloudformation() {
        for bucket in ["a.b", "a..b", "abc", &"x.".repeat(31), &"9".repeat(63)] {
            let name = stack_name(bucket);
            assert!(name.len() <= LIMIT);
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{name}");
        }
    }
}
