//! Buckets that others got to first.

mod documents;

use std::fmt::Write as _;

use crate::aws::{Aws, encode_key};
use crate::ministack::MiniStack;
use crate::photos::{self, Photo};
use crate::snapshot::Snapshot;

/// Regions whose website hosts have a dash before the region (S3-01).
const DASH: [&str; 9] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
    "us-gov-west-1",
];

/// The bucket's website host in the partition `aws`.
#[must_use]
pub fn website_host(bucket: &str, region: &str) -> String {
    let separator = if DASH.contains(&region) { '-' } else { '.' };
    format!("{bucket}.s3-website{separator}{region}.amazonaws.com")
}

/// A bucket, perhaps with a distribution in front, and the root user to look at them with.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Root in the bucket's region, past any proxy.
    pub root: Aws,
    /// The bucket's name.
    pub bucket: String,
    /// The distribution's id, where there is one.
    pub distribution: Option<String>,
}

impl Scenario {
    /// A bucket in use: foreign policy with a Deny, website with two rules, CORS, lifecycle, tags, versioning and
    /// pictures; a distribution with two origins and three behaviours in front.
    #[must_use]
    pub fn used_bucket(aws: &MiniStack, region: &str, bucket: &str) -> Self {
        let mut scenario = Self::used_bucket_alone(aws, region, bucket);
        let config = documents::distribution(bucket, &website_host(bucket, region));
        scenario.create_distribution(&config);
        scenario
    }

    /// The same bucket without a distribution.
    #[must_use]
    pub fn used_bucket_alone(aws: &MiniStack, region: &str, bucket: &str) -> Self {
        let scenario = Self::empty_bucket(aws, region, bucket);
        scenario.put("publicAccessBlock", documents::PUBLIC_SITE_BLOCK);
        scenario.put("policy", &documents::policy(bucket));
        scenario.put("website", documents::WEBSITE);
        scenario.put("cors", documents::CORS);
        scenario.put("lifecycle", documents::LIFECYCLE);
        scenario.put("tagging", documents::TAGGING);
        scenario.put("versioning", documents::VERSIONING);
        scenario.put_object("home.html", "text/html", "<!doctype html><title>shop</title>");
        scenario.put_object("errors/404.html", "text/html", "<!doctype html><title>lost</title>");
        scenario.put_object("assets/site.css", "text/css", "body { margin: 0 }");
        scenario.put_pictures();
        scenario
    }

    /// A bucket as AWS makes them today: all four public access flags on (S3-20), no policy, no website. With pictures.
    #[must_use]
    pub fn private_bucket(aws: &MiniStack, region: &str, bucket: &str) -> Self {
        let scenario = Self::empty_bucket(aws, region, bucket);
        scenario.put_pictures();
        scenario
    }

    fn empty_bucket(aws: &MiniStack, region: &str, bucket: &str) -> Self {
        let root = aws.root(region);
        create_bucket(&root, bucket);
        Self { root, bucket: bucket.to_owned(), distribution: None }
    }

    fn put_pictures(&self) {
        self.put_photo("pics/a.jpg", &photos::DANDELION);
        self.put_photo("pics/b.jpg", &photos::MOUNTAIN);
        self.put_photo("pics/turned.jpg", &photos::DOGS_TURNED);
        self.put_photo("pics/fig.png", &photos::FIG_PNG);
    }

    /// Writes one of the bucket's documents, e.g. `policy` or `website`.
    pub fn put(&self, subresource: &str, document: &str) {
        let target = format!("/{}?{subresource}", self.bucket);
        let _ = self.root.s3("PUT", &target, document.to_owned()).ok(&target);
    }

    /// Removes one of the bucket's documents.
    pub fn delete(&self, subresource: &str) {
        let target = format!("/{}?{subresource}", self.bucket);
        let _ = self.root.s3("DELETE", &target, "").ok(&target);
    }

    /// One of the bucket's documents as stored, or `None` where there is none.
    #[must_use]
    pub fn document(&self, subresource: &str) -> Option<String> {
        let target = format!("/{}?{subresource}", self.bucket);
        let answer = self.root.s3("GET", &target, "");
        (answer.status != http::StatusCode::NOT_FOUND).then(|| answer.ok(&target).text())
    }

    /// Uploads an object; `key` is not encoded.
    pub fn put_object(&self, key: &str, content_type: &str, body: impl Into<bytes::Bytes>) {
        let target = format!("/{}/{}", self.bucket, encode_key(key));
        let _ = self.root.call("s3", "PUT", &target, &[("content-type", content_type)], body).ok(&target);
    }

    /// Uploads a photograph.
    pub fn put_photo(&self, key: &str, photo: &Photo) {
        self.put_object(key, photo.content_type, photo.bytes);
    }

    /// The keys that begin with `prefix`, in order.
    #[must_use]
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let target = format!("/{}?list-type=2&prefix={}", self.bucket, crate::aws::encode(prefix));
        let listing = self.root.s3("GET", &target, "").ok(&target).text();
        let document = roxmltree::Document::parse(&listing).expect("an XML listing");
        let keys = document.descendants().filter(|node| node.tag_name().name() == "Key");
        keys.filter_map(|node| node.text().map(str::to_owned)).collect()
    }

    /// Puts a distribution with this configuration in front of the bucket.
    pub fn create_distribution(&mut self, config: &str) {
        let answer =
            self.root.cloudfront("POST", "distribution", &[], config.to_owned()).ok("CreateDistribution");
        self.distribution = Some(between(&answer.text(), "<Id>", "</Id>"));
    }

    /// The id of the distribution.
    ///
    /// # Panics
    /// In a scenario without one.
    #[must_use]
    pub fn distribution_id(&self) -> &str {
        self.distribution.as_deref().expect("a scenario with a distribution")
    }

    /// The distribution's configuration as served, and its `ETag`.
    #[must_use]
    pub fn distribution_config(&self) -> (String, String) {
        let path = format!("distribution/{}/config", self.distribution_id());
        let answer = self.root.cloudfront("GET", &path, &[], "").ok("GetDistributionConfig");
        let etag = answer.header("etag").expect("an ETag").to_owned();
        (answer.text(), etag)
    }

    /// Changes the distribution behind the tool's back.
    pub fn edit_distribution(&self, edit: impl FnOnce(&str) -> String) {
        let (config, etag) = self.distribution_config();
        let edited = edit(&config);
        assert_ne!(edited, config, "the edit changes nothing");
        let path = format!("distribution/{}/config", self.distribution_id());
        let _ = self.root.cloudfront("PUT", &path, &[("if-match", &etag)], edited).ok("UpdateDistribution");
    }

    /// Every document as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(self)
    }
}

/// Creates a bucket in the caller's region.
pub fn create_bucket(aws: &Aws, bucket: &str) {
    let mut body = String::new();
    if aws.region() != "us-east-1" {
        write!(
            body,
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
            aws.region()
        )
        .expect("writing to a string");
    }
    let _ = aws.s3("PUT", &format!("/{bucket}"), body).ok("CreateBucket");
}

/// The first text between two marks.
pub(crate) fn between(text: &str, start: &str, end: &str) -> String {
    text.split_once(start)
        .and_then(|(_, rest)| rest.split_once(end))
        .unwrap_or_else(|| panic!("no {start}…{end} in {text}"))
        .0
        .to_owned()
}
