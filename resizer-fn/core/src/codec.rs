//! Encoded bytes to pixels and back, one module per format.
//!
//! Each format is walked structurally first (`read_header`): sizes, EXIF, number of frames, and
//! whether the file is all there. Only then, and after the limits, is anything decoded.

mod animation;
pub mod avif;
mod canvas;
mod gif;
mod gif_blocks;
mod gif_encode;
mod gif_frames;
pub(crate) mod jpeg;
mod jpeg_header;
mod jpeg_planes;
mod jpeg_turbo;
mod metadata;
pub mod png;
mod png_chunks;
mod png_encode;
mod png_rows;
mod png_shrink;
mod webp;
mod webp_animate;
mod webp_blocks;
mod webp_chunks;
mod webp_frames;
mod webp_lossless;
mod webp_still;

pub use animation::{AnimationWriter, Frames};
pub use canvas::FrameView;

use crate::colour::ColourInfo;
use crate::error::Error;
use crate::metadata::Kept;
use crate::orientation::Orientation;
use crate::picture::{Picture, Wanted};
use crate::pixels::Pixels;
use crate::sniff::Format;
use crate::stop::{NEVER, Stop};

/// What is known of an image before decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width in pixels as stored, at least 1; of an animation, that of its canvas.
    pub width: u32,
    /// Height in pixels as stored, at least 1; of an animation, that of its canvas.
    pub height: u32,
    /// How the stored pixels have to be turned.
    pub orientation: Orientation,
    /// Frames that [`frames`] will give: 1 for a still image, and for the animations (of PNGs)
    /// whose first frame alone is read.
    pub frames: u32,
    /// How often an animation is shown from begin to end; 0: for ever.
    pub plays: u32,
    /// Pixels that all frames have as they are stored, which in a GIF is independent of its canvas.
    pub stored_pixels: u64,
    /// Those of them that are decoded for a still picture: an animation's first frame.
    pub first_pixels: u64,
    /// Memory that decoding takes at most besides the pixels it hands out, in bytes.
    pub working_bytes: u64,
    /// Bytes of a pixel as it is handed out.
    pub pixel_bytes: u8,
}

impl Header {
    /// The header of a still image that is decoded straight to colours with alpha.
    pub const fn still(width: u32, height: u32, orientation: Orientation) -> Self {
        let stored_pixels = (width as u64).saturating_mul(height as u64);
        Self {
            width,
            height,
            orientation,
            frames: 1,
            plays: 1,
            stored_pixels,
            first_pixels: stored_pixels,
            working_bytes: 0,
            pixel_bytes: 4,
        }
    }

    /// Pixels as seen: one frame of an animation.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width).saturating_mul(self.height.into())
    }
}

/// A decoded image.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// As stored, not yet turned.
    pub picture: Picture,
    /// What the numbers in them mean.
    pub colour: ColourInfo,
}

/// How an image is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// 1 to 100, for lossy formats.
    pub quality: u8,
    /// Metadata that go into the file.
    pub kept: Kept,
    /// How often an animation is shown from begin to end; 0: for ever.
    pub plays: u32,
}

impl EncodeOptions {
    /// This quality, no metadata, an animation for ever.
    pub fn with_quality(quality: u8) -> Self {
        Self { quality, kept: Kept::default(), plays: 0 }
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
        Format::Avif => avif::read_header(bytes),
        Format::Gif => gif::read_header(bytes),
    }
}

/// The metadata of a file, as they stand there. Those that cannot be read are left out.
pub fn read_metadata(format: Format, bytes: &[u8]) -> Kept {
    metadata::read(format, bytes)
}

/// Decodes what is `wanted` of a picture, maybe more; of an animation, its first frame. `header` is
/// that of the same bytes, limits already checked: a file that decodes to another size is refused
/// before its pixels are allocated.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Corrupt`], [`Error::Unsupported`].
pub fn decode(format: Format, bytes: &[u8], header: &Header, wanted: &Wanted) -> Result<Decoded, Error> {
    decode_until(format, bytes, header, wanted, &NEVER)
}

/// [`decode`] that can be stopped, between rows where the decoder lets one.
pub(crate) fn decode_until(
    format: Format,
    bytes: &[u8],
    header: &Header,
    wanted: &Wanted,
    stop: &Stop,
) -> Result<Decoded, Error> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, wanted, stop),
        Format::Png => png::decode_shrunk_until(bytes, header, png::reduction(wanted), stop),
        Format::WebP => webp::decode(bytes, header, stop),
        Format::Avif => avif::decode(bytes, header, stop),
        Format::Gif => gif::decode(bytes, header, stop),
    }
}

/// What [`decode`] takes at most, known before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Taken {
    /// Bytes of what it hands out.
    pub(crate) held: u64,
    /// Bytes beside these while it works.
    pub(crate) working: u64,
    /// Samples handed out to one pixel of the file, in each direction.
    pub(crate) density: f64,
    /// How often a decoder goes over the stored pixels: once for each scan of a JPEG, where it reads them all.
    pub(crate) passes: u32,
}

impl Taken {
    /// Pixels at a density, decoded in one pass.
    pub(crate) fn pixels(header: &Header, density: f64, working: u64) -> Self {
        let side = |side: u32| (f64::from(side) * density).ceil() as u64;
        let pixels = side(header.width).saturating_mul(side(header.height));
        Self { held: pixels.saturating_mul(header.pixel_bytes.into()), working, density, passes: 1 }
    }
}

/// What decoding as much as is `wanted` takes.
pub(crate) fn taken(format: Format, bytes: &[u8], header: &Header, wanted: &Wanted) -> Taken {
    let density = match format {
        Format::Jpeg => return jpeg::taken(bytes, header, wanted),
        Format::Png => 1.0 / f64::from(png::reduction(wanted)),
        Format::WebP | Format::Avif | Format::Gif => 1.0,
    };
    Taken::pixels(header, density, header.working_bytes)
}

/// The frames of an animation, one after the other. `header` is that of the same bytes, limits
/// already checked.
///
/// # Errors
/// [`Error::Unsupported`] for formats that have no animations here; what [`decode`] returns.
pub fn frames<'a>(format: Format, bytes: &'a [u8], header: &Header) -> Result<Frames<'a>, Error> {
    frames_until(format, bytes, header, &NEVER)
}

/// [`frames`] that can be stopped, between frames and within those of GIFs.
pub(crate) fn frames_until<'a>(
    format: Format,
    bytes: &'a [u8],
    header: &Header,
    stop: &Stop,
) -> Result<Frames<'a>, Error> {
    Frames::new(format, bytes, header, stop)
}

/// Encodes pixels, which are taken for sRGB unless a profile is kept.
///
/// # Errors
/// [`Error::Encode`].
pub fn encode(format: Format, pixels: &Pixels, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    encode_until(format, pixels, options, &NEVER)
}

/// [`encode`] that can be stopped, within the picture where the encoder lets one: PNG and WebP. The others do all in one go, which
/// the estimate of the work has to bound.
pub(crate) fn encode_until(
    format: Format,
    pixels: &Pixels,
    options: &EncodeOptions,
    stop: &Stop,
) -> Result<Vec<u8>, Error> {
    stop.check()?;
    match format {
        Format::Avif => avif::encode(pixels, options),
        Format::Jpeg => jpeg::encode(pixels, options),
        Format::Png => png::encode(pixels, options, stop),
        Format::WebP => webp::encode(pixels, options, stop),
        Format::Gif => gif_encode::encode(pixels, options),
    }
}
