//! Decoded pixels and the resampling of them.

use crate::error::Error;
use crate::geometry::Window;
use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
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

impl Pixels {
    /// Whether every pixel is opaque.
    pub fn is_opaque(&self) -> bool {
        match self.channels {
            Channels::Grey | Channels::Rgb => true,
            Channels::GreyAlpha => opaque::<2>(&self.data),
            Channels::Rgba => opaque::<4>(&self.data),
        }
    }

    /// The same without the alpha channel, if there is one and every pixel is opaque.
    pub fn without_needless_alpha(self) -> Self {
        match self.channels {
            Channels::GreyAlpha if self.is_opaque() => self.take::<2, 1>(Channels::Grey),
            Channels::Rgba if self.is_opaque() => self.take::<4, 3>(Channels::Rgb),
            _ => self,
        }
    }

    /// The same with grey as three equal colours: for formats that know no grey.
    pub fn into_colour(self) -> Self {
        let (pixels, channels): (Vec<u8>, _) = match self.channels {
            Channels::Rgb | Channels::Rgba => return self,
            Channels::Grey => (self.data.iter().flat_map(|v| [*v; 3]).collect(), Channels::Rgb),
            Channels::GreyAlpha => {
                let (pairs, _) = self.data.as_chunks::<2>();
                (pairs.iter().flat_map(|[v, a]| [*v, *v, *v, *a]).collect(), Channels::Rgba)
            }
        };
        Self { data: pixels, channels, ..self }
    }

    /// The data as red, green, blue, alpha.
    pub fn to_rgba(&self) -> Vec<u8> {
        match self.channels {
            Channels::Rgba => self.data.clone(),
            Channels::Rgb => self.data.as_chunks().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect(),
            Channels::Grey => self.data.iter().flat_map(|v| [*v, *v, *v, 255]).collect(),
            Channels::GreyAlpha => {
                self.data.as_chunks().0.iter().flat_map(|[v, a]| [*v, *v, *v, *a]).collect()
            }
        }
    }

    /// The first `M` of every `N` bytes.
    fn take<const N: usize, const M: usize>(mut self, channels: Channels) -> Self {
        let count = self.data.len() / N;
        // In place: the target never overtakes the source.
        for pixel in 0..count {
            self.data.copy_within(pixel * N..pixel * N + M, pixel * M);
        }
        self.data.truncate(count * M);
        Self { channels, ..self }
    }
}

/// Whether the last of every `N` bytes is 255.
fn opaque<const N: usize>(data: &[u8]) -> bool {
    data.as_chunks::<N>().0.iter().all(|pixel| pixel[N - 1] == 255)
}

/// Scales and cuts `source` in one step, as `window` (in the same orientation) says: Lanczos with
/// three lobes, alpha premultiplied meanwhile so that the colour of clear pixels does not bleed.
///
/// # Errors
/// [`Error::Codec`] if the resampler refuses sizes that `geometry` made: a defect of ours.
pub fn resample(source: &Pixels, window: &Window) -> Result<Pixels, Error> {
    match source.channels {
        Channels::Grey => resample_as::<U8>(source, window),
        Channels::GreyAlpha => resample_as::<U8x2>(source, window),
        Channels::Rgb => resample_as::<U8x3>(source, window),
        Channels::Rgba => resample_as::<U8x4>(source, window),
    }
}

