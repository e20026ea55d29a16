//! The one place where the corpus tests call the core, and what they leave out because the core does
//! not do it yet: each list here has to become empty.

use resizer_core::pixels::Pixels;
use resizer_core::{Bounds, Error, Format, Limits, Output, Spec, codec, resize, sniff};

/// Formats of the corpus that are not decoded yet, by the end of their files' names.
pub const NOT_YET: &[&str] = &["gif", "avif"];

/// Tags of files whose colours are not brought to sRGB yet.
pub const COLOURS_NOT_YET: &[&str] = &["colour"];

/// Files that come out wrong so far.
pub const WRONG_YET: &[&str] = &[
    // zune-jpeg takes the luma for whole where it is the chroma that is.
    "sampling-luma-halved.jpg",
    // Inks count as inverted, Adobe marker or not. So does Pillow; libvips and ImageMagick ask the marker.
    "cmyk-no-adobe.jpg",
];

/// Whether animations come out as their first frame.
pub const FIRST_FRAME_ONLY: bool = true;

/// What a lossy output adds to the differences (mean, largest) even at its best quality. Nothing, once
/// the result can be asked for as PNG.
pub fn lossy_output(format: Format) -> (f64, f64) {
    match format {
        Format::Jpeg => (1.5, 12.0),
        Format::WebP => (12.0, 130.0),
        _ => (0.0, 0.0),
    }
}

/// The file scaled to a width in pixels, as well as its format can keep it.
pub fn scaled(bytes: &[u8], width: u32, limits: &Limits) -> Result<Output, Error> {
    resize(bytes, &Spec::new(Bounds::Width(width)).with_quality(100), limits)
}

/// The frames of an output.
pub fn frames(output: &Output) -> Vec<Pixels> {
    let format = sniff::sniff(&output.bytes).unwrap();
    assert_eq!(format, output.format);
    let header = codec::read_header(format, &output.bytes).unwrap();
    vec![codec::decode(format, &output.bytes, &header).unwrap().pixels]
}
