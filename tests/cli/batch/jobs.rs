//! Orders, and what is asked of them afterwards.

use serde_json::{Value, json};
use test_support::aws::encode_key;
use test_support::jpeg;
use test_support::photos::DANDELION;

use super::ward::{SPECS, Ward, counts, finished};
use crate::bench::{BUCKET, Bench, words};

#[test]
fn everything_that_was_asked_for_is_done_skipped_or_failed() {
    let ward = Ward::new();
    ward.photos("order", 12);
    let rubbish = ward.rubbish("order");
    let mut keys: Vec<String> = (0..12).map(|n| format!("order/{n:03}.jpg")).collect();
    keys.extend(rubbish.iter().map(|(key, _)| key.clone()));
    let list = ward.list(&keys);
    let order = ["--keys", &list, "--spec", SPECS[0], "--spec", SPECS[1]];

    let first = ward.batch(&order).exits(3);
    let end = finished(&first);
    assert_eq!((counts(&end), end["asked"].as_u64()), ((24, 0, 10), Some(34)), "{first}");
    assert_eq!(ward.images("order").len(), 24);
    for key in ward.images("order").iter().filter(|key| key.contains("30x20")) {
        let target = format!("/{BUCKET}/{}", encode_key(key));
        let image = ward.bench.scenario.root.s3("GET", &target, "").ok(key);
        assert_eq!(jpeg::dimensions(&image.body), Ok((30, 20)), "{key}");
        assert_eq!(image.header("content-type"), Some("image/jpeg"));
        assert_eq!(image.header("x-amz-meta-imgdeploy-spec"), Some("30x20"));
    }

    // Each reason is listed, and is in the errors queue for whoever watches that.
    let listed = ward.batch(&["errors"]).exits(3).json();
    let mut found: Vec<(String, String)> = listed["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["key"].as_str().unwrap().to_owned(), one["code"].as_str().unwrap().to_owned()))
        .collect();
    found.dedup();
    let wanted: Vec<(String, String)> =
        rubbish.iter().map(|(key, code)| (key.clone(), (*code).to_owned())).collect();
    assert_eq!(found, wanted, "{listed}");
    assert!(
        listed["errors"].as_array().unwrap().iter().all(|one| one["request_id"].as_str().unwrap().len() > 8)
    );
    let told = ward.drain("BatchErrors");
    assert_eq!(told.len(), 10, "none was tried twice: {told:?}");
    let told: Value = serde_json::from_str(&told[0]).unwrap();
    assert!(
        ["key", "spec", "code", "reason", "request_id"].iter().all(|name| told[name].is_string()),
        "{told}"
    );

    // Once more: nothing is made twice.
    let second = ward.batch(&order).exits(3);
    assert_eq!(counts(&finished(&second)), (0, 24, 10), "{second}");
    let forced = ward.batch(&[&order[..], &["--force"]].concat()).exits(3);
    assert_eq!(counts(&finished(&forced)), (24, 0, 10), "{forced}");

    // What was mended since is made; the rest fails again.
    ward.bench.scenario.put_photo("order/missing.jpg", &DANDELION);
    let retried = ward.batch(&["errors", "--retry-failed"]).exits(3);
    assert_eq!(counts(&finished(&retried)), (2, 0, 8), "{retried}");

    // A list that is wrong orders nothing.
    let wrong = ward.bench.tool.home().join("wrong.csv");
    std::fs::write(&wrong, "other-bucket,a.jpg\n").unwrap();
    let refused = ward.batch(&["--keys", wrong.to_str().unwrap(), "--spec", "9x9"]).exits(2);
    assert!(refused.stderr.contains("other-bucket"), "{refused}");
}

#[test]
fn a_batch_can_be_left_alone_and_asked_for() {
    let ward = Ward::new();
    ward.photos("a", 5);
    ward.bench.scenario.put_object("a/", "application/x-directory", "");
    let nothing = ward.batch(&["status"]).exits(2);
    assert!(nothing.stderr.contains("no batch was ever ordered"), "{nothing}");

    let mut detached = ward.order("a/");
    detached.push("--detach".to_owned());
    let ordered = ward.bench.tool.run(&detached).exits(0);
    let event: Value = serde_json::from_str(ordered.stdout.lines().last().unwrap()).unwrap();
    let id = event["job"].as_str().unwrap().to_owned();
    // Listed and sent by the function: the tool has gone.
    let waited = ward.batch(&["wait", &id]).exits(0);
    assert_eq!(counts(&finished(&waited)), (10, 0, 0), "{waited}");
    let status = ward.batch(&["status", &id]).exits(0).json();
    assert_eq!((counts(&status), status["state"].as_str()), ((10, 0, 0), Some("done")), "{status}");
    let known = ward.batch(&["status", "20200101-000000-0000"]).exits(2);
    assert!(known.stderr.contains("there is no batch"), "{known}");

    // From lists in a bucket: as S3 Batch Operations takes them, and as S3 Inventory writes them.
    let put = |key: &str, text: &str| ward.bench.scenario.put_object(key, "text/plain", text.to_owned());
    put("lists/two.csv", "shop-pictures,a/000.jpg\nshop-pictures,a/001.jpg\n");
    put("lists/data.csv", "\"shop-pictures\",\"a/002.jpg\",\"5\"\n");
    let manifest = json!({
        "sourceBucket": BUCKET, "destinationBucket": format!("arn:aws:s3:::{BUCKET}"), "version": "2016-11-30",
        "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size", "files": [{ "key": "lists/data.csv", "size": 1 }],
    });
    put("lists/manifest.json", &manifest.to_string());
    for (list, images) in [("two.csv", 4), ("manifest.json", 2)] {
        let url = format!("s3://{BUCKET}/lists/{list}");
        let run = ward.batch(&["--manifest", &url, "--spec", SPECS[0], "--spec", SPECS[1]]).exits(0);
        assert_eq!(counts(&finished(&run)), (0, images, 0), "{run}");
    }
    let gone = ward.batch(&["--manifest", "s3://shop-pictures/lists/none", "--spec", "9x9"]);
    assert!(matches!(gone.code, 2 | 5) || gone.stderr.contains("NoSuchKey"), "{gone}");

    // Cancelled while nothing works on it: nothing more is made, and everything is accounted for.
    ward.mapping(&json!({ "Enabled": false }));
    let mut again = ward.order("a/");
    again.extend(words(&["--force", "--detach"]));
    let _ = ward.bench.tool.run(&again).exits(0);
    let refused = ward.batch(&["cancel"]).exits(4);
    assert!(refused.stderr.contains("--yes"), "{refused}");
    let _ = ward.batch(&["cancel", "--yes"]).exits(0);
    ward.mapping(&json!({ "Enabled": true }));
    let waited = ward.batch(&["wait"]).exits(3);
    assert_eq!(counts(&finished(&waited)), (0, 0, 10), "{waited}");
    let errors = ward.batch(&["errors"]).exits(3).json();
    assert!(errors["errors"].as_array().unwrap().iter().all(|one| one["code"] == "cancelled"), "{errors}");
}

#[test]
fn without_queues_the_way_to_them_is_named() {
    let bench = Bench::private();
    let batch = ["batch", "--bucket", BUCKET, "--from", "", "--spec", "9x9"];
    let unattached = bench.tool.run(batch).exits(2);
    assert!(unattached.stderr.contains("attach --bucket shop-pictures --batch"), "{unattached}");
    let _ = bench.attach().exits(0);
    let without = bench.tool.run(batch).exits(2);
    assert!(without.stderr.contains("attach --bucket shop-pictures --batch"), "{without}");
    for (arguments, said) in [
        (vec!["batch", "--bucket", BUCKET], "which originals?"),
        (vec!["batch", "--bucket", BUCKET, "--from", "a/"], "--spec"),
        (vec!["batch", "--bucket", BUCKET, "--from", "a/", "--spec", "9y9/"], "9y9/"),
        (vec!["batch", "--bucket", BUCKET, "--from", "a/", "--spec", "9x9", "--spec", "9x9"], "twice"),
        (vec!["batch", "--bucket", BUCKET, "--manifest", "http://x", "--spec", "9x9"], "s3://BUCKET/KEY"),
    ] {
        let run = bench.tool.run(&arguments).exits(2);
        assert!(run.stderr.contains(said), "{run}");
    }
}

#[test]
fn uploads_get_their_sizes_and_the_notifications_of_others_stay() {
    let bench = Bench::private();
    let topic = "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <EventBridgeConfiguration></EventBridgeConfiguration></NotificationConfiguration>";
    bench.scenario.put("notification", topic);
    let before = bench.scenario.document("notification").unwrap();
    let arguments = [bench.attach_arguments(), words(&["--on-upload", "30x20;fit-in/16x16"])].concat();
    let _ = bench.tool.run(&arguments).exits(0);
    let ward = Ward::over(bench);
    let now = ward.bench.scenario.document("notification").unwrap();
    assert!(now.contains("EventBridgeConfiguration") && now.contains("imgdeploy-on-upload"), "{now}");
    ward.bench.proxy.clear();
    let _ = ward.bench.tool.run(&arguments).exits(0);
    ward.bench.assert_no_writes();

    ward.photos("new", 3);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while ward.images("new").len() < 6 {
        assert!(std::time::Instant::now() < until, "{:?}\n{}", ward.images("new"), ward.bench.aws.log());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // Derived images are uploads too: nothing is made of them.
    let made = ward.bench.scenario.keys("resized/30x20/");
    assert!(made.iter().all(|key| !key.contains("resized/30x20/resized")), "{made:?}");

    // Without the setting, and with detach, only ours goes.
    let _ = ward.bench.attach().exits(0);
    assert_eq!(ward.bench.scenario.document("notification").unwrap(), before);
}
