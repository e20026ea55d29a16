//! Animated WebP, written. Each frame holds the smallest rectangle of blocks that differ from what
//! is seen already; within it, blocks that do not differ are left clear, which costs next to
//! nothing. libwebp's own animation encoder compares pixel by pixel and tries more; this is what
//! makes the difference in time.

use super::EncodeOptions;
use super::animation::Area;
use super::webp::{assemble, compress, config};
use super::webp_chunks::{self as riff, Chunk, Extended};
use crate::error::Error;
use crate::metadata::Kept;
use crate::pixels::Pixels;
use crate::sniff::Format;
use std::ops::Range;
use webp::{PixelLayout, WebPConfig};

/// Side of a block: libwebp predicts and quantises blocks of this size, so that a clear one
/// disturbs none of its neighbours.
const BLOCK: usize = 16;
/// Bytes of a pixel.
const STEP: usize = 4;
/// How hard libwebp tries, 0 to 6.
const METHOD: i32 = 4;
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
}

/// libwebp's settings, which say nothing of themselves.
struct Settings(WebPConfig);

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "quality {}, method {}", self.0.quality, self.0.method)
    }
}

impl WebPWriter {
    pub(super) fn new(width: u32, height: u32, options: &EncodeOptions) -> Result<Self, Error> {
        let quality = options.quality.clamp(1, 100);
        let settings = config(quality, METHOD)?;
        Ok(Self {
            width,
            height,
            tolerance: (100 - quality) / 5,
            settings: Settings(settings),
            kept: options.kept.clone(),
            plays: options.plays.try_into().unwrap_or(u16::MAX),
            seen: Vec::new(),
            frames: Vec::new(),
            duration: 0,
            alpha: false,
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
        self.settings.0.exact = blend.into();
        let size = (area.width, area.height);
        let file = if opaque && !blend {
            let rgb: Vec<u8> =
                part.as_chunks().0.iter().flat_map(|[r, g, b, _]: &[u8; 4]| [*r, *g, *b]).collect();
            compress(&rgb, PixelLayout::Rgb, size, &self.settings.0)?
        } else {
            compress(&part, PixelLayout::Rgba, size, &self.settings.0)?
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

/// Which blocks of a canvas differ.
struct Blocks {
    changed: Vec<bool>,
    across: usize,
    width: usize,
    height: usize,
}

impl Blocks {
    /// Compares two canvases; one that is empty differs everywhere.
    fn compare(before: &[u8], after: &[u8], width: u32, height: u32, tolerance: u8) -> Self {
        let (width, height) = (width as usize, height as usize);
        let across = width.div_ceil(BLOCK);
        let changed = vec![before.is_empty(); across * height.div_ceil(BLOCK)];
        let mut blocks = Self { changed, across, width, height };
        if before.is_empty() {
            return blocks;
        }
        let row = width * STEP;
        for (y, (old, new)) in before.chunks_exact(row).zip(after.chunks_exact(row)).enumerate() {
            if old == new {
                continue;
            }
            let line = blocks.changed.iter_mut().skip(y / BLOCK * across);
            for (changed, (old, new)) in line.zip(old.chunks(BLOCK * STEP).zip(new.chunks(BLOCK * STEP))) {
                *changed = *changed || differ(old, new, tolerance);
            }
        }
        blocks
    }

    /// The rectangle around all blocks that differ, in pixels.
    fn area(&self) -> Option<Area> {
        let rows = || self.changed.chunks_exact(self.across);
        let top = rows().position(|row| row.contains(&true))?;
        let bottom = rows().rposition(|row| row.contains(&true))?;
        let left = rows().filter_map(|row| row.iter().position(|c| *c)).min()?;
        let right = rows().filter_map(|row| row.iter().rposition(|c| *c)).max()?;
        let (x, y) = (left * BLOCK, top * BLOCK);
        Some(Area {
            x: x as u32,
            y: y as u32,
            width: (((right + 1) * BLOCK).min(self.width) - x) as u32,
            height: (((bottom + 1) * BLOCK).min(self.height) - y) as u32,
        })
    }

    /// Makes the blocks of a part clear that do not differ. Tells whether there are any. What is
    /// left of them is one colour, their average: it costs next to nothing, and the decoder's
    /// smoothing across block edges does not draw anything foreign into the neighbours.
    fn clear_unchanged(&self, part: &mut [u8], area: Area) -> bool {
        let mut any = false;
        let (left, top) = (area.x as usize / BLOCK, area.y as usize / BLOCK);
        let row = area.width as usize * STEP;
        for (line, rows) in part.chunks_mut(row * BLOCK).enumerate() {
            let blocks = self.changed.get((top + line) * self.across + left..).unwrap_or_default();
            for (column, _) in (0..row.div_ceil(BLOCK * STEP)).zip(blocks).filter(|(_, changed)| !**changed) {
                let from = column * BLOCK * STEP;
                let columns = from..(from + BLOCK * STEP).min(row);
                let colour = average(rows.chunks_exact(row).filter_map(|row| row.get(columns.clone())));
                for pixels in rows.chunks_exact_mut(row).filter_map(|row| row.get_mut(columns.clone())) {
                    pixels.as_chunks_mut().0.fill(colour);
                }
                any = true;
            }
        }
        any
    }

    /// The bytes of the canvas that belong to blocks that differ.
    fn for_changed(&self, mut with: impl FnMut(Range<usize>)) {
        for y in 0..self.height {
            for block in 0..self.across {
                if self.changed.get(y / BLOCK * self.across + block) == Some(&true) {
                    let (from, to) = (block * BLOCK, ((block + 1) * BLOCK).min(self.width));
                    with((y * self.width + from) * STEP..(y * self.width + to) * STEP);
                }
            }
        }
    }
}

/// The average colour of opaque pixels, clear.
fn average<'p>(rows: impl Iterator<Item = &'p [u8]>) -> [u8; STEP] {
    let (mut sums, mut count) = ([0u32; 3], 0u32);
    for row in rows {
        for pixel in row.as_chunks::<STEP>().0 {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += u32::from(*value);
            }
            count += 1;
        }
    }
    let [r, g, b] = sums.map(|sum| (sum / count.max(1)) as u8);
    [r, g, b, 0]
}

/// Whether a pixel differs so that it can be seen. The colour of clear ones can not.
fn differ(old: &[u8], new: &[u8], tolerance: u8) -> bool {
    old != new
        && old.as_chunks::<STEP>().0.iter().zip(new.as_chunks::<STEP>().0).any(|(old, new)| {
            let [r, g, b, a] = std::array::from_fn(|i| old[i].abs_diff(new[i]));
            a > 0 || (new[3] > 0 && r.max(g).max(b) > tolerance)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_differ_are_found() {
        let (width, height) = (40u32, 20u32);
        let before = vec![255; (width * height) as usize * STEP];
        let blocks = |after: &[u8]| Blocks::compare(&before, after, width, height, 4);
        assert_eq!(blocks(&before).area(), None);
        let mut after = before.clone();
        after[(19 * 40 + 39) * STEP] = 251;
        assert_eq!(blocks(&after).area(), None, "within tolerance");
        after[(19 * 40 + 39) * STEP] = 250;
        let corner = Area { x: 32, y: 16, width: 8, height: 4 };
        assert_eq!(blocks(&after).area(), Some(corner));
        after[0] = 0;
        let found = blocks(&after);
        assert_eq!(found.area(), Some(Area { x: 0, y: 0, width, height }));
        let mut part = after.clone();
        assert!(found.clear_unchanged(&mut part, Area { x: 0, y: 0, width, height }));
        let alphas: Vec<u8> = part.as_chunks::<STEP>().0.iter().map(|p| p[3]).collect();
        let at = |x: usize, y: usize| alphas[y * 40 + x];
        assert_eq!(
            [at(0, 0), at(15, 15), at(16, 0), at(0, 16), at(32, 16), at(39, 19)],
            [255, 255, 0, 0, 255, 255]
        );
        let mut bytes = 0;
        found.for_changed(|range| bytes += range.len());
        assert_eq!(bytes, (16 * 16 + 8 * 4) * STEP);
        // A change of alpha is always seen.
        let mut clearer = before.clone();
        clearer[3] = 254;
        assert!(blocks(&clearer).area().is_some());
    }
}
