//! The corpus: fixtures made by other software and images made here, all showing the same four
//! quarters, red, green / blue, white.
#![allow(dead_code, clippy::unwrap_used)] // Each test binary uses a part of it.

pub(crate) mod boxes;
pub(crate) mod requests;

use resizer_core::codec;
use resizer_core::colour::ColourInfo;
use resizer_core::picture::{Picture, Wanted};
use resizer_core::pixels::{Channels, Pixels};
use resizer_core::resample::Part;
use resizer_core::{Format, sniff};

pub(crate) const WIDTH: u32 = 96;
pub(crate) const HEIGHT: u32 = 64;

/// Colours of the upper left, upper right, lower left and lower right quarter.
pub(crate) type Corners = [[u8; 4]; 4];

pub(crate) const RED: [u8; 4] = [255, 0, 0, 255];
pub(crate) const GREEN: [u8; 4] = [0, 255, 0, 255];
pub(crate) const BLUE: [u8; 4] = [0, 0, 255, 255];
pub(crate) const WHITE: [u8; 4] = [255, 255, 255, 255];
pub(crate) const CLEAR: [u8; 4] = [0, 0, 0, 0];
pub(crate) const QUARTERS: Corners = [RED, GREEN, BLUE, WHITE];
/// The luma of the quarters.
pub(crate) const GREYS: Corners =
    [[76, 76, 76, 255], [150, 150, 150, 255], [29, 29, 29, 255], [255, 255, 255, 255]];

macro_rules! fixtures {
    ($($name:literal: $corners:expr,)*) => {
        /// Name, bytes and what they show.
        pub(crate) const FIXTURES: &[(&str, &[u8], Corners)] =
            &[$(($name, include_bytes!(concat!("../fixtures/", $name)), $corners),)*];
    };
}

fixtures! {
    "progressive.jpg": QUARTERS,
    "progressive-444.jpg": QUARTERS,
    "icc.jpg": QUARTERS,
    "grey-progressive.jpg": GREYS,
    "cmyk.jpg": QUARTERS,
    "interlaced.png": QUARTERS,
    "icc.png": QUARTERS,
    "palette.png": QUARTERS,
    "animated.png": QUARTERS,
    "lossy.webp": QUARTERS,
    "icc.webp": QUARTERS,
    "alpha.webp": [RED, GREEN, BLUE, CLEAR],
    "lossless.webp": [RED, GREEN, BLUE, CLEAR],
    "animated.webp": QUARTERS,
}

pub(crate) fn fixture(name: &str) -> &'static [u8] {
    FIXTURES.iter().find(|(n, ..)| *n == name).unwrap().1
}

/// Four quarters in these colours.
pub(crate) fn quarters(width: u32, height: u32, channels: Channels, corners: &Corners) -> Pixels {
    let mut data = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let quarter = usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2);
            let [r, g, b, a] = corners[quarter];
            match channels {
                Channels::Grey => data.push(r),
                Channels::GreyAlpha => data.extend([r, a]),
                Channels::Rgb => data.extend([r, g, b]),
                Channels::Rgba => data.extend([r, g, b, a]),
            }
        }
    }
    Pixels { width, height, channels, data }
}

pub(crate) fn jpeg(pixels: &Pixels, setup: impl Fn(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    setup(&mut encoder);
    let kind = match pixels.channels {
        Channels::Grey => jpeg_encoder::ColorType::Luma,
        Channels::Rgb => jpeg_encoder::ColorType::Rgb,
        // Used for four inks.
        Channels::Rgba => jpeg_encoder::ColorType::CmykAsYcck,
        Channels::GreyAlpha => panic!("no such JPEG"),
    };
    encoder.encode(&pixels.data, pixels.width as u16, pixels.height as u16, kind).unwrap();
    bytes
}

pub(crate) fn png(info: png::Info<'_>, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    bytes
}

pub(crate) fn png_info(
    width: u32,
    height: u32,
    colour: png::ColorType,
    depth: png::BitDepth,
) -> png::Info<'static> {
    let mut info = png::Info::with_size(width, height);
    info.color_type = colour;
    info.bit_depth = depth;
    info
}

