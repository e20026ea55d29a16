//! Transparent pixels on a background.

use super::channels::map;
use super::mix;
use crate::pixels::{Channels, Pixels};

/// Puts `pixels` on a background of one colour (red, green, blue). What comes out has no alpha; it is
/// grey if both are.
pub fn flatten(pixels: Pixels, [r, g, b]: [u8; 3]) -> Pixels {
    match pixels.channels {
        Channels::Grey | Channels::Rgb => pixels,
        Channels::GreyAlpha if r == g && g == b => map(&pixels, Channels::Grey, |[v, a]| [mix(v, r, a)]),
        Channels::GreyAlpha => {
            map(&pixels, Channels::Rgb, |[v, a]| [mix(v, r, a), mix(v, g, a), mix(v, b, a)])
        }
        Channels::Rgba => {
            map(&pixels, Channels::Rgb, |[x, y, z, a]| [mix(x, r, a), mix(y, g, a), mix(z, b, a)])
        }
    }
}

/// Whether any pixel lets the background through.
pub fn is_transparent(pixels: &Pixels) -> bool {
    fn any<const N: usize>(data: &[u8]) -> bool {
        // Rows of pixels at a time: an early end for few, and no branch for each.
        data.chunks(4096)
            .any(|part| part.as_chunks::<N>().0.iter().fold(255, |least, p| p[N - 1].min(least)) < 255)
    }
    match pixels.channels {
        Channels::Grey | Channels::Rgb => false,
        Channels::GreyAlpha => any::<2>(&pixels.data),
        Channels::Rgba => any::<4>(&pixels.data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn alpha_mixes() {
        let pixels = Pixels {
            width: 3,
            height: 1,
            channels: Channels::Rgba,
            data: vec![200, 0, 0, 255, 9, 9, 9, 0, 255, 255, 255, 128],
        };
        assert!(is_transparent(&pixels));
        let flat = flatten(pixels, [0, 0, 255]);
        assert_eq!(flat.channels, Channels::Rgb);
        assert_eq!(flat.data, [200, 0, 0, 0, 0, 255, 128, 128, 255]);
        assert!(!is_transparent(&flat));
    }

    proptest! {
        #[test]
        fn opaque_stays_clear_becomes_background(pixels in any_pixels(20), colour: [u8; 3]) {
            let n = pixels.channels.count();
            let flat = flatten(pixels.clone(), colour);
            prop_assert!(is_sound(&flat) && !flat.channels.has_alpha());
            for (i, before) in pixels.data.chunks(n).enumerate() {
                let (x, y) = (i as u32 % pixels.width, i as u32 / pixels.width);
                match rgba(&pixels, x, y)[3] {
                    255 => prop_assert_eq!(rgba(&flat, x, y), rgba(&pixels, x, y)),
                    0 => prop_assert_eq!(&rgba(&flat, x, y)[..3], &colour[..]),
                    _ => prop_assert!(before.len() == n),
                }
            }
        }
    }
}
