//! Gaussian blur.

use super::box_blur;
use super::wide::Wide;
use crate::error::Error;
use crate::pixels::Pixels;
use crate::stop::Stop;

/// The largest radius, in pixels; the same as thumbor's.
pub const MAX_RADIUS: u32 = 150;

/// Up to here the kernel itself is used; its cost grows with the radius, that of boxes does not.
pub(crate) const LARGEST_KERNEL: u32 = 10;

/// Values that are summed up together, so that the sums stay in vector registers.
const LANES: usize = 32;

/// Blurs with a Gaussian of standard deviation `sigma` pixels that is cut off `radius` pixels (at
/// most [`MAX_RADIUS`]) from its middle. A `sigma` of 0 or less, or none that is a number, stands for
/// `radius`. Beyond the edges the edge pixels go on. Radius 0 changes nothing.
///
/// # Errors
/// [`Error::Stopped`]: it is asked before each row.
pub fn blur(pixels: Pixels, radius: u32, sigma: f32, stop: &Stop) -> Result<Pixels, Error> {
    if radius == 0 {
        return Ok(pixels);
    }
    let wide = Wide::from_pixels(&pixels);
    // Three copies at a time are enough.
    drop(pixels);
    Ok(blur_wide(wide, radius.min(MAX_RADIUS), sigma, stop)?.into_pixels())
}

/// [`blur`] for a radius of 1 to [`MAX_RADIUS`].
pub(super) fn blur_wide(pixels: Wide, radius: u32, sigma: f32, stop: &Stop) -> Result<Wide, Error> {
    let sigma = if sigma > 0.0 { sigma } else { radius as f32 };
    let kernel = kernel(radius, sigma);
    if radius <= LARGEST_KERNEL {
        convolve(&pixels, &kernel, stop)
    } else {
        box_blur::blur(pixels, variance(&kernel), stop)
    }
}

/// The middle of the kernel and one side of it; the whole adds up to 1.
fn kernel(radius: u32, sigma: f32) -> Vec<f32> {
    let weight = |x: u32| (-(f64::from(x * x)) / (2.0 * f64::from(sigma).powi(2))).exp();
    let weights: Vec<f64> = (0..=radius).map(weight).collect();
    let sum = 2.0 * weights.iter().sum::<f64>() - 1.0;
    weights.iter().map(|w| (w / sum) as f32).collect()
}

/// How far the kernel spreads, in square pixels.
fn variance(kernel: &[f32]) -> f64 {
    (0u32..).zip(kernel).map(|(x, w)| 2.0 * f64::from(x * x) * f64::from(*w)).sum()
}

/// Both directions, one output row after the other.
fn convolve(from: &Wide, kernel: &[f32], stop: &Stop) -> Result<Wide, Error> {
    let (row, step, radius) = (from.row(), from.channels.count(), kernel.len() - 1);
    // Whole groups of lanes, so that no loop has a rest.
    let whole = row.next_multiple_of(LANES);
    let mut mixed = vec![0.0; radius * step + whole + radius * step];
    let mut out = vec![0.0; whole];
    let mut data = Vec::with_capacity(from.data.len());
    let last = from.height - 1;
    for y in 0..from.height {
        stop.check()?;
        let line = |y: usize| &from.data[y * row..][..row];
        mixed.fill(0.0);
        let middle = &mut mixed[radius * step..][..row];
        add(middle, line(y), line(y), kernel[0] / 2.0);
        for (k, weight) in kernel.iter().enumerate().skip(1) {
            add(middle, line(y.saturating_sub(k)), line((y + k).min(last)), *weight);
        }
        extend_edges(&mut mixed, radius * step, row, step);
        across(&mut out, &mixed, kernel, step);
        data.extend(out[..row].iter().map(|v| (v + 0.5) as u16));
    }
    Ok(Wide { data, ..*from })
}

/// Adds `weight` times both rows.
fn add(sums: &mut [f32], one: &[u16], other: &[u16], weight: f32) {
    for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
        *sum += weight * (f32::from(*one) + f32::from(*other));
    }
}

/// Repeats the first and the last of the `row` values from `start` over what is before and behind.
fn extend_edges(line: &mut [f32], start: usize, row: usize, step: usize) {
    let (before, rest) = line.split_at_mut(start);
    let (middle, behind) = rest.split_at_mut(row);
    for pixel in before.chunks_exact_mut(step) {
        pixel.copy_from_slice(&middle[..step]);
    }
    // Not always whole pixels: the line is as long as the lanes are.
    for pixel in behind.chunks_mut(step) {
        pixel.copy_from_slice(&middle[row - step..][..pixel.len()]);
    }
}

