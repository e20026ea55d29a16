//! Everything that can go wrong with a request, and how it is answered.

mod convert;

use crate::response::Response;
use crate::settings::{Refusal, SettingsError};
use imgdeploy_keys::NO_IMAGE;
use resizer_core::Error as ImageError;
use serde_json::json;

/// How long an error may be cached, in seconds: long enough to take the brunt of a broken page,
/// short enough not to outlive its cause noticeably.
const ERROR_MAX_AGE: u32 = 5;

/// A request that failed: what happened, for the log and for whoever ordered a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: u16,
    /// A short name for programs; stable.
    pub code: &'static str,
    /// What happened and what to do about it, for people.
    pub message: String,
    /// What only the log gets: names of roles and the like.
    pub detail: Option<String>,
    /// What viewers are told, where the whole truth is not theirs to know.
    pub shown: Option<Shown>,
}

/// What a viewer sees of a failure. Anybody can be one, so it tells nothing of what is no image: neither that there is
/// such an object, nor how large it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The HTTP status.
    pub status: u16,
    /// A short name for programs; stable.
    pub code: &'static str,
    /// What happened, for people.
    pub message: String,
}

impl Failure {
    /// A failure that viewers are told as it is.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), detail: None, shown: None }
    }

    /// The same with another text for viewers.
    fn told(self, message: impl Into<String>) -> Self {
        let shown = Shown { status: self.status, code: self.code, message: message.into() };
        Self { shown: Some(shown), ..self }
    }

    /// The same as the one answer to whatever is no image that can be shown: absent, of another kind, archived, not to
    /// be read.
    fn into_no_image(self) -> Self {
        let message = "there is no image here that can be shown; if there should be one, correct the address, or look \
                       into the function's log for the reason";
        Self { shown: Some(Shown { status: 404, code: NO_IMAGE, message: message.to_owned() }), ..self }
    }

    /// The same for somebody who may know all: whoever may call the function itself.
    pub fn in_full(self) -> Self {
        Self { shown: None, ..self }
    }

    /// What viewers see.
    pub fn shown(&self) -> Shown {
        let Self { status, code, message, .. } = self;
        let whole = || Shown { status: *status, code, message: message.clone() };
        self.shown.clone().unwrap_or_else(whole)
    }

    /// The size is not one of those allowed.
    pub fn not_allowed(spec: &str, refusal: Refusal) -> Self {
        let message = match refusal {
            Refusal::Size => {
                format!("size {spec} is not allowed; add it to ALLOWED_DIMENSIONS or ask for another")
            }
            Refusal::MoreThanSize => format!(
                "{spec} asks for more than a size; with ALLOWED_DIMENSIONS set, that has to be signed, or be a preset"
            ),
            Refusal::NoPreset => format!("{spec} is not allowed; only presets are, see PRESETS"),
            Refusal::Keep(kind) => {
                let kind = kind.name();
                let message = format!(
                    "{spec} asks for metadata (`{kind}`) that are not given out; leave it out, or add it to KEEP_METADATA"
                );
                return Self::new(403, "keep_not_allowed", message);
            }
        };
        Self::new(403, "size_not_allowed", message)
    }

    /// One stored image can't be in as many formats as there are viewers.
    pub fn auto_format() -> Self {
        Self::new(
            400,
            "auto_format",
            "format(auto) depends on the viewer, but the image is stored once for all; name a format, or ask the              direct route (/image)",
        )
    }

    /// A watermark that can't be asked for.
    pub fn watermark(status: u16, problem: String) -> Self {
        Self::new(status, "watermark", problem)
    }

    /// A watermark that is not there, or is no image: one answer to all, as for originals.
    pub fn no_watermark(key: &str, why: Self) -> Self {
        if why.shown().code != NO_IMAGE {
            return why;
        }
        let message = format!("there is no image for a watermark at `{key}`");
        let shown = Shown { status: 404, code: "watermark", message };
        let message = format!("the watermark `{key}` can't be used ({}): {}", why.code, why.message);
        Self { status: 404, code: "watermark", message, shown: Some(shown), ..why }
    }

    /// An object that is no image at all.
    pub fn not_an_image() -> Self {
        ImageError::NotAnImage.into()
    }

    /// A URL in the path was cut at its `?`.
    pub fn query_behind_url(query: &str) -> Self {
        Self::new(
            400,
            "bad_request",
            format!(
                "the URL in the path was cut at its `?`, behind which stands {query:?}; write %3F for the `?`"
            ),
        )
    }

    /// There is no bucket, but a key is asked for.
    pub fn no_bucket() -> Self {
        Self::new(404, "no_bucket", "this resizer has no bucket; ask for ?url=https://… on its direct route")
    }

    /// The direct route is not switched on.
    pub fn direct_off() -> Self {
        Self::new(
            404,
            "direct_off",
            "the direct route is not switched on; set SOURCES to the hosts to fetch from",
        )
    }

    /// The image is larger than an answer can be, and there is no bucket to put it in.
    pub fn answer_too_large(bytes: usize) -> Self {
        Self::new(
            413,
            "answer_too_large",
            format!(
                "the result has {bytes} bytes, more than an answer can carry; ask for a smaller size or quality"
            ),
        )
    }

    /// The same where another way to read the key was refused: whoever finds nothing is told of that, so this must not be
    /// told from it.
    pub fn beside_refusal(mut self, refused: Option<&Self>) -> Self {
        if let (Some(shown), Some(refused)) =
            (self.shown.as_mut().filter(|shown| shown.code == NO_IMAGE), refused)
        {
            *shown = refused.shown();
        }
        self
    }

    /// The same where the URL has a query, which may be the rest of the key of an original that was not found (S3-13).
    pub fn beside_query(mut self, original: &str, query: &str) -> Self {
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.code == NO_IMAGE) {
            let message = format!(
                "there is no image at `{original}`, and the URL has a query, {query:?}: if that belongs to the key, rename \
                 the original, as a redirect cannot carry a `?`; else upload the original"
            );
            *shown = Shown { status: 400, code: "bad_request", message };
        }
        self
    }

    /// A check event that nothing can be made of.
    pub fn check(problem: String) -> Self {
        Self::new(400, "bad_check", problem)
    }

    /// The time of the function was up.
    pub fn timeout() -> Self {
        Self::new(
            503,
            "timeout",
            "the image was not finished in the time the function has; try again, or raise the \
             function's timeout or memory",
        )
    }

    /// Another image is still being worked on.
    pub fn busy() -> Self {
        Self::new(503, "busy", "the resizer is still busy with another image; try again")
    }

    /// A defect of ours.
    pub fn internal(detail: impl Into<String>) -> Self {
        let message = "the resizer failed; the function's log has the reason";
        Self { detail: Some(detail.into()), ..Self::new(500, "internal", message) }
    }

    /// Settings that nothing can be done with. What they are is not for viewers.
    pub fn settings(error: &SettingsError) -> Self {
        Self::new(500, "misconfigured", format!("the resizer is not set up: {error}"))
            .told("the resizer is not set up; the function's log has the reason")
    }

    /// Whether another try may mend it.
    pub(crate) fn passes(&self) -> bool {
        self.status == 503 || self.code == "internal"
    }

    /// The answer to a viewer. `key` is what was asked for, as far as it is known.
    pub fn response(&self, key: Option<&str>) -> Response {
        let Shown { status, code, message } = self.shown();
        let mut body = json!({ "error": code, "message": message });
        if let Some(key) = key {
            body["key"] = key.into();
        }
        let response = Response {
            body: body.to_string(),
            ..Response::new(status)
                .with("Content-Type", "application/json")
                .with("Cache-Control", format!("public, max-age={ERROR_MAX_AGE}"))
        };
        match status {
            405 => response.with("Allow", "GET, HEAD"),
            503 => response.with("Retry-After", ERROR_MAX_AGE.to_string()),
            _ => response,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::EventError;
    use crate::key::KeyError;
    use crate::signature::SignatureError;
    use crate::store::StoreError;
    use serde_json::Value;

    /// Tool and function agree on which answers say something of the original, and not of the chain.
    #[test]
    fn what_is_wrong_with_an_original_is_told_from_all_else() {
        let detail = || "role".to_owned();
        let about = |failure: &Failure| {
            let shown = failure.shown();
            imgdeploy_keys::is_about_original(shown.status, shown.code)
        };
        let format = resizer_core::Format::Jpeg;
        for failure in [
            Failure::not_an_image(),
            ImageError::Truncated { format }.into(),
            ImageError::Codec.into(),
            ImageError::TooManyBytes { bytes: 2, limit: 1 }.into(),
            ImageError::TooMuchMemory { bytes: 2, limit: 1 }.into(),
            StoreError::NotFound.into(),
            StoreError::Archived.into(),
            StoreError::Taken.into(),
            StoreError::Denied { action: "read", detail: detail() }.into(),
            StoreError::TooLarge { bytes: 2, limit: 1, image: true }.into(),
            StoreError::TooLarge { bytes: 2, limit: 1, image: false }.into(),
        ] {
            assert!(about(&failure), "{failure:?}");
        }
        for failure in [
            Failure::timeout(),
            Failure::busy(),
            Failure::internal("x"),
            Failure::no_bucket(),
            Failure::auto_format(),
            Failure::not_allowed("1x1", Refusal::Size),
            SignatureError::Required.into(),
            KeyError::NoOriginal.into(),
            StoreError::Busy { detail: detail() }.into(),
            StoreError::Denied { action: "write", detail: detail() }.into(),
        ] {
            assert!(!about(&failure), "{failure:?}");
        }
    }

    #[test]
    fn answers_are_json_and_do_not_stick() {
        let response = Failure::from(KeyError::NoOriginal).response(Some("resized/1x/"));
        assert_eq!(response.status_code, 400);
        assert_eq!(response.headers["Content-Type"], "application/json");
        assert_eq!(response.headers["Cache-Control"], "public, max-age=5");
        let body: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["error"], "bad_key");
        assert_eq!(body["key"], "resized/1x/");
        assert!(body["message"].as_str().unwrap().contains("original has to follow"));
    }

    #[test]
    fn some_statuses_come_with_a_header() {
        let method = Failure::from(EventError::Method("PUT".to_owned())).response(None);
        assert_eq!((method.status_code, method.headers["Allow"].as_str()), (405, "GET, HEAD"));
        let busy = Failure::from(StoreError::Busy { detail: "SlowDown".to_owned() }).response(None);
        assert_eq!((busy.status_code, busy.headers["Retry-After"].as_str()), (503, "5"));
        assert!(
            !Failure::not_allowed("1x", Refusal::Size).response(None).headers.contains_key("Retry-After")
        );
    }

    #[test]
    fn details_stay_in_the_log() {
        let arn = "arn:aws:sts::123456789012:assumed-role/x/y";
        for failure in [
            Failure::from(StoreError::Denied { action: "read", detail: arn.to_owned() }),
            Failure::internal(arn),
        ] {
            assert!(!failure.response(Some("k")).body.contains("123456789012"));
            assert_eq!(failure.detail.as_deref(), Some(arn));
        }
    }
}
