//! PNG: shrunk while it is read, written without what says nothing; metadata of all formats.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use png::{BitDepth, ColorType};
use resizer_core::codec::{self, EncodeOptions, png::decode_shrunk};
use resizer_core::colour::{Chromaticities, Cicp};
use resizer_core::metadata::Kept;
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::{Error, Format};

fn noise(length: usize, seed: u32) -> Vec<u8> {
    (0..length as u32).map(|i| ((i ^ seed).wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// The average of each box, taken the slow way.
fn shrunk(source: &Pixels, by: u32) -> Pixels {
    let n = source.channels.count();
    let alpha = matches!(source.channels, Channels::GreyAlpha | Channels::Rgba);
    let (width, height) = (source.width.div_ceil(by), source.height.div_ceil(by));
    let mut data = Vec::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let rows = y * by..((y + 1) * by).min(source.height);
        let columns = x * by..((x + 1) * by).min(source.width);
        let pixels: Vec<&[u8]> = rows
            .flat_map(|y| columns.clone().map(move |x| (y * source.width + x) as usize * n))
            .map(|at| &source.data[at..at + n])
            .collect();
        let weights: Vec<f64> =
            pixels.iter().map(|p| if alpha { f64::from(p[n - 1]) } else { 1.0 }).collect();
        let weight: f64 = weights.iter().sum();
        for channel in 0..n {
            let average = if alpha && channel == n - 1 {
                weight / pixels.len() as f64
            } else if weight == 0.0 {
                0.0
            } else {
                pixels.iter().zip(&weights).map(|(p, w)| f64::from(p[channel]) * w).sum::<f64>() / weight
            };
            data.push((average + 0.5).floor() as u8);
        }
    }
    Pixels { width, height, channels: source.channels, data }
}

fn both(bytes: &[u8], by: u32) -> (Pixels, Pixels) {
    let header = codec::read_header(Format::Png, bytes).unwrap();
    let shrunk = decode_shrunk(bytes, &header, by).unwrap();
    let size = (header.width.div_ceil(by), header.height.div_ceil(by));
    (decode(bytes).pixels, whole(shrunk, size).pixels)
}

#[test]
fn shrinking_is_the_average_of_each_box() {
    let kinds = [
        (ColorType::Grayscale, Channels::Grey),
        (ColorType::GrayscaleAlpha, Channels::GreyAlpha),
        (ColorType::Rgb, Channels::Rgb),
        (ColorType::Rgba, Channels::Rgba),
    ];
    for (colour, channels) in kinds {
        for (width, height) in [(1, 1), (7, 5), (16, 12), (31, 3)] {
            for (depth, bytes) in [(BitDepth::Eight, 1), (BitDepth::Sixteen, 2)] {
                let mut data = noise((width * height) as usize * channels.count() * bytes, width);
                // Some pixels quite clear.
                if matches!(channels, Channels::GreyAlpha | Channels::Rgba) {
                    data.chunks_mut(channels.count() * bytes).step_by(3).for_each(|pixel| pixel.fill(0));
                }
                let file = png(png_info(width, height, colour, depth), &data);
                for by in [1, 2, 3, 5, 16, 128] {
                    let (whole, small) = both(&file, by);
                    assert_eq!(whole.channels, channels);
                    let wanted = if by == 1 { whole.clone() } else { shrunk(&whole, by) };
                    assert_eq!(small, wanted, "{colour:?} {depth:?} {width}x{height} by {by}");
                }
            }
        }
    }
}

#[test]
fn interlaced_and_palettes_are_shrunk_too() {
    for name in ["interlaced.png", "palette.png", "animated.png", "icc.png"] {
        for by in [2, 5] {
            let (whole, small) = both(fixture(name), by);
            assert_eq!(small, shrunk(&whole, by), "{name} by {by}");
        }
    }
}

#[test]
fn all_depths_of_grey_and_palettes() {
    for (depth, bits) in [(BitDepth::One, 1), (BitDepth::Two, 2), (BitDepth::Four, 4), (BitDepth::Eight, 8)] {
        let levels = 1usize << bits;
        // A row of all values, the first pixel in the highest bits.
        let mut row = vec![0u8; (levels * bits).div_ceil(8)];
        for value in 0..levels {
            row[value * bits / 8] |= ((value as u32) << (8 - bits - value * bits % 8)) as u8;
        }
        let scaled: Vec<u8> = (0..levels).map(|v| (v * 255 / (levels - 1)) as u8).collect();
        let grey = png_info(levels as u32, 1, ColorType::Grayscale, depth);
        let seen = decode(&png(grey.clone(), &row)).pixels;
        assert_eq!((seen.channels, &seen.data), (Channels::Grey, &scaled), "{bits} bits");
        // One value is clear.
        let mut key = grey;
        key.trns = Some(vec![0, 1].into());
        let seen = decode(&png(key, &row)).pixels;
        assert_eq!(seen.channels, Channels::GreyAlpha);
        let clear: Vec<_> = (0..levels).filter(|v| seen.data[v * 2 + 1] == 0).collect();
        assert_eq!(clear, [1], "{bits} bits");
        let mut palette = png_info(levels as u32, 1, ColorType::Indexed, depth);
        let colours = noise(levels * 3, 7);
        palette.palette = Some(colours.clone().into());
        assert_eq!(decode(&png(palette, &row)).pixels.data, colours, "{bits} bits");
    }
}

#[test]
fn sixteen_bits_are_rounded_not_cut() {
    let data: Vec<u8> =
        [0u16, 128, 129, 0x7FFF, 0x8000, 0xFF7F, 0xFFFF].iter().flat_map(|v| v.to_be_bytes()).collect();
    let file = png(png_info(7, 1, ColorType::Grayscale, BitDepth::Sixteen), &data);
    assert_eq!(decode(&file).pixels.data, [0, 0, 1, 127, 128, 255, 255]);
}

#[test]
fn what_says_nothing_is_not_written() {
    let options = EncodeOptions::with_quality(80);
    let kind = |pixels: &Pixels| {
        let bytes = codec::encode(Format::Png, pixels, &options).unwrap();
        assert_eq!(bytes[24], 8);
        let seen = decode(&bytes).pixels;
        assert_eq!(seen.to_rgba(), pixels.to_rgba());
        seen.channels
    };
    let of = |channels, corners| quarters(20, 10, channels, corners);
    assert_eq!(kind(&of(Channels::Grey, &GREYS)), Channels::Grey);
    assert_eq!(kind(&of(Channels::GreyAlpha, &GREYS)), Channels::Grey);
    assert_eq!(kind(&of(Channels::Rgba, &QUARTERS)), Channels::Rgb);
    let clear = [RED, GREEN, BLUE, CLEAR];
    assert_eq!(kind(&of(Channels::Rgba, &clear)), Channels::Rgba);
    assert_eq!(kind(&of(Channels::GreyAlpha, &[GREYS[0], GREYS[1], GREYS[2], CLEAR])), Channels::GreyAlpha);
}

#[test]
fn damage_of_pixels_is_noticed() {
    let file = png(png_info(40, 30, ColorType::Rgb, BitDepth::Eight), &noise(3600, 3));
    let header = codec::read_header(Format::Png, &file).unwrap();
    let start = file.windows(4).position(|w| w == b"IDAT").unwrap() + 4;
    for at in (start..file.len() - 16).step_by(7) {
        let mut bad = file.clone();
        bad[at] ^= 0x10;
        for by in [1, 3] {
            let result = decode_shrunk(&bad, &header, by);
            assert!(matches!(result, Err(Error::Corrupt { .. } | Error::Truncated { .. })), "{at} by {by}");
        }
    }
}

#[test]
fn statements_about_colour_are_read_in_their_order() {
    let rgb = quarters(8, 8, Channels::Rgb, &QUARTERS);
    let mut info = png_info(8, 8, ColorType::Rgb, BitDepth::Eight);
    info.source_gamma = Some(png::ScaledFloat::from_scaled(50_000));
    info.source_chromaticities =
        Some(png::SourceChromaticities::new((0.3127, 0.329), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)));
    let colour = decode(&png(info.clone(), &rgb.data)).colour;
    let p3 = Chromaticities {
        white: (31_270, 32_900),
        red: (68_000, 32_000),
        // Rounded by the encoder.
        green: (26_499, 69_000),
        blue: (15_000, 6_000),
    };
    assert_eq!((colour.gamma, colour.chromaticities), (Some(50_000), Some(p3)));
    // cICP before everything.
    let mut bytes = png(info, &rgb.data);
    let chunk = b"cICP\x0C\x0D\0\x01";
    let sum = crc32(chunk).to_be_bytes();
    bytes.splice(33..33, [&[0, 0, 0, 4][..], chunk, &sum].concat());
    let colour = decode(&bytes).colour;
    assert_eq!(colour.cicp, Some(Cicp { primaries: 12, transfer: 13 }));
    assert_eq!((colour.gamma, colour.chromaticities), (None, None));
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |s, _| if s & 1 == 1 { s >> 1 ^ 0xEDB8_8320 } else { s >> 1 })
    })
}

