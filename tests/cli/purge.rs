//! `purge`: every derived image of an original goes, nothing else does, and CloudFront forgets.

use http::Method;
use serde_json::{Value, json};
use test_support::aws::encode_key;
use test_support::iam;
use test_support::proxy::{Fault, What};
use test_support::tool::Run;

use crate::bench::{BUCKET, Bench, words};
use crate::served::{Served, told};

/// Stores what the function would store under this key; `spec` is in its metadata.
fn store(bench: &Bench, key: &str, spec: Option<&str>) {
    put(&bench.scenario, key, spec, "an image");
}

fn put(scenario: &test_support::scenario::Scenario, key: &str, spec: Option<&str>, body: &'static str) {
    let target = format!("/{}/{}", scenario.bucket, encode_key(key));
    let mut headers = vec![("content-type", "image/jpeg")];
    if let Some(spec) = spec {
        headers.extend([("x-amz-meta-imgdeploy-spec", spec), ("x-amz-meta-imgdeploy-source-etag", "e")]);
    }
    let _ = scenario.root.call("s3", "PUT", &target, &headers, body).ok(&target);
}

/// Purges with everything approved.
fn purge(bench: &Bench, arguments: &[&str]) -> Run {
    let mut all = words(&["purge", "--bucket", BUCKET, "--yes"]);
    all.extend(words(arguments));
    bench.tool.run(all)
}

fn purge_json(bench: &Bench, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--output", "json"]);
    purge(bench, &all).exits(0).json()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect()
}

/// The paths of all invalidations, in order.
fn invalidated(bench: &Bench) -> Vec<String> {
    let path = format!("distribution/{}/invalidation", bench.scenario.distribution_id());
    let list = bench.scenario.root.cloudfront("GET", &path, &[], "").ok("ListInvalidations").text();
    let texts = |xml: &str, tag: &str| -> Vec<String> {
        let document = roxmltree::Document::parse(xml).unwrap();
        let nodes = document.descendants().filter(|node| node.tag_name().name() == tag);
        nodes.filter_map(|node| node.text().map(str::to_owned)).collect()
    };
    let mut paths: Vec<String> = texts(&list, "Id")
        .iter()
        .flat_map(|id| {
            let one =
                bench.scenario.root.cloudfront("GET", &format!("{path}/{id}"), &[], "").ok("GetInvalidation");
            texts(&one.text(), "Path")
        })
        .collect();
    paths.sort();
    paths
}

