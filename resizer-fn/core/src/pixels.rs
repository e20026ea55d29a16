//! Decoded pixels and the resampling of them.

use crate::error::Error;
use crate::geometry::Layout;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x2, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// What one pixel consists of; 8 bits each, alpha not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Grey.
    Grey,
    /// Grey and alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Channels {
    /// Bytes of one pixel.
    pub const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Decoded pixels, row by row from the top, without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// What one pixel consists of.
    pub channels: Channels,
    /// `width * height * channels.count()` bytes.
    pub data: Vec<u8>,
}

/// Scales and cuts `source` in one step, as `layout` (in the same orientation) says: Lanczos with
/// three lobes, alpha premultiplied meanwhile so that the colour of clear pixels does not bleed.
///
/// # Errors
/// [`Error::Codec`] if the resampler refuses sizes that `geometry` made: a defect of ours.
pub fn resample(source: &Pixels, layout: &Layout) -> Result<Pixels, Error> {
    match source.channels {
        Channels::Grey => resample_as::<U8>(source, layout),
        Channels::GreyAlpha => resample_as::<U8x2>(source, layout),
        Channels::Rgb => resample_as::<U8x3>(source, layout),
        Channels::Rgba => resample_as::<U8x4>(source, layout),
    }
}

/// Written for one pixel type at a time, so that only these four are compiled.
fn resample_as<P: PixelTrait>(source: &Pixels, layout: &Layout) -> Result<Pixels, Error> {
    let channels = source.channels;
    let (width, height) = layout.output();
    let from = TypedImageRef::<P>::from_buffer(source.width, source.height, &source.data)
        .map_err(|_| Error::Codec)?;
    let mut data = vec![0; width as usize * height as usize * channels.count()];
    let mut to = TypedImage::<P>::from_buffer(width, height, &mut data).map_err(|_| Error::Codec)?;
    let (left, across) = span(layout.crop.x, width, layout.scaled.0, source.width);
    let (top, down) = span(layout.crop.y, height, layout.scaled.1, source.height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(true)
        .crop(left, top, across, down);
    Resizer::new().resize_typed(&from, &mut to, &options).map_err(|_| Error::Codec)?;
    Ok(Pixels { width, height, channels, data })
}

/// The stretch of the source, `source` pixels long, that `length` pixels from `start` on show of
/// it when it is scaled to `scaled` pixels: where it begins and how long it is.
fn span(start: u32, length: u32, scaled: u32, source: u32) -> (f64, f64) {
    let step = f64::from(source) / f64::from(scaled);
    let from = f64::from(start) * step;
    // The last bits of a product may reach past the edge, which the resampler refuses.
    (from, (f64::from(length) * step).min(f64::from(source) - from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::geometry;
    use crate::spec::Spec;
    use proptest::prelude::*;

    #[test]
    fn clear_pixels_lend_no_colour() {
        // Left half opaque red, right half clear but green underneath.
        let data =
            (0..16 * 16).flat_map(|i| if i % 16 < 8 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
        let source = Pixels { width: 16, height: 16, channels: Channels::Rgba, data };
        let layout = geometry::layout((16, 16), &Spec::width(5));
        let small = resample(&source, &layout).unwrap();
        for pixel in small.data.chunks(4).filter(|p| p[3] > 0) {
            assert!(pixel[0] >= 253 && pixel[1] <= 2, "{pixel:?}");
        }
    }

    #[test]
    fn flat_colour_stays() {
        for channels in [Channels::Grey, Channels::Rgb] {
            let data = vec![77; 40 * 30 * channels.count()];
            let source = Pixels { width: 40, height: 30, channels, data };
            for spec in [Spec::width(7), Spec::height(90), Spec::cover(11, 19)] {
                let out = resample(&source, &geometry::layout((40, 30), &spec)).unwrap();
                assert!(out.data.iter().all(|v| *v == 77), "{spec}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn every_layout_can_be_resampled(w in 1u32..400, h in 1u32..400, a in 1u32..500, b in 1u32..500) {
            let data = vec![1; (w * h) as usize];
            let source = Pixels { width: w, height: h, channels: Channels::Grey, data };
            for spec in [Spec::cover(a, b), Spec::width(a % 50 + 1), Spec::height(b % 50 + 1)] {
                let layout = geometry::layout((w, h), &spec);
                if u64::from(layout.output().0) * u64::from(layout.output().1) < 400_000 {
                    let out = resample(&source, &layout).unwrap();
                    prop_assert_eq!((out.width, out.height), layout.output());
                    prop_assert_eq!(out.data.len() as u64, u64::from(out.width) * u64::from(out.height));
                }
            }
        }

        #[test]
        fn spans_stay_inside(scaled in 1u32..=u32::MAX, source in 1u32..=70_000, at in 0.0f64..=1.0, part in 0.0f64..=1.0) {
            let start = (f64::from(scaled - 1) * at) as u32;
            let length = ((f64::from(scaled - start) * part) as u32).max(1);
            let (from, long) = span(start, length, scaled, source);
            prop_assert!(from >= 0.0 && long > 0.0 && from + long <= f64::from(source));
        }
    }
}
