//! The same pictures through libjpeg-turbo: at full size, then averaged down.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use resizer_jpeg::{Error, Plane, decode};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

/// A picture with edges, slopes and some noise.
fn picture(width: usize, height: usize, seed: u32) -> Vec<u8> {
    let mut noise = seed | 1;
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (noise >> 28) as usize;
            let edge = if (x / 23 + y / 17) % 3 == 0 { 90 } else { 0 };
            pixels.push(((x * 255 / width + edge) / 2 + grain) as u8);
            pixels.push(((y * 255 / height + edge) / 2 + grain) as u8);
            pixels.push((((x + y) % 256 + edge) / 2 + grain) as u8);
        }
    }
    pixels
}

struct How {
    subsamp: Subsamp,
    quality: i32,
    progressive: bool,
    optimize: bool,
}

fn encode(width: usize, height: usize, how: &How, seed: u32) -> Vec<u8> {
    let pixels = picture(width, height, seed);
    let image = Image { pixels: &pixels[..], width, height, pitch: width * 3, format: PixelFormat::RGB };
    let mut compressor = Compressor::new().unwrap();
    compressor.set_subsamp(how.subsamp).unwrap();
    compressor.set_quality(how.quality).unwrap();
    compressor.set_optimize(how.optimize).unwrap();
    compressor.set_progressive(how.progressive).unwrap();
    compressor.compress_to_vec(image).unwrap()
}

/// Y, Cb, Cr at full size of their own.
fn reference(bytes: &[u8]) -> Vec<Plane> {
    let image = turbojpeg::decompress_to_yuv(bytes).unwrap();
    let (w, h) = image.subsamp.mcu_size_or_one();
    let mut planes = Vec::new();
    let mut at = 0;
    let count = if image.subsamp == Subsamp::Gray { 1 } else { 3 };
    for index in 0..count {
        let (across, down) = if index == 0 { (1, 1) } else { (w, h) };
        let aligned = (image.width.div_ceil(w) * w, image.height.div_ceil(h) * h);
        let (width, height) = (aligned.0 / across, aligned.1 / down);
        let stride = width.next_multiple_of(image.align);
        let mut data = Vec::new();
        let (own_width, own_height) = (image.width.div_ceil(across), image.height.div_ceil(down));
        for row in 0..own_height {
            data.extend_from_slice(&image.pixels[at + row * stride..][..own_width]);
        }
        at += stride * height;
        planes.push(Plane { width: own_width as u32, height: own_height as u32, data });
    }
    planes
}

trait Mcu {
    fn mcu_size_or_one(self) -> (usize, usize);
}

impl Mcu for Subsamp {
    /// Luma samples to one chroma sample, across and down.
    fn mcu_size_or_one(self) -> (usize, usize) {
        match self {
            Self::Sub2x1 => (2, 1),
            Self::Sub2x2 => (2, 2),
            Self::Sub1x2 => (1, 2),
            Self::Sub4x1 => (4, 1),
            _ => (1, 1),
        }
    }
}

/// The mean of the samples that one sample at `scale`/8 stands for, weighted where they are cut.
fn shrunk(plane: &Plane, scale: u32) -> Vec<f64> {
    let (w, h) = ((plane.width * scale).div_ceil(8), (plane.height * scale).div_ceil(8));
    let span = |i: u32, side: u32| {
        let (from, to) = (f64::from(i) * 8.0 / f64::from(scale), f64::from(i + 1) * 8.0 / f64::from(scale));
        (from.floor() as u32..(to.ceil() as u32).min(side))
            .map(move |s| (s, (to.min(f64::from(s + 1)) - from.max(f64::from(s))).max(0.0)))
    };
    let mut out = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let (mut sum, mut weight) = (0.0, 0.0);
            for (sy, wy) in span(y, plane.height) {
                for (sx, wx) in span(x, plane.width) {
                    sum += wx * wy * f64::from(plane.data[(sy * plane.width + sx) as usize]);
                    weight += wx * wy;
                }
            }
            out.push(sum / weight);
        }
    }
    out
}

/// Compares at `scale`/8: mean and largest distance, samples left out that stand for padding too.
fn distance(bytes: &[u8], scale: u8) -> (f64, f64) {
    let decoded = decode(bytes, [scale; 3], u32::MAX).unwrap();
    assert!(decoded.complete);
    let references = reference(bytes);
    assert_eq!(decoded.planes.len(), references.len());
    let (mut total, mut count, mut largest) = (0.0, 0.0, 0.0f64);
    for (plane, reference) in decoded.planes.iter().zip(&references) {
        let expected = shrunk(reference, scale.into());
        assert_eq!(plane.data.len(), expected.len());
        for (i, (got, expected)) in plane.data.iter().zip(expected).enumerate() {
            let (x, y) = (i as u32 % plane.width, i as u32 / plane.width);
            let scale = u32::from(scale);
            if (x + 1) * 8 <= reference.width * scale && (y + 1) * 8 <= reference.height * scale {
                let off = (f64::from(*got) - expected).abs();
                (total, count, largest) = (total + off, count + 1.0, largest.max(off));
            }
        }
    }
    (total / f64::max(count, 1.0), largest)
}

