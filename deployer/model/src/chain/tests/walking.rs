//! The whole chain, walked by a browser.

use super::fixture::{
    API_HOST, Bucket, CDN, NOW, WEBSITE_HOST, behavior, chain, our_rule, rule, setup, website,
};
use crate::chain::access::{Anonymous, Policy, PublicAccessBlock};
use crate::chain::cache::Cache;
use crate::chain::edge::XCache;
use crate::chain::encode::encode_path;
use crate::chain::message::{Method, Request};
use crate::chain::permission::Permission;
use crate::chain::walk::{Chain, End, Service, Walk, walk};
use crate::chain::website::{AbsentKey, Options};

const ASKED: &str = "/resized/300x200/pics/a.jpg";

fn from_cdn(path: &str) -> Request {
    Request::get(&format!("https://cdn.example.com{path}")).unwrap()
}

fn go(chain: &Chain, cache: &mut Cache, bucket: &mut Bucket) -> Walk {
    walk(chain, cache, bucket, &from_cdn(ASKED), NOW)
}

fn services(walk: &Walk) -> Vec<(Service, u16)> {
    walk.hops.iter().map(|h| (h.service, h.status)).collect()
}

#[test]
fn cf_03_with_both_ttls_zero_it_ends_in_200_and_the_second_time_is_a_hit() {
    let (mut cache, mut bucket) = (Cache::new(), Bucket::default());
    let chain = chain((0, 0, 31_536_000));
    let first = go(&chain, &mut cache, &mut bucket);
    use Service::{Api, CloudFront, Website};
    assert_eq!(
        services(&first),
        [(CloudFront, 307), (Website, 307), (Api, 307), (CloudFront, 200), (Website, 200)],
        "{first:#?}"
    );
    assert_eq!(first.hops[1].why, "rule 1");
    assert_eq!(first.hops[0].why, "behavior resized/*");
    let End::Answered(response) = &first.end else { panic!("{first:?}") };
    assert_eq!(response.body, b"resized/300x200/pics/a.jpg");
    let second = go(&chain, &mut cache, &mut bucket);
    assert_eq!(services(&second), [(CloudFront, 200)]);
    assert_eq!(second.hops[0].cache, Some(XCache::Hit));
    assert_eq!(bucket.invocations.len(), 1);
}

#[test]
fn cf_02_with_the_default_ttl_of_a_day_it_loops() {
    let (mut cache, mut bucket) = (Cache::new(), Bucket::default());
    let walk = go(&chain((0, 86_400, 31_536_000)), &mut cache, &mut bucket);
    assert_eq!(walk.end, End::Loop { url: Some(format!("https://cdn.example.com{ASKED}")) });
    assert_eq!(walk.hops[3].cache, Some(XCache::Hit), "the cached 307");
    assert!(bucket.invocations.len() > 5, "each lap is billed");
    // CF-07: the TTL set right, the cached redirect stays until it is invalidated.
    let right = chain((0, 0, 31_536_000));
    assert!(matches!(go(&right, &mut cache, &mut bucket).end, End::Loop { .. }));
    cache.invalidate("/resized/*");
    assert_eq!(go(&right, &mut cache, &mut bucket).status(), Some(200));
}

#[test]
fn cf_03_min_ttl_one_loops_even_with_no_store() {
    // The API's own redirect says no-store, and the website's might: MinTTL keeps it all the same.
    let walk = go(&chain((1, 1, 31_536_000)), &mut Cache::new(), &mut Bucket::default());
    assert!(matches!(walk.end, End::Loop { .. }), "{walk:#?}");
}

#[test]
fn cf_11_a_broader_behavior_in_front_shadows_ours() {
    let broad = behavior(Some("*.jpg"), (0, 86_400, 31_536_000));
    let ours = behavior(Some("resized/*"), (0, 0, 31_536_000));
    let default = behavior(None, (0, 0, 0));
    let mut chain = chain((0, 0, 0));
    let names = chain.cdn.take().unwrap().1;
    chain.cdn = Some((setup(&[broad.clone(), ours.clone()], &default, ""), names.clone()));
    let shadowed = go(&chain, &mut Cache::new(), &mut Bucket::default());
    assert!(matches!(shadowed.end, End::Loop { .. }));
    assert_eq!(shadowed.hops[0].why, "behavior *.jpg");
    chain.cdn = Some((setup(&[ours, broad], &default, ""), names));
    assert_eq!(go(&chain, &mut Cache::new(), &mut Bucket::default()).status(), Some(200));
}

