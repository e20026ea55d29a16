//! The bucket and some of its objects.

use super::{Looker, unowned};
use crate::aws::AwsFailure;
use crate::aws::read::{self, BucketRead};
use crate::journal::Journal;
use crate::names;
use crate::sample::BEGINNING;
use futures::future::join_all;
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::{Bucket, Head};
use imgdeploy_keys::{ImageKind, Scheme};
use imgdeploy_world::Fact;

const LIST: &str = "s3:ListBucket";
/// As many objects of each kind are looked at one by one.
const HEADS: usize = 5;

/// What the journal says of the distribution.
pub(super) struct Recorded {
    pub(super) distribution: String,
}

impl Looker {
    /// Wave 2: everything but the objects under the prefix and the heads.
    pub(super) async fn bucket(&self, name: &str, region: &str, account: Option<&str>) -> Bucket {
        let Some(account) = account else { return unowned(name, region) };
        let clients = self.clients();
        let bucket = BucketRead::new(clients, region, name, account);
        let (website, policy, block, account_block, requester_pays, objects, owner, ownership) = futures::join!(
            self.fact("s3:GetBucketWebsite", bucket.website()),
            self.fact("s3:GetBucketPolicy", bucket.policy()),
            self.fact("s3:GetBucketPublicAccessBlock", bucket.public_access_block()),
            self.fact(
                "s3:GetAccountPublicAccessBlock",
                read::account_public_access_block(clients, region, account)
            ),
            self.fact("s3:GetBucketRequestPayment", bucket.requester_pays()),
            self.fact(LIST, bucket.first_with_owners("")),
            self.fact("s3:GetBucketAcl", bucket.owner()),
            self.fact("s3:GetBucketOwnershipControls", bucket.ownership()),
        );
        Bucket {
            name: name.to_owned(),
            region: region.to_owned(),
            website,
            policy,
            block,
            account_block,
            requester_pays,
            owner,
            ownership,
            objects,
            derived: Fact::Absent,
            original_heads: Fact::Absent,
            derived_heads: Fact::Absent,
        }
    }

    /// Wave 3: objects under the prefix, and a few heads.
    pub(super) async fn objects(
        &self,
        bucket: Option<&mut Bucket>,
        prefix: Option<&str>,
        account: Option<&str>,
    ) {
        let (Some(bucket), Some(account)) = (bucket, account) else { return };
        let prefix = match prefix {
            Some(prefix) => prefix.to_owned(),
            None => super::route::prefix(bucket),
        };
        // The function's presets are not known yet.
        let scheme = Scheme::of_lists(&prefix, []);
        let originals: Vec<String> = bucket
            .objects
            .known()
            .into_iter()
            .flatten()
            .filter(|object| ImageKind::of_name(&object.key).is_some() && scheme.is_original(&object.key))
            .map(|object| object.key.clone())
            .take(HEADS)
            .collect();
        let read = BucketRead::new(self.clients(), &bucket.region, &bucket.name, account);
        let derived = async {
            if prefix.is_empty() {
                return (Fact::Absent, Fact::Absent);
            }
            let derived = self.fact(LIST, read.first_with_owners(&prefix)).await;
            let keys: Vec<String> =
                derived.known().into_iter().flatten().map(|object| object.key.clone()).take(HEADS).collect();
            let heads = self.heads(&read, keys).await;
            (derived, heads)
        };
        let (heads, (derived, derived_heads)) = futures::join!(self.heads(&read, originals), derived);
        bucket.original_heads = heads;
        bucket.derived = derived;
        bucket.derived_heads = derived_heads;
    }

    /// The distribution that the journal names.
    pub(super) async fn journal(&self, account: &str, region: &str, bucket: &str) -> Option<Recorded> {
        let artifacts =
            BucketRead::new(self.clients(), region, &names::artifacts_bucket(account, region), account);
        let read =
            self.fact("s3:GetObject", async { artifacts.text(&names::journal_key(bucket)).await }).await;
        let (text, _) = read.known()?;
        let journal = Journal::parse(text, bucket).ok()?;
        journal.distribution.map(|recorded| Recorded { distribution: recorded.id })
    }

    /// Each object's head; one that can't be had makes all of them unknown, since it may be the very one that matters.
    async fn heads(&self, bucket: &BucketRead, keys: Vec<String>) -> Fact<Vec<Head>> {
        let heads = keys.into_iter().map(|key| self.fact("s3:GetObject", bucket.brief(key)));
        let heads = join_all(heads).await;
        let mut found = Vec::new();
        for head in heads {
            match head {
                Fact::Known(head) => found.push(head),
                // Deleted since the listing.
                Fact::Absent => {}
                Fact::Unknown(failure) => return Fact::Unknown(failure),
            }
        }
        Fact::Known(found)
    }

    /// The first bytes of an original; `None` where nobody knows whose the bucket is, or where there is no time.
    pub(crate) async fn beginning(
        &self,
        snapshot: &Snapshot,
        key: &str,
    ) -> Option<Result<read::Begun, AwsFailure>> {
        let bucket = snapshot.bucket.as_ref()?;
        let account = &snapshot.caller.known()?.account;
        let read = BucketRead::new(self.clients(), &bucket.region, &bucket.name, account);
        tokio::time::timeout_at(self.deadline().into(), read.beginning(key, BEGINNING)).await.ok()
    }
}
