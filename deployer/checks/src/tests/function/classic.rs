//! Chains that the tool did not make.

use std::collections::BTreeMap;

use serde_json::json;

use super::{configured, function, unqualified_arn};
use crate::diagnosis::{Selection, diagnose};
use crate::snapshot::{End, Service, Snapshot, Stage};
use crate::tests::KnownMut;
use crate::tests::{API, BUCKET, FUNCTION, HOST, PREFIX, REGION, headlines, healthy, permission};
use imgdeploy_world::Fact;

/// The AWS sample as people set it up by hand: no stack, no distribution, everything in the query, no alias.
pub(crate) fn classic() -> Snapshot {
    let mut snapshot = healthy();
    let site = format!("http://{BUCKET}.s3-website-{REGION}.amazonaws.com");
    snapshot.stack = Fact::Absent;
    snapshot.edge = None;
    snapshot.edges = Fact::Known(Vec::new());
    let bucket = snapshot.bucket.as_mut().unwrap();
    bucket.website = Fact::Known(format!(
        "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IndexDocument><Suffix>index.html</Suffix>\
         </IndexDocument><RoutingRules><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>\
         </Condition><Redirect><Protocol>https</Protocol><HostName>{HOST}</HostName>\
         <ReplaceKeyPrefixWith>prod/resize?key=</ReplaceKeyPrefixWith><HttpRedirectCode>307</HttpRedirectCode></Redirect>\
         </RoutingRule></RoutingRules></WebsiteConfiguration>"
    ));
    bucket.policy = Fact::Known(
        json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "PublicRead", "Effect": "Allow", "Principal": "*",
            "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*") }] })
        .to_string(),
    );
    let classic_key = "300x200/pictures/a.jpg".to_owned();
    for list in [&mut bucket.objects, &mut bucket.derived] {
        for object in list.known_mut().unwrap() {
            object.key = object.key.trim_start_matches(PREFIX).to_owned();
        }
    }
    bucket.derived_heads.known_mut().unwrap()[0].key = classic_key;
    snapshot.apis[0].by_stack = false;
    let api = snapshot.apis[0].api.known_mut().unwrap();
    let methods = api.resources.remove("/resize/{key+}").unwrap();
    let mut method = methods["GET"].clone();
    method.integration.as_mut().unwrap().uri = format!(
        "arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{}/invocations",
        unqualified_arn()
    );
    api.resources = BTreeMap::from([("/resize".to_owned(), BTreeMap::from([("ANY".to_owned(), method)]))]);
    let stage: &mut Stage = api.stages.get_mut("prod").unwrap();
    let deployed = stage.deployed.as_mut().unwrap();
    deployed.remove("/resize/{key+}");
    let any = deployed["/resize"]["GET"].clone();
    deployed.insert("/resize".to_owned(), BTreeMap::from([("ANY".to_owned(), any)]));
    configured(&mut snapshot, |seen| {
        seen.version = "$LATEST".to_owned();
        seen.runtime = Some("nodejs22.x".to_owned());
        seen.handler = Some("index.handler".to_owned());
        seen.architecture = "x86_64".to_owned();
        seen.environment =
            [("BUCKET", BUCKET), ("URL", &site)].map(|(n, v)| (n.to_owned(), v.to_owned())).into();
    });
    let function = function(&mut snapshot);
    function.qualifier = None;
    function.alias = None;
    function.versions = Fact::Known(Vec::new());
    let source = format!("arn:aws:execute-api:{REGION}:111122223333:{API}/*/*/resize");
    function.policy = Fact::Known(permission(&source, &unqualified_arn()));
    function.unqualified_policy = function.policy.clone();
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*Object", "Resource": format!("arn:aws:s3:::{BUCKET}/*") },
        { "Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:*" },
    ] });
    function.role.known_mut().unwrap().policies =
        BTreeMap::from([("sample".to_owned(), document.to_string())]);
    let walk = &mut snapshot.walks[0];
    let first = format!("{site}/300x200/pictures/b.png");
    let api = format!("https://{HOST}/prod/resize?key=300x200/pictures/b.png");
    walk.url.clone_from(&first);
    for (hop, url) in walk.hops.iter_mut().zip([&first, &api, &first]) {
        hop.url.clone_from(url);
        hop.headers.remove("x-cache");
        if hop.service == Service::CloudFront {
            hop.service = Service::Website;
        }
    }
    walk.hops[0].headers.insert("location".to_owned(), api);
    walk.hops[1].headers.insert("location".to_owned(), first);
    walk.end = End::Image { content_type: "image/png".to_owned(), bytes: 4_321 };
    snapshot
}

fn codes(snapshot: &Snapshot) -> Vec<&'static str> {
    diagnose(snapshot, &Selection::default()).headlines.iter().map(|headline| headline.code).collect()
}

#[test]
fn nothing_is_found_in_the_classic_sample() {
    let snapshot = classic();
    let diagnosis = diagnose(&snapshot, &Selection::default());
    assert_eq!(diagnosis.headlines, []);
    assert_eq!(diagnosis.not_checked, []);

    // The console names the resource after the function.
    let mut console = snapshot.clone();
    let bucket = console.bucket.as_mut().unwrap();
    let website =
        bucket.website.known().unwrap().replace("prod/resize?key=", &format!("prod/{FUNCTION}?key="));
    bucket.website = Fact::Known(website);
    let api = console.apis[0].api.known_mut().unwrap();
    let path = format!("/{FUNCTION}");
    api.resources = BTreeMap::from([(path.clone(), api.resources["/resize"].clone())]);
    let stage = api.stages.get_mut("prod").unwrap();
    let deployed = stage.deployed.as_mut().unwrap();
    *deployed = BTreeMap::from([(path, deployed["/resize"].clone())]);
    let source = format!("arn:aws:execute-api:{REGION}:111122223333:{API}/*/*/{FUNCTION}");
    let function = function(&mut console);
    function.policy = Fact::Known(permission(&source, &unqualified_arn()));
    function.unqualified_policy = function.policy.clone();
    for hop in &mut console.walks[0].hops {
        hop.url = hop.url.replace("/prod/resize?", &format!("/prod/{FUNCTION}?"));
    }
    let location = console.walks[0].hops[1].url.clone();
    console.walks[0].hops[0].headers.insert("location".to_owned(), location);
    assert_eq!(codes(&console), [""; 0]);
}

