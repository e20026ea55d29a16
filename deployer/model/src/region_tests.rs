#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// Every region of the published table: (region, character between `s3-website` and the region, partition).
const REGIONS: &[(&str, char, Partition)] = &[
    ("us-east-1", '-', Partition::Aws),
    ("us-west-1", '-', Partition::Aws),
    ("us-west-2", '-', Partition::Aws),
    ("eu-west-1", '-', Partition::Aws),
    ("ap-southeast-1", '-', Partition::Aws),
    ("ap-southeast-2", '-', Partition::Aws),
    ("ap-northeast-1", '-', Partition::Aws),
    ("sa-east-1", '-', Partition::Aws),
    ("us-gov-west-1", '-', Partition::AwsUsGov),
    ("us-east-2", '.', Partition::Aws),
    ("ca-central-1", '.', Partition::Aws),
    ("ca-west-1", '.', Partition::Aws),
    ("mx-central-1", '.', Partition::Aws),
    ("eu-central-1", '.', Partition::Aws),
    ("eu-central-2", '.', Partition::Aws),
    ("eu-west-2", '.', Partition::Aws),
    ("eu-west-3", '.', Partition::Aws),
    ("eu-north-1", '.', Partition::Aws),
    ("eu-south-1", '.', Partition::Aws),
    ("eu-south-2", '.', Partition::Aws),
    ("ap-south-1", '.', Partition::Aws),
    ("ap-south-2", '.', Partition::Aws),
    ("ap-east-1", '.', Partition::Aws),
    ("ap-east-2", '.', Partition::Aws),
    ("ap-northeast-2", '.', Partition::Aws),
    ("ap-northeast-3", '.', Partition::Aws),
    ("ap-southeast-3", '.', Partition::Aws),
    ("ap-southeast-4", '.', Partition::Aws),
    ("ap-southeast-5", '.', Partition::Aws),
    ("ap-southeast-6", '.', Partition::Aws),
    ("ap-southeast-7", '.', Partition::Aws),
    ("me-south-1", '.', Partition::Aws),
    ("me-central-1", '.', Partition::Aws),
    ("il-central-1", '.', Partition::Aws),
    ("af-south-1", '.', Partition::Aws),
    ("us-gov-east-1", '.', Partition::AwsUsGov),
    ("cn-north-1", '.', Partition::AwsCn),
    ("cn-northwest-1", '.', Partition::AwsCn),
    ("eusc-de-east-1", '.', Partition::AwsEusc),
    ("us-iso-east-1", '.', Partition::AwsIso),
    ("us-iso-west-1", '.', Partition::AwsIso),
    ("us-isob-east-1", '.', Partition::AwsIsoB),
    ("eu-isoe-west-1", '.', Partition::AwsIsoE),
    ("us-isof-south-1", '.', Partition::AwsIsoF),
    // Not in the table: a region that does not exist yet.
    ("eu-nowhere-9", '.', Partition::Aws),
];

#[test]
fn every_region_has_its_partition_and_website_host() {
    for (region, between, partition) in REGIONS {
        assert_eq!(Partition::of_region(region), *partition, "{region}");
        let expected = format!("my.bucket.s3-website{between}{region}.{}", partition.dns_suffix());
        assert_eq!(website_host("my.bucket", region), expected);
        assert_eq!(partition.arn_prefix(), format!("arn:{partition}:"));
    }
    assert_eq!(REGIONS.iter().filter(|(_, between, _)| *between == '-').count(), DASH_REGIONS.len());
}

#[test]
fn host_spellings_are_written_out() {
    assert_eq!(website_host("b", "eu-west-1"), "b.s3-website-eu-west-1.amazonaws.com");
    assert_eq!(website_host("b", "eu-central-1"), "b.s3-website.eu-central-1.amazonaws.com");
    assert_eq!(website_host("b", "cn-north-1"), "b.s3-website.cn-north-1.amazonaws.com.cn");
    assert_eq!(website_host("b", "eusc-de-east-1"), "b.s3-website.eusc-de-east-1.amazonaws.eu");
    assert_eq!(execute_api_host("a1b2", "us-gov-west-1"), "a1b2.execute-api.us-gov-west-1.amazonaws.com");
    assert_eq!(execute_api_host("a1b2", "cn-north-1"), "a1b2.execute-api.cn-north-1.amazonaws.com.cn");
    assert_eq!(
        website_hosts_all_forms("b", "eu-central-1"),
        ["b.s3-website.eu-central-1.amazonaws.com", "b.s3-website-eu-central-1.amazonaws.com"]
    );
    assert_eq!(
        website_hosts_all_forms("b", "eu-west-1"),
        ["b.s3-website-eu-west-1.amazonaws.com", "b.s3-website.eu-west-1.amazonaws.com"]
    );
}

