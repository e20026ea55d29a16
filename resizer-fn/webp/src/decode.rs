//! WebP to pixels.

use crate::{Error, Layout};
use libwebp_sys as ffi;
use std::mem::MaybeUninit;
use std::os::raw::c_int;

/// What the headers of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// Width in pixels, at least 1; of an animation, that of its canvas.
    pub width: u32,
    /// Height in pixels, at least 1; of an animation, that of its canvas.
    pub height: u32,
    /// What [`decode`] gives.
    pub layout: Layout,
    /// Whether it is an animation, which [`decode`] refuses.
    pub animated: bool,
}

/// Reads the headers; nothing is allocated. `None` if they are wrong, or not all there.
pub fn info(bytes: &[u8]) -> Option<Info> {
    let mut features = MaybeUninit::<ffi::WebPBitstreamFeatures>::zeroed();
    // SAFETY: libwebp reads no more than the length that is given to it, and writes the struct alone, which consists of
    // numbers and so is valid even zeroed.
    let (status, features) = unsafe {
        let status = ffi::WebPGetFeatures(bytes.as_ptr(), bytes.len(), features.as_mut_ptr());
        (status, features.assume_init())
    };
    let side = |side: c_int| u32::try_from(side).ok().filter(|side| *side > 0);
    (status == ffi::VP8StatusCode::VP8_STATUS_OK).then_some(())?;
    Some(Info {
        width: side(features.width)?,
        height: side(features.height)?,
        layout: if features.has_alpha != 0 { Layout::Rgba } else { Layout::Rgb },
        animated: features.has_animation != 0,
    })
}

/// Decodes a still picture, `info` being that of the same bytes: its pixels row by row, without padding. In one thread.
///
/// # Errors
/// [`Error::Damaged`], also if `info` is that of other bytes.
pub fn decode(bytes: &[u8], info: &Info) -> Result<Vec<u8>, Error> {
    if info.animated || crate::info(bytes) != Some(*info) {
        return Err(Error::Damaged);
    }
    let row = info.width as usize * info.layout.bytes();
    let stride = c_int::try_from(row).map_err(|_| Error::Damaged)?;
    let length = row.checked_mul(info.height as usize).ok_or(Error::Damaged)?;
    let mut pixels = vec![0; length];
    // SAFETY: libwebp reads `bytes` within their length. It compares length and stride of the buffer with the size of
    // the picture before it writes, and frees what it allocates itself, whatever comes of it.
    let end = unsafe {
        let (from, to) = (bytes.as_ptr(), pixels.as_mut_ptr());
        match info.layout {
            Layout::Rgb => ffi::WebPDecodeRGBInto(from, bytes.len(), to, length, stride),
            Layout::Rgba => ffi::WebPDecodeRGBAInto(from, bytes.len(), to, length, stride),
        }
    };
    if end.is_null() { Err(Error::Damaged) } else { Ok(pixels) }
}
