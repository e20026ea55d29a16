//! More or less colour, down to none.

use super::channels::{luma, map};
use crate::pixels::{Channels, Pixels};

/// The largest factor, in thousandths: more turns every tint into a pure colour anyway.
const MOST: u32 = 32_000;

/// Moves every colour away from the grey of its brightness or towards it, by `thousandths` of the
/// distance: 0 is grey, 1000 changes nothing, 2000 doubles. Grey pixels and alpha stay.
pub fn saturation(pixels: &mut Pixels, thousandths: u32) {
    match pixels.channels {
        Channels::Grey | Channels::GreyAlpha => {}
        Channels::Rgb => scale_colour::<3>(&mut pixels.data, thousandths),
        Channels::Rgba => scale_colour::<4>(&mut pixels.data, thousandths),
    }
}

fn scale_colour<const N: usize>(data: &mut [u8], thousandths: u32) {
    // In 65536ths; 255 times the largest fits 31 bits.
    let factor = ((thousandths.min(MOST) * 8192 + 62) / 125) as i32;
    for pixel in data.as_chunks_mut::<N>().0 {
        let grey = i32::from(luma(pixel[0], pixel[1], pixel[2]));
        let moved = |v: u8| (grey + (((i32::from(v) - grey) * factor + 32_768) >> 16)).clamp(0, 255) as u8;
        (pixel[0], pixel[1], pixel[2]) = (moved(pixel[0]), moved(pixel[1]), moved(pixel[2]));
    }
}

/// Without colour: [`Channels::Grey`], or [`Channels::GreyAlpha`] where there is alpha.
pub fn grayscale(pixels: Pixels) -> Pixels {
    match pixels.channels {
        Channels::Grey | Channels::GreyAlpha => pixels,
        Channels::Rgb => map(&pixels, Channels::Grey, |[r, g, b]| [luma(r, g, b)]),
        Channels::Rgba => map(&pixels, Channels::GreyAlpha, |[r, g, b, a]| [luma(r, g, b), a]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::channels::widen;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn doubling_doubles_the_distance_from_grey() {
        let mut pixels = flat(1, 1, Channels::Rgb, &[120, 100, 90]);
        saturation(&mut pixels, 2000);
        let grey = luma(120, 100, 90);
        assert_eq!(pixels.data, [120, 100, 90].map(|v| 2 * v - grey));
    }

    proptest! {
        #[test]
        fn one_is_identity_and_none_is_grey(pixels in any_pixels(20)) {
            let mut same = pixels.clone();
            saturation(&mut same, 1000);
            prop_assert_eq!(&same, &pixels);
            let mut none = pixels.clone();
            saturation(&mut none, 0);
            let grey = grayscale(pixels.clone());
            prop_assert!(is_sound(&grey) && grey.channels.is_grey());
            prop_assert_eq!(none, widen(grey, pixels.channels));
        }

        #[test]
        fn any_factor_leaves_grey_and_alpha(pixels in any_pixels(9), thousandths: u32) {
            let mut grey = widen(grayscale(pixels), Channels::Rgba);
            let before = grey.clone();
            saturation(&mut grey, thousandths);
            prop_assert_eq!(grey, before);
        }
    }
}