#[test]
fn s3_04_both_rules_serve_either_status() {
    let mut chain = chain((0, 0, 31_536_000));
    chain.options = Options { absent: AbsentKey::Forbidden403, ..Options::default() };
    let walk_both = go(&chain, &mut Cache::new(), &mut Bucket::default());
    assert_eq!((walk_both.status(), walk_both.hops[1].why.as_str()), (Some(200), "rule 2"));
    chain.website = Some(website(&our_rule(404)));
    assert_eq!(go(&chain, &mut Cache::new(), &mut Bucket::default()).status(), Some(403));
}

#[test]
fn s3_05_an_unreadable_derived_object_loops_through_the_403_rule() {
    let mut bucket = Bucket::default();
    bucket.unreadable.insert("resized/300x200/pics/a.jpg".to_owned());
    let walk = go(&chain((0, 0, 31_536_000)), &mut Cache::new(), &mut bucket);
    assert!(matches!(walk.end, End::Loop { .. }));
    // The bucket policy is why: nothing allows it.
    let verdict = Policy::default().anonymous(
        "s3:GetObject",
        "arn:aws:s3:::photos/x",
        &Anonymous::default(),
        PublicAccessBlock::default(),
    );
    assert!(!verdict.is_allowed());
}

#[test]
fn s3_10_a_broader_rule_in_front_keeps_the_function_from_being_called() {
    let mut chain = chain((0, 0, 31_536_000));
    let broad = rule(
        "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
        "<ReplaceKeyWith>index.html</ReplaceKeyWith>",
    );
    chain.website = Some(website(&format!("{broad}{}", our_rule(404))));
    let mut bucket = Bucket::default();
    bucket.objects.insert("index.html".to_owned(), Default::default());
    let walk = go(&chain, &mut Cache::new(), &mut bucket);
    assert_eq!((walk.status(), bucket.invocations.len()), (Some(200), 0));
    assert_eq!(walk.hops.last().unwrap().service, Service::Website);
}

#[test]
fn a_function_that_writes_another_key_loops() {
    let mut bucket = Bucket { writes: Some("300x200/pics/a.jpg".to_owned()), ..Bucket::default() };
    assert!(matches!(go(&chain((0, 0, 31_536_000)), &mut Cache::new(), &mut bucket).end, End::Loop { .. }));
}

#[test]
fn dead_ends_are_named() {
    let mut without_api = chain((0, 0, 31_536_000));
    without_api.apis.clear();
    let walk = go(&without_api, &mut Cache::new(), &mut Bucket::default());
    assert_eq!(walk.end, End::DeadEnd { location: format!("https://{API_HOST}/prod/resize{ASKED}") });
    let mut no_permission = chain((0, 0, 31_536_000));
    for methods in no_permission.apis[0].stages.get_mut("prod").unwrap().resources.values_mut() {
        methods.get_mut("GET").unwrap().permission = Permission::Missing;
    }
    let walk = go(&no_permission, &mut Cache::new(), &mut Bucket::default());
    assert_eq!(services(&walk).last(), Some(&(Service::Api, 500)));
    let https_website = Request::get(&format!("https://{WEBSITE_HOST}/a")).unwrap();
    let walk = super::walking::walk(
        &chain((0, 0, 0)),
        &mut Cache::new(),
        &mut Bucket::default(),
        &https_website,
        NOW,
    );
    assert!(matches!(walk.end, End::DeadEnd { .. }), "S3-02: nothing on port 443");
}

