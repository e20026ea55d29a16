//! `init` and the file that it writes: found facts in, the same settings out, and slips of the pen pointed at.

use std::fs;
use std::path::PathBuf;

use test_support::scenario::create_bucket;
use test_support::tool::Run;
use test_support::zip_file::{bootstrap_zip, host_arch};

use crate::bench::{BUCKET, Bench, REGION, words};

/// The file that the tool reads unless told otherwise: it runs in its home folder.
fn settings(bench: &Bench) -> PathBuf {
    bench.tool.home().join("imgdeploy.yaml")
}

fn init(bench: &Bench, arguments: &[&str]) -> Run {
    bench.tool.run([&["init"], arguments].concat())
}

/// `attach --dry-run -v` with code, and else what the file says.
fn dry_run(bench: &Bench, arguments: &[&str]) -> Run {
    let zip = bootstrap_zip().to_str().unwrap();
    let fixed = ["attach", "--dry-run", "-v", "--zip", zip, "--arch", host_arch(), "--allow-public"];
    bench.tool.run([&fixed, arguments].concat())
}

/// The line of the settings' list about this setting.
#[track_caller]
fn row<'r>(run: &'r Run, name: &str) -> &'r str {
    let found = run.stderr.lines().find(|line| line.split_whitespace().next() == Some(name));
    found.unwrap_or_else(|| panic!("{name} is not shown\n{run}"))
}

/// Where a text stands in the file, as messages name it: line and column from 1.
fn place(text: &str, part: &str) -> String {
    let at = text.find(part).unwrap_or_else(|| panic!("no {part:?} in\n{text}"));
    let before = &text[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("imgdeploy.yaml:{}:{column}", before.matches('\n').count() + 1)
}

/// Files that were begun and not finished.
fn unfinished(bench: &Bench) -> usize {
    let names = fs::read_dir(bench.tool.home()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".part")).count()
}

#[test]
fn the_file_holds_what_is_there_and_attach_reads_it() {
    let bench = Bench::used();
    let run = init(&bench, &[]).exits(0);
    assert!(run.stdout.contains("imgdeploy.yaml written, with shop-pictures"), "{run}");
    bench.assert_no_writes();

    let text = fs::read_to_string(settings(&bench)).unwrap();
    let id = bench.scenario.distribution_id();
    for line in [
        "version: 1",
        &format!("  {BUCKET}:"),
        &format!("    bucket: {BUCKET}"),
        &format!("    region: {REGION}"),
        &format!("    distribution: {id}"),
        "  #prefix: resized/",
    ] {
        assert!(text.lines().any(|known| known == line), "no line {line:?} in\n{text}");
    }
    // Commented: each setting has its meaning above it.
    assert!(text.contains("# It is a website."), "{text}");
    assert!(text.contains("# Quality of derived JPEG and WebP images, 1 to 100 [default: 80]"), "{text}");
    assert_eq!(unfinished(&bench), 0);

    let shown = dry_run(&bench, &[]).exits(0);
    for (name, value) in [("bucket", BUCKET), ("distribution", id)] {
        let at = place(&text, &format!("    {name}: {value}\n"));
        let (file_and_line, _) = at.rsplit_once(':').unwrap();
        let column = "    : ".len() + name.len() + 1;
        assert!(row(&shown, name).ends_with(&format!("({file_and_line}:{column})")), "{shown}");
    }
    assert!(shown.stdout.contains(&format!("bucket {BUCKET}")), "{shown}");
    bench.assert_no_writes();
}

#[test]
fn each_setting_is_shown_with_where_it_came_from() {
    let mut bench = Bench::used();
    let _ = init(&bench, &[]).exits(0);
    let text = fs::read_to_string(settings(&bench)).unwrap();
    let text = text.replace("  #quality: 80\n", "  quality: 70\n").replace(
        &format!("    bucket: {BUCKET}\n"),
        &format!("    bucket: {BUCKET}\n    memory: 512\n    timeout: 11\n"),
    );
    fs::write(settings(&bench), &text).unwrap();
    bench.tool = bench.tool.env("IMGDEPLOY_TIMEOUT", "12").env("IMGDEPLOY_MAX_BYTES", "1000000");
    let shown = dry_run(&bench, &["--max-bytes", "2000000"]).exits(0);
    let expected = [
        ("quality", "70".to_owned(), place(&text, "70\n")),
        ("memory", "512".to_owned(), place(&text, "512\n")),
        // A flag wins over a variable, and that over the file.
        ("timeout", "12".to_owned(), "environment IMGDEPLOY_TIMEOUT".to_owned()),
        ("max-bytes", "2000000".to_owned(), "flag".to_owned()),
        ("prefix", "resized/".to_owned(), "default".to_owned()),
        // The caller's own region; the file's is that of the bucket.
        ("region", "us-east-1".to_owned(), "environment AWS_REGION".to_owned()),
    ];
    for (name, value, origin) in expected {
        let row = row(&shown, name);
        assert!(row.ends_with(&format!("({origin})")), "{row:?} is not from {origin}\n{shown}");
        assert_eq!(row.split_whitespace().nth(1), Some(value.as_str()), "{row}");
    }
}

