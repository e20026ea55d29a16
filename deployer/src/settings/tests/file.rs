//! What is said about wrong files.

#![allow(clippy::unwrap_used)]
use super::{file, shown};
use crate::settings::ConfigFile;
use imgdeploy_model::terminal::Name;
use std::path::Path;

/// The message for a file of one site `shop` with a line added.
fn site(line: &str) -> String {
    let text = format!("version: 1\nsites:\n  shop:\n    bucket: shop-images\n    {line}\n");
    match file(&text) {
        Ok(_) => "right".into(),
        Err(error) => shown(&error),
    }
}

#[test]
fn each_wrong_setting_is_told_with_place_and_cure() {
    for (line, expected) in [
        (
            "distribtion: E1",
            "imgdeploy.yaml:5:5: unknown key `distribtion` in site `shop`\n   |\n 5 |     distribtion: E1\n   |     ^^^^^^^^^^^\n\nhint: did you mean `distribution`?",
        ),
        (
            "timeout: 30",
            "imgdeploy.yaml:5:14: `timeout` of site `shop` must be a whole number from 1 to 29 seconds, not `30`\n   |\n 5 |     timeout: 30\n   |              ^^\n\nhint: API Gateway answers 504 after 29 seconds, whatever the function still does",
        ),
        (
            "prefix: \"resized\"",
            "imgdeploy.yaml:5:13: `prefix` of site `shop` must end with `/` or be empty, not `resized`\n   |\n 5 |     prefix: \"resized\"\n   |             ^^^^^^^^^\n\nhint: write `resized/`",
        ),
        (
            "allowed-dimensions: [300x200, 800]",
            "imgdeploy.yaml:5:35: `allowed-dimensions` of site `shop` must be a list of sizes such as `300x200`, and has the number 800\n   |\n 5 |     allowed-dimensions: [300x200, 800]\n   |                                   ^^^",
        ),
        (
            "{",
            "imgdeploy.yaml:6:1: not valid YAML: could not find expected ':', while scanning a simple key at line 5 column 5\n   |\n 6 | \n   | ^",
        ),
    ] {
        assert_eq!(site(line), expected);
    }
}

/// First line and hint only, for the many.
#[test]
fn every_kind_of_mistake_has_its_message() {
    for (line, message, hint) in [
        ("prefix: ''", "right", ""),
        ("allowed-dimensions: 300x200, 800x", "right", ""),
        ("allowed-dimensions: []", "right", ""),
        (
            "memory: '512'",
            "5:13: `memory` of site `shop` must be a number, not the text \"512\"",
            "take the quotes away",
        ),
        ("memory: lots", "5:13: `memory` of site `shop` must be a whole number, not the text \"lots\"", ""),
        ("memory: 512.5", "5:13: `memory` of site `shop` must be a whole number, not the number 512.5", ""),
        (
            "memory: -1",
            "5:13: `memory` of site `shop` must be a whole number from 128 to 10240 MB, not `-1`",
            "Lambda gives a function 128 to 10240 MB",
        ),
        (
            "max-bytes: 99999999999999999999999",
            "5:16: `max-bytes` of site `shop` must be a whole number from 1 to 5000000000 bytes, not `99999999999999999999999`",
            "",
        ),
        ("memory:", "5:12: `memory` of site `shop` has no value", "give it one, or take the key out"),
        ("memory: [1]", "5:13: `memory` of site `shop` must be a whole number, not a list", ""),
        (
            "url: cdn.example.com",
            "5:10: `url` of site `shop` must begin with `https://` or `http://`, not `cdn.example.com`",
            "write `https://cdn.example.com`",
        ),
        ("url: {}", "5:10: `url` of site `shop` must be text, not a mapping", ""),
        ("profile: 12", "5:14: `profile` of site `shop` must be text, not the number 12", "put it in quotes"),
        ("redirect: 308", "5:15: `redirect` of site `shop` must be 307, 302 or 301, not `308`", ""),
        (
            "log-retention: 31",
            "5:20: `log-retention` of site `shop` must be a number of days that CloudWatch Logs takes, not `31`",
            "the nearest are 30 and 60",
        ),
        (
            "delivery: failover",
            "5:15: `delivery` of site `shop` can't be `failover`: that is not available in this version",
            "only `website` is",
        ),
        (
            "delivery: websites",
            "5:15: `delivery` of site `shop` must be `website`, not `websites`",
            "did you mean `website`?",
        ),
        (
            "arch: amd64",
            "5:11: `arch` of site `shop` must be `arm64` or `x86_64`, not `amd64`",
            "AWS calls it `x86_64`",
        ),
        (
            "no-distribution: yes",
            "5:22: `no-distribution` of site `shop` must be `true` or `false`, not the text \"yes\"",
            "",
        ),
        (
            "allowed-dimensions: [300x200, big]",
            "5:35: `allowed-dimensions` of site `shop` has `big`, which is not a size: write `300x200`, `300x` or `x200` (pixels)",
            "",
        ),
        (
            "allowed-dimensions: 7",
            "5:25: `allowed-dimensions` of site `shop` must be a list such as [300x200, 800x], not the number 7",
            "",
        ),
        ("bucket: other", "5:5: the key `bucket` of site `shop` is there twice", ""),
        ("12: x", "5:5: a key of site `shop` must be text, not the number 12", "put it in quotes"),
        (
            "<<: {memory: 512}",
            "5:5: unknown key `<<` in site `shop`",
            "settings for all sites stand under `defaults:`",
        ),
        (
            "memory: !big 512",
            "5:13: not valid YAML: sites.shop.memory: tags that begin with `!` have no meaning here",
            "",
        ),
        (
            "colour: red",
            "5:5: unknown key `colour` in site `shop`",
            "`imgdeploy attach --help` lists the settings",
        ),
        (
            "allowedDimensions: [1x1]",
            "5:5: unknown key `allowedDimensions` in site `shop`",
            "did you mean `allowed-dimensions`?",
        ),
        (
            "\tmemory: 512",
            "5:5: not valid YAML: found a tab character that violates indentation, while scanning a plain scalar at line 4 column 13",
            "YAML indents with spaces; a line here begins with a tab",
        ),
    ] {
        let text = site(line);
        let first = text.lines().next().unwrap().trim_start_matches("imgdeploy.yaml:");
        assert_eq!(first, message, "{line}");
        assert_eq!(text.split_once("\n\nhint: ").map_or("", |(_, hint)| hint), hint, "{line}");
    }
}

