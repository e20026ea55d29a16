//! The check of new code before viewers get it: an image in the event, its derived image in the answer.
//!
//! `imgdeploy update-code` invokes a published version with `{"imgdeploy": {"check": {"image": …, "spec": …}}}`. No
//! viewer can: whatever API Gateway passes on is below other names.

use crate::direct::answer::{self, Image};
use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::record::Record;
use crate::response::Response;
use crate::settings::Refusal;
use crate::store::{Store, StoreError};
use crate::turn::Time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resizer_core::Spec;
use serde::Deserialize;
use serde_json::Value;

/// A key that nobody has: whether it is there does not matter, only whether S3 answers.
const NO_KEY: &str = ".imgdeploy-check";

/// What the tool asks for.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Check {
    /// An image file, in base64.
    image: String,
    /// What is to become of it, such as `48x32`.
    spec: String,
}

impl Check {
    /// The check in an event, if it is one.
    pub fn of(event: &Value) -> Option<Self> {
        serde_json::from_value(event.get("imgdeploy")?.get("check")?.clone()).ok()
    }
}

impl<S: Store, F: Fetch> Handler<S, F> {
    /// Reaches for the bucket, then makes the image as for a viewer, and stores nothing.
    pub(crate) async fn check(
        &self,
        check: &Check,
        time: Time,
        record: &mut Record,
    ) -> Result<Response, Failure> {
        record.spec = Some(check.spec.clone());
        let image = STANDARD.decode(&check.image).map_err(|error| Failure::check(error.to_string()))?;
        let spec = Spec::parse(&check.spec).map_err(|error| Failure::check(error.to_string()))?;
        if self.settings.bucket.is_some() {
            match self.store().get(NO_KEY, 1).await {
                // Denied is also S3's answer for what is not there, to a role that may not list (S3-04).
                Ok(_)
                | Err(StoreError::NotFound | StoreError::Denied { .. } | StoreError::TooLarge { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(refusal @ Refusal::Keep(_)) = self.settings.refusal(&spec, true, true) {
            return Err(Failure::not_allowed(&check.spec, refusal));
        }
        let made = self.make(image, spec, self.turns.take(time).await?, record).await?;
        if !answer::fits(made.bytes.len()) {
            return Err(Failure::answer_too_large(made.bytes.len()));
        }
        let image = Image {
            bytes: &made.bytes,
            content_type: made.format.content_type(),
            cache_control: "no-store",
            varies: false,
        };
        Ok(image.response(None))
    }
}
