//! Originals that were just uploaded: their sizes are made before anyone asks.

use super::item::{Order, failures};
use super::{Attempt, Batch, Desk, Ended};
use crate::direct::fetch::Fetch;
use crate::store::Store;
use crate::turn::Time;

impl<S: Store, F: Fetch, D: Desk> Batch<S, F, D> {
    /// Makes what [`Batch::new`] was told of each key. Derived images are uploads too: they are passed over, or they would
    /// be made into derived images without end.
    pub(super) async fn uploaded(
        &self,
        keys: &[String],
        attempt: Attempt,
        time: Time,
        request: &str,
    ) -> Ended {
        let scheme = &self.handler.settings.scheme;
        let mut failed = Vec::new();
        for key in keys.iter().filter(|key| scheme.is_original(key)) {
            let order = Order { key, specs: &self.on_upload, job: "", force: false };
            match self.in_time(order, attempt, time).await {
                // Whoever uploads other things than images, or takes them away again, has done no wrong.
                Ok(images) => {
                    let told = failures(&order, 0, &images, request);
                    failed.extend(told.into_iter().filter(|one| !is_no_matter(&one.code)));
                }
                Err(failure) => return Ended::Again(failure),
            }
        }
        Ended::Uncounted(failed)
    }
}

fn is_no_matter(code: &str) -> bool {
    matches!(code, "not_an_image" | "original_not_found")
}
