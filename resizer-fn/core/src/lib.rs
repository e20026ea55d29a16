//! The image core of `imgdeploy`: encoded bytes and a [`Spec`] in, encoded bytes out.
//!
//! It does no I/O, reads no environment and no clock (`clippy.toml` next to it enforces that), so
//! the Lambda function, the command line and the tests all run the very same code.
//!
//! ```text
//! bytes -> sniff -> header -> limits -> decode -> resize (+ crop) -> orient -> filters -> encode -> bytes
//! ```
//!
//! Nothing is allocated for pixels before the header has passed the [`Limits`].

pub mod codec;
pub mod colour;
pub mod effect;
pub mod error;
pub mod geometry;
pub mod limits;
pub mod metadata;
pub mod orientation;
pub mod picture;
mod pipeline;
pub mod pixels;
pub mod planes;
pub mod resample;
pub mod smart;
pub mod sniff;
pub mod spec;
pub mod stop;

pub use error::Error;
pub use limits::Limits;
pub use pipeline::{Assets, Cost, Options, Output};
pub use sniff::Format;
pub use spec::{Defaults, Spec};
pub use stop::Stop;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Makes of one encoded image what `spec` asks for, with nothing but defaults around it.
///
/// EXIF orientation is applied to the pixels, and their colours become sRGB. The format stays,
/// unless the spec names one; animations stay animated where the format can.
///
/// # Errors
/// See [`Error`]. No input makes this function panic: a panic inside a codec is caught here and
/// becomes [`Error::Codec`].
pub fn resize(bytes: &[u8], spec: &Spec, limits: &Limits) -> Result<Output, Error> {
    let options =
        Options { defaults: &Defaults::default(), limits, assets: &Assets::new(), stop: &stop::NEVER };
    let mut outputs = resize_all(bytes, std::slice::from_ref(spec), &options)?;
    outputs.pop().unwrap_or(Err(Error::Codec))
}

/// What [`resize_all`] may take for the same arguments; nothing is decoded for it. Results that can't be made cost nothing.
///
/// # Errors
/// What is wrong with the original, as far as its header tells: see [`Error`].
pub fn estimate(bytes: &[u8], specs: &[Spec], options: &Options<'_>) -> Result<Cost, Error> {
    // See below.
    catch_unwind(AssertUnwindSafe(|| pipeline::estimate(bytes, specs, options))).unwrap_or(Err(Error::Codec))
}

/// Makes several results of one original, which is decoded once for all of them (animations once each).
/// A result that can't be made does not keep the others from being made.
///
/// # Errors
/// See [`Error`]: outside, what is wrong with the original; inside, with one result.
pub fn resize_all(
    bytes: &[u8],
    specs: &[Spec],
    options: &Options<'_>,
) -> Result<Vec<Result<Output, Error>>, Error> {
    // The one place where panics of foreign code are stopped. Nothing is shared with the closure
    // that could be seen half-written: it only reads its inputs and returns owned data.
    catch_unwind(AssertUnwindSafe(|| pipeline::run(bytes, specs, options))).unwrap_or(Err(Error::Codec))
}
