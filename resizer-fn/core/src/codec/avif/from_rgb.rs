//! 8-bit pixels to the planes that are encoded: BT.601, all values used.

use crate::pixels::{Channels, Pixels};
use resizer_av1::{Planes, Sampling};

/// The planes of a picture.
pub(super) struct Yuv {
    width: u32,
    height: u32,
    sampling: Sampling,
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
}

/// Parts of red, green and blue in luma, Cb and Cr, times 2^16. Luma's sum is 2^16, the others' 0.
const LUMA: [i32; 3] = [19_595, 38_470, 7_471];
const CB: [i32; 3] = [-11_058, -21_710, 32_768];
const CR: [i32; 3] = [32_768, -27_439, -5_329];

impl Yuv {
    /// Grey becomes [`Sampling::Mono`], colours 4:2:0, or with `full` 4:4:4. Alpha is left out.
    pub(super) fn of(pixels: &Pixels, full: bool) -> Self {
        let (width, height) = (pixels.width, pixels.height);
        let step = pixels.channels.count();
        let yuv = |sampling, luma, chroma| Self { width, height, sampling, luma, chroma };
        match pixels.channels {
            Channels::Grey | Channels::GreyAlpha => {
                let luma = pixels.data.chunks_exact(step).filter_map(|p| p.first().copied()).collect();
                yuv(Sampling::Mono, luma, [Vec::new(), Vec::new()])
            }
            Channels::Rgb | Channels::Rgba => {
                let luma = pixels.data.chunks_exact(step).map(|p| weigh(sum([p]), LUMA, 0, 0)).collect();
                if full {
                    let plane =
                        |w| pixels.data.chunks_exact(step).map(|p| weigh(sum([p]), w, 0, 128)).collect();
                    yuv(Sampling::Yuv444, luma, [plane(CB), plane(CR)])
                } else {
                    yuv(Sampling::Yuv420, luma, halved(pixels))
                }
            }
        }
    }

    /// Alpha as a picture without colours; `None` if there is none, or all is opaque.
    pub(super) fn of_alpha(pixels: &Pixels) -> Option<Self> {
        if !matches!(pixels.channels, Channels::GreyAlpha | Channels::Rgba) {
            return None;
        }
        let step = pixels.channels.count();
        let luma: Vec<u8> = pixels.data.chunks_exact(step).filter_map(|p| p.last().copied()).collect();
        let Pixels { width, height, .. } = *pixels;
        let chroma = [Vec::new(), Vec::new()];
        luma.iter().any(|alpha| *alpha != 255).then_some(Self {
            width,
            height,
            sampling: Sampling::Mono,
            luma,
            chroma,
        })
    }

    pub(super) fn planes(&self) -> Planes<'_> {
        let [cb, cr] = &self.chroma;
        Planes {
            width: self.width,
            height: self.height,
            sampling: self.sampling,
            luma: &self.luma,
            chroma: [cb, cr],
        }
    }
}

/// Red, green and blue of some pixels together.
fn sum<const N: usize>(pixels: [&[u8]; N]) -> [i32; 3] {
    let mut total = [0; 3];
    for pixel in pixels {
        for (total, value) in total.iter_mut().zip(pixel) {
            *total += i32::from(*value);
        }
    }
    total
}

/// One sample from the sum of 2^`shift` pixels.
fn weigh(sum: [i32; 3], weights: [i32; 3], shift: u32, zero: i32) -> u8 {
    let bits = 16 + shift;
    let value: i32 = sum.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    (((value + (1 << (bits - 1))) >> bits) + zero).clamp(0, 255) as u8
}

/// Chroma of the mean of two by two pixels; at an odd edge the last ones count twice.
fn halved(pixels: &Pixels) -> [Vec<u8>; 2] {
    let step = pixels.channels.count();
    let row = pixels.width as usize * step;
    let size = pixels.width.div_ceil(2) as usize * pixels.height.div_ceil(2) as usize;
    let (mut cb, mut cr) = (Vec::with_capacity(size), Vec::with_capacity(size));
    for pair in pixels.data.chunks(row * 2) {
        let (upper, lower) = pair.split_at_checked(row).unwrap_or((pair, pair));
        let lower = if lower.is_empty() { upper } else { lower };
        for (above, below) in upper.chunks(step * 2).zip(lower.chunks(step * 2)) {
            let (a, b) = above.split_at_checked(step).unwrap_or((above, above));
            let (c, d) = below.split_at_checked(step).unwrap_or((below, below));
            let (b, d) = (if b.is_empty() { a } else { b }, if d.is_empty() { c } else { d });
            let four = sum([a, b, c, d].map(|pixel| pixel.get(..3).unwrap_or(pixel)));
            cb.push(weigh(four, CB, 2, 128));
            cr.push(weigh(four, CR, 2, 128));
        }
    }
    [cb, cr]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(width: u32, height: u32, data: Vec<u8>) -> Pixels {
        Pixels { width, height, channels: Channels::Rgb, data }
    }

    #[test]
    fn greys_have_no_chroma_and_keep_their_value() {
        for value in 0..=255 {
            let yuv = Yuv::of(&rgb(1, 1, vec![value; 3]), true);
            assert_eq!((yuv.luma[0], yuv.chroma[0][0], yuv.chroma[1][0]), (value, 128, 128));
        }
    }

    #[test]
    fn primaries_are_where_bt601_has_them() {
        for (colour, want) in
            [([255, 0, 0], [76, 85, 255]), ([0, 255, 0], [150, 44, 21]), ([0, 0, 255], [29, 255, 107])]
        {
            let yuv = Yuv::of(&rgb(1, 1, colour.to_vec()), false);
            assert_eq!([yuv.luma[0], yuv.chroma[0][0], yuv.chroma[1][0]], want);
        }
    }

    #[test]
    fn odd_edges_count_twice() {
        // 3 x 3, of which the last row and column are blue.
        let data =
            (0..9).flat_map(|i| if i % 3 == 2 || i >= 6 { [0, 0, 255] } else { [255, 0, 0] }).collect();
        let yuv = Yuv::of(&rgb(3, 3, data), false);
        assert_eq!(yuv.chroma[0], [85, 255, 255, 255]);
        assert_eq!(yuv.chroma[1], [255, 107, 107, 107]);
    }

    #[test]
    fn opaque_alpha_is_none() {
        let pixels =
            |alpha| Pixels { width: 1, height: 1, channels: Channels::GreyAlpha, data: vec![9, alpha] };
        assert!(Yuv::of_alpha(&pixels(255)).is_none());
        assert_eq!(Yuv::of_alpha(&pixels(254)).map(|yuv| yuv.luma), Some(vec![254]));
    }
}
