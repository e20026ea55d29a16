//! Where the subject of a picture probably is, so that cutting keeps it.
//!
//! No faces are recognised. What counts is what draws the eye, as in the smart crops of libvips and
//! smartcrop.js: fine detail, skin colours, strong colours, and beside these whatever differs from
//! the picture's mean, which finds subjects in front of blurred or plain grounds.

mod features;

use crate::geometry::{Rect, Size};
use crate::pixels::Pixels;

/// How much a window at the very edge counts less than the same one in the middle: of about equal
/// windows the middle one is right more often.
const PULL: f64 = 0.3;

/// The largest window of the aspect `aspect` (width, height; 0 counts as 1) that is inside of
/// `pixels`, where it shows most of what draws the eye, and shows it rather in its middle than at its
/// edges. If nothing does, it is the window in the middle.
///
/// `pixels` should be the whole picture scaled down to at most 256 pixels a side: detail that is too
/// fine to be seen there does not count, and the time is that of all pixels given. Clear pixels count
/// nothing.
pub fn focus(pixels: &Pixels, aspect: Size) -> Rect {
    let (width, height) = (pixels.width, pixels.height);
    let (w, h) = window((width, height), aspect);
    let saliency = features::saliency(pixels);
    let row = width as usize;
    if w < width {
        let mut columns = vec![0.0; row];
        for line in saliency.chunks_exact(row) {
            columns.iter_mut().zip(line).for_each(|(sum, v)| *sum += f64::from(*v));
        }
        Rect { x: best_start(&columns, w as usize) as u32, y: 0, width: w, height }
    } else {
        let rows: Vec<f64> =
            saliency.chunks_exact(row).map(|line| line.iter().map(|v| f64::from(*v)).sum()).collect();
        Rect { x: 0, y: best_start(&rows, h as usize) as u32, width, height: h }
    }
}

/// The size of the largest window of an aspect inside of `whole`, rounded, at least 1 x 1.
fn window(whole: Size, aspect: Size) -> Size {
    let (width, height) = (u64::from(whole.0.max(1)), u64::from(whole.1.max(1)));
    let (a, b) = (u64::from(aspect.0.max(1)), u64::from(aspect.1.max(1)));
    let follow = |side: u64, to: u64, from: u64, most: u32| {
        let length = (u128::from(side) * u128::from(to) * 2 + u128::from(from)) / (2 * u128::from(from));
        u32::try_from(length).unwrap_or(u32::MAX).clamp(1, most.max(1))
    };
    // Wider than asked, without dividing.
    if u128::from(width) * u128::from(b) > u128::from(height) * u128::from(a) {
        (follow(height, a, b, whole.0), whole.1.max(1))
    } else {
        (whole.0.max(1), follow(width, b, a, whole.1))
    }
}

/// Where a window of `length` on a line of sums scores best; of equals the one nearest to the middle.
fn best_start(sums: &[f64], length: usize) -> usize {
    let last = sums.len().saturating_sub(length);
    // What is in the middle of the window counts fully, what is at its edges nothing.
    let profile: Vec<f64> = (0..length)
        .map(|i| {
            let off = (2 * i + 1) as f64 / length as f64 - 1.0;
            1.0 - off * off
        })
        .collect();
    let score = |start: usize| {
        let off = (start as f64 + length as f64 / 2.0) / sums.len() as f64 - 0.5;
        let inside: f64 = sums.iter().skip(start).zip(&profile).map(|(sum, weight)| sum * weight).sum();
        inside * (1.0 - PULL * off.abs())
    };
    let middle = last / 2;
    let mut best = (score(middle), middle);
    for distance in 1..=last {
        let candidates =
            [middle.checked_sub(distance), Some(middle + distance).filter(|start| *start <= last)];
        for start in candidates.into_iter().flatten() {
            let found = score(start);
            // More than what is lost in rounding.
            if found > best.0 * (1.0 + 1e-9) {
                best = (found, start);
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use crate::pixels::Channels;
    use proptest::prelude::*;

    #[test]
    fn nothing_to_see_is_the_middle() {
        for channels in ALL {
            let pixels = flat(200, 100, channels, &[90; 4]);
            assert_eq!(focus(&pixels, (1, 1)), Rect { x: 50, y: 0, width: 100, height: 100 });
            assert_eq!(focus(&pixels, (4, 1)), Rect { x: 0, y: 25, width: 200, height: 50 });
            assert_eq!(focus(&pixels, (2, 1)), Rect { x: 0, y: 0, width: 200, height: 100 });
        }
    }

    #[test]
    fn even_texture_is_about_the_middle() {
        // As fine and as strong as grass is.
        let noise = |x: u32, y: u32| ((x * 200 + y).wrapping_mul(2_654_435_761) >> 26) as u8;
        let pixels = drawn(200, 100, Channels::Rgb, |x, y| [60 + noise(x, y), 120 + noise(x, y), 40]);
        let found = focus(&pixels, (1, 1));
        assert!(found.x.abs_diff(50) <= 25, "{found:?}");
    }

    #[test]
    fn clear_pixels_count_nothing() {
        // On the left a wild pattern that is clear, on the right a small dot that is seen.
        let pixels = drawn(200, 100, Channels::Rgba, |x, y| {
            let dot = x.abs_diff(160) < 4 && y.abs_diff(50) < 4;
            if dot { [90, 90, 90, 255] } else { [(x * y) as u8, (x * 50) as u8, (y * 40) as u8, 0] }
        });
        let found = focus(&pixels, (1, 1));
        assert!(found.x >= 64, "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]
        #[test]
        fn windows_are_inside_and_as_large_as_can_be(pixels in any_pixels(40), a in 0u32..50, b in 0u32..50) {
            let found = focus(&pixels, (a, b));
            prop_assert!(found.x + found.width <= pixels.width && found.y + found.height <= pixels.height);
            prop_assert!(found.width == pixels.width || found.height == pixels.height);
            let (a, b) = (f64::from(a.max(1)), f64::from(b.max(1)));
            let (w, h) = (f64::from(found.width), f64::from(found.height));
            let off = if found.width < pixels.width { (h * a / b - w).abs() } else { (w * b / a - h).abs() };
            prop_assert!(off <= 0.5 || found.width == 1 || found.height == 1 || found.height == pixels.height, "{}", off);
        }

        #[test]
        fn a_mirrored_picture_has_a_mirrored_window(pixels in any_pixels(30)) {
            let found = focus(&pixels, (1, 2));
            let mut mirrored = pixels.clone();
            crate::effect::turn::flip_horizontal(&mut mirrored);
            let other = focus(&mirrored, (1, 2));
            prop_assert_eq!((other.width, other.height), (found.width, found.height));
        }

        #[test]
        fn extreme_aspects_do_no_harm(pixels in any_pixels(12), a: u32, b: u32) {
            let found = focus(&pixels, (a, b));
            prop_assert!(found.width > 0 && found.height > 0);
            prop_assert!(found.x + found.width <= pixels.width && found.y + found.height <= pixels.height);
        }
    }
}
