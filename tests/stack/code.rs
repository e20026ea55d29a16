//! Function code that says which code it is, in a bucket.

use std::io::Write;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_types::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::ministack::REGION;

/// A zip in a bucket.
pub struct Code {
    pub bucket: String,
    pub key: String,
    pub sha256: String,
}

/// Speaks Lambda's runtime protocol and answers with its own mark, the request's path and its settings.
const BOOTSTRAP: &str = r#"#!/usr/bin/env python3
import json, os, urllib.request
base = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(base + "next") as got:
        request, event = got.headers["Lambda-Runtime-Aws-Request-Id"], json.load(got)
    said = {name: os.environ.get(name) for name in ("BUCKET", "BUCKET_REGION", "PREFIX", "URL", "REDIRECT_CODE")}
    said["mark"], said["method"], said["path"] = "MARK", event["httpMethod"], event["path"]
    answer = {"statusCode": 200, "headers": {"X-Mark": "MARK"}, "body": json.dumps(said, sort_keys=True)}
    urllib.request.urlopen(urllib.request.Request(base + request + "/response", json.dumps(answer).encode())).read()
"#;

fn client(config: &SdkConfig) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Makes a bucket in a region.
pub async fn bucket(config: &SdkConfig, name: &str, region: &str) {
    let regional = config.to_builder().region(aws_types::region::Region::new(region.to_owned())).build();
    let place = BucketLocationConstraint::from(region);
    client(&regional)
        .create_bucket()
        .bucket(name)
        .create_bucket_configuration(CreateBucketConfiguration::builder().location_constraint(place).build())
        .send()
        .await
        .unwrap();
}

/// Puts code that answers with `mark` into the bucket `artifacts`, which is made where it is missing.
pub async fn put(config: &SdkConfig, mark: &str) -> Code {
    let s3 = client(config);
    if s3.head_bucket().bucket("artifacts").send().await.is_err() {
        bucket(config, "artifacts", REGION).await;
    }
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    writer.start_file("bootstrap", options).unwrap();
    writer.write_all(BOOTSTRAP.replace("MARK", mark).as_bytes()).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let digest = Sha256::digest(&bytes);
    let code = Code {
        bucket: "artifacts".to_owned(),
        key: format!("code/{}.zip", hex::encode(digest)),
        sha256: STANDARD.encode(digest),
    };
    s3.put_object().bucket(&code.bucket).key(&code.key).body(ByteStream::from(bytes)).send().await.unwrap();
    code
}

/// Takes the zip away.
pub async fn remove(config: &SdkConfig, code: &Code) {
    client(config).delete_object().bucket(&code.bucket).key(&code.key).send().await.unwrap();
}
