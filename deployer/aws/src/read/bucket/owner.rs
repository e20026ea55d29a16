//! Whose a bucket and its objects are, and how they are stored.

use aws_sdk_s3::types::EncodingType;
use imgdeploy_world::Fact;
use imgdeploy_world::bucket::{Head, Object};

use super::{BucketRead, stored};
use crate::AwsFailure;
use crate::failure::Answered;

impl BucketRead {
    /// The first page (at most 1,000) of objects under `prefix`, with their owners.
    pub async fn first_with_owners(&self, prefix: &str) -> Fact<Vec<Object>> {
        const CALL: &str = "s3:ListBucket";
        let call = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let call = call.fetch_owner(true).expected_bucket_owner(&self.owner);
        let sent = call.encoding_type(EncodingType::Url).send().await;
        let page = sent.map_err(|error| AwsFailure::from_sdk(CALL, &error));
        Fact::of(page.and_then(|page| {
            let object = |one: &aws_sdk_s3::types::Object| {
                Some(stored(CALL, one.key()?, page.encoding_type()).map(|key| Object {
                    key,
                    size: one.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                    owner: one.owner().and_then(|owner| owner.id()).map(str::to_owned),
                }))
            };
            page.contents().iter().filter_map(object).collect()
        }))
    }

    /// What the head of an object tells viewers.
    pub async fn brief(&self, key: String) -> Fact<Head> {
        let call = self.s3.head_object().bucket(&self.bucket).key(&key).expected_bucket_owner(&self.owner);
        let sent = call.send().await;
        Fact::of(sent.map_err(|error| AwsFailure::from_sdk("s3:GetObject", &error))).map(|head| Head {
            key,
            content_type: head.content_type().map(str::to_owned),
            size: head.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            encryption: head.server_side_encryption().map(|sse| sse.as_str().to_owned()),
        })
    }

    /// Canonical id of the bucket's owner.
    pub async fn owner(&self) -> Fact<String> {
        let call = self.s3.get_bucket_acl().bucket(&self.bucket).expected_bucket_owner(&self.owner);
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

    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter` (S3-26).
    pub async fn ownership(&self) -> Fact<String> {
        const CALL: &str = "s3:GetBucketOwnershipControls";
        let call = self.s3.get_bucket_ownership_controls().bucket(&self.bucket);
        let sent = call.expected_bucket_owner(&self.owner).send().await;
        let answer = Fact::of(sent.map_err(|error| AwsFailure::from_sdk(CALL, &error)));
        // Without controls the classic rule holds: whoever writes an object owns it.
        answer.map(|seen| {
            seen.ownership_controls()
                .and_then(|controls| controls.rules().first())
                .map_or_else(|| "ObjectWriter".to_owned(), |rule| rule.object_ownership().as_str().to_owned())
        })
    }
}
