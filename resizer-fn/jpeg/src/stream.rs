//! The bits of one entropy-coded segment: stuffing taken out, refilled without branches.

use memchr::memchr;

/// Bytes kept ready.
const BUFFER: usize = 32 << 10;
/// Bytes of an MCU: it has at most 10 blocks (T.81, B.2.3) of 64 coefficients of at most 16 + 16 bits.
pub(crate) const LARGEST_MCU: usize = 64 * LARGEST_DC_MCU;
/// Bytes of an MCU of which nothing but DC is coded.
pub(crate) const LARGEST_DC_MCU: usize = 10 * 4;
/// So many bytes must be ready before an MCU is begun, unless the segment ends.
const ENOUGH: usize = 4 << 10;
/// Bytes after the last one that may be read (as zeros).
const PADDING: usize = 16;

/// The bytes that a cursor points into.
pub(crate) type Ready = [u8; BUFFER + PADDING];

/// Reads the bits of the segment that begins at some place of a file and ends at a marker.
#[derive(Debug)]
pub(crate) struct Bits<'a> {
    /// The rest of the file, with stuffing.
    raw: &'a [u8],
    /// Without stuffing; zeros from `filled` on.
    ready: Box<Ready>,
    filled: usize,
    cursor: Cursor,
    /// Whether `raw` has come to a marker or its end.
    ended: bool,
}

/// A place in the ready bytes. Apart from [`Bits`] so that a tight loop can keep a copy in registers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    /// The next byte to load.
    at: usize,
    /// The next bits, from the highest on.
    pub(crate) window: u64,
    /// How many of them are valid.
    valid: u32,
}

impl Cursor {
    /// Makes at least 56 bits valid.
    #[inline(always)]
    pub(crate) fn refill(&mut self, ready: &Ready) {
        // Past the end come zeros, for ever.
        let next = match ready.get(self.at..self.at + 8) {
            Some(&[a, b, c, d, e, f, g, h]) => u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => 0,
        };
        self.window |= next >> self.valid;
        self.at += ((63 - self.valid) >> 3) as usize;
        self.valid |= 56;
    }

    /// Takes `count` bits (below 64, and no more than are valid) off the window.
    #[inline(always)]
    pub(crate) const fn consume(&mut self, count: u32) {
        self.window <<= count & 63;
        self.valid = self.valid.wrapping_sub(count);
    }
}

