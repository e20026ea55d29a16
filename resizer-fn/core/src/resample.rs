//! Scaling a part of a picture: Lanczos with three lobes, in one step with the cutting.

use crate::error::Error;
use crate::geometry::{Rect, Window};
use crate::pixels::Pixels;
use crate::stop::Stop;
use resizer_resample::{BAND, Failure, Kernel, Source, Stretch, scale_until};

/// The part of a picture that becomes a result, and of how many pixels that one is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Nothing outside of this counts, in pixels of the picture.
    pub within: Rect,
    /// What is seen in the end, in pixels of the picture, which need not be whole: left and upper edge.
    pub corner: (f64, f64),
    /// Width and height of it, above 0.
    pub extent: (f64, f64),
    /// Size of the result in pixels.
    pub to: (u32, u32),
}

impl Part {
    /// All of a picture of `size` pixels at another size.
    pub fn whole(size: (u32, u32), to: (u32, u32)) -> Self {
        let extent = (size.0.into(), size.1.into());
        Self { within: Rect::whole(size), corner: (0.0, 0.0), extent, to }
    }

    /// What `window` shows, in the same orientation.
    pub fn of(window: &Window) -> Self {
        let Window { source, scaled, crop } = *window;
        let step = |source: u32, scaled: u32| f64::from(source) / f64::from(scaled);
        let (x, y) = (step(source.width, scaled.0), step(source.height, scaled.1));
        Self {
            within: source,
            corner: (
                f64::from(source.x) + f64::from(crop.x) * x,
                f64::from(source.y) + f64::from(crop.y) * y,
            ),
            extent: (f64::from(crop.width) * x, f64::from(crop.height) * y),
            to: crop.size(),
        }
    }

    /// Whether all samples of it, `density` to a pixel, are in the result as they are.
    pub(crate) fn is_a_copy(&self, density: f64) -> bool {
        let whole = |side: f64| side.fract() == 0.0;
        density == 1.0
            && self.extent == (self.to.0.into(), self.to.1.into())
            && whole(self.corner.0)
            && whole(self.corner.1)
    }

    /// Pixels of the picture to one of the result, the lesser of both directions.
    pub fn reduction(&self) -> f64 {
        (self.extent.0 / f64::from(self.to.0)).min(self.extent.1 / f64::from(self.to.1))
    }
}

/// Where a part is in `size` samples, `density` of them to a pixel.
fn place(part: &Part, size: (u32, u32), density: (f64, f64)) -> Stretch {
    let Rect { x, y, width, height } = part.within;
    let across = stretch((x, width), (part.corner.0, part.extent.0), size.0, density.0);
    let down = stretch((y, height), (part.corner.1, part.extent.1), size.1, density.1);
    Stretch {
        within: (across.0, down.0, across.1, down.1),
        corner: (across.2, down.2),
        extent: (across.3, down.3),
        to: part.to,
    }
}

/// One direction: first sample that counts, how many do, where the stretch begins after the first, its length.
fn stretch(within: (u32, u32), seen: (f64, f64), side: u32, density: f64) -> (u32, u32, f64, f64) {
    // Samples that stand partly for what is outside are taken: there is nothing better at an edge.
    let first = (f64::from(within.0) * density + 1e-6).floor().min(f64::from(side) - 1.0);
    let last = ((f64::from(within.0) + f64::from(within.1)) * density - 1e-6).ceil();
    let count = (last - first).clamp(1.0, f64::from(side) - first);
    // The last bits of a product may reach past the edge, which the resampler refuses.
    let from = (seen.0 * density - first).clamp(0.0, count * (1.0 - 1e-9));
    let length = (seen.1 * density).clamp(count * 1e-9, count - from);
    (first as u32, count as u32, from, length)
}

/// Scales `part` of a picture, of which `pixels` has `density` samples to a pixel, across and down.
/// Alpha is premultiplied meanwhile, so that the colour of clear pixels does not bleed.
///
/// # Errors
/// [`Error::Stopped`]; [`Error::Codec`] if the resampler refuses sizes that `geometry` made: a defect of ours.
pub fn resample(pixels: &Pixels, density: (f64, f64), part: &Part, stop: &Stop) -> Result<Pixels, Error> {
    let size = (pixels.width, pixels.height);
    let source = Source { data: &pixels.data, size, channels: pixels.channels.count() };
    let data = scaled(&source, &place(part, size, density), stop)?;
    Ok(Pixels { width: part.to.0, height: part.to.1, channels: pixels.channels, data })
}

