//! Rounded corners.

use super::channels::{pixel_of, widen};
use super::mix;
use crate::pixels::{Channels, Pixels};

/// Lines per pixel that the ellipse is cut with; along a line it is exact.
const LINES: u32 = 8;

/// Cuts off the corners outside of ellipses with the half axes `rx` and `ry` pixels (at most half a
/// side each; 0 cuts nothing). What is cut off shows `background` (red, green, blue), or is clear if
/// there is none. Edges are smooth.
///
/// The channels are those of `pixels`, with colour or alpha added where the background needs it.
pub fn round_corner(pixels: Pixels, rx: u32, ry: u32, background: Option<[u8; 3]>) -> Pixels {
    let (rx, ry) = (rx.min(pixels.width / 2), ry.min(pixels.height / 2));
    if rx == 0 || ry == 0 {
        return pixels;
    }
    let mut pixels = match background {
        Some([r, g, b]) => widen(pixels, Channels::of_colour([r, g, b, 255])),
        None => widen(pixels, Channels::GreyAlpha),
    };
    let channels = pixels.channels;
    let below = background.map(|[r, g, b]| pixel_of(channels, [r, g, b, 255]));
    let step = channels.count();
    let row = pixels.width as usize * step;
    let (top, rest) = pixels.data.split_at_mut(ry as usize * row);
    // From the corner inwards: the first rows, and the last ones upwards.
    let lower = rest.rchunks_exact_mut(row);
    for ((y, upper), lower) in (0..ry).zip(top.chunks_exact_mut(row)).zip(lower) {
        let kept = coverage(y, rx, ry);
        for line in [upper, lower] {
            let (left, right) = line.split_at_mut(row / 2 / step * step);
            for (pixel, kept) in left.chunks_exact_mut(step).zip(&kept) {
                keep(pixel, *kept, below.as_ref(), channels);
            }
            for (pixel, kept) in right.rchunks_exact_mut(step).zip(&kept) {
                keep(pixel, *kept, below.as_ref(), channels);
            }
        }
    }
    pixels
}

/// How much of each of the first `rx` pixels of row `y` is inside, of 255 parts.
fn coverage(y: u32, rx: u32, ry: u32) -> Vec<u8> {
    let mut inside = vec![0.0f32; rx as usize];
    for line in 0..LINES {
        let down = 1.0 - (y as f32 + (line as f32 + 0.5) / LINES as f32) / ry as f32;
        // Where the ellipse begins on this line, from the corner.
        let start = rx as f32 * (1.0 - (1.0 - down * down).max(0.0).sqrt());
        for (x, part) in inside.iter_mut().enumerate() {
            *part += ((x + 1) as f32 - start).clamp(0.0, 1.0);
        }
    }
    inside.iter().map(|part| (part * (255.0 / LINES as f32) + 0.5) as u8).collect()
}

/// Keeps `kept` of 255 parts of a pixel; the rest shows what is below, or is clear.
fn keep(pixel: &mut [u8], kept: u8, below: Option<&[u8; 4]>, channels: Channels) {
    let Some((alpha, colours)) = pixel.split_last_mut().filter(|_| channels.has_alpha()) else {
        if let Some(below) = below {
            pixel.iter_mut().zip(below).for_each(|(v, b)| *v = mix(*v, *b, kept));
        }
        return;
    };
    let Some(below) = below else {
        *alpha = mix(*alpha, 0, kept);
        return;
    };
    // Both parts by their areas and alphas; the lower one is opaque.
    let (own, other) = (u32::from(*alpha) * u32::from(kept), 255 * (255 - u32::from(kept)));
    for (v, b) in colours.iter_mut().zip(below) {
        let sum = u32::from(*v) * own + u32::from(*b) * other + (own + other) / 2;
        *v = sum.checked_div(own + other).unwrap_or(u32::from(*v)) as u8;
    }
    *alpha = mix(*alpha, 255, kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn the_area_is_that_of_the_ellipses() {
        for (rx, ry) in [(1, 1), (3, 9), (20, 20), (50, 30)] {
            let white = flat(100, 60, Channels::Grey, &[255]);
            let round = round_corner(white, rx, ry, Some([0; 3]));
            let area: f64 = round.data.iter().map(|v| f64::from(*v) / 255.0).sum();
            let cut = (4.0 - std::f64::consts::PI) * f64::from(rx) * f64::from(ry);
            assert!((6000.0 - cut - area).abs() < 0.02 * cut + 0.3, "{rx} {ry}: {area}");
        }
    }

    #[test]
    fn corners_show_the_background_and_the_rest_stays() {
        let pixels = flat(40, 40, Channels::Grey, &[77]);
        let red = round_corner(pixels.clone(), 10, 10, Some([255, 0, 0]));
        let clear = round_corner(pixels, 10, 10, None);
        assert_eq!((red.channels, clear.channels), (Channels::Rgb, Channels::GreyAlpha));
        for (x, y) in [(0, 0), (39, 0), (0, 39), (39, 39)] {
            assert_eq!(rgba(&red, x, y), [255, 0, 0, 255]);
            assert_eq!(rgba(&clear, x, y)[3], 0);
        }
        for (x, y) in [(20, 0), (0, 20), (39, 20), (20, 39), (20, 20), (10, 10)] {
            assert_eq!(rgba(&red, x, y), [77, 77, 77, 255]);
            assert_eq!(rgba(&clear, x, y), [77, 77, 77, 255]);
        }
    }

    #[test]
    fn what_was_clear_stays_clear_but_for_the_corners() {
        let pixels = flat(20, 20, Channels::Rgba, &[1, 2, 3, 0]);
        let round = round_corner(pixels, 5, 5, Some([9, 8, 7]));
        assert_eq!(rgba(&round, 0, 0), [9, 8, 7, 255]);
        assert_eq!(rgba(&round, 10, 10), [1, 2, 3, 0]);
    }

    proptest! {
        #[test]
        fn all_four_corners_are_alike(
            w in 1u32..40, h in 1u32..40, rx in 0u32..30, ry in 0u32..30, channels in any_channels(),
            background: Option<[u8; 3]>, colour: [u8; 4],
        ) {
            let pixels = flat(w, h, channels, &colour);
            let round = round_corner(pixels.clone(), rx, ry, background);
            prop_assert!(is_sound(&round));
            prop_assert_eq!((round.width, round.height), (w, h));
            let mut flipped = round.clone();
            crate::effect::turn::flip_horizontal(&mut flipped);
            prop_assert_eq!(&flipped, &round);
            crate::effect::turn::flip_vertical(&mut flipped);
            prop_assert_eq!(&flipped, &round);
            if rx.min(w / 2) == 0 || ry.min(h / 2) == 0 {
                prop_assert_eq!(round, pixels);
            }
        }
    }
}
