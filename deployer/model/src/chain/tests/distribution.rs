//! CloudFront: behaviours, origins, error pages.

use super::fixture::{CDN, NOW, WEBSITE_HOST, behavior, distribution_xml, setup};
use crate::chain::cache::Cache;
use crate::chain::cloudfront::{Caching, DEFAULT_PATTERN, Distribution, OriginKind};
use crate::chain::edge::{Reply, Setup, Step, XCache, begin, finish};
use crate::chain::message::{Method, Request, Response};
use crate::chain::pattern::path_matches;
use crate::chain::policies::{CachePolicy, Query};
use crate::chain::ttl::Ttls;

const LONG: (u64, u64, u64) = (0, 86_400, 31_536_000);

fn get(target: &str) -> Request {
    Request::get(&format!("https://{CDN}{target}")).unwrap()
}

/// Runs one request; the origin's answer depends on the request it gets. Gives the forwarded requests too.
fn run(
    setup: &Setup,
    cache: &mut Cache,
    request: &Request,
    now: u64,
    origin: impl Fn(&Request) -> Response,
) -> (Reply, Vec<Request>) {
    let mut sent = Vec::new();
    let mut step = begin(setup, cache, request, now);
    loop {
        match step {
            Step::Reply(reply) => return (*reply, sent),
            Step::Forward(forward) => {
                let response = origin(&forward.request);
                sent.push(forward.request.clone());
                step = finish(setup, cache, *forward, response, now);
            }
        }
    }
}

fn ok(_: &Request) -> Response {
    Response::new(200).with("ETag", "\"e\"").with_body("image/jpeg", "bytes")
}

#[test]
fn cf_01_a_website_origin_is_custom_and_http_only() {
    let parsed = Distribution::parse(&distribution_xml(&[], &behavior(None, LONG), "")).unwrap();
    assert_eq!(parsed.origins[0].kind, OriginKind::Custom { protocol: "http-only".to_owned() });
    assert_eq!(parsed.aliases, ["cdn.example.com"]);
    let (_, sent) = run(&setup(&[], &behavior(None, LONG), ""), &mut Cache::new(), &get("/a.jpg"), NOW, ok);
    assert_eq!(sent[0].url(), format!("http://{WEBSITE_HOST}/a.jpg"));
    assert_eq!(sent[0].headers.get("Referer"), Some("secret"), "the origin's custom header");
}

#[test]
fn cf_11_first_match_in_list_order_and_the_default_last() {
    let ordered = ["resized/special*", "resized/*", "*.JPG", "/img?/*"].map(|p| behavior(Some(p), LONG));
    let setup = setup(&ordered, &behavior(None, LONG), "");
    let pattern = |path: &str| setup.distribution.behavior_for(path).pattern.clone();
    assert_eq!(pattern("/resized/special.jpg"), "resized/special*");
    assert_eq!(pattern("/resized/300x200/a.JPG"), "resized/*");
    assert_eq!(pattern("/pics/a.JPG"), "*.JPG");
    assert_eq!(pattern("/pics/a.jpg"), DEFAULT_PATTERN, "case counts");
    assert_eq!(pattern("/img1/a"), "/img?/*");
    assert_eq!(pattern("/img12/a"), DEFAULT_PATTERN);
    assert_eq!(pattern("/"), DEFAULT_PATTERN);
    assert!(path_matches("/a*", "/a") && path_matches("a*", "/a") && !path_matches("a", "/ab"));
}

#[test]
fn a_path_is_matched_in_its_normal_form_and_forwarded_raw() {
    let setup = setup(&[behavior(Some("resized/*"), LONG)], &behavior(None, LONG), "");
    let (reply, sent) = run(&setup, &mut Cache::new(), &get("/%72esized/a%2db.jpg"), NOW, ok);
    assert_eq!(reply.behavior, "resized/*");
    assert_eq!(sent[0].path, "/%72esized/a%2db.jpg");
}