/// The same for bytes of grey, `size` of them across and down.
///
/// # Errors
/// As [`resample`].
pub fn resample_grey(
    data: &[u8],
    size: (u32, u32),
    density: (f64, f64),
    part: &Part,
    stop: &Stop,
) -> Result<Vec<u8>, Error> {
    let source = Source { data, size, channels: 1 };
    scaled(&source, &place(part, size, density), stop)
}

fn scaled(source: &Source<'_>, stretch: &Stretch, stop: &Stop) -> Result<Vec<u8>, Error> {
    let scaled = scale_until(source, stretch, Kernel::Lanczos, BAND, &|| stop.is_said());
    scaled.map_err(|failure| match failure {
        Failure::Stopped => Error::Stopped,
        Failure::Sizes => Error::Codec,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::geometry::{self, Found};
    use crate::pixels::Channels;
    use crate::spec::Spec;
    use crate::stop::NEVER;
    use proptest::prelude::*;

    const ONE: (f64, f64) = (1.0, 1.0);

    fn part(size: (u32, u32), spec: &Spec) -> Part {
        Part::of(&geometry::layout(size, spec, &Found::default()).window)
    }

    #[test]
    fn clear_pixels_lend_no_colour() {
        // Left half opaque red, right half clear but green underneath.
        let data =
            (0..16 * 16).flat_map(|i| if i % 16 < 8 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
        let source = Pixels { width: 16, height: 16, channels: Channels::Rgba, data };
        let small = resample(&source, ONE, &part((16, 16), &Spec::width(5)), &NEVER).unwrap();
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
                let out = resample(&source, ONE, &part((40, 30), &spec), &NEVER).unwrap();
                assert!(out.data.iter().all(|v| *v == 77), "{spec}");
            }
        }
    }

    #[test]
    fn nothing_outside_of_the_part_is_seen() {
        // White with a black frame of one pixel; and the same at half the density.
        for (side, density) in [(20u32, 1.0), (10, 0.5)] {
            let inside = |i: u32| (1..side - 1).contains(&(i % side)) && (1..side - 1).contains(&(i / side));
            let data = (0..side * side).map(|i| if inside(i) { 255 } else { 0 }).collect();
            let source = Pixels { width: side, height: side, channels: Channels::Grey, data };
            let edge = 20 / side;
            let within = Rect { x: edge, y: edge, width: 20 - 2 * edge, height: 20 - 2 * edge };
            let crop = Rect { x: 1, y: 0, width: 6, height: 5 };
            let part = Part::of(&Window { source: within, scaled: (7, 5), crop });
            let out = resample(&source, (density, density), &part, &NEVER).unwrap();
            assert!(out.data.iter().all(|v| *v == 255), "{:?}", out.data);
        }
    }

    #[test]
    fn density_only_changes_the_units() {
        // A slope from left to right, at full density and at half of it.
        let slope = |side: u32| {
            let data = (0..side * 4).map(|i| ((i % side) * 200 / side) as u8).collect();
            Pixels { width: side, height: 4, channels: Channels::Grey, data }
        };
        let part = part((200, 4), &Spec::cover(20, 1));
        let full = resample(&slope(200), ONE, &part, &NEVER).unwrap();
        let half = resample(&slope(100), (0.5, 1.0), &part, &NEVER).unwrap();
        for (a, b) in full.data.iter().zip(&half.data) {
            assert!(a.abs_diff(*b) <= 2, "{:?} {:?}", full.data, half.data);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn every_layout_can_be_resampled(
            w in 1u32..400, h in 1u32..400, a in 1u32..500, b in 1u32..500, eighths in 1u32..=8,
        ) {
            let small = |side: u32| (side * eighths).div_ceil(8);
            let data = vec![1; (small(w) * small(h)) as usize];
            let source = Pixels { width: small(w), height: small(h), channels: Channels::Grey, data };
            let density = f64::from(eighths) / 8.0;
            for spec in [Spec::cover(a, b), Spec::width(a % 50 + 1), Spec::height(b % 50 + 1)] {
                let part = part((w, h), &spec);
                if u64::from(part.to.0) * u64::from(part.to.1) < 400_000 {
                    let out = resample(&source, (density, density), &part, &NEVER).unwrap();
                    prop_assert_eq!((out.width, out.height), part.to);
                    prop_assert!(out.data.iter().all(|v| *v == 1));
                }
            }
        }
    }
}
