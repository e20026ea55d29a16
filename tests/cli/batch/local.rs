//! The same on this machine.

use serde_json::Value;
use test_support::jpeg;
use test_support::photos::{DANDELION, MOUNTAIN};
use test_support::tool::Tool;

use crate::bench::{BUCKET, Bench};

#[test]
fn a_bucket_that_was_never_attached_gets_its_images() {
    let bench = Bench::private();
    let order = [
        "batch", "--local", "--bucket", BUCKET, "--from", "pics/", "--spec", "30x20", "--spec", "80x",
        "--output", "json",
    ];
    bench.scenario.put_object("pics/note.txt", "text/plain", "no image");
    let first = bench.tool.run(order).exits(3);
    let end: Value = serde_json::from_str(first.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&end["done"], &end["skipped"], &end["failed"]), (&8.into(), &0.into(), &2.into()), "{first}");
    assert_eq!(end["errors"][0]["key"], "pics/note.txt");
    assert_eq!(bench.scenario.keys("resized/").len(), 8);
    let second = bench.tool.run(order).exits(3);
    let end: Value = serde_json::from_str(second.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&end["done"], &end["skipped"]), (&0.into(), &8.into()), "{second}");
    // What is attached later takes them for its own: nothing foreign is under the prefix.
    let attached = bench.attach().exits(0);
    assert!(!attached.stderr.contains("foreign"), "{attached}");
}

#[test]
fn a_folder_gets_its_images_without_aws() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::create_dir_all(from.join("2026")).unwrap();
    std::fs::write(from.join("a.jpg"), DANDELION.bytes).unwrap();
    std::fs::write(from.join("2026/b.jpg"), MOUNTAIN.bytes).unwrap();
    let tool = Tool::new(env!("CARGO_BIN_EXE_imgdeploy")).without_credentials();
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    let order =
        ["batch", "--local", "--folder", from, "--to", to, "--spec", "30x20", "--spec", "fit-in/40x40"];
    let run = tool.run(order).exits(0);
    assert!(run.stdout.contains("4 done, 0 skipped"), "{run}");
    let image = std::fs::read(folder.path().join("out/resized/30x20/2026/b.jpg")).unwrap();
    assert_eq!(jpeg::dimensions(&image), Ok((30, 20)));
    assert!(folder.path().join("out/resized/fit-in/40x40/a.jpg").is_file());
    let again = tool.run(order).exits(0);
    assert!(again.stdout.contains("0 done, 4 skipped"), "{again}");
    // Into the folder itself: images are no originals.
    let inside = ["batch", "--local", "--folder", from, "--spec", "30x20"];
    let _ = tool.run(inside).exits(0);
    let again = tool.run(inside).exits(0);
    assert!(again.stdout.contains("2 images: 0 done, 2 skipped"), "{again}");
    // And where the folder lies among the images, none is made: `--force` would write over the originals.
    let among = format!("{to}/resized/30x20");
    let before = std::fs::read(format!("{among}/a.jpg")).unwrap();
    let refused =
        tool.run(["batch", "--local", "--folder", &among, "--to", to, "--spec", "30x20", "--force"]);
    assert_eq!(
        (refused.code, std::fs::read(format!("{among}/a.jpg")).unwrap() == before),
        (2, true),
        "{refused}"
    );
    let nowhere = tool.run(["batch", "--local", "--folder", "/nowhere/at/all", "--spec", "9x9"]);
    assert_eq!(nowhere.code, 6, "{nowhere}");
}
