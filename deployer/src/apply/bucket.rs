//! The bucket that `up` made: emptied and deleted by `down`. Each step first looks whether it still is that bucket.

use super::{CarryOut, Cause, Event, Run};
use crate::aws::AwsFailure;
use crate::aws::again::again;
use crate::plan::action::{DeleteBucket, EmptyBucket};
use crate::stack::{TAG_BUCKET_MADE_BY, UP};
use imgdeploy_world::Fact;

/// Begun uploads and versions are listed anew until there are none; somebody who keeps on writing ends that.
const ROUNDS: usize = 100_000;

impl CarryOut for EmptyBucket {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        if !run.is_ours().await? {
            return Ok(());
        }
        let mut deleted = 0;
        let mut before = Vec::new();
        for _ in 0..ROUNDS {
            let versions = run.read.first_versions().await?;
            if versions.is_empty() {
                break;
            }
            if versions == before {
                return Err(still_there("s3:DeleteObjectVersion"));
            }
            run.write.delete_versions(&versions).await?;
            deleted += versions.len();
            before = versions;
            (run.events)(Event::Progress { text: format!("{deleted} deleted") });
        }
        let mut before = Vec::new();
        for _ in 0..ROUNDS {
            let uploads = run.read.first_uploads().await?;
            if uploads.is_empty() {
                break;
            }
            if uploads == before {
                return Err(still_there("s3:AbortMultipartUpload"));
            }
            for upload in &uploads {
                run.write.abort_upload(upload).await?;
            }
            before = uploads;
        }
        Ok(())
    }
}

impl CarryOut for DeleteBucket {
    async fn carry_out(&self, run: &mut Run<'_>) -> Result<(), Cause> {
        again(async || {
            if !run.is_ours().await? {
                return Ok(());
            }
            run.write.delete_bucket().await.map_err(Cause::from)
        })
        .await
    }
}

impl Run<'_> {
    /// `false`: the bucket is gone. A bucket of the same name that `up` did not make is an error.
    async fn is_ours(&self) -> Result<bool, Cause> {
        let (owned, tags) = futures::join!(self.read.owned(), self.read.tags());
        match (owned, tags) {
            (Fact::Absent, _) => Ok(false),
            (Fact::Unknown(failure), _) | (_, Fact::Unknown(failure)) => Err(failure.into()),
            (Fact::Known(()), Fact::Known(tags))
                if tags.get(TAG_BUCKET_MADE_BY).is_some_and(|by| by == UP) =>
            {
                Ok(true)
            }
            (Fact::Known(()), _) => Err(Cause::Changed(format!("the bucket {}", self.plan.bucket))),
        }
    }
}

/// S3 took the call, and lists the same as before: the same would go on for ever.
fn still_there(operation: &str) -> Cause {
    AwsFailure::local(operation, "S3 says that what it listed is gone, and lists it again").into()
}