#[test]
fn faults_of_the_classic_sample() {
    let after = |change: &dyn Fn(&mut Snapshot)| {
        let mut snapshot = classic();
        change(&mut snapshot);
        codes(&snapshot)
    };
    assert_eq!(
        after(&|s| {
            function(s).policy = Fact::Absent;
            function(s).unqualified_policy = Fact::Absent;
        }),
        ["IMG030"]
    );
    let old = permission(
        &format!("arn:aws:execute-api:{REGION}:111122223333:old0old0ol/*/*/resize"),
        &unqualified_arn(),
    );
    assert_eq!(
        after(&|s| {
            function(s).policy = Fact::Known(old.clone());
            function(s).unqualified_policy = Fact::Known(old.clone());
        }),
        ["IMG031"]
    );
    assert_eq!(after(&|s| configured(s, |seen| seen.runtime = Some("nodejs18.x".to_owned()))), ["IMG049"]);
    // Many a tutorial's role writes only; the public bucket lets it read.
    let put = json!({ "Statement": [{ "Effect": "Allow", "Action": ["s3:PutObject", "logs:*"], "Resource": "*" }] });
    let put_only = |s: &mut Snapshot| {
        function(s).role.known_mut().unwrap().policies =
            BTreeMap::from([("put".to_owned(), put.to_string())]);
    };
    assert_eq!(after(&put_only), [""; 0]);
    assert_eq!(
        after(&|s| {
            put_only(s);
            // Everyone may read what is derived, and nothing else.
            let bucket = s.bucket.as_mut().unwrap();
            let policy = bucket.policy.known().unwrap().replace("shop-pictures/*", "shop-pictures/300x200/*");
            bucket.policy = Fact::Known(policy);
        }),
        ["IMG035"]
    );
}

