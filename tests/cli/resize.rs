//! `resize`: files in, files out, and what must not happen to files that are there.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use resizer_core::codec;
use resizer_core::{Format, sniff};
use test_support::photos::{DANDELION, DOGS_TURNED, FIG_PNG, FIG_WEBP, MOUNTAIN, Photo};
use test_support::tool::{Run, Tool};
use test_support::workspace;

/// The tool without AWS, in a folder of its own.
fn tool() -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).without_credentials().endpoint("http://127.0.0.1:1")
}

/// Puts files into the tool's folder.
fn with(photos: &[Photo]) -> Tool {
    let tool = tool();
    for photo in photos {
        fs::write(tool.home().join(photo.name), photo.bytes).unwrap();
    }
    tool
}

fn resize(tool: &Tool, arguments: &[&str]) -> Run {
    tool.run([&["resize"], arguments].concat())
}

/// All files below the tool's folder.
fn files(tool: &Tool) -> BTreeSet<String> {
    fn walk(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(tool.home(), tool.home(), &mut found);
    found
}

#[track_caller]
fn assert_files(tool: &Tool, expected: &[&str]) {
    assert_eq!(files(tool), expected.iter().map(|name| (*name).to_owned()).collect());
}

/// Format, width, height and frames, by the content.
#[track_caller]
fn what(bytes: &[u8]) -> (Format, u32, u32, u32) {
    let format = sniff::sniff(bytes).unwrap();
    let header = codec::read_header(format, bytes).unwrap();
    (format, header.width, header.height, header.frames)
}

#[track_caller]
fn file(tool: &Tool, name: &str) -> (Format, u32, u32, u32) {
    what(&fs::read(tool.home().join(name)).unwrap())
}

fn corpus(name: &str) -> PathBuf {
    workspace::root().join("tests/images/corpus/files").join(name)
}

/// With standard input, and with the bytes of standard output.
fn piped(tool: &Tool, arguments: &[&str], stdin: Stdio, bytes: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_imgdeploy"))
        .arg("resize")
        .args(arguments)
        .env_clear()
        .current_dir(tool.home())
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(mut pipe) = child.stdin.take() {
        // A tool that ended early reads no more.
        let _ = pipe.write_all(bytes);
    }
    child.wait_with_output().unwrap()
}

#[test]
fn a_bad_spec_names_the_token_and_nothing_is_written() {
    let tool = with(&[DANDELION]);
    for (arguments, said) in [
        (&["300y200", "dandelion.jpg", "out.jpg"][..], "`300y200` at 0 "),
        (&["30x20/filters:blurr(2)", "dandelion.jpg", "--out-dir", "new"], "`blurr` at 14 "),
        (&["30x20", "--also", "9x/x", "dandelion.jpg", "--out-dir", "new"], "--also: `x` at 3 "),
        (&["30x20/filters:format(auto)", "dandelion.jpg", "out.jpg"], "format(auto)"),
    ] {
        let run = resize(&tool, arguments).exits(2);
        assert!(run.stderr.contains(said) && run.stderr.contains("hint: ") && run.stdout.is_empty(), "{run}");
        assert_files(&tool, &["dandelion.jpg"]);
    }
}

#[test]
fn what_cannot_be_told_apart_is_wrong_usage() {
    let tool = with(&[DANDELION, MOUNTAIN, FIG_PNG]);
    let before = files(&tool);
    for arguments in [
        &["30x20", "dandelion.jpg", "mountain.jpg", "fig.png"][..],
        &["30x20", "-"],
        &["30x20", "--also", "9x", "dandelion.jpg", "out.jpg"],
        &["30x20", "dandelion.jpg", "./dandelion.jpg", "--out-dir", "new"],
    ] {
        let run = resize(&tool, arguments).exits(2);
        assert!(run.stderr.contains("hint: "), "{run}");
        assert_eq!(files(&tool), before, "{run}");
    }
}

#[test]
fn one_broken_file_does_not_keep_the_others_from_being_made() {
    let tool = with(&[DANDELION, DOGS_TURNED]);
    fs::copy(corpus("cut-in-header.jpg"), tool.home().join("cut.jpg")).unwrap();
    fs::write(tool.home().join("text.jpg"), "no image").unwrap();
    let inputs = ["dandelion.jpg", "cut.jpg", "absent.jpg", "text.jpg", "dogs-turned.jpg"];
    let run = resize(&tool, &[&["30x20"], &inputs[..], &["--out-dir", "new/small"]].concat()).exits(3);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("error: cut.jpg: the JPEG file is cut short"), "{run}");
    assert!(lines[1].starts_with("error: absent.jpg: cannot be read: "), "{run}");
    assert!(lines[2].starts_with("error: text.jpg: not a JPEG, "), "{run}");
    assert_eq!(lines[3], "3 of 5 images could not be made", "{run}");
    // In the order of the inputs, whichever was done first.
    let made: Vec<&str> = run.stdout.lines().map(|line| line.split(" (").next().unwrap()).collect();
    let expected =
        ["dandelion.jpg -> new/small/dandelion.jpg", "dogs-turned.jpg -> new/small/dogs-turned.jpg"];
    assert_eq!(made, expected, "{run}");
    for name in ["new/small/dandelion.jpg", "new/small/dogs-turned.jpg"] {
        assert_eq!(file(&tool, name), (Format::Jpeg, 30, 20, 1));
    }
    assert_eq!(files(&tool).len(), 6, "no unfinished files: {:?}", files(&tool));
}