#[test]
fn hits_carry_their_age_and_expired_entries_are_confirmed() {
    let setup = setup(&[], &behavior(None, (0, 60, 60)), "");
    let mut cache = Cache::new();
    let (first, _) = run(&setup, &mut cache, &get("/a.jpg"), NOW, ok);
    assert_eq!(
        (first.cache, first.response.headers.get("X-Cache")),
        (XCache::Miss, Some("Miss from cloudfront"))
    );
    let (second, sent) = run(&setup, &mut cache, &get("/a.jpg?v=2"), NOW + 59, ok);
    assert_eq!(
        (second.cache, second.response.headers.get("Age"), sent.len()),
        (XCache::Hit, Some("59"), 0),
        "CF-17"
    );
    let (third, sent) = run(&setup, &mut cache, &get("/a.jpg"), NOW + 60, |_| Response::new(304));
    assert_eq!(sent[0].headers.get("If-None-Match"), Some("\"e\""));
    assert_eq!(
        (third.cache, third.response.status, third.response.body.as_slice()),
        (XCache::RefreshHit, 200, &b"bytes"[..])
    );
    let (fourth, _) = run(&setup, &mut cache, &get("/a.jpg"), NOW + 119, ok);
    assert_eq!((fourth.cache, fourth.age), (XCache::Hit, Some(59)));
    // The origin fails: what is there, though expired, is served.
    let (fifth, _) = run(&setup, &mut cache, &get("/a.jpg"), NOW + 999, |_| Response::new(503));
    assert_eq!((fifth.cache, fifth.response.status), (XCache::Hit, 200));
}

#[test]
fn viewer_conditions_and_head_are_answered_at_the_edge() {
    let setup = setup(&[], &behavior(None, LONG), "");
    let mut cache = Cache::new();
    run(&setup, &mut cache, &get("/a.jpg"), NOW, ok);
    let mut conditional = get("/a.jpg");
    conditional.headers.set("If-None-Match", "\"other\", \"e\"");
    let (reply, _) = run(&setup, &mut cache, &conditional, NOW, ok);
    assert_eq!((reply.response.status, reply.response.body.len()), (304, 0));
    let (reply, sent) = run(&setup, &mut cache, &get("/a.jpg").with_method(Method::Head), NOW, ok);
    assert_eq!((reply.cache, reply.response.body.len(), sent.len()), (XCache::Hit, 0, 0));
}

#[test]
fn cf_10_errors_are_cached_and_shown_as_errors() {
    let setup = setup(&[], &behavior(None, (0, 0, 0)), "");
    let mut cache = Cache::new();
    let not_found = |_: &Request| Response::new(404);
    let (first, _) = run(&setup, &mut cache, &get("/x"), NOW, not_found);
    assert_eq!(first.response.headers.get("X-Cache"), Some("Error from cloudfront"));
    let (second, sent) = run(&setup, &mut cache, &get("/x"), NOW + 9, ok);
    assert_eq!((second.response.status, second.cache, sent.len()), (404, XCache::Error, 0));
    let (third, _) = run(&setup, &mut cache, &get("/x"), NOW + 10, ok);
    assert_eq!(third.response.status, 200);
}

#[test]
fn cf_10_custom_error_responses_mask_the_status() {
    let more = "<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse><ErrorCode>404</ErrorCode>\
                <ResponsePagePath>/oops.html</ResponsePagePath><ResponseCode>200</ResponseCode>\
                <ErrorCachingMinTTL>300</ErrorCachingMinTTL></CustomErrorResponse></Items></CustomErrorResponses>";
    let setup = setup(&[], &behavior(None, (0, 0, 0)), more);
    let mut cache = Cache::new();
    let origin = |r: &Request| match r.path.as_str() {
        "/oops.html" => Response::new(200).with_body("text/html", "sorry"),
        _ => Response::new(404),
    };
    let (reply, sent) = run(&setup, &mut cache, &get("/x.jpg"), NOW, origin);
    assert_eq!(
        (reply.response.status, reply.response.body.as_slice(), reply.cache),
        (200, &b"sorry"[..], XCache::Error)
    );
    assert_eq!(sent.iter().map(|r| r.path.as_str()).collect::<Vec<_>>(), ["/x.jpg", "/oops.html"]);
    let (again, sent) = run(&setup, &mut cache, &get("/x.jpg"), NOW + 299, origin);
    assert_eq!((again.response.status, again.cache, sent.len()), (200, XCache::Error, 0));
    assert_eq!(run(&setup, &mut cache, &get("/x.jpg"), NOW + 300, ok).0.cache, XCache::Miss);
    // The page itself is missing: the viewer sees the page's failure.
    let (bare, _) = run(&setup, &mut Cache::new(), &get("/y.jpg"), NOW, |_| Response::new(404));
    assert_eq!((bare.response.status, bare.cache), (404, XCache::Error));
}

