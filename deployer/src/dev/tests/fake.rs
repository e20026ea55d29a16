//! A world in memory, and a client that follows redirects only when told to.

use crate::dev::source::{Blocks, Invalidation, Look, ObjectData, Source, SourceError};
use crate::dev::{DevConfig, DevHandle, start};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use imgdeploy_model::chain::access::PublicAccessBlock;
use imgdeploy_model::chain::api::{Api, Invocation, MethodFacts, Stage};
use imgdeploy_model::chain::encode::encode_path;
use imgdeploy_model::chain::message::{Headers, Request, Response};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

pub const WEBSITE_HOST: &str = "photos.s3-website-eu-west-1.amazonaws.com";
pub const API_HOST: &str = "api1234567.execute-api.eu-west-1.amazonaws.com";
pub const BODY: &str = "bytes of a picture";

/// Everything that a test may change while the front runs.
#[derive(Debug, Default)]
pub struct World {
    pub website: Option<String>,
    pub policy: Option<String>,
    pub block: PublicAccessBlock,
    pub objects: BTreeMap<String, ObjectData>,
    pub distribution: Option<String>,
    pub policies: BTreeMap<String, String>,
    pub invalidations: Vec<Invalidation>,
    pub apis: BTreeMap<String, Api>,
    pub invoked: Vec<String>,
    /// Look-ups of configuration fail with this.
    pub broken: Option<String>,
}

/// Shared with the front.
#[derive(Clone, Debug, Default)]
pub struct Fake(Arc<Mutex<World>>);

impl Fake {
    /// The chain as `attach` leaves it, with these TTLs on `resized/*`.
    pub fn attached(min: u64, default: u64) -> Self {
        let fake = Self::default();
        fake.change(|world| {
            world.website = Some(website());
            world.policy = Some(policy(""));
            world.distribution = Some(distribution(min, default));
            world.apis.insert("api1234567".to_owned(), api());
            world.put("index.html", "text/html", "welcome");
        });
        fake
    }

    pub fn change<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        edit(&mut self.0.lock().unwrap())
    }

    fn tell<T>(&self, look: impl FnOnce(&World) -> T) -> Result<T, SourceError> {
        let world = self.0.lock().unwrap();
        match &world.broken {
            Some(why) => Err(SourceError(why.clone())),
            None => Ok(look(&world)),
        }
    }
}

impl World {
    pub fn put(&mut self, key: &str, kind: &str, body: &str) {
        let length = body.len().to_string();
        let headers: Headers =
            [("Content-Type", kind), ("Content-Length", &length), ("ETag", "\"e1\"")].into_iter().collect();
        let body = body.as_bytes().to_vec();
        self.objects.insert(key.to_owned(), ObjectData { headers, body, ..ObjectData::default() });
    }
}

impl Source for Fake {
    fn website(&self) -> impl Look<Option<String>> {
        ready(self.tell(|world| world.website.clone()))
    }
    fn policy(&self) -> impl Look<Option<String>> {
        ready(self.tell(|world| world.policy.clone()))
    }
    fn blocks(&self) -> impl Look<Blocks> {
        ready(self.tell(|world| Blocks { bucket: world.block, account: None }))
    }
    fn object(&self, key: &str, with_body: bool) -> impl Look<Option<ObjectData>> {
        ready(self.tell(|world| {
            let mut data = world.objects.get(key)?.clone();
            if !with_body {
                data.body.clear();
            }
            Some(data)
        }))
    }
    fn distribution(&self) -> impl Look<Option<String>> {
        ready(self.tell(|world| world.distribution.clone()))
    }
    fn distribution_domain(&self) -> impl Look<Option<String>> {
        ready(Ok(Some("d111111abcdef8.cloudfront.net".to_owned())))
    }
    fn cache_policy(&self, id: &str) -> impl Look<Option<String>> {
        ready(self.tell(|world| world.policies.get(id).cloned()))
    }
    fn invalidations(&self) -> impl Look<Vec<String>> {
        ready(self.tell(|world| world.invalidations.iter().map(|i| i.id.clone()).collect()))
    }
    fn invalidation(&self, id: &str) -> impl Look<Option<Invalidation>> {
        ready(self.tell(|world| world.invalidations.iter().find(|i| i.id == id).cloned()))
    }
    fn api(&self, id: &str) -> impl Look<Option<Api>> {
        ready(self.tell(|world| world.apis.get(id).cloned()))
    }
    /// As the function does it: decode once, write the key asked for, send back to the CDN.
    fn invoke(&self, _: &str, call: &Invocation, _: &Request) -> impl Look<Response> {
        let raw = call.path_parameters.get("key").cloned().unwrap_or_default();
        let key = percent_decode_str(&raw).decode_utf8().unwrap().into_owned();
        let mut world = self.0.lock().unwrap();
        world.put(&key, "image/jpeg", BODY);
        let data = world.objects.get_mut(&key).unwrap();
        data.headers.set("Cache-Control", "public, max-age=1209600");
        world.invoked.push(key.clone());
        ready(Ok(Response::new(307)
            .with("Location", format!("https://cdn.example.com/{}", encode_path(&key)))
            .with("Cache-Control", "no-store")))
    }
}

