//! What others have put into keys, files and variables does nothing to a terminal, and forges no line of what is to be approved.

use std::fs;

use imgdeploy_model::terminal::is_plain;
use test_support::aws::encode_key;
use test_support::tool::{Run, Tool};

use crate::bench::{BUCKET, Bench};
use crate::doctor::Ward;

/// Clears the line, goes on in a forged one, and turns the direction of writing.
const EVIL: &str = "a\u{1b}[2K\r\nforged line\u{7}\u{8}\u{9b}1m\u{202e}\u{200b}\u{2028}z";
const SHOWN: &str = r"a\u{1b}[2K\r\nforged line\u{7}\u{8}\u{9b}1m\u{202e}\u{200b}\u{2028}z";

/// Nothing acts on the terminal and no line is forged, as text and as JSON; the text is there, readable.
#[track_caller]
fn tame(run: &Run, shown: &str) {
    for text in [&run.stdout, &run.stderr] {
        assert!(text.chars().all(|one| is_plain(one) || one == '\n'), "{run}\n{text:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("forged")), "{run}");
    }
    assert!(run.stdout.contains(shown) || run.stderr.contains(shown), "{shown} is not in: {run}");
}

/// The same without an AWS.
fn here() -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy"))
}

fn store(bench: &Bench, key: &str, body: &'static str) {
    let target = format!("/{BUCKET}/{}", encode_key(key));
    let headers = [
        ("content-type", "image/jpeg"),
        ("x-amz-meta-imgdeploy-spec", "30x20"),
        ("x-amz-meta-imgdeploy-source-etag", "e"),
    ];
    let _ = bench.scenario.root.call("s3", "PUT", &target, &headers, body).ok(&target);
}

#[test]
fn keys_of_objects_in_purge_and_doctor() {
    let ward = Ward::used();
    // What a listing in XML 1.0 can carry as it is; the rest of `EVIL` comes by the original's name.
    let listed = "resized/30x20/pics/b'$(:)\u{85}\u{7f}\u{202e}\u{200b}\u{2028}.jpg";
    let shown = r"resized/30x20/pics/b'$(:)\u{85}\u{7f}\u{202e}\u{200b}\u{2028}.jpg";
    store(&ward.bench, listed, "");
    let doctor = ward.doctor(&["--only", "IMG071"]).exits(3);
    tame(&doctor, shown);
    // The cure can be pasted: the key is one word of octal escapes, and runs nothing.
    let cure = r"aws s3 rm $'s3://shop-pictures/resized/30x20/pics/b\047$(:)\302\205\177\342\200\256\342\200\213\342\200\250.jpg'";
    assert!(doctor.stdout.contains(cure), "{doctor}");

    let original = listed.strip_prefix("resized/30x20/").unwrap();
    let purge = ["purge", original, "--bucket", BUCKET, "--dry-run"];
    tame(&ward.bench.tool.run(purge).exits(0), shown);
    let json = ward.bench.tool.run(purge.iter().chain(&["--output", "json"])).exits(0);
    assert!(json.stdout.chars().all(|one| is_plain(one) || one == '\n'), "{json}");
    assert_eq!(json.json()["images"][0]["key"], listed);

    let absent = ward.bench.tool.run(["purge", EVIL, "--bucket", BUCKET, "--yes"]).exits(2);
    tame(&absent, SHOWN);
}

#[test]
fn documents_of_a_bucket_in_a_plan() {
    let bench = Bench::used();
    let mut policy: serde_json::Value =
        serde_json::from_str(&bench.scenario.document("policy").unwrap()).unwrap();
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Sid"] = format!("S{EVIL}").into();
    }
    bench.scenario.put("policy", &policy.to_string());
    let mut arguments = bench.attach_arguments();
    arguments.push("--dry-run".to_owned());
    let run = bench.tool.run(arguments).exits(0);
    for text in [&run.stdout, &run.stderr] {
        assert!(text.chars().all(|one| is_plain(one) || one == '\n'), "{run}\n{text:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("forged")), "{run}");
    }
}

