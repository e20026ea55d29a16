//! Through the whole chain, as `dev` serves it from what `attach` made: real objects, real function, AWS's rules between.

use crate::bench::{BUCKET, Bench, REGION};
use http::Method;
use test_support::http_client::{self, Answer};
use test_support::tool::{Running, Tool};
use test_support::{aws, jpeg, photos};

/// What becomes of a file name on the way (S3-13), under the stricter reading of how S3 writes `Location`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// Resized, stored under exactly the key asked for, served from the cache the second time.
    Carried,
    /// Refused with this status and a reason: the rest of the key never arrives.
    Refused(u16),
}

const NAMES: [(&str, Fate); 16] = [
    ("a.jpg", Fate::Carried),
    ("a b.jpg", Fate::Carried),
    ("a+b.jpg", Fate::Carried),
    ("a&b.jpg", Fate::Carried),
    ("a#b.jpg", Fate::Carried),
    ("a%b.jpg", Fate::Carried),
    ("a%2Bb.jpg", Fate::Carried),
    ("\u{fc}\u{f1}\u{6f22}.jpg", Fate::Carried),
    ("a (1).jpg", Fate::Carried),
    ("A.JPG", Fate::Carried),
    ("no-extension", Fate::Carried),
    ("a;b=c,d@e$f!g*h'i.jpg", Fate::Carried),
    ("a|b.jpg", Fate::Carried),
    ("a\"b<c>.jpg", Fate::Carried),
    ("a^`{}[]~.jpg", Fate::Carried),
    // A raw `?` in `Location` begins a query: the function is asked for `a` and told of the rest.
    ("a?b.jpg", Fate::Refused(400)),
];

struct Dev {
    bench: Bench,
    cdn: String,
    api: String,
    // Ends with the test.
    _running: Running,
}

impl Dev {
    fn start() -> Self {
        let bench = Bench::used();
        let _ = bench.attach().exits(0);
        let tool = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint(&bench.aws.url()).region(REGION);
        let distribution = bench.scenario.distribution_id();
        let mut running =
            tool.start(["dev", "--bucket", BUCKET, "--distribution", distribution, "--output", "json"]);
        let urls: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
        let url = |name: &str| urls[name].as_str().unwrap().to_owned();
        Self { cdn: url("cdn"), api: url("api"), bench, _running: running }
    }

    /// Follows redirects as a browser does; every answer in order.
    fn browse(&self, method: &Method, key: &str) -> Vec<Answer> {
        let mut url = format!("{}/{}", self.cdn, aws::encode_key(key));
        let mut answers = Vec::new();
        loop {
            let answer = http_client::request(method, &url).unwrap();
            let next = answer.header("location").map(str::to_owned);
            answers.push(answer);
            match next {
                Some(location) if answers.len() <= 20 => url = location,
                _ => return answers,
            }
        }
    }

