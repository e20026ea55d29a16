//! The direct route: `attach --sources`, then the image itself through the API.

use http::{Method, Request};
use test_support::http_client::{self, Answer};
use test_support::jpeg;

use crate::bench::{BUCKET, Bench, tool, words};

/// A long text that may be in no output.
const SECRET: &str = "Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OQ";

/// Asks the emulator's data plane of the API.
fn ask(bench: &Bench, api: &str, path: &str) -> Answer {
    let url = format!("{}/_aws/execute-api/{api}/prod/{path}", bench.aws.url());
    // As a browser's <img>: without an `Accept`, API Gateway would answer with the base64 as it is (AG-10).
    let request =
        Request::builder().method(Method::GET).uri(&url).header("accept", "image/png,image/*;q=0.8");
    let request = request.body(bytes::Bytes::new()).unwrap();
    http_client::send(request).unwrap_or_else(|error| panic!("{url}: {error:#}"))
}

/// The id of the one API.
fn api(bench: &Bench) -> String {
    let answer = bench.scenario.root.call("apigateway", "GET", "/restapis", &[], "").ok("GetRestApis");
    let apis: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
    let items = apis["item"].as_array().or_else(|| apis["_embedded"]["item"].as_array()).unwrap();
    assert_eq!(items.len(), 1, "{apis}");
    items[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn sources_switch_on_a_route_whose_answer_is_the_image() {
    let bench = Bench::private();
    let _ = bench.attach().exits(0);
    let api = api(&bench);
    let before = ask(&bench, &api, "image/300x/pics/a.jpg");
    assert!(before.status.is_client_error(), "without --sources there is no such route: {}", before.text());

    // What can never be reached is refused, before anything is written.
    let port = bench.aws.port();
    for never in
        [format!("http://127.0.0.1:{port}"), "http://169.254.169.254".to_owned(), "localhost".to_owned()]
    {
        let mut arguments = bench.attach_arguments();
        arguments.extend(words(&["--sources", &never]));
        let refused = bench.tool.run(&arguments).exits(2);
        assert!(refused.stderr.contains("never fetched from"), "{refused}");
    }
    let mut arguments = bench.attach_arguments();
    arguments.extend(words(&["--sources", "images.example.com"]));
    let _ = bench.tool.run(&arguments).exits(0);
    bench.proxy.clear();
    let again = bench.tool.run(&arguments).exits(0);
    assert!(again.stdout.contains("nothing to do") || again.stderr.contains("nothing to do"), "{again}");
    bench.assert_no_writes();

    let image = ask(&bench, &api, "image/300x/pics/a.jpg");
    assert_eq!(image.status, 200, "{}", image.text());
    assert_eq!(image.header("content-type"), Some("image/jpeg"));
    assert!(image.header("etag").is_some_and(|tag| tag.starts_with('"')));
    assert_eq!(jpeg::dimensions(&image.body).map(|(width, _)| width), Ok(300));
    // Nothing was stored for it.
    assert_eq!(bench.scenario.keys("resized/300x/"), Vec::<String>::new());

    let local = format!("http%3A%2F%2F127.0.0.1%3A{port}%2F{BUCKET}%2Fpics%2Fa.jpg");
    for (path, status, says) in [
        (format!("image?url={local}&width=300"), 403, "source_not_allowed"),
        ("image?url=https%3A%2F%2Fevil.test%2Fa.jpg&width=300".to_owned(), 403, "source_not_allowed"),
        ("image?width=300".to_owned(), 400, "no `url`"),
    ] {
        let answer = ask(&bench, &api, &path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(answer.text().contains(says), "{path}: {}", answer.text());
    }
    // The stored form goes on as before.
    assert_eq!(ask(&bench, &api, "resize/resized/300x/pics/a.jpg").status, 307);

    // And without the setting the route is gone.
    let _ = bench.attach().exits(0);
    assert!(ask(&bench, &api, "image/300x/pics/a.jpg").status.is_client_error());
}

#[test]
fn the_security_key_is_shown_nowhere() {
    let bench = Bench::private();
    let signing = tool(&bench.proxy).env("IMGDEPLOY_SECURITY_KEY", SECRET);
    let mut outputs = String::new();
    let mut arguments = bench.attach_arguments();
    for more in [&["--dry-run", "-v"][..], &["--dry-run", "--output", "json"], &["--output", "json"], &["-v"]]
    {
        let run = signing.run(arguments.iter().cloned().chain(words(more))).exits(0);
        outputs.push_str(&format!("{run}"));
    }
    assert!(!outputs.contains(SECRET), "{}", outputs.replace(SECRET, "!!!SECRET!!!"));
    assert!(outputs.contains("(secret)"), "{outputs}");

    let api = api(&bench);
    let unsigned = ask(&bench, &api, "resize/resized/300x/pics/a.jpg");
    assert_eq!(unsigned.status, 403, "{}", unsigned.text());
    assert!(unsigned.text().contains("signed"), "{}", unsigned.text());

    // A changed key is seen although the stack never shows it, and one that is taken away too.
    arguments.push("--output".to_owned());
    arguments.push("json".to_owned());
    let same = signing.run(&arguments).exits(0).json();
    assert_eq!(same["changes"], false, "{same}");
    let other = tool(&bench.proxy).env("IMGDEPLOY_SECURITY_KEY", "another-key-0123456789");
    let dry = |tool: &test_support::tool::Tool| {
        tool.run(arguments.iter().cloned().chain(words(&["--dry-run"]))).exits(0).json()
    };
    assert_eq!(dry(&other)["changes"], true);
    assert_eq!(dry(&bench.tool)["changes"], true);
    // A wrong one is not repeated.
    let short = tool(&bench.proxy).env("IMGDEPLOY_SECURITY_KEY", "tooshort!");
    let run = short.run(bench.attach_arguments()).exits(2);
    assert!(run.stderr.contains("16 to 256") && !run.stderr.contains("tooshort!"), "{run}");
}
