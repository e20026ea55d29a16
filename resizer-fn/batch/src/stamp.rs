//! What a stored image says of itself, in its metadata: the function and the tool write and read it.

use md5::{Digest as _, Md5};
use percent_encoding::{CONTROLS, utf8_percent_encode};

/// Metadata name of the original's ETag.
pub const META_SOURCE_ETAG: &str = "imgdeploy-source-etag";
/// Metadata name of the spec, as [`stamped`] writes it.
pub const META_SPEC: &str = "imgdeploy-spec";
/// Metadata name of the job that stored the image: what a message delivered twice finds done by its own job is done, not
/// skipped.
pub const META_JOB: &str = "imgdeploy-job";
/// Metadata name of the [`seal`].
pub const META_SEAL: &str = "imgdeploy-seal";
/// Most characters of a stamped text.
pub const STAMP_LENGTH: usize = 1500;

/// A text as metadata can carry it: ASCII, and within the 2 KB that S3 has for all of an object's.
pub fn stamped(text: &str) -> String {
    utf8_percent_encode(text, CONTROLS).flat_map(str::chars).take(STAMP_LENGTH).collect()
}

/// The ETag that S3 gives to an object of these bytes, if it was put in one piece and not encrypted by KMS: their MD5. So
/// the function always puts ("Checking object integrity" in the user guide of S3).
pub fn etag_of(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Ties an image's metadata to its key and its content. Metadata stay on an object that is copied to another name, and some
/// tools keep them while they change the content: the seal does not fit then any more. Anybody can compute it; it guards
/// against mistakes, and whoever may write to the bucket needs no forged seal to do harm.
pub fn seal(key: &str, etag: &str) -> String {
    let mut digest = Md5::new();
    for part in [key, "\n", etag] {
        digest.update(part);
    }
    hex(&digest.finalize())
}

/// Whether the object under `key` is one that the function or the tool made, and that nobody changed since. `etag` without
/// quotes; `spec` and `seal` as its metadata have them. Images from before there were seals have none: of these the spec has
/// to do.
pub fn is_made(key: &str, etag: &str, spec: Option<&str>, sealed: Option<&str>) -> bool {
    match sealed {
        Some(sealed) => sealed == seal(key, etag),
        None => spec.is_some(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_short_ascii() {
        assert_eq!(stamped("fit-in/300x200"), "fit-in/300x200");
        assert_eq!(stamped("watermark(ä\n)"), "watermark(%C3%A4%0A)");
        assert_eq!(stamped(&"x".repeat(4000)).len(), 1500);
    }

    #[test]
    fn etags_and_seals() {
        assert_eq!(etag_of(b""), "d41d8cd98f00b204e9800998ecf8427e");
        let sealed = seal("resized/300x200/a.jpg", &etag_of(b"a"));
        assert_eq!(sealed.len(), 32);
        assert_ne!(sealed, seal("resized/300x200/b.jpg", &etag_of(b"a")));
        assert_ne!(sealed, seal("resized/300x200/a.jpg", &etag_of(b"b")));
    }

    #[test]
    fn what_was_made_is_told_from_what_was_not() {
        let sealed = seal("k", "e");
        assert!(is_made("k", "e", Some("30x"), Some(&sealed)));
        assert!(is_made("k", "e", Some("30x"), None), "made before there were seals");
        assert!(!is_made("k", "e", None, None));
        assert!(!is_made("k", "f", Some("30x"), Some(&sealed)), "changed");
        assert!(!is_made("l", "e", Some("30x"), Some(&sealed)), "copied");
    }
}
