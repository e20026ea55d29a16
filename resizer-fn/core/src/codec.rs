//! Encoded bytes to pixels and back, one module per format.
//!
//! Each format is walked structurally first (`read_header`): sizes, EXIF, colour profile, and
//! whether the file is all there. Only then, and after the limits, is anything decoded.

pub mod jpeg;
pub mod jpeg_planes;
mod jpeg_scan;
pub mod jpeg_turbo;
pub mod png;
pub mod webp;
mod webp_chunks;

use crate::error::Error;
use crate::orientation::Orientation;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;

/// What is known of an image before decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width in pixels as stored, at least 1.
    pub width: u32,
    /// Height in pixels as stored, at least 1.
    pub height: u32,
    /// How the stored pixels have to be turned.
    pub orientation: Orientation,
}

/// A decoded image.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// As stored, not yet turned.
    pub pixels: Pixels,
    /// What the numbers in them mean.
    pub colour: Colour,
}

/// What the numbers in the pixels mean, carried from input to output.
#[derive(Clone, Debug, Default)]
pub struct Colour {
    /// An ICC profile that fits the pixels' channels.
    pub icc: Option<Vec<u8>>,
    /// The `gAMA` chunk of a PNG without a profile.
    gamma: Option<::png::ScaledFloat>,
    /// The `cHRM` chunk of a PNG without a profile.
    chromaticities: Option<::png::SourceChromaticities>,
}

impl Colour {
    /// Keeps `icc` only if it describes such channels. A CMYK profile, say, would be wrong on the
    /// RGB pixels that are left after decoding.
    fn with_profile(icc: Option<Vec<u8>>, channels: Channels) -> Self {
        let space: &[u8] = match channels {
            Channels::Grey | Channels::GreyAlpha => b"GRAY",
            Channels::Rgb | Channels::Rgba => b"RGB ",
        };
        // Bytes 16 to 19 of an ICC profile name its data colour space, 36 to 39 are its signature.
        let fits = |icc: &Vec<u8>| icc.get(16..20) == Some(space) && icc.get(36..40) == Some(b"acsp");
        Self { icc: icc.filter(fits), ..Self::default() }
    }
}

/// Reads what is needed before decoding and checks that the file is not cut short.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Corrupt`], [`Error::Unsupported`].
pub fn read_header(format: Format, bytes: &[u8]) -> Result<Header, Error> {
    match format {
        Format::Jpeg => jpeg::read_header(bytes),
        Format::Png => png::read_header(bytes),
        Format::WebP => webp::read_header(bytes),
    }
}

/// Decodes to pixels as stored. `header` is that of the same bytes, limits already checked: a file
/// that decodes to another size is refused before its pixels are allocated.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Corrupt`], [`Error::Unsupported`].
pub fn decode(format: Format, bytes: &[u8], header: &Header) -> Result<Decoded, Error> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, header),
        Format::Png => png::decode(bytes, header),
        Format::WebP => webp::decode(bytes, header),
    }
}

/// Encodes pixels. `quality` (1 to 100) counts for lossy formats.
///
/// # Errors
/// [`Error::Encode`].
pub fn encode(format: Format, pixels: &Pixels, colour: &Colour, quality: u8) -> Result<Vec<u8>, Error> {
    match format {
        Format::Jpeg => jpeg::encode(pixels, colour, quality),
        Format::Png => png::encode(pixels, colour),
        Format::WebP => webp::encode(pixels, colour, quality),
    }
}
