//! Reading a header takes memory in proportion to the file, whatever the file says: what is made here names much in few
//! bytes, and what is there is changed at random.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::boxes::{boxed, full, ispe, reference};
use peak_alloc::PeakAlloc;
use resizer_core::{Format, codec, metadata, sniff::sniff};
use std::sync::Mutex;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Tests measure one after the other.
static ALONE: Mutex<()> = Mutex::new(());

/// Bytes that may be allocated at once for a byte of the file, and besides.
const FOR_A_BYTE: usize = 16;
const BESIDES: usize = 512 << 10;
/// For profiles that are compressed, and what inflates them.
const FOR_METADATA: usize = 6 << 20;

/// The most that was allocated at once in `work`, in bytes.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

#[track_caller]
fn check(what: &str, format: Format, bytes: &[u8]) {
    let limit = FOR_A_BYTE * bytes.len() + BESIDES;
    let header = peak(|| drop(codec::read_header(format, bytes)));
    assert!(header <= limit, "{what}: the header of {} bytes took {header}", bytes.len());
    let kept = peak(|| {
        let kept = codec::read_metadata(format, bytes);
        let _ = kept.exif.map(|exif| (metadata::rights(&exif), metadata::upright(&exif)));
    });
    assert!(kept <= limit + FOR_METADATA, "{what}: the metadata of {} bytes took {kept}", bytes.len());
}

/// `count` frames of nothing.
fn gif(count: usize) -> Vec<u8> {
    [b"GIF89a\x01\0\x01\0\0\0\0", &b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\0".repeat(count)[..], b";"].concat()
}

fn webp(count: usize) -> Vec<u8> {
    let size = [0; 10];
    let chunks = vec![(b"none", &[][..]); count];
    common::riff(&[&[(b"VP8X", &size[..])], &chunks[..]].concat())
}

/// Segments of profiles, each of which says that it is one of many.
fn jpeg(count: usize) -> Vec<u8> {
    let profile = b"\xFF\xE2\0\x10ICC_PROFILE\0\x01\xFF".repeat(count);
    let frame = b"\xFF\xC0\0\x0B\x08\0\x05\0\x07\x01\x01\x11\0\xFF\xDA\0\x08\x01\x01\0\0\x3F\0";
    [b"\xFF\xD8", &profile[..], frame].concat()
}

fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let header: &[u8] = &[0, 0, 0, 7, 0, 0, 0, 5, 8, 0, 0, 0, 0];
    let all = [&[(b"IHDR", header)], chunks, &[(b"IEND", &[][..])]].concat();
    let parts = all
        .iter()
        .map(|(name, data)| [&(data.len() as u32).to_be_bytes()[..], &name[..], data, &[0; 4]].concat());
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.collect::<Vec<_>>().concat()].concat()
}

/// A directory of `count` entries that lead back to it: read as what they name, each holds all of them again.
fn directories(count: u16) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend(count.to_be_bytes());
    for _ in 0..count {
        tiff.extend(b"\x87\x69\0\x04\0\0\0\x01\0\0\0\x08");
    }
    tiff.extend([0; 4]);
    tiff
}

/// A directory of `count` entries that are all one text of `length` bytes.
fn texts(count: u16, length: u32) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend(count.to_be_bytes());
    let at = 8 + 2 + u32::from(count) * 12 + 4;
    for _ in 0..count {
        tiff.extend(b"\x01\x3B\0\x02");
        tiff.extend(length.to_be_bytes());
        tiff.extend(at.to_be_bytes());
    }
    tiff.extend([0; 4]);
    tiff.resize(tiff.len() + length as usize, b'a');
    tiff
}