#[test]
fn settings_variables_and_words_of_the_command_line() {
    let tool = here();
    fs::write(
        tool.home().join("imgdeploy.yaml"),
        "version: 1\nsites:\n  \"a\\e[2K\\r\\nforged line\\u202Ez\":\n    bucket: \"b\\e[2K\\nforged\"\n    colour: \u{202e}red\n",
    )
    .unwrap();
    let file = tool.run(["attach", "--dry-run"]).exits(2);
    tame(&file, r"\u{202e}red");

    let variable = here().env("IMGDEPLOY_BUCKET", EVIL).run(["status"]).exits(2);
    tame(&variable, r"\u{1b}");
    let flag = here().run(["status", "--bucket", "shop-pictures", "--nonsense\u{1b}[2K\nforged"]).exits(2);
    tame(&flag, r"--nonsense\u{1b}[2K\nforged");
    let value = here().run(["status", "--bucket", "shop-pictures", "--output", EVIL]).exits(2);
    tame(&value, SHOWN);
    let code = here().run(["doctor", "--explain", EVIL]).exits(2);
    tame(&code, SHOWN);
    let spec = here().run(["batch", "--from", "pics/", "--spec", EVIL]).exits(2);
    tame(&spec, SHOWN);
    // `escape_debug` would have escaped the quotes too.
    let odd = "a\u{1b}[2K\"\r\nforged";
    let shown = r#"`a\u{1b}[2K"\r\nforged`"#;
    for words in [
        &["resize", odd, "a.jpg", "b.jpg"][..],
        &["resize", "9x9", "--also", odd, "a.jpg", "b.jpg"],
        &["tune", "--bucket", "shop-pictures", "--spec", odd],
    ] {
        tame(&here().run(words).exits(2), shown);
    }
    let prefix = here().run(["attach", "--bucket", "shop-pictures", "--prefix", "a\u{1b}/"]).exits(2);
    tame(&prefix, r"can't have '\u{1b}' in it: `a\u{1b}/`");
    let command = here().run(["attach\u{1b}[2K\nforged"]).exits(2);
    tame(&command, r"attach\u{1b}[2K\nforged");
}

#[test]
#[cfg(unix)]
fn names_of_files_that_are_no_text_look_the_same_everywhere() {
    use std::os::unix::ffi::OsStrExt as _;
    let tool = here();
    let name = std::ffi::OsStr::from_bytes(b"n\xff\x1b.jpg");
    fs::create_dir(tool.home().join("in")).unwrap();
    fs::write(tool.home().join("in").join(name), "no image").unwrap();
    fs::write(tool.home().join(name), "no image").unwrap();
    let shown = r"n\xFF\u{1b}.jpg";
    let run = |words: &[&str], last: &[&std::ffi::OsStr]| {
        let words = words.iter().map(|word| std::ffi::OsStr::new(*word));
        tool.run(words.chain(last.iter().copied()))
    };
    tame(&run(&["resize", "30x20"], &[name, "out.jpg".as_ref()]), shown);
    tame(&run(&["resize", "30x20"], &[name, name]), shown);
    tame(&run(&["build", "--check"], &[name]), shown);
    tame(&run(&["batch", "--local", "--folder", "in", "--to", "out", "--spec", "30x20"], &[]), shown);
    let json = run(&["resize", "30x20", "--output", "json"], &[name, "out.jpg".as_ref()]).json();
    assert_eq!(json["files"][0]["input"], "n\\xFF\u{1b}.jpg");
}

#[test]
fn names_of_files() {
    let tool = here();
    let input = tool.home().join(EVIL);
    fs::write(&input, "no image").unwrap();
    let resized = tool.run(["resize".as_ref(), "30x20".as_ref(), input.as_os_str()]);
    assert_ne!(resized.code, 0, "{resized}");
    tame(&resized, SHOWN);
    let zip = tool.run(["build".as_ref(), "--check".as_ref(), input.as_os_str()]);
    assert_ne!(zip.code, 0, "{zip}");
    tame(&zip, SHOWN);
}