#[test]
fn what_is_kept_is_there_again() {
    let icc = decode(fixture("icc.jpg")).colour.icc;
    let kept = Kept { exif: Some(exif(1)), icc, xmp: Some(b"<x:xmpmeta/>".to_vec()) };
    let options = EncodeOptions { kept: kept.clone(), ..EncodeOptions::with_quality(80) };
    for channels in [Channels::Rgb, Channels::Rgba] {
        let source = quarters(20, 10, channels, &[RED, GREEN, BLUE, CLEAR]);
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            if format == Format::Jpeg && channels == Channels::Rgba {
                continue;
            }
            let bytes = codec::encode(format, &source, &options).unwrap();
            assert_eq!(codec::read_metadata(format, &bytes), kept, "{format} {channels:?}");
            let plain = codec::encode(format, &source, &EncodeOptions::with_quality(80)).unwrap();
            assert_eq!(codec::read_metadata(format, &plain), Kept::default(), "{format}");
            assert_eq!(decode(&plain).pixels, decode(&bytes).pixels, "{format}");
        }
    }
    for name in ["icc.jpg", "icc.png", "icc.webp"] {
        let format = resizer_core::sniff::sniff(fixture(name)).unwrap();
        let found = codec::read_metadata(format, fixture(name)).icc;
        assert_eq!(found, decode(fixture(name)).colour.icc, "{name}");
    }
    let rgb = quarters(20, 10, Channels::Rgb, &QUARTERS);
    for format in ORIENTED {
        assert_eq!(codec::read_metadata(format, &oriented(format, &rgb, 6)).exif, Some(exif(6)), "{format}");
    }
}

#[test]
fn profiles_are_not_unpacked_to_any_size() {
    // Of zeros, so that the file is small.
    let with = |profile: usize| {
        let mut info = png_info(2, 1, ColorType::Grayscale, BitDepth::Eight);
        info.icc_profile = Some(vec![0; profile].into());
        png(info, &[1, 2])
    };
    let largest = 4 << 20;
    assert_eq!(codec::read_metadata(Format::Png, &with(largest)).icc.map(|icc| icc.len()), Some(largest));
    let larger = with(largest + (1 << 20));
    assert_eq!(codec::read_metadata(Format::Png, &larger), Kept::default());
    let header = codec::read_header(Format::Png, &larger).unwrap();
    // As without one.
    let decoded = decode_shrunk(&larger, &header, 1).unwrap();
    assert_eq!(decoded.colour.icc, None);
}