#[test]
fn standard_input_and_output() {
    let tool = with(&[DANDELION]);
    let run = piped(&tool, &["30x20/filters:format(png)", "-", "-"], Stdio::piped(), DANDELION.bytes);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(what(&run.stdout), (Format::Png, 30, 20, 1));
    assert!(String::from_utf8_lossy(&run.stderr).starts_with("- -> - (30 x 20, PNG, "));

    let run = piped(&tool, &["30x", "dandelion.jpg", "-"], Stdio::null(), b"");
    assert_eq!(what(&run.stdout).0, Format::Jpeg);
    let run = piped(&tool, &["30x", "-", "-"], Stdio::piped(), b"no image");
    assert_eq!((run.status.code(), run.stdout), (Some(3), Vec::new()));
    assert_files(&tool, &["dandelion.jpg"]);

    let run = piped(&tool, &["30x", "-", "--out-dir", "."], Stdio::piped(), DANDELION.bytes);
    assert_eq!(run.status.code(), Some(0));
    assert_eq!(file(&tool, "stdin").1, 30);

    let json = ["30x", "-", "-", "--output", "json"];
    assert_eq!(piped(&tool, &json, Stdio::piped(), DANDELION.bytes).status.code(), Some(2));
}

#[test]
fn an_input_is_never_written_over() {
    let tool = with(&[DANDELION, FIG_PNG]);
    fs::create_dir(tool.home().join("d")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../fig.png", tool.home().join("d/fig.png")).unwrap();
    let before = files(&tool);
    for arguments in [
        &["30x20", "dandelion.jpg", "dandelion.jpg"][..],
        &["30x20", "dandelion.jpg", "d/../dandelion.jpg", "--force"],
        &["30x20", "dandelion.jpg", "fig.png", ".", "--force"],
        &["30x20", "dandelion.jpg", "fig.png", "--out-dir", "d", "--force"],
    ] {
        let run = resize(&tool, arguments).exits(4);
        assert!(run.stderr.contains("same file as the input"), "{run}");
        assert_eq!(files(&tool), before, "{run}");
    }
    let stdin = fs::File::open(tool.home().join("fig.png")).unwrap();
    let run = piped(&tool, &["30x20", "-", "fig.png", "--force"], stdin.into(), b"");
    assert_eq!(run.status.code(), Some(4));
    assert_eq!(fs::read(tool.home().join("fig.png")).unwrap(), FIG_PNG.bytes);
    assert_eq!(fs::read(tool.home().join("dandelion.jpg")).unwrap(), DANDELION.bytes);
}

#[test]
fn neither_a_watermark_nor_the_settings_are_written_over() {
    let tool = with(&[DANDELION, FIG_PNG]);
    let at = |name: &str| tool.home().join(name);
    fs::create_dir(at("d")).unwrap();
    fs::write(at("imgdeploy.yaml"), "version: 1\n").unwrap();
    fs::write(at("other.yaml"), "version: 1\n").unwrap();
    fs::hard_link(at("fig.png"), at("d/hard.png")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../fig.png", at("d/dandelion.jpg")).unwrap();
    let before = files(&tool);
    let spec = "30x20/filters:watermark(fig.png,0,0,0)";
    for arguments in [
        &[spec, "dandelion.jpg", "fig.png", "--force"][..],
        &[spec, "dandelion.jpg", "./d/../fig.png", "--force"],
        &[spec, "dandelion.jpg", "d/hard.png", "--force"],
        &[spec, "dandelion.jpg", "--out-dir", "d", "--force"],
        &["30x20", "dandelion.jpg", "imgdeploy.yaml", "--force"],
        &["30x20", "dandelion.jpg", "d/../other.yaml", "--force", "--config", "other.yaml"],
    ] {
        let run = resize(&tool, arguments).exits(4);
        assert!(run.stderr.contains("same file as the input"), "{run}");
        assert_eq!(files(&tool), before, "{run}");
    }
    assert_eq!(fs::read(at("fig.png")).unwrap(), FIG_PNG.bytes);
    // One that is not read is only a file that is there.
    assert_eq!(resize(&tool, &["30x20", "dandelion.jpg", "fig.png", "--force"]).code, 0);
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_not_waited_for() {
    let tool = with(&[DANDELION]);
    let pipe = tool.home().join("pipe.jpg");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let run = resize(&tool, &["30x20", "pipe.jpg", "/dev/zero", "dandelion.jpg", "--out-dir", "o"]).exits(3);
    assert!(run.stderr.contains("pipe.jpg: cannot be read: it is a pipe, and only plain files"), "{run}");
    assert!(run.stderr.contains("/dev/zero: cannot be read: it is a device"), "{run}");
    assert!(tool.home().join("o/dandelion.jpg").exists(), "{run}");
    let run = tool.run(["attach", "--config", "pipe.jpg", "--dry-run"]).exits(2);
    assert!(run.stderr.contains("it is a pipe"), "{run}");
    for arguments in [&["build", "--check", "pipe.jpg"][..], &["build", "--check", "/dev/zero"]] {
        let run = tool.run(arguments).exits(2);
        assert!(run.stderr.contains("only plain files are read here"), "{run}");
    }
}

#[test]
fn files_that_are_there_stay_without_force() {
    let tool = with(&[DANDELION, MOUNTAIN]);
    fs::create_dir(tool.home().join("d")).unwrap();
    fs::write(tool.home().join("d/mountain.jpg"), "mine").unwrap();
    let run = resize(&tool, &["30x20", "dandelion.jpg", "mountain.jpg", "d"]).exits(3);
    assert!(run.stderr.contains("error: mountain.jpg: d/mountain.jpg is there already; `--force`"), "{run}");
    assert_eq!(fs::read(tool.home().join("d/mountain.jpg")).unwrap(), b"mine");
    assert_eq!(file(&tool, "d/dandelion.jpg").1, 30);
    let run = resize(&tool, &["30x20", "mountain.jpg", "d/mountain.jpg", "--force"]).exits(0);
    assert_eq!(file(&tool, "d/mountain.jpg").1, 30, "{run}");
    // A device is not replaced by a file.
    assert!(
        resize(&tool, &["30x20", "mountain.jpg", "/dev/null", "--force"]).exits(3).stderr.contains("plain")
    );
    assert_eq!(files(&tool).len(), 4);
}

#[test]
fn the_extension_is_that_of_the_format() {
    let tool = with(&[FIG_WEBP, FIG_PNG]);
    let _ = resize(&tool, &["30x20/filters:format(avif)", "fig.webp", "--out-dir", "o"]).exits(0);
    assert_eq!(file(&tool, "o/fig.avif"), (Format::Avif, 30, 20, 1));
    let _ = resize(&tool, &["30x20/filters:format(jpeg)", "o/fig.avif"]).exits(0);
    assert_eq!(file(&tool, "o/fig-30x20_filters_format_jpeg.jpg"), (Format::Jpeg, 30, 20, 1));
    let _ = resize(&tool, &["30x20", "fig.png", "o"]).exits(0);
    assert_eq!(file(&tool, "o/fig.png").0, Format::Png);
    // A name of one's own holds, and is noted.
    let run = resize(&tool, &["30x20", "fig.png", "own.webp"]).exits(0);
    assert!(
        run.stderr.contains("note: own.webp is a PNG file") && run.stderr.contains("format(webp)"),
        "{run}"
    );
    assert_eq!(file(&tool, "own.webp").0, Format::Png);
}

#[test]
fn several_specs_and_animations() {
    let tool = tool();
    let animated = corpus("animated-times.gif");
    let (_, _, _, frames) = what(&fs::read(&animated).unwrap());
    assert!(frames > 1);
    fs::copy(animated, tool.home().join("a.gif")).unwrap();
    let specs = ["9x9", "--also", "8x8/filters:format(webp)", "--also", "7x7/filters:still()"];
    let run = resize(&tool, &[&specs[..], &["a.gif", "--out-dir", "o"]].concat()).exits(0);
    assert_eq!(run.stdout.lines().count(), 3, "{run}");
    assert_eq!(file(&tool, "o/a-9x9.gif"), (Format::Gif, 9, 9, frames));
    assert_eq!(file(&tool, "o/a-8x8_filters_format_webp.webp"), (Format::WebP, 8, 8, frames));
    assert_eq!(file(&tool, "o/a-7x7_filters_still.gif"), (Format::Gif, 7, 7, 1));
}

#[test]
fn watermarks_are_files_beside_the_image() {
    let tool = tool();
    fs::create_dir_all(tool.home().join("d/marks")).unwrap();
    fs::write(tool.home().join("d/a.jpg"), DANDELION.bytes).unwrap();
    fs::write(tool.home().join("d/marks/fig.png"), FIG_PNG.bytes).unwrap();
    let marked = "90x60/filters:watermark(marks/fig.png,0,0,0,50)";
    let _ = resize(&tool, &[marked, "d/a.jpg", "marked.jpg"]).exits(0);
    let _ = resize(&tool, &["90x60", "d/a.jpg", "plain.jpg"]).exits(0);
    let read = |name: &str| fs::read(tool.home().join(name)).unwrap();
    assert_ne!(read("marked.jpg"), read("plain.jpg"));
    let absent = "90x60/filters:watermark(fig.png,0,0,0)";
    let run = resize(&tool, &[absent, "--also", "9x9", "d/a.jpg", "--out-dir", "o"]).exits(3);
    assert!(run.stderr.contains("error: d/a.jpg: the watermark `fig.png` is not there"), "{run}");
    assert_eq!(file(&tool, "o/a-9x9.jpg").1, 9);
}

#[test]
fn json_has_every_result_in_the_order_of_the_inputs() {
    let tool = with(&[DANDELION, FIG_PNG]);
    let arguments = ["30x20/filters:format(webp)", "dandelion.jpg", "absent.jpg", "fig.png"];
    let json = ["--out-dir", "o", "--output", "json"];
    let run = resize(&tool, &[&arguments[..], &json].concat()).exits(3);
    let bytes = fs::metadata(tool.home().join("o/fig.webp")).unwrap().len();
    let object = run.json();
    assert_eq!(object["version"], 1);
    assert_eq!((&object["command"], &object["outcome"]), (&"resize".into(), &"incomplete".into()));
    let inputs: Vec<&str> =
        object["files"].as_array().unwrap().iter().map(|one| one["input"].as_str().unwrap()).collect();
    assert_eq!(inputs, arguments[1..]);
    let expected = serde_json::json!({
        "input": "fig.png", "spec": arguments[0], "output": "o/fig.webp", "width": 30, "height": 20,
        "format": "image/webp", "bytes": bytes, "error": null,
    });
    assert_eq!(object["files"][2], expected);
    let failed = &object["files"][1];
    assert!(failed["output"].is_null() && failed["width"].is_null(), "{run}");
    assert!(failed["error"].as_str().unwrap().starts_with("cannot be read: "), "{run}");

    let fine = resize(&tool, &["9x9", "fig.png", "--output", "json"]).exits(0);
    assert_eq!(fine.json()["outcome"], "written");
    let wrong = resize(&tool, &["9y9", "fig.png", "--output", "json"]).exits(2).json();
    assert_eq!((&wrong["command"], &wrong["error"]["exit_code"]), (&"resize".into(), &2.into()));
}

#[test]
fn limits_are_those_of_the_flags() {
    let tool = with(&[DANDELION]);
    for flag in ["--max-pixels", "--max-bytes", "--max-output-pixels"] {
        let run = resize(&tool, &["30x20", "dandelion.jpg", "out.jpg", flag, "599"]).exits(3);
        assert!(run.stderr.contains("599 allowed") || run.stderr.contains("599 bytes allowed"), "{run}");
        assert!(run.stderr.contains(flag), "{run}");
    }
    assert_files(&tool, &["dandelion.jpg"]);
}