/// Written for one pixel type at a time, so that only these four are compiled.
fn resample_as<P: PixelTrait>(source: &Pixels, window: &Window) -> Result<Pixels, Error> {
    let channels = source.channels;
    let (width, height) = window.output();
    let from = TypedImageRef::<P>::from_buffer(source.width, source.height, &source.data)
        .map_err(|_| Error::Codec)?;
    // The filter is wider than what it makes a pixel of: it must not reach beyond this part.
    let part = window.source;
    let from = TypedCroppedImage::from_ref(&from, part.x, part.y, part.width, part.height)
        .map_err(|_| Error::Codec)?;
    let mut data = vec![0; width as usize * height as usize * channels.count()];
    let mut to = TypedImage::<P>::from_buffer(width, height, &mut data).map_err(|_| Error::Codec)?;
    let (left, across) = span(window.crop.x, width, window.scaled.0, part.width);
    let (top, down) = span(window.crop.y, height, window.scaled.1, part.height);
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
    use crate::geometry::{self, Found, Rect, Window};
    use crate::spec::Spec;
    use proptest::prelude::*;

    #[test]
    fn clear_pixels_lend_no_colour() {
        // Left half opaque red, right half clear but green underneath.
        let data =
            (0..16 * 16).flat_map(|i| if i % 16 < 8 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
        let source = Pixels { width: 16, height: 16, channels: Channels::Rgba, data };
        let window = geometry::layout((16, 16), &Spec::width(5), &Found::default()).window;
        let small = resample(&source, &window).unwrap();
        for pixel in small.data.chunks(4).filter(|p| p[3] > 0) {
            assert!(pixel[0] >= 253 && pixel[1] <= 2, "{pixel:?}");
        }
    }

    #[test]
    fn alpha_goes_only_where_it_says_nothing() {
        let of = |channels, data: &[u8]| Pixels { width: 2, height: 1, channels, data: data.to_vec() };
        let rgba = of(Channels::Rgba, &[1, 2, 3, 255, 4, 5, 6, 255]);
        assert_eq!(rgba.without_needless_alpha(), of(Channels::Rgb, &[1, 2, 3, 4, 5, 6]));
        let grey = of(Channels::GreyAlpha, &[7, 255, 8, 255]);
        assert_eq!(grey.without_needless_alpha(), of(Channels::Grey, &[7, 8]));
        for kept in
            [of(Channels::Rgba, &[1, 2, 3, 255, 4, 5, 6, 254]), of(Channels::GreyAlpha, &[1, 0, 2, 255])]
        {
            assert_eq!(kept.clone().without_needless_alpha(), kept);
        }
    }

    #[test]
    fn grey_becomes_equal_colours() {
        let of = |channels, data: &[u8]| Pixels { width: 2, height: 1, channels, data: data.to_vec() };
        assert_eq!(of(Channels::Grey, &[7, 8]).into_colour(), of(Channels::Rgb, &[7, 7, 7, 8, 8, 8]));
        assert_eq!(
            of(Channels::GreyAlpha, &[7, 1, 8, 2]).into_colour(),
            of(Channels::Rgba, &[7, 7, 7, 1, 8, 8, 8, 2])
        );
    }

    #[test]
    fn flat_colour_stays() {
        for channels in [Channels::Grey, Channels::Rgb] {
            let data = vec![77; 40 * 30 * channels.count()];
            let source = Pixels { width: 40, height: 30, channels, data };
            for spec in [Spec::width(7), Spec::height(90), Spec::cover(11, 19)] {
                let out =
                    resample(&source, &geometry::layout((40, 30), &spec, &Found::default()).window).unwrap();
                assert!(out.data.iter().all(|v| *v == 77), "{spec}");
            }
        }
    }

    #[test]
    fn nothing_outside_of_the_part_is_seen() {
        // White with a black frame of one pixel.
        let inside = |i: u32| (1..19).contains(&(i % 20)) && (1..19).contains(&(i / 20));
        let data = (0..400).map(|i| if inside(i) { 255 } else { 0 }).collect();
        let source = Pixels { width: 20, height: 20, channels: Channels::Grey, data };
        let part = Rect { x: 1, y: 1, width: 18, height: 18 };
        let window = Window { source: part, scaled: (7, 5), crop: Rect { x: 1, y: 0, width: 6, height: 5 } };
        let out = resample(&source, &window).unwrap();
        assert!(out.data.iter().all(|v| *v == 255), "{:?}", out.data);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn every_layout_can_be_resampled(w in 1u32..400, h in 1u32..400, a in 1u32..500, b in 1u32..500) {
            let data = vec![1; (w * h) as usize];
            let source = Pixels { width: w, height: h, channels: Channels::Grey, data };
            for spec in [Spec::cover(a, b), Spec::width(a % 50 + 1), Spec::height(b % 50 + 1)] {
                let layout = geometry::layout((w, h), &spec, &Found::default()).window;
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
