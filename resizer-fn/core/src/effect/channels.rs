//! From fewer channels to more, and the brightness of colours.

use crate::pixels::{Channels, Pixels};

impl Channels {
    /// Whether the last channel is alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }

    /// Whether there is no colour.
    pub const fn is_grey(self) -> bool {
        matches!(self, Self::Grey | Self::GreyAlpha)
    }

    /// The channels with these two properties.
    pub const fn of(grey: bool, alpha: bool) -> Self {
        match (grey, alpha) {
            (true, false) => Self::Grey,
            (true, true) => Self::GreyAlpha,
            (false, false) => Self::Rgb,
            (false, true) => Self::Rgba,
        }
    }

    /// The fewest channels that can express both: colour if either has colour, alpha if either has.
    pub const fn union(self, other: Self) -> Self {
        Self::of(self.is_grey() && other.is_grey(), self.has_alpha() || other.has_alpha())
    }

    /// The fewest channels that can express this red, green, blue, alpha.
    pub const fn of_colour([r, g, b, a]: [u8; 4]) -> Self {
        Self::of(r == g && g == b, a < 255)
    }
}

/// Adds the channels that `to` has and `pixels` has not: equal red, green and blue for grey, and
/// full alpha. Nothing is ever taken away.
pub fn widen(pixels: Pixels, to: Channels) -> Pixels {
    use Channels::*;
    let to = pixels.channels.union(to);
    match (pixels.channels, to) {
        (Grey, GreyAlpha) => map(&pixels, to, |[v]| [v, 255]),
        (Grey, Rgb) => map(&pixels, to, |[v]| [v; 3]),
        (Grey, Rgba) => map(&pixels, to, |[v]| [v, v, v, 255]),
        (GreyAlpha, Rgba) => map(&pixels, to, |[v, a]| [v, v, v, a]),
        (Rgb, Rgba) => map(&pixels, to, |[r, g, b]| [r, g, b, 255]),
        _ => pixels,
    }
}

/// Pixel by pixel from `A` channels to `B`.
pub(super) fn map<const A: usize, const B: usize>(
    pixels: &Pixels,
    to: Channels,
    f: impl Fn([u8; A]) -> [u8; B],
) -> Pixels {
    let data = pixels.data.as_chunks::<A>().0.iter().flat_map(|p| f(*p)).collect();
    Pixels { width: pixels.width, height: pixels.height, channels: to, data }
}

/// `colour` (red, green, blue, alpha) as one pixel of these channels, at the front of the array. A
/// colour becomes grey by its [`luma`], and loses its alpha where there is none.
pub const fn pixel_of(channels: Channels, colour: [u8; 4]) -> [u8; 4] {
    let [r, g, b, a] = colour;
    match channels {
        Channels::Grey => [luma(r, g, b), 0, 0, 0],
        Channels::GreyAlpha => [luma(r, g, b), a, 0, 0],
        Channels::Rgb => [r, g, b, 0],
        Channels::Rgba => colour,
    }
}

/// Brightness as ITU-R BT.601 weighs it (0.299, 0.587, 0.114), rounded; grey stays what it is.
pub const fn luma(r: u8, g: u8, b: u8) -> u8 {
    // The weights in 65536ths add up to exactly one.
    ((19_595 * r as u32 + 38_470 * g as u32 + 7_471 * b as u32 + 32_768) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn grey_is_its_own_brightness() {
        for v in 0..=255 {
            assert_eq!(luma(v, v, v), v);
        }
        assert_eq!((luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255)), (76, 150, 29));
    }

    proptest! {
        #[test]
        fn widening_changes_no_colour(pixels in any_pixels(12), to in any_channels()) {
            let wide = widen(pixels.clone(), to);
            prop_assert_eq!(wide.channels, pixels.channels.union(to));
            prop_assert!(is_sound(&wide));
            for y in 0..pixels.height {
                for x in 0..pixels.width {
                    prop_assert_eq!(rgba(&wide, x, y), rgba(&pixels, x, y));
                }
            }
        }
    }
}