#[test]
fn all_sizes_of_one_original_go_and_are_made_afresh() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let before = invalidated(&bench);
    let served = Served::start(&bench);
    let made = [
        "resized/30x20/pics/a.jpg",
        "resized/fit-in/60x60/filters:format(webp)/pics/a.jpg",
        "resized/smart/40x/pics/a.jpg",
        "resized/40x/smart/pics/a.jpg",
    ];
    for key in ["resized/30x20/pics/b.jpg"].iter().chain(&made) {
        let way = served.browse(&Method::GET, key);
        let last = way.last().unwrap();
        // The third is no spec: there is nothing of the kind.
        assert_eq!(last.status.is_success(), !key.contains("smart/40x"), "{key}{}", told(&way));
    }
    // By hand: names like those of derived images.
    for key in ["resized/50x/pics/a.jpg", "30x20/pics/a.jpg", "resized/30x20/other/pics/a.jpg"] {
        bench.scenario.put_object(key, "image/jpeg", "somebody's own");
    }
    let all = bench.scenario.keys("");
    let derived: Vec<&str> =
        vec![made[0], made[3], made[1]].into_iter().filter(|key| all.iter().any(|one| one == key)).collect();
    assert_eq!(derived.len(), 3, "{all:?}");

    bench.proxy.clear();
    let dry =
        bench.tool.run(["purge", "pics/a.jpg", "--bucket", BUCKET, "--dry-run", "--exit-code"]).exits(3);
    assert!(dry.stdout.contains("delete 3 derived images of pics/a.jpg ("), "{dry}");
    assert!(dry.stdout.contains("resized/50x/pics/a.jpg (not made by imgdeploy)"), "{dry}");
    assert!(dry.stdout.contains("each delete makes a delete marker"), "{dry}");
    let refused = bench.tool.run(["purge", "pics/a.jpg", "--bucket", BUCKET]).exits(4);
    assert!(refused.stderr.contains("not approved"), "{refused}");
    bench.assert_no_writes();

    let done = purge_json(&bench, &["pics/a.jpg"]);
    assert_eq!((&done["command"], &done["outcome"]), (&json!("purge"), &json!("applied")));
    assert_eq!(names(&done["images"]), derived);
    assert_eq!(done["left_alone"], json!([{ "key": "resized/50x/pics/a.jpg", "why": "not_made" }]));
    assert_eq!(done["versioning"], "enabled");
    assert_eq!(done["distribution"], bench.scenario.distribution_id());
    assert_eq!(done["result"]["deleted"], 3);
    let mut left = all.clone();
    left.retain(|key| !derived.contains(&key.as_str()));
    assert_eq!(bench.scenario.keys(""), left);
    // Both ways to write what is encoded in one of them.
    let expected = [
        "/resized/30x20/pics/a.jpg",
        "/resized/40x/smart/pics/a.jpg",
        "/resized/fit-in/60x60/filters%3Aformat%28webp%29/pics/a.jpg",
        "/resized/fit-in/60x60/filters:format(webp)/pics/a.jpg",
    ];
    let mut now = invalidated(&bench);
    now.retain(|path| !before.contains(path));
    assert_eq!(now, expected, "{before:?}");

    // There is nothing left to do, and the next request makes it again.
    bench.proxy.clear();
    let again = purge_json(&bench, &["pics/a.jpg"]);
    assert_eq!((&again["outcome"], &again["changes"]), (&json!("nothing_to_do"), &json!(false)));
    bench.assert_no_writes();
    drop(served);
    let served = Served::start(&bench);
    let way = served.browse(&Method::GET, made[0]);
    assert!(way.len() > 1 && way.last().unwrap().status.is_success(), "{}", told(&way));
    assert!(bench.scenario.keys("resized/30x20/pics/").contains(&made[0].to_owned()));
}

#[test]
fn a_folder_of_many_goes_in_batches_and_takes_few_paths() {
    let bench = Bench::used();
    for n in 0..1010 {
        store(&bench, &format!("resized/30x/pics/{n}.jpg"), Some("30x"));
    }
    store(&bench, "resized/40x/pics/1.jpg", Some("40x"));
    store(&bench, "resized/40x/other/1.jpg", Some("40x"));
    let id = bench.scenario.distribution_id();
    let done = purge_json(&bench, &["--prefix", "pics/", "--distribution", id]);
    assert_eq!(done["result"]["deleted"], 1011);
    assert_eq!(done["originals"], json!({ "keys": null, "prefix": "pics/" }));
    let deletes = bench.proxy.calls().iter().filter(|call| call.name() == "s3:DeleteObjects").count();
    assert_eq!(deletes, 2);
    assert_eq!(bench.scenario.keys("resized/"), ["resized/40x/other/1.jpg"]);
    assert_eq!(done["result"]["paths"], json!(["/resized/30x/pics/*", "/resized/40x/pics/1.jpg"]));
    assert_eq!(invalidated(&bench), ["/resized/30x/pics/*", "/resized/40x/pics/1.jpg"]);
    let done = purge_json(&bench, &["--prefix", "", "--no-invalidate"]);
    assert_eq!((&done["result"]["deleted"], &done["distribution"]), (&json!(1), &Value::Null));
    assert_eq!(invalidated(&bench).len(), 2);
    // The originals are all there.
    assert_eq!(bench.scenario.keys("pics/").len(), 4);
}

