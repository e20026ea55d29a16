//! The frames of a GIF, put together on a canvas as browsers do.

use super::Header;
use super::canvas::{FrameView, shown_for};
use super::gif_blocks::{self, Disposal, GifBlocks, GifFrame, corrupt};
use crate::error::Error;
use crate::pixels::{Channels, Pixels};
use crate::stop::Stop;
use weezl::decode::{Configuration, Decoder};
use weezl::{BitOrder, LzwStatus};

/// Bytes of a pixel of the canvas.
const STEP: usize = 4;

/// The frames of a GIF, one after the other.
#[derive(Debug)]
pub(super) struct GifFrames<'a> {
    frames: GifBlocks<'a>,
    canvas: Pixels,
    /// What was there before the frame that is shown, if that has to come back.
    before: Option<Vec<u8>>,
    /// The frame that is shown.
    shown: Option<GifFrame<'a>>,
    stop: Stop,
}

impl<'a> GifFrames<'a> {
    pub(super) fn new(bytes: &'a [u8], header: &Header, stop: &Stop) -> Result<Self, Error> {
        let gif = gif_blocks::read(bytes)?;
        if (gif.width, gif.height) != (header.width, header.height) {
            return Err(corrupt("its headers contradict each other"));
        }
        let data = vec![0; gif.width as usize * gif.height as usize * STEP];
        let canvas = Pixels { width: gif.width, height: gif.height, channels: Channels::Rgba, data };
        Ok(Self { frames: gif.frames, canvas, before: None, shown: None, stop: stop.clone() })
    }

    pub(super) fn next_frame(&mut self) -> Result<Option<FrameView<'_>>, Error> {
        let Some(frame) = self.frames.next() else { return Ok(None) };
        self.dispose();
        if frame.disposal == Disposal::Restore {
            self.before = Some(self.canvas.data.clone());
        }
        self.draw(&frame)?;
        self.shown = Some(frame);
        let delay_ms = shown_for(u32::from(frame.delay) * 10);
        Ok(Some(FrameView { pixels: &self.canvas, delay_ms }))
    }

    /// The canvas as it is, when no more frames are needed.
    pub(super) fn into_canvas(self) -> Pixels {
        self.canvas
    }

    /// Takes the frame that is shown away, as it asked for.
    fn dispose(&mut self) {
        let Some(shown) = self.shown.take() else { return };
        match (shown.disposal, self.before.take()) {
            (Disposal::Restore, Some(before)) => self.canvas.data = before,
            (Disposal::Clear, _) => {
                let (width, height) = (self.canvas.width, self.canvas.height);
                for y in shown.y..(shown.y + shown.height).min(height) {
                    let right = (shown.x + shown.width).min(width);
                    let row = y as usize * width as usize;
                    let columns = (row + shown.x.min(right) as usize) * STEP..(row + right as usize) * STEP;
                    if let Some(pixels) = self.canvas.data.get_mut(columns) {
                        pixels.fill(0);
                    }
                }
            }
            _ => {}
        }
    }

    fn draw(&mut self, frame: &GifFrame<'_>) -> Result<(), Error> {
        if frame.x >= self.canvas.width || frame.y >= self.canvas.height {
            return Ok(());
        }
        let colours = colours(frame);
        // No more than one row of a frame is held, whatever size it claims.
        let mut row = vec![0; frame.width as usize];
        let mut lzw = Lzw::new(frame);
        let (width, height) = (self.canvas.width, self.canvas.height);
        let rows = Rows::new(frame.height, frame.interlaced);
        for y in rows.map(|y| frame.y + y) {
            // What follows the canvas's last row is not seen; interlaced rows come in another order.
            if y >= height && !frame.interlaced {
                break;
            }
            self.stop.check()?;
            lzw.fill(&mut row)?;
            let from = y as usize * width as usize;
            let columns = (from + frame.x as usize) * STEP..(from + width as usize) * STEP;
            if y >= height {
                continue;
            }
            let Some(line) = self.canvas.data.get_mut(columns) else { continue };
            let (pixels, _) = line.as_chunks_mut::<STEP>();
            for (pixel, index) in pixels.iter_mut().zip(&row) {
                let colour = colours[usize::from(*index)];
                if colour[3] != 0 {
                    *pixel = colour;
                }
            }
        }
        Ok(())
    }
}

/// The colours of a frame, clear where it is transparent. Indices beyond the palette are clear.
fn colours(frame: &GifFrame<'_>) -> [[u8; STEP]; 256] {
    let mut colours = [[0; STEP]; 256];
    let (palette, _) = frame.palette.as_chunks::<3>();
    for (colour, [r, g, b]) in colours.iter_mut().zip(palette) {
        *colour = [*r, *g, *b, 255];
    }
    if let Some(transparent) = frame.transparent {
        colours[usize::from(transparent)] = [0; STEP];
    }
    colours
}

/// The compressed pixels of a frame.
struct Lzw<'a> {
    decoder: Decoder,
    /// Sub-blocks that are not begun.
    rest: &'a [u8],
    /// What is left of the one that is.
    block: &'a [u8],
}

impl<'a> Lzw<'a> {
    fn new(frame: &GifFrame<'a>) -> Self {
        let decoder = Configuration::new(BitOrder::Lsb, frame.code_size).build();
        Self { decoder, rest: frame.data, block: &[] }
    }

    fn fill(&mut self, mut row: &mut [u8]) -> Result<(), Error> {
        let mut idle = 0;
        while !row.is_empty() {
            if self.block.is_empty() {
                self.next_block();
            }
            let result = self.decoder.decode_bytes(self.block, row);
            self.block = self.block.get(result.consumed_in..).unwrap_or_default();
            row = row.get_mut(result.consumed_out..).unwrap_or_default();
            let status = result.status.map_err(|_| corrupt("a frame's pixels can't be decoded"))?;
            let stands = result.consumed_in == 0 && result.consumed_out == 0;
            idle = if stands { idle + 1 } else { 0 };
            // One call that neither takes nor gives anything does not mean that there is no more:
            // with small buffers the decoder needs one to go on to its next code.
            if stands && matches!(status, LzwStatus::Done) || idle > 2 {
                return Err(corrupt("a frame has too few pixels"));
            }
        }
        Ok(())
    }

    fn next_block(&mut self) {
        if let Some((length, rest)) = self.rest.split_first() {
            // The blocks were measured when the file was walked.
            (self.block, self.rest) = rest.split_at_checked((*length).into()).unwrap_or((rest, &[]));
        }
    }
}

/// The order in which the rows of a frame are stored.
struct Rows {
    /// Where each pass begins and how far apart its rows are.
    passes: &'static [(u32, u32)],
    y: u32,
    height: u32,
}

impl Rows {
    fn new(height: u32, interlaced: bool) -> Self {
        let passes: &[_] = if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
        Self { passes, y: 0, height }
    }
}

impl Iterator for Rows {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            let ((_, step), after) = self.passes.split_first()?;
            let y = self.y;
            if y < self.height {
                self.y += step;
                return Some(y);
            }
            self.passes = after;
            self.y = after.first()?.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interlaced_rows_come_in_four_passes() {
        let order: Vec<_> = Rows::new(10, true).collect();
        assert_eq!(order, [0, 8, 4, 2, 6, 1, 3, 5, 7, 9]);
        assert_eq!(Rows::new(1, true).collect::<Vec<_>>(), [0]);
        assert_eq!(Rows::new(3, false).collect::<Vec<_>>(), [0, 1, 2]);
    }
}
