//! Brightness and contrast. Alpha is left alone.

use crate::pixels::{Channels, Pixels};

/// Adds `percent` (-100 to 100, others count as the nearer of these) of the full range to every
/// colour value: -100 is black, 100 is white, 0 changes nothing.
pub fn brightness(pixels: &mut Pixels, percent: i32) {
    let step = (255 * percent.clamp(-100, 100) / 100) as i16;
    each(pixels, |v| (i16::from(v) + step).clamp(0, 255) as u8);
}

/// Moves every colour value away from middle grey (128) or towards it, by the factor
/// `((100 + percent) / 100)²` that thumbor uses: -100 is flat grey, 100 a factor of 4, 0 changes
/// nothing. `percent` is -100 to 100, others count as the nearer of these.
pub fn contrast(pixels: &mut Pixels, percent: i32) {
    let linear = 100 + percent.clamp(-100, 100);
    // The factor in 65536ths.
    let factor = (linear * linear * 4096 + 312) / 625;
    each(pixels, |v| ((((i32::from(v) - 128) * factor + 32_768) >> 16) + 128).clamp(0, 255) as u8);
}

/// Applies `f` to every value that is not alpha.
fn each(pixels: &mut Pixels, f: impl Fn(u8) -> u8) {
    match pixels.channels {
        // Without alpha all values are alike, which makes the simplest loop.
        Channels::Grey | Channels::Rgb => pixels.data.iter_mut().for_each(|v| *v = f(*v)),
        Channels::GreyAlpha => each_but_alpha::<2>(&mut pixels.data, f),
        Channels::Rgba => each_but_alpha::<4>(&mut pixels.data, f),
    }
}

fn each_but_alpha<const N: usize>(data: &mut [u8], f: impl Fn(u8) -> u8) {
    for pixel in data.as_chunks_mut::<N>().0 {
        let alpha = pixel[N - 1];
        *pixel = pixel.map(&f);
        pixel[N - 1] = alpha;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    fn ramp() -> Pixels {
        drawn(256, 1, Channels::Grey, |x, _| [x as u8])
    }

    #[test]
    fn the_ends_of_brightness() {
        for (percent, expected) in [(-100, 0), (100, 255), (-500, 0), (i32::MAX, 255)] {
            let mut pixels = ramp();
            brightness(&mut pixels, percent);
            assert!(pixels.data.iter().all(|v| *v == expected), "{percent}");
        }
        let mut pixels = ramp();
        brightness(&mut pixels, 40);
        assert_eq!((pixels.data[0], pixels.data[100], pixels.data[200]), (102, 202, 255));
    }

    #[test]
    fn the_ends_of_contrast() {
        let mut pixels = ramp();
        contrast(&mut pixels, -100);
        assert!(pixels.data.iter().all(|v| *v == 128));
        let mut pixels = ramp();
        contrast(&mut pixels, 100);
        assert_eq!(pixels.data[128 - 10..=128 + 10][..], *(0..=20).map(|i| 88 + 4 * i).collect::<Vec<u8>>());
        assert_eq!((pixels.data[90], pixels.data[170]), (0, 255));
    }

    proptest! {
        #[test]
        fn zero_is_identity(pixels in any_pixels(20)) {
            let mut same = pixels.clone();
            brightness(&mut same, 0);
            contrast(&mut same, 0);
            prop_assert_eq!(same, pixels);
        }

        #[test]
        fn alpha_stays_and_order_is_kept(pixels in any_pixels(20), percent in -100i32..=100) {
            for change in [brightness, contrast] {
                let mut changed = pixels.clone();
                change(&mut changed, percent);
                let n = pixels.channels.count();
                let colours = if pixels.channels.has_alpha() { n - 1 } else { n };
                for (before, after) in pixels.data.chunks(n).zip(changed.data.chunks(n)) {
                    prop_assert_eq!(&before[colours..], &after[colours..]);
                }
                let mut greys = ramp();
                change(&mut greys, percent);
                prop_assert!(greys.data.is_sorted());
            }
        }
    }
}
