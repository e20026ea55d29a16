//! Sharpening by unsharp masking.

use super::blur::blur_wide;
use super::wide::Wide;
use crate::error::Error;
use crate::pixels::{Channels, Pixels};
use crate::stop::Stop;

/// Radii above this, in pixels, count as this; thumbor's documentation calls 0 to 2 typical.
pub const MAX_RADIUS: f32 = 25.0;

/// Amounts above this count as this; thumbor's documentation calls 0 to 10 typical.
pub const MAX_AMOUNT: f32 = 50.0;

/// Adds `amount` times the difference between the picture and its blurred copy, where `radius` is the
/// standard deviation of the blur in pixels (at least 0.3: less finds no neighbours). With
/// `luminance_only` the difference is that of the brightness, so that edges get no coloured fringes.
/// Alpha is left alone. An amount of 0 or less, or none that is a number, changes nothing.
///
/// # Errors
/// [`Error::Stopped`]: it is asked before each row of the blur.
pub fn sharpen(
    pixels: &mut Pixels,
    amount: f32,
    radius: f32,
    luminance_only: bool,
    stop: &Stop,
) -> Result<(), Error> {
    if amount.is_nan() || amount <= 0.0 {
        return Ok(());
    }
    let amount = amount.min(MAX_AMOUNT);
    let (radius, sigma) = reach(radius);
    let blurred = blur_wide(Wide::from_pixels(pixels), radius, sigma, stop)?;
    match (pixels.channels, luminance_only) {
        (Channels::Grey, _) | (Channels::Rgb, false) => {
            for (v, mean) in pixels.data.iter_mut().zip(&blurred.data) {
                *v = apart(*v, f32::from(*mean) / 256.0, amount);
            }
        }
        (Channels::Rgb, true) => by_luma::<3>(&mut pixels.data, &blurred.data, amount, |_| 1.0 / 256.0),
        (Channels::Rgba, true) => by_luma::<4>(&mut pixels.data, &blurred.data, amount, straight),
        (Channels::GreyAlpha, _) => with_alpha::<2>(&mut pixels.data, &blurred.data, amount),
        (Channels::Rgba, false) => with_alpha::<4>(&mut pixels.data, &blurred.data, amount),
    }
    Ok(())
}

/// Radius and standard deviation of the blur for a `radius` that was asked for, in pixels.
pub(crate) fn reach(radius: f32) -> (u32, f32) {
    let sigma = radius.clamp(0.3, MAX_RADIUS);
    let sigma = if sigma.is_nan() { 0.3 } else { sigma };
    // Beyond three standard deviations there is next to nothing.
    ((3.0 * sigma).ceil() as u32, sigma)
}

/// What makes a premultiplied 16-bit value a straight 8-bit one.
fn straight(pixel: &[u16; 4]) -> f32 {
    255.0 / f32::from(pixel[3].max(1))
}

/// `v` moved away from `mean`.
fn apart(v: u8, mean: f32, amount: f32) -> u8 {
    let v = f32::from(v);
    // A cast from a float stops at the ends of the range.
    (v + amount * (v - mean) + 0.5) as u8
}

fn with_alpha<const N: usize>(data: &mut [u8], blurred: &[u16], amount: f32) {
    for (pixel, mean) in data.as_chunks_mut::<N>().0.iter_mut().zip(blurred.as_chunks::<N>().0) {
        let factor = 255.0 / f32::from(mean[N - 1].max(1));
        for i in 0..N - 1 {
            pixel[i] = apart(pixel[i], f32::from(mean[i]) * factor, amount);
        }
    }
}