#[test]
fn a_file_that_is_there_is_kept_unless_forced() {
    let bench = Bench::used();
    fs::write(settings(&bench), "mine\n").unwrap();
    let refused = init(&bench, &[]).exits(4);
    assert!(refused.stderr.contains("imgdeploy.yaml") && refused.stderr.contains("--force"), "{refused}");
    assert_eq!(fs::read_to_string(settings(&bench)).unwrap(), "mine\n");
    let part = bench.tool.home().join("other.yaml.part");
    fs::write(&part, "mine too\n").unwrap();
    let _ = init(&bench, &["--output-file", "other.yaml"]).exits(0);
    assert_eq!(fs::read_to_string(settings(&bench)).unwrap(), "mine\n");
    assert_eq!(fs::read_to_string(part).unwrap(), "mine too\n");
    let _ = init(&bench, &["--force"]).exits(0);
    let written = fs::read_to_string(settings(&bench)).unwrap();
    assert_eq!(written, fs::read_to_string(bench.tool.home().join("other.yaml")).unwrap());
}

#[test]
fn another_file_is_named_in_what_to_do_next_and_a_bad_place_is_refused() {
    let bench = Bench::used();
    let run = init(&bench, &["--output-file", "other.yaml", "--bucket", BUCKET, "--bucket", BUCKET]).exits(0);
    assert!(run.stdout.contains("imgdeploy attach --config other.yaml --bucket shop-pictures"), "{run}");
    let _ = dry_run(&bench, &["--config", "other.yaml", "--bucket", BUCKET]).exits(0);
    let nowhere = init(&bench, &["--output-file", "no/such/folder/imgdeploy.yaml"]).exits(2);
    assert!(
        nowhere.stderr.contains("no/such/folder") && nowhere.stderr.contains("--output-file"),
        "{nowhere}"
    );
    // A folder of that name: nothing half-written is left beside it.
    fs::create_dir(bench.tool.home().join("folder.yaml")).unwrap();
    let _ = init(&bench, &["--output-file", "folder.yaml", "--force"]).exits(2);
    assert_eq!(unfinished(&bench), 0);
}

#[test]
fn what_does_not_exist_is_usage_and_nothing_is_written() {
    let bench = Bench::used();
    let unknown = init(&bench, &["--bucket", "nobody-has-this-bucket"]).exits(2);
    assert!(unknown.stderr.contains("there is no bucket named nobody-has-this-bucket"), "{unknown}");
    let unknown = init(&bench, &["--distribution", "E1NOSUCHTHING"]).exits(2);
    assert!(unknown.stderr.contains("there is no distribution E1NOSUCHTHING"), "{unknown}");
    let malformed = init(&bench, &["--bucket", "Not_A_Bucket"]).exits(2);
    assert!(malformed.stderr.contains("--bucket"), "{malformed}");
    assert!(!settings(&bench).exists());
    bench.assert_no_writes();
}

