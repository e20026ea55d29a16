//! The answer with the image itself. Pure.

use super::conditional::{accepts, none_match_has};
use crate::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resizer_core::Spec;
use resizer_core::spec::{Filter, OutputFormat};
use sha2::{Digest, Sha256};

/// Bytes that a function may answer with, as JSON (LA-07). API Gateway would take 10 MB (AG-11).
const MAX_ANSWER: usize = 6 << 20;

/// What of [`MAX_ANSWER`] is kept for everything but the body.
const ENVELOPE: usize = 8 << 10;

/// Whether an image of so many bytes can be an answer: base64 makes 4 bytes of 3.
pub const fn fits(bytes: usize) -> bool {
    bytes.div_ceil(3).saturating_mul(4) <= MAX_ANSWER - ENVELOPE
}

/// A name for contents: 32 hexadecimal digits of their SHA-256.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// An image as an answer.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Its type.
    pub content_type: &'static str,
    /// How long it may be cached.
    pub cache_control: &'a str,
    /// Whether another `Accept` could have been answered with another image.
    pub varies: bool,
}

impl Image<'_> {
    /// 200 with the image in base64, as API Gateway takes bytes (AG-10); 304 if the viewer has it already.
    pub fn response(&self, if_none_match: Option<&str>) -> Response {
        let etag = format!("\"{}\"", fingerprint(self.bytes));
        let known = if_none_match.is_some_and(|tags| none_match_has(tags, &etag));
        let response = Response::new(if known { 304 } else { 200 })
            .with("Cache-Control", self.cache_control)
            .with("ETag", etag);
        let response = if self.varies { response.with("Vary", "Accept") } else { response };
        if known {
            return response;
        }
        Response {
            body: STANDARD.encode(self.bytes),
            is_base64_encoded: true,
            ..response
                .with("Content-Type", self.content_type)
                .with("X-Content-Type-Options", "nosniff")
                .with("Content-Disposition", "inline")
        }
    }
}

/// Whether `spec` leaves the format to the viewer.
pub fn is_auto(spec: &Spec) -> bool {
    spec.format() == Some(OutputFormat::Auto)
}

/// `format(auto)` decided: AVIF or WebP if the viewer takes it, else as the original.
pub fn decided(mut spec: Spec, accept: &str) -> Spec {
    if is_auto(&spec) {
        spec.filters.retain(|filter| !matches!(filter, Filter::Format(_)));
        let best = [("image/avif", OutputFormat::Avif), ("image/webp", OutputFormat::WebP)];
        let best = best.into_iter().find(|(name, _)| accepts(accept, name));
        spec.filters.extend(best.map(|(_, format)| Filter::Format(format)));
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Image<'_> = Image {
        bytes: b"bytes",
        content_type: "image/png",
        cache_control: "public, max-age=9",
        varies: false,
    };

    #[test]
    fn bytes_go_out_in_base64() {
        let answer = IMAGE.response(None);
        assert_eq!((answer.status_code, answer.body.as_str()), (200, "Ynl0ZXM="));
        assert!(answer.is_base64_encoded);
        let headers: Vec<_> = answer.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(
            headers,
            [
                ("Cache-Control", "public, max-age=9"),
                ("Content-Disposition", "inline"),
                ("Content-Type", "image/png"),
                ("ETag", "\"277089d91c0bdf4f2e6862ba7e4a0760\""),
                ("X-Content-Type-Options", "nosniff"),
            ]
        );
        let varies = Image { varies: true, ..IMAGE }.response(None);
        assert_eq!(varies.headers["Vary"], "Accept");
    }

    #[test]
    fn what_the_viewer_has_is_not_sent_again() {
        let etag = IMAGE.response(None).headers["ETag"].clone();
        let answer = Image { varies: true, ..IMAGE }.response(Some(&format!("\"x\", W/{etag}")));
        assert_eq!((answer.status_code, answer.body.as_str()), (304, ""));
        assert!(!answer.is_base64_encoded);
        assert_eq!(answer.headers.keys().copied().collect::<Vec<_>>(), ["Cache-Control", "ETag", "Vary"]);
        assert_eq!(IMAGE.response(Some("\"x\"")).status_code, 200);
        let other = Image { bytes: b"other", ..IMAGE };
        assert_eq!(other.response(Some(&etag)).status_code, 200);
    }

    #[test]
    fn what_fits_still_fits_as_json() {
        let largest = (0..5_000_000).rev().find(|bytes| fits(*bytes)).unwrap_or_default();
        assert_eq!(largest, 4_712_448);
        let bytes = vec![0; largest];
        let answer = Image { bytes: &bytes, varies: true, ..IMAGE }.response(None);
        let json = serde_json::to_vec(&answer).unwrap_or_default();
        assert!(json.len() > largest && json.len() <= MAX_ANSWER);
    }

    #[test]
    fn automatic_formats() {
        let auto = Spec::width(3).with(Filter::Format(OutputFormat::Auto)).with(Filter::Grayscale);
        let format = |accept: &str| decided(auto.clone(), accept).format();
        assert_eq!(format("image/avif,image/webp,*/*"), Some(OutputFormat::Avif));
        assert_eq!(format("image/webp,image/avif;q=0"), Some(OutputFormat::WebP));
        assert_eq!(format("*/*"), None);
        assert_eq!(decided(auto.clone(), ""), Spec::width(3).with(Filter::Grayscale));
        let png = Spec::width(3).with(Filter::Format(OutputFormat::Png));
        assert_eq!(decided(png.clone(), "image/avif"), png);
    }
}
