//! WebP by libwebp: one still picture in memory to pixels and back, safely.
//!
//! Nothing here reads or writes a container beyond what libwebp does with a still picture; animations are taken apart
//! and put together by the caller.

mod decode;
mod encode;

pub use decode::{Info, decode, info};
pub use encode::{Settings, encode};

/// The longest side that the format can express, in pixels.
pub const LONGEST_SIDE: u32 = 16_383;

/// Why something could not be decoded or encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no picture, or not all of one. libwebp says no more.
    #[error("its pixels can't be decoded")]
    Damaged,
    /// A caller's mistake: pixels and size don't fit.
    #[error("its pixels do not fit its size")]
    Pixels,
    /// The caller said that nobody waits for it.
    #[error("it was stopped")]
    Stopped,
    /// The encoder failed.
    #[error("libwebp: {call} failed (code {code})")]
    Encoder {
        /// The function.
        call: &'static str,
        /// `WebPEncodingError`, 0 where the function gives none.
        code: u32,
    },
}

/// The channels of a pixel, 8 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha; not premultiplied.
    Rgba,
}

impl Layout {
    /// Bytes of a pixel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// The version of the libwebp that is linked: major, minor, revision.
pub fn version() -> (u8, u8, u8) {
    // SAFETY: the function takes nothing and returns a constant.
    let packed = unsafe { libwebp_sys::WebPGetDecoderVersion() };
    ((packed >> 16) as u8, (packed >> 8) as u8, packed as u8)
}
