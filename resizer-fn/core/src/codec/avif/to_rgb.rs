//! Planes of an AV1 picture to 8-bit pixels (ITU-T H.273, 8.3).

use super::unsupported;
use crate::error::Error;
use crate::stop::Stop;
use resizer_av1::{Cicp, Picture, Sample, Sampling};

/// Fixed point: coefficients are multiplied by 2^14. With samples of 12 bits, sums stay below 2^25.
const BITS: u32 = 14;
const HALF: i32 = 1 << (BITS - 1);

/// From luma and chroma to red, green and blue.
#[derive(Clone, Copy, Debug)]
enum Matrix {
    /// The planes are green, blue and red.
    Planes,
    /// What one unit of Cb and Cr adds to red, green and blue.
    Chroma([[f64; 2]; 3]),
}

impl Matrix {
    fn of(cicp: Cicp) -> Result<Self, Error> {
        let (red, blue) = match cicp.matrix {
            0 => return Ok(Self::Planes),
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            // MIAF takes BT.601 where nothing is said.
            2 | 5 | 6 => (0.299, 0.114),
            7 => (0.212, 0.087),
            // YCgCo
            8 => return Ok(Self::Chroma([[-1.0, 1.0], [1.0, 0.0], [-1.0, -1.0]])),
            9 => (0.2627, 0.0593),
            _ => return Err(unsupported("a rare colour matrix")),
        };
        let green = 1.0 - red - blue;
        Ok(Self::Chroma([
            [0.0, 2.0 * (1.0 - red)],
            [-2.0 * blue * (1.0 - blue) / green, -2.0 * red * (1.0 - red) / green],
            [2.0 * (1.0 - blue), 0.0],
        ]))
    }
}

/// Black, and how much a step of a sample is worth in 8 bits, in fixed point.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    black: i32,
    luma: i32,
    chroma_zero: i32,
    chroma: f64,
}

impl Scale {
    /// Of samples of `depth` bits, 8 to 12.
    pub(super) fn of(depth: u8, full_range: bool) -> Self {
        let extra = depth - 8;
        let steps = |eight: i32| f64::from(if full_range { (256 << extra) - 1 } else { eight << extra });
        let one = f64::from(1 << BITS);
        Self {
            black: if full_range { 0 } else { 16 << extra },
            luma: (one * 255.0 / steps(219)).round() as i32,
            chroma_zero: 128 << extra,
            chroma: one * 255.0 / steps(224),
        }
    }

    /// Luma in full range.
    pub(super) fn luma(self, sample: i32) -> u8 {
        byte((sample - self.black) * self.luma)
    }

    /// Chroma in full range, around 128.
    pub(super) fn chroma(self, sample: i32) -> u8 {
        let around = f64::from(sample - self.chroma_zero) * self.chroma;
        byte(around.round() as i32 + (128 << BITS))
    }
}

fn byte(value: i32) -> u8 {
    ((value + HALF) >> BITS).clamp(0, 255) as u8
}

/// Where pixels go: part of a larger picture, row by row.
pub(super) struct Canvas<'a> {
    /// Its pixels.
    pub(super) data: &'a mut [u8],
    /// Its width in pixels.
    pub(super) width: usize,
    /// Bytes of a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    pub(super) step: usize,
    /// Asked before each row.
    pub(super) stop: &'a Stop,
}

impl Canvas<'_> {
    /// What of a row of `count` pixels from (`x`, `y`) on lies on the canvas.
    fn row(&mut self, x: usize, y: usize, count: usize) -> &mut [u8] {
        let end = self.width.min(x.saturating_add(count));
        let (start, end) = (y * self.width + x.min(end), y * self.width + end);
        self.data.get_mut(start * self.step..end * self.step).unwrap_or_default()
    }
}

