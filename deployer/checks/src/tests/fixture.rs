//! A chain in which nothing is wrong: what `attach` makes of a bucket with a distribution.

use std::collections::BTreeMap;

use imgdeploy_model::document::distribution::{self, OurEdge};
use imgdeploy_model::document::policy::{self, OurAccess};
use imgdeploy_model::document::website::{self, OurRules};
use imgdeploy_model::region::{Partition, website_host, website_hosts_all_forms};

use crate::snapshot::Deployed;
use crate::snapshot::{
    Alias, Api, ApiSeen, Bucket, Caller, Configuration, Edge, End, Function, Head, Hop, Integration, Method,
    Object, PublicAccessBlock, Role, Service, Snapshot, Stack, Stage, Walk,
};
use imgdeploy_world::Fact;

pub(crate) const BUCKET: &str = "shop-pictures";
pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const PREFIX: &str = "resized/";
pub(crate) const API: &str = "a1b2c3d4e5";
pub(crate) const HOST: &str = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
pub(crate) const FUNCTION: &str = "imgdeploy-shop-pictures";
const DISTRIBUTION: &str = include_str!("distribution.xml");
const OWNER: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

/// Everything as it should be.
pub(crate) fn healthy() -> Snapshot {
    let rules = OurRules {
        hosts: vec![HOST.to_owned()],
        prefix: PREFIX.to_owned(),
        replace_prefix: format!("prod/resize/{PREFIX}"),
        redirect_code: 307,
        error_codes: vec![404, 403],
    };
    let access =
        OurAccess { bucket: BUCKET.to_owned(), prefix: PREFIX.to_owned(), partition: Partition::Aws };
    Snapshot {
        caller: Fact::Known(Caller {
            account: ACCOUNT.to_owned(),
            arn: format!("arn:aws:iam::{ACCOUNT}:user/someone"),
            partition: "aws".to_owned(),
            by: "profile shop".to_owned(),
        }),
        home_region: Some(REGION.to_owned()),
        bucket: Some(Bucket {
            name: BUCKET.to_owned(),
            region: REGION.to_owned(),
            website: Fact::Known(website::merge(None, &rules).unwrap().document),
            policy: Fact::Known(policy::merge(None, &access).unwrap()),
            block: Fact::Known(PublicAccessBlock {
                block_public_acls: true,
                ignore_public_acls: true,
                ..PublicAccessBlock::default()
            }),
            account_block: Fact::Absent,
            requester_pays: Fact::Known(false),
            owner: Fact::Known(OWNER.to_owned()),
            ownership: Fact::Known("BucketOwnerEnforced".to_owned()),
            objects: Fact::Known(objects(&[
                "index.html",
                "pictures/a.jpg",
                "pictures/b.png",
                "resized/300x200/pictures/a.jpg",
            ])),
            derived: Fact::Known(objects(&["resized/300x200/pictures/a.jpg"])),
            original_heads: Fact::Known(vec![
                head("pictures/a.jpg", "image/jpeg"),
                head("pictures/b.png", "image/png"),
            ]),
            derived_heads: Fact::Known(vec![head("resized/300x200/pictures/a.jpg", "image/jpeg")]),
        }),
        artifacts_region: Fact::Known(REGION.to_owned()),
        stack: Fact::Known(Stack {
            name: FUNCTION.to_owned(),
            api_host: Some(HOST.to_owned()),
            code_sha256: Some(sha()),
            prefix: Some(PREFIX.to_owned()),
            url: Some("https://images.example.com".to_owned()),
        }),
        apis: vec![ApiSeen {
            id: API.to_owned(),
            region: REGION.to_owned(),
            by_rule: true,
            by_stack: true,
            api: Fact::Known(api()),
        }],
        function: Some(function()),
        edge: Some(edge()),
        edges: Fact::Known(vec!["E2EXAMPLE1".to_owned()]),
        walks: vec![walk()],
        bad_originals: Vec::new(),
        unasked: None,
        log: Fact::Known(Vec::new()),
    }
}

fn objects(keys: &[&str]) -> Vec<Object> {
    keys.iter()
        .map(|key| Object { key: (*key).to_owned(), size: 12_345, owner: Some(OWNER.to_owned()) })
        .collect()
}

fn head(key: &str, content_type: &str) -> Head {
    Head {
        key: key.to_owned(),
        content_type: Some(content_type.to_owned()),
        size: 12_345,
        encryption: Some("AES256".to_owned()),
    }
}

fn sha() -> String {
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned()
}

/// ARN of the alias that the API calls.
pub(crate) fn alias_arn() -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}:Live")
}

fn api() -> Api {
    let uri =
        format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{}/invocations", alias_arn());
    let method = Method {
        authorization: "NONE".to_owned(),
        api_key_required: false,
        integration: Some(Integration {
            kind: "AWS_PROXY".to_owned(),
            http_method: "POST".to_owned(),
            uri,
            credentials: None,
            timeout_ms: Some(29_000),
        }),
    };
    let methods: BTreeMap<String, Method> =
        ["GET", "HEAD"].map(|name| (name.to_owned(), method.clone())).into();
    let deployed: BTreeMap<String, Deployed> = ["GET", "HEAD"]
        .map(|name| (name.to_owned(), Deployed { authorization: "NONE".to_owned(), api_key_required: false }))
        .into();
    let paths = ["/resize", "/resize/{key+}"];
    Api {
        name: FUNCTION.to_owned(),
        default_endpoint_disabled: false,
        binary_media_types: vec!["*/*".to_owned()],
        policy: None,
        stages: BTreeMap::from([(
            "prod".to_owned(),
            Stage {
                deployment: "dep123".to_owned(),
                variables: BTreeMap::new(),
                deployed: Some(paths.map(|path| (path.to_owned(), deployed.clone())).into()),
            },
        )]),
        resources: paths.map(|path| (path.to_owned(), methods.clone())).into(),
        domains: Vec::new(),
    }
}

