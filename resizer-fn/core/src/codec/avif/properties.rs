//! What describes an item: sizes, colours, turning, and what an auxiliary picture is for.

use super::container::{Container, Item};
use super::reader::{Name, Reader};
use super::{corrupt, unsupported};
use crate::error::Error;
use crate::geometry::Rect;
use crate::orientation::Orientation;
use resizer_av1::Cicp;

/// The properties of one item.
#[derive(Debug, Default)]
pub(super) struct Properties<'a> {
    /// `ispe`: width and height in pixels before any turning.
    pub(super) size: Option<(u32, u32)>,
    /// From `av1C`: what the bitstream is.
    pub(super) stream: Option<Stream>,
    /// `colr` with code points.
    pub(super) nclx: Option<Cicp>,
    /// `colr` with an ICC profile.
    pub(super) icc: Option<&'a [u8]>,
    /// `irot` and `imir`.
    pub(super) orientation: Orientation,
    /// `clap`: what is to be seen of the picture, before turning.
    clap: Option<[i64; 8]>,
    /// `auxC`: what an auxiliary picture is for.
    auxiliary: Option<&'a [u8]>,
    /// `a1op`: the operating point of a layered picture.
    pub(super) operating_point: u8,
}

/// What `av1C` says of a bitstream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// Bits of a sample: 8, 10 or 12.
    pub(super) depth: u8,
    /// Whether there is only luma.
    pub(super) mono: bool,
}

/// The names that alpha planes go by: MIAF's, and HEVC's, which old writers used.
const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];

impl<'a> Properties<'a> {
    /// Reads what the item refers to. A property that is marked as essential has to be known.
    pub(super) fn of(container: &Container<'a>, item: &Item) -> Result<Self, Error> {
        let mut this = Self::default();
        for &(number, essential) in &item.properties {
            let (name, body) = *container
                .properties
                .get(usize::from(number))
                .ok_or_else(|| corrupt("a property is missing"))?;
            let known = this.read(&name, Reader(body))?;
            if essential && !known {
                return Err(unsupported("an essential property that is unknown"));
            }
        }
        Ok(this)
    }