    fn api_id(&self) -> String {
        let answer =
            self.bench.scenario.root.call("apigateway", "GET", "/restapis", &[], "").ok("GetRestApis");
        let apis: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
        apis["item"].as_array().or_else(|| apis["items"].as_array()).unwrap()[0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[test]
fn s3_13_every_file_name_is_carried_or_refused_as_the_table_says() {
    let dev = Dev::start();
    for (name, fate) in NAMES {
        dev.bench.scenario.put_photo(&format!("pics/{name}"), &photos::DANDELION);
        let key = format!("resized/30x20/pics/{name}");
        let way = dev.browse(&Method::GET, &key);
        let last = way.last().unwrap();
        match fate {
            Fate::Carried => {
                assert_eq!(last.status, 200, "{name}: {}", last.text());
                assert_eq!(jpeg::dimensions(&last.body), Ok((30, 20)), "{name}");
                // The key written is the key asked for: else the next request would not be a hit.
                let again = dev.browse(&Method::GET, &key);
                assert_eq!(again.len(), 1, "{name}");
                assert_eq!(again[0].header("x-cache"), Some("Hit from cloudfront"), "{name}");
            }
            Fate::Refused(status) => {
                assert_eq!(last.status, status, "{name}");
                assert!(last.text().contains("error"), "{name}: {}", last.text());
            }
        }
    }
    // Nothing else was written, under whatever name.
    let carried = NAMES.iter().filter(|(_, fate)| *fate == Fate::Carried);
    let mut expected: Vec<String> = carried.map(|(name, _)| format!("resized/30x20/pics/{name}")).collect();
    expected.sort();
    assert_eq!(dev.bench.scenario.keys("resized/30x20/"), expected);
}

#[test]
fn each_hop_says_who_answered_and_head_goes_the_same_way() {
    let dev = Dev::start();
    dev.bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    let hops = |way: &[Answer]| -> Vec<Vec<String>> {
        way.iter()
            .map(|answer| {
                answer
                    .headers
                    .get_all("x-imgdeploy-hop")
                    .iter()
                    .map(|v| v.to_str().unwrap().to_owned())
                    .collect()
            })
            .collect()
    };
    let expected = [
        vec!["cloudfront; behavior=resized/*", "website; why=rule 1"],
        vec!["api; resource=/resize/{key+}"],
        vec!["cloudfront; behavior=resized/*", "website; why=object"],
    ];
    assert_eq!(hops(&dev.browse(&Method::GET, "resized/30x20/pics/a.jpg")), expected);
    let head = dev.browse(&Method::HEAD, "resized/40x20/pics/a.jpg");
    assert_eq!(hops(&head), expected);
    assert!(head.iter().all(|answer| answer.body.is_empty()));
}

#[test]
fn cf_02_without_ttl_zero_the_chain_loops_as_it_does_on_aws() {
    let dev = Dev::start();
    dev.bench.scenario.put_photo("pics/a.jpg", &photos::DANDELION);
    let ours = dev.bench.scenario.distribution_config().0;
    let at = ours.find("<PathPattern>resized/*</PathPattern>").unwrap();
    let (before, behavior) = ours.split_at(at);
    let sticky = format!(
        "{before}{}",
        behavior.replacen("<DefaultTTL>0</DefaultTTL>", "<DefaultTTL>86400</DefaultTTL>", 1)
    );
    assert_ne!(ours, sticky);
    dev.bench.scenario.edit_distribution(|_| sticky.clone());
    assert_eq!(dev.browse(&Method::GET, "resized/30x20/pics/a.jpg").len(), 21, "ERR_TOO_MANY_REDIRECTS");
    // Set right again, the redirect that is cached stays (CF-07), until attach's invalidation.
    dev.bench.scenario.edit_distribution(|_| ours.clone());
    assert_eq!(dev.browse(&Method::GET, "resized/30x20/pics/a.jpg").len(), 21);
    let batch = "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>1</Quantity>\
                 <Items><Path>/resized/*</Path></Items></Paths><CallerReference>test</CallerReference></InvalidationBatch>";
    let path = format!("distribution/{}/invalidation", dev.bench.scenario.distribution_id());
    let _ = dev.bench.scenario.root.cloudfront("POST", &path, &[], batch).ok("CreateInvalidation");
    assert_eq!(dev.browse(&Method::GET, "resized/30x20/pics/a.jpg").last().unwrap().status, 200);
}

#[test]
fn the_api_answers_as_strictly_as_api_gateway() {
    let dev = Dev::start();
    let id = dev.api_id();
    let root = &dev.bench.scenario.root;
    let get = |path: &str| http_client::get(&format!("{}/{id}{path}", dev.api)).unwrap();
    assert_eq!(get("/nowhere/resize/x").text(), r#"{"message":"Forbidden"}"#, "AG-03");
    assert_eq!(get("/prod/x").text(), r#"{"message":"Missing Authentication Token"}"#, "AG-02");
    // AG-04: a resource that no deployment holds yet.
    let json = |answer: Answer| -> serde_json::Value { serde_json::from_str(&answer.text()).unwrap() };
    let target = format!("/restapis/{id}/resources");
    let resources = json(root.call("apigateway", "GET", &target, &[], "").ok("GetResources"));
    let list = resources["item"].as_array().or_else(|| resources["items"].as_array()).unwrap();
    let top = list.iter().find(|r| r["path"] == "/").unwrap()["id"].as_str().unwrap();
    let fresh = json(
        root.call("apigateway", "POST", &format!("{target}/{top}"), &[], r#"{"pathPart":"fresh"}"#)
            .ok("CreateResource"),
    );
    let method = format!("{target}/{}/methods/GET", fresh["id"].as_str().unwrap());
    let _ = root.call("apigateway", "PUT", &method, &[], r#"{"authorizationType":"NONE"}"#).ok("PutMethod");
    assert_eq!(get("/prod/fresh").text(), r#"{"message":"Missing Authentication Token"}"#);
    // AG-05: the function's policy no longer names the API.
    let functions = json(root.call("lambda", "GET", "/2015-03-31/functions/", &[], "").ok("ListFunctions"));
    let name = functions["Functions"][0]["FunctionName"].as_str().unwrap();
    let policy = format!("/2015-03-31/functions/{name}/policy");
    let seen = json(root.call("lambda", "GET", &format!("{policy}?Qualifier=Live"), &[], "").ok("GetPolicy"));
    let seen: serde_json::Value = serde_json::from_str(seen["Policy"].as_str().unwrap()).unwrap();
    assert_ne!(get("/prod/resize/resized/30x20/pics/none.jpg").status, 500, "before");
    for statement in seen["Statement"].as_array().unwrap() {
        let target = format!("{policy}/{}?Qualifier=Live", statement["Sid"].as_str().unwrap());
        let _ = root.call("lambda", "DELETE", &target, &[], "").ok("RemovePermission");
    }
    let refused = get("/prod/resize/resized/30x20/pics/none.jpg");
    assert_eq!(
        (refused.status.as_u16(), refused.text().as_str()),
        (500, r#"{"message":"Internal server error"}"#)
    );
}
