//! Quarter turns and mirror images.

use crate::pixels::{Channels, Pixels};

/// Source rows that are worked on together, so that both what is read and what is written stays in
/// the nearest cache.
const BAND: usize = 16;

/// Turns clockwise by `quarters` of a full turn.
pub fn rotate(mut pixels: Pixels, quarters: u32) -> Pixels {
    match quarters % 4 {
        0 => pixels,
        2 => {
            flip_horizontal(&mut pixels);
            flip_vertical(&mut pixels);
            pixels
        }
        turn => {
            // A quarter turn clockwise is upside down first, then mirrored at the main diagonal.
            if turn == 1 {
                flip_vertical(&mut pixels);
            } else {
                flip_horizontal(&mut pixels);
            }
            transpose(&pixels)
        }
    }
}

/// Turns counter-clockwise by `degrees`, as thumbor's `rotate` does; only whole quarters turn,
/// anything else changes nothing.
pub fn rotate_degrees(pixels: Pixels, degrees: i32) -> Pixels {
    if degrees % 90 != 0 {
        return pixels;
    }
    rotate(pixels, (-degrees / 90).rem_euclid(4) as u32)
}

/// Exchanges left and right.
pub fn flip_horizontal(pixels: &mut Pixels) {
    let row = pixels.width as usize * pixels.channels.count();
    for row in pixels.data.chunks_exact_mut(row) {
        match pixels.channels {
            Channels::Grey => row.reverse(),
            Channels::GreyAlpha => row.as_chunks_mut::<2>().0.reverse(),
            Channels::Rgb => row.as_chunks_mut::<3>().0.reverse(),
            Channels::Rgba => row.as_chunks_mut::<4>().0.reverse(),
        }
    }
}

/// Exchanges top and bottom.
pub fn flip_vertical(pixels: &mut Pixels) {
    let row = pixels.width as usize * pixels.channels.count();
    let half = pixels.height as usize / 2 * row;
    let (top, rest) = pixels.data.split_at_mut(half);
    for (upper, lower) in top.chunks_exact_mut(row).zip(rest.chunks_exact_mut(row).rev()) {
        upper.swap_with_slice(lower);
    }
}

/// Exchanges x and y: rows become columns.
pub fn transpose(pixels: &Pixels) -> Pixels {
    match pixels.channels {
        Channels::Grey => transpose_as::<1>(pixels),
        Channels::GreyAlpha => transpose_as::<2>(pixels),
        Channels::Rgb => transpose_as::<3>(pixels),
        Channels::Rgba => transpose_as::<4>(pixels),
    }
}

fn transpose_as<const N: usize>(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let from = pixels.data.as_chunks::<N>().0;
    let mut data = vec![0; pixels.data.len()];
    let to = data.as_chunks_mut::<N>().0;
    for (band, rows) in from.chunks(BAND * width).enumerate() {
        for (x, column) in to.chunks_exact_mut(height).enumerate() {
            let cells = column.iter_mut().skip(band * BAND).take(BAND);
            for (cell, pixel) in cells.zip(rows.iter().skip(x).step_by(width)) {
                *cell = *pixel;
            }
        }
    }
    Pixels { width: pixels.height, height: pixels.width, channels: pixels.channels, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use crate::orientation::Orientation;
    use proptest::prelude::*;

    #[test]
    fn a_quarter_clockwise() {
        let pixels = Pixels { width: 3, height: 2, channels: Channels::Grey, data: b"ABCDEF".to_vec() };
        let turned = rotate(pixels.clone(), 1);
        assert_eq!((turned.width, turned.height, &turned.data[..]), (2, 3, &b"DAEBFC"[..]));
        assert_eq!(rotate_degrees(pixels.clone(), -90), turned);
        assert_eq!(rotate_degrees(pixels.clone(), 270), turned);
        assert_eq!(rotate_degrees(pixels.clone(), 45), pixels);
        assert_eq!(rotate_degrees(pixels.clone(), i32::MIN), pixels);
    }

    proptest! {
        #[test]
        fn four_quarters_and_two_flips_are_identity(pixels in any_pixels(50)) {
            let mut turned = pixels.clone();
            for _ in 0..4 {
                turned = rotate(turned, 1);
            }
            prop_assert_eq!(&turned, &pixels);
            for flip in [flip_horizontal, flip_vertical] {
                flip(&mut turned);
                flip(&mut turned);
                prop_assert_eq!(&turned, &pixels);
            }
            prop_assert_eq!(rotate(rotate(pixels.clone(), 1), 3), pixels.clone());
            prop_assert_eq!(rotate(rotate(pixels.clone(), 1), 1), rotate(pixels, 2));
        }

        #[test]
        fn agrees_with_orientation(pixels in any_pixels(40)) {
            let by_tag = |tag| Orientation::from_tag(tag).apply(pixels.clone());
            prop_assert_eq!(rotate(pixels.clone(), 1), by_tag(6));
            prop_assert_eq!(rotate(pixels.clone(), 2), by_tag(3));
            prop_assert_eq!(rotate(pixels.clone(), 3), by_tag(8));
            prop_assert_eq!(transpose(&pixels), by_tag(5));
            let mut flipped = pixels.clone();
            flip_horizontal(&mut flipped);
            prop_assert_eq!(flipped, by_tag(2));
        }
    }
}
