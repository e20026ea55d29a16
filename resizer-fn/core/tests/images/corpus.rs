//! The corpus and what is expected of it.

use resizer_core::pixels::{Channels, Pixels};
use std::fs;
use std::path::PathBuf;

/// What has to become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A picture.
    Picture,
    /// An error.
    Error,
    /// Either; but a picture has to be the right one.
    Either,
    /// A picture, whatever is on it: a part is missing.
    Shown,
}

/// One file of the corpus.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) wanted: Wanted,
    /// Width and height as seen, in pixels; 0 for files that have to be refused.
    pub(crate) size: (u32, u32),
    /// Number of frames.
    pub(crate) frames: u32,
    /// Largest mean and largest single difference from the reference.
    pub(crate) tolerance: (f64, f64),
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/images/corpus")
}

/// All files whose names have this end (`jpg`, `png`, …), in the order of `expected.json`.
pub(crate) fn files(end: &str) -> Vec<Entry> {
    let text = fs::read_to_string(folder().join("expected.json")).unwrap();
    let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let entries = all.iter().filter_map(|entry| {
        let name = entry["file"].as_str().unwrap();
        if !name.ends_with(&format!(".{end}")) {
            return None;
        }
        let number = |field: &str| entry[field].as_f64().unwrap_or(0.0);
        Some(Entry {
            bytes: fs::read(folder().join("files").join(name)).unwrap(),
            name: name.to_owned(),
            wanted: match entry["result"].as_str().unwrap() {
                "picture" => Wanted::Picture,
                "error" => Wanted::Error,
                "either" => Wanted::Either,
                "shown" => Wanted::Shown,
                other => panic!("{name}: what is `{other}`?"),
            },
            size: (number("width") as u32, number("height") as u32),
            frames: number("frames") as u32,
            tolerance: (number("mean"), number("max")),
        })
    });
    entries.collect()
}

/// The reference of a file: all frames as RGBA, one below the other.
pub(crate) fn reference(name: &str) -> Pixels {
    let bytes = fs::read(folder().join("references").join(format!("{name}.png"))).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgba, png::BitDepth::Eight), "{name}");
    Pixels { width: info.width, height: info.height, channels: Channels::Rgba, data }
}

#[test]
fn every_file_is_listed() {
    let mut listed: Vec<String> =
        ["jpg", "png", "webp", "gif", "avif"].iter().flat_map(|end| files(end)).map(|f| f.name).collect();
    listed.sort();
    let names = |part: &str| {
        let mut names: Vec<String> = fs::read_dir(folder().join(part))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("files"), listed);
    assert!(listed.len() >= 200, "{}", listed.len());
    for name in names("references") {
        assert!(listed.iter().any(|file| format!("{file}.png") == name), "{name}");
    }
}
