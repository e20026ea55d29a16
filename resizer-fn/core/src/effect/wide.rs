//! Pixels with 16 bits a channel and alpha premultiplied: what neighbouring pixels are mixed in.

use crate::pixels::{Channels, Pixels};

/// What an 8-bit value is multiplied by to become 16 bits; 255 becomes 65 280.
const SCALE: u16 = 256;

/// As [`Pixels`], but 16 bits a channel and premultiplied.
#[derive(Clone)]
pub(super) struct Wide {
    /// Width in pixels.
    pub(super) width: usize,
    /// Height in pixels.
    pub(super) height: usize,
    /// What one pixel consists of.
    pub(super) channels: Channels,
    /// Row by row from the top, without padding.
    pub(super) data: Vec<u16>,
}

impl Wide {
    /// Values in one row.
    pub(super) const fn row(&self) -> usize {
        self.width * self.channels.count()
    }

    /// Widened and premultiplied.
    pub(super) fn from_pixels(pixels: &Pixels) -> Self {
        let data = match pixels.channels {
            Channels::Grey | Channels::Rgb => pixels.data.iter().map(|v| u16::from(*v) * SCALE).collect(),
            Channels::GreyAlpha => premultiply::<2>(&pixels.data),
            Channels::Rgba => premultiply::<4>(&pixels.data),
        };
        Self { width: pixels.width as usize, height: pixels.height as usize, channels: pixels.channels, data }
    }

    /// Back to 8 bits and straight alpha, rounded.
    pub(super) fn into_pixels(self) -> Pixels {
        let data = match self.channels {
            Channels::Grey | Channels::Rgb => self.data.iter().map(|v| narrow(*v)).collect(),
            Channels::GreyAlpha => divide::<2>(&self.data),
            Channels::Rgba => divide::<4>(&self.data),
        };
        Pixels { width: self.width as u32, height: self.height as u32, channels: self.channels, data }
    }
}

const fn narrow(value: u16) -> u8 {
    // At most (65 280 + 128) / 256 = 255.
    (value.saturating_add(SCALE / 2) / SCALE) as u8
}

fn premultiply<const N: usize>(data: &[u8]) -> Vec<u16> {
    let mut wide = vec![0; data.len()];
    for (to, pixel) in wide.as_chunks_mut::<N>().0.iter_mut().zip(data.as_chunks::<N>().0) {
        let alpha = u32::from(pixel[N - 1]);
        *to = pixel.map(|v| ((u32::from(v) * alpha * u32::from(SCALE) + 127) / 255) as u16);
        to[N - 1] = alpha as u16 * SCALE;
    }
    wide
}

fn divide<const N: usize>(data: &[u16]) -> Vec<u8> {
    let mut bytes = vec![0; data.len()];
    for (to, pixel) in bytes.as_chunks_mut::<N>().0.iter_mut().zip(data.as_chunks::<N>().0) {
        let alpha = pixel[N - 1];
        let factor = 255.0 / f32::from(alpha.max(1));
        *to = pixel.map(|v| (f32::from(v) * factor + 0.5) as u8);
        to[N - 1] = narrow(alpha);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::testing::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(pixels in any_pixels(30)) {
            let back = Wide::from_pixels(&pixels).into_pixels();
            prop_assert!(is_sound(&back));
            for y in 0..pixels.height {
                for x in 0..pixels.width {
                    let (before, after) = (rgba(&pixels, x, y), rgba(&back, x, y));
                    // The colour of clear pixels is nobody's business.
                    prop_assert!(before == after || (before[3] == 0 && after == [0; 4]), "{before:?} {after:?}");
                }
            }
        }
    }
}