fn by_luma<const N: usize>(data: &mut [u8], blurred: &[u16], amount: f32, factor: impl Fn(&[u16; N]) -> f32) {
    let luma = |r: f32, g: f32, b: f32| 0.299 * r + 0.587 * g + 0.114 * b;
    for (pixel, mean) in data.as_chunks_mut::<N>().0.iter_mut().zip(blurred.as_chunks::<N>().0) {
        let here = luma(f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2]));
        let around = luma(f32::from(mean[0]), f32::from(mean[1]), f32::from(mean[2])) * factor(mean);
        let step = amount * (here - around) + 0.5;
        for v in &mut pixel[..3] {
            *v = (f32::from(*v) + step) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effect::testing::*;
    use crate::stop::NEVER;
    use proptest::prelude::*;

    fn sharpen(pixels: &mut Pixels, amount: f32, radius: f32, luminance_only: bool) {
        super::sharpen(pixels, amount, radius, luminance_only, &NEVER).unwrap();
    }

    fn edge(channels: Channels) -> Pixels {
        let mut pixels = flat(40, 3, channels, &[80, 90, 100, 255]);
        let n = channels.count();
        let colours = if channels.has_alpha() { n - 1 } else { n };
        for (i, pixel) in pixels.data.chunks_mut(n).enumerate() {
            if i % 40 >= 20 {
                pixel[..colours].iter_mut().for_each(|v| *v += 60);
            }
            if channels.has_alpha() {
                pixel[n - 1] = 255;
            }
        }
        pixels
    }

    #[test]
    fn edges_get_steeper_and_flats_stay() {
        for channels in ALL {
            for luminance_only in [false, true] {
                let before = edge(channels);
                let mut after = before.clone();
                sharpen(&mut after, 1.0, 1.5, luminance_only);
                let (dark, light) = (rgba(&after, 19, 1), rgba(&after, 20, 1));
                assert!(dark[0] < 70 && light[0] > 150, "{channels:?} {dark:?} {light:?}");
                assert_eq!(rgba(&after, 5, 1), rgba(&before, 5, 1));
                assert_eq!(rgba(&after, 35, 1), rgba(&before, 35, 1));
            }
        }
    }

    #[test]
    fn luminance_only_keeps_the_differences_of_colours() {
        let mut pixels =
            drawn(40, 3, Channels::Rgb, |x, _| if x < 20 { [90, 100, 140] } else { [150, 130, 110] });
        sharpen(&mut pixels, 1.0, 1.0, true);
        for x in 0..40 {
            let [r, g, b] = [0, 1, 2].map(|i| i32::from(at(&pixels, x, 1)[i]));
            let expected = if x < 20 { (-10, 40) } else { (20, -20) };
            assert!((r - g - expected.0).abs() <= 1 && (b - g - expected.1).abs() <= 1, "{x}");
        }
    }

    proptest! {
        #[test]
        fn flat_stays_flat(
            w in 1u32..40, h in 1u32..40, channels in any_channels(), colour: [u8; 4], amount in 0f32..10.0,
            radius in -1f32..30.0, luminance_only: bool,
        ) {
            let mut colour = colour;
            // Where next to nothing is seen, the blurred colour is only known roughly.
            colour[channels.count() - 1] |= 64;
            let mut pixels = flat(w, h, channels, &colour);
            let before = pixels.clone();
            sharpen(&mut pixels, amount, radius, luminance_only);
            prop_assert_eq!(pixels, before);
        }

        #[test]
        fn nothing_asked_nothing_done(pixels in any_pixels(12), luminance_only: bool) {
            for amount in [0.0, -3.0, f32::NAN] {
                let mut same = pixels.clone();
                sharpen(&mut same, amount, 1.0, luminance_only);
                prop_assert_eq!(&same, &pixels);
            }
        }

        #[test]
        fn alpha_stays_and_any_number_is_taken(pixels in any_pixels(12), amount: f32, radius: f32) {
            let mut sharp = pixels.clone();
            sharpen(&mut sharp, amount, radius, false);
            for y in 0..pixels.height {
                for x in 0..pixels.width {
                    prop_assert_eq!(rgba(&sharp, x, y)[3], rgba(&pixels, x, y)[3]);
                }
            }
        }
    }
}
