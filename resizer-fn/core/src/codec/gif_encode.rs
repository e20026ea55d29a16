//! GIF, written by the `gif` crate with palettes by `quantette`. Of an animation only what changes
//! from frame to frame is stored.

use super::EncodeOptions;
use super::canvas::{Area, changed_area};
use crate::error::Error;
use crate::pixels::Pixels;
use crate::sniff::Format;
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use quantette::deps::palette::Srgb;
use quantette::{ImageBuf, PaletteSize, Pipeline};
use std::borrow::Cow;

/// From this alpha on a pixel is opaque: a GIF knows no more than clear and opaque.
const OPAQUE_FROM: u8 = 128;

/// Browsers take shorter frames for ones that say nothing about their time.
const SHORTEST_DELAY: u16 = 2;

fn failed(reason: impl ToString) -> Error {
    Error::encode(Format::Gif, reason)
}

/// A still image. GIFs carry no metadata that anyone reads.
pub(super) fn encode(pixels: &Pixels, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    // A still image is no animation that is shown once: it needs no word about repetition.
    let options = EncodeOptions { plays: 1, ..options.clone() };
    let mut writer = GifWriter::new(pixels.width, pixels.height, &options)?;
    writer.push(pixels, 0)?;
    writer.finish()
}

/// Writes a GIF frame by frame. A frame is only written when the next one is known: whether it has
/// to be cleared away afterwards depends on that.
pub(super) struct GifWriter {
    encoder: Encoder<Vec<u8>>,
    width: u16,
    height: u16,
    /// What lies under the frame that waits; empty before the first and after clearing.
    under: Vec<u8>,
    waiting: Option<Waiting>,
}

impl std::fmt::Debug for GifWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GIF of {} x {}, {} bytes so far", self.width, self.height, self.encoder.get_ref().len())
    }
}

struct Waiting {
    pixels: Vec<u8>,
    delay_ms: u32,
}

impl GifWriter {
    pub(super) fn new(width: u32, height: u32, options: &EncodeOptions) -> Result<Self, Error> {
        let side = |side: u32| u16::try_from(side).map_err(|_| failed("a side is above 65535"));
        let (width, height) = (side(width)?, side(height)?);
        let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(failed)?;
        match options.plays {
            0 => encoder.set_repeat(Repeat::Infinite).map_err(failed)?,
            1 => {}
            // What is stored counts repetitions after the first showing.
            plays => encoder
                .set_repeat(Repeat::Finite((plays - 1).try_into().unwrap_or(u16::MAX)))
                .map_err(failed)?,
        }
        Ok(Self { encoder, width, height, under: Vec::new(), waiting: None })
    }

