//! Scaling a part of a picture: Lanczos with three lobes, in one step with the cutting.

use crate::error::Error;
use crate::pixels::{Channels, Pixels};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x2, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// A part of a picture, in pixels or samples, which need not be whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width, above 0.
    pub width: f64,
    /// Height, above 0.
    pub height: f64,
}

impl Rect {
    /// All of a picture of this size.
    pub fn whole((width, height): (u32, u32)) -> Self {
        Self { x: 0.0, y: 0.0, width: width.into(), height: height.into() }
    }

    /// The part of this that is inside a picture of this size: the last bits of a product may reach
    /// past the edge, which the resampler refuses.
    fn inside(self, (width, height): (u32, u32)) -> Self {
        let span = |from: f64, length: f64, side: u32| {
            let side = f64::from(side);
            let from = from.clamp(0.0, side - f64::MIN_POSITIVE.max(side * 1e-9));
            (from, length.min(side - from).max(side * 1e-9))
        };
        let ((x, width), (y, height)) = (span(self.x, self.width, width), span(self.y, self.height, height));
        Self { x, y, width, height }
    }
}

/// Scales the part `from` of `source` to `to` pixels (both at least 1). Alpha is premultiplied
/// meanwhile, so that the colour of clear pixels does not bleed.
///
/// # Errors
/// [`Error::Codec`] if the resampler refuses sizes that `geometry` made: a defect of ours.
pub fn resample(source: &Pixels, from: Rect, to: (u32, u32)) -> Result<Pixels, Error> {
    let size = (source.width, source.height);
    let data = match source.channels {
        Channels::Grey => resample_as::<U8>(&source.data, size, from, to),
        Channels::GreyAlpha => resample_as::<U8x2>(&source.data, size, from, to),
        Channels::Rgb => resample_as::<U8x3>(&source.data, size, from, to),
        Channels::Rgba => resample_as::<U8x4>(&source.data, size, from, to),
    }?;
    Ok(Pixels { width: to.0, height: to.1, channels: source.channels, data })
}

/// The same for `size.0 * size.1` bytes of grey.
///
/// # Errors
/// As [`resample`].
pub fn resample_grey(data: &[u8], size: (u32, u32), from: Rect, to: (u32, u32)) -> Result<Vec<u8>, Error> {
    resample_as::<U8>(data, size, from, to)
}

/// Written for one pixel type at a time, so that only these four are compiled.
fn resample_as<P: PixelTrait>(
    data: &[u8],
    size: (u32, u32),
    from: Rect,
    to: (u32, u32),
) -> Result<Vec<u8>, Error> {
    let source = TypedImageRef::<P>::from_buffer(size.0, size.1, data).map_err(|_| Error::Codec)?;
    let mut result = vec![0; to.0 as usize * to.1 as usize * P::size()];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut result).map_err(|_| Error::Codec)?;
    let Rect { x, y, width, height } = from.inside(size);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(true)
        .crop(x, y, width, height);
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|_| Error::Codec)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clear_pixels_lend_no_colour() {
        // Left half opaque red, right half clear but green underneath.
        let data =
            (0..16 * 16).flat_map(|i| if i % 16 < 8 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
        let source = Pixels { width: 16, height: 16, channels: Channels::Rgba, data };
        let small = resample(&source, Rect::whole((16, 16)), (5, 5)).unwrap();
        for pixel in small.data.chunks(4).filter(|p| p[3] > 0) {
            assert!(pixel[0] >= 253 && pixel[1] <= 2, "{pixel:?}");
        }
    }

    #[test]
    fn flat_colour_stays() {
        for channels in [Channels::Grey, Channels::Rgb] {
            let data = vec![77; 40 * 30 * channels.count()];
            let source = Pixels { width: 40, height: 30, channels, data };
            for to in [(7, 5), (120, 90), (11, 19)] {
                let out = resample(&source, Rect { x: 1.5, y: 0.25, width: 30.0, height: 28.7 }, to).unwrap();
                assert!(out.data.iter().all(|v| *v == 77), "{to:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn every_part_can_be_resampled(
            w in 1u32..200, h in 1u32..200, a in 1u32..200, b in 1u32..200,
            x in 0.0f64..=1.0, y in 0.0f64..=1.0, part in 0.0f64..=1.1,
        ) {
            let source = Pixels { width: w, height: h, channels: Channels::Grey, data: vec![1; (w * h) as usize] };
            let (w, h) = (f64::from(w), f64::from(h));
            let from = Rect { x: x * w, y: y * h, width: part * w, height: part * h };
            let out = resample(&source, from, (a, b)).unwrap();
            prop_assert_eq!(out.data, vec![1; (a * b) as usize]);
        }
    }
}
