//! The block structure of a GIF (GIF89a specification, W3C copy), read without decoding pixels.

use crate::error::Error;
use crate::sniff::Format;

/// What stands in a GIF: its canvas and its frames, in the order of the file.
#[derive(Debug)]
pub(super) struct Gif<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) frames: GifBlocks<'a>,
    /// How many frames there are.
    pub(super) count: u32,
    /// Pixels of the first frame, and of all; frames may be larger than the canvas.
    pub(super) first_pixels: u64,
    pub(super) stored_pixels: u64,
    /// How often the animation is shown from begin to end; 0: for ever.
    pub(super) plays: u32,
    /// XMP, if there is any.
    pub(super) xmp: Option<&'a [u8]>,
}

/// A frame, not decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct GifFrame<'a> {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) interlaced: bool,
    /// Red, green, blue, up to 256 times; its own or everyone's.
    pub(super) palette: &'a [u8],
    pub(super) transparent: Option<u8>,
    pub(super) disposal: Disposal,
    /// Hundredths of a second.
    pub(super) delay: u16,
    pub(super) code_size: u8,
    /// Sub-blocks of LZW data, with the lengths in between, up to the empty one.
    pub(super) data: &'a [u8],
}

/// What happens to a frame before the next one is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Disposal {
    #[default]
    Keep,
    /// Its rectangle becomes clear.
    Clear,
    /// What was there before it comes back.
    Restore,
}

/// The graphic control that precedes a frame.
#[derive(Clone, Copy, Default)]
struct Control {
    transparent: Option<u8>,
    disposal: Disposal,
    delay: u16,
}

pub(super) fn truncated() -> Error {
    Error::Truncated { format: Format::Gif }
}

pub(super) fn corrupt(reason: &str) -> Error {
    Error::corrupt(Format::Gif, reason)
}

/// Walks all blocks. A file that ends before its trailer is taken as far as its last whole frame,
/// as viewers do: many files lack the trailer alone.
pub(super) fn read(bytes: &[u8]) -> Result<Gif<'_>, Error> {
    let mut cursor = Cursor(bytes.get(6..).ok_or_else(truncated)?);
    let [w0, w1, h0, h1, flags, _background, _aspect] = *cursor.array()?;
    let everyones = cursor.palette(flags)?;
    let frames = GifBlocks { cursor, everyones, begun: false };
    let mut gif = Gif {
        width: u16::from_le_bytes([w0, w1]).into(),
        height: u16::from_le_bytes([h0, h1]).into(),
        frames: frames.clone(),
        count: 0,
        first_pixels: 0,
        stored_pixels: 0,
        plays: 1,
        xmp: None,
    };
    let mut walk = frames;
    loop {
        let frame = match walk.next_frame(|said| application(said, &mut gif.plays, &mut gif.xmp)) {
            Ok(Some(frame)) => frame,
            Ok(None) => break,
            Err(Error::Truncated { .. }) if gif.count > 0 => break,
            Err(error) => return Err(error),
        };
        let pixels = u64::from(frame.width) * u64::from(frame.height);
        if gif.count == 0 {
            gif.first_pixels = pixels;
            if gif.width == 0 || gif.height == 0 {
                // As browsers do with a canvas of no size.
                (gif.width, gif.height) = (frame.x + frame.width, frame.y + frame.height);
            }
        }
        gif.count = gif.count.saturating_add(1);
        gif.stored_pixels = gif.stored_pixels.saturating_add(pixels);
    }
    if gif.count == 0 { Err(corrupt("it has no frame")) } else { Ok(gif) }
}

/// The frames of a file, found one after the other: a list of them could be many times as large as the file.
#[derive(Clone, Debug)]
pub(super) struct GifBlocks<'a> {
    cursor: Cursor<'a>,
    everyones: &'a [u8],
    /// Whether there was a frame.
    begun: bool,
}