#[test]
fn names_that_end_alike_and_the_scheme_without_a_prefix() {
    let bench = Bench::private();
    let settings = format!(
        "version: 1\nsites:\n  shop:\n    bucket: {BUCKET}\n    prefix: \"\"\n    presets: thumb=30x20\n"
    );
    std::fs::write(bench.tool.home().join("imgdeploy.yaml"), settings).unwrap();
    for (key, spec) in [
        ("30x20/a.jpg", Some("30x20")),
        ("30x20/smart/a.jpg", Some("30x20/smart")),
        ("unsafe/30x/a.jpg", Some("30x")),
        ("thumb/a.jpg", Some("30x20")),
        // Of `smart/a.jpg`, of `x/a.jpg`, of nobody.
        ("40x20/smart/a.jpg", Some("40x20")),
        ("30x20/x/a.jpg", Some("30x20")),
        ("50x20/a.jpg", None),
        ("60x20/a.jpg", Some("30x20")),
        ("backup/a.jpg", Some("30x20")),
        ("a.jpg", None),
        ("x/a.jpg", None),
        ("top/a.jpg", None),
    ] {
        store(&bench, key, spec);
    }
    let before = bench.scenario.keys("");
    let done = purge_json(&bench, &["a.jpg"]);
    let gone = ["30x20/a.jpg", "30x20/smart/a.jpg", "thumb/a.jpg", "unsafe/30x/a.jpg"];
    assert_eq!(names(&done["images"]), gone);
    let mut left = before;
    left.retain(|key| !gone.contains(&key.as_str()));
    assert_eq!(bench.scenario.keys(""), left);
    assert_eq!(
        done["left_alone"],
        json!([{ "key": "50x20/a.jpg", "why": "not_made" }, { "key": "60x20/a.jpg", "why": "copied" }])
    );
    assert!(done["notes"].to_string().contains("no distribution is known"), "{done}");
    // The key of an image stands for its original.
    store(&bench, "30x20/a.jpg", Some("30x20"));
    let done = purge_json(&bench, &["30x20/a.jpg"]);
    assert_eq!(names(&done["images"]), ["30x20/a.jpg"]);
    assert!(done["notes"].to_string().contains("`30x20/a.jpg` is taken for the original a.jpg"), "{done}");
}

#[test]
fn what_is_pasted_is_understood_and_what_is_not_there_is_an_error() {
    let bench = Bench::private();
    bench.scenario.put_object("pics/a b.jpg", "image/jpeg", b"an original".to_vec());
    for pasted in [
        "/pics/a b.jpg",
        "https://cdn.example.com/pics/a%20b.jpg?v=2",
        "https://abc.execute-api.eu-west-1.amazonaws.com/prod/resize/30x20/pics/a%20b.jpg",
        "s3://shop-pictures/pics/a b.jpg",
        "resized/30x20/pics/a b.jpg",
    ] {
        store(&bench, "resized/30x20/pics/a b.jpg", Some("30x20"));
        let done = purge_json(&bench, &[pasted]);
        assert_eq!(names(&done["images"]), ["resized/30x20/pics/a b.jpg"], "{pasted}");
        // There is nothing any more, and that is no fault.
        assert_eq!(purge_json(&bench, &[pasted])["outcome"], "nothing_to_do", "{pasted}");
    }
    let run = purge(&bench, &["pic/a b.jpg"]).exits(2);
    assert!(run.stderr.contains("there is no original `pic/a b.jpg`"), "{run}");
    assert!(run.stderr.contains("did you mean pics/a b.jpg?"), "{run}");
    let run = purge(&bench, &["--dry-run", "https://cdn.example.com/nothing/like/it.gif"]).exits(2);
    assert!(run.stderr.contains("aws s3 ls --recursive s3://shop-pictures"), "{run}");
    let run = purge(&bench, &["s3://other/a.jpg"]).exits(2);
    assert!(run.stderr.contains("in another bucket than shop-pictures"), "{run}");
    // One of two: what is there is done, the other is told.
    store(&bench, "resized/30x20/pics/a b.jpg", Some("30x20"));
    let done = purge_json(&bench, &["pics/a b.jpg", "pics/c.jpg"]);
    assert_eq!(names(&done["images"]).len(), 1);
    assert!(done["notes"].to_string().contains("there is no original `pics/c.jpg`"), "{done}");
}

#[test]
fn what_was_replaced_since_it_was_looked_at_stays_for_the_next_run() {
    let bench = Bench::private();
    for size in ["30x", "40x", "50x"] {
        store(&bench, &format!("resized/{size}/a.jpg"), Some(size));
    }
    let scenario = bench.scenario.clone();
    bench.proxy.before("s3:DeleteObjects", move || put(&scenario, "resized/40x/a.jpg", Some("40x"), "newer"));
    let run = purge(&bench, &["a.jpg"]).exits(6);
    assert!(run.stderr.contains("2 of 3 derived images are deleted"), "{run}");
    assert!(run.stderr.contains("not deleted: resized/40x/a.jpg: PreconditionFailed"), "{run}");
    assert_eq!(bench.scenario.keys("resized/"), ["resized/40x/a.jpg"]);
    let _ = purge(&bench, &["a.jpg"]).exits(0);
    assert_eq!(bench.scenario.keys("resized/"), Vec::<String>::new());
}