fn function() -> Function {
    let environment = [
        ("BUCKET", BUCKET),
        ("BUCKET_REGION", REGION),
        ("BUCKET_OWNER", ACCOUNT),
        ("URL", "https://images.example.com"),
        ("PREFIX", PREFIX),
        ("ALLOWED_DIMENSIONS", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let configuration = Configuration {
        version: "1".to_owned(),
        runtime: Some("provided.al2023".to_owned()),
        handler: Some("bootstrap".to_owned()),
        architecture: "arm64".to_owned(),
        memory: 1024,
        timeout: 20,
        state: Some("Active".to_owned()),
        update_status: Some("Successful".to_owned()),
        environment: environment.into(),
        code_sha256: sha(),
        role: format!("arn:aws:iam::{ACCOUNT}:role/{FUNCTION}-Role"),
        log_group: format!("/aws/lambda/{FUNCTION}"),
        ..Configuration::default()
    };
    Function {
        region: REGION.to_owned(),
        name: FUNCTION.to_owned(),
        account: Some(ACCOUNT.to_owned()),
        qualifier: Some("Live".to_owned()),
        latest: Fact::Known(Configuration { version: "$LATEST".to_owned(), ..configuration.clone() }),
        configuration: Fact::Known(configuration),
        alias: Some(Fact::Known(Alias { name: "Live".to_owned(), version: "1".to_owned(), ..Alias::default() })),
        versions: Fact::Known(vec!["1".to_owned()]),
        policy: Fact::Known(permission(&format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/*/*/resize*"), &alias_arn())),
        unqualified_policy: Fact::Absent,
        reserved_concurrency: Fact::Absent,
        role: Fact::Known(Role {
            name: format!("{FUNCTION}-Role"),
            trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#.to_owned(),
            policies: BTreeMap::from([("resize".to_owned(), role_policy(&["s3:GetObject", "s3:PutObject", "s3:ListBucket", "logs:*"]))]),
            boundary: Fact::Absent,
            tags: BTreeMap::new(),
        }),
        code: Fact::Absent,
    }
}

/// A function's resource policy that lets API Gateway call `resource` from `source`.
pub(crate) fn permission(source: &str, resource: &str) -> String {
    serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "api", "Effect": "Allow", "Principal": { "Service": "apigateway.amazonaws.com" },
        "Action": "lambda:InvokeFunction", "Resource": resource,
        "Condition": { "ArnLike": { "AWS:SourceArn": source } },
    }] })
    .to_string()
}

/// A role's policy as the template writes it, with only these of `s3:GetObject`, `s3:PutObject`, `s3:ListBucket`, `logs:*`.
pub(crate) fn role_policy(actions: &[&str]) -> String {
    let all = [
        ("s3:GetObject", serde_json::json!("s3:GetObject"), format!("arn:aws:s3:::{BUCKET}/*")),
        ("s3:ListBucket", serde_json::json!("s3:ListBucket"), format!("arn:aws:s3:::{BUCKET}")),
        ("s3:PutObject", serde_json::json!("s3:PutObject"), format!("arn:aws:s3:::{BUCKET}/{PREFIX}*")),
        (
            "logs:*",
            serde_json::json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
            format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{FUNCTION}:*"),
        ),
    ];
    let statements: Vec<serde_json::Value> = all
        .into_iter()
        .filter(|(name, ..)| actions.contains(name))
        .map(|(_, action, resource)| serde_json::json!({ "Effect": "Allow", "Action": action, "Resource": resource }))
        .collect();
    serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn edge() -> Edge {
    let ours = OurEdge {
        path_pattern: format!("{PREFIX}*"),
        origin_id: format!("imgdeploy-website-{BUCKET}"),
        website_domain: website_host(BUCKET, REGION),
        website_domain_forms: website_hosts_all_forms(BUCKET, REGION),
        max_ttl: 31_536_000,
        owned_patterns: Vec::new(),
    };
    Edge {
        id: "E2EXAMPLE1".to_owned(),
        document: Fact::Known(distribution::merge(DISTRIBUTION, &ours).unwrap().document),
        domain: Fact::Known("d111111abcdef8.cloudfront.net".to_owned()),
        status: Fact::Known("Deployed".to_owned()),
        policies: BTreeMap::new(),
        attached: true,
    }
}

fn walk() -> Walk {
    let hop = |url: &str, service, status, headers: &[(&str, &str)]| Hop {
        url: url.to_owned(),
        service,
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        millis: 12,
        by: None,
        body: String::new(),
    };
    let viewer = "https://images.example.com/resized/300x200/pictures/b.png";
    let api = format!("https://{HOST}/prod/resize/resized/300x200/pictures/b.png");
    Walk {
        url: viewer.to_owned(),
        asked_for: "a derived PNG".to_owned(),
        absent: false,
        fresh: true,
        hops: vec![
            hop(viewer, Service::CloudFront, 307, &[("location", &api), ("x-cache", "Miss from cloudfront")]),
            hop(&api, Service::Function, 307, &[("location", viewer), ("cache-control", "no-store")]),
            hop(
                viewer,
                Service::CloudFront,
                200,
                &[("content-type", "image/png"), ("x-cache", "Miss from cloudfront")],
            ),
        ],
        end: End::Image { content_type: "image/png".to_owned(), bytes: 4_321 },
    }
}
