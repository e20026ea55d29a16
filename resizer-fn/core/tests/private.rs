//! What originals say besides their pixels does not get out unless it is asked for by name.
#![allow(clippy::unwrap_used)]

use resizer_core::codec::read_header;
use resizer_core::{Limits, Spec, resize, sniff};

const JPEG: &[u8] = include_bytes!("fixtures/progressive.jpg");
const PNG: &[u8] = include_bytes!("fixtures/interlaced.png");
const WEBP: &[u8] = include_bytes!("fixtures/lossy.webp");
const SECRET: &[u8] = b"SECRET";

/// EXIF data: a camera's make (`Cam`), and a place that says SECRET.
fn exif() -> Vec<u8> {
    let mut out = b"MM\0\x2A\0\0\0\x08\0\x02".to_vec();
    out.extend(b"\x01\x0F\0\x02\0\0\0\x04Cam\0");
    out.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    // At 38: the directory of the place, and what stands in it.
    out.extend(b"\0\x01\0\x1D\0\x02\0\0\0\x08\0\0\0\x38\0\0\0\0SECRET\0\0");
    out
}

fn with_segments(jpeg: &[u8]) -> Vec<u8> {
    let segment = |marker: u8, data: &[u8]| {
        [&[0xFF, marker], &(data.len() as u16 + 2).to_be_bytes()[..], data].concat()
    };
    let (start, rest) = jpeg.split_at(2);
    let app1 = segment(0xE1, &[b"Exif\0\0", exif().as_slice()].concat());
    let xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>SECRET</x>");
    let photoshop = segment(0xED, b"Photoshop 3.0\0SECRET");
    [start, &app1, &xmp, &photoshop, &segment(0xEB, b"SECRET"), &segment(0xFE, b"SECRET"), rest].concat()
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn with_chunks(png: &[u8]) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let named = [name, data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
    };
    // Behind the signature and IHDR.
    let (start, rest) = png.split_at(8 + 25);
    let text = chunk(b"tEXt", b"Comment\0SECRET");
    let xmp = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x>SECRET</x>");
    [start, &chunk(b"eXIf", &exif()), &text, &xmp, rest].concat()
}

fn with_riff_chunks(webp: &[u8]) -> Vec<u8> {
    let header = read_header(resizer_core::Format::WebP, webp).unwrap();
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let chunk = |name: &[u8], data: &[u8]| {
        [name, &(data.len() as u32).to_le_bytes(), data, &vec![0; data.len() % 2]].concat()
    };
    // EXIF and XMP are there.
    let extended = [vec![0x0C, 0, 0, 0], side(header.width), side(header.height)].concat();
    let body =
        [b"WEBP", chunk(b"VP8X", &extended).as_slice(), &webp[12..], &chunk(b"EXIF", &exif())].concat();
    let body = [body, chunk(b"XMP ", b"<x>SECRET</x>")].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A GIF of the PNG, with a comment.
fn with_comment() -> Vec<u8> {
    let spec: Spec = "30x/filters:format(gif)".parse().unwrap();
    let mut gif = resize(PNG, &spec, &Limits::default()).unwrap().bytes;
    let trailer = gif.pop();
    gif.extend(b"\x21\xFE\x06SECRET\0");
    gif.extend(trailer);
    gif
}

fn tells(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

fn originals() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("jpeg", with_segments(JPEG)),
        ("png", with_chunks(PNG)),
        ("webp", with_riff_chunks(WEBP)),
        ("gif", with_comment()),
    ]
}

#[test]
fn nothing_is_kept_unless_it_is_named() {
    for (name, bytes) in originals() {
        assert!(tells(&bytes, SECRET) && sniff::sniff(&bytes).is_some(), "{name}");
        for format in ["jpeg", "png", "webp", "gif", "avif"] {
            for kept in ["", ":keep(icc)", ":keep(copyright)", ":keep(exif)", ":keep(exif,icc,copyright)"] {
                let text = format!("30x20/filters:format({format}){kept}");
                let made = resize(&bytes, &text.parse().unwrap(), &Limits::default()).unwrap();
                assert!(!tells(&made.bytes, SECRET), "{name}: {text}");
            }
        }
        // As it is, in its own format, whole.
        let whole = resize(&bytes, &"0x0".parse().unwrap(), &Limits::default()).unwrap();
        assert!(!tells(&whole.bytes, SECRET), "{name}");
    }
}

#[test]
fn exif_is_kept_with_or_without_the_place() {
    for (name, bytes) in originals().into_iter().filter(|(name, _)| *name != "gif") {
        for (kept, camera, place) in
            [("exif", true, false), ("all-exif", true, true), ("copyright", false, false)]
        {
            let text = format!("30x20/filters:keep({kept})");
            let made = resize(&bytes, &text.parse().unwrap(), &Limits::default()).unwrap();
            assert_eq!(
                (tells(&made.bytes, b"Cam\0"), tells(&made.bytes, SECRET)),
                (camera, place),
                "{name}: {text}"
            );
        }
    }
}