impl<'a> GifBlocks<'a> {
    /// The next frame, none at the end. `application` gets what stands there for applications on the way.
    fn next_frame(&mut self, mut application: impl FnMut(&'a [u8])) -> Result<Option<GifFrame<'a>>, Error> {
        let cursor = &mut self.cursor;
        let mut control = Control::default();
        loop {
            match cursor.byte()? {
                0x3B => return Ok(None),
                0x2C => {
                    let frame = frame(cursor, control, self.everyones)?;
                    self.begun = true;
                    return Ok(Some(frame));
                }
                0x21 => match cursor.byte()? {
                    0xF9 => control = graphic_control(cursor.sub_blocks()?),
                    0xFF => application(cursor.sub_blocks()?),
                    _ => drop(cursor.sub_blocks()?),
                },
                // Stray zero bytes between blocks are common and harmless.
                0 => {}
                // Junk after frames is what is there instead of a trailer.
                _ if self.begun => return Ok(None),
                _ => return Err(corrupt("an unknown block stands before its first frame")),
            }
        }
    }
}

impl<'a> Iterator for GifBlocks<'a> {
    type Item = GifFrame<'a>;

    fn next(&mut self) -> Option<GifFrame<'a>> {
        self.next_frame(|_| ()).ok().flatten()
    }
}

fn frame<'a>(cursor: &mut Cursor<'a>, control: Control, everyones: &'a [u8]) -> Result<GifFrame<'a>, Error> {
    let [x0, x1, y0, y1, w0, w1, h0, h1, flags] = *cursor.array()?;
    let number = |low, high| u32::from(u16::from_le_bytes([low, high]));
    let (width, height) = (number(w0, w1), number(h0, h1));
    if width == 0 || height == 0 {
        return Err(corrupt("a frame has no width or height"));
    }
    let own = cursor.palette(flags)?;
    let palette = if own.is_empty() { everyones } else { own };
    let code_size = cursor.byte()?;
    // Codes have up to 12 bits, one of them more than the pixels need.
    if !(1..=11).contains(&code_size) {
        return Err(corrupt("a frame's code size is out of range"));
    }
    let data = cursor.sub_blocks()?;
    Ok(GifFrame {
        x: number(x0, x1),
        y: number(y0, y1),
        width,
        height,
        interlaced: flags & 0x40 != 0,
        palette,
        transparent: control.transparent,
        disposal: control.disposal,
        delay: control.delay,
        code_size,
        data,
    })
}

fn graphic_control(data: &[u8]) -> Control {
    let Some([4, flags, d0, d1, transparent]) = data.first_chunk::<5>() else {
        return Control::default();
    };
    Control {
        transparent: (flags & 1 != 0).then_some(*transparent),
        disposal: match flags >> 2 & 7 {
            2 => Disposal::Clear,
            // 4 is what some old writers meant by it.
            3 | 4 => Disposal::Restore,
            _ => Disposal::Keep,
        },
        delay: u16::from_le_bytes([*d0, *d1]),
    }
}

fn application<'a>(data: &'a [u8], plays: &mut u32, xmp: &mut Option<&'a [u8]>) {
    let Some((name, rest)) = data.split_first_chunk::<12>() else { return };
    match name {
        b"\x0BNETSCAPE2.0" | b"\x0BANIMEXTS1.0" => {
            if let Some([3, 1, low, high]) = rest.first_chunk::<4>() {
                // It counts repetitions, not showings.
                let again = u32::from(u16::from_le_bytes([*low, *high]));
                *plays = if again == 0 { 0 } else { again + 1 };
            }
        }
        // The text is not cut into sub-blocks; a trailer of 257 bytes makes it look so.
        b"\x0BXMP DataXMP" => *xmp = rest.len().checked_sub(257).and_then(|end| rest.get(..end)),
        _ => {}
    }
}

