//! Which API operation a request is, from what is on the wire alone.

mod rest;

use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// `service:Operation`, e.g. `s3:PutBucketPolicy`; `service:?METHOD path` where it isn't known.
pub(crate) fn name(parts: &Parts, body: &[u8]) -> (String, String) {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or("");
    let method = parts.method.as_str();
    let service = service(&parts.headers, path);
    if let Some(target) = header(&parts.headers, "x-amz-target") {
        return (service, target.rsplit('.').next().unwrap_or(target).to_owned());
    }
    // The CBOR protocol of newer clients: /service/X/operation/Y.
    if let Some((_, operation)) = path.split_once("/operation/") {
        return (service, operation.to_owned());
    }
    let operation = match service.as_str() {
        "s3" if path.starts_with("/v20180820/") => {
            return ("s3control".to_owned(), s3control(method, path));
        }
        "s3" => s3(method, path, query, &parts.headers),
        "cloudfront" => rest::cloudfront(method, path, query),
        "lambda" => rest::lambda(method, path, query).map(|operation| dry_run(operation, body)),
        "apigateway" => rest::apigateway(method, path),
        "execute-api" => Some("Invoke".to_owned()),
        _ => parameter(query, "Action").or_else(|| parameter(&String::from_utf8_lossy(body), "Action")),
    };
    (service, operation.unwrap_or_else(|| format!("?{method} {path}")))
}

/// UpdateFunctionCode that is only to say whether it could.
pub(crate) const DRY_RUN: &str = "UpdateFunctionCode(DryRun)";

fn dry_run(operation: String, body: &[u8]) -> String {
    let asked = || serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|body| body["DryRun"] == true);
    if operation == "UpdateFunctionCode" && asked() { DRY_RUN.to_owned() } else { operation }
}

/// Whether an operation changes anything. Unknown operations do, to be on the safe side.
pub(crate) fn is_write(service: &str, operation: &str) -> bool {
    const READS: [&str; 7] = ["Get", "List", "Head", "Describe", "Simulate", "Validate", "Estimate"];
    service != "sts"
        && service != "execute-api"
        && !READS.iter().any(|verb| operation.starts_with(verb))
        && !matches!(operation, "TestInvokeMethod" | "Options" | "Invoke" | "FilterLogEvents" | DRY_RUN)
}

/// The signing name in the credential scope; without a signature, what the path looks like.
fn service(headers: &HeaderMap, path: &str) -> String {
    let signed = header(headers, "authorization")
        .and_then(|value| value.split_once("Credential="))
        .and_then(|(_, rest)| rest.split([',', ' ']).next())
        .and_then(|credential| credential.rsplit('/').nth(1));
    match signed {
        Some("monitoring") => "cloudwatch".to_owned(),
        Some(name) => name.to_owned(),
        None if path.starts_with("/_aws/execute-api/") => "execute-api".to_owned(),
        None => "s3".to_owned(),
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The access key in the credential scope.
pub(crate) fn access_key(headers: &HeaderMap) -> Option<&str> {
    header(headers, "authorization")?.split_once("Credential=")?.1.split('/').next()
}

/// A parameter of a query string or form, decoded.
fn parameter(form: &str, name: &str) -> Option<String> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
    })
}

fn has(query: &str, name: &str) -> bool {
    parameter(query, name).is_some()
}

fn s3control(method: &str, path: &str) -> String {
    match (method, path.ends_with("/publicAccessBlock")) {
        ("GET", true) => "GetPublicAccessBlock".to_owned(),
        ("PUT", true) => "PutPublicAccessBlock".to_owned(),
        ("DELETE", true) => "DeletePublicAccessBlock".to_owned(),
        _ => format!("?{method} {path}"),
    }
}

