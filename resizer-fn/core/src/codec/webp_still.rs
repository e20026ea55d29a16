//! A WebP that is one still picture, or a frame of an animation as one: decoded by libwebp.

use super::webp_chunks::{self as riff, corrupt};
use super::webp_lossless;
use crate::error::Error;
use crate::pixels::{Channels, Pixels};
use resizer_webp::{Info, Layout};

/// What libwebp finds in the headers.
pub(super) fn info(bytes: &[u8]) -> Result<Info, Error> {
    resizer_webp::info(bytes).ok_or_else(|| corrupt("its header is wrong"))
}

/// Decodes a file that is one still image of that size.
pub(super) fn still(bytes: &[u8], width: u32, height: u32) -> Result<Pixels, Error> {
    let found = info(bytes)?;
    if (found.width, found.height) != (width, height) {
        return Err(corrupt("its headers contradict each other"));
    }
    webp_lossless::check(&riff::read(bytes)?, (width, height))?;
    let data = resizer_webp::decode(bytes, &found).map_err(|error| corrupt(&error.to_string()))?;
    let channels = match found.layout {
        Layout::Rgb => Channels::Rgb,
        Layout::Rgba => Channels::Rgba,
    };
    Ok(Pixels { width, height, channels, data })
}
