//! TIFF, which EXIF are written in: numbers of either byte order, and directories of values.

use super::{CAMERA, LONG, PICTURES, SHORT};

/// Bytes of a value that stand behind the directory.
const fn outside(bytes: &[u8]) -> usize {
    if bytes.len() <= 4 { 0 } else { bytes.len().next_multiple_of(2) }
}

/// A TIFF's numbers and directories.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    pub(super) data: &'a [u8],
    pub(super) big_endian: bool,
    /// Where the first directory is.
    pub(super) first: usize,
}

/// An entry of a directory.
pub(super) struct Entry {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u32,
    /// Where its value stands, or the offset of its value.
    pub(super) value: usize,
}

/// An entry with its value, in the byte order of its file.
pub(super) struct Value {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u32,
    pub(super) bytes: Vec<u8>,
}

/// The size of a number of this type, in bytes.
const fn size_of(kind: u16) -> Option<usize> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 => 4,
        5 | 10 | 12 => 8,
        _ => return None,
    })
}

impl<'a> Tiff<'a> {
    /// The entries with these tags in the directory at `at`, each once, by their tags.
    pub(super) fn values(self, at: usize, tags: &[u16]) -> Vec<Value> {
        // The first of each alone: any number of them could have the same long text.
        let mut left = tags.to_vec();
        let named = self.entries(at).into_iter().flatten().filter(|entry| {
            let place = left.iter().position(|tag| *tag == entry.tag);
            place.map(|place| left.swap_remove(place)).is_some()
        });
        let mut values: Vec<Value> = named
            .filter_map(|Entry { tag, kind, count, value }| {
                let length = size_of(kind)?.checked_mul(count as usize)?;
                let at = if length <= 4 { value } else { self.long(value)? as usize };
                let bytes = self.data.get(at..at.checked_add(length)?)?.to_vec();
                Some(Value { tag, kind, count, bytes })
            })
            .collect();
        values.sort_by_key(|value| value.tag);
        values
    }

    /// Where the pictures of the directory at `at` are, and how long.
    pub(super) fn pictures(self, at: usize) -> Vec<(usize, usize)> {
        let numbers = |tag| -> Vec<usize> {
            let values = self.values(at, &[tag]);
            let Some(Value { kind, bytes, .. }) = values.first() else { return Vec::new() };
            let part = Tiff { data: bytes, big_endian: self.big_endian, first: 0 };
            match *kind {
                SHORT => (0..bytes.len() / 2).filter_map(|n| part.short(n * 2).map(usize::from)).collect(),
                LONG => (0..bytes.len() / 4).filter_map(|n| part.long(n * 4).map(|n| n as usize)).collect(),
                _ => Vec::new(),
            }
        };
        PICTURES.iter().flat_map(|(from, length)| numbers(*from).into_iter().zip(numbers(*length))).collect()
    }

    /// A TIFF in the same byte order, with one directory of these values, and one of the camera's if there are any. Tags
    /// are in ascending order.
    pub(super) fn write(self, first: &[Value], camera: &[Value]) -> Vec<u8> {
        let mut out = if self.big_endian { b"MM\0\x2A".to_vec() } else { b"II\x2A\0".to_vec() };
        out.extend(self.long_bytes(8));
        let mut first: Vec<(u16, u16, u32, &[u8])> =
            first.iter().map(|value| (value.tag, value.kind, value.count, value.bytes.as_slice())).collect();
        let place =
            8 + 6 + (first.len() + 1) * 12 + first.iter().map(|(.., bytes)| outside(bytes)).sum::<usize>();
        let link = self.long_bytes(place as u32);
        if !camera.is_empty() {
            first.push((CAMERA, LONG, 1, &link));
            first.sort_by_key(|(tag, ..)| *tag);
        }
        self.directory(&mut out, &first);
        if !camera.is_empty() {
            let camera: Vec<_> = camera
                .iter()
                .map(|value| (value.tag, value.kind, value.count, value.bytes.as_slice()))
                .collect();
            self.directory(&mut out, &camera);
        }
        out
    }

    /// One directory, without a link to another, and behind it what does not fit into its entries.
    pub(super) fn directory(self, out: &mut Vec<u8>, entries: &[(u16, u16, u32, &[u8])]) {
        out.extend(self.short_bytes(entries.len() as u16));
        let mut place = out.len() + entries.len() * 12 + 4;
        let mut behind = Vec::new();
        for (tag, kind, count, bytes) in entries {
            out.extend(self.short_bytes(*tag));
            out.extend(self.short_bytes(*kind));
            out.extend(self.long_bytes(*count));
            if bytes.len() <= 4 {
                out.extend(bytes.iter().copied().chain([0; 4]).take(4));
            } else {
                out.extend(self.long_bytes(place as u32));
                behind.extend_from_slice(bytes);
                // Offsets are even.
                behind.resize(behind.len().next_multiple_of(2), 0);
                place += outside(bytes);
            }
        }
        out.extend([0; 4]);
        out.append(&mut behind);
    }

    pub(super) fn new(data: &'a [u8]) -> Option<Self> {
        let big_endian = match data.get(..4)? {
            b"MM\0\x2A" => true,
            b"II\x2A\0" => false,
            _ => return None,
        };
        let tiff = Self { data, big_endian, first: 0 };
        Some(Self { first: tiff.long(4)? as usize, ..tiff })
    }

    pub(super) fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(super) fn long(&self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    pub(super) fn short_bytes(&self, value: u16) -> [u8; 2] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub(super) fn long_bytes(&self, value: u32) -> [u8; 4] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// The entries of the directory at `at`, as far as they are there.
    pub(super) fn entries(self, at: usize) -> Option<impl Iterator<Item = Entry>> {
        let count = usize::from(self.short(at)?);
        Some((0..count).map_while(move |index| {
            let at = at + 2 + index * 12;
            self.long(at + 8)?;
            let (tag, kind, count) = (self.short(at)?, self.short(at + 2)?, self.long(at + 4)?);
            Some(Entry { tag, kind, count, value: at + 8 })
        }))
    }

    /// Where the offset of the directory after this one stands.
    pub(super) fn link_after(&self, at: usize) -> Option<usize> {
        let link = at + 2 + usize::from(self.short(at)?) * 12;
        self.long(link).map(|_| link)
    }
}
