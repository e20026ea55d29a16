//! Markers and headers (ITU-T T.81, annex B): what is in the file and where.

use crate::Error;
use crate::huffman::Codes;
use memchr::{memchr, memmem};

/// Natural position (row * 8 + column) of the k-th coefficient in zigzag order (T.81, figure 5).
pub(crate) const NATURAL: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// One colour component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    pub(crate) id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1 to 4.
    pub vertical: u8,
    pub(crate) quantisation: u8,
}

impl Component {
    /// A component with these sampling factors, horizontal and vertical, 1 to 4.
    pub const fn new(horizontal: u8, vertical: u8) -> Self {
        Self { id: 0, horizontal, vertical, quantisation: 0 }
    }
}

/// The frame header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Width in pixels, at least 1.
    pub width: u16,
    /// Height in pixels, at least 1.
    pub height: u16,
    /// 1 (grey) or 3 (Y, Cb, Cr).
    pub components: Vec<Component>,
    /// Whether the coefficients come in several passes of growing detail.
    pub progressive: bool,
}

impl Frame {
    /// The largest sampling factors, horizontal and vertical.
    pub fn sampling(&self) -> (u8, u8) {
        let largest = |factor: fn(&Component) -> u8| self.components.iter().map(factor).max().unwrap_or(1);
        (largest(|c| c.horizontal), largest(|c| c.vertical))
    }

    /// Width and height of a component in its own samples (T.81, A.1.1).
    pub fn component_size(&self, component: &Component) -> (u32, u32) {
        let (h, v) = self.sampling();
        let side =
            |pixels: u16, own: u8, most: u8| (u32::from(pixels) * u32::from(own)).div_ceil(u32::from(most));
        (side(self.width, component.horizontal, h), side(self.height, component.vertical, v))
    }

    /// Blocks of 8 x 8 samples of all components, as whole MCUs have them.
    pub fn blocks(&self) -> u64 {
        self.components.iter().map(|component| self.blocks_of(component)).sum()
    }

    pub(crate) fn blocks_of(&self, component: &Component) -> u64 {
        let (across, down) = self.mcus();
        let blocks = u64::from(component.horizontal) * u64::from(component.vertical);
        u64::from(across) * u64::from(down) * blocks
    }

    /// How many MCUs of an interleaved scan there are across and down.
    pub(crate) fn mcus(&self) -> (u32, u32) {
        let (h, v) = self.sampling();
        (u32::from(self.width).div_ceil(8 * u32::from(h)), u32::from(self.height).div_ceil(8 * u32::from(v)))
    }
}

/// The tables that are in force at some place of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) quantisation: [Option<[u16; 64]>; 4],
    pub(crate) dc: [Option<Codes>; 4],
    pub(crate) ac: [Option<Codes>; 4],
    /// MCUs between restart markers, 0 for none.
    pub(crate) restart: u32,
}

/// A scan header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScanHeader {
    /// Index into the frame's components, DC table, AC table.
    pub(crate) components: Vec<(usize, usize, usize)>,
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// Bits of earlier passes (Ah) and of this one (Al).
    pub(crate) high: u8,
    pub(crate) low: u8,
}

/// Reads marker after marker.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    pub(crate) frame: Option<Frame>,
    pub(crate) tables: Tables,
    jfif: bool,
    adobe: Option<u8>,
}

