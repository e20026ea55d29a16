//! AV1 still pictures in memory: [`decode`] by dav1d, [`encode`] by libaom.
//!
//! With `resizer-webp` the only crate of the workspace with `unsafe` code, and there is nothing in it but the calls of
//! these two C libraries: containers, colours and limits are `resizer-core`'s. What C gives back
//! is checked here (sizes, layout, depth) before a safe slice is made of it. Nothing of either
//! library outlives a call, except for the planes of a [`Picture`], which is released when dropped.
//!
//! One thread, no logging, no files. The same bytes in give the same bytes out.
//!
//! # Building
//!
//! libaom needs cmake and perl, dav1d meson and ninja, both a C compiler, and on x86-64 nasm for
//! their fast paths. `build-tools/` stands in for the first three; `make` puts it into `PATH`.
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(unsafe_code)] // Each block says why it is sound.

mod decode;
mod encode;

use std::ffi::CStr;

pub use decode::{Picture, Sample, decode};
pub use encode::{Planes, Settings, encode};

/// The versions of the libraries that are linked, as they name them: dav1d's and libaom's.
pub fn versions() -> [String; 2] {
    // SAFETY: both functions take nothing and return a static text that ends with a zero.
    let texts = unsafe {
        [libdav1d_sys::dav1d_version(), libaom_sys::aom_codec_version_str()].map(|text| CStr::from_ptr(text))
    };
    texts.map(|text| text.to_string_lossy().into_owned())
}

/// Why there is no picture, or no bitstream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bitstream is damaged, or holds no picture.
    #[error("dav1d finds no valid picture (code {0})")]
    Damaged(i32),
    /// A frame of the bitstream has more pixels than were allowed.
    #[error("a frame in the bitstream is larger than the file says")]
    TooLarge,
    /// A caller's mistake: sizes and planes don't fit.
    #[error("the planes don't fit the picture's size")]
    Planes,
    /// A call of an encoder failed.
    #[error("libaom: {call} failed: {reason}")]
    Encoder {
        /// The function.
        call: &'static str,
        /// What libaom says of it.
        reason: String,
    },
    /// The decoder could not be set up: memory, most likely.
    #[error("dav1d could not be set up (code {0})")]
    Setup(i32),
}

/// How chroma planes are sampled in comparison to luma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// There are none: 4:0:0.
    Mono,
    /// Half the width, half the height.
    Yuv420,
    /// Half the width.
    Yuv422,
    /// As many samples as luma.
    Yuv444,
}

impl Sampling {
    /// How many bits narrower and how many bits lower chroma planes are.
    pub const fn shifts(self) -> (u32, u32) {
        match self {
            Self::Mono | Self::Yuv444 => (0, 0),
            Self::Yuv420 => (1, 1),
            Self::Yuv422 => (1, 0),
        }
    }

    /// The size of a chroma plane beside a luma plane of that size, in samples; none for
    /// [`Sampling::Mono`]. Halves are rounded up.
    pub const fn chroma_size(self, width: u32, height: u32) -> Option<(u32, u32)> {
        let (x, y) = self.shifts();
        match self {
            Self::Mono => None,
            _ => Some((width.div_ceil(1 << x), height.div_ceil(1 << y))),
        }
    }
}

/// What the numbers in the planes mean: code points of ITU-T H.273.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cicp {
    /// ColourPrimaries: 1 is sRGB's, 9 BT.2020's, 12 Display P3's, 2 unspecified.
    pub primaries: u8,
    /// TransferCharacteristics: 13 is sRGB's, 16 PQ, 18 HLG, 2 unspecified.
    pub transfer: u8,
    /// MatrixCoefficients: 0 is RGB itself, 1 BT.709's, 5 and 6 BT.601's, 9 BT.2020's.
    pub matrix: u8,
    /// Whether samples use all values, or leave room at both ends as video does.
    pub full_range: bool,
}

impl Cicp {
    /// sRGB in BT.601 YCbCr, all values used: what this project writes.
    pub const SRGB: Self = Self { primaries: 1, transfer: 13, matrix: 6, full_range: true };
    /// Nothing is known.
    pub const UNSPECIFIED: Self = Self { primaries: 2, transfer: 2, matrix: 2, full_range: false };
}
