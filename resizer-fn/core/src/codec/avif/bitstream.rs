//! The outline of an AV1 bitstream (AV1 specification, 5.3), to refuse what no still picture has
//! before a decoder works on it.

use super::{corrupt, truncated, unsupported};
use crate::error::Error;

/// Frames in the data of one item. A still picture has one, a layered one up to four; a file made
/// to keep a decoder busy could have millions in a few bytes each.
const MAX_FRAMES: usize = 8;

/// OBUs in the data of one item. Besides frames there are headers, metadata, and groups of a frame's tiles, of which
/// AV1 has up to 4,096.
const MAX_OBUS: usize = 4096 + 64;

const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

/// Walks over the OBUs and counts frames.
pub(super) fn check(data: &[u8]) -> Result<(), Error> {
    let mut rest = data;
    let (mut frames, mut obus) = (0, 0);
    while let [header, after @ ..] = rest {
        if header & 0x80 != 0 {
            return Err(corrupt("its AV1 data begin wrongly"));
        }
        let extension = usize::from(header & 4 != 0);
        let mut after = after.get(extension..).ok_or_else(truncated)?;
        // Without a size, which only the last may lack, it reaches to the end.
        let size = if header & 2 != 0 { leb128(&mut after)? } else { after.len() };
        obus += 1;
        if obus > MAX_OBUS {
            return Err(unsupported("more data units than a still picture has"));
        }
        frames += usize::from(matches!(header >> 3 & 15, FRAME_HEADER | FRAME));
        if frames > MAX_FRAMES {
            return Err(unsupported("more frames than a still picture has"));
        }
        rest = after.get(size..).ok_or_else(truncated)?;
    }
    if frames == 0 {
        return Err(corrupt("its AV1 data hold no frame"));
    }
    Ok(())
}

/// A number in seven-bit groups, the lowest first.
fn leb128(bytes: &mut &[u8]) -> Result<usize, Error> {
    let mut value = 0_u64;
    for group in 0..8 {
        let (byte, rest) = bytes.split_first().ok_or_else(truncated)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << (group * 7);
        if byte & 0x80 == 0 {
            return usize::try_from(value).map_err(|_| truncated());
        }
    }
    Err(corrupt("its AV1 data have an impossible length"))
}

/// Profile and level from the sequence header that begins the encoder's output, for `av1C`. `None`
/// if it is not of the short kind that still pictures have (5.5.1).
pub(super) fn profile_and_level(obus: &[u8]) -> Option<(u8, u8)> {
    const SEQUENCE_HEADER_WITH_SIZE: u8 = 0x0A;
    const STILL_AND_REDUCED: u8 = 0x18;
    let (&first, mut rest) = obus.split_first()?;
    leb128(&mut rest).ok()?;
    let &[a, b, ..] = rest else { return None };
    (first == SEQUENCE_HEADER_WITH_SIZE && a & STILL_AND_REDUCED == STILL_AND_REDUCED)
        .then_some((a >> 5, (a & 7) << 2 | b >> 6))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn frames_are_counted() {
        // A sequence header of one byte, then frames of two bytes.
        let frame = [0x32, 2, 0, 0];
        let with = |count: usize| [&[0x0A, 1, 0][..], &frame.repeat(count)].concat();
        check(&with(1)).unwrap();
        check(&with(MAX_FRAMES)).unwrap();
        assert!(matches!(check(&with(MAX_FRAMES + 1)), Err(Error::Unsupported { .. })));
        assert!(matches!(check(&with(0)), Err(Error::Corrupt { .. })));
        assert!(matches!(check(&[]), Err(Error::Corrupt { .. })));
        // A unit of another kind that holds nothing.
        let units = |count: usize| [with(1), [0x7A, 0].repeat(count)].concat();
        check(&units(MAX_OBUS - 2)).unwrap();
        assert!(matches!(check(&units(MAX_OBUS - 1)), Err(Error::Unsupported { .. })));
        for end in 4..7 {
            assert!(matches!(check(&with(1)[..end]), Err(Error::Truncated { .. })), "{end}");
        }
    }

    #[test]
    fn lengths_end() {
        assert_eq!(leb128(&mut &[0xE5, 0x8E, 0x26][..]).unwrap(), 624_485);
        assert!(leb128(&mut &[0xFF; 9][..]).is_err());
        assert!(leb128(&mut &[0x80][..]).is_err());
    }
}