#[test]
fn mistakes_of_the_files_shape() {
    for (text, expected) in [
        ("", "imgdeploy.yaml: the file is empty"),
        ("# only a comment\n", "imgdeploy.yaml: the file is empty"),
        (
            "just text",
            "imgdeploy.yaml:1:1: must be a mapping with the keys `version` and `sites`, not the text \"just text\"",
        ),
        ("sites: {}", "imgdeploy.yaml:1:1: the key `version` is missing"),
        ("version: 2", "imgdeploy.yaml:1:10: `version` must be the number 1, not the number 2"),
        ("version: '1'", "imgdeploy.yaml:1:10: `version` must be the number 1, not the text \"1\""),
        ("version: 1\nsite: {}", "imgdeploy.yaml:2:1: unknown key `site`"),
        ("version: 1\nbucket: x", "imgdeploy.yaml:2:1: unknown key `bucket`"),
        (
            "version: 1\nsites: [shop]",
            "imgdeploy.yaml:2:8: `sites` must be a mapping from names to settings, not a list",
        ),
        ("version: 1\nsites:\n  shop:", "imgdeploy.yaml:3:3: site `shop` has no `bucket`"),
        (
            "version: 1\nsites:\n  shop: b",
            "imgdeploy.yaml:3:9: site `shop` must be a mapping of settings, not the text \"b\"",
        ),
        (
            "version: 1\nsites:\n  a b: {bucket: abc}",
            "imgdeploy.yaml:3:3: the site's name \"a b\" must have 1 to 64 of A-Z, a-z, 0-9, `.`, `_`, `-`, the first a letter or digit",
        ),
        (
            "version: 1\nsites:\n  a: {bucket: abc}\n  b: {bucket: abc}",
            "imgdeploy.yaml:4:15: `bucket` of site `b` is already that of site `a`",
        ),
        ("version: 1\ndefaults: {bucket: abc}", "imgdeploy.yaml:2:12: unknown key `bucket` in `defaults`"),
        (
            "version: 1\n---\nversion: 1",
            "imgdeploy.yaml: not valid YAML: deserializing from YAML containing more than one document is not supported",
        ),
        ("version: 1\nsites: *nothing", "imgdeploy.yaml:2:8: not valid YAML: unknown anchor"),
        (
            "version: 1\nsites:\n  a: {bucket: abc, distribution: E1, no-distribution: true}",
            "imgdeploy.yaml:3:55: site `a` has both `distribution` and `no-distribution: true`",
        ),
    ] {
        let error = file(text).unwrap_err();
        assert_eq!(error.to_string().lines().next().unwrap(), expected, "{text}");
    }
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let error = file(
        "version: 1\nsites:\n  shop:\n    bukcet: shop-images\n    memory: 1\n  blog:\n    bucket: Blog\ndefaults:\n  timout: 3\n",
    )
    .unwrap_err();
    assert_eq!(
        shown(&error),
        "\
4 problems in the settings

imgdeploy.yaml:4:5: unknown key `bukcet` in site `shop`
   |
 4 |     bukcet: shop-images
   |     ^^^^^^
hint: did you mean `bucket`?

imgdeploy.yaml:5:13: `memory` of site `shop` must be a whole number from 128 to 10240 MB, not `1`
   |
 5 |     memory: 1
   |             ^
hint: Lambda gives a function 128 to 10240 MB

imgdeploy.yaml:7:13: `bucket` of site `blog` isn't a bucket's name: `Blog` has 'B'; only a-z, 0-9, `.` and `-` can be in it
   |
 7 |     bucket: Blog
   |             ^^^^

imgdeploy.yaml:9:3: unknown key `timout` in `defaults`
   |
 9 |   timout: 3
   |   ^^^^^^
hint: did you mean `timeout`?"
    );
}