impl<'a> Bits<'a> {
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        let ready = Box::new([0; BUFFER + PADDING]);
        let mut bits = Self { raw, ready, filled: 0, cursor: Cursor::default(), ended: false };
        bits.fill();
        bits
    }

    /// What follows the segment: a marker, or nothing.
    pub(crate) fn rest(mut self) -> &'a [u8] {
        self.leave();
        self.raw
    }

    /// Goes on behind the restart marker that ends this segment. `false` if something else ends it.
    pub(crate) fn restart(&mut self) -> bool {
        self.leave();
        let [0xFF, 0xD0..=0xD7, rest @ ..] = self.raw else { return false };
        self.raw = rest;
        (self.filled, self.cursor, self.ended) = (0, Cursor::default(), false);
        self.fill();
        true
    }

    /// To be called before each MCU. `false` if the segment ended before what was read last.
    #[inline(always)]
    pub(crate) fn prepare(&mut self) -> bool {
        if self.cursor.at + ENOUGH <= self.filled {
            return true;
        }
        self.top_up()
    }

    /// How many MCUs of at most `largest` bytes are ready for sure after [`Self::prepare`], or 1.
    #[inline(always)]
    pub(crate) fn mcus_ready(&self, largest: usize) -> usize {
        (self.filled.saturating_sub(self.cursor.at) / largest).max(1)
    }

    /// How many MCUs may be read before more bytes have to be made ready: any number at the segment's end.
    #[inline(always)]
    pub(crate) fn mcus_readable(&self) -> usize {
        if self.ended { usize::MAX } else { self.mcus_ready(LARGEST_MCU) }
    }

    #[cold]
    fn top_up(&mut self) -> bool {
        if !self.ended {
            self.fill();
        }
        !self.overrun()
    }

    /// Whether more bits were read than there are.
    pub(crate) fn overrun(&self) -> bool {
        self.ended && self.cursor.at * 8 > self.filled * 8 + self.cursor.valid as usize
    }

    /// The place that reading has come to.
    #[inline(always)]
    pub(crate) const fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Goes on at `cursor`, which was made of an earlier one.
    #[inline(always)]
    pub(crate) const fn set(&mut self, cursor: Cursor) {
        self.cursor = cursor;
    }

    /// The bytes that a cursor points into.
    #[inline(always)]
    pub(crate) const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Moves what is ready to the front and takes the stuffing out of what comes next.
    fn fill(&mut self) {
        let at = self.cursor.at.min(self.filled);
        self.ready.copy_within(at..self.filled, 0);
        self.filled -= at;
        self.cursor.at -= at;
        while self.filled < BUFFER && !self.ended {
            let room = BUFFER - self.filled;
            let look = &self.raw[..self.raw.len().min(room)];
            let plain = memchr(0xFF, look).unwrap_or(look.len());
            self.push(plain);
            if plain == room {
                break;
            }
            match self.raw {
                [0xFF, 0, rest @ ..] => {
                    self.ready[self.filled] = 0xFF;
                    self.filled += 1;
                    self.raw = rest;
                }
                // Fill bytes may stand before a marker (T.81, B.1.1.2).
                [0xFF, 0xFF, ..] => self.raw = &self.raw[1..],
                _ => self.ended = true,
            }
        }
        self.ready[self.filled..self.filled + PADDING].fill(0);
    }

    fn push(&mut self, count: usize) {
        let (plain, rest) = self.raw.split_at(count);
        self.ready[self.filled..self.filled + count].copy_from_slice(plain);
        self.filled += count;
        self.raw = rest;
    }

    /// Passes over whatever is left of the segment.
    fn leave(&mut self) {
        while !self.ended {
            self.raw = &self.raw[memchr(0xFF, self.raw).unwrap_or(self.raw.len())..];
            match self.raw {
                [0xFF, 0, rest @ ..] => self.raw = rest,
                [0xFF, 0xFF, ..] => self.raw = &self.raw[1..],
                _ => self.ended = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next `count` bits, 1 to 56.
    fn take(bits: &mut Bits<'_>, count: u32) -> u64 {
        let mut cursor = bits.cursor();
        cursor.refill(bits.ready());
        let taken = cursor.window >> (64 - count);
        cursor.consume(count);
        bits.set(cursor);
        taken
    }

    fn bytes(bits: &mut Bits<'_>, count: usize) -> Vec<u8> {
        (0..count).map(|_| take(bits, 8) as u8).collect()
    }

    #[test]
    fn stuffing_goes_and_markers_end() {
        let mut bits = Bits::new(b"\x12\xFF\0\x34\xFF\xFF\xD3\x56\xFF\0\xFF\xD9more");
        assert!(bits.prepare());
        assert_eq!(bytes(&mut bits, 3), [0x12, 0xFF, 0x34]);
        assert!(!bits.overrun());
        assert_eq!(bytes(&mut bits, 2), [0, 0]);
        assert!(bits.overrun() && !bits.prepare());
        assert!(bits.restart());
        assert_eq!(bytes(&mut bits, 2), [0x56, 0xFF]);
        assert!(!bits.restart());
        assert_eq!(bits.rest(), b"\xFF\xD9more");
    }

    #[test]
    fn a_lone_ff_at_the_end_is_an_end() {
        for raw in [&b"\xFF"[..], b"", b"\xFF\xFF"] {
            let mut bits = Bits::new(raw);
            assert!(bits.prepare());
            assert_eq!(bytes(&mut bits, 1), [0]);
            assert!(bits.overrun());
            assert!(bits.rest().len() < 2);
        }
    }

    #[test]
    fn long_segments_pass_through_the_buffer() {
        // Every 251st byte is 0xFF, so stuffing falls on all places of the buffer's end.
        let plain: Vec<u8> =
            (0..300_000u32).map(|i| if i % 251 == 0 { 0xFF } else { (i % 200) as u8 }).collect();
        let mut raw = Vec::new();
        for byte in &plain {
            raw.push(*byte);
            if *byte == 0xFF {
                raw.push(0);
            }
        }
        raw.extend_from_slice(b"\xFF\xD9");
        let mut bits = Bits::new(&raw);
        for expected in plain.chunks(100) {
            assert!(bits.prepare());
            assert_eq!(bytes(&mut bits, expected.len()), expected);
        }
        assert!(bits.prepare());
        assert_eq!(bits.rest(), b"\xFF\xD9");
    }

    #[test]
    fn leaving_early_finds_the_marker() {
        let mut raw = vec![7; 100_000];
        raw.extend_from_slice(b"\xFF\0\x07\xFF\xD0\x42\xFF\xD9");
        let mut bits = Bits::new(&raw);
        assert!(bits.restart());
        assert_eq!(bytes(&mut bits, 1), [0x42]);
        assert_eq!(bits.rest(), b"\xFF\xD9");
    }

    #[test]
    fn single_bits() {
        let mut bits = Bits::new(b"\xA5\xFF\xD9");
        let read: Vec<u64> = (0..8).map(|_| take(&mut bits, 1)).collect();
        assert_eq!(read, [1, 0, 1, 0, 0, 1, 0, 1]);
        assert!(!bits.overrun());
        take(&mut bits, 1);
        assert!(bits.overrun());
    }
}
