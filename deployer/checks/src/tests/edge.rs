//! The distribution's checks, one fault after the other.

use super::variants::*;
use super::*;
use crate::check::{Fix, Severity};
use crate::snapshot::{End, Service};
use crate::tests::KnownMut;
use imgdeploy_world::Fact;

mod quiet;

type Change = fn(&mut Snapshot);

/// The times of our own behaviour, which is the last element with a MinTTL.
const TIMES: &str = "<MinTTL>0</MinTTL><DefaultTTL>0</DefaultTTL>";
const DEFAULT_TIMES: &str = "<MinTTL>0</MinTTL><DefaultTTL>86400</DefaultTTL>";
const FORWARDED: &str = "<ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies><Headers><Quantity>0</Quantity></Headers><QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues>";
const PLAIN: &str = "<OriginProtocolPolicy>http-only</OriginProtocolPolicy>";
const NO_ERRORS: &str = "<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>";

/// Our own behaviour with a cache policy instead of its times.
fn with_policy(snapshot: &mut Snapshot, id: &str) {
    let document = edge(snapshot).document.known_mut().unwrap();
    let at = document.find("<CacheBehavior>").unwrap();
    let (head, tail) = document.split_at(at);
    assert!(tail.contains(FORWARDED));
    *document = format!(
        "{head}{}",
        tail.replace(FORWARDED, &format!("<CachePolicyId>{id}</CachePolicyId>"))
            .replace(&format!("{TIMES}<MaxTTL>31536000</MaxTTL>"), "")
    );
}

/// A behaviour of others before ours.
fn ahead(snapshot: &mut Snapshot, pattern: &str, origin: &str, default_ttl: u32) {
    distribution(
        snapshot,
        "<CacheBehavior>",
        &format!(
            "<CacheBehavior><PathPattern>{pattern}</PathPattern><TargetOriginId>{origin}</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>{FORWARDED}<MinTTL>0</MinTTL><DefaultTTL>{default_ttl}</DefaultTTL><MaxTTL>31536000</MaxTTL></CacheBehavior><CacheBehavior>"
        ),
    );
}

/// One more origin, which is not the bucket's.
fn other_origin(snapshot: &mut Snapshot, id: &str, domain: &str) {
    distribution(
        snapshot,
        "<Items><Origin>",
        &format!(
            "<Items><Origin><Id>{id}</Id><DomainName>{domain}</DomainName><OriginPath></OriginPath><CustomOriginConfig><OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin><Origin>"
        ),
    );
}

/// All of the site comes from another origin, only derived images come from the bucket.
fn site_elsewhere(snapshot: &mut Snapshot) {
    other_origin(snapshot, "app", "app.example.net");
    distribution(
        snapshot,
        "<DefaultCacheBehavior><TargetOriginId>shop<",
        "<DefaultCacheBehavior><TargetOriginId>app<",
    );
}

fn rest(snapshot: &mut Snapshot) {
    distribution(snapshot, "shop-pictures.s3-website-eu-west-1", "shop-pictures.s3.eu-west-1");
}

fn cached(snapshot: &mut Snapshot) {
    let walk = &mut snapshot.walks[0];
    let headers = &mut walk.hops[0].headers;
    headers.insert("x-cache".to_owned(), "Hit from cloudfront".to_owned());
    headers.insert("age".to_owned(), "512".to_owned());
    walk.hops.truncate(2);
    walk.end = End::Loop { url: walk.url.clone() };
}

fn cache_policy(snapshot: &mut Snapshot, min: u32, default: u32, header: &str) {
    let text = format!(
        "<CachePolicy><Id>p-1</Id><CachePolicyConfig><Name>shop</Name><DefaultTTL>{default}</DefaultTTL><MaxTTL>31536000</MaxTTL><MinTTL>{min}</MinTTL><ParametersInCacheKeyAndForwardedToOrigin><HeadersConfig><HeaderBehavior>whitelist</HeaderBehavior><Headers><Quantity>1</Quantity><Items><Name>{header}</Name></Items></Headers></HeadersConfig><QueryStringsConfig><QueryStringBehavior>none</QueryStringBehavior></QueryStringsConfig></ParametersInCacheKeyAndForwardedToOrigin></CachePolicyConfig></CachePolicy>"
    );
    with_policy(snapshot, "p-1");
    edge(snapshot).policies.insert("p-1".to_owned(), Fact::Known(text));
}

fn url(snapshot: &mut Snapshot, url: &str) {
    environment(snapshot, "URL", Some(url));
    if let Some(stack) = snapshot.stack.known_mut() {
        stack.url = Some(url.to_owned());
    }
}

fn error_page(snapshot: &mut Snapshot, status: u16, shown: u16) {
    distribution(
        snapshot,
        NO_ERRORS,
        &format!(
            "<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse><ErrorCode>{status}</ErrorCode><ResponsePagePath>/index.html</ResponsePagePath><ResponseCode>{shown}</ResponseCode><ErrorCachingMinTTL>10</ErrorCachingMinTTL></CustomErrorResponse></Items></CustomErrorResponses>"
        ),
    );
}

