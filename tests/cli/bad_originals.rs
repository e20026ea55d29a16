//! Originals that are broken are no fault of the chain: `attach` and `doctor` ask for others, and say which are bad.

use serde_json::Value;
use test_support::aws::encode_key;
use test_support::photos::{DANDELION, FIG_PNG};

use crate::bench::{BUCKET, Bench, REGION};

/// Small files that are named like images and of which none can be made, each of another kind.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let cut = |bytes: &[u8], length: usize| bytes[..length].to_vec();
    // A header alone, of a picture that is larger than what is allowed.
    let mut wide = cut(FIG_PNG.bytes, 33);
    wide[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
    vec![
        ("bad/page.jpg", b"<!doctype html><title>Not found</title>".to_vec()),
        ("bad/text.png", b"to be drawn".to_vec()),
        // Within its headers: of one that is cut later, what is there is shown.
        ("bad/cut.jpg", cut(DANDELION.bytes, 300)),
        ("bad/begun.jpeg", cut(DANDELION.bytes, 20)),
        ("bad/cut.png", cut(FIG_PNG.bytes, 60)),
        ("bad/wide.png", wide),
        ("bad/kind.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec()),
        ("bad/riff.webp", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec()),
        ("bad/gif.gif", b"GIF89a\x01\0".to_vec()),
        // Never asked for: nothing in it, a folder, characters that a redirect loses.
        ("bad/empty.jpg", Vec::new()),
        ("bad/folder.jpg/", Vec::new()),
        ("bad/what?.jpg", b"x".to_vec()),
        ("bad/line\n.jpg", b"x".to_vec()),
    ]
}

/// With the bucket's region as the caller's own, so that there is nothing to say of that.
fn bench() -> Bench {
    let mut bench = Bench::private();
    bench.tool = bench.tool.region(REGION);
    bench
}

fn with_broken(bench: &Bench) {
    broken().into_iter().for_each(|(key, bytes)| bench.scenario.put_object(key, "image/jpeg", bytes));
}

fn bad(report: &Value) -> Vec<&str> {
    report.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect()
}

fn json(mut arguments: Vec<String>) -> Vec<String> {
    arguments.extend(["--output", "json"].map(str::to_owned));
    arguments
}

#[test]
fn another_original_is_asked_for() {
    let bench = bench();
    with_broken(&bench);
    let run = bench.tool.run(json(bench.attach_arguments())).exits(0);
    let probe = &run.json()["probe"];
    assert_eq!(probe["ok"], true, "{run}");
    assert!(probe["verdict"].as_str().unwrap().starts_with("ok: image/"), "{run}");
    let named = bad(&probe["bad_originals"]);
    assert!(!named.is_empty() && named.iter().all(|key| key.starts_with("bad/")), "{run}");

    let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(0);
    let report = run.json();
    assert_eq!(report["outcome"], "clean", "{run}");
    let named = bad(&report["bad_originals"]);
    // Those of types of which no good one is there: each is asked for.
    for key in ["bad/kind.avif", "bad/riff.webp", "bad/gif.gif"] {
        assert!(named.contains(&key), "{key}: {run}");
    }
    assert!(
        !named.iter().any(|key| ["bad/empty.jpg", "bad/folder.jpg/", "bad/what?.jpg"].contains(key)),
        "{run}"
    );
    let shown = bench.tool.run(["doctor", "--bucket", BUCKET]).exits(0);
    assert!(
        shown.stdout.contains("no fault of the chain") && shown.stdout.contains("bad/gif.gif: 422"),
        "{shown}"
    );
}

#[test]
fn where_every_original_is_broken_the_chain_is_fine_all_the_same() {
    let bench = bench();
    let empty = || {
        for key in bench.scenario.keys("").into_iter().filter(|key| !key.starts_with("resized/")) {
            let target = format!("/{BUCKET}/{}", encode_key(&key));
            let _ = bench.scenario.root.s3("DELETE", &target, "").ok(&target);
        }
    };
    for (quality, (key, said)) in (70..).zip([
        ("bad/page.jpg", Some("no image")),
        ("bad/cut.jpg", Some("")),
        ("bad/wide.png", Some("")),
        ("bad/empty.jpg", None),
        ("bad/folder.jpg/", None),
    ]) {
        empty();
        let bytes = broken().into_iter().find(|(name, _)| *name == key).unwrap().1;
        bench.scenario.put_object(key, "image/jpeg", bytes);
        // There is something to do each time, so that an image is asked for.
        let mut arguments = bench.attach_arguments();
        arguments.extend(["--quality".to_owned(), quality.to_string()]);
        let run = bench.tool.run(json(arguments)).exits(0);
        let probe = &run.json()["probe"];
        assert_eq!(probe["ok"], true, "{key}: {run}");
        assert_eq!(bad(&probe["bad_originals"]), said.map(|_| key).into_iter().collect::<Vec<_>>(), "{run}");
        let reason = probe["bad_originals"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains(said.unwrap_or_default()), "{run}");
        let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(0);
        // That the function has just been changed may be said, and is of no concern here.
        let report = run.json();
        let errors = report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
        assert_eq!(errors.count(), 0, "{key}: {run}");
        assert_eq!(report["bad_originals"].as_array().unwrap().len(), usize::from(said.is_some()), "{run}");
    }
}

/// With an empty prefix, images of a preset lie beside the originals; nobody may take them for some.
#[test]
fn an_image_of_a_preset_is_no_original() {
    let bench = bench();
    let mut arguments = bench.attach_arguments();
    arguments.extend(["--prefix", "", "--presets", "thumb=30x20", "--presets-only"].map(str::to_owned));
    let _ = bench.tool.run(&arguments).exits(0);
    let made = bench.scenario.keys("thumb/");
    assert_eq!(made.len(), 1, "{made:?}");
    arguments.extend(["--quality", "70"].map(str::to_owned));
    let again = bench.tool.run(json(arguments)).exits(0);
    let report = again.json();
    assert_eq!(report["probe"]["ok"], true, "{again}");
    assert!(bad(&report["probe"]["bad_originals"]).is_empty(), "{again}");
    let run = bench.tool.run(["doctor", "--bucket", BUCKET, "--output", "json"]).exits(0);
    let report = run.json();
    assert_eq!(report["outcome"], "clean", "{run}");
    assert!(bad(&report["bad_originals"]).is_empty(), "{run}");
    // And taking them away finds them.
    let run = bench.tool.run(["detach", "--bucket", BUCKET, "--yes", "--delete-derived"]).exits(0);
    assert!(bench.scenario.keys("thumb/").is_empty(), "{run}");
    assert_eq!(bench.scenario.keys("pics/").len(), 4, "{run}");
}
