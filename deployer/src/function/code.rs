//! The steps that concern the code itself: up, published, ready, and back.

use super::RUNTIME;
use super::apply::conflict;
use super::run::{Cause, Progress, Run};
use super::target;
use crate::aws::lambda::{CodeSource, Configuration};
use crate::aws::write::{BucketWrite, Condition};
use crate::aws::{AwsFailure, FailureKind, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

impl Run<'_> {
    pub(super) async fn keep_present(&self, progress: &mut Progress) -> Result<(), Cause> {
        let present = &self.seen.latest;
        let location = self.function.code_location().await?;
        let answer = web::get(&location).await.map_err(Cause::NoWayBack)?;
        let zip = answer.body.to_vec();
        if STANDARD.encode(Sha256::digest(&zip)) != present.code_sha256 {
            return Err(Cause::NoWayBack("what was handed out has another hash".to_owned()));
        }
        progress.old = Some(zip);
        let kept = self.write().publish(&present.code_sha256, &progress.revision).await.map_err(conflict)?;
        (self.say)(&format!("      it is version {}", kept.version));
        // Whether publishing changes the revision of the unpublished state is not documented [unverified].
        let now = self.settled(None).await?;
        if now.code_sha256 != present.code_sha256 {
            return Err(Cause::Conflict("it has other code now".to_owned()));
        }
        progress.revision = now.revision;
        Ok(())
    }

    pub(super) async fn upload(&self, key: &str) -> Result<(), Cause> {
        let account = target::account(&self.seen.latest.arn);
        let (Some((bucket, _)), Some(account)) = (&self.wanted.artifacts, account) else { return Ok(()) };
        let write = BucketWrite::new(self.clients, self.region, bucket, account, self.plan.permit());
        match write.put_object(key, "application/zip", self.zip.to_vec(), &Condition::Absent).await {
            Ok(_) => Ok(()),
            // The key is the content's hash: whoever stored it stored the same.
            Err(failure) if failure.kind == FailureKind::Conflict => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    fn source(&self) -> CodeSource {
        match &self.wanted.artifacts {
            Some((bucket, key)) => CodeSource::S3 { bucket: bucket.clone(), key: key.clone() },
            None => CodeSource::Zip(self.zip.to_vec()),
        }
    }

    pub(super) async fn update_code(&self, progress: &mut Progress) -> Result<(), Cause> {
        let (source, architecture) = (self.source(), self.wanted.architecture.as_str());
        let call = |dry_run: bool, revision: String| {
            let source = &source;
            async move { self.write().update_code(source, architecture, &revision, !dry_run, dry_run).await }
        };
        let tried = call(true, progress.revision.clone()).await.map_err(conflict)?;
        // MiniStack carries dry runs out.
        if self.emulator && tried.code_sha256 == self.wanted.code_sha256 {
            progress.revision = tried.revision;
        }
        match call(false, progress.revision.clone()).await {
            Ok(updated) if updated.version.parse::<u64>().is_ok() => {
                progress.version = Some(updated.version);
                self.settled(progress.version.as_deref()).await.map(drop)
            }
            Ok(_) => self.publish(progress).await,
            // An answer that was lost makes the SDK ask again, and then our own change is in the way.
            Err(failure) if failure.kind == FailureKind::Conflict => {
                self.publish_ours(failure, progress).await
            }
            Err(failure) => Err(failure.into()),
        }
    }

    async fn publish_ours(&self, failure: AwsFailure, progress: &mut Progress) -> Result<(), Cause> {
        let now = self.settled(None).await?;
        if now.code_sha256 != self.wanted.code_sha256 {
            return Err(conflict(failure));
        }
        progress.revision = now.revision;
        self.publish(progress).await
    }

    pub(super) async fn publish(&self, progress: &mut Progress) -> Result<(), Cause> {
        let ready = self.settled(None).await?;
        if ready.code_sha256 != self.wanted.code_sha256 {
            return Err(Cause::Conflict("it has other code now".to_owned()));
        }
        let published = self.write().publish(&ready.code_sha256, &ready.revision).await.map_err(conflict)?;
        progress.version = Some(published.version);
        self.settled(progress.version.as_deref()).await.map(drop)
    }

    pub(super) async fn settled(&self, qualifier: Option<&str>) -> Result<Configuration, Cause> {
        self.function.settled(qualifier).await.map_err(Cause::from)
    }

    /// The code and the runtime that were there before.
    pub(super) async fn put_back(&self, zip: &[u8]) -> Result<(), Cause> {
        let before = &self.seen.latest;
        let now = self.settled(None).await?;
        let zip = CodeSource::Zip(zip.to_vec());
        self.write().update_code(&zip, &before.architecture, &now.revision, false, false).await?;
        let now = self.settled(None).await?;
        if let (Some(runtime), Some(handler)) = (&before.runtime, &before.handler)
            && runtime != RUNTIME
        {
            self.write().update_runtime(runtime, handler, &now.revision).await?;
            self.settled(None).await?;
        }
        Ok(())
    }
}
