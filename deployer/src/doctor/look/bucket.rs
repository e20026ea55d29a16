//! The bucket and some of its objects.

use aws_sdk_s3::types::EncodingType;
use futures::future::join_all;
use imgdeploy_checks::snapshot::{Block, Bucket, Head, Object};
use imgdeploy_checks::{Seen, Snapshot};
use imgdeploy_keys::{ImageKind, Scheme};

use super::{Looker, seen, unowned};
use crate::aws::AwsFailure;
use crate::aws::read::{self, BucketRead, PublicAccessBlock};
use crate::fact::Fact;
use crate::journal::Journal;
use crate::names;
use crate::sample::BEGINNING;

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
            self.seen("s3:GetBucketWebsite", bucket.website()),
            self.seen("s3:GetBucketPolicy", bucket.policy()),
            self.seen("s3:GetBucketPublicAccessBlock", bucket.public_access_block()),
            self.seen(
                "s3:GetAccountPublicAccessBlock",
                read::account_public_access_block(clients, region, account)
            ),
            self.seen("s3:GetBucketRequestPayment", bucket.requester_pays()),
            self.list(name, region, account, ""),
            self.seen("s3:GetBucketAcl", self.owner(name, region, account)),
            self.seen("s3:GetBucketOwnershipControls", self.ownership(name, region, account)),
        );
        Bucket {
            name: name.to_owned(),
            region: region.to_owned(),
            website,
            policy,
            block: block.map(flags),
            account_block: account_block.map(flags),
            requester_pays,
            owner,
            ownership,
            objects,
            derived: Seen::Absent,
            original_heads: Seen::Absent,
            derived_heads: Seen::Absent,
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
        let (name, region) = (bucket.name.clone(), bucket.region.clone());
        let derived = async {
            if prefix.is_empty() {
                return (Seen::Absent, Seen::Absent);
            }
            let derived = self.list(&name, &region, account, &prefix).await;
            let keys: Vec<String> =
                derived.known().into_iter().flatten().map(|object| object.key.clone()).take(HEADS).collect();
            let heads = self.heads(&name, &region, account, keys).await;
            (derived, heads)
        };
        let (heads, (derived, derived_heads)) =
            futures::join!(self.heads(&name, &region, account, originals), derived);
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

    async fn list(&self, bucket: &str, region: &str, account: &str, prefix: &str) -> Seen<Vec<Object>> {
        const CALL: &str = "s3:ListBucket";
        let read = async {
            let call = self.clients().s3(region).list_objects_v2().bucket(bucket).prefix(prefix);
            let call = call.fetch_owner(true).expected_bucket_owner(account);
            let sent = call.encoding_type(EncodingType::Url).send().await;
            let page = sent.map_err(|error| AwsFailure::from_sdk(CALL, &error));
            Fact::of(page.and_then(|page| {
                let object = |one: &aws_sdk_s3::types::Object| {
                    Some(read::stored(CALL, one.key()?, page.encoding_type()).map(|key| Object {
                        key,
                        size: one.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                        owner: one.owner().and_then(|owner| owner.id()).map(str::to_owned),
                    }))
                };
                page.contents().iter().filter_map(object).collect()
            }))
        };
        seen(self.fact(CALL, read).await)
    }

    /// Each object's head; one that can't be had makes all of them unknown, since it may be the very one that matters.
    async fn heads(&self, bucket: &str, region: &str, account: &str, keys: Vec<String>) -> Seen<Vec<Head>> {
        let s3 = self.clients().s3(region);
        let heads = join_all(keys.into_iter().map(|key| {
            let call = s3.head_object().bucket(bucket).key(&key).expected_bucket_owner(account);
            self.fact("s3:GetObject", async move {
                let sent = call.send().await;
                let answer = sent.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error));
                Fact::of(answer.map(|head| Head {
                    key,
                    content_type: head.content_type().map(str::to_owned),
                    size: head.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                    encryption: head.server_side_encryption().map(|sse| sse.as_str().to_owned()),
                }))
            })
        }))
        .await;
        let mut found = Vec::new();
        for head in heads {
            match head {
                Fact::Known(head) => found.push(head),
                // Deleted since the listing.
                Fact::Absent => {}
                Fact::Unknown(failure) => return seen(Fact::Unknown(failure)),
            }
        }
        Seen::Known(found)
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

    async fn owner(&self, bucket: &str, region: &str, account: &str) -> Fact<String> {
        let call = self.clients().s3(region).get_bucket_acl().bucket(bucket).expected_bucket_owner(account);
        let sent = call.send().await.map_err(|error| AwsFailure::from_sdk("s3:GetBucketAcl", &error));
        match Fact::of(sent) {
            Fact::Known(acl) => match acl.owner().and_then(|owner| owner.id()) {
                Some(id) => Fact::Known(id.to_owned()),
                None => Fact::Absent,
            },
            Fact::Absent => Fact::Absent,
            Fact::Unknown(failure) => Fact::Unknown(failure),
        }
    }

    async fn ownership(&self, bucket: &str, region: &str, account: &str) -> Fact<String> {
        let operation = "s3:GetBucketOwnershipControls";
        let s3 = self.clients().s3(region);
        let sent =
            s3.get_bucket_ownership_controls().bucket(bucket).expected_bucket_owner(account).send().await;
        let answer = Fact::of(sent.map_err(|error| AwsFailure::from_sdk(operation, &error)));
        // Without controls the classic rule holds: whoever writes an object owns it.
        answer.map(|seen| {
            seen.ownership_controls()
                .and_then(|controls| controls.rules().first())
                .map_or_else(|| "ObjectWriter".to_owned(), |rule| rule.object_ownership().as_str().to_owned())
        })
    }
}

fn flags(seen: PublicAccessBlock) -> Block {
    Block {
        block_public_acls: seen.block_public_acls,
        ignore_public_acls: seen.ignore_public_acls,
        block_public_policy: seen.block_public_policy,
        restrict_public_buckets: seen.restrict_public_buckets,
    }
}