fn forwards(snapshot: &mut Snapshot, header: &str) {
    distribution(
        snapshot,
        "<Headers><Quantity>0</Quantity></Headers>",
        &format!("<Headers><Quantity>1</Quantity><Items><Name>{header}</Name></Items></Headers>"),
    );
}

/// What a fault is found as, and what mends it where the tool's stack is there.
const FAULTS: &[(&str, &str, Option<Fix>, Change)] = &[
    ("IMG075", "behaviour deleted", Some(Fix::Documents), without_behavior),
    ("IMG075", "behaviour deleted, and the walk shows it", Some(Fix::Documents), |s| {
        without_behavior(s);
        cached(s);
    }),
    ("IMG075", "behaviour deleted, and the site is elsewhere", Some(Fix::Documents), |s| {
        site_elsewhere(s);
        without_behavior(s);
    }),
    ("IMG075", "behaviour deleted, and the site's origin is the REST endpoint", Some(Fix::Documents), |s| {
        other_origin(s, "private", "shop-pictures.s3.eu-west-1.amazonaws.com");
        distribution(
            s,
            "<DefaultCacheBehavior><TargetOriginId>shop<",
            "<DefaultCacheBehavior><TargetOriginId>private<",
        );
        without_behavior(s);
    }),
    ("IMG076", "*.jpg before ours", Some(Fix::Documents), |s| ahead(s, "*.jpg", "shop", 86_400)),
    ("IMG076", "*.png before ours", Some(Fix::Documents), |s| ahead(s, "/*.png", "shop", 86_400)),
    ("IMG076", "a broader pattern to another origin", Some(Fix::Documents), |s| {
        other_origin(s, "app", "app.example.net");
        ahead(s, "res*", "app", 0);
    }),
    ("IMG077", "DefaultTTL of a day", Some(Fix::Documents), |s| distribution(s, TIMES, DEFAULT_TIMES)),
    ("IMG077", "DefaultTTL of a day, and the walk shows it", Some(Fix::Documents), |s| {
        distribution(s, TIMES, DEFAULT_TIMES);
        cached(s);
    }),
    ("IMG077", "no DefaultTTL, which means a day", Some(Fix::Documents), |s| {
        distribution(s, TIMES, "<MinTTL>0</MinTTL>");
    }),
    ("IMG078", "MinTTL of a minute", Some(Fix::Documents), |s| {
        distribution(s, TIMES, "<MinTTL>60</MinTTL><DefaultTTL>60</DefaultTTL>");
    }),
    ("IMG079", "CachingOptimized", Some(Fix::Documents), |s| {
        with_policy(s, "658327ea-f89d-4fab-a63d-7e88639e58f6");
    }),
    ("IMG079", "a policy of the account", Some(Fix::Documents), |s| cache_policy(s, 0, 3_600, "Origin")),
    ("IMG080", "cached before the times were right", Some(Fix::Invalidate), cached),
    ("IMG081", "REST endpoint as custom origin", Some(Fix::Documents), rest),
    ("IMG081", "REST endpoint as S3 origin, global host", Some(Fix::Documents), |s| {
        distribution(s, "shop-pictures.s3-website-eu-west-1.amazonaws.com", "shop-pictures.s3.amazonaws.com");
        distribution(s, "CustomOriginConfig>", "S3OriginConfig>");
    }),
    ("IMG082", "https-only", Some(Fix::Documents), |s| {
        distribution(s, PLAIN, "<OriginProtocolPolicy>https-only</OriginProtocolPolicy>");
    }),
    ("IMG082", "match-viewer", Some(Fix::Documents), |s| {
        distribution(s, PLAIN, "<OriginProtocolPolicy>match-viewer</OriginProtocolPolicy>");
    }),
    ("IMG083", "Host in the list", Some(Fix::Documents), |s| forwards(s, "Host")),
    ("IMG083", "all headers", Some(Fix::Documents), |s| forwards(s, "*")),
    ("IMG083", "AllViewer", Some(Fix::Documents), |s| {
        distribution(
            s,
            "<PathPattern>resized/*</PathPattern>",
            "<PathPattern>resized/*</PathPattern><OriginRequestPolicyId>216adef6-5c7f-47e4-b989-5492eafa07d3</OriginRequestPolicyId>",
        );
    }),
    ("IMG083", "UseOriginCacheControlHeaders", Some(Fix::Documents), |s| {
        with_policy(s, "83da9c7e-98b4-4e11-a168-04f0df8e2c65");
    }),
    ("IMG083", "Host in a policy of the account", Some(Fix::Documents), |s| cache_policy(s, 0, 0, "host")),
    ("IMG084", "origin path", Some(Fix::Documents), |s| {
        distribution(s, "<OriginPath></OriginPath>", "<OriginPath>/site</OriginPath>");
    }),
    ("IMG085", "404 shown as 200", None, |s| error_page(s, 404, 200)),
    ("IMG085", "403 shown as 200", None, |s| error_page(s, 403, 200)),
    ("IMG086", "disabled", None, |s| {
        distribution(
            s,
            "<Enabled>true</Enabled><ViewerCertificate>",
            "<Enabled>false</Enabled><ViewerCertificate>",
        );
    }),
    ("IMG087", "being deployed", None, |s| edge(s).status = Fact::Known("InProgress".to_owned())),
    ("IMG088", "an alias that was taken away", None, |s| {
        distribution(s, "<CNAME>images.example.com<", "<CNAME>www.example.com<")
    }),
    ("IMG088", "a domain that moved", None, |s| url(s, "https://cdn.example.org")),
    ("IMG088", "the website itself, past the distribution", None, |s| {
        url(s, "http://shop-pictures.s3-website-eu-west-1.amazonaws.com");
    }),
    ("IMG088", "another distribution's domain", None, |s| url(s, "https://d999999abcdef8.cloudfront.net")),
    ("IMG088", "a name two labels below the wildcard", None, |s| {
        distribution(s, "<CNAME>images.example.com<", "<CNAME>*.example.com<");
        url(s, "https://a.images.example.com");
    }),
    ("IMG089", "all of the query", None, |s| {
        let own = "<QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies><Headers><Quantity>0</Quantity></Headers><QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues><MinTTL>0</MinTTL><DefaultTTL>0<";
        distribution(s, own, &own.replacen("false", "true", 1));
    }),
];

