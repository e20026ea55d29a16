//! Animated WebP, written. Each frame holds the smallest rectangle of blocks that differ from what
//! is seen already; within it, blocks that do not differ are left clear, which costs next to
//! nothing. libwebp's own animation encoder compares pixel by pixel and tries more; this is what
//! makes the difference in time.

use super::EncodeOptions;
use super::canvas::Area;
use super::webp::{assemble, compress, settings};
use super::webp_blocks::{Blocks, STEP};
use super::webp_chunks::{self as riff, Chunk, Extended};
use crate::error::Error;
use crate::metadata::Kept;
use crate::pixels::Pixels;
use crate::sniff::Format;
use crate::stop::Stop;
use resizer_webp::{Layout, Settings};

/// How hard libwebp tries, 0 to 6.
const METHOD: u8 = 4;
/// The longest time that a frame can be shown, in milliseconds.
const LONGEST: u32 = (1 << 24) - 1;

fn failed(reason: &str) -> Error {
    Error::encode(Format::WebP, reason)
}

/// Writes an animated WebP frame by frame.
#[derive(Debug)]
pub(super) struct WebPWriter {
    width: u32,
    height: u32,
    /// By how much a channel may differ before a block is drawn anew.
    tolerance: u8,
    settings: Settings,
    kept: Kept,
    plays: u16,
    /// What is seen: for each block, the pixels that it was last drawn from. Comparing with these,
    /// not with the last frame, keeps slow changes from adding up unseen.
    seen: Vec<u8>,
    frames: Vec<Vec<u8>>,
    /// How long the last frame is shown.
    duration: u32,
    alpha: bool,
    stop: Stop,
}

impl WebPWriter {
    pub(super) fn new(width: u32, height: u32, options: &EncodeOptions, stop: &Stop) -> Result<Self, Error> {
        let quality = options.quality.clamp(1, 100);
        Ok(Self {
            width,
            height,
            tolerance: (100 - quality) / 5,
            settings: settings(quality, METHOD),
            kept: options.kept.clone(),
            plays: options.plays.try_into().unwrap_or(u16::MAX),
            seen: Vec::new(),
            frames: Vec::new(),
            duration: 0,
            alpha: false,
            stop: stop.clone(),
        })
    }

    pub(super) fn push(&mut self, pixels: &Pixels, delay_ms: u32) -> Result<(), Error> {
        if (pixels.width, pixels.height) != (self.width, self.height) {
            return Err(failed("a frame has another size than the animation"));
        }
        let data = pixels.to_rgba();
        let blocks = Blocks::compare(&self.seen, &data, self.width, self.height, self.tolerance);
        let Some(area) = blocks.area() else {
            self.duration = self.duration.saturating_add(delay_ms).min(LONGEST);
            self.end_frame();
            return Ok(());
        };
        let frame = self.draw(&data, &blocks, area)?;
        self.frames.push(frame);
        self.duration = delay_ms.min(LONGEST);
        self.end_frame();
        if self.seen.is_empty() {
            self.seen = data;
        } else {
            blocks.for_changed(|bytes| {
                if let (Some(to), Some(from)) = (self.seen.get_mut(bytes.clone()), data.get(bytes)) {
                    to.copy_from_slice(from);
                }
            });
        }
        Ok(())
    }

    /// Sets the last frame's time, which is only known when another one follows.
    fn end_frame(&mut self) {
        let bytes = self.duration.to_le_bytes();
        if let Some(place) = self.frames.last_mut().and_then(|frame| frame.get_mut(12..15)) {
            place.copy_from_slice(&bytes[..3]);
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        if self.frames.is_empty() {
            return Err(failed("it has no frame"));
        }
        // Clear background; browsers do not look at it.
        let [low, high] = self.plays.to_le_bytes();
        let animation = [0, 0, 0, 0, low, high];
        let frames = self.frames.iter().map(|frame| -> Chunk<'_> { (b"ANMF", frame) });
        let chunks: Vec<Chunk<'_>> = std::iter::once((b"ANIM", &animation[..])).chain(frames).collect();
        let image = Extended { width: self.width, height: self.height, alpha: self.alpha };
        Ok(assemble(image, &chunks, &self.kept))
    }

    /// The data of the chunk for one frame.
    fn draw(&mut self, data: &[u8], blocks: &Blocks, area: Area) -> Result<Vec<u8>, Error> {
        let mut part = Vec::with_capacity(area.width as usize * area.height as usize * STEP);
        let row = self.width as usize * STEP;
        for y in area.y as usize..(area.y + area.height) as usize {
            let start = y * row + area.x as usize * STEP;
            part.extend_from_slice(data.get(start..start + area.width as usize * STEP).unwrap_or_default());
        }
        let opaque = part.as_chunks::<STEP>().0.iter().all(|pixel| pixel[3] == 255);
        let mut blend = false;
        if opaque && blocks.clear_unchanged(&mut part, area) {
            blend = true;
        }
        self.alpha |= !opaque || blend;
        // The colours of blocks that were made clear here are kept; those of the source's are not.
        self.settings.exact = blend;
        let size = (area.width, area.height);
        let file = if opaque && !blend {
            let rgb: Vec<u8> =
                part.as_chunks().0.iter().flat_map(|[r, g, b, _]: &[u8; 4]| [*r, *g, *b]).collect();
            compress(&rgb, Layout::Rgb, size, &self.settings, &self.stop)?
        } else {
            compress(&part, Layout::Rgba, size, &self.settings, &self.stop)?
        };
        let mut frame = Vec::with_capacity(file.len() + 16);
        for number in [area.x / 2, area.y / 2, area.width - 1, area.height - 1, 0] {
            frame.extend_from_slice(&number.to_le_bytes()[..3]);
        }
        frame.push(if blend { 0 } else { 2 });
        for chunk in riff::read(&file)? {
            if matches!(chunk.0, b"ALPH" | b"VP8 " | b"VP8L") {
                riff::push(&mut frame, chunk);
            }
        }
        Ok(frame)
    }
}
