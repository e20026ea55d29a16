//! Faults of the distribution.
//!
//! Not here, as the emulator has every distribution deployed at once: IMG087 (on a snapshot in the tests of the checks).

use http::Method;
use serde_json::Value;

use super::fault::{After, Fault, all_are_named};
use super::ward::Ward;
use crate::bench::BUCKET;
use crate::served::Served;

const WEBSITE: &str = "shop-pictures.s3-website-eu-west-1.amazonaws.com";

fn behaviour_end(config: &str) -> (usize, usize) {
    let mark = "<PathPattern>resized/*</PathPattern>";
    let start = config[..config.find(mark).unwrap()].rfind("<CacheBehavior>").unwrap();
    (start, start + config[start..].find("</CacheBehavior>").unwrap() + "</CacheBehavior>".len())
}

/// The number of behaviours, changed by so many.
fn counted(config: &str, by: i64) -> String {
    let start = config.find("<CacheBehaviors>").unwrap();
    let (before, list) = config.split_at(start);
    let (head, rest) = list.split_once("</Quantity>").unwrap();
    let (tag, number) = head.split_once("<Quantity>").unwrap();
    let number: i64 = number.trim().parse().unwrap();
    format!("{before}{tag}<Quantity>{}</Quantity>{rest}", number + by)
}

pub const DISTRIBUTION: &[Fault] = &[
    Fault {
        name: "no behaviour for our path",
        code: "IMG075",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                let (start, end) = behaviour_end(config);
                counted(&format!("{}{}", &config[..start], &config[end..]), -1)
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "behaviour after a broader one",
        code: "IMG076",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                let (start, end) = behaviour_end(config);
                let broader = config[start..end]
                    .replace("resized/*", "*.jpg")
                    .replace("<DefaultTTL>0<", "<DefaultTTL>86400<");
                let broadest = config[start..end]
                    .replace("resized/*", "r*")
                    .replace("<DefaultTTL>0<", "<DefaultTTL>86400<");
                counted(&format!("{}{broader}{broadest}{}", &config[..start], &config[start..]), 2)
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "DefaultTTL over 0",
        code: "IMG077",
        put_in: |ward| {
            ward.edit_behaviour(|text| text.replace("<DefaultTTL>0<", "<DefaultTTL>86400<"));
        },
        after: After::Fix,
    },
    Fault {
        name: "MinTTL over 0",
        code: "IMG078",
        put_in: |ward| {
            ward.edit_behaviour(|text| {
                text.replace("<MinTTL>0<", "<MinTTL>60<").replace("<DefaultTTL>0<", "<DefaultTTL>60<")
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "cache policy that keeps redirects",
        code: "IMG079",
        put_in: |ward| {
            ward.edit_behaviour(|text| {
                let from = text.find("<ForwardedValues>").unwrap();
                let end = text.rfind("</MaxTTL>").unwrap() + "</MaxTTL>".len();
                // CachingOptimized, which the console proposes.
                let policy = "<CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId>";
                let (first, last) = (from.min(text.find("<MinTTL>").unwrap()), end);
                format!("{}{policy}{}", &text[..first], &text[last..])
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "error page in place of missing images",
        code: "IMG085",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                let start = config.find("<CustomErrorResponses>").unwrap();
                let end = config.find("</CustomErrorResponses>").unwrap();
                let page = "<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse><ErrorCode>404</ErrorCode><ResponsePagePath>/home.html</ResponsePagePath><ResponseCode>200</ResponseCode><ErrorCachingMinTTL>10</ErrorCachingMinTTL></CustomErrorResponse></Items>";
                format!("{}{page}{}", &config[..start], &config[end..])
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "REST endpoint as origin",
        code: "IMG081",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                config.replace(WEBSITE, "shop-pictures.s3.eu-west-1.amazonaws.com")
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "website host of another region",
        code: "IMG003",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                config.replace(WEBSITE, "shop-pictures.s3-website-us-east-1.amazonaws.com")
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "dot for dash",
        code: "IMG004",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                config.replace(WEBSITE, "shop-pictures.s3-website.eu-west-1.amazonaws.com")
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "https to a website endpoint",
        code: "IMG082",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                config.replace("<OriginProtocolPolicy>http-only<", "<OriginProtocolPolicy>https-only<")
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "Host forwarded",
        code: "IMG083",
        put_in: |ward| {
            ward.edit_behaviour(|text| {
                let at = text.find("<Headers>").unwrap();
                let end = at + text[at..].find("</Headers>").unwrap();
                format!(
                    "{}<Headers><Quantity>1</Quantity><Items><Name>Host</Name></Items>{}",
                    &text[..at],
                    &text[end..]
                )
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "OriginPath",
        code: "IMG084",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                let at = config.find(WEBSITE).unwrap();
                let rest = config[at..]
                    .replacen("<OriginPath></OriginPath>", "<OriginPath>/site</OriginPath>", 1)
                    .replacen("<OriginPath />", "<OriginPath>/site</OriginPath>", 1);
                format!("{}{rest}", &config[..at])
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "distribution disabled",
        code: "IMG086",
        put_in: |ward| {
            ward.edit_distribution(|config| {
                let at = config.rfind("<Enabled>true</Enabled>").unwrap();
                format!("{}{}", &config[..at], config[at..].replacen("true", "false", 1))
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "query strings in the cache key",
        code: "IMG089",
        put_in: |ward| {
            ward.edit_behaviour(|text| text.replace("<QueryString>false<", "<QueryString>true<"));
        },
        after: After::Restore,
    },
];

#[test]
fn faults_of_the_distribution_are_named_and_mended() {
    all_are_named(&Ward::used(), DISTRIBUTION);
}

#[test]
fn a_cached_redirect_is_seen_on_the_way() {
    let ward = Ward::used();
    let dev = Served::start(&ward.bench);
    let asked = "resized/300x200/pics/b.jpg";
    // The redirect is cached under the console's TTLs, and these are put right without an invalidation (CF-07).
    ward.edit_behaviour(|text| {
        text.replace("<MinTTL>0<", "<MinTTL>60<").replace("<DefaultTTL>0<", "<DefaultTTL>86400<")
    });
    let _ = dev.browse(&Method::GET, asked);
    ward.restore();
    let url = format!("{}/{asked}", dev.cdn);
    let report: Value = ward.doctor(&[&url, "--output", "json"]).exits(3).json();
    let codes: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["IMG080"], "{report:#}");
    let hop = &report["requests"][0]["hops"][0];
    assert_eq!(hop["headers"]["x-cache"], "Hit from cloudfront", "{report:#}");
    // Mended, another edge location may still have it; this one asks again.
    let run = ward.doctor(&[&url, "--fix", "--yes", "--output", "json"]).exits(0);
    assert_eq!(run.json()["findings"], serde_json::json!([]), "{run}");
    assert_eq!(BUCKET, run.json()["bucket"]);
}
