//! What a file asks for is compared with the limits before it is done, also where its header does not show it.
#![allow(clippy::unwrap_used)]

mod common;

use common::boxes::{Item, file, ispe, reference, stream};
use common::*;
use resizer_core::codec::{self, Header};
use resizer_core::colour::ColourInfo;
use resizer_core::picture::Wanted;
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Error, Format, Limits, resize};

/// 1,000 pixels, whatever they are of.
const SMALL: Limits = Limits {
    max_bytes: 1 << 20,
    max_pixels: 1000,
    max_output_pixels: 1000,
    max_frames: 10,
    max_total_pixels: 1000,
    max_total_output_pixels: 1000,
    max_memory: u64::MAX,
    max_work: u64::MAX,
};

fn header(format: Format, bytes: &[u8]) -> Header {
    codec::read_header(format, bytes).unwrap()
}

/// A GIF of 4 x 4 pixels with frames of these sizes.
fn gif(frames: &[(u16, u16)], interlaced: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, 4, 4, &[0, 0, 0, 255, 255, 255]).unwrap();
    for (width, height) in frames {
        let buffer = vec![1; usize::from(*width) * usize::from(*height)].into();
        let frame = gif::Frame { width: *width, height: *height, interlaced, buffer, ..Default::default() };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn frames_that_are_larger_than_the_canvas_count_as_they_are() {
    let made = |bytes: &[u8], spec: &str| resize(bytes, &spec.parse().unwrap(), &SMALL).map(|_| ());
    let too_many = Err(Error::TooManyPixels { width: 4, height: 4, limit: 1000 });
    for interlaced in [false, true] {
        // As a still picture, the first frame alone is decoded, however many there are.
        for spec in ["2x2/filters:still()", "2x2/filters:format(png)"] {
            assert_eq!(made(&gif(&[(40, 26), (4, 4)], interlaced), spec), too_many, "{spec}");
            assert_eq!(made(&gif(&[(40, 26)], interlaced), spec), too_many, "{spec}");
            assert_eq!(made(&gif(&[(40, 25), (60, 60)], interlaced), spec), Ok(()), "{spec}");
        }
        // As an animation, all of them are.
        assert_eq!(made(&gif(&[(30, 30), (4, 4)], interlaced), "2x2"), Ok(()));
        for frames in [&[(30, 30), (4, 26)][..], &[(4, 4), (40, 26)]] {
            let error = made(&gif(frames, interlaced), "2x2");
            assert!(matches!(error, Err(Error::TooMuchAnimation { .. })), "{error:?}");
        }
    }
    // What lies outside of the canvas is not decoded at all: here it could not be.
    let outside = b"GIF89a\x04\0\x04\0\0\0\0\x2C\x04\0\0\0\x09\0\x09\0\x40\x02\x01\xFF\0;";
    assert_eq!(made(outside, "2x2/filters:format(png)"), Ok(()));
}

/// `columns` x 1 tiles of `side` x `side` pixels, whose data have `padding` bytes more; those after the first
/// stand where the first does, if they are `shared`.
fn grid(columns: u16, side: u32, padding: usize, shared: bool) -> Vec<u8> {
    let pixels = Pixels {
        width: side,
        height: side,
        channels: Channels::Rgb,
        data: vec![90; 3 * (side * side) as usize],
    };
    let (mut data, configuration) = stream(&pixels);
    if padding > 0 {
        // A padding OBU, its length in seven-bit groups.
        data.extend([0x7A, padding as u8 | 0x80, (padding >> 7) as u8 | 0x80, (padding >> 14) as u8]);
        data.resize(data.len() + padding, 0);
    }
    let width = columns * side as u16;
    let whole =
        [&[0, 0, 0, columns as u8 - 1][..], &width.to_be_bytes(), &(side as u16).to_be_bytes()].concat();
    let mut items = vec![Item { id: 99, kind: *b"grid", data: whole, properties: vec![3] }];
    for id in 1..=columns {
        let data = if shared && id > 1 { vec![0] } else { data.clone() };
        items.push(Item { id, kind: *b"av01", data, properties: vec![1, 2] });
    }
    let properties = [ispe(side, side), configuration, ispe(width.into(), side)];
    let ids: Vec<u16> = (1..=columns).collect();
    let mut bytes = file(&items, &properties, &[reference(b"dimg", 99, &ids)], usize::MAX);
    if shared {
        let iloc = bytes.windows(4).position(|name| name == b"iloc").unwrap() + 12;
        let place: [u8; 8] = bytes[iloc + 24..iloc + 32].try_into().unwrap();
        for entry in bytes[iloc + 16..].chunks_exact_mut(16).take(columns.into()) {
            entry[8..].copy_from_slice(&place);
        }
    }
    bytes
}

fn avif(bytes: &[u8]) -> Result<Header, Error> {
    codec::read_header(Format::Avif, bytes)
}

#[test]
fn tiles_of_a_grid_are_different_items_in_different_places() {
    let fine = grid(3, 64, 0, false);
    assert_eq!(avif(&fine).map(|header| (header.width, header.stored_pixels)), Ok((192, 3 * 64 * 64)));
    assert!(decode(&fine).pixels.width == 192);
    // Writers store equal tiles once.
    assert!(decode(&grid(3, 64, 0, true)).pixels.width == 192);
    assert!(avif(&grid(3, 64, 20_000, false)).is_ok());
    let corrupt = |bytes: &[u8], why: &str| match avif(bytes) {
        Err(Error::Corrupt { reason, .. }) => assert!(reason.contains(why), "{reason}"),
        other => panic!("{why}: {other:?}"),
    };
    corrupt(&grid(3, 64, 20_000, true), "overlap");
    let mut twice = fine;
    let dimg = twice.windows(4).position(|name| name == b"dimg").unwrap();
    twice[dimg + 11] = 1;
    corrupt(&twice, "twice");
    assert!(matches!(avif(&grid(3, 32, 0, false)), Err(Error::Unsupported { .. })));
    assert!(decode(&grid(1, 32, 0, false)).pixels.width == 32);
}

#[test]
fn tiles_count_with_what_is_cut_off() {
    // 65 x 64 of two tiles.
    let mut bytes = grid(2, 64, 0, false);
    for name in [&[0, 128, 0, 64][..], &[0, 0, 0, 128, 0, 0, 0, 64]] {
        let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
        let low = at + name.len() / 2 - 1;
        bytes[low] = 65;
    }
    let header = avif(&bytes).unwrap();
    assert_eq!((header.width, header.stored_pixels, header.first_pixels), (65, 8192, 8192));
    let limits = Limits { max_pixels: 8191, max_output_pixels: 8191, ..SMALL };
    let made = resize(&bytes, &"2x2".parse().unwrap(), &limits).map(|_| ());
    assert_eq!(made, Err(Error::TooManyPixels { width: 65, height: 64, limit: 8191 }));
}

#[test]
fn a_profile_that_is_longer_than_profiles_are_counts_as_none() {
    let file = |length: usize| {
        let mut info = png_info(1, 1, png::ColorType::Rgb, png::BitDepth::Eight);
        info.icc_profile = Some(vec![0; length].into());
        png(info, &[1, 2, 3])
    };
    assert_eq!(codec::read_metadata(Format::Png, &file(1 << 20)).icc.map(|icc| icc.len()), Some(1 << 20));
    let long = file(5 << 20);
    assert!(long.len() < 1 << 16, "{}", long.len());
    assert_eq!(codec::read_metadata(Format::Png, &long).icc, None);
    assert_eq!(decode(&long).pixels.data, [1, 2, 3]);
    let profile = |length: usize| {
        let mut profile = vec![0; length];
        profile[16..20].copy_from_slice(b"RGB ");
        profile[36..40].copy_from_slice(b"acsp");
        ColourInfo::with_profile(Some(profile), Channels::Rgb).icc.is_some()
    };
    assert!(profile(4 << 20) && !profile((4 << 20) + 1));
}

#[test]
fn a_progressive_picture_has_so_many_scans() {
    let pixels = quarters(64, 48, Channels::Rgb, &QUARTERS);
    let file = jpeg(&pixels, |encoder| encoder.set_progressive(true));
    let last = file.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let (head, scan) = file[..file.len() - 2].split_at(last);
    let with = |times: usize| [head, &scan.repeat(times), b"\xFF\xD9"].concat();
    let usual = resizer_jpeg::scans(&with(1));
    let whole = |bytes: &[u8]| codec::decode(Format::Jpeg, bytes, &header(Format::Jpeg, bytes), &Wanted::ALL);
    assert!(whole(&with(1)).is_ok() && (3..20).contains(&usual));
    let error = whole(&with(102 - usual)).map(|_| ());
    assert!(matches!(error, Err(Error::Unsupported { format: Format::Jpeg, .. })), "{error:?}");
    // At 1/8, what brings nothing new is passed over.
    let eighth = Wanted { detail: 0.1, chroma: 0.5, bottom: u32::MAX };
    let bytes = with(500);
    assert!(codec::decode(Format::Jpeg, &bytes, &header(Format::Jpeg, &bytes), &eighth).is_ok());
}

#[test]
fn chunks_of_a_webp_are_not_counted_for_ever() {
    let extended = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut chunks = vec![(b"none", &[][..]); 1 << 16];
    chunks.insert(0, (b"VP8X", &extended[..]));
    let error = codec::read_header(Format::WebP, &riff(&chunks)).unwrap_err();
    assert!(matches!(&error, Error::Corrupt { reason, .. } if reason.contains("chunks")), "{error}");
}
