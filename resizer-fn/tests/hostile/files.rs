//! What is asked of: honest files of every format, large plain ones, and what is left of them after mischief. All of it is
//! made here, in memory, from the files of the other tests.

use super::requests::Chance;
use std::io::Write as _;
use std::path::Path;

/// A file.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) ending: String,
    pub(crate) bytes: Vec<u8>,
}

/// Folders of honest files, from the package.
const FOLDERS: &[&str] = &["core/tests/fixtures", "../tests/images/corpus/files", "../tests/photos"];
/// Longest file that is taken from them, in bytes.
const LONGEST: u64 = 2 << 20;
const ENDINGS: &[&str] = &["jpg", "png", "webp", "gif", "avif"];

/// The honest ones, sorted.
pub(crate) fn fixed() -> Vec<File> {
    let mut files: Vec<File> = FOLDERS.iter().flat_map(|folder| in_folder(folder)).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(files.len() > 20, "{}", files.len());
    files.push(plain("large grey.png", 7000, 7000, png::ColorType::Grayscale));
    files.push(plain("large.png", 6000, 4000, png::ColorType::Rgba));
    files.push(plain("long.png", 60_000, 3, png::ColorType::Rgb));
    files.push(plain("high.png", 2, 60_000, png::ColorType::Rgb));
    files
}

fn in_folder(folder: &str) -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let fitting = entries.filter(|entry| entry.metadata().unwrap().len() <= LONGEST);
    fitting
        .filter_map(|entry| {
            let path = entry.path();
            let ending = path.extension()?.to_str()?.to_owned();
            ENDINGS.contains(&ending.as_str()).then(|| File {
                name: entry.file_name().to_string_lossy().into_owned(),
                bytes: std::fs::read(&path).unwrap(),
                ending,
            })
        })
        .collect()
}

fn plain(name: &str, width: u32, height: u32, colour: png::ColorType) -> File {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![0x5a; width as usize * colour.samples()];
    (0..height).for_each(|_| stream.write_all(&row).unwrap());
    stream.finish().unwrap();
    drop(writer);
    File { name: name.to_owned(), ending: "png".to_owned(), bytes }
}

/// One of them as it is, or after mischief.
pub(crate) fn any(chance: &mut Chance, files: &[File]) -> File {
    let mut file = chance.of(files).clone();
    let what = match chance.below(8) {
        0..=2 => return file,
        3 => cut(chance, &mut file.bytes),
        4 => flip(chance, &mut file.bytes, 1, 64),
        5 => flip(chance, &mut file.bytes, 20, 4096),
        6 => repeat(chance, &mut file.bytes),
        _ => odd(chance, &mut file.bytes),
    };
    file.name = format!("{} ({what})", file.name);
    file
}

fn cut(chance: &mut Chance, bytes: &mut Vec<u8>) -> &'static str {
    let length = chance.below(bytes.len() + 1);
    bytes.truncate(length);
    "cut"
}

/// Changes bytes near the beginning, where headers are.
fn flip(chance: &mut Chance, bytes: &mut [u8], most: usize, within: usize) -> &'static str {
    for _ in 0..=chance.below(most) {
        let at = chance.below(bytes.len().min(within));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = *chance.of(&[0, 1, 0x7f, 0x80, 0xff, *byte ^ 1, *byte ^ 0x40]);
        }
    }
    "changed"
}

/// Puts a piece in again, up to eight times.
fn repeat(chance: &mut Chance, bytes: &mut Vec<u8>) -> &'static str {
    let begin = chance.below(bytes.len());
    let end = (begin + chance.below(5000)).min(bytes.len());
    let piece = bytes[begin..end].repeat(1 + chance.below(8));
    bytes.splice(end..end, piece);
    "a piece repeated"
}

fn odd(chance: &mut Chance, bytes: &mut Vec<u8>) -> &'static str {
    match chance.below(4) {
        0 => bytes.clear(),
        1 => *bytes = b"<html><img src=x></html>".to_vec(),
        2 => bytes.extend(vec![0; 3 << 20]),
        _ => {
            let half = bytes.len() / 2;
            bytes.rotate_left(half);
        }
    }
    "odd"
}
