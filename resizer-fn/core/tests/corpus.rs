//! Every kind of image comes out right: size to the pixel, colours, huge_jpeg upright.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use png::{BitDepth, ColorType};
use resizer_core::pixels::Channels;
use resizer_core::{
    Assets, Defaults, Error, Format, Limits, Options, Output, Spec, resize, resize_all, sniff,
};

/// Lossy codecs at these qualities, on flat colours.
const TOLERANCE: u8 = 16;

fn to(bytes: &[u8], spec: &str) -> Output {
    resize(bytes, &spec.parse().unwrap(), &Limits::default()).unwrap()
}

/// Resizes and checks size, format and colours.
#[track_caller]
fn check(what: &str, bytes: &[u8], corners: &Corners) {
    for (spec, size) in [
        ("30x20", (30, 20)),
        ("33x", (33, 22)),
        ("x50", (75, 50)),
        ("41x40", (41, 40)),
        ("192x128", (192, 128)),
    ] {
        let out = to(bytes, spec);
        let what = format!("{what} to {spec}");
        assert_eq!((out.width, out.height), size, "{what}");
        assert_eq!(Some(out.format), sniff::sniff(bytes), "{what}");
        let pixels = decode(&out.bytes).pixels;
        assert_eq!((pixels.width, pixels.height), size, "{what}");
        assert_quarters(&what, &pixels, corners, TOLERANCE);
    }
}

#[test]
fn fixtures_of_other_software() {
    for (name, bytes, corners) in FIXTURES {
        check(name, bytes, corners);
    }
}

#[test]
fn jpegs_of_all_samplings() {
    let source = quarters(WIDTH, HEIGHT, Channels::Rgb, &QUARTERS);
    use jpeg_encoder::SamplingFactor::*;
    for factor in [R_4_4_4, R_4_4_0, R_4_2_2, R_4_2_0, R_4_1_1] {
        for progressive in [false, true] {
            let bytes = jpeg(&source, |e| {
                e.set_sampling_factor(factor);
                e.set_progressive(progressive);
            });
            check(&format!("{factor:?}, progressive {progressive}"), &bytes, &QUARTERS);
        }
    }
    for factor in [R_4_4_4, R_4_4_0, R_4_2_2, R_4_2_0] {
        let in_parts = jpeg(&source, |e| {
            e.set_sampling_factor(factor);
            e.set_optimized_huffman_tables(true);
        });
        check(&format!("{factor:?} in parts"), &in_parts, &QUARTERS);
    }
    check("restarts", &jpeg(&source, |e| e.set_restart_interval(3)), &QUARTERS);
    let grey = quarters(WIDTH, HEIGHT, Channels::Grey, &GREYS);
    check("grey", &jpeg(&grey, |_| ()), &GREYS);
}

#[test]
fn four_inks_become_colours() {
    // Cyan, magenta, yellow, black; the encoder stores them inverted, as Adobe does.
    let inks = [[0, 255, 255, 0], [255, 0, 255, 0], [255, 255, 0, 0], [0, 0, 0, 0]];
    let mut source = quarters(WIDTH, HEIGHT, Channels::Rgba, &inks);
    let ycck = jpeg(&source, |_| ());
    let out = to(&ycck, "30x20");
    let pixels = decode(&out.bytes).pixels;
    assert_eq!(pixels.channels, Channels::Rgb);
    assert_quarters("ycck", &pixels, &QUARTERS, TOLERANCE);
    // All black ink.
    source.data.chunks_mut(4).for_each(|p| p[3] = 255);
    let black = decode(&to(&jpeg(&source, |_| ()), "30x20").bytes).pixels;
    assert_quarters("black", &black, &[[0, 0, 0, 255]; 4], TOLERANCE);
}

#[test]
fn pngs_of_all_kinds() {
    let rgba = [RED, GREEN, [0, 0, 255, 128], CLEAR];
    for (colour, channels, corners) in [
        (ColorType::Grayscale, Channels::Grey, GREYS),
        (ColorType::GrayscaleAlpha, Channels::GreyAlpha, [GREYS[0], GREYS[1], [29, 29, 29, 128], CLEAR]),
        (ColorType::Rgb, Channels::Rgb, QUARTERS),
        (ColorType::Rgba, Channels::Rgba, rgba),
    ] {
        let source = quarters(WIDTH, HEIGHT, channels, &corners);
        let eight = png(png_info(WIDTH, HEIGHT, colour, BitDepth::Eight), &source.data);
        check(&format!("8 bit {colour:?}"), &eight, &corners);
        // The same value in both bytes, so that it is exactly the same brightness.
        let wide: Vec<u8> = source.data.iter().flat_map(|v| [*v, *v]).collect();
        let sixteen = png(png_info(WIDTH, HEIGHT, colour, BitDepth::Sixteen), &wide);
        check(&format!("16 bit {colour:?}"), &sixteen, &corners);
        for bytes in [&eight, &sixteen] {
            assert_eq!(decode(&to(bytes, "10x").bytes).pixels.channels, channels);
        }
    }
}