/// Bucket subresources whose operations are Get/Put/Delete + name.
const BUCKET_PARTS: [(&str, &str); 17] = [
    ("policy", "BucketPolicy"),
    ("policyStatus", "BucketPolicyStatus"),
    ("website", "BucketWebsite"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("cors", "BucketCors"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("tagging", "BucketTagging"),
    ("versioning", "BucketVersioning"),
    ("location", "BucketLocation"),
    ("encryption", "BucketEncryption"),
    ("requestPayment", "BucketRequestPayment"),
    ("notification", "BucketNotificationConfiguration"),
    ("ownershipControls", "BucketOwnershipControls"),
    ("acl", "BucketAcl"),
    ("logging", "BucketLogging"),
    ("replication", "BucketReplication"),
    ("object-lock", "ObjectLockConfiguration"),
];

fn s3(method: &str, path: &str, query: &str, headers: &HeaderMap) -> Option<String> {
    // Path style: /bucket or /bucket/key.
    let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let verb = match method {
        "GET" => "Get",
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        "POST" => "Post",
        _ => "Options",
    };
    if bucket.is_empty() {
        return Some("ListBuckets".to_owned());
    }
    if key.is_empty() {
        if let Some((_, name)) = BUCKET_PARTS.iter().find(|(part, _)| has(query, part)) {
            // The one irregular name.
            let name = if (verb, *name) == ("Delete", "BucketLifecycleConfiguration") {
                "BucketLifecycle"
            } else {
                name
            };
            return Some(format!("{verb}{name}"));
        }
        let name = match verb {
            "Get" if has(query, "versions") => "ListObjectVersions",
            "Get" if has(query, "uploads") => "ListMultipartUploads",
            "Get" if has(query, "list-type") => "ListObjectsV2",
            "Get" => "ListObjects",
            "Put" => "CreateBucket",
            "Delete" => "DeleteBucket",
            "Head" => "HeadBucket",
            "Post" if has(query, "delete") => "DeleteObjects",
            _ => return None,
        };
        return Some(name.to_owned());
    }
    let name = match verb {
        "Get" if has(query, "uploadId") => "ListParts",
        "Put" if has(query, "uploadId") => "UploadPart",
        "Delete" if has(query, "uploadId") => "AbortMultipartUpload",
        "Post" if has(query, "uploadId") => "CompleteMultipartUpload",
        "Post" if has(query, "uploads") => "CreateMultipartUpload",
        _ if has(query, "tagging") => return Some(format!("{verb}ObjectTagging")),
        _ if has(query, "acl") => return Some(format!("{verb}ObjectAcl")),
        "Get" if has(query, "attributes") => "GetObjectAttributes",
        "Put" if headers.contains_key("x-amz-copy-source") => "CopyObject",
        "Get" | "Put" | "Delete" | "Head" => return Some(format!("{verb}Object")),
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(method: &str, target: &str, signing: &str, body: &str) -> String {
        let request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/{signing}/aws4_request, SignedHeaders=host, Signature=0"))
            .body(())
            .unwrap();
        let (service, operation) = name(&request.into_parts().0, body.as_bytes());
        format!("{service}:{operation}")
    }

    #[test]
    fn requests_have_the_names_that_policies_and_documentation_use() {
        for (method, target, signing, body, expected) in [
            ("PUT", "/b?policy", "s3", "", "s3:PutBucketPolicy"),
            ("DELETE", "/b?lifecycle=", "s3", "", "s3:DeleteBucketLifecycle"),
            ("GET", "/b?publicAccessBlock", "s3", "", "s3:GetPublicAccessBlock"),
            ("GET", "/b/?list-type=2&prefix=policy", "s3", "", "s3:ListObjectsV2"),
            ("PUT", "/b/website?x-id=PutObject", "s3", "", "s3:PutObject"),
            ("HEAD", "/b", "s3", "", "s3:HeadBucket"),
            ("GET", "/v20180820/configuration/publicAccessBlock", "s3", "", "s3control:GetPublicAccessBlock"),
            ("PUT", "/2020-05-31/distribution/E1/config", "cloudfront", "", "cloudfront:UpdateDistribution"),
            (
                "POST",
                "/2020-05-31/distribution/E1/invalidation",
                "cloudfront",
                "",
                "cloudfront:CreateInvalidation",
            ),
            ("PUT", "/2015-03-31/functions/f/code", "lambda", "", "lambda:UpdateFunctionCode"),
            (
                "PUT",
                "/2015-03-31/functions/f/code",
                "lambda",
                "{\"DryRun\":true}",
                "lambda:UpdateFunctionCode(DryRun)",
            ),
            ("GET", "/restapis/a/stages/prod", "apigateway", "", "apigateway:GetStage"),
            (
                "POST",
                "/",
                "cloudformation",
                "Version=2010-05-15&Action=CreateChangeSet",
                "cloudformation:CreateChangeSet",
            ),
            ("POST", "/", "sts", "Action=GetCallerIdentity&Version=2011-06-15", "sts:GetCallerIdentity"),
            ("PATCH", "/x", "lambda", "", "lambda:?PATCH /x"),
        ] {
            assert_eq!(named(method, target, signing, body), expected, "{method} {target}");
        }
    }

    #[test]
    fn writes_are_told_from_reads() {
        assert!(is_write("s3", "PutBucketPolicy"));
        assert!(is_write("cloudformation", "ExecuteChangeSet"));
        assert!(is_write("lambda", "?PATCH /x"));
        assert!(!is_write("cloudformation", "DescribeStacks"));
        assert!(!is_write("sts", "AssumeRole"));
        assert!(!is_write("s3", "HeadBucket"));
    }
}
