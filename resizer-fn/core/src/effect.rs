//! What can be done to pixels beside scaling them: the filters of thumbor's URL grammar that change
//! pixels, each a function of plain numbers.
//!
//! Every function takes [`Pixels`] of any [`Channels`]. Alpha is never premultiplied in what goes in
//! and comes out; where neighbouring pixels are mixed, it is meanwhile, so that the colour of clear
//! pixels does not bleed. Functions that take `&mut Pixels` keep the channels, the others say what
//! they return.
//!
//! [`Pixels`]: crate::pixels::Pixels
//! [`Channels`]: crate::pixels::Channels

pub mod background;
pub mod blur;
mod box_blur;
pub mod canvas;
pub mod channels;
pub mod flatten;
pub mod round_corner;
pub mod saturation;
pub mod sharpen;
#[cfg(test)]
pub(crate) mod testing;
pub mod tone;
pub mod trim;
pub mod turn;
pub mod watermark;
mod wide;

/// `value / 255`, rounded, for values up to 255 * 255.
const fn div_255(value: u32) -> u32 {
    let value = value + 128;
    (value + (value >> 8)) >> 8
}

/// `over` mixed onto `under` with `alpha` of 255 parts.
const fn mix(over: u8, under: u8, alpha: u8) -> u8 {
    let alpha = alpha as u32;
    div_255(over as u32 * alpha + under as u32 * (255 - alpha)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_rounds_to_the_nearest() {
        for value in 0..=255 * 255u32 {
            assert_eq!(div_255(value), (2 * value + 255) / 510, "{value}");
        }
    }
}