/// Puts the picture at (`x`, `y`) of the canvas, which is grey if and only if the picture is. What
/// reaches over its edge is left out.
pub(super) fn colours(
    picture: &Picture,
    cicp: Cicp,
    canvas: &mut Canvas<'_>,
    at: (usize, usize),
) -> Result<(), Error> {
    if picture.depth() > 8 {
        colours_as::<u16>(picture, cicp, canvas, at)
    } else {
        colours_as::<u8>(picture, cicp, canvas, at)
    }
}

fn colours_as<S: Sample + Into<u16>>(
    picture: &Picture,
    cicp: Cicp,
    canvas: &mut Canvas<'_>,
    (x, y): (usize, usize),
) -> Result<(), Error> {
    let scale = Scale::of(picture.depth(), cicp.full_range);
    let width = picture.width() as usize;
    if picture.sampling() == Sampling::Mono {
        luma::<S>(picture, scale, canvas, (x, y), 0);
        return Ok(());
    }
    let matrix = Matrix::of(cicp)?;
    let step = canvas.step;
    let (mut cb, mut cr) = (vec![0; width], vec![0; width]);
    let mut mixed = Vec::new();
    for line in 0..picture.height() {
        canvas.stop.check()?;
        chroma_line::<S>(picture, 1, line, &mut mixed, &mut cb);
        chroma_line::<S>(picture, 2, line, &mut mixed, &mut cr);
        let samples = picture.row::<S>(0, line).iter().zip(cb.iter().zip(&cr));
        let row = canvas.row(x, y + line as usize, width).chunks_exact_mut(step);
        match matrix {
            Matrix::Planes => {
                for (pixel, (luma, (cb, cr))) in row.zip(samples) {
                    if let [r, g, b, ..] = pixel {
                        *r = scale.luma(i32::from(*cr));
                        *g = scale.luma((*luma).into());
                        *b = scale.luma(i32::from(*cb));
                    }
                }
            }
            Matrix::Chroma(parts) => {
                let [red, green, blue] =
                    parts.map(|row| row.map(|part| (part * scale.chroma).round() as i32));
                for (pixel, (luma, (cb, cr))) in row.zip(samples) {
                    let luma = (Into::<i32>::into(*luma) - scale.black) * scale.luma;
                    let (cb, cr) = (i32::from(*cb) - scale.chroma_zero, i32::from(*cr) - scale.chroma_zero);
                    if let [r, g, b, ..] = pixel {
                        *r = byte(luma + red[0] * cb + red[1] * cr);
                        *g = byte(luma + green[0] * cb + green[1] * cr);
                        *b = byte(luma + blue[0] * cb + blue[1] * cr);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Puts the luma of an alpha plane into the last byte of the canvas' pixels.
pub(super) fn alpha(picture: &Picture, full_range: bool, canvas: &mut Canvas<'_>, at: (usize, usize)) {
    let scale = Scale::of(picture.depth(), full_range);
    let channel = canvas.step - 1;
    if picture.depth() > 8 {
        luma::<u16>(picture, scale, canvas, at, channel);
    } else {
        luma::<u8>(picture, scale, canvas, at, channel);
    }
}

fn luma<S: Sample>(
    picture: &Picture,
    scale: Scale,
    canvas: &mut Canvas<'_>,
    (x, y): (usize, usize),
    channel: usize,
) {
    let step = canvas.step;
    for line in 0..picture.height() {
        let row = canvas.row(x, y + line as usize, picture.width() as usize).chunks_exact_mut(step);
        for (pixel, sample) in row.zip(picture.row::<S>(0, line)) {
            if let Some(byte) = pixel.get_mut(channel) {
                *byte = scale.luma((*sample).into());
            }
        }
    }
}

/// One line of a chroma plane as wide as the picture. Samples of halved planes lie between those of
/// luma, so each pixel takes three quarters of the nearest and a quarter of the next, both ways.
fn chroma_line<S: Sample + Into<u16>>(
    picture: &Picture,
    plane: usize,
    line: u32,
    mixed: &mut Vec<u16>,
    out: &mut [u16],
) {
    let (narrow, low) = picture.sampling().shifts();
    // A sample of 12 bits times 16 just fits.
    let near = picture.row::<S>(plane, line >> low);
    if narrow == 0 {
        for (out, sample) in out.iter_mut().zip(near) {
            *out = (*sample).into();
        }
        return;
    }
    let next = if low == 0 {
        near
    } else if line & 1 == 1 {
        picture.row::<S>(plane, (line >> 1) + 1)
    } else {
        picture.row::<S>(plane, (line >> 1).wrapping_sub(1))
    };
    // At the edges there is no next one.
    let next = if next.is_empty() { near } else { next };
    mixed.clear();
    mixed.extend(near.iter().zip(next).map(|(near, next)| {
        let (near, next): (u16, u16) = ((*near).into(), (*next).into());
        3 * near + next
    }));
    let (Some(&first), Some(&last)) = (mixed.first(), mixed.last()) else { return };
    let before = std::iter::once(first).chain(mixed.iter().copied());
    let after = mixed.iter().copied().skip(1).chain(std::iter::once(last));
    for ((pair, here), (before, after)) in out.chunks_mut(2).zip(mixed.iter()).zip(before.zip(after)) {
        if let Some(left) = pair.first_mut() {
            *left = (3 * here + before + 8) >> 4;
        }
        if let Some(right) = pair.get_mut(1) {
            *right = (3 * here + after + 8) >> 4;
        }
    }
}

/// Divides colours by the alpha that they were multiplied with.
pub(super) fn unpremultiply(data: &mut [u8], step: usize) {
    for pixel in data.chunks_exact_mut(step) {
        let Some((alpha, colours)) = pixel.split_last_mut() else { continue };
        let alpha = u32::from(*alpha);
        if alpha != 0 && alpha != 255 {
            for colour in colours {
                *colour = ((u32::from(*colour) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn scales_reach_black_and_white_at_every_depth() {
        for depth in [8, 10, 12] {
            let extra = depth - 8;
            let full = Scale::of(depth, true);
            assert_eq!((full.luma(0), full.luma((256 << extra) - 1)), (0, 255));
            let limited = Scale::of(depth, false);
            assert_eq!((limited.luma(16 << extra), limited.luma(235 << extra)), (0, 255));
            assert_eq!((limited.luma(0), limited.luma((256 << extra) - 1)), (0, 255));
        }
    }

    #[test]
    fn eight_bits_in_full_range_stay_as_they_are() {
        let scale = Scale::of(8, true);
        assert!((0..=255).all(|v| i32::from(scale.luma(v)) == v));
    }

    #[test]
    fn matrices_turn_primaries_into_themselves() {
        for (code, red, blue) in [(1, 0.2126, 0.0722), (6, 0.299, 0.114), (9, 0.2627, 0.0593)] {
            let Matrix::Chroma(m) = Matrix::of(Cicp { matrix: code, ..Cicp::SRGB }).unwrap() else {
                panic!()
            };
            // Pure red: Y = Kr, Cr = 1/2, Cb = -Kr / (2 (1 - Kb)).
            let (luma, cb, cr) = (red, -red / (2.0 * (1.0 - blue)), 0.5);
            let rgb = m.map(|[b, r]| luma + b * cb + r * cr);
            assert!((rgb[0] - 1.0).abs() < 1e-9 && rgb[1].abs() < 1e-9 && rgb[2].abs() < 1e-9, "{rgb:?}");
        }
        assert!(Matrix::of(Cicp { matrix: 14, ..Cicp::SRGB }).is_err());
    }

    #[test]
    fn premultiplied_colours_come_back() {
        let mut data = vec![50, 100, 0, 128, 7, 7, 7, 0, 9, 9, 9, 255, 200, 1, 2, 100];
        unpremultiply(&mut data, 4);
        assert_eq!(data, [100, 199, 0, 128, 7, 7, 7, 0, 9, 9, 9, 255, 255, 3, 5, 100]);
    }
}