#[test]
fn cf_20_the_second_origin_is_asked_on_the_statuses_of_its_group() {
    let xml = distribution_xml(&[], &behavior(None, LONG).replace("<TargetOriginId>site<", "<TargetOriginId>pair<"), "").replace(
        "</Items></Origins>",
        "<Origin><Id>fn</Id><DomainName>fn.example.com</DomainName><CustomOriginConfig><OriginProtocolPolicy>https-only\
         </OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins><OriginGroups><Quantity>1</Quantity><Items><OriginGroup>\
         <Id>pair</Id><FailoverCriteria><StatusCodes><Quantity>2</Quantity><Items><StatusCode>403</StatusCode><StatusCode>404</StatusCode>\
         </Items></StatusCodes></FailoverCriteria><Members><Quantity>2</Quantity><Items><OriginGroupMember><OriginId>site</OriginId>\
         </OriginGroupMember><OriginGroupMember><OriginId>fn</OriginId></OriginGroupMember></Items></Members></OriginGroup></Items>\
         </OriginGroups>",
    );
    let setup = Setup { distribution: Distribution::parse(&xml).unwrap(), policies: Default::default() };
    let origin = |r: &Request| {
        if r.host == "fn.example.com" { ok(r) } else { Response::new(404) }
    };
    let (reply, sent) = run(&setup, &mut Cache::new(), &get("/a.jpg"), NOW, origin);
    assert_eq!((reply.response.status, reply.cache, sent.len()), (200, XCache::Miss, 2));
    assert_eq!(sent[1].url(), "https://fn.example.com/a.jpg");
    let (reply, sent) = run(&setup, &mut Cache::new(), &get("/a.jpg"), NOW, |_| Response::new(500));
    assert_eq!((reply.response.status, sent.len()), (500, 1));
}

#[test]
fn cf_09_the_origin_path_goes_in_front() {
    let xml = distribution_xml(&[], &behavior(None, LONG), "")
        .replace("<OriginPath/>", "<OriginPath>/site</OriginPath>");
    let setup = Setup { distribution: Distribution::parse(&xml).unwrap(), policies: Default::default() };
    assert_eq!(run(&setup, &mut Cache::new(), &get("/a.jpg"), NOW, ok).1[0].path, "/site/a.jpg");
}

#[test]
fn viewer_rules_methods_and_a_disabled_distribution() {
    let with = |from: &str, to: &str| {
        let xml =
            distribution_xml(&[], &behavior(None, LONG), "<DefaultRootObject>home.html</DefaultRootObject>")
                .replace(from, to);
        Setup { distribution: Distribution::parse(&xml).unwrap(), policies: Default::default() }
    };
    let http = Request::get(&format!("http://{CDN}/a.jpg?x")).unwrap();
    let (reply, _) = run(&with("allow-all", "redirect-to-https"), &mut Cache::new(), &http, NOW, ok);
    assert_eq!(
        (reply.response.status, reply.response.redirect()),
        (301, Some(&*format!("https://{CDN}/a.jpg?x")))
    );
    assert_eq!(
        run(&with("allow-all", "https-only"), &mut Cache::new(), &http, NOW, ok).0.response.status,
        403
    );
    assert_eq!(
        run(&with("allow-all", "https-only"), &mut Cache::new(), &get("/a.jpg"), NOW, ok).0.response.status,
        200
    );
    let put = get("/a.jpg").with_method(Method::parse("put"));
    assert_eq!(run(&with("", ""), &mut Cache::new(), &put, NOW, ok).0.response.status, 403);
    assert_eq!(run(&with("", ""), &mut Cache::new(), &get("/"), NOW, ok).1[0].path, "/home.html");
    let nobody =
        "<TrustedKeyGroups><Enabled>true</Enabled><Quantity>1</Quantity></TrustedKeyGroups><TargetOriginId>";
    let signed = with("<TargetOriginId>", nobody);
    assert_eq!(run(&signed, &mut Cache::new(), &get("/a.jpg"), NOW, ok).0.response.status, 403);
    let off = with("<Enabled>true", "<Enabled>false");
    assert_eq!(run(&off, &mut Cache::new(), &get("/a.jpg"), NOW, ok).0.response.status, 403);
}