#[test]
fn only_buckets_that_are_sites_are_found_by_themselves() {
    let bench = Bench::private();
    let nothing = init(&bench, &[]).exits(2);
    assert!(nothing.stderr.contains("init --bucket NAME"), "{nothing}");
    let _ = init(&bench, &["--bucket", BUCKET]).exits(0);
    let text = fs::read_to_string(settings(&bench)).unwrap();
    for part in ["It is not a website yet", "attach needs --allow-public", "#no-distribution: true"] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn output_json_is_one_object() {
    let bench = Bench::used();
    let run = init(&bench, &["--output", "json"]).exits(0);
    let expected = serde_json::json!({
        "version": 1, "command": "init", "outcome": "written", "file": "imgdeploy.yaml", "buckets": [BUCKET],
    });
    assert_eq!(run.json(), expected);
    let again = init(&bench, &["--output", "json"]).exits(4).json();
    assert_eq!((&again["command"], &again["outcome"]), (&"init".into(), &"failed".into()));
    assert_eq!(again["error"]["exit_code"], 4);
}

#[test]
fn slips_in_the_file_are_pointed_at_before_aws_is_asked() {
    let bench = Bench::used();
    let site = format!("version: 1\nsites:\n  shop:\n    bucket: {BUCKET}\n");
    let slips: [(&str, &[&str]); 5] = [
        (
            "    distributon: E1ABCDEFGHIJ\n",
            &["imgdeploy.yaml:5:5", "unknown key `distributon`", "did you mean `distribution`?"],
        ),
        ("    quality: high\n", &["imgdeploy.yaml:5:14", "`quality`", "high"]),
        ("    timeout: 30\n", &["imgdeploy.yaml:5:14", "29 seconds"]),
        ("    zip: [a, b]\n", &["imgdeploy.yaml:5:10", "`zip`"]),
        (
            "    distribution: E1ABCDEFGHIJ\n    no-distribution: true\n",
            &["imgdeploy.yaml:6:22", "both `distribution` and `no-distribution"],
        ),
    ];
    for (slip, said) in slips {
        fs::write(settings(&bench), format!("{site}{slip}")).unwrap();
        for command in [words(&["attach", "--dry-run"]), words(&["detach", "--dry-run"]), words(&["dev"])] {
            let run = bench.tool.run(&command).exits(2);
            for part in said {
                assert!(run.stderr.contains(part), "{part:?} is not said\n{run}");
            }
            assert_eq!(run.stdout, "", "{run}");
        }
    }
    // All at once, each with its place.
    let both = format!("{site}    qualty: 80\n    memry: 1\n");
    fs::write(settings(&bench), both).unwrap();
    let run = bench.tool.run(["attach", "--dry-run"]).exits(2);
    assert!(run.stderr.contains("imgdeploy.yaml:5:5") && run.stderr.contains("imgdeploy.yaml:6:5"), "{run}");
    // Not even YAML.
    fs::write(settings(&bench), "version: 1\nsites:\n\tshop: {}\n").unwrap();
    let run = bench.tool.run(["attach", "--dry-run"]).exits(2);
    assert!(run.stderr.contains("imgdeploy.yaml:3:") && run.stderr.contains("tab"), "{run}");
    assert_eq!(bench.proxy.calls(), [], "AWS was asked");
}

#[test]
fn of_several_sites_one_has_to_be_named() {
    let bench = Bench::used();
    create_bucket(&bench.aws.root(REGION), "other-pictures");
    let text = format!(
        "version: 1\nsites:\n  shop:\n    bucket: {BUCKET}\n    distribution: {}\n  other:\n    bucket: other-pictures\n    quality: 33\n",
        bench.scenario.distribution_id()
    );
    fs::write(settings(&bench), text).unwrap();
    let unnamed = dry_run(&bench, &[]).exits(2);
    for part in ["2 sites", "--site NAME", "`shop` (bucket shop-pictures)", "`other` (bucket other-pictures)"]
    {
        assert!(unnamed.stderr.contains(part), "{part:?} is not said\n{unnamed}");
    }
    let misspelt = dry_run(&bench, &["--site", "shpo"]).exits(2);
    assert!(misspelt.stderr.contains("did you mean `shop`?"), "{misspelt}");
    assert_eq!(bench.proxy.calls(), [], "AWS was asked");

    let shop = dry_run(&bench, &["--site", "shop"]).exits(0);
    assert!(shop.stdout.contains("bucket shop-pictures"), "{shop}");
    let other = dry_run(&bench, &["--site", "other"]).exits(0);
    assert!(other.stdout.contains("bucket other-pictures"), "{other}");
    assert!(row(&other, "quality").contains("33"), "{other}");
    // The bucket names its site as well.
    let by_bucket = dry_run(&bench, &["--bucket", "other-pictures"]).exits(0);
    assert!(row(&by_bucket, "quality").contains("33"), "{by_bucket}");
    bench.assert_no_writes();
}
