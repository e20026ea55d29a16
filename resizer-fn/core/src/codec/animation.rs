//! Animations, read and written one frame at a time: never are all frames in memory.

use super::canvas::FrameView;
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