#[test]
fn cf_05_policies_are_known_by_id_or_given_by_the_caller() {
    let policy_behavior = |id: &str| {
        format!(
            "<DefaultCacheBehavior><TargetOriginId>site</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>\
                 <CachePolicyId>{id}</CachePolicyId></DefaultCacheBehavior>"
        )
    };
    let optimized = CachePolicy::managed("658327ea-f89d-4fab-a63d-7e88639e58f6").unwrap();
    assert_eq!(optimized.ttls, Ttls { min: 1, default: 86_400, max: 31_536_000 });
    assert_eq!(
        CachePolicy::managed("4135ea2d-6df8-44a3-9df3-4b5a84be39ad").unwrap().ttls,
        Ttls { min: 0, default: 0, max: 0 }
    );
    let mut setup = setup(&[], &policy_behavior("own-1"), "");
    assert_eq!(setup.distribution.default_behavior.caching, Caching::Policy("own-1".to_owned()));
    assert_eq!(setup.distribution.foreign_policies(), ["own-1"]);
    let redirect = |_: &Request| Response::new(307).with("Location", "https://x/");
    let second = |setup: &Setup| {
        let mut cache = Cache::new();
        run(setup, &mut cache, &get("/a?b=1&c=2"), NOW, redirect);
        run(setup, &mut cache, &get("/a?b=1&c=3"), NOW, redirect)
    };
    // Not read: taken for the stricter one.
    assert_eq!(second(&setup).0.cache, XCache::Hit);
    let xml = "<CachePolicy><Id>own-1</Id><CachePolicyConfig><Name>ours</Name><DefaultTTL>0</DefaultTTL><MaxTTL>31536000</MaxTTL>\
               <MinTTL>0</MinTTL><ParametersInCacheKeyAndForwardedToOrigin><QueryStringsConfig><QueryStringBehavior>whitelist\
               </QueryStringBehavior><QueryStrings><Quantity>1</Quantity><Items><Name>b</Name></Items></QueryStrings></QueryStringsConfig>\
               </ParametersInCacheKeyAndForwardedToOrigin></CachePolicyConfig></CachePolicy>";
    let own = CachePolicy::parse(xml).unwrap();
    assert_eq!(
        (own.ttls, &own.query),
        (Ttls { min: 0, default: 0, max: 31_536_000 }, &Query::Only(vec!["b".to_owned()]))
    );
    setup.policies.insert("own-1".to_owned(), own);
    let (reply, sent) = second(&setup);
    assert_eq!((reply.cache, sent[0].query.as_deref()), (XCache::Miss, Some("b=1")));
}

#[test]
fn cf_06_a_forwarded_host_reaches_the_origin() {
    let legacy = behavior(None, LONG).replace(
        "</ForwardedValues>",
        "<Headers><Quantity>1</Quantity><Items><Name>Host</Name></Items></Headers></ForwardedValues>",
    );
    let (_, sent) = run(&setup(&[], &legacy, ""), &mut Cache::new(), &get("/a.jpg"), NOW, ok);
    assert_eq!(sent[0].host, CDN);
}

#[test]
fn documents_that_are_not_a_distribution_are_refused_with_a_reason() {
    let neither = behavior(None, LONG).replace("ForwardedValues", "Other");
    for (xml, reason) in [
        ("<a".to_owned(), "DistributionConfig"),
        ("<DistributionConfig/>".to_owned(), "DefaultCacheBehavior"),
        (distribution_xml(&[], &neither, ""), "CachePolicyId"),
        (distribution_xml(&[], &behavior(None, LONG).replace("86400", "a day"), ""), "a day"),
        (distribution_xml(&[behavior(Some(""), LONG)], &behavior(None, LONG), ""), "PathPattern"),
    ] {
        let error = Distribution::parse(&xml).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