/// The kernel along a row that has been extended by its radius on both sides.
fn across(out: &mut [f32], line: &[f32], kernel: &[f32], step: usize) {
    let radius = kernel.len() - 1;
    for (start, out) in (0..).step_by(LANES).zip(out.as_chunks_mut::<LANES>().0) {
        let lanes = |shift: usize| line[start + shift * step..].first_chunk::<LANES>();
        let Some(middle) = lanes(radius) else { return };
        let mut sums = middle.map(|v| v * kernel[0]);
        for (k, weight) in kernel.iter().enumerate().skip(1) {
            if let (Some(left), Some(right)) = (lanes(radius - k), lanes(radius + k)) {
                for i in 0..LANES {
                    sums[i] += weight * (left[i] + right[i]);
                }
            }
        }
        *out = sums;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effect::testing::*;
    use crate::pixels::Channels;
    use crate::stop::NEVER;
    use proptest::prelude::*;

    fn blur(pixels: Pixels, radius: u32, sigma: f32) -> Pixels {
        super::blur(pixels, radius, sigma, &NEVER).unwrap()
    }

    #[test]
    fn a_point_becomes_the_kernel() {
        for (radius, sigma) in [(1, 1.0f64), (3, 1.5), (5, 0.0), (10, 4.0)] {
            let sigma_or_radius = if sigma > 0.0 { sigma } else { f64::from(radius) };
            let line = drawn(61, 1, Channels::Grey, |x, _| [if x == 30 { 255 } else { 0 }]);
            let blurred = blur(line, radius, sigma as f32);
            let gauss = |x: u32| {
                let d = f64::from(x.abs_diff(30));
                if d <= f64::from(radius) { (-d * d / (2.0 * sigma_or_radius.powi(2))).exp() } else { 0.0 }
            };
            let sum: f64 = (0..61).map(gauss).sum();
            for x in 0..61 {
                let expected = 255.0 * gauss(x) / sum;
                let got = f64::from(at(&blurred, x, 0)[0]);
                assert!((got - expected).abs() <= 0.51, "radius {radius}, at {x}: {got}, not {expected}");
            }
        }
    }

    #[test]
    fn large_radii_spread_as_far_as_their_kernel() {
        for (radius, sigma) in [(11, 0.0), (20, 7.0), (40, 0.0), (100, 33.0)] {
            let side = 600;
            // A block, so that rounding to 8 bits does not hide the tails.
            let line = drawn(side, 1, Channels::Grey, |x, _| [if x.abs_diff(300) <= 60 { 255 } else { 0 }]);
            let spread = |p: &Pixels| {
                let sum: f64 = p.data.iter().map(|v| f64::from(*v)).sum();
                let square = |(x, v): (u32, &u8)| f64::from(x.abs_diff(300).pow(2)) * f64::from(*v);
                (0..).zip(&p.data).map(square).sum::<f64>() / sum
            };
            let before = spread(&line);
            let grown = spread(&blur(line, radius, sigma)) - before;
            let sigma = if sigma > 0.0 { sigma } else { radius as f32 };
            let expected = variance(&kernel(radius, sigma));
            assert!((grown / expected - 1.0).abs() < 0.06, "radius {radius}: {grown}, not {expected}");
        }
    }

    #[test]
    fn clear_pixels_lend_no_colour() {
        for radius in [3, 30] {
            let pixels =
                drawn(64, 8, Channels::Rgba, |x, _| if x < 32 { [200, 0, 0, 255] } else { [0, 255, 0, 0] });
            let blurred = blur(pixels, radius, 0.0);
            for pixel in blurred.data.as_chunks::<4>().0.iter().filter(|p| p[3] > 0) {
                assert!(pixel[0].abs_diff(200) <= 1 && pixel[1] == 0, "{pixel:?}");
            }
        }
    }

    #[test]
    fn both_directions_are_alike() {
        for radius in [2, 25] {
            let pixels = drawn(40, 40, Channels::Rgb, |x, y| [(x * y) as u8, (x + y) as u8, (x ^ y) as u8]);
            let blurred = blur(pixels, radius, 0.0);
            let turned = crate::effect::turn::transpose(&blurred);
            for (a, b) in blurred.data.iter().zip(&turned.data) {
                assert!(a.abs_diff(*b) <= 1);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn flat_stays_flat(
            w in 1u32..70, h in 1u32..40, channels in any_channels(), colour: [u8; 4],
            radius in prop_oneof![0u32..12, 0u32..400], sigma in -1f32..60.0,
        ) {
            let mut colour = colour;
            colour[channels.count() - 1] |= 1;
            let pixels = flat(w, h, channels, &colour);
            prop_assert_eq!(blur(pixels.clone(), radius, sigma), pixels);
        }

        #[test]
        fn stays_between_least_and_most(pixels in any_pixels(40), radius in 0u32..60) {
            let pixels = crate::effect::flatten::flatten(pixels, [0; 3]);
            let blurred = blur(pixels.clone(), radius, 0.0);
            prop_assert!(is_sound(&blurred));
            prop_assert_eq!((blurred.width, blurred.height, blurred.channels), (pixels.width, pixels.height, pixels.channels));
            prop_assert!(blurred.data.iter().max() <= pixels.data.iter().max());
            prop_assert!(blurred.data.iter().min() >= pixels.data.iter().min());
        }
    }
}
