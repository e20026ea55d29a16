//! The image core of `imgdeploy`: encoded bytes and a [`Spec`] in, encoded bytes out.
//!
//! It does no I/O, reads no environment and no clock (`clippy.toml` next to it enforces that), so
//! the Lambda function, the command line and the tests all run the very same code.
//!
//! ```text
//! bytes -> sniff -> header -> limits -> decode -> resize (+ crop) -> orient -> encode -> bytes
//! ```
//!
//! Nothing is allocated for pixels before the header has passed the [`Limits`].

pub mod codec;
pub mod error;
pub mod geometry;
pub mod limits;
pub mod orientation;
pub mod pixels;
pub mod sniff;
pub mod spec;

pub use error::Error;
pub use limits::Limits;
pub use sniff::Format;
pub use spec::{Defaults, Spec};

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A resized image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The encoded file.
    pub bytes: Vec<u8>,
    /// What the file is; always the format of the input.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Resizes one encoded image to `spec` and encodes it in the format it came in.
///
/// EXIF orientation is applied to the pixels and not carried over; an ICC profile that fits the
/// output's colours is. The first frame stands for an animation.
///
/// # Errors
/// See [`Error`]. No input makes this function panic: a panic inside a codec is caught here and
/// becomes [`Error::Codec`].
pub fn resize(bytes: &[u8], spec: &Spec, limits: &Limits) -> Result<Output, Error> {
    resize_with(bytes, spec, &Defaults::default(), limits)
}

/// [`resize`] with the caller's defaults for what `spec` does not say.
///
/// # Errors
/// As [`resize`].
pub fn resize_with(bytes: &[u8], spec: &Spec, defaults: &Defaults, limits: &Limits) -> Result<Output, Error> {
    // The one place where panics of foreign code are stopped. Nothing is shared with the closure
    // that could be seen half-written: it only reads its inputs and returns owned data.
    catch_unwind(AssertUnwindSafe(|| resize_unguarded(bytes, spec, defaults, limits)))
        .unwrap_or(Err(Error::Codec))
}

fn resize_unguarded(
    bytes: &[u8],
    spec: &Spec,
    defaults: &Defaults,
    limits: &Limits,
) -> Result<Output, Error> {
    limits.check_bytes(bytes.len() as u64)?;
    let format = sniff::sniff(bytes).ok_or(Error::NotAnImage)?;
    let header = codec::read_header(format, bytes)?;
    limits.check_source(header.width, header.height)?;

    let orientation = header.orientation;
    let seen = orientation.oriented_size((header.width, header.height));
    let layout = geometry::layout(seen, spec);
    let (width, height) = layout.output();
    limits.check_output(format, width, height)?;

    let source = codec::decode(format, bytes, &header)?;
    // Shrinking first and turning the few pixels that are left is much cheaper than the reverse.
    let raw = orientation.unapply(&layout);
    let pixels = pixels::resample(&source.pixels, &raw)?;
    let pixels = orientation.apply(pixels);

    let bytes = codec::encode(format, &pixels, &source.colour, spec.quality(defaults))?;
    Ok(Output { bytes, format, width, height })
}
