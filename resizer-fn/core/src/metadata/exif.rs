//! Reading and changing EXIF data, which are a TIFF file without an image (CIPA DC-008, TIFF 6.0).
//!
//! Directories are gone through once and never from one into another: they may lie over each other, and many ways
//! may lead to each.

const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;
const THUMBNAIL_OFFSET: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;
/// The type of texts.
const ASCII: u16 = 2;
/// The type of whole numbers of 16 bits.
const SHORT: u16 = 3;
/// The type of whole numbers of 32 bits.
const LONG: u16 = 4;

/// How the stored pixels have to be turned, 1 to 8, if the data say so.
pub fn orientation(exif: &[u8]) -> Option<u32> {
    let tiff = Tiff::new(exif)?;
    let entry = tiff.entries(tiff.first)?.find(|entry| entry.tag == ORIENTATION)?;
    match (entry.kind, entry.count) {
        (SHORT, 1 | 2) => tiff.short(entry.value).map(u32::from),
        (LONG, 1) => tiff.long(entry.value),
        _ => None,
    }
}

/// EXIF data for pixels that were turned upright and scaled: the orientation becomes 1, and the
/// thumbnail, which shows what may have been cut off, is taken out. `None` if they are no EXIF data.
pub fn upright(exif: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(exif)?;
    let mut out = exif.to_vec();
    for entry in tiff.entries(tiff.first)? {
        if entry.tag == ORIENTATION {
            let one = match entry.kind {
                SHORT => tiff.short_bytes(1).to_vec(),
                _ => tiff.long_bytes(1).to_vec(),
            };
            out.get_mut(entry.value..entry.value + one.len())?.copy_from_slice(&one);
        }
    }
    if let Some(link) = tiff.link_after(tiff.first) {
        if let Some(second) = tiff.long(link).filter(|at| *at != 0) {
            let value = |tag| {
                let entry = tiff.entries(second as usize)?.find(|entry| entry.tag == tag)?;
                tiff.long(entry.value).map(|value| value as usize)
            };
            if let (Some(from), Some(length)) = (value(THUMBNAIL_OFFSET), value(THUMBNAIL_LENGTH)) {
                let to = from.saturating_add(length);
                if let Some(thumbnail) = out.get_mut(from..to) {
                    thumbnail.fill(0);
                }
                if from < to && to >= out.len() && from > link + 4 {
                    out.truncate(from);
                }
            }
        }
        out.get_mut(link..link + 4)?.fill(0);
    }
    Some(out)
}

/// EXIF data that hold no more than the artist and the copyright of these; `None` if they name
/// neither.
pub fn rights(exif: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(exif)?;
    // The first of each alone: any number of them could have the same long text.
    let first = |tag| tiff.entries(tiff.first)?.find(|entry| entry.tag == tag && entry.kind == ASCII);
    let texts: Vec<(u16, Vec<u8>)> = [ARTIST, COPYRIGHT]
        .into_iter()
        .filter_map(|tag| {
            let entry = first(tag)?;
            let length = entry.count as usize;
            let at = if length <= 4 { entry.value } else { tiff.long(entry.value)? as usize };
            let text = exif.get(at..at.checked_add(length)?)?;
            // Photographer and editor may be two texts, each with a 0 at its end.
            text.iter().any(|byte| *byte != 0 && *byte != b' ').then(|| (entry.tag, text.to_vec()))
        })
        .collect();
    (!texts.is_empty()).then(|| write(&texts))
}

/// A big-endian TIFF with one directory of texts, whose tags are in ascending order.
fn write(texts: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"MM\0\x2A\0\0\0\x08".to_vec();
    out.extend_from_slice(&(texts.len() as u16).to_be_bytes());
    let mut place = out.len() + texts.len() * 12 + 4;
    let mut long = Vec::new();
    for (tag, text) in texts {
        out.extend_from_slice(&tag.to_be_bytes());
        out.extend_from_slice(&ASCII.to_be_bytes());
        out.extend_from_slice(&(text.len() as u32).to_be_bytes());
        if text.len() <= 4 {
            let mut inline = [0; 4];
            inline[..text.len()].copy_from_slice(text);
            out.extend_from_slice(&inline);
        } else {
            out.extend_from_slice(&(place as u32).to_be_bytes());
            long.extend_from_slice(text);
            // Offsets are even.
            long.resize(long.len().next_multiple_of(2), 0);
            place += text.len().next_multiple_of(2);
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.append(&mut long);
    out
}

/// A TIFF's numbers and directories.
#[derive(Clone, Copy)]
struct Tiff<'a> {
    data: &'a [u8],
    big_endian: bool,
    /// Where the first directory is.
    first: usize,
}

/// An entry of a directory.
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// Where its value stands, or the offset of its value.
    value: usize,
}

