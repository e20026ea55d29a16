//! AVIF: files of another writer in every kind that is read, what we write, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::boxes::{Item, boxed, described, file, full, ispe, reference, stream};
use common::*;
use proptest::prelude::*;
use resizer_core::codec::avif::{self, Cicp, Info, Options};
use resizer_core::picture::Wanted;
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Error, Format, Limits, codec, resize};

macro_rules! files {
    ($($name:literal: $corners:expr, $depth:literal, $cicp:expr,)*) => {
        const FILES: &[(&str, &[u8], Corners, u8, Option<Cicp>)] =
            &[$(($name, include_bytes!(concat!("data/avif/", $name)), $corners, $depth, $cicp),)*];
    };
}

const fn cicp(primaries: u8, transfer: u8, matrix: u8, full_range: bool) -> Option<Cicp> {
    Some(Cicp { primaries, transfer, matrix, full_range })
}

const HALF: Corners = [[255, 0, 0, 128], [0, 255, 0, 128], [0, 0, 255, 128], [255, 255, 255, 128]];

files! {
    "420-8.avif": QUARTERS, 8, cicp(1, 13, 6, true),
    "420-10.avif": QUARTERS, 10, cicp(1, 13, 6, true),
    "422-12.avif": QUARTERS, 12, cicp(1, 13, 6, true),
    "444-limited-709.avif": QUARTERS, 8, cicp(1, 13, 1, false),
    "444-10-pq.avif": QUARTERS, 10, cicp(9, 16, 9, true),
    "identity.avif": QUARTERS, 8, cicp(1, 13, 0, true),
    "ycgco.avif": QUARTERS, 8, cicp(1, 13, 8, true),
    "420-limited-p3.avif": QUARTERS, 8, cicp(12, 13, 6, false),
    "grey.avif": GREYS, 8, cicp(1, 13, 6, true),
    "alpha.avif": [RED, GREEN, BLUE, CLEAR], 8, cicp(1, 13, 6, true),
    "premultiplied-10.avif": HALF, 10, cicp(1, 13, 6, true),
    "icc.avif": QUARTERS, 8, cicp(2, 2, 6, true),
    "grid.avif": QUARTERS, 8, cicp(1, 13, 6, true),
    "irot.avif": QUARTERS, 8, cicp(1, 13, 6, true),
    "imir.avif": QUARTERS, 8, cicp(1, 13, 6, true),
    "sequence.avif": QUARTERS, 8, cicp(1, 13, 6, true),
}

/// Small, so that a flipped size does not make the tests slow.
const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_pixels: 1 << 18,
    max_output_pixels: 1 << 18,
    max_frames: 1,
    max_total_pixels: 1 << 18,
    max_total_output_pixels: 1 << 18,
    max_memory: u64::MAX,
    max_work: u64::MAX,
};

fn quartered(channels: Channels) -> Pixels {
    quarters(WIDTH, HEIGHT, channels, &QUARTERS)
}

fn refusal(bytes: &[u8]) -> Error {
    resize(bytes, &"30x20".parse().unwrap(), &LIMITS).unwrap_err()
}

#[test]
fn files_of_another_writer() {
    for (name, bytes, corners, depth, cicp) in FILES {
        let info = avif::read_info(bytes).unwrap();
        assert_eq!(info.depth, *depth, "{name}");
        // avifenc gives every sequence an alpha plane.
        let clear = corners.iter().any(|corner| corner[3] != 255) || *name == "sequence.avif";
        assert_eq!(info.has_alpha, clear, "{name}");
        assert_eq!(info.icc.is_some(), *name == "icc.avif", "{name}");
        let decoded = decode(bytes);
        // Where there is a profile, the code points say nothing.
        let points = cicp.filter(|_| info.icc.is_none()).map(|cicp| (cicp.primaries, cicp.transfer));
        assert_eq!(decoded.colour.cicp.map(|found| (found.primaries, found.transfer)), points, "{name}");
        let upright = info.orientation.apply(decoded.pixels);
        let factor = if *name == "grid.avif" { 2 } else { 1 };
        assert_eq!((upright.width, upright.height), (WIDTH * factor, HEIGHT * factor), "{name}");
        assert_quarters(name, &upright, corners, 6);
        let out = resize(bytes, &"30x20".parse().unwrap(), &LIMITS).unwrap();
        assert_eq!(out.format, Format::Avif);
        // Others become sRGB on the way.
        if decoded.colour.is_srgb() {
            // Chroma is scaled with Lanczos, which swings behind edges as hard as these.
            assert_quarters(name, &decode(&out.bytes).pixels, corners, 20);
        }
    }
}