/// Where reading stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// At entropy-coded data, which are the rest of the reader.
    Scan(ScanHeader),
    /// At the end marker.
    End,
    /// The file ended.
    Cut,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// [`Error::Corrupt`] if `bytes` is no JPEG.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        let rest = bytes.strip_prefix(b"\xFF\xD8").ok_or(Error::Corrupt("it has no start marker"))?;
        Ok(Self { rest, frame: None, tables: Tables::default(), jfif: false, adobe: None })
    }

    /// What has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Goes on at `rest`, which is a later part of the same file.
    pub(crate) const fn resume(&mut self, rest: &'a [u8]) {
        self.rest = rest;
    }

    /// Reads up to the next entropy-coded data, or the end.
    pub(crate) fn next(&mut self) -> Result<Stop, Error> {
        loop {
            let Some(marker) = self.marker() else { return Ok(Stop::Cut) };
            match marker {
                // Markers without a length: restarts, a repeated start, TEM.
                0x01 | 0xD0..=0xD8 => continue,
                0xD9 => return Ok(Stop::End),
                _ => {}
            }
            let Some((length, after)) = self.rest.split_first_chunk::<2>() else { return Ok(Stop::Cut) };
            let length = usize::from(u16::from_be_bytes(*length));
            let length = length.checked_sub(2).ok_or(Error::Corrupt("a segment has a length below 2"))?;
            let Some((body, after)) = after.split_at_checked(length) else { return Ok(Stop::Cut) };
            self.rest = after;
            if marker == 0xDA {
                return self.scan(body).map(Stop::Scan);
            }
            self.segment(marker, body)?;
        }
    }

    /// The next marker; bytes that are none are passed over, as other decoders do.
    fn marker(&mut self) -> Option<u8> {
        loop {
            let found = memchr(0xFF, self.rest)?;
            let after = &self.rest[found..];
            let fill = after.iter().position(|byte| *byte != 0xFF)?;
            let marker = after[fill];
            self.rest = &after[fill + 1..];
            if marker != 0 {
                return Some(marker);
            }
        }
    }

    fn segment(&mut self, marker: u8, body: &[u8]) -> Result<(), Error> {
        match marker {
            0xC0..=0xC2 => {
                if self.frame.is_some() {
                    return Err(Error::Corrupt("it has more than one frame header"));
                }
                self.frame = Some(frame(body, marker == 0xC2)?);
            }
            0xC4 => self.huffman(body)?,
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF => {
                return Err(Error::Unsupported("arithmetic, lossless or hierarchical coding"));
            }
            0xDB => self.quantisation(body)?,
            0xDC => return Err(Error::Unsupported("a height that follows the pixels")),
            0xDD => {
                let [high, low, ..] = body else { return Err(Error::Corrupt("its restart interval is cut")) };
                self.tables.restart = u32::from(u16::from_be_bytes([*high, *low]));
            }
            0xE0 => self.jfif |= body.starts_with(b"JFIF\0"),
            0xEE => {
                if let Some([_, _, _, _, _, _, transform, ..]) = body.strip_prefix(b"Adobe") {
                    self.adobe = Some(*transform);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn huffman(&mut self, mut body: &[u8]) -> Result<(), Error> {
        const CUT: Error = Error::Corrupt("a Huffman table is cut");
        while let Some((kind, after)) = body.split_first() {
            let (counts, after) = after.split_first_chunk::<16>().ok_or(CUT)?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, after) = after.split_at_checked(total).ok_or(CUT)?;
            let tables = match kind >> 4 {
                0 => &mut self.tables.dc,
                1 => &mut self.tables.ac,
                _ => return Err(Error::Corrupt("a Huffman table is of no kind")),
            };
            let place =
                tables.get_mut(usize::from(kind & 15)).ok_or(Error::Corrupt("a table has no number"))?;
            *place = Some(Codes::new(counts, symbols)?);
            body = after;
        }
        Ok(())
    }

    fn quantisation(&mut self, mut body: &[u8]) -> Result<(), Error> {
        const CUT: Error = Error::Corrupt("a quantisation table is cut");
        while let Some((kind, after)) = body.split_first() {
            let place = self.tables.quantisation.get_mut(usize::from(kind & 15));
            let place = place.ok_or(Error::Corrupt("a table has no number"))?;
            let wide = usize::from(kind >> 4 != 0);
            let (values, after) = after.split_at_checked(64 << wide).ok_or(CUT)?;
            let mut table = [0; 64];
            for (k, (entry, value)) in table.iter_mut().zip(values.chunks_exact(1 << wide)).enumerate() {
                *entry = value.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte));
                if *entry == 0 {
                    return Err(Error::Corrupt(if k == 0 {
                        "it divides by 0"
                    } else {
                        "a quantisation value is 0"
                    }));
                }
            }
            *place = Some(table);
            body = after;
        }
        Ok(())
    }

    fn scan(&self, body: &[u8]) -> Result<ScanHeader, Error> {
        const WRONG: Error = Error::Corrupt("a scan header is wrong");
        let frame = self.frame.as_ref().ok_or(Error::Corrupt("its pixels come before its frame header"))?;
        let (count, body) = body.split_first().ok_or(WRONG)?;
        let (chosen, rest) = body.split_at_checked(2 * usize::from(*count)).ok_or(WRONG)?;
        let [first, last, approximation, ..] = rest else { return Err(WRONG) };
        let mut components: Vec<(usize, usize, usize)> = Vec::new();
        for pair in chosen.chunks_exact(2) {
            let index = frame.components.iter().position(|c| c.id == pair[0]).ok_or(WRONG)?;
            let (dc, ac) = (usize::from(pair[1] >> 4), usize::from(pair[1] & 15));
            if dc > 3 || ac > 3 || components.iter().any(|(other, ..)| *other == index) {
                return Err(WRONG);
            }
            components.push((index, dc, ac));
        }
        let (high, low) = (approximation >> 4, approximation & 15);
        let band = if frame.progressive {
            first <= last
                && *last < 64
                && low <= 13
                && (*first > 0 || *last == 0)
                && (*first == 0 || *count == 1)
        } else {
            // What sequential files have here does not matter; some have nonsense.
            true
        };
        if components.is_empty() || !band {
            return Err(WRONG);
        }
        Ok(ScanHeader { components, first: *first, last: *last, high, low })
    }

    /// Whether the three components are red, green and blue rather than Y, Cb and Cr: as libjpeg decides.
    pub(crate) fn is_rgb(&self) -> bool {
        let ids: Vec<u8> =
            self.frame.iter().flat_map(|frame| frame.components.iter().map(|c| c.id)).collect();
        match self.adobe {
            _ if self.jfif => false,
            Some(transform) => transform == 0,
            None => ids == b"RGB",
        }
    }
}

