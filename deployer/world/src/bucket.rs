//! The bucket.

use serde::Serialize;

use crate::Fact;
use imgdeploy_model::chain::access::PublicAccessBlock;

/// One object of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Object {
    /// Key, as stored.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Canonical id of its owner, where the listing says so.
    pub owner: Option<String>,
}

/// What HeadObject says of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Key.
    pub key: String,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// Bytes.
    pub size: u64,
    /// `AES256`, `aws:kms`, `aws:kms:dsse`; `None` if it is not said.
    pub encryption: Option<String>,
}

/// The bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Name.
    pub name: String,
    /// Region, by HeadBucket (S3-29).
    pub region: String,
    /// Raw `WebsiteConfiguration`.
    pub website: Fact<String>,
    /// Raw policy.
    pub policy: Fact<String>,
    /// Its public access block.
    pub block: Fact<PublicAccessBlock>,
    /// The account's public access block.
    pub account_block: Fact<PublicAccessBlock>,
    /// Whether requesters pay (S3-17).
    pub requester_pays: Fact<bool>,
    /// Canonical id of the bucket's owner.
    pub owner: Fact<String>,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter` (S3-26).
    pub ownership: Fact<String>,
    /// The first objects of the bucket, up to 1,000.
    pub objects: Fact<Vec<Object>>,
    /// The first objects under the derived prefix, up to 1,000.
    pub derived: Fact<Vec<Object>>,
    /// A few originals, looked at one by one.
    pub original_heads: Fact<Vec<Head>>,
    /// A few derived images, looked at one by one.
    pub derived_heads: Fact<Vec<Head>>,
}