    pub(super) fn push(&mut self, pixels: &Pixels, delay_ms: u32) -> Result<(), Error> {
        if (pixels.width, pixels.height) != (self.width.into(), self.height.into()) {
            return Err(failed("a frame has another size than the animation"));
        }
        let pixels = clear_or_opaque(pixels);
        if let Some(waiting) = self.waiting.take() {
            if waiting.pixels == pixels {
                let delay_ms = waiting.delay_ms.saturating_add(delay_ms);
                self.waiting = Some(Waiting { delay_ms, ..waiting });
                return Ok(());
            }
            let vanishes = |(before, after): (&[u8; 4], &[u8; 4])| before[3] != 0 && after[3] == 0;
            let clear = waiting.pixels.as_chunks().0.iter().zip(pixels.as_chunks().0).any(vanishes);
            self.write(&waiting, clear)?;
            self.under = if clear { Vec::new() } else { waiting.pixels };
        }
        self.waiting = Some(Waiting { pixels, delay_ms });
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, Error> {
        let last = self.waiting.take().ok_or_else(|| failed("it has no frame"))?;
        self.write(&last, false)?;
        self.encoder.into_inner().map_err(failed)
    }

    /// Writes a frame, on what lies under it. One that is cleared away afterwards is written whole:
    /// clearing reaches as far as the frame does.
    fn write(&mut self, frame: &Waiting, clear: bool) -> Result<(), Error> {
        let width = u32::from(self.width);
        let whole = Area { x: 0, y: 0, width, height: self.height.into() };
        let on_nothing = clear || self.under.is_empty();
        let area = if on_nothing { None } else { changed_area(&self.under, &frame.pixels, width) };
        let area = area.unwrap_or(whole);
        let pixels = area.width as usize * area.height as usize;
        let (mut colours, mut seen) = (Vec::with_capacity(pixels), Vec::with_capacity(pixels));
        for y in area.y..area.y + area.height {
            let start = (y * width + area.x) as usize * 4;
            let end = start + area.width as usize * 4;
            let row = frame.pixels.get(start..end).unwrap_or_default().as_chunks::<4>().0;
            let under = self.under.get(start..end).unwrap_or_default().as_chunks::<4>().0;
            colours.extend(row.iter().map(|[r, g, b, _]| Srgb::new(*r, *g, *b)));
            if on_nothing {
                seen.extend(row.iter().map(|pixel| pixel[3] != 0));
            } else {
                seen.extend(row.iter().zip(under).map(|(new, old)| new != old && new[3] != 0));
            }
        }
        let Indexed { palette, indices, transparent } = indexed(area, colours, &seen)?;
        self.encoder
            .write_frame(&Frame {
                delay: hundredths(frame.delay_ms),
                dispose: if clear { DisposalMethod::Background } else { DisposalMethod::Keep },
                transparent,
                // All lie within the canvas, whose sides have 16 bits.
                left: area.x as u16,
                top: area.y as u16,
                width: area.width as u16,
                height: area.height as u16,
                palette: Some(palette),
                buffer: Cow::Owned(indices),
                ..Frame::default()
            })
            .map_err(failed)
    }
}

/// Pixels as a GIF stores them.
struct Indexed {
    /// Red, green, blue, for each index.
    palette: Vec<u8>,
    indices: Vec<u8>,
    /// The index of clear pixels.
    transparent: Option<u8>,
}

/// Finds colours for the pixels; those that are not `seen` become clear.
fn indexed(area: Area, colours: Vec<Srgb<u8>>, seen: &[bool]) -> Result<Indexed, Error> {
    let all_seen = seen.iter().all(|seen| *seen);
    let size = PaletteSize::try_from(if all_seen { 256u16 } else { 255 }).map_err(failed)?;
    let image = ImageBuf::new(area.width, area.height, colours).map_err(failed)?;
    let image = Pipeline::new().palette_size(size).input_image(image.as_ref()).output_srgb8_indexed_image();
    let (palette, mut indices) = image.into_parts();
    let mut palette: Vec<u8> = palette.iter().flat_map(|c| [c.red, c.green, c.blue]).collect();
    if all_seen {
        return Ok(Indexed { palette, indices, transparent: None });
    }
    let transparent = u8::try_from(palette.len() / 3).map_err(failed)?;
    palette.extend([0; 3]);
    for (index, _) in indices.iter_mut().zip(seen).filter(|(_, seen)| !**seen) {
        *index = transparent;
    }
    Ok(Indexed { palette, indices, transparent: Some(transparent) })
}

/// Red, green, blue, alpha, with alpha 255, or all 0.
fn clear_or_opaque(pixels: &Pixels) -> Vec<u8> {
    let mut data = pixels.to_rgba();
    for pixel in data.as_chunks_mut::<4>().0 {
        if pixel[3] < OPAQUE_FROM {
            *pixel = [0; 4];
        } else {
            pixel[3] = 255;
        }
    }
    data
}

fn hundredths(ms: u32) -> u16 {
    match ms {
        // Of a still image.
        0 => 0,
        ms => u16::try_from(ms.saturating_add(5) / 10).unwrap_or(u16::MAX).max(SHORTEST_DELAY),
    }
}
