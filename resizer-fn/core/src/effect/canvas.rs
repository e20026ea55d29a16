//! A picture on a larger (or smaller) canvas.

use super::background;
use super::channels::{pixel_of, widen};
use crate::pixels::{Channels, Pixels};

/// What is seen of a canvas beside the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Red, green, blue, alpha.
    Colour([u8; 4]),
    /// The commonest colour along the picture's edges.
    Auto,
    /// The picture itself, enlarged to cover the canvas, cut in the middle and blurred.
    Blur,
}

/// Puts `pixels` on a canvas of `width` x `height` pixels (0 counts as 1), their first pixel at `x`,
/// `y`; what sticks out is cut. Transparent pixels stay so: nothing of the background shines through.
///
/// The channels are those of `pixels`, with colour or alpha added where the background needs it.
pub fn pad(pixels: Pixels, width: u32, height: u32, x: i64, y: i64, background: Background) -> Pixels {
    let (width, height) = (width.max(1), height.max(1));
    if (width, height, x, y) == (pixels.width, pixels.height, 0, 0) {
        return pixels;
    }
    let (mut canvas, pixels) = match background {
        Background::Blur => (background::blurred_cover(&pixels, width, height), pixels),
        Background::Auto => coloured(pixels, width, height, background::edge_colour),
        Background::Colour(colour) => coloured(pixels, width, height, |_| colour),
    };
    put(&mut canvas, &pixels, x, y);
    canvas
}

/// A canvas of one colour, and `pixels` in channels that both need.
fn coloured(
    pixels: Pixels,
    width: u32,
    height: u32,
    colour: impl Fn(&Pixels) -> [u8; 4],
) -> (Pixels, Pixels) {
    let colour = colour(&pixels);
    let pixels = widen(pixels, Channels::of_colour(colour));
    let channels = pixels.channels;
    let pixel = pixel_of(channels, colour);
    let data = pixel[..channels.count()].repeat(width as usize * height as usize);
    (Pixels { width, height, channels, data }, pixels)
}

/// Copies what of `pixels` is inside.
fn put(canvas: &mut Pixels, pixels: &Pixels, x: i64, y: i64) {
    let (Some(across), Some(down)) =
        (Overlap::of(canvas.width, pixels.width, x), Overlap::of(canvas.height, pixels.height, y))
    else {
        return;
    };
    let step = canvas.channels.count();
    for (to, from) in down.rows(&mut canvas.data, canvas.width, &pixels.data, pixels.width, step) {
        to[across.to * step..][..across.length * step]
            .copy_from_slice(&from[across.from * step..][..across.length * step]);
    }
}

/// Where two sides lie on each other, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Where it begins on what lies below.
    pub(super) to: usize,
    /// Where it begins on what lies above.
    pub(super) from: usize,
    /// How long it is, at least 1.
    pub(super) length: usize,
}

impl Overlap {
    /// Of a side of `upper` pixels that begins at `at` on one of `lower` pixels.
    pub(super) fn of(lower: u32, upper: u32, at: i64) -> Option<Self> {
        let (lower, upper) = (i64::from(lower), i64::from(upper));
        let start = at.max(0);
        let end = at.checked_add(upper)?.min(lower);
        (start < end).then(|| Self {
            to: start as usize,
            from: (start - at) as usize,
            length: (end - start) as usize,
        })
    }

    /// The pairs of whole rows that lie on each other.
    fn rows<'a>(
        self,
        lower: &'a mut [u8],
        lower_width: u32,
        upper: &'a [u8],
        upper_width: u32,
        step: usize,
    ) -> impl Iterator<Item = (&'a mut [u8], &'a [u8])> {
        let lower = lower.chunks_exact_mut(lower_width as usize * step).skip(self.to);
        lower.zip(upper.chunks_exact(upper_width as usize * step).skip(self.from)).take(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn channels_grow_only_where_needed() {
        let grey = flat(2, 2, Channels::Grey, &[7]);
        for (colour, channels) in [
            ([9, 9, 9, 255], Channels::Grey),
            ([0; 4], Channels::GreyAlpha),
            ([255, 0, 0, 255], Channels::Rgb),
            ([255, 0, 0, 9], Channels::Rgba),
        ] {
            let padded = pad(grey.clone(), 4, 4, 1, 1, Background::Colour(colour));
            assert_eq!(padded.channels, channels);
            assert_eq!(rgba(&padded, 0, 3), colour);
            assert_eq!(rgba(&padded, 2, 2), [7, 7, 7, 255]);
        }
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let pixels = drawn(5, 4, Channels::Rgba, |x, y| [x as u8, y as u8, 1, 2]);
        for background in [Background::Blur, Background::Auto, Background::Colour([1, 2, 3, 4])] {
            assert_eq!(pad(pixels.clone(), 5, 4, 0, 0, background), pixels);
        }
    }

    proptest! {
        #[test]
        fn the_picture_is_where_it_was_put(
            pixels in any_pixels(12), w in 1u32..30, h in 1u32..30, x in -15i64..40, y in -15i64..40,
            colour: [u8; 4], kind in 0usize..3,
        ) {
            let background = [Background::Colour(colour), Background::Auto, Background::Blur][kind];
            let padded = pad(pixels.clone(), w, h, x, y, background);
            prop_assert!(is_sound(&padded));
            prop_assert_eq!((padded.width, padded.height), (w, h));
            for row in 0..h {
                for column in 0..w {
                    let (px, py) = (i64::from(column) - x, i64::from(row) - y);
                    let inside = (0..i64::from(pixels.width)).contains(&px) && (0..i64::from(pixels.height)).contains(&py);
                    if inside {
                        prop_assert_eq!(rgba(&padded, column, row), rgba(&pixels, px as u32, py as u32));
                    } else if kind == 0 {
                        prop_assert_eq!(rgba(&padded, column, row), colour);
                    }
                }
            }
        }

        #[test]
        fn far_away_is_nothing(pixels in any_pixels(5), x: i64, y: i64) {
            prop_assume!(x.unsigned_abs() > 9 && y.unsigned_abs() > 9);
            let padded = pad(pixels, 3, 3, x, y, Background::Colour([4, 4, 4, 255]));
            prop_assert!((0..9).all(|i| rgba(&padded, i % 3, i / 3) == [4, 4, 4, 255]));
        }
    }
}
