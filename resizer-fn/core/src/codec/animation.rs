//! Animations, read and written one frame at a time: never are all frames in memory.

use super::gif_encode::GifWriter;
use super::gif_frames::GifFrames;
use super::webp_animate::WebPWriter;
use super::webp_frames::WebPFrames;
use super::{EncodeOptions, Header};
use crate::colour::ColourInfo;
use crate::error::Error;
use crate::pixels::Pixels;
use crate::sniff::Format;
use crate::stop::{NEVER, Stop};

/// Browsers show frames that are to last 10 ms or less for this long, because of old files that
/// said 0 and meant nothing by it.
const USUAL_DELAY_MS: u32 = 100;

/// How long browsers show a frame that says it lasts `stored` milliseconds.
pub(super) const fn shown_for(stored: u32) -> u32 {
    if stored <= 10 { USUAL_DELAY_MS } else { stored }
}

/// One frame as it is seen, on the whole canvas.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'f> {
    /// Red, green, blue and alpha, the whole canvas.
    pub pixels: &'f Pixels,
    /// How long it is seen, in milliseconds.
    pub delay_ms: u32,
}

/// The frames of an animation. Holds one canvas, and a second one where a frame asks for what was
/// there before it.
#[derive(Debug)]
pub struct Frames<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Gif(Box<GifFrames<'a>>),
    WebP(Box<WebPFrames<'a>>),
}

impl<'a> Frames<'a> {
    pub(super) fn new(format: Format, bytes: &'a [u8], header: &Header, stop: &Stop) -> Result<Self, Error> {
        let source = match format {
            Format::Gif => Source::Gif(Box::new(GifFrames::new(bytes, header, stop)?)),
            Format::WebP => Source::WebP(Box::new(WebPFrames::new(bytes, header, stop)?)),
            _ => return Err(Error::Unsupported { format, feature: "more than one frame" }),
        };
        Ok(Self(source))
    }

    /// The next frame; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::Corrupt`].
    pub fn next_frame(&mut self) -> Result<Option<FrameView<'_>>, Error> {
        match &mut self.0 {
            Source::Gif(frames) => frames.next_frame(),
            Source::WebP(frames) => frames.next_frame(),
        }
    }

    /// What the numbers in the pixels mean, the same for all frames.
    pub fn colour(&self) -> ColourInfo {
        match &self.0 {
            // GIFs with profiles are unheard of, and browsers do not look for them.
            Source::Gif(_) => ColourInfo::default(),
            Source::WebP(frames) => frames.colour(),
        }
    }
}

/// Writes an animation. Holds the encoded frames and the last frame's pixels.
#[derive(Debug)]
pub struct AnimationWriter(Target);

#[derive(Debug)]
enum Target {
    Gif(Box<GifWriter>),
    WebP(Box<WebPWriter>),
}

impl AnimationWriter {
    /// Begins an animation of that size in pixels.
    ///
    /// # Errors
    /// [`Error::Encode`] for formats that have no animations here, and for sides the format cannot
    /// express.
    pub fn new(format: Format, width: u32, height: u32, options: &EncodeOptions) -> Result<Self, Error> {
        Self::until(format, width, height, options, &NEVER)
    }

    /// [`AnimationWriter::new`] that can be stopped, within a frame where the encoder lets one: WebP.
    pub(crate) fn until(
        format: Format,
        width: u32,
        height: u32,
        options: &EncodeOptions,
        stop: &Stop,
    ) -> Result<Self, Error> {
        if width == 0 || height == 0 || width.max(height) > format.longest_side() {
            return Err(Error::encode(format, "its sides are out of range"));
        }
        let target = match format {
            Format::Gif => Target::Gif(Box::new(GifWriter::new(width, height, options)?)),
            Format::WebP => Target::WebP(Box::new(WebPWriter::new(width, height, options, stop)?)),
            _ => return Err(Error::encode(format, "it is no format for animations")),
        };
        Ok(Self(target))
    }

    /// Adds a frame: the whole canvas as it is to be seen, for that many milliseconds.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn push(&mut self, pixels: &Pixels, delay_ms: u32) -> Result<(), Error> {
        match &mut self.0 {
            Target::Gif(writer) => writer.push(pixels, delay_ms),
            Target::WebP(writer) => writer.push(pixels, delay_ms),
        }
    }

    /// Ends the animation and gives the file.
    ///
    /// # Errors
    /// [`Error::Encode`], also if there was no frame.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        match self.0 {
            Target::Gif(writer) => writer.finish(),
            Target::WebP(writer) => writer.finish(),
        }
    }
}

/// A rectangle of a canvas, in pixels; not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The smallest rectangle around the pixels that differ; `None` if none does. Both are of one
/// size, 4 bytes a pixel.
pub(super) fn changed_area(before: &[u8], after: &[u8], width: u32) -> Option<Area> {
    const STEP: usize = 4;
    let row = width as usize * STEP;
    let rows = || before.chunks_exact(row).zip(after.chunks_exact(row));
    let top = rows().position(|(a, b)| a != b)?;
    let bottom = rows().rposition(|(a, b)| a != b)?;
    let (mut left, mut right) = (row, 0);
    for (a, b) in rows().skip(top).take(bottom - top + 1) {
        // Only what lies outside the columns known so far is looked at.
        if let Some(first) = a[..left].iter().zip(&b[..left]).position(|(a, b)| a != b) {
            left = first;
        }
        if let Some(last) = a[right..].iter().zip(&b[right..]).rposition(|(a, b)| a != b) {
            right += last + 1;
        }
    }
    let (left, right) = (left / STEP, right.div_ceil(STEP));
    Some(Area {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom - top + 1) as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_framed_tightly() {
        let (width, height) = (7, 5);
        let before = vec![0; width * height * 4];
        let at = |x: usize, y: usize| (y * width + x) * 4;
        assert_eq!(changed_area(&before, &before, 7), None);
        for (pixels, wanted) in [
            (&[(0, 0)][..], (0, 0, 1, 1)),
            (&[(6, 4)], (6, 4, 1, 1)),
            (&[(2, 1), (4, 3)], (2, 1, 3, 3)),
            (&[(4, 1), (2, 3)], (2, 1, 3, 3)),
            (&[(0, 2), (6, 2)], (0, 2, 7, 1)),
        ] {
            for byte in 0..4 {
                let mut after = before.clone();
                for (x, y) in pixels {
                    after[at(*x, *y) + byte] = 1;
                }
                let (x, y, width, height) = wanted;
                assert_eq!(changed_area(&before, &after, 7), Some(Area { x, y, width, height }));
            }
        }
    }

    #[test]
    fn hasty_frames_are_shown_as_browsers_do() {
        assert_eq!([0, 10, 11, 20, 1000].map(shown_for), [100, 100, 11, 20, 1000]);
    }
}