#[test]
fn cf_06_a_forwarded_host_gives_no_such_bucket() {
    let mut chain = chain((0, 0, 0));
    let headers =
        "<Headers><Quantity>1</Quantity><Items><Name>Host</Name></Items></Headers></ForwardedValues>";
    let ours = behavior(Some("resized/*"), (0, 0, 31_536_000)).replace("</ForwardedValues>", headers);
    let names = chain.cdn.take().unwrap().1;
    chain.cdn = Some((setup(&[ours], &behavior(None, (0, 0, 0)), ""), names));
    let walk = go(&chain, &mut Cache::new(), &mut Bucket::default());
    let End::Answered(response) = walk.end else { panic!("{:?}", walk.end) };
    assert!(response.status == 404 && String::from_utf8_lossy(&response.body).contains("NoSuchBucket"));
}

#[test]
fn s3_03_a_rest_origin_never_redirects() {
    let mut chain = chain((0, 0, 31_536_000));
    let (mut setup, names) = chain.cdn.take().unwrap();
    setup.distribution.origins[0].domain = "photos.s3.eu-west-1.amazonaws.com".to_owned();
    chain.cdn = Some((setup, names));
    let walk = go(&chain, &mut Cache::new(), &mut Bucket::default());
    assert_eq!(services(&walk), [(Service::CloudFront, 403), (Service::S3Rest, 403)]);
    let End::Answered(response) = walk.end else { panic!() };
    assert!(String::from_utf8_lossy(&response.body).contains("<Code>AccessDenied</Code>"), "XML, not HTML");
}

#[test]
fn s3_16_a_website_host_of_another_region_is_no_origin() {
    for domain in
        ["photos.s3-website.eu-central-1.amazonaws.com", "photos.s3-website-us-east-1.amazonaws.com"]
    {
        let mut chain = chain((0, 0, 31_536_000));
        let (mut setup, names) = chain.cdn.take().unwrap();
        setup.distribution.origins[0].domain = domain.to_owned();
        chain.cdn = Some((setup, names));
        let walk = go(&chain, &mut Cache::new(), &mut Bucket::default());
        assert_eq!(services(&walk), [(Service::CloudFront, 502), (Service::Foreign, 502)], "{domain}");
    }
}

#[test]
fn head_walks_the_same_way_without_bodies() {
    let (mut cache, mut bucket) = (Cache::new(), Bucket::default());
    let request = from_cdn(ASKED).with_method(Method::Head);
    let walk = walk(&chain((0, 0, 31_536_000)), &mut cache, &mut bucket, &request, NOW);
    let End::Answered(response) = walk.end else { panic!("{:?}", walk.end) };
    assert_eq!((response.status, response.body.len()), (200, 0));
}

#[test]
fn without_a_distribution_the_website_is_the_front() {
    let mut chain = chain((0, 0, 0));
    chain.cdn = None;
    let mut bucket = Bucket::default();
    bucket.objects.insert("resized/1x1/a.jpg".to_owned(), Default::default());
    let request = Request::get(&format!("http://{WEBSITE_HOST}/resized/1x1/a.jpg")).unwrap();
    assert_eq!(
        services(&walk(&chain, &mut Cache::new(), &mut bucket, &request, NOW)),
        [(Service::Website, 200)]
    );
}

/// S3-13: every key that the path form can carry arrives as it was asked for, under the stricter readings.
#[test]
fn s3_13_keys_with_special_characters_survive_the_path_form() {
    for name in [
        "a b.jpg",
        "a+b.jpg",
        "a&b.jpg",
        "a#b.jpg",
        "a%b.jpg",
        "a%2Bb.jpg",
        "\u{fc}\u{6f22}.jpg",
        "a (1).JPG",
        "noext",
        "a;b=c,d@e$f!g*h'i.jpg",
        "a?b.jpg",
    ] {
        let key = format!("resized/300x200/pics/{name}");
        let mut bucket = Bucket::default();
        let request = Request::get(&format!("https://{CDN}/{}", encode_path(&key))).unwrap();
        let walk = walk(&chain((0, 0, 31_536_000)), &mut Cache::new(), &mut bucket, &request, NOW);
        if name.contains('?') {
            // A raw "?" in Location starts a query: the function sees a cut key. The switch shows it; the real S3 is unverified.
            assert_eq!(bucket.invocations[0], "resized/300x200/pics/a");
            continue;
        }
        assert_eq!(walk.status(), Some(200), "{name}: {walk:#?}");
        assert_eq!(bucket.invocations, [key], "{name}");
    }
}