#[test]
fn origin_hosts_of_every_region_are_read_back() {
    for (region, _, partition) in REGIONS {
        let suffix = partition.dns_suffix();
        for host in website_hosts_all_forms("my.bucket", region) {
            let website = OriginHost::Website { bucket: "my.bucket".into(), region: (*region).into() };
            assert_eq!(parse_origin_host(&host), website, "{host}");
        }
        let api = OriginHost::ExecuteApi { api: "abc123".into(), region: (*region).into() };
        assert_eq!(parse_origin_host(&execute_api_host("abc123", region)), api);
        let rest = OriginHost::Rest { bucket: "my.bucket".into(), region: Some((*region).into()) };
        for service in ["s3.", "s3-", "s3.dualstack.", "s3-fips.", "s3-fips.dualstack.", "s3-fips-"] {
            let host = format!("my.bucket.{service}{region}.{suffix}");
            assert_eq!(parse_origin_host(&host), rest, "{host}");
        }
    }
}

#[test]
fn odd_origin_hosts() {
    let rest = |bucket: &str, region: Option<&str>| OriginHost::Rest {
        bucket: bucket.into(),
        region: region.map(Into::into),
    };
    let cases = [
        ("b.s3.amazonaws.com", rest("b", None)),
        ("B.S3.amazonaws.com.", rest("b", None)),
        ("a.b.c.s3.amazonaws.com", rest("a.b.c", None)),
        ("b.s3.amazonaws.com.cn", rest("b", None)),
        ("b.s3-external-1.amazonaws.com", rest("b", Some("us-east-1"))),
        ("b.s3-accelerate.amazonaws.com", rest("b", None)),
        ("b.s3-accelerate.dualstack.amazonaws.com", rest("b", None)),
        // Names that look like services inside bucket names.
        ("x.s3.s3.amazonaws.com", rest("x.s3", None)),
        ("x.s3.eu-west-1.s3.amazonaws.com", rest("x.s3.eu-west-1", None)),
        ("x.dualstack.s3.eu-west-1.amazonaws.com", rest("x.dualstack", Some("eu-west-1"))),
        ("www.example.com.s3.eu-west-1.amazonaws.com", rest("www.example.com", Some("eu-west-1"))),
        (
            "www.example.com.s3-website-us-east-1.amazonaws.com",
            OriginHost::Website { bucket: "www.example.com".into(), region: "us-east-1".into() },
        ),
        // No bucket, no such service, wrong suffix for the region, other companies.
        ("s3.amazonaws.com", OriginHost::Other),
        ("s3.eu-west-1.amazonaws.com", OriginHost::Other),
        ("s3-website-eu-west-1.amazonaws.com", OriginHost::Other),
        (".s3.amazonaws.com", OriginHost::Other),
        ("a..b.s3.amazonaws.com", OriginHost::Other),
        ("a.b.execute-api.eu-west-1.amazonaws.com", OriginHost::Other),
        ("b.s3.cn-north-1.amazonaws.com", OriginHost::Other),
        ("b.s3.eu-west-1.amazonaws.com.cn", OriginHost::Other),
        ("b.s3-website.eu-west-1.amazonaws.com.example.com", OriginHost::Other),
        ("xamazonaws.com", OriginHost::Other),
        ("my-lb-123.eu-west-1.elb.amazonaws.com", OriginHost::Other),
        ("example.com", OriginHost::Other),
        ("", OriginHost::Other),
    ];
    for (host, expected) in cases {
        assert_eq!(parse_origin_host(host), expected, "{host}");
    }
}

proptest! {
    #[test]
    fn any_bucket_in_any_region_is_read_back(
        labels in proptest::collection::vec("[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", 1..4),
        at in 0..REGIONS.len(),
    ) {
        let bucket = labels.join(".");
        let region = REGIONS[at].0;
        for host in website_hosts_all_forms(&bucket, region) {
            let website = OriginHost::Website { bucket: bucket.clone(), region: region.to_owned() };
            prop_assert_eq!(parse_origin_host(&host), website);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}") {
        parse_origin_host(&text);
    }
}