/// A grid whose `count` tiles are all stored in the same `length` bytes, which have to be put together if they are in
/// more than one of `pieces`.
fn overlapping(count: u16, length: u32, pieces: u32) -> Vec<u8> {
    let file = |at: u32| {
        let whole = [0, 0, 0, (count - 1) as u8, 0, 64, 0, 64];
        let place = |id: u16, construction: u8, at: u32, length: u32, pieces: u32| {
            let head =
                [&id.to_be_bytes()[..], &[0, construction, 0, 0], &(pieces as u16).to_be_bytes()].concat();
            let piece =
                |number| [at + number * (length / pieces), length / pieces].map(u32::to_be_bytes).concat();
            [head, (0..pieces).flat_map(piece).collect()].concat()
        };
        let ids: Vec<u16> = (1..=count).collect();
        let number = (count + 1).to_be_bytes();
        let entry = |id: u16, kind: &[u8; 4]| full(b"infe", 2, &[&id.to_be_bytes(), &[0, 0], kind, &[0]]);
        let described = |id: u16, properties: &[u8]| [&id.to_be_bytes()[..], properties].concat();
        let tiles =
            |of_tile: &dyn Fn(u16) -> Vec<u8>| ids.iter().flat_map(|id| of_tile(*id)).collect::<Vec<u8>>();
        let infe = [entry(9000, b"grid"), tiles(&|id| entry(id, b"av01"))].concat();
        let iloc = [place(9000, 1, 0, 8, 1), tiles(&|id| place(id, 0, at, length, pieces))].concat();
        let ipma = [described(9000, &[1, 1]), tiles(&|id| described(id, &[2, 1, 2]))].concat();
        let properties = [ispe(64, 64), boxed(b"av1C", &[&[0x81, 0, 0, 0]])].concat();
        let meta = [
            full(b"pitm", 0, &[&9000_u16.to_be_bytes()]),
            full(b"iloc", 1, &[&[0x44, 0], &number, &iloc]),
            full(b"iinf", 0, &[&number, &infe]),
            full(b"iref", 0, &[&reference(b"dimg", 9000, &ids)]),
            boxed(b"iprp", &[&boxed(b"ipco", &[&properties]), &full(b"ipma", 0, &[&[0, 0], &number, &ipma])]),
            boxed(b"idat", &[&whole]),
        ];
        [boxed(b"ftyp", &[b"avif\0\0\0\0avif"]), full(b"meta", 0, &[&meta.concat()])].concat()
    };
    let head = file(file(0).len() as u32);
    // A frame, its length in seven-bit groups.
    let rest = length - 4;
    let frame = [0x32, rest as u8 | 0x80, (rest >> 7) as u8 | 0x80, (rest >> 14) as u8];
    [head, frame.to_vec(), vec![0; rest as usize]].concat()
}

#[test]
fn what_names_much_in_few_bytes() {
    let _alone = ALONE.lock();
    check("many frames", Format::Gif, &gif(33_000));
    check("many chunks", Format::WebP, &webp(33_000));
    check("too many chunks", Format::WebP, &webp(70_000));
    check("many profiles", Format::Jpeg, &jpeg(100_000));
    check("many profiles", Format::Png, &png(&[(b"iCCP", &b"a\0\0"[..]); 3000]));
    for pieces in [1, 2] {
        // A single one is fine.
        let alone = codec::read_header(Format::Avif, &overlapping(1, 30_000, pieces));
        assert_eq!(alone.map(|header| header.width), Ok(64));
        check("one tile's place for all", Format::Avif, &overlapping(200, 30_000, pieces));
    }
    for exif in [directories(1000), texts(1000, 40_000)] {
        check("directories", Format::Png, &png(&[(b"eXIf", &exif)]));
        check("directories", Format::Png, &png(&[(b"eXIf", &exif[..]); 3]));
        check(
            "directories",
            Format::WebP,
            &common::riff(&[(b"VP8X", &[8, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (b"EXIF", &exif)]),
        );
        let segment = [b"Exif\0\0", &exif[..]].concat();
        let length = (segment.len() as u16 + 2).to_be_bytes();
        check(
            "directories",
            Format::Jpeg,
            &[b"\xFF\xD8\xFF\xE1", &length[..], &segment, &jpeg(0)[2..]].concat(),
        );
    }
}

#[test]
fn what_is_changed_at_random() {
    let _alone = ALONE.lock();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/images/corpus/files");
    let mut random = 1_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below.max(1)
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let Some(format) = sniff(&bytes) else { continue };
        files += 1;
        for _ in 0..60 {
            let mut changed = bytes.clone();
            // Headers are at the front.
            let front = changed.len().min(600);
            for _ in 0..1 + next(4) {
                let at = next(front);
                match next(4) {
                    0 => changed[at] = 0xFF,
                    1 => changed[at] = next(256) as u8,
                    2 => changed.copy_within(at..front, next(front - (front - at))),
                    _ => changed[at..(at + 4).min(front)].fill([0, 0x7F, 0xFF][next(3)]),
                }
            }
            check(&path.display().to_string(), format, &changed);
        }
    }
    assert!(files > 50, "{files}");
}
