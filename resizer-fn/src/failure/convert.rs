//! The errors of all parts, as failures.

use super::Failure;
use crate::direct::fetch::FetchError;
use crate::direct::query::QueryError;
use crate::direct::source::UrlError;
use crate::event::EventError;
use crate::key::KeyError;
use crate::signature::SignatureError;
use crate::store::StoreError;
use resizer_core::Error as ImageError;

impl From<EventError> for Failure {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Method(_) => Self::new(405, "method_not_allowed", error.to_string()),
            _ => Self::new(400, "bad_request", error.to_string()),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(400, "bad_key", error.to_string())
    }
}

impl From<SignatureError> for Failure {
    fn from(error: SignatureError) -> Self {
        Self::new(403, "signature", error.to_string())
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self::new(400, "bad_request", error.to_string())
    }
}

impl From<UrlError> for Failure {
    fn from(error: UrlError) -> Self {
        match error {
            UrlError::Host(_) => Self::new(403, "source_not_allowed", error.to_string()),
            _ => Self::new(400, "bad_url", error.to_string()),
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let message = error.to_string();
        let (status, code, detail) = match &error {
            FetchError::Url(error) => return Self::redirected_away(error),
            FetchError::TooLarge { bytes, limit } => return Self::too_large(*bytes, *limit, true),
            FetchError::Address { detail, .. } => (403, "address_not_allowed", Some(detail)),
            FetchError::Resolve { detail, .. } => (502, "upstream_not_found", Some(detail)),
            FetchError::Connection { detail, .. } => (502, "upstream_unreachable", Some(detail)),
            FetchError::Timeout { .. } => (504, "upstream_timeout", None),
            FetchError::NotFound { .. } => (404, "original_not_found", None),
            FetchError::Status { .. } => (502, "upstream_status", None),
            FetchError::Redirect { .. } => (502, "upstream_redirect", None),
            FetchError::Encoded { .. } => (502, "upstream_encoding", None),
        };
        // In the log the message comes first, as `detail` takes its place there.
        let detail = detail.map(|detail| format!("{message}: {detail}"));
        let failure = Self { detail, ..Self::new(status, code, message) };
        match &error {
            // What is behind a refusal is the source's secret: it may let this function see more than others.
            FetchError::NotFound { .. } | FetchError::Status { status: 400..=499, .. } => {
                failure.into_no_image()
            }
            FetchError::Status { host, .. } => failure.told(format!("{host} did not answer with an image")),
            FetchError::Redirect { host, .. } => failure.told(format!("{host} redirects to no image")),
            _ => failure,
        }
    }
}

impl Failure {
    /// A source redirects to where nothing is fetched from. Where that is, viewers are not told.
    fn redirected_away(error: &UrlError) -> Self {
        Self::new(502, "upstream_redirect", format!("the source redirects away: {error}"))
            .told("the source redirects to where images are not fetched from")
    }

    /// An original over `MAX_BYTES`. Viewers are told the limit, not its size; of what is no image, nothing.
    fn too_large(bytes: u64, limit: u64, image: bool) -> Self {
        let failure = Self::from(ImageError::TooManyBytes { bytes, limit });
        if image { failure } else { failure.into_no_image() }
    }
}

/// What viewers are told of an image that can't be made: the limit, not how far it is from it; that a file is damaged,
/// not what is in it.
fn shown_of(error: &ImageError) -> Option<String> {
    Some(match error {
        ImageError::TooManyBytes { limit, .. } => format!("the file has more than the {limit} bytes allowed"),
        ImageError::TooManyPixels { limit, .. } => {
            format!("the image has more than the {limit} pixels allowed")
        }
        ImageError::TooManyFrames { limit, .. } => {
            format!("the animation has more than the {limit} frames allowed")
        }
        ImageError::TooMuchAnimation { limit, .. } => {
            format!("the animation's frames have more than the {limit} pixels allowed together")
        }
        ImageError::TooMuchMemory { .. } => "it could take more memory than there is".to_owned(),
        ImageError::TooMuchWork { .. } => "it could take more work than there is time for".to_owned(),
        ImageError::OutputTooLarge { limit, .. } => {
            format!("the result would have more than the {limit} pixels allowed")
        }
        ImageError::SideTooLong { format, limit, .. } => {
            format!("a side of the result would be longer than the {limit} pixels that a {format} can have")
        }
        ImageError::Corrupt { format, .. } => format!("the {format} file is damaged"),
        _ => return None,
    })
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        let (status, code, advice) = match &error {
            ImageError::NotAnImage => (422, "not_an_image", "ask for an original that is one"),
            ImageError::Truncated { .. } => (422, "truncated", "upload the original again"),
            ImageError::Corrupt { .. } | ImageError::Codec => {
                (422, "corrupt", "replace the original with an intact file")
            }
            ImageError::Unsupported { .. } => {
                (422, "unsupported", "save the original as a plain JPEG, PNG or WebP")
            }
            ImageError::TooManyBytes { .. } => {
                (413, "too_many_bytes", "use a smaller file or raise MAX_BYTES")
            }
            ImageError::TooManyPixels { .. } => {
                (413, "too_many_pixels", "use a smaller original or raise MAX_PIXELS")
            }
            ImageError::TooManyFrames { .. } | ImageError::TooMuchAnimation { .. } => {
                (413, "too_many_pixels", "use a shorter or smaller animation")
            }
            ImageError::AnimationTooLarge { .. } => {
                (413, "output_too_large", "ask for a smaller size, or for one frame with still()")
            }
            ImageError::TooMuchMemory { .. } => {
                (413, "too_much_memory", "use a smaller original, ask for a smaller size, or raise --memory")
            }
            ImageError::TooMuchWork { .. } => (
                413,
                "too_much_work",
                "use a smaller original, ask for a smaller size or fewer filters, or raise --memory or --timeout",
            ),
            ImageError::Stopped => return Self::timeout(),
            ImageError::OutputTooLarge { .. } => (413, "output_too_large", "ask for a smaller size"),
            ImageError::SideTooLong { .. } => (413, "output_too_large", "ask for a smaller size"),
            // Whatever else the core comes to report is not known to be the image's fault.
            _ => return Self::internal(error.to_string()),
        };
        let failure = Self::new(status, code, format!("{error}; {advice}"));
        match shown_of(&error) {
            _ if error == ImageError::NotAnImage => failure.into_no_image(),
            Some(shown) => failure.told(format!("{shown}; {advice}")),
            None => failure,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        let (status, code, detail) = match &error {
            StoreError::NotFound => (404, "original_not_found", None),
            StoreError::TooLarge { bytes, limit, image } => return Self::too_large(*bytes, *limit, *image),
            StoreError::NoRoom { bytes, limit, image: true } => {
                return ImageError::TooMuchMemory { bytes: *bytes, limit: *limit }.into();
            }
            StoreError::NoRoom { bytes, limit, image } => return Self::too_large(*bytes, *limit, *image),
            StoreError::Denied { detail, .. } => (500, "access_denied", Some(detail)),
            StoreError::Taken => (409, "key_taken", None),
            StoreError::Archived => (500, "original_archived", None),
            StoreError::Busy { detail } => (503, "storage_busy", Some(detail)),
            StoreError::Other { detail, .. } => (500, "storage_failed", Some(detail)),
        };
        let detail = detail.cloned();
        let failure = Self { detail, ..Self::new(status, code, message) };
        match &error {
            StoreError::NotFound | StoreError::Archived | StoreError::Denied { action: "read", .. } => {
                failure.into_no_image()
            }
            _ => failure,
        }
    }
}