pub(crate) fn webp(pixels: &Pixels) -> Vec<u8> {
    let layout = match pixels.channels {
        Channels::Rgb => resizer_webp::Layout::Rgb,
        Channels::Rgba => resizer_webp::Layout::Rgba,
        _ => panic!("no such WebP"),
    };
    let settings = resizer_webp::Settings { quality: 95.0, method: 4, lossless: false, exact: false };
    resizer_webp::encode(&pixels.data, layout, (pixels.width, pixels.height), &settings, &|| true).unwrap()
}

/// EXIF data that say nothing but the orientation.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    tiff
}

/// Puts chunks into a WebP container of their own.
pub(crate) fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend_from_slice(*name);
        body.extend((data.len() as u32).to_le_bytes());
        body.extend_from_slice(data);
        body.extend(std::iter::repeat_n(0, data.len() % 2));
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// The formats that can say how they are turned.
pub(crate) const ORIENTED: [Format; 3] = [Format::Jpeg, Format::Png, Format::WebP];

/// The same picture stored as each format stores that orientation.
pub(crate) fn oriented(format: Format, stored: &Pixels, orientation: u8) -> Vec<u8> {
    let exif = exif(orientation);
    match format {
        Format::Jpeg => jpeg(stored, |e| e.add_exif_metadata(&exif).unwrap()),
        Format::Png => {
            let mut info = png_info(stored.width, stored.height, png::ColorType::Rgb, png::BitDepth::Eight);
            info.exif_metadata = Some(exif.into());
            png(info, &stored.data)
        }
        Format::WebP => {
            let plain = webp(stored);
            let (w, h) = ((stored.width - 1).to_le_bytes(), (stored.height - 1).to_le_bytes());
            let extended = [0x08, 0, 0, 0, w[0], w[1], w[2], h[0], h[1], h[2]];
            riff(&[(b"VP8X", &extended), (b"VP8 ", &plain[20..]), (b"EXIF", &exif)])
        }
        Format::Avif => boxes::oriented(stored, orientation),
        Format::Gif => panic!("no such GIF"),
    }
}

/// A decoded image, all of it.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) pixels: Pixels,
    pub(crate) colour: ColourInfo,
}

/// All pixels of what was decoded.
pub(crate) fn whole(decoded: codec::Decoded, size: (u32, u32)) -> Whole {
    let codec::Decoded { picture, colour } = decoded;
    let pixels = match picture {
        Picture::Pixels { pixels, .. } => pixels,
        planes => planes.resample(&Part::whole(size, size)).unwrap(),
    };
    Whole { pixels, colour }
}

/// Decodes a result with the core itself.
pub(crate) fn decode(bytes: &[u8]) -> Whole {
    let format = sniff::sniff(bytes).unwrap();
    let header = codec::read_header(format, bytes).unwrap();
    let decoded = codec::decode(format, bytes, &header, &Wanted::ALL).unwrap();
    whole(decoded, (header.width, header.height))
}

/// The colour at a place, as red, green, blue, alpha.
pub(crate) fn at(pixels: &Pixels, x: u32, y: u32) -> [u8; 4] {
    let step = pixels.channels.count();
    let start = (y * pixels.width + x) as usize * step;
    let p = &pixels.data[start..start + step];
    match pixels.channels {
        Channels::Grey => [p[0], p[0], p[0], 255],
        Channels::GreyAlpha => [p[0], p[0], p[0], p[1]],
        Channels::Rgb => [p[0], p[1], p[2], 255],
        Channels::Rgba => [p[0], p[1], p[2], p[3]],
    }
}

/// Checks the middle of each quarter.
#[track_caller]
pub(crate) fn assert_quarters(what: &str, pixels: &Pixels, corners: &Corners, tolerance: u8) {
    let (w, h) = (pixels.width, pixels.height);
    let places = [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)];
    for ((x, y), want) in places.into_iter().zip(corners) {
        let got = at(pixels, x, y);
        // Where nothing is seen, any colour will do.
        let close = if want[3] == 0 {
            got[3] <= tolerance
        } else {
            got.iter().zip(want).all(|(g, w)| g.abs_diff(*w) <= tolerance)
        };
        assert!(close, "{what}: {got:?} instead of {want:?} at {x}, {y}");
    }
}