    /// Whether that property is one of those known here.
    fn read(&mut self, name: &Name, mut body: Reader<'a>) -> Result<bool, Error> {
        match name {
            b"ispe" => {
                body.version()?;
                self.size = Some((body.u32()?, body.u32()?));
            }
            b"av1C" => {
                body.u16()?;
                let flags = body.u8()?;
                let depth = match (flags & 0x40 != 0, flags & 0x20 != 0) {
                    (false, _) => 8,
                    (true, false) => 10,
                    (true, true) => 12,
                };
                self.stream = Some(Stream { depth, mono: flags & 0x10 != 0 });
            }
            b"colr" => match &body.name()? {
                b"nclx" => {
                    // Code points beyond a byte do not exist; 2 is "unspecified".
                    let mut point = || body.u16().map(|value| u8::try_from(value).unwrap_or(2));
                    let [primaries, transfer, matrix] = [point()?, point()?, point()?];
                    let full_range = body.u8()? & 0x80 != 0;
                    self.nclx = Some(Cicp { primaries, transfer, matrix, full_range });
                }
                b"prof" | b"rICC" => self.icc = Some(body.0),
                _ => {}
            },
            b"clap" => {
                let mut part = || body.i32().map(i64::from);
                let mut clap = [0; 8];
                for value in &mut clap {
                    *value = part()?;
                }
                self.clap = Some(clap);
            }
            // Anti-clockwise quarters, while EXIF's 6 and 8 name the clockwise turn that is needed.
            b"irot" => {
                let tag = [1, 8, 3, 6][usize::from(body.u8()? & 3)];
                self.orientation = self.orientation.then(Orientation::from_tag(tag));
            }
            // Axis 0 exchanges top and bottom, 1 left and right (ISO/IEC 23008-12:2022, 6.5.12).
            b"imir" => {
                let tag = if body.u8()? & 1 == 0 { 4 } else { 2 };
                self.orientation = self.orientation.then(Orientation::from_tag(tag));
            }
            b"auxC" => {
                body.version()?;
                self.auxiliary = Some(body.0);
            }
            b"a1op" => self.operating_point = body.u8()? & 31,
            b"lsel" => {
                // 0xFFFF asks for all layers one after the other, of which the last is the best.
                if body.u16()? != 0xFFFF {
                    return Err(unsupported("a choice of layers"));
                }
            }
            // Of use for those who show pictures, not for their pixels.
            b"pixi" | b"pasp" | b"clli" | b"mdcv" | b"cclv" | b"a1lx" | b"amve" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether this is an alpha plane.
    pub(super) fn is_alpha(&self) -> bool {
        // The name ends with a zero; more may follow.
        let name = self.auxiliary.and_then(|bytes| bytes.split(|byte| *byte == 0).next());
        name.is_some_and(|name| ALPHA.contains(&name))
    }

    /// The size as coded, neither side 0.
    pub(super) fn coded_size(&self) -> Result<(u32, u32), Error> {
        match self.size {
            Some((width, height)) if width > 0 && height > 0 => Ok((width, height)),
            Some(_) => Err(corrupt("its width or height is 0")),
            None => Err(corrupt("its size is missing")),
        }
    }

    /// What is to be seen of a picture of that size: all of it, or what `clap` says. One that does
    /// not lie on whole pixels inside of the picture is ignored, as if it were not there.
    pub(super) fn visible(&self, (width, height): (u32, u32)) -> Rect {
        let all = Rect { x: 0, y: 0, width, height };
        let Some([wn, wd, hn, hd, xn, xd, yn, yd]) = self.clap else { return all };
        let across = cut(i64::from(width), (wn, wd), (xn, xd));
        let down = cut(i64::from(height), (hn, hd), (yn, yd));
        match (across, down) {
            (Some((x, width)), Some((y, height))) => Rect { x, y, width, height },
            _ => all,
        }
    }
}

/// Start and length of a clean aperture along one side of `side` pixels. The offset is that of its
/// centre from the picture's.
fn cut(side: i64, length: (i64, i64), offset: (i64, i64)) -> Option<(u32, u32)> {
    let (top, bottom) = length;
    if bottom <= 0 || top % bottom != 0 || offset.1 <= 0 {
        return None;
    }
    let length = top / bottom;
    // start = offset + (side - length) / 2, in halves to stay with whole numbers
    let twice = offset.0.checked_mul(2)?;
    if twice % offset.1 != 0 {
        return None;
    }
    let twice_start = twice / offset.1 + side - length;
    let start = twice_start / 2;
    let inside = twice_start >= 0 && twice_start % 2 == 0 && length > 0 && start + length <= side;
    inside.then(|| Some((u32::try_from(start).ok()?, u32::try_from(length).ok()?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apertures_lie_inside_or_are_ignored() {
        assert_eq!(cut(100, (50, 1), (0, 1)), Some((25, 50)));
        assert_eq!(cut(100, (100, 2), (-25, 1)), Some((0, 50)));
        assert_eq!(cut(101, (50, 1), (1, 2)), Some((26, 50)));
        for (length, offset) in [
            ((50, 1), (26, 1)),
            ((50, 1), (-26, 1)),
            ((0, 1), (0, 1)),
            ((-4, 1), (0, 1)),
            ((101, 1), (0, 1)),
            ((50, 0), (0, 1)),
            ((50, 1), (0, 0)),
            ((51, 1), (0, 1)),
            ((50, 3), (0, 1)),
            ((i64::from(i32::MAX), 1), (i64::from(i32::MIN), 1)),
        ] {
            assert_eq!(cut(100, length, offset), None, "{length:?} {offset:?}");
        }
    }
}
