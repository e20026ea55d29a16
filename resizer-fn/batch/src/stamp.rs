//! What a stored image says of itself, in its metadata: the function and the tool write and read it.

use percent_encoding::{CONTROLS, utf8_percent_encode};

/// Metadata name of the original's ETag.
pub const META_SOURCE_ETAG: &str = "imgdeploy-source-etag";
/// Metadata name of the spec, as [`stamped`] writes it.
pub const META_SPEC: &str = "imgdeploy-spec";
/// Metadata name of the job that stored the image: what a message delivered twice finds done by its own job is done, not
/// skipped.
pub const META_JOB: &str = "imgdeploy-job";
/// Most characters of a stamped text.
pub const STAMP_LENGTH: usize = 1500;

/// A text as metadata can carry it: ASCII, and within the 2 KB that S3 has for all of an object's.
pub fn stamped(text: &str) -> String {
    utf8_percent_encode(text, CONTROLS).flat_map(str::chars).take(STAMP_LENGTH).collect()
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
}