const ALL: [Subsamp; 6] =
    [Subsamp::None, Subsamp::Sub2x1, Subsamp::Sub2x2, Subsamp::Sub1x2, Subsamp::Sub4x1, Subsamp::Gray];

#[test]
fn an_eighth_is_the_mean_for_all_samplings() {
    for subsamp in ALL {
        for progressive in [false, true] {
            for optimize in [false, true] {
                let how = How { subsamp, quality: 90, progressive, optimize };
                for (w, h) in [(1, 1), (8, 8), (9, 7), (33, 65), (200, 150), (257, 129)] {
                    let (mean, largest) = distance(&encode(w, h, &how, 7), 1);
                    // Samples are cut at 0 and 255 before the mean there, after it here; and rounded.
                    assert!(
                        mean < 0.6 && largest < 4.0,
                        "{subsamp:?} {w}x{h} {progressive}: {mean} {largest}"
                    );
                }
            }
        }
    }
}

#[test]
fn full_size_is_the_same_picture() {
    for subsamp in ALL {
        for quality in [10, 50, 95, 100] {
            let how = How { subsamp, quality, progressive: false, optimize: true };
            for (w, h) in [(16, 16), (100, 75)] {
                let (mean, largest) = distance(&encode(w, h, &how, 3), 8);
                assert!(mean < 0.3 && largest <= 1.0, "{subsamp:?} {quality} {w}x{h}: {mean} {largest}");
            }
        }
    }
}

#[test]
fn sizes_between_are_close_to_the_means() {
    for subsamp in ALL {
        for scale in 2..8 {
            let how = How { subsamp, quality: 85, progressive: false, optimize: false };
            let (mean, largest) = distance(&encode(320, 240, &how, 5), scale);
            // Sharper than means, as it should be.
            assert!(mean < 4.0 && largest < 90.0, "{subsamp:?} at {scale}: {mean} {largest}");
        }
    }
}

#[test]
fn long_sides() {
    for (w, h) in [(65_500, 3), (3, 65_500), (65_500, 17), (1, 65_500)] {
        let how = How { subsamp: Subsamp::Sub2x2, quality: 75, progressive: false, optimize: false };
        let (mean, _) = distance(&encode(w, h, &how, 9), 1);
        assert!(mean < 1.0, "{w}x{h}: {mean}");
    }
}

#[test]
fn every_cut_gives_a_picture_or_a_reason() {
    for progressive in [false, true] {
        let how = How { subsamp: Subsamp::Sub2x2, quality: 80, progressive, optimize: false };
        let bytes = encode(60, 40, &how, 1);
        let mut complete = 0;
        for end in 0..bytes.len() {
            match decode(&bytes[..end], [1, 1, 1], u32::MAX) {
                Ok(decoded) => {
                    assert_eq!((decoded.planes[0].width, decoded.planes[0].height), (8, 5));
                    complete += usize::from(decoded.complete);
                }
                Err(error) => assert!(matches!(error, Error::Truncated | Error::Corrupt(_)), "{error:?}"),
            }
        }
        // Only the end marker may be missing, or, of a progressive file, all but its DC scans.
        assert!(progressive || complete <= 3, "{complete}");
    }
}

#[test]
fn rows_below_the_bottom_are_not_read() {
    let how = How { subsamp: Subsamp::Sub2x2, quality: 80, progressive: false, optimize: false };
    let bytes = encode(64, 160, &how, 1);
    let all = decode(&bytes, [2, 2, 2], u32::MAX).unwrap();
    let some = decode(&bytes, [2, 2, 2], 33).unwrap();
    assert!(some.complete);
    // Three rows of MCUs of 16 pixels: 12 rows at 2/8.
    let cut = 12 * 16;
    assert_eq!(all.planes[0].data[..cut], some.planes[0].data[..cut]);
    assert!(some.planes[0].data[cut..].iter().all(|sample| *sample == 128));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damage_gives_a_picture_or_a_reason(
        flips in proptest::collection::vec((0usize..10_000, 0u8..=255), 1..12),
        w in 1usize..80, h in 1usize..80, scale in 1u8..=8, progressive: bool, sub in 0usize..6,
    ) {
        let how = How { subsamp: ALL[sub], quality: 75, progressive, optimize: true };
        let mut bytes = encode(w, h, &how, 2);
        let length = bytes.len();
        for (at, value) in flips {
            bytes[at % length] = value;
        }
        // A flip in the frame header may ask for a picture that no caller would allow.
        if resizer_jpeg::frame(&bytes).is_ok_and(|f| u32::from(f.width) * u32::from(f.height) < 1_000_000) {
            let _ = decode(&bytes, [scale; 3], u32::MAX);
        }
    }

    #[test]
    fn junk_is_no_picture(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes, [1; 3], u32::MAX);
        let _ = decode(&[&[0xFF, 0xD8][..], &bytes].concat(), [2; 3], u32::MAX);
    }
}
