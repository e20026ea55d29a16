//! What a host name says about the service behind it.

/// The bucket and Region in an S3 website host, in both forms (S3-01); `None` for any other host.
pub fn website(host: &str) -> Option<(String, String)> {
    let host = host.to_ascii_lowercase();
    let stem = strip_suffix(&host)?;
    // The bucket may itself hold dots: the service label is the last one.
    if let Some((bucket, region)) = stem.rsplit_once(".s3-website-") {
        return (!bucket.is_empty() && is_region(region)).then(|| (bucket.to_owned(), region.to_owned()));
    }
    let (bucket, region) = stem.rsplit_once(".s3-website.")?;
    (!bucket.is_empty() && is_region(region)).then(|| (bucket.to_owned(), region.to_owned()))
}

/// The bucket in an S3 REST host, virtual-hosted form; `None` for any other host. Routing rules never run there (S3-03).
pub fn rest_bucket(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let stem = strip_suffix(&host)?;
    let bucket = match stem.strip_suffix(".s3") {
        Some(bucket) => bucket,
        None => {
            let (bucket, region) = stem.rsplit_once(".s3.").or_else(|| stem.rsplit_once(".s3-"))?;
            let region = region.strip_prefix("dualstack.").unwrap_or(region);
            is_region(region).then_some(bucket)?
        }
    };
    (!bucket.is_empty()).then(|| bucket.to_owned())
}

/// The API id and Region in a REST API's default host (AG-01); `None` for any other host.
pub fn execute_api(host: &str) -> Option<(String, String)> {
    let host = host.to_ascii_lowercase();
    let stem = strip_suffix(&host)?;
    let (api, region) = stem.split_once(".execute-api.")?;
    (!api.is_empty() && !api.contains('.') && is_region(region)).then(|| (api.to_owned(), region.to_owned()))
}

/// The host without its partition's suffix (PA-01).
fn strip_suffix(host: &str) -> Option<&str> {
    [
        ".amazonaws.com.cn",
        ".amazonaws.com",
        ".amazonaws.eu",
        ".c2s.ic.gov",
        ".sc2s.sgov.gov",
        ".cloud.adc-e.uk",
        ".csp.hci.ic.gov",
    ]
    .iter()
    .find_map(|suffix| host.strip_suffix(suffix))
}

fn is_region(text: &str) -> bool {
    text.contains('-') && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
