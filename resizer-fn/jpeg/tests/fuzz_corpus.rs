//! What the fuzzer has found worth keeping (`fuzz/corpus/decode`), decoded as it does it.
#![allow(clippy::unwrap_used)]

#[path = "../fuzz/checked.rs"]
mod checked;

#[test]
fn the_corpus_gives_planes_of_the_promised_size_or_errors() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/decode");
    let (mut files, mut decoded) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        files += 1;
        let Ok(frame) = resizer_jpeg::frame(&bytes) else { continue };
        decoded += checked::decoded(&bytes, &frame);
    }
    assert!(files > 100 && decoded > files, "{decoded} pictures of {files} files");
}
