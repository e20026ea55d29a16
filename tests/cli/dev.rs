//! `dev` as a process: what it prints, how it ends, and what its ports say when something is missing.

use std::net::TcpListener;
use std::process::Command;

use http::Method;
use test_support::http_client::{self, Answer};
use test_support::ministack::MiniStack;
use test_support::scenario::Scenario;
use test_support::tool::{Running, Tool};

use crate::bench::{BUCKET, Bench, REGION};
use crate::served::{Served, browse, told};

/// The tool, past the proxy.
fn tool(bench: &Bench) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).endpoint(&bench.aws.url())
}

fn hops(answer: &Answer) -> Vec<&str> {
    answer.headers.get_all("x-imgdeploy-hop").iter().map(|hop| hop.to_str().unwrap()).collect()
}

/// A bucket in use without distribution, not attached.
fn alone() -> Bench {
    Bench::with(|aws: &MiniStack| Scenario::used_bucket_alone(aws, REGION, BUCKET))
}

#[test]
fn three_addresses_are_printed_in_words() {
    let bench = Bench::used();
    let id = bench.scenario.distribution_id();
    let tool = tool(&bench);
    let mut running = tool.start(["dev", "--bucket", BUCKET, "--distribution", id]);
    for name in ["CDN", "website", "API"] {
        let line = running.line();
        let (shown, url) = line.split_once(' ').unwrap_or_else(|| panic!("{line:?} is no name and URL"));
        assert_eq!(shown, name);
        // It answers from the moment on that it is printed.
        let answer = http_client::get(&format!("{}/", url.trim())).unwrap();
        assert!(answer.headers.contains_key("x-imgdeploy-hop"), "{name}: {:?}", answer.headers);
    }
    assert_eq!(running.line(), "Ctrl-C ends it");
}

#[test]
fn three_addresses_are_printed_as_json() {
    let bench = Bench::used();
    let tool = tool(&bench);
    let mut running = tool.start(["dev", "--bucket", BUCKET, "--output", "json"]);
    let line: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!(
        (&line["version"], &line["command"], &line["outcome"]),
        (&1.into(), &"dev".into(), &"serving".into())
    );
    let urls: Vec<&str> = ["cdn", "website", "api"].iter().map(|name| line[name].as_str().unwrap()).collect();
    assert!(urls.iter().all(|url| url.starts_with("http://127.0.0.1:")), "{urls:?}");
    assert!(urls[0] != urls[1] && urls[1] != urls[2] && urls[0] != urls[2], "{urls:?}");
}

#[test]
fn headers_tell_each_hop() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::start(&bench);
    let way = dev.browse(&Method::GET, "resized/30x20/pics/b.jpg");
    let [first, second, third] = way.as_slice() else { panic!("{}", told(&way)) };
    assert_eq!(hops(first), ["cloudfront; behavior=resized/*", "website; why=rule 1"]);
    assert_eq!(first.status, 307);
    assert_eq!(first.header("x-cache"), Some("Miss from cloudfront"));
    assert!(
        first.header("x-imgdeploy-location").unwrap().contains(".execute-api.eu-west-1.amazonaws.com/prod/")
    );
    assert_eq!(hops(second), ["api; resource=/resize/{key+}"]);
    assert_eq!(second.header("cache-control"), Some("no-store"), "CF-08");
    assert!(second.header("x-imgdeploy-location").unwrap().starts_with("https://"));
    assert_eq!(hops(third), ["cloudfront; behavior=resized/*", "website; why=object"]);
    assert_eq!(third.header("content-type"), Some("image/jpeg"));
    assert_eq!(third.header("age"), None);
    let again = &dev.browse(&Method::GET, "resized/30x20/pics/b.jpg")[0];
    assert_eq!(hops(again), ["cloudfront; behavior=resized/*"], "nobody else was asked");
    assert!(again.header("age").is_some());
}