impl<'a> Tiff<'a> {
    fn new(data: &'a [u8]) -> Option<Self> {
        let big_endian = match data.get(..4)? {
            b"MM\0\x2A" => true,
            b"II\x2A\0" => false,
            _ => return None,
        };
        let tiff = Self { data, big_endian, first: 0 };
        Some(Self { first: tiff.long(4)? as usize, ..tiff })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn short_bytes(&self, value: u16) -> [u8; 2] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    fn long_bytes(&self, value: u32) -> [u8; 4] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// The entries of the directory at `at`, as far as they are there.
    fn entries(self, at: usize) -> Option<impl Iterator<Item = Entry>> {
        let count = usize::from(self.short(at)?);
        Some((0..count).map_while(move |index| {
            let at = at + 2 + index * 12;
            self.long(at + 8)?;
            let (tag, kind, count) = (self.short(at)?, self.short(at + 2)?, self.long(at + 4)?);
            Some(Entry { tag, kind, count, value: at + 8 })
        }))
    }

    /// Where the offset of the directory after this one stands.
    fn link_after(&self, at: usize) -> Option<usize> {
        let link = at + 2 + usize::from(self.short(at)?) * 12;
        self.long(link).map(|_| link)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::orientation::Orientation;
    use proptest::prelude::*;

    /// Orientation 6, artist, copyright, and a second directory with a thumbnail.
    fn sample(big_endian: bool) -> Vec<u8> {
        let s = |v: u16| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let l = |v: u32| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut out = if big_endian { b"MM\0\x2A".to_vec() } else { b"II\x2A\0".to_vec() };
        let entry = |tag, kind, count, value: [u8; 4]| [&s(tag)[..], &s(kind), &l(count), &value].concat();
        let turned = [s(6), [0, 0]].concat().try_into().unwrap();
        out.extend(l(8));
        out.extend(s(3));
        out.extend(entry(ORIENTATION, SHORT, 1, turned)); // value at 18
        out.extend(entry(ARTIST, ASCII, 4, *b"Ann\0"));
        out.extend(entry(COPYRIGHT, ASCII, 12, l(50)));
        out.extend(l(62));
        out.extend(b"(c) 2026 An\0"); // 50 to 62
        out.extend(s(2));
        out.extend(entry(THUMBNAIL_OFFSET, LONG, 1, l(92)));
        out.extend(entry(THUMBNAIL_LENGTH, LONG, 1, l(5)));
        out.extend(l(0));
        out.extend(b"thumb");
        out
    }

    fn field(exif: &[u8], tag: ::exif::Tag) -> Option<String> {
        let read = ::exif::Reader::new().read_raw(exif.to_vec()).unwrap();
        read.get_field(tag, ::exif::In::PRIMARY).map(|field| field.display_value().to_string())
    }

    #[test]
    fn pixels_that_were_turned_are_upright() {
        for big_endian in [false, true] {
            let exif = sample(big_endian);
            assert_eq!(Orientation::from_exif(&exif), Orientation::from_tag(6));
            let out = upright(&exif).unwrap();
            assert_eq!(Orientation::from_exif(&out), Orientation::UPRIGHT);
            assert!(field(&out, ::exif::Tag::Orientation).is_some());
            assert_eq!(field(&out, ::exif::Tag::Artist).unwrap(), "\"Ann\"");
            assert!(!out.windows(5).any(|w| w == b"thumb"), "the thumbnail is still there");
            assert_eq!(out.len(), 92);
        }
        assert_eq!(upright(b"no tiff at all"), None);
        assert_eq!(upright(b""), None);
    }

    #[test]
    fn rights_alone() {
        for big_endian in [false, true] {
            let out = rights(&sample(big_endian)).unwrap();
            assert_eq!(field(&out, ::exif::Tag::Artist).unwrap(), "\"Ann\"");
            assert_eq!(field(&out, ::exif::Tag::Copyright).unwrap(), "\"(c) 2026 An\"");
            assert_eq!(field(&out, ::exif::Tag::Orientation), None);
            assert_eq!(rights(&out), Some(out));
        }
        // Orientation alone.
        let none = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(rights(none), None);
    }

    proptest! {
        #[test]
        fn damage_is_no_panic(
            big in any::<bool>(),
            end in 0usize..98,
            flips in prop::collection::vec((0usize..97, any::<u8>()), 0..6),
        ) {
            let mut exif = sample(big);
            for (at, value) in flips {
                exif[at] = value;
            }
            exif.truncate(end);
            let _ = (upright(&exif), rights(&exif));
        }
    }
}
