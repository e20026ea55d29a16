//! No original is lost, whatever lies where and whoever asks for what: against the emulator.

use http::{Method, Request};
use test_support::http_client::{self, Answer};
use test_support::photos::{DANDELION, MOUNTAIN};

use crate::bench::{BUCKET, Bench, words};

fn ask(bench: &Bench, path: &str) -> Answer {
    let answer = bench.scenario.root.call("apigateway", "GET", "/restapis", &[], "").ok("GetRestApis");
    let apis: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
    let items = apis["item"].as_array().or_else(|| apis["_embedded"]["item"].as_array()).unwrap();
    let api = items[0]["id"].as_str().unwrap();
    let url = format!("{}/_aws/execute-api/{api}/prod/{path}", bench.aws.url());
    let request = Request::builder().method(Method::GET).uri(&url).body(bytes::Bytes::new()).unwrap();
    http_client::send(request).unwrap_or_else(|error| panic!("{url}: {error:#}"))
}

fn object(bench: &Bench, key: &str) -> bytes::Bytes {
    let target = format!("/{BUCKET}/{key}");
    bench.scenario.root.s3("GET", &target, "").ok(&target).body
}

#[test]
fn an_original_that_looks_like_a_derived_image_stays() {
    let bench = Bench::private();
    bench.scenario.put_photo("banner.jpg", &DANDELION);
    bench.scenario.put_photo("300x200/banner.jpg", &MOUNTAIN);
    let mut arguments = bench.attach_arguments();
    arguments.extend(words(&["--prefix", ""]));
    let _ = bench.tool.run(&arguments).exits(0);

    let refused = ask(&bench, "resize/300x200/banner.jpg");
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("key_taken") && refused.text().contains("nothing was changed"));
    assert_eq!(object(&bench, "300x200/banner.jpg"), MOUNTAIN.bytes);
    // What the function made it makes anew: twice the same request, and then of another original.
    for photo in [&DANDELION, &DANDELION, &MOUNTAIN] {
        bench.scenario.put_photo("banner.jpg", photo);
        assert_eq!(ask(&bench, "resize/30x20/banner.jpg").status, 307);
    }
    let made = object(&bench, "30x20/banner.jpg");
    assert_eq!(test_support::jpeg::dimensions(&made), Ok((30, 20)));
    assert_eq!(object(&bench, "banner.jpg"), MOUNTAIN.bytes);
}

#[test]
fn nor_does_a_batch_on_this_machine_take_its_place() {
    let bench = Bench::private();
    bench.scenario.put_photo("pics/a.jpg", &DANDELION);
    bench.scenario.put_photo("resized/300x200/pics/a.jpg", &MOUNTAIN);
    let local = ["batch", "--local", "--bucket", BUCKET, "--from", "pics/a.jpg"];
    for more in [&["--spec", "300x200", "--spec", "30x20"][..], &["--spec", "300x200", "--force"][..]] {
        let run = bench.tool.run(local.iter().chain(more)).exits(3);
        assert!(run.stdout.contains("did not make") || run.stderr.contains("did not make"), "{run}");
        assert_eq!(object(&bench, "resized/300x200/pics/a.jpg"), MOUNTAIN.bytes);
    }
    // What it made itself it makes anew.
    let again = ["--spec", "30x20", "--force"];
    let _ = bench.tool.run(local.iter().chain(&again)).exits(0);
    assert_eq!(bench.scenario.keys("resized/30x20/"), ["resized/30x20/pics/a.jpg"]);
}
