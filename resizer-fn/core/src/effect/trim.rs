//! The border of one colour around a picture.

use crate::geometry::Rect;
use crate::pixels::{Channels, Pixels};

/// The pixel that says which colour the border has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// The first pixel.
    TopLeft,
    /// The last pixel.
    BottomRight,
}

/// What is left when rows and columns that differ from the colour of `corner` by no more than
/// `tolerance` are cut from all four sides. The difference is the distance in the RGB cube, 0 to 442.
/// Colours count premultiplied and alpha as one more channel, so all clear pixels are equal.
///
/// A picture that is equal all over is kept whole: nothing in it says where its border ends.
pub fn trim_box(pixels: &Pixels, corner: Corner, tolerance: u32) -> Rect {
    match pixels.channels {
        Channels::Grey => find(pixels, corner, tolerance, |[v]: [u8; 1]| [v, v, v, 255]),
        Channels::GreyAlpha => find(pixels, corner, tolerance, |[v, a]: [u8; 2]| premultiply([v, v, v, a])),
        Channels::Rgb => find(pixels, corner, tolerance, |[r, g, b]: [u8; 3]| [r, g, b, 255]),
        Channels::Rgba => find(pixels, corner, tolerance, premultiply),
    }
}

fn premultiply([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let times = |v: u8| super::div_255(u32::from(v) * u32::from(a)) as u8;
    [times(r), times(g), times(b), a]
}

fn find<const N: usize>(
    pixels: &Pixels,
    corner: Corner,
    tolerance: u32,
    colour: impl Fn([u8; N]) -> [u8; 4],
) -> Rect {
    let whole = Rect { x: 0, y: 0, width: pixels.width, height: pixels.height };
    let (data, width) = (pixels.data.as_chunks::<N>().0, pixels.width as usize);
    let reference = match corner {
        Corner::TopLeft => data.first(),
        Corner::BottomRight => data.last(),
    };
    let Some(reference) = reference.map(|p| colour(*p)) else { return whole };
    let limit = tolerance.min(1000).pow(2);
    let differs = |pixel: &[u8; N]| {
        let pixel = colour(*pixel);
        let square = |i: usize| u32::from(pixel[i].abs_diff(reference[i])).pow(2);
        square(0) + square(1) + square(2) + square(3) > limit
    };
    // No early end inside a row: a sum over all of it is quicker to have.
    let row_differs = |row: &[[u8; N]]| row.iter().fold(false, |any, p| any | differs(p));

    let mut rows = data.chunks_exact(width);
    let Some(top) = rows.position(row_differs) else { return whole };
    // Seen from below there is at least the row just found.
    let below = rows.rev().position(row_differs);
    let bottom = below.map_or(top + 1, |equal| pixels.height as usize - equal);
    // Each row can only widen what the rows before it have shown.
    let (mut left, mut right) = (width, 0);
    for row in data.chunks_exact(width).take(bottom).skip(top) {
        left = row.iter().take(left).position(differs).unwrap_or(left);
        let margin = row.iter().skip(right).rev().position(differs);
        right = margin.map_or(right, |equal| width - equal);
    }
    Rect { x: left as u32, y: top as u32, width: (right - left) as u32, height: (bottom - top) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    #[test]
    fn an_equal_picture_is_kept_whole() {
        for channels in ALL {
            let pixels = flat(7, 5, channels, &[9, 9, 9, 9]);
            for tolerance in [0, 442, u32::MAX] {
                let whole = Rect { x: 0, y: 0, width: 7, height: 5 };
                assert_eq!(trim_box(&pixels, Corner::TopLeft, tolerance), whole);
            }
        }
    }

    #[test]
    fn the_corner_says_the_colour() {
        // Left white, right black: seen from either corner the other half is the picture.
        let pixels = drawn(10, 4, Channels::Rgb, |x, _| if x < 3 { [255; 3] } else { [0; 3] });
        assert_eq!(trim_box(&pixels, Corner::TopLeft, 10), Rect { x: 3, y: 0, width: 7, height: 4 });
        assert_eq!(trim_box(&pixels, Corner::BottomRight, 10), Rect { x: 0, y: 0, width: 3, height: 4 });
        // Black and white are 441.67 apart.
        assert_eq!(trim_box(&pixels, Corner::TopLeft, 441).width, 7);
        assert_eq!(trim_box(&pixels, Corner::TopLeft, 442).width, 10);
    }

    #[test]
    fn clear_pixels_are_equal() {
        let pixels = drawn(9, 9, Channels::Rgba, |x, y| {
            if (3..5).contains(&x) && y == 6 { [1, 2, 3, 255] } else { [x as u8 * 20, y as u8, 0, 0] }
        });
        assert_eq!(trim_box(&pixels, Corner::TopLeft, 0), Rect { x: 3, y: 6, width: 2, height: 1 });
    }

    proptest! {
        #[test]
        fn a_box_on_a_ground_is_found(
            (w, h) in (2u32..30, 2u32..30), at in (0.0..1.0, 0.0..1.0), part in (0.0..1.0, 0.0..1.0),
            channels in any_channels(),
        ) {
            let pick = |side: u32, at: f64, part: f64| {
                let start = (f64::from(side - 1) * at) as u32;
                (start, ((f64::from(side - start) * part) as u32).max(1))
            };
            let ((x, width), (y, height)) = (pick(w, at.0, part.0), pick(h, at.1, part.1));
            prop_assume!((x, y) != (0, 0) && (x + width, y + height) != (w, h));
            let mut pixels = flat(w, h, channels, &[200; 4]);
            for (i, pixel) in pixels.data.chunks_mut(channels.count()).enumerate() {
                let (px, py) = (i as u32 % w, i as u32 / w);
                if (x..x + width).contains(&px) && (y..y + height).contains(&py) {
                    pixel[0] = 90;
                }
            }
            let expected = Rect { x, y, width, height };
            for corner in [Corner::TopLeft, Corner::BottomRight] {
                prop_assert_eq!(trim_box(&pixels, corner, 50), expected);
            }
        }

        #[test]
        fn the_box_is_inside_and_not_empty(pixels in any_pixels(12), tolerance in 0u32..500) {
            for corner in [Corner::TopLeft, Corner::BottomRight] {
                let found = trim_box(&pixels, corner, tolerance);
                prop_assert!(found.width > 0 && found.height > 0);
                prop_assert!(found.x + found.width <= pixels.width && found.y + found.height <= pixels.height);
            }
        }
    }
}