#[test]
fn palettes_with_and_without_alpha() {
    let indices: Vec<u8> = quarters(WIDTH, HEIGHT, Channels::Grey, &[[0; 4], [1; 4], [2; 4], [3; 4]]).data;
    let mut info = png_info(WIDTH, HEIGHT, ColorType::Indexed, BitDepth::Eight);
    info.palette = Some(QUARTERS.iter().flat_map(|c| &c[..3]).copied().collect::<Vec<_>>().into());
    let opaque = png(info.clone(), &indices);
    check("palette", &opaque, &QUARTERS);
    assert_eq!(decode(&to(&opaque, "10x").bytes).pixels.channels, Channels::Rgb);
    info.trns = Some(vec![255, 255, 128, 0].into());
    let alpha = png(info, &indices);
    check("palette with alpha", &alpha, &[RED, GREEN, [0, 0, 255, 128], CLEAR]);
    assert_eq!(decode(&to(&alpha, "10x").bytes).pixels.channels, Channels::Rgba);
}

#[test]
fn few_bits_of_grey() {
    // One bit a pixel: left half black, right half white.
    let row: Vec<u8> = (0..WIDTH / 8).map(|x| if x < WIDTH / 16 { 0 } else { 255 }).collect();
    let data = row.repeat(HEIGHT as usize);
    let bytes = png(png_info(WIDTH, HEIGHT, ColorType::Grayscale, BitDepth::One), &data);
    let (black, white) = ([0, 0, 0, 255], WHITE);
    check("one bit", &bytes, &[black, white, black, white]);
}

/// The stored quarters for each orientation of a picture that is seen as [`QUARTERS`], and whether
/// the sides are exchanged.
const STORED: [(u8, Corners, bool); 8] = [
    (1, [RED, GREEN, BLUE, WHITE], false),
    (2, [GREEN, RED, WHITE, BLUE], false),
    (3, [WHITE, BLUE, GREEN, RED], false),
    (4, [BLUE, WHITE, RED, GREEN], false),
    (5, [RED, BLUE, GREEN, WHITE], true),
    (6, [GREEN, WHITE, RED, BLUE], true),
    (7, [WHITE, GREEN, BLUE, RED], true),
    (8, [BLUE, RED, WHITE, GREEN], true),
];

#[test]
fn every_orientation_of_every_format_is_upright() {
    for (tag, corners, swapped) in STORED {
        let (w, h) = if swapped { (HEIGHT, WIDTH) } else { (WIDTH, HEIGHT) };
        let stored = quarters(w, h, Channels::Rgb, &corners);
        for format in ORIENTED {
            let bytes = oriented(format, &stored, tag);
            check(&format!("{format} with orientation {tag}"), &bytes, &QUARTERS);
            // Once upright, nothing may turn it again.
            let again = to(&to(&bytes, "60x40").bytes, "30x20");
            let pixels = decode(&again.bytes).pixels;
            assert_quarters(&format!("{format} {tag} twice"), &pixels, &QUARTERS, 2 * TOLERANCE);
        }
    }
}

#[test]
fn cuts_are_centred_as_seen() {
    // Seen: 90 columns in three stripes, red, green, blue; stored turned by each orientation.
    let seen: Vec<[u8; 3]> =
        [[255, 0, 0], [0, 255, 0], [0, 0, 255]].into_iter().flat_map(|c| [c; 30]).collect();
    for (tag, stored) in [
        (1, (0..30).flat_map(|_| seen.clone()).collect::<Vec<_>>()),
        (6, seen.iter().rev().flat_map(|c| [*c; 30]).collect()),
    ] {
        let (w, h) = if tag == 1 { (90, 30) } else { (30, 90) };
        let pixels = resizer_core::pixels::Pixels {
            width: w,
            height: h,
            channels: Channels::Rgb,
            data: stored.concat(),
        };
        let out = decode(&to(&oriented(Format::Png, &pixels, tag), "20x20").bytes).pixels;
        assert_quarters(&format!("orientation {tag}"), &out, &[GREEN; 4], 2);
    }
}

#[test]
fn results_are_srgb_without_a_profile() {
    for name in ["icc.jpg", "icc.png", "icc.webp"] {
        let bytes = fixture(name);
        let profile = decode(bytes).colour.icc;
        assert!(profile.is_some_and(|p| p.len() > 400), "{name}");
        assert_eq!(decode(&to(bytes, "30x20").bytes).colour.icc, None, "{name}");
    }
    assert_eq!(decode(&to(fixture("cmyk.jpg"), "30x20").bytes).colour.icc, None);
}

