//! What follows from the name of a region: its partition, DNS suffix, ARN prefix and host names (PA-01, S3-01).
//!
//! Also the way back: [`parse_origin_host`] says what an origin's domain name stands for.

use std::fmt;

/// A group of regions with its own accounts, ARN prefix and DNS suffix (PA-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// GovCloud (US).
    AwsUsGov,
    /// European Sovereign Cloud.
    AwsEusc,
    /// US isolated, top secret.
    AwsIso,
    /// US isolated, secret.
    AwsIsoB,
    /// Europe isolated.
    AwsIsoE,
    /// US isolated, second secret partition.
    AwsIsoF,
}

impl Partition {
    /// Every partition there is a name for.
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::AwsCn,
        Self::AwsUsGov,
        Self::AwsEusc,
        Self::AwsIso,
        Self::AwsIsoB,
        Self::AwsIsoE,
        Self::AwsIsoF,
    ];

    /// The partition of a region, by the beginning of its name. An unknown beginning is taken for [`Partition::Aws`], as new
    /// commercial regions appear more often than new partitions.
    pub fn of_region(region: &str) -> Self {
        // Longer beginnings first: `us-isob-` also begins with `us-iso`.
        const BY_START: [(&str, Partition); 7] = [
            ("us-isob-", Partition::AwsIsoB),
            ("us-isof-", Partition::AwsIsoF),
            ("us-iso-", Partition::AwsIso),
            ("eu-isoe-", Partition::AwsIsoE),
            ("us-gov-", Partition::AwsUsGov),
            ("eusc-", Partition::AwsEusc),
            ("cn-", Partition::AwsCn),
        ];
        BY_START
            .iter()
            .find(|(start, _)| region.starts_with(start))
            .map_or(Self::Aws, |(_, partition)| *partition)
    }

    /// The name as it stands in an ARN (`aws`, `aws-cn`, …).
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
        }
    }

    /// What the host names of the partition's regional services end in, without a leading dot.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
        }
    }

    /// The beginning of every ARN of the partition, with the colon: `arn:aws:`.
    pub fn arn_prefix(self) -> &'static str {
        match self {
            Self::Aws => "arn:aws:",
            Self::AwsCn => "arn:aws-cn:",
            Self::AwsUsGov => "arn:aws-us-gov:",
            Self::AwsEusc => "arn:aws-eusc:",
            Self::AwsIso => "arn:aws-iso:",
            Self::AwsIsoB => "arn:aws-iso-b:",
            Self::AwsIsoE => "arn:aws-iso-e:",
            Self::AwsIsoF => "arn:aws-iso-f:",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The regions whose website host has a dash before the region. The list is closed: all later regions use a dot (S3-01).
pub const DASH_REGIONS: [&str; 9] = [
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

/// The website host of a bucket (no scheme): `b.s3-website-eu-west-1.amazonaws.com` in the nine old regions,
/// `b.s3-website.eu-central-1.amazonaws.com` in all others and in regions not known here (S3-01).
pub fn website_host(bucket: &str, region: &str) -> String {
    website_host_with(bucket, region, if DASH_REGIONS.contains(&region) { '-' } else { '.' })
}

/// Both spellings of a bucket's website host, the documented one first. People have written either into a distribution.
pub fn website_hosts_all_forms(bucket: &str, region: &str) -> Vec<String> {
    let documented = website_host(bucket, region);
    let other = website_host_with(bucket, region, if DASH_REGIONS.contains(&region) { '.' } else { '-' });
    vec![documented, other]
}

fn website_host_with(bucket: &str, region: &str, between: char) -> String {
    format!("{bucket}.s3-website{between}{region}.{}", Partition::of_region(region).dns_suffix())
}

/// The host of a REST API's default endpoint, the same for edge and Regional ones (AG-01).
pub fn execute_api_host(api: &str, region: &str) -> String {
    format!("{api}.execute-api.{region}.{}", Partition::of_region(region).dns_suffix())
}

/// What the domain name of a CloudFront origin (or of a redirect) stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginHost {
    /// A bucket's website endpoint: routing rules run here.
    Website {
        /// The bucket, which may have dots in its name.
        bucket: String,
        /// Its region.
        region: String,
    },
    /// A bucket's REST endpoint: routing rules never run here (S3-03).
    Rest {
        /// The bucket, which may have dots in its name.
        bucket: String,
        /// The region if the host names it; the old global host does not.
        region: Option<String>,
    },
    /// API Gateway's default endpoint.
    ExecuteApi {
        /// The API's id.
        api: String,
        /// Its region.
        region: String,
    },
    /// Anything else, including S3 hosts without a bucket in front.
    Other,
}

/// Says what a host name stands for. Upper case and a trailing dot don't matter. Bucket names may have dots (S3-28), so the
/// name is read from its right end; a region must belong to the suffix it stands before.
pub fn parse_origin_host(domain: &str) -> OriginHost {
    let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
    for partition in Partition::ALL {
        let head = domain.strip_suffix(partition.dns_suffix()).and_then(|head| head.strip_suffix('.'));
        if let Some(found) = head.and_then(|head| parse_head(head, partition.dns_suffix())) {
            return found;
        }
    }
    OriginHost::Other
}

/// Reads what stands before the partition's suffix. `None`: not a name that we know.
fn parse_head(head: &str, suffix: &str) -> Option<OriginHost> {
    let is_region = |text: &str| looks_like_region(text) && Partition::of_region(text).dns_suffix() == suffix;
    let (before, last) = head.rsplit_once('.')?;

    if is_region(last) {
        // {bucket}.s3-website.{region}, {bucket}.s3.{region}, {bucket}.s3.dualstack.{region}, {api}.execute-api.{region}
        let region = last.to_owned();
        let (name, service) = before.rsplit_once('.')?;
        let (name, service) = if service == "dualstack" { name.rsplit_once('.')? } else { (name, service) };
        return match service {
            "s3-website" => some_bucket(name, |bucket| OriginHost::Website { bucket, region }),
            "s3" | "s3-fips" => some_bucket(name, |bucket| OriginHost::Rest { bucket, region: Some(region) }),
            "execute-api" if !name.is_empty() && !name.contains('.') => {
                Some(OriginHost::ExecuteApi { api: name.to_owned(), region })
            }
            _ => None,
        };
    }

    // The region, if any, is part of the last label: {bucket}.s3-website-{region}, {bucket}.s3-{region}, {bucket}.s3
    if let Some(region) = last.strip_prefix("s3-website-").filter(|region| is_region(region)) {
        return some_bucket(before, |bucket| OriginHost::Website { bucket, region: region.to_owned() });
    }
    if let Some(region) =
        last.strip_prefix("s3-fips-").or(last.strip_prefix("s3-")).filter(|region| is_region(region))
    {
        return some_bucket(before, |bucket| OriginHost::Rest { bucket, region: Some(region.to_owned()) });
    }
    if let Some(name) = head.strip_suffix(".s3-accelerate.dualstack") {
        return some_bucket(name, |bucket| OriginHost::Rest { bucket, region: None });
    }
    match last {
        "s3" | "s3-accelerate" => some_bucket(before, |bucket| OriginHost::Rest { bucket, region: None }),
        // An old second name of us-east-1.
        "s3-external-1" => {
            some_bucket(before, |bucket| OriginHost::Rest { bucket, region: Some("us-east-1".to_owned()) })
        }
        _ => None,
    }
}

fn some_bucket(name: &str, make: impl FnOnce(String) -> OriginHost) -> Option<OriginHost> {
    let fits = !name.is_empty() && name.split('.').all(|label| !label.is_empty());
    fits.then(|| make(name.to_owned()))
}

/// Whether a label has the shape of a region's name: lower-case words joined by dashes, a number at the end.
fn looks_like_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    words.len() >= 2
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
#[path = "region_tests.rs"]
mod tests;