#[test]
fn a_fault_has_one_headline() {
    for (code, fault, fix, change) in FAULTS {
        has_one_headline(code, fault, *fix, change);
    }
}

/// Without the tool's stack there is a command for the distribution; only the cache can be emptied by the tool.
#[test]
fn a_chain_made_by_hand_is_mended_by_hand() {
    for (code, fault, _, change) in FAULTS {
        let diagnosis = after(|snapshot| {
            by_hand(snapshot);
            change(snapshot);
        });
        let finding = only(&diagnosis, code, fault);
        assert_eq!(finding.fix, (*code == "IMG080").then_some(Fix::Invalidate), "{fault}");
        assert!(finding.cure.contains("aws cloudfront") || *code == "IMG088", "{fault}: {}", finding.cure);
        assert!(finding.cure.contains("E2EXAMPLE1"), "{fault}: {}", finding.cure);
    }
}

#[test]
fn an_empty_prefix_is_served_by_the_default_behaviour() {
    let change = |snapshot: &mut Snapshot| {
        classic(snapshot);
        snapshot.edge = healthy().edge;
        edge(snapshot).attached = false;
        url(snapshot, "https://images.example.com");
        without_behavior(snapshot);
    };
    assert_eq!(headlines(change), ["IMG077"]);
    let finding = after(change).headlines[0].finding.clone();
    assert_eq!(finding.place, "distribution E2EXAMPLE1, behaviour Default (*), DefaultTTL");
    assert!(finding.cure.ends_with("--distribution-id E2EXAMPLE1 --paths '/*'"), "{}", finding.cure);
}

/// The tool leaves narrower behaviours of others alone, so it does not promise to mend them.
#[test]
fn a_narrower_behaviour_of_others_is_not_mended_by_the_tool() {
    let change: Change = |s| ahead(s, "resized/300x200/*", "shop", 86_400);
    let diagnosis = after(change);
    assert_eq!(headlines(change), ["IMG077"]);
    assert_eq!(diagnosis.headlines[0].finding.fix, None);
    assert!(diagnosis.headlines[0].finding.place.contains("resized/300x200/*"));
}

#[test]
fn what_follows_goes_under_its_cause() {
    let diagnosis = after(|s| {
        distribution(s, TIMES, DEFAULT_TIMES);
        cached(s);
    });
    let effects: Vec<&str> = diagnosis.headlines[0].effects.iter().map(|effect| effect.code).collect();
    assert!(effects.contains(&"IMG080"), "{effects:?}");
    // A redirect that somebody else cached is not CloudFront's.
    let elsewhere = headlines(|s| {
        cached(s);
        s.walks[0].hops[0].service = Service::Other;
    });
    assert!(!elsewhere.contains(&"IMG080"));
}

#[test]
fn severities() {
    assert_eq!(after(|s| error_page(s, 404, 200)).worst(), Some(Severity::Warning));
    assert_eq!(
        after(|s| edge(s).status = Fact::Known("InProgress".to_owned())).worst(),
        Some(Severity::Info)
    );
    assert_eq!(after(without_behavior).worst(), Some(Severity::Error));
}

/// Trusted key groups at the last behaviour, which is ours.
fn signed(snapshot: &mut Snapshot) {
    let document = edge(snapshot).document.known_mut().unwrap();
    let at = document.rfind("<TrustedKeyGroups><Enabled>false").unwrap();
    let tail = document[at..].replacen("false", "true", 1);
    document.replace_range(at.., &tail);
}

#[test]
fn a_behaviour_for_signed_urls_shows_nobody_an_image() {
    let found = super::after(|s| {
        signed(s);
        s.walks.clear();
    });
    let finding = super::only(&found, "IMG091", "signed URLs only");
    assert!(finding.what.contains("resized/*") && finding.place.contains("TrustedKeyGroups"), "{finding:?}");
    // An image that came is the better proof.
    assert_eq!(super::headlines(signed), [""; 0]);
}