/// Where we are in the file.
#[derive(Clone, Debug)]
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Error> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(truncated)?;
        self.0 = rest;
        Ok(array)
    }

    fn byte(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| *byte)
    }

    fn palette(&mut self, flags: u8) -> Result<&'a [u8], Error> {
        let length = if flags & 0x80 == 0 { 0 } else { 3 * (2 << (flags & 7)) };
        let (palette, rest) = self.0.split_at_checked(length).ok_or_else(truncated)?;
        self.0 = rest;
        Ok(palette)
    }

    /// Passes over sub-blocks and the empty one after them, which is not part of what is returned.
    fn sub_blocks(&mut self) -> Result<&'a [u8], Error> {
        let all = self.0;
        let mut at = 0;
        loop {
            match all.get(at) {
                None => return Err(truncated()),
                Some(0) => break,
                Some(length) => at += 1 + usize::from(*length),
            }
        }
        let (data, rest) = all.split_at_checked(at).ok_or_else(truncated)?;
        self.0 = rest.get(1..).ok_or_else(truncated)?;
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const START: &[u8] = b"GIF89a\x07\0\x05\0\x80\0\0\0\0\0\xFF\xFF\xFF";
    const LOOP: &[u8] = b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\x02\0\0";
    const CONTROL: &[u8] = b"\x21\xF9\x04\x0D\x32\0\x01\0";
    const FRAME: &[u8] = b"\x2C\x01\0\x02\0\x03\0\x02\0\x40\x02\x03abc\x01d\0";

    #[test]
    fn reads_what_stands_there() {
        let bytes = [START, LOOP, CONTROL, FRAME, b"\x21\xFE\x02hi\0", FRAME, b"\x3B"].concat();
        let gif = read(&bytes).unwrap();
        assert_eq!((gif.width, gif.height, gif.plays, gif.count), (7, 5, 3, 2));
        assert_eq!((gif.first_pixels, gif.stored_pixels), (6, 12));
        let frames: Vec<_> = gif.frames.collect();
        let [one, two] = &frames[..] else { panic!() };
        assert_eq!((one.x, one.y, one.width, one.height), (1, 2, 3, 2));
        assert_eq!((one.disposal, one.transparent, one.delay), (Disposal::Restore, Some(1), 50));
        assert_eq!((one.interlaced, one.code_size, one.data), (true, 2, &b"\x03abc\x01d"[..]));
        assert_eq!(one.palette, b"\0\0\0\xFF\xFF\xFF");
        // A graphic control is for one frame.
        assert_eq!((two.disposal, two.transparent, two.delay), (Disposal::Keep, None, 0));
    }

    #[test]
    fn a_cut_file_is_taken_as_far_as_its_frames_are_whole() {
        let bytes = [START, CONTROL, FRAME, CONTROL, FRAME, b"\x3B"].concat();
        let one = START.len() + CONTROL.len() + FRAME.len();
        for end in 6..bytes.len() {
            let frames = read(&bytes[..end]).map(|gif| {
                assert_eq!(gif.frames.count(), gif.count as usize);
                gif.count
            });
            let wanted = match end {
                _ if end < one => Err(truncated()),
                _ if end < bytes.len() - 1 => Ok(1),
                _ => Ok(2),
            };
            assert_eq!(frames, wanted, "cut at {end}");
        }
    }

    #[test]
    fn odd_files() {
        let zero_canvas = [b"GIF89a\0\0\0\0\0\0\0", FRAME, b";"].concat();
        let gif = read(&zero_canvas).unwrap();
        assert_eq!((gif.width, gif.height), (4, 4));
        assert!(read(&[START, &[0, 0], FRAME, &[0x77]].concat()).is_ok());
        for bad in [
            [START, &b"\x3B"[..]].concat(),
            [START, b"\x77", FRAME].concat(),
            [START, b"\x2C\0\0\0\0\0\0\x01\0\0\x02\0"].concat(),
            [START, b"\x2C\0\0\0\0\x01\0\x01\0\0\x0C\0"].concat(),
        ] {
            assert!(matches!(read(&bad), Err(Error::Corrupt { .. })), "{bad:?}");
        }
        let for_ever = [START, b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0", FRAME].concat();
        assert_eq!(read(&for_ever).unwrap().plays, 0);
    }
}
