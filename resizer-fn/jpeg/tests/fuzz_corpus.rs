//! What the fuzzer has found worth keeping (`fuzz/corpus/decode`), decoded as it does it.
#![allow(clippy::unwrap_used)]

use resizer_jpeg::{decode, frame, scaled};

#[test]
fn the_corpus_gives_planes_of_the_promised_size_or_errors() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/decode");
    let (mut files, mut decoded) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        files += 1;
        let Ok(frame) = frame(&bytes) else { continue };
        for (scales, bottom) in
            [([1, 1, 1], u32::MAX), ([8, 4, 3], u32::MAX), ([2, 7, 5], 40), ([6, 1, 1], 9)]
        {
            let Ok(picture) = decode(&bytes, scales, bottom) else { continue };
            decoded += 1;
            for (index, plane) in picture.planes.iter().enumerate() {
                let size = scaled(&frame, index, scales[index]);
                assert_eq!((plane.width, plane.height), size, "{path:?}");
                assert_eq!(plane.data.len(), size.0 as usize * size.1 as usize, "{path:?}");
            }
        }
    }
    assert!(files > 100 && decoded > files, "{decoded} pictures of {files} files");
}
