//! GIF, read: its blocks walked here, its pixels decompressed by `weezl`.

use super::gif_blocks;
use super::gif_frames::GifFrames;
use super::{Decoded, Header};
use crate::colour::ColourInfo;
use crate::error::Error;
use crate::orientation::Orientation;
use crate::picture::Picture;
use crate::stop::Stop;

/// Walks the blocks, without decompressing anything.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let gif = gif_blocks::read(bytes)?;
    let still = Header::still(gif.width, gif.height, Orientation::UPRIGHT);
    Ok(Header {
        // What was there before a frame that gives it back.
        working_bytes: still.pixels().saturating_mul(still.pixel_bytes.into()),
        frames: gif.count,
        plays: gif.plays,
        stored_pixels: gif.stored_pixels,
        first_pixels: gif.first_pixels,
        ..still
    })
}

/// The first frame; without alpha if none of it is transparent.
pub(super) fn decode(bytes: &[u8], header: &Header, stop: &Stop) -> Result<Decoded, Error> {
    let mut frames = GifFrames::new(bytes, header, stop)?;
    frames.next_frame()?;
    let pixels = frames.into_canvas().without_needless_alpha();
    Ok(Decoded { picture: Picture::full(pixels), colour: ColourInfo::default() })
}
