//! What both routes have in common: originals in, one image out.

use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::handler::Handler;
use crate::image::{self, Assets};
use crate::record::{Record, ms_since};
use crate::store::Store;
use resizer_core::{Defaults, Output, Spec, sniff};
use std::time::Instant;

/// Most watermarks on one image: each is a file of its own to get.
const MAX_WATERMARKS: usize = 4;

impl<S: Store, F: Fetch> Handler<S, F> {
    /// Makes the image, with the watermarks it needs from the bucket.
    pub(crate) async fn make(
        &self,
        bytes: Vec<u8>,
        spec: Spec,
        record: &mut Record,
    ) -> Result<Output, Failure> {
        record.bytes_in = Some(bytes.len());
        let assets = self.assets(&spec).await?;
        let (limits, defaults) = (self.settings.limits, Defaults { quality: self.settings.quality });
        let start = Instant::now();
        // On a thread of its own, so that the time limit can strike meanwhile.
        let made =
            tokio::task::spawn_blocking(move || image::make(&bytes, &spec, &assets, &defaults, &limits))
                .await;
        record.ms_resize = Some(ms_since(start));
        let made = made.map_err(|error| Failure::internal(error.to_string()))??;
        record.bytes_out = Some(made.bytes.len());
        Ok(made)
    }

    /// The watermarks that `spec` puts on the image.
    pub(crate) async fn assets(&self, spec: &Spec) -> Result<Assets, Failure> {
        let keys = image::watermarks(spec);
        if keys.len() > MAX_WATERMARKS {
            return Err(Failure::watermark(
                400,
                format!("more than {MAX_WATERMARKS} watermarks are asked for"),
            ));
        }
        let mut assets = Assets::new();
        for key in keys {
            if self.settings.bucket.is_none() {
                return Err(Failure::watermark(
                    400,
                    "watermarks come from a bucket, and there is none".to_owned(),
                ));
            }
            if self.settings.scheme.is_derived(key) {
                return Err(Failure::watermark(
                    400,
                    format!("the watermark `{key}` is itself a resized image"),
                ));
            }
            let found = self.store().get(key, self.settings.limits.max_bytes).await;
            let found = found.map_err(Failure::from).and_then(|found| match sniff::sniff(&found.bytes) {
                Some(_) => Ok(found),
                None => Err(Failure::not_an_image()),
            });
            let found = found.map_err(|failure| Failure::no_watermark(key, failure))?;
            assets.insert(key.to_owned(), found.bytes);
        }
        Ok(assets)
    }
}
