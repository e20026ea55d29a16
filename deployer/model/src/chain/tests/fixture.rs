//! Documents and a small world that the tests share.

use crate::chain::access::Anonymous;
use crate::chain::api::{Api, Invocation, MethodFacts, Stage};
use crate::chain::cloudfront::Distribution;
use crate::chain::edge::Setup;
use crate::chain::encode::encode_path;
use crate::chain::message::Headers;
use crate::chain::proxy::Outcome;
use crate::chain::walk::{Chain, World};
use crate::chain::website::{Object, Options, WebsiteConfig};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet};

pub const NOW: u64 = 1_800_000_000;
pub const WEBSITE_HOST: &str = "photos.s3-website-eu-west-1.amazonaws.com";
pub const CDN: &str = "d111111abcdef8.cloudfront.net";
pub const API_HOST: &str = "api1234567.execute-api.eu-west-1.amazonaws.com";

/// A routing rule in XML; empty parts are left out.
pub fn rule(condition: &str, redirect: &str) -> String {
    let condition =
        if condition.is_empty() { String::new() } else { format!("<Condition>{condition}</Condition>") };
    format!("<RoutingRule>{condition}<Redirect>{redirect}</Redirect></RoutingRule>")
}

/// Our rule in its path form, for one status.
pub fn our_rule(status: u16) -> String {
    rule(
        &format!(
            "<KeyPrefixEquals>resized/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>{status}</HttpErrorCodeReturnedEquals>"
        ),
        &format!(
            "<Protocol>https</Protocol><HostName>{API_HOST}</HostName>\
             <ReplaceKeyPrefixWith>prod/resize/resized/</ReplaceKeyPrefixWith><HttpRedirectCode>307</HttpRedirectCode>"
        ),
    )
}

/// A website with index and error document and these rules.
pub fn website_xml(rules: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <IndexDocument><Suffix>index.html</Suffix></IndexDocument>\
         <ErrorDocument><Key>error.html</Key></ErrorDocument>\
         <RoutingRules>{rules}</RoutingRules></WebsiteConfiguration>"
    )
}

pub fn website(rules: &str) -> WebsiteConfig {
    WebsiteConfig::parse(&website_xml(rules)).unwrap()
}

/// A behaviour with legacy settings.
pub fn behavior(pattern: Option<&str>, ttls: (u64, u64, u64)) -> String {
    let (tag, pattern) = match pattern {
        Some(pattern) => ("CacheBehavior", format!("<PathPattern>{pattern}</PathPattern>")),
        None => ("DefaultCacheBehavior", String::new()),
    };
    let (min, default, max) = ttls;
    format!(
        "<{tag}>{pattern}<TargetOriginId>site</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>\
         <ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies></ForwardedValues>\
         <MinTTL>{min}</MinTTL><DefaultTTL>{default}</DefaultTTL><MaxTTL>{max}</MaxTTL></{tag}>"
    )
}

/// A distribution in front of the website: ordered behaviours, the default one, and more elements.
pub fn distribution_xml(ordered: &[String], default: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<DistributionConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
         <CallerReference>x</CallerReference><Aliases><Quantity>1</Quantity><Items><CNAME>cdn.example.com</CNAME></Items></Aliases>\
         <Origins><Quantity>1</Quantity><Items><Origin><Id>site</Id><DomainName>{WEBSITE_HOST}</DomainName><OriginPath/>\
         <CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>Referer</HeaderName>\
         <HeaderValue>secret</HeaderValue></OriginCustomHeader></Items></CustomHeaders>\
         <CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>http-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>{default}\
         <CacheBehaviors><Quantity>{}</Quantity><Items>{}</Items></CacheBehaviors>{more}<Comment/><Enabled>true</Enabled>\
         </DistributionConfig>",
        ordered.len(),
        ordered.concat()
    )
}

pub fn setup(ordered: &[String], default: &str, more: &str) -> Setup {
    let distribution = Distribution::parse(&distribution_xml(ordered, default, more)).unwrap();
    Setup { distribution, policies: BTreeMap::new() }
}

/// The chain as `attach` leaves it, but with these TTLs on our behaviour.
pub fn chain(ttls: (u64, u64, u64)) -> Chain {
    let ours = behavior(Some("resized/*"), ttls);
    let default = behavior(None, (0, 86_400, 31_536_000));
    Chain {
        cdn: Some((setup(&[ours], &default, ""), vec![CDN.to_owned(), "cdn.example.com".to_owned()])),
        bucket: "photos".to_owned(),
        website_host: WEBSITE_HOST.to_owned(),
        website: Some(website(&format!("{}{}", our_rule(404), our_rule(403)))),
        options: Options::default(),
        apis: vec![api()],
    }
}

/// The API of the stack.
pub fn api() -> Api {
    let methods: BTreeMap<_, _> =
        ["GET", "HEAD"].map(|m| (m.to_owned(), MethodFacts::open())).into_iter().collect();
    let resources =
        ["/resize", "/resize/{key+}"].map(|r| (r.to_owned(), methods.clone())).into_iter().collect();
    Api {
        id: "api1234567".to_owned(),
        default_endpoint: true,
        binary_media_types: vec!["*/*".to_owned()],
        stages: [("prod".to_owned(), Stage { resources })].into_iter().collect(),
    }
}

/// A bucket and a function that writes the key it is asked for and redirects back.
#[derive(Default)]
pub struct Bucket {
    pub objects: BTreeMap<String, Headers>,
    pub unreadable: BTreeSet<String>,
    pub invocations: Vec<String>,
    /// What the function writes instead of the key asked for.
    pub writes: Option<String>,
}

impl World for Bucket {
    fn object(&mut self, key: &str, _: &Anonymous) -> Object {
        if self.unreadable.contains(key) {
            return Object::Unreadable;
        }
        match self.objects.get(key) {
            Some(headers) => Object::Present {
                redirect: headers.get("x-amz-website-redirect-location").map(str::to_owned),
            },
            None => Object::Absent,
        }
    }

    fn content(&mut self, key: &str) -> (Headers, Vec<u8>) {
        (self.objects[key].clone(), key.as_bytes().to_vec())
    }

    fn invoke(&mut self, call: &Invocation) -> Outcome {
        let raw = match call.path_parameters.get("key") {
            Some(raw) => percent_decode_str(raw).decode_utf8().unwrap().into_owned(),
            None => call.query.iter().find(|(name, _)| name == "key").unwrap().1.clone(),
        };
        self.invocations.push(raw.clone());
        let written = self.writes.clone().unwrap_or_else(|| raw.clone());
        let headers = [
            ("Content-Type", "image/jpeg"),
            ("Cache-Control", "public, max-age=1209600"),
            ("ETag", "\"e1\""),
        ];
        self.objects.insert(written, headers.into_iter().collect());
        Outcome::Payload(
            serde_json::json!({
                "statusCode": 307,
                "headers": {"Location": format!("https://cdn.example.com/{}", encode_path(&raw)), "Cache-Control": "no-store"},
                "body": "",
            })
            .to_string(),
        )
    }
}