#[test]
fn files_that_are_missing_or_no_text_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.yaml");
    let missing = ConfigFile::read(&path).unwrap_err().to_string();
    assert!(missing.starts_with(&format!("can't read {}: ", Name(&path))), "{missing}");
    std::fs::write(&path, b"version: 1\n# \xc3\xbc \xff\n").unwrap();
    let binary = ConfigFile::read(&path).unwrap_err().to_string();
    assert!(binary.contains("f.yaml:2:5: is not UTF-8 text"), "{binary}");
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = String::from("version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let item = format!("*a{}, ", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", item.repeat(10)));
    }
    let error = file(&text).unwrap_err().to_string();
    assert!(error.contains("repetition limit"), "{error}");
    assert_eq!(ConfigFile::parse(Path::new("x"), "[".repeat(5000)).unwrap_err().problems().len(), 1);
}

#[test]
fn a_secret_is_in_no_message() {
    for value in [
        "tooshort!",
        "\"has a blank in it, has it\"",
        "4711471147114711",
        ">\n      folded!\n      text",
        "[s3cret]",
    ] {
        let text = format!("version: 1\nsites:\n  a:\n    bucket: abc\n    security-key: {value}\n");
        let error = file(&text).unwrap_err().to_string();
        assert!(error.contains("security-key"), "{error}");
        for part in ["tooshort", "blank in it", "4711", "folded", "s3cret"] {
            assert!(!error.contains(part), "{error}");
        }
    }
}

#[test]
fn what_editors_of_windows_write_is_read_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imgdeploy.yaml");
    let text = "version: 1\r\nsites:\r\n  shop:\r\n    bucket: shop-images\r\n    timeout: 30\r\n";
    let written = |bytes: Vec<u8>| {
        std::fs::write(&path, bytes).unwrap();
        ConfigFile::read(&path)
            .map(|_| ())
            .map_err(|error| shown(&error).replace(&*path.to_string_lossy(), "FILE"))
    };
    let marked = |text: &str| [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    assert_eq!(written(marked(&text.replace("30", "20"))), Ok(()));
    // Places are those that an editor shows.
    let wrong = written(marked(text)).unwrap_err();
    assert!(wrong.starts_with("FILE:5:14: `timeout` of site `shop`"), "{wrong}");
    let wrong = written(marked("verzion: 1\n")).unwrap_err();
    assert!(wrong.contains("FILE:1:1: unknown key"), "{wrong}");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[&[0xff, 0xfe][..], &little].concat(), [&[0xfe, 0xff][..], &big].concat(), little, big] {
        let wrong = written(bytes).unwrap_err();
        assert!(wrong.starts_with("FILE is UTF-16 text, and settings are read as UTF-8"), "{wrong}");
        assert!(wrong.contains("save it as UTF-8"), "{wrong}");
    }
    let wrong = written("version: 1\nsites:\n\u{a0}\u{a0}shop: {\n".into()).unwrap_err();
    assert!(wrong.contains("no-break space"), "{wrong}");
}

#[test]
fn a_file_without_an_end_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imgdeploy.yaml");
    std::fs::write(&path, "#".repeat(1024 * 1024 + 1)).unwrap();
    assert!(shown(&ConfigFile::read(&path).unwrap_err()).contains("more than the 1048576 bytes allowed"));
    assert!(shown(&ConfigFile::read(folder.path()).unwrap_err()).contains("it is a folder"));
}