#[test]
fn faults_on_the_way_end_with_what_to_run() {
    let bench = Bench::used();
    let id = bench.scenario.distribution_id().to_owned();
    let filled = || {
        store(&bench, "resized/30x/a.jpg", Some("30x"));
        store(&bench, "resized/40x/a.jpg", Some("40x"));
    };
    let run = |arguments: &[&str]| {
        let mut all = vec!["a.jpg", "--distribution", &id];
        all.extend(arguments);
        purge(&bench, &all)
    };
    let left = || bench.scenario.keys("resized/").len();
    filled();
    // Nothing can be looked at, or deleted.
    for operation in
        ["s3:ListObjectsV2", "s3:HeadObject", "cloudfront:GetDistributionConfig", "s3:DeleteObjects"]
    {
        bench.proxy.fault(Fault::on(operation, What::AccessDenied));
        let failed = run(&[]).exits(5);
        assert_eq!(left(), 2, "{operation}\n{failed}");
        bench.proxy.clear();
    }
    // An answer that is lost: by the second try all is gone.
    bench.proxy.fault(Fault::on("s3:DeleteObjects", What::DropAfter).times(1));
    let done = run(&[]).exits(0);
    assert!(done.stdout.contains("2 derived images of a.jpg deleted"), "{done}");
    bench.proxy.clear();
    // Deleted, and not forgotten.
    filled();
    let told = invalidated(&bench).len();
    let message =
        "Processing your request will cause you to exceed the maximum number of in-progress invalidations.";
    bench.proxy.fault(Fault::error(
        "cloudfront:CreateInvalidation",
        400,
        "TooManyInvalidationsInProgress",
        message,
    ));
    let stopped = run(&[]).exits(6);
    assert_eq!(left(), 0);
    for said in [
        "2 of 2 derived images are deleted",
        "CloudFront may still have what is deleted",
        "wait until those in progress have ended",
        &format!(
            "aws cloudfront create-invalidation --distribution-id {id} --paths '/resized/30x/a.jpg' '/resized/40x/a.jpg'"
        ),
    ] {
        assert!(stopped.stderr.contains(said), "{said}\n{stopped}");
    }
    bench.proxy.clear();
    assert_eq!(invalidated(&bench).len(), told);
    // A run that finds nothing says how to make sure.
    let nothing = run(&[]).exits(2);
    assert!(nothing.stderr.contains(&format!("--distribution-id {id} --paths '/resized/*'")), "{nothing}");
    let run = purge(&bench, &["a.jpg", "--distribution", "E0NOSUCHONE00"]).exits(2);
    assert!(run.stderr.contains("there is no distribution E0NOSUCHONE00"), "{run}");
}

#[test]
fn the_policy_for_those_who_purge_is_enough() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    store(&bench, "resized/30x/a.jpg", Some("30x"));
    let policy = iam::template("purge-policy.json", BUCKET);
    let bench = bench.called_by_user(&policy);
    let done = purge_json(&bench, &["a.jpg"]);
    assert_eq!(done["result"]["paths"], json!(["/resized/30x/a.jpg"]), "{done}");
    assert_eq!(bench.scenario.keys("resized/30x/"), Vec::<String>::new());
    // The rights to the rest of the bucket are not in it.
    let answer = bench.scenario.root.with_credentials(iam::user(&bench.scenario.root, "another", &policy));
    let target = format!("/{BUCKET}/pics/a.jpg");
    assert_eq!(answer.s3("DELETE", &target, "").status, 403);
}

#[test]
fn wrong_usage_is_said_before_anything_is_asked() {
    let bench = Bench::private();
    for (arguments, said) in [
        (&["--prefix", "resized/30x/"][..], "where derived images are"),
        (&["a.jpg", "--prefix", "pics/"], "cannot be used with"),
        (&[], "required"),
        (&[""], "value is required"),
    ] {
        let run = purge(&bench, arguments).exits(2);
        assert!(run.stderr.contains(said), "{said}\n{run}");
    }
    bench.assert_no_writes();
}