/// Scan headers in the file: never fewer than there are. Segments before the first scan, which may hold a thumbnail, are passed
/// over; after it, where a file is long, two bytes that look like one are enough.
pub(crate) fn count_scans(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some(at) = memchr(0xFF, rest) {
        let after = &rest[at + 1..];
        rest = match after {
            // Stuffing, markers without a length, and fill bytes.
            [0 | 0x01 | 0xD0..=0xD9, after @ ..] => after,
            [0xFF, ..] => after,
            [0xDA, _, _, ..] => {
                let whole = |at: &usize| rest.len() - at >= 4;
                return memmem::find_iter(rest, b"\xFF\xDA").filter(whole).count();
            }
            // The length counts itself.
            [_, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                after.get(1 + length..).unwrap_or_default()
            }
            _ => &[],
        };
    }
    0
}

fn frame(body: &[u8], progressive: bool) -> Result<Frame, Error> {
    let [precision, h1, h0, w1, w0, count, rest @ ..] = body else {
        return Err(Error::Corrupt("its frame header is too short"));
    };
    let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
    if *precision != 8 {
        return Err(Error::Unsupported("other than 8 bits a sample"));
    }
    if width == 0 {
        return Err(Error::Corrupt("its width is 0"));
    }
    if height == 0 {
        return Err(Error::Unsupported("a height that follows the pixels"));
    }
    if !matches!(count, 1 | 3) {
        return Err(Error::Unsupported("other than 1 or 3 components"));
    }
    if rest.len() != 3 * usize::from(*count) {
        return Err(Error::Corrupt("its frame header has the wrong length"));
    }
    let mut components = Vec::new();
    for spec in rest.chunks_exact(3) {
        let (horizontal, vertical, quantisation) = (spec[1] >> 4, spec[1] & 15, spec[2]);
        if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
            return Err(Error::Corrupt("a sampling factor is not 1 to 4"));
        }
        if quantisation > 3 {
            return Err(Error::Corrupt("a quantisation table has no number"));
        }
        components.push(Component { id: spec[0], horizontal, vertical, quantisation });
    }
    // A single component is never subsampled, whatever its factors say (T.81, A.2.2).
    if let [only] = &mut components[..] {
        (only.horizontal, only.vertical) = (1, 1);
    }
    let blocks: u32 = components.iter().map(|c| u32::from(c.horizontal) * u32::from(c.vertical)).sum();
    if blocks > 10 {
        return Err(Error::Unsupported("more than 10 blocks in an MCU"));
    }
    Ok(Frame { width, height, components, progressive })
}
