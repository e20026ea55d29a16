//! The frames of an animated WebP, put together on a canvas. libwebp decodes each as a still image
//! of its own; its decoder for animations would hand out all frames at once.

use super::Header;
use super::canvas::{FrameView, shown_for};
use super::webp_chunks::{self as riff, Chunk, Extended, Frame, corrupt};
use super::webp_still::still;
use crate::colour::ColourInfo;
use crate::error::Error;
use crate::pixels::{Channels, Pixels};
use crate::stop::Stop;

/// Bytes of a pixel of the canvas.
const STEP: usize = 4;

/// The frames of an animated WebP, one after the other.
#[derive(Debug)]
pub(super) struct WebPFrames<'a> {
    chunks: std::vec::IntoIter<Chunk<'a>>,
    icc: Option<&'a [u8]>,
    canvas: Pixels,
    /// The rectangle (x, y, width, height) to clear before the next frame.
    clear: Option<(u32, u32, u32, u32)>,
    stop: Stop,
}

impl<'a> WebPFrames<'a> {
    /// `header` is that of the same bytes, so its size is that of the canvas.
    pub(super) fn new(bytes: &'a [u8], header: &Header, stop: &Stop) -> Result<Self, Error> {
        let chunks = riff::read(bytes)?;
        let icc = riff::find(&chunks, b"ICCP");
        let data = vec![0; header.width as usize * header.height as usize * STEP];
        let canvas = Pixels { width: header.width, height: header.height, channels: Channels::Rgba, data };
        Ok(Self { chunks: chunks.into_iter(), icc, canvas, clear: None, stop: stop.clone() })
    }

    pub(super) fn next_frame(&mut self) -> Result<Option<FrameView<'_>>, Error> {
        let Some((_, data)) = self.chunks.find(|(name, _)| *name == b"ANMF") else { return Ok(None) };
        self.stop.check()?;
        if let Some((x, y, width, height)) = self.clear.take() {
            for_rows(&mut self.canvas, (x, y, width), height, |_, row| row.as_flattened_mut().fill(0));
        }
        let frame = riff::frame(data)?;
        let delay_ms = shown_for(frame.duration);
        self.draw(&frame)?;
        self.clear = frame.clear.then_some((frame.x, frame.y, frame.width, frame.height));
        Ok(Some(FrameView { pixels: &self.canvas, delay_ms }))
    }

    /// The canvas as it is, when no more frames are needed.
    pub(super) fn into_canvas(self) -> Pixels {
        self.canvas
    }

    pub(super) fn colour(&self) -> ColourInfo {
        ColourInfo::with_profile(self.icc.map(<[u8]>::to_vec), Channels::Rgba)
    }

    fn draw(&mut self, frame: &Frame<'_>) -> Result<(), Error> {
        let Frame { x, y, width, height, .. } = *frame;
        let inside =
            |from: u32, length: u32, side: u32| from.checked_add(length).is_some_and(|to| to <= side);
        if !inside(x, width, self.canvas.width) || !inside(y, height, self.canvas.height) {
            return Err(corrupt("a frame reaches out of the image"));
        }
        let part = |(name, _): &Chunk<'_>| matches!(*name, b"ALPH" | b"VP8 " | b"VP8L");
        let picture: Vec<_> = frame.chunks.iter().copied().filter(part).collect();
        let alpha = riff::find(&picture, b"ALPH").is_some() || riff::find(&picture, b"VP8L").is_some();
        let file = riff::write(Extended { width, height, alpha }, &picture);
        let source = still(&file, width, height)?;
        let from = width as usize * source.channels.count();
        let mut lines = source.data.chunks_exact(from);
        for_rows(&mut self.canvas, (x, y, width), height, |_, row| {
            let line = lines.next().unwrap_or_default();
            if source.channels == Channels::Rgb {
                for (pixel, [r, g, b]) in row.iter_mut().zip(line.as_chunks().0) {
                    *pixel = [*r, *g, *b, 255];
                }
            } else if frame.blend {
                for (pixel, source) in row.iter_mut().zip(line.as_chunks().0) {
                    *pixel = over(*source, *pixel);
                }
            } else {
                row.as_flattened_mut().copy_from_slice(line);
            }
        });
        Ok(())
    }
}

/// Hands out the rows of a rectangle (which lies within the canvas): its number and its pixels.
fn for_rows(
    canvas: &mut Pixels,
    (x, y, width): (u32, u32, u32),
    height: u32,
    mut with: impl FnMut(u32, &mut [[u8; STEP]]),
) {
    let row = canvas.width as usize * STEP;
    for (number, line) in
        (0..height).zip(canvas.data.chunks_exact_mut(row).skip(y as usize).take(height as usize))
    {
        let columns = x as usize * STEP..(x + width) as usize * STEP;
        if let Some(pixels) = line.get_mut(columns) {
            with(number, pixels.as_chunks_mut().0);
        }
    }
}

/// `source` laid over `below`, neither premultiplied.
fn over(source: [u8; STEP], below: [u8; STEP]) -> [u8; STEP] {
    match (source[3], below[3]) {
        (255, _) | (_, 0) => source,
        (0, _) => below,
        (top, under) => {
            let (top, under) = (u32::from(top), u32::from(under));
            // In 255ths of 255ths.
            let (top, under) = (top * 255, under * (255 - top));
            let all = top + under;
            let mix = |channel: usize| {
                let sum = u32::from(source[channel]) * top + u32::from(below[channel]) * under;
                ((sum + all / 2) / all) as u8
            };
            [mix(0), mix(1), mix(2), ((all + 127) / 255) as u8]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_laid_over_each_other() {
        assert_eq!(over([1, 2, 3, 255], [9, 9, 9, 255]), [1, 2, 3, 255]);
        assert_eq!(over([1, 2, 3, 0], [9, 8, 7, 60]), [9, 8, 7, 60]);
        assert_eq!(over([1, 2, 3, 40], [9, 8, 7, 0]), [1, 2, 3, 40]);
        assert_eq!(over([255, 0, 0, 128], [0, 0, 255, 255]), [128, 0, 127, 255]);
        // Half of half: the one above counts twice as much as the one below.
        assert_eq!(over([90, 0, 0, 128], [0, 0, 90, 128]), [60, 0, 30, 192]);
    }
}