#[test]
fn other_partitions_and_regions() {
    for (region, partition) in
        [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-central-1", "aws")]
    {
        let mut snapshot = classic();
        let moved = |text: &str| {
            let host = if partition == "aws-cn" { ".amazonaws.com.cn" } else { ".amazonaws.com" };
            let form = if region == "us-gov-west-1" { "s3-website-" } else { "s3-website." };
            text.replace(".amazonaws.com", host)
                .replace("lambda.amazonaws.com.cn", "lambda.amazonaws.com")
                .replace("apigateway.amazonaws.com.cn", "apigateway.amazonaws.com")
                .replace("s3-website-", form)
                .replace(REGION, region)
                .replace("arn:aws:", &format!("arn:{partition}:"))
        };
        let seen = |seen: &mut Fact<String>| *seen = seen.clone().map(|text| moved(&text));
        snapshot.caller.known_mut().unwrap().partition = partition.to_owned();
        snapshot.home_region = Some(region.to_owned());
        snapshot.artifacts_region = Fact::Known(region.to_owned());
        let bucket = snapshot.bucket.as_mut().unwrap();
        bucket.region = region.to_owned();
        seen(&mut bucket.website);
        seen(&mut bucket.policy);
        snapshot.apis[0].region = region.to_owned();
        for method in
            snapshot.apis[0].api.known_mut().unwrap().resources.values_mut().flat_map(BTreeMap::values_mut)
        {
            let integration = method.integration.as_mut().unwrap();
            integration.uri = moved(&integration.uri);
        }
        configured(&mut snapshot, |configuration| {
            configuration.role = moved(&configuration.role);
            for value in configuration.environment.values_mut() {
                *value = moved(value);
            }
        });
        let function = function(&mut snapshot);
        function.region = region.to_owned();
        seen(&mut function.policy);
        seen(&mut function.unqualified_policy);
        for policy in function.role.known_mut().unwrap().policies.values_mut() {
            *policy = moved(policy);
        }
        let walk = &mut snapshot.walks[0];
        walk.url = moved(&walk.url);
        for hop in &mut walk.hops {
            hop.url = moved(&hop.url);
            for value in hop.headers.values_mut() {
                *value = moved(value);
            }
        }
        assert_eq!(codes(&snapshot), [""; 0], "{region}");
        // And the checks still look: ARNs of another partition let nobody in.
        let mut wrong = snapshot.clone();
        let role = wrong.function.as_mut().unwrap().role.known_mut().unwrap();
        for policy in role.policies.values_mut() {
            *policy = policy.replace(&format!("arn:{partition}:"), "arn:aws-iso:");
        }
        assert_eq!(codes(&wrong), ["IMG008"], "{region}");
        let diagnosis = diagnose(&wrong, &Selection::default());
        let found: Vec<&str> = diagnosis.headlines[0].effects.iter().map(|effect| effect.code).collect();
        assert!(found.contains(&"IMG034") && found.contains(&"IMG037"), "{region}: {found:?}");
    }
}

#[test]
fn a_function_or_a_bucket_by_itself() {
    let mut alone = healthy();
    alone.bucket = None;
    alone.stack = Fact::Absent;
    alone.apis = Vec::new();
    alone.edge = None;
    alone.edges = Fact::Known(Vec::new());
    alone.walks = Vec::new();
    alone.log = Fact::Absent;
    assert_eq!(codes(&alone), [""; 0]);
    alone.function.as_mut().unwrap().reserved_concurrency = Fact::Known(0);
    assert_eq!(codes(&alone), ["IMG045"]);

    // A container image has no runtime, and a direct resizer no base URL.
    let codes = headlines(|snapshot| configured(snapshot, |seen| seen.runtime = None));
    assert_eq!(codes, [""; 0]);
    alone.function.as_mut().unwrap().reserved_concurrency = Fact::Known(5);
    configured(&mut alone, |seen| {
        seen.environment =
            [("SOURCES", "*.example.com"), ("URL", "")].map(|(n, v)| (n.to_owned(), v.to_owned())).into();
    });
    assert_eq!(self::codes(&alone), [""; 0]);
}