#[test]
fn first_frames_are_put_on_their_canvas() {
    // A red frame of 20 x 10 at 40, 30 of a canvas of 96 x 64, made of a still image's chunk.
    let red = quarters(20, 10, Channels::Rgb, &[RED; 4]);
    let mut frame = vec![20, 0, 0, 15, 0, 0, 19, 0, 0, 9, 0, 0, 100, 0, 0, 0];
    frame.extend_from_slice(&webp(&red)[12..]);
    let canvas = [0x12, 0, 0, 0, 95, 0, 0, 63, 0, 0];
    let file = riff(&[(b"VP8X", &canvas), (b"ANIM", &[0; 6]), (b"ANMF", &frame)]);
    let pixels = decode(&to(&file, "96x64").bytes).pixels;
    assert!(at(&pixels, 50, 35)[0] > 240 && at(&pixels, 50, 35)[3] > 250);
    for (x, y) in [(30, 35), (70, 35), (50, 20), (50, 50)] {
        assert!(at(&pixels, x, y)[3] < 5, "{x}, {y}");
    }
    // Out of the canvas.
    frame[0] = 40;
    let out = riff(&[(b"VP8X", &canvas), (b"ANIM", &[0; 6]), (b"ANMF", &frame)]);
    let error = resize(&out, &"96x".parse().unwrap(), &Limits::default());
    assert!(matches!(error, Err(Error::Corrupt { .. })), "{error:?}");
}

#[test]
fn quality_counts_for_lossy_formats() {
    let noise: Vec<u8> = (0..96 * 64 * 3u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let source = resizer_core::pixels::Pixels { width: 96, height: 64, channels: Channels::Rgb, data: noise };
    for bytes in [jpeg(&source, |_| ()), webp(&source)] {
        let size = |q| {
            let defaults = Defaults { quality: q };
            let options = Options {
                defaults: &defaults,
                limits: &Limits::default(),
                assets: &Assets::new(),
                stop: &resizer_core::stop::NEVER,
            };
            let mut outputs = resize_all(&bytes, &[Spec::cover(90, 60)], &options).unwrap();
            outputs.remove(0).unwrap().bytes.len()
        };
        let sizes = [1, 20, 50, 80, 95, 100].map(size);
        assert!(sizes.is_sorted() && sizes[5] > 3 * sizes[0], "{sizes:?}");
    }
}

#[test]
fn limits_hold_before_pixels_are_touched() {
    let bytes = fixture("progressive.jpg");
    let spec = "30x".parse().unwrap();
    let with = |limits: Limits| resize(bytes, &spec, &limits).map(|_| ());
    let fits = Limits {
        max_bytes: bytes.len() as u64,
        max_pixels: 96 * 64,
        max_output_pixels: 30 * 20,
        ..Limits::default()
    };
    assert_eq!(with(fits), Ok(()));
    assert!(matches!(with(Limits { max_bytes: 591, ..fits }), Err(Error::TooManyBytes { .. })));
    assert!(matches!(with(Limits { max_pixels: 6143, ..fits }), Err(Error::TooManyPixels { .. })));
    assert!(matches!(with(Limits { max_output_pixels: 599, ..fits }), Err(Error::OutputTooLarge { .. })));

    // Headers that promise 65000 x 65000 with nothing behind them: refused by size, not by content.
    let mut huge_jpeg = fixture("cmyk.jpg").to_vec();
    let sof = huge_jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    huge_jpeg[sof + 5..sof + 9].copy_from_slice(&[0xFD, 0xE8, 0xFD, 0xE8]);
    let mut wide = fixture("interlaced.png").to_vec();
    wide[16..24].copy_from_slice(&[0, 0, 0xFD, 0xE8, 0, 0, 0xFD, 0xE8]);
    for huge in [huge_jpeg, wide] {
        let error = resize(&huge, &spec, &Limits::default());
        assert!(
            matches!(error, Err(Error::TooManyPixels { width: 65_000, height: 65_000, .. })),
            "{error:?}"
        );
    }
    // One pixel wide and very tall: the result is what is too large.
    let tall = quarters(1, 2000, Channels::Grey, &GREYS);
    let tall = png(png_info(1, 2000, ColorType::Grayscale, BitDepth::Eight), &tall.data);
    let error = resize(&tall, &"10000x".parse().unwrap(), &Limits::default());
    assert!(matches!(error, Err(Error::OutputTooLarge { .. })), "{error:?}");
    assert_eq!(to(&tall, "300x200").width, 300);
}

#[test]
fn the_smallest_images() {
    for (w, h) in [(1, 1), (1, 3), (2, 1), (17, 1)] {
        let rgb = quarters(w, h, Channels::Rgb, &[GREEN; 4]);
        for bytes in
            [jpeg(&rgb, |_| ()), png(png_info(w, h, ColorType::Rgb, BitDepth::Eight), &rgb.data), webp(&rgb)]
        {
            for spec in ["1x1", "5x3", "1x", "x1", "40x40"] {
                let out = to(&bytes, spec);
                let pixels = decode(&out.bytes).pixels;
                assert_eq!((pixels.width, pixels.height), (out.width, out.height));
                assert_quarters(&format!("{w}x{h} to {spec}"), &pixels, &[GREEN; 4], TOLERANCE);
            }
        }
    }
}
