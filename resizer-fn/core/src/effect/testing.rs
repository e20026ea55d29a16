//! Pixels for the tests of effects.
#![allow(clippy::unwrap_used)]

use crate::pixels::{Channels, Pixels};
use proptest::prelude::*;

pub(crate) const ALL: [Channels; 4] = [Channels::Grey, Channels::GreyAlpha, Channels::Rgb, Channels::Rgba];

/// Any of the four.
pub(crate) fn any_channels() -> impl Strategy<Value = Channels> {
    prop::sample::select(ALL.to_vec())
}

/// Random pixels of any channels, both sides at most `side` pixels.
pub(crate) fn any_pixels(side: u32) -> impl Strategy<Value = Pixels> {
    (1..=side, 1..=side, any_channels()).prop_flat_map(|(width, height, channels)| {
        let bytes = width as usize * height as usize * channels.count();
        prop::collection::vec(any::<u8>(), bytes).prop_map(move |data| Pixels {
            width,
            height,
            channels,
            data,
        })
    })
}

/// One colour everywhere.
pub(crate) fn flat(width: u32, height: u32, channels: Channels, pixel: &[u8]) -> Pixels {
    let data = pixel[..channels.count()].repeat((width * height) as usize);
    Pixels { width, height, channels, data }
}

/// Pixels from a function of x and y.
pub(crate) fn drawn<const N: usize>(
    width: u32,
    height: u32,
    channels: Channels,
    f: impl Fn(u32, u32) -> [u8; N],
) -> Pixels {
    assert_eq!(N, channels.count());
    let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| f(x, y)).collect();
    Pixels { width, height, channels, data }
}

/// One pixel as it is stored.
pub(crate) fn at(pixels: &Pixels, x: u32, y: u32) -> &[u8] {
    assert!(x < pixels.width && y < pixels.height);
    let n = pixels.channels.count();
    &pixels.data[(y as usize * pixels.width as usize + x as usize) * n..][..n]
}

/// One pixel as red, green, blue, alpha.
pub(crate) fn rgba(pixels: &Pixels, x: u32, y: u32) -> [u8; 4] {
    match *at(pixels, x, y) {
        [v] => [v, v, v, 255],
        [v, a] => [v, v, v, a],
        [r, g, b] => [r, g, b, 255],
        [r, g, b, a] => [r, g, b, a],
        _ => unreachable!(),
    }
}

/// Whether the data is as long as the sides say.
pub(crate) fn is_sound(pixels: &Pixels) -> bool {
    pixels.width > 0
        && pixels.height > 0
        && pixels.data.len() == pixels.width as usize * pixels.height as usize * pixels.channels.count()
}