#[test]
fn ctrl_c_is_a_good_end() {
    let bench = alone();
    // The shell tells its process id and becomes the tool.
    let shell = Tool::new("/bin/sh").endpoint(&bench.aws.url());
    let script = "echo $$; exec \"$0\" \"$@\"";
    let binary = env!("CARGO_BIN_EXE_imgdeploy");
    let mut running: Running =
        shell.start(["-c", script, binary, "dev", "--bucket", BUCKET, "--output", "json"]);
    let process = running.line();
    let urls: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
    let website = urls["website"].as_str().unwrap();
    assert_eq!(http_client::get(&format!("{website}/home.html")).unwrap().status, 200);
    let sent = Command::new("kill").args(["-INT", &process]).status().unwrap();
    assert!(sent.success());
    let run = running.wait().exits(0);
    assert_eq!(run.stderr, "", "{run}");
    assert!(http_client::get(website).is_err(), "the port is still open");
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let bench = alone();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (flag, name) in [("--cdn-port", "cdn"), ("--website-port", "website"), ("--api-port", "api")] {
        let run = tool(&bench).run(["dev", "--bucket", BUCKET, flag, &port]).exits(2);
        let sentence = format!("the {name} port {port} can't be opened on 127.0.0.1");
        assert!(run.stderr.contains(&sentence) && run.stderr.contains(flag), "{run}");
        assert_eq!(run.stdout, "", "{run}");
    }
    let json = tool(&bench).run(["dev", "--bucket", BUCKET, "--api-port", &port, "--output", "json"]);
    assert_eq!(json.exits(2).json()["error"]["exit_code"], 2);
}

#[test]
fn ports_can_be_chosen() {
    let bench = alone();
    let tool = tool(&bench);
    // Another process may take a port between the two looks; then the tool says so, and another is tried.
    let website = (0..5).find_map(|_| {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let mut running =
            tool.start(["dev", "--bucket", BUCKET, "--website-port", &port, "--output", "json"]);
        let urls: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
        (urls["outcome"] == "serving").then(|| (urls["website"].as_str().unwrap().to_owned(), port))
    });
    let (website, port) = website.unwrap();
    assert_eq!(website, format!("http://127.0.0.1:{port}"));
}

#[test]
fn without_a_distribution_the_cdn_port_explains_itself() {
    let bench = alone();
    let dev = Served::start(&bench);
    let answer = http_client::get(&format!("{}/pics/a.jpg", dev.cdn)).unwrap();
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("No distribution was named"), "{}", answer.text());
    assert!(answer.text().contains("website's port"), "{}", answer.text());

    let arguments = ["dev", "--bucket", BUCKET, "--distribution", "E1NOSUCHTHING", "--output", "json"];
    let dev = Served::of(tool(&bench).start(arguments));
    let answer = http_client::get(&format!("{}/pics/a.jpg", dev.cdn)).unwrap();
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("no distribution E1NOSUCHTHING"), "{}", answer.text());
}

#[test]
fn the_distribution_that_was_attached_is_served_without_being_named() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::of(tool(&bench).start(["dev", "--bucket", BUCKET, "--output", "json"]));
    let way = dev.browse(&Method::GET, "resized/30x20/pics/b.jpg");
    assert_eq!(way.last().unwrap().status, 200, "{}", told(&way));
}

#[test]
fn s3_07_a_bucket_without_website_answers_as_aws_would() {
    let bench = Bench::private();
    let dev = Served::start(&bench);
    let url = format!("{}/pics/a.jpg", dev.website);
    let answer = http_client::get(&url).unwrap();
    assert_eq!(answer.status, 404);
    assert!(answer.header("content-type").unwrap().starts_with("text/html"), "S3-03: {:?}", answer.headers);
    let text = answer.text();
    assert!(text.contains("Code: NoSuchWebsiteConfiguration") && text.contains(BUCKET), "{text}");
    let head = &browse(&Method::HEAD, &url)[0];
    assert_eq!((head.status.as_u16(), head.body.len()), (404, 0));
}

#[test]
fn a_bucket_that_does_not_exist_is_usage() {
    let bench = alone();
    let run = tool(&bench).run(["dev", "--bucket", "nobody-has-this-bucket"]).exits(2);
    assert!(run.stderr.contains("there is no bucket named nobody-has-this-bucket"), "{run}");
}