pub fn website() -> String {
    let rule = |status: u16| {
        format!(
            "<RoutingRule><Condition><KeyPrefixEquals>resized/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>{status}\
             </HttpErrorCodeReturnedEquals></Condition><Redirect><Protocol>https</Protocol><HostName>{API_HOST}</HostName>\
             <ReplaceKeyPrefixWith>prod/resize/resized/</ReplaceKeyPrefixWith><HttpRedirectCode>307</HttpRedirectCode>\
             </Redirect></RoutingRule>"
        )
    };
    format!(
        "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IndexDocument><Suffix>index.html</Suffix>\
         </IndexDocument><RoutingRules>{}{}</RoutingRules></WebsiteConfiguration>",
        rule(404),
        rule(403)
    )
}

/// Everyone may read; `more` are further statements.
pub fn policy(more: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/*"}}{more}]}}"#
    )
}

pub fn distribution(min: u64, default: u64) -> String {
    let behavior = |pattern: &str, tag: &str, target: &str, min: u64, default: u64| {
        format!(
            "<{tag}>{pattern}<TargetOriginId>{target}</TargetOriginId><ViewerProtocolPolicy>redirect-to-https\
             </ViewerProtocolPolicy><ForwardedValues><QueryString>false</QueryString></ForwardedValues><MinTTL>{min}</MinTTL>\
             <DefaultTTL>{default}</DefaultTTL><MaxTTL>31536000</MaxTTL></{tag}>"
        )
    };
    let origin = |id: &str, domain: &str| {
        format!(
            "<Origin><Id>{id}</Id><DomainName>{domain}</DomainName><CustomOriginConfig><OriginProtocolPolicy>http-only\
             </OriginProtocolPolicy></CustomOriginConfig></Origin>"
        )
    };
    format!(
        "<DistributionConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Aliases><Quantity>1</Quantity><Items>\
         <CNAME>cdn.example.com</CNAME></Items></Aliases><Origins><Quantity>2</Quantity><Items>{}{}</Items></Origins>{}\
         <CacheBehaviors><Quantity>2</Quantity><Items>{}{}</Items></CacheBehaviors><Enabled>true</Enabled></DistributionConfig>",
        origin("site", WEBSITE_HOST),
        origin("shop", "shop.example.com"),
        behavior("", "DefaultCacheBehavior", "site", 0, 86_400),
        behavior("<PathPattern>resized/*</PathPattern>", "CacheBehavior", "site", min, default),
        behavior("<PathPattern>shop/*</PathPattern>", "CacheBehavior", "shop", 0, 0),
    )
}

pub fn api() -> Api {
    let methods: BTreeMap<_, _> =
        ["GET", "HEAD"].map(|m| (m.to_owned(), MethodFacts::open())).into_iter().collect();
    let resources = [("/resize/{key+}".to_owned(), methods)].into_iter().collect();
    Api {
        id: "api1234567".to_owned(),
        default_endpoint: true,
        binary_media_types: vec!["*/*".to_owned()],
        stages: [("prod".to_owned(), Stage { resources })].into_iter().collect(),
    }
}

/// The front with a clock that the test turns.
pub struct Front {
    pub fake: Fake,
    pub handle: DevHandle,
    pub clock: Arc<AtomicU64>,
}

impl Front {
    pub async fn start(fake: Fake) -> Self {
        Self::start_with(fake, |_| {}).await
    }

    pub async fn start_with(fake: Fake, edit: impl FnOnce(&mut DevConfig)) -> Self {
        let clock = Arc::new(AtomicU64::new(1_800_000_000));
        let mut config = DevConfig::new("photos", "eu-west-1", WEBSITE_HOST);
        config.distribution = Some("E123".to_owned());
        let hands = Arc::clone(&clock);
        config.clock = Arc::new(move || hands.load(Ordering::SeqCst));
        edit(&mut config);
        let handle = start(config, fake.clone()).await.unwrap();
        Self { fake, handle, clock }
    }

    pub async fn cdn(&self, path: &str) -> Answer {
        send("GET", &format!("{}{path}", self.handle.urls.cdn), &[]).await
    }

    pub async fn site(&self, path: &str) -> Answer {
        send("GET", &format!("{}{path}", self.handle.urls.website), &[]).await
    }

    pub async fn api(&self, path: &str) -> Answer {
        send("GET", &format!("{}{path}", self.handle.urls.api), &[]).await
    }

    /// Follows redirects as a browser does, 20 at most; all answers in order.
    pub async fn browse(&self, method: &str, path: &str) -> Vec<Answer> {
        let mut url = format!("{}{path}", self.handle.urls.cdn);
        let mut answers = Vec::new();
        loop {
            let answer = send(method, &url, &[]).await;
            let next = answer.header("location").map(str::to_owned);
            answers.push(answer);
            match next {
                Some(location) if answers.len() <= 20 => url = location,
                _ => return answers,
            }
        }
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub async fn send(method: &str, url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut builder = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(builder.body(Empty::<bytes::Bytes>::new()).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}