#[test]
fn every_size_goes_there_and_back() {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2), (3, 5), (5, 3), (16, 17), (65, 63), (300, 1)] {
        for channels in [Channels::Grey, Channels::GreyAlpha, Channels::Rgb, Channels::Rgba] {
            // Slow slopes, which survive coding.
            let data = (0..height)
                .flat_map(|y| (0..width).map(move |x| (x, y)))
                .flat_map(|(x, y)| {
                    [60 + x / 3, 60 + y, 90, 200].into_iter().skip(4 - channels.count()).map(|v| v as u8)
                })
                .collect();
            let pixels = Pixels { width, height, channels, data };
            for quality in [85, 95] {
                let bytes =
                    codec::encode(Format::Avif, &pixels, &codec::EncodeOptions::with_quality(quality))
                        .unwrap();
                let back = decode(&bytes).pixels;
                assert_eq!((back.width, back.height, back.channels), (width, height, channels));
                for (at, (a, b)) in pixels.data.iter().zip(&back.data).enumerate() {
                    assert!(
                        a.abs_diff(*b) <= 9,
                        "{width} x {height} {channels:?} {quality}: {a} {b} at {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_written_is_read_again() {
    let mut icc = vec![0; 132];
    icc[16..20].copy_from_slice(b"RGB ");
    icc[36..40].copy_from_slice(b"acsp");
    let exif = exif(6);
    let p3 = Cicp { primaries: 12, ..Cicp::SRGB };
    let options = Options { icc: Some(&icc), exif: Some(&exif), cicp: Some(p3), ..Options::default() };
    let mut pixels = quarters(WIDTH, HEIGHT, Channels::Rgba, &[RED, GREEN, BLUE, CLEAR]);
    let bytes = avif::encode_with(&pixels, &options).unwrap();
    let Info { width, height, orientation, has_alpha, depth, cicp, icc: profile, exif: data } =
        avif::read_info(&bytes).unwrap();
    assert_eq!((width, height, has_alpha, depth, cicp), (WIDTH, HEIGHT, true, 8, Some(p3)));
    // EXIF data don't turn an AVIF file.
    assert_eq!(orientation, resizer_core::orientation::Orientation::UPRIGHT);
    assert_eq!((profile, data.as_deref()), (Some(icc.as_slice()), Some(exif.as_slice())));
    assert_eq!(decode(&bytes).colour.icc, Some(icc));

    // Alpha that hides nothing is left out.
    pixels.data.chunks_mut(4).for_each(|pixel| pixel[3] = 255);
    let bytes = avif::encode_with(&pixels, &Options::default()).unwrap();
    let info = avif::read_info(&bytes).unwrap();
    assert_eq!((info.has_alpha, info.cicp, info.icc), (false, Some(Cicp::SRGB), None));
}

#[test]
fn better_quality_is_larger_and_closer() {
    // Waves that get shorter to the right and downwards, in grey: chroma that is halved says little about quality.
    let wave =
        |i: u32| ((f64::from((i % 64).pow(2) + 2 * (i / 64).pow(2)) / 40.0).sin() * 100.0 + 128.0) as u8;
    let data = (0..64 * 64).flat_map(|i| [wave(i); 3]).collect();
    let pixels = Pixels { width: 64, height: 64, channels: Channels::Rgb, data };
    let mut last = (0, u64::MAX);
    for quality in [1, 30, 60, 89, 95, 100] {
        let bytes =
            codec::encode(Format::Avif, &pixels, &codec::EncodeOptions::with_quality(quality)).unwrap();
        let back = decode(&bytes).pixels;
        let error: u64 =
            pixels.data.iter().zip(&back.data).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
        assert!(bytes.len() > last.0 && error < last.1, "{quality}: {} {error} after {last:?}", bytes.len());
        last = (bytes.len(), error);
    }
}

#[test]
fn an_aperture_cuts() {
    // The right half, whose centre lies 24 pixels right of the picture's.
    let clap: Vec<u8> = [48i32, 1, 64, 1, 24, 1, 0, 1].iter().flat_map(|value| value.to_be_bytes()).collect();
    let bytes = described(&quartered(Channels::Rgb), &[boxed(b"clap", &[&clap])]);
    let pixels = decode(&bytes).pixels;
    assert_eq!((pixels.width, pixels.height), (48, 64));
    assert_quarters("clap", &pixels, &[GREEN, GREEN, WHITE, WHITE], 6);
}

#[test]
fn items_in_pieces_are_put_together() {
    let pixels = quartered(Channels::Rgb);
    let (data, configuration) = stream(&pixels);
    let properties = [ispe(WIDTH, HEIGHT), configuration];
    let item = Item { id: 7, kind: *b"av01", data, properties: vec![1, 2] };
    let bytes = file(&[item], &properties, &[], 10);
    assert_quarters("pieces", &decode(&bytes).pixels, &QUARTERS, 6);
}

/// Two tiles of 96 x 64 as a grid of `size`, and what `change` makes of it.
fn grid(size: (u16, u16), columns: u8, tiles: &[u16]) -> Vec<u8> {
    let (data, configuration) = stream(&quartered(Channels::Rgb));
    let whole = [&[0, 0, 0, columns - 1][..], &size.0.to_be_bytes(), &size.1.to_be_bytes()].concat();
    let tile = |id| Item { id, kind: *b"av01", data: data.clone(), properties: vec![1, 2] };
    let items = [Item { id: 9, kind: *b"grid", data: whole, properties: vec![3] }, tile(1), tile(2)];
    let properties = [ispe(WIDTH, HEIGHT), configuration, ispe(size.0.into(), size.1.into())];
    file(&items, &properties, &[reference(b"dimg", 9, tiles)], usize::MAX)
}

#[test]
fn grids_are_joined_and_cut_at_their_edge() {
    let pixels = decode(&grid((170, 60), 2, &[1, 2])).pixels;
    assert_eq!((pixels.width, pixels.height), (170, 60));
    for (x, colour) in [(10, RED), (80, GREEN), (106, RED), (160, GREEN)] {
        let got = at(&pixels, x, 10);
        assert!(got.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 6), "{got:?} at {x}");
    }
    for (what, bytes) in [
        ("not covered", grid((193, 64), 2, &[1, 2])),
        ("a tile that shows nothing", grid((96, 64), 2, &[1, 2])),
        ("a tile too few", grid((192, 64), 2, &[1])),
        ("itself as a tile", grid((192, 64), 2, &[9, 9])),
        ("a tile that is missing", grid((192, 64), 2, &[1, 5])),
    ] {
        let error = refusal(&bytes);
        assert!(matches!(error, Error::Corrupt { .. } | Error::Unsupported { .. }), "{what}: {error}");
    }
}

#[test]
fn sizes_are_refused_before_decoding() {
    let (data, configuration) = stream(&quartered(Channels::Rgb));
    let sized = |width, height| {
        let item = Item { id: 1, kind: *b"av01", data: data.clone(), properties: vec![1, 2] };
        file(&[item], &[ispe(width, height), configuration.clone()], &[], usize::MAX)
    };
    assert!(resize(&sized(WIDTH, HEIGHT), &"30x20".parse().unwrap(), &LIMITS).is_ok());
    assert!(matches!(refusal(&sized(u32::MAX, u32::MAX)), Error::TooManyPixels { .. }));
    assert!(matches!(refusal(&sized(0, 64)), Error::Corrupt { .. }));
    // A container that lies about the size of its bitstream, either way.
    assert!(matches!(refusal(&sized(16, 16)), Error::Corrupt { .. }));
    assert!(matches!(refusal(&sized(200, 200)), Error::Corrupt { .. }));
}

#[test]
fn what_is_not_understood_is_not_guessed() {
    let pixels = quartered(Channels::Rgb);
    let (data, configuration) = stream(&pixels);
    let build = |kind: &[u8; 4], data: Vec<u8>, essential: bool, property: Vec<u8>| {
        let last = 3 | u8::from(essential) << 7;
        let item = Item { id: 1, kind: *kind, data, properties: vec![1, 2, last] };
        file(&[item], &[ispe(WIDTH, HEIGHT), configuration.clone(), property], &[], usize::MAX)
    };
    let unknown = boxed(b"what", &[]);
    assert!(decode(&build(b"av01", data.clone(), false, unknown.clone())).pixels.width > 0);
    for bytes in [
        build(b"av01", data.clone(), true, unknown.clone()),
        build(b"hvc1", data.clone(), false, unknown.clone()),
        build(b"av01", data.clone(), true, boxed(b"lsel", &[&[0, 1]])),
        build(b"av01", data.clone(), false, full(b"colr", 0, &[])).repeat(1).replace_first(b"meta", b"moov"),
    ] {
        assert!(matches!(refusal(&bytes), Error::Unsupported { .. }), "{}", refusal(&bytes));
    }
    // More frames than a still picture has, in a few bytes.
    let frames = [&data[..], &data.repeat(20)].concat();
    assert!(matches!(refusal(&build(b"av01", frames, false, unknown)), Error::Unsupported { .. }));
}

trait ReplaceFirst {
    fn replace_first(self, from: &[u8; 4], to: &[u8; 4]) -> Vec<u8>;
}

impl ReplaceFirst for Vec<u8> {
    fn replace_first(mut self, from: &[u8; 4], to: &[u8; 4]) -> Vec<u8> {
        let at = self.windows(4).position(|window| window == from).unwrap();
        self[at..at + 4].copy_from_slice(to);
        self
    }
}

#[test]
fn every_cut_is_an_error() {
    for (name, bytes, ..) in FILES {
        // A sequence has tracks after the picture, which nobody reads.
        let needed = bytes.len() - if *name == "sequence.avif" { bytes.len() / 2 } else { 0 };
        for end in 0..needed {
            let error = resize(&bytes[..end], &"30x20".parse().unwrap(), &LIMITS).unwrap_err();
            let expected = match error {
                Error::NotAnImage => end < 24,
                Error::Truncated { .. } => true,
                _ => false,
            };
            assert!(expected, "{name} cut at {end} of {}: {error:?}", bytes.len());
        }
    }
}

/// As `resize` does it, without the encoding, which would take most of the time.
fn read(bytes: &[u8]) -> Result<Pixels, Error> {
    let header = codec::read_header(Format::Avif, bytes)?;
    LIMITS.check_source(header.width, header.height)?;
    codec::decode(Format::Avif, bytes, &header, &Wanted::ALL)
        .map(|decoded| whole(decoded, (header.width, header.height)).pixels)
}

#[test]
fn every_changed_byte_is_a_picture_or_an_error() {
    for (name, bytes, ..) in FILES {
        for at in 0..bytes.len() {
            for value in [0, 0xFF, bytes[at] ^ 0x80, bytes[at].wrapping_add(1)] {
                let mut damaged = bytes.to_vec();
                damaged[at] = value;
                match read(&damaged) {
                    Err(error) => assert_ne!(error, Error::Codec, "{name}: {value} at {at}"),
                    Ok(pixels) => {
                        let Pixels { width, height, channels, data } = pixels;
                        assert_eq!(data.len(), width as usize * height as usize * channels.count());
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn several_changed_bytes_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 2..8),
    ) {
        let (_, bytes, ..) = which.get(FILES);
        let mut damaged = bytes.to_vec();
        for (at, value) in changes {
            damaged[at.index(bytes.len())] = value;
        }
        prop_assert_ne!(read(&damaged).err(), Some(Error::Codec));
    }
}
