//! Reading and changing EXIF data, which are a TIFF file without an image (CIPA DC-008, TIFF 6.0).
//!
//! Directories are gone through once and never from one into another: they may lie over each other, and many ways
//! may lead to each.

mod tiff;

use tiff::Tiff;

const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;
/// Where the directory with the camera's settings is.
const CAMERA: u16 = 0x8769;
/// The version of EXIF: four bytes.
const VERSION: u16 = 0x9000;
/// Where pictures are and how long: of one JPEG, of strips.
const PICTURES: [(u16, u16); 2] = [(0x0201, 0x0202), (0x0111, 0x0117)];
/// The type of texts.
const ASCII: u16 = 2;
/// The type of whole numbers of 16 bits.
const SHORT: u16 = 3;
/// The type of whole numbers of 32 bits.
const LONG: u16 = 4;
/// The types of fractions.
const RATIONAL: u16 = 5;
const SRATIONAL: u16 = 10;

/// Directories that may follow the first one; there is one, of the thumbnail.
const MOST_DIRECTORIES: usize = 8;

/// The longest value in [`shared`], in bytes, so that all together fit into a JPEG's segment.
const LONGEST: usize = 1024;

/// What [`shared`] leaves of the first directory: make and model, software, time, artist, copyright. What is not named
/// here is left out: a serial number or a place can stand in any field that is yet to be invented.
const SHARED: [u16; 6] = [0x010F, 0x0110, 0x0131, 0x0132, ARTIST, COPYRIGHT];

/// What [`shared`] leaves of the camera's settings: exposure, aperture, sensitivity, version, times, light, flash, focal
/// lengths, modes, and what lens it was, without its serial number. Not the offset from UTC, which is a place.
const SHARED_OF_CAMERA: [u16; 30] = [
    0x829A, 0x829D, 0x8822, 0x8827, 0x8830, VERSION, 0x9003, 0x9004, 0x9201, 0x9202, 0x9203, 0x9204, 0x9205,
    0x9207, 0x9208, 0x9209, 0x920A, 0xA402, 0xA403, 0xA404, 0xA405, 0xA406, 0xA407, 0xA408, 0xA409, 0xA40A,
    0xA40C, 0xA432, 0xA433, 0xA434,
];

/// How the stored pixels have to be turned, 1 to 8, if the data say so.
pub(crate) fn orientation(exif: &[u8]) -> Option<u32> {
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
    let Some(link) = tiff.link_after(tiff.first) else { return Some(out) };
    let mut next = tiff.long(link)?;
    // Directories may lead in a circle, and pictures may lie over each other.
    let (mut directories, mut left) = (0, exif.len().saturating_mul(2));
    while next != 0 {
        directories += 1;
        for (from, length) in tiff.pictures(next as usize) {
            left = left.checked_sub(length)?;
            let to = from.saturating_add(length).min(exif.len());
            if let Some(picture) = out.get_mut(from..to) {
                picture.fill(0);
            }
            if from < to && to >= out.len() && from > link + 4 {
                out.truncate(from);
            }
        }
        if directories > MOST_DIRECTORIES {
            return None;
        }
        next = tiff.link_after(next as usize).and_then(|link| tiff.long(link)).unwrap_or(0);
    }
    out.get_mut(link..link + 4)?.fill(0);
    Some(out)
}

/// EXIF data that hold no more than the artist and the copyright of these; `None` if they name
/// neither.
pub fn rights(exif: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(exif)?;
    let mut texts = tiff.values(tiff.first, &[ARTIST, COPYRIGHT]);
    // Photographer and editor may be two texts, each with a 0 at its end.
    texts.retain(|text| text.kind == ASCII && text.bytes.iter().any(|byte| *byte != 0 && *byte != b' '));
    (!texts.is_empty()).then(|| tiff.write(&texts, &[]))
}

/// EXIF data that hold no more of these than how the picture was taken and whose it is: nothing of the place, of the
/// owner and their very camera, no notes of the camera's maker, no thumbnail, no free text. `None` if nothing is left.
pub fn shared(exif: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(exif)?;
    let mut first = tiff.values(tiff.first, &SHARED);
    let camera = tiff.entries(tiff.first)?.find(|entry| entry.tag == CAMERA && entry.kind == LONG);
    let mut camera = camera
        .and_then(|entry| Some(tiff.values(tiff.long(entry.value)? as usize, &SHARED_OF_CAMERA)))
        .unwrap_or_default();
    for values in [&mut first, &mut camera] {
        values.retain(|value| {
            let text_or_numbers = matches!(value.kind, ASCII | SHORT | LONG | RATIONAL | SRATIONAL);
            value.bytes.len() <= LONGEST && (text_or_numbers || value.tag == VERSION)
        });
    }
    (!(first.is_empty() && camera.is_empty())).then(|| tiff.write(&first, &camera))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::orientation::Orientation;
    use proptest::prelude::*;

    const THUMBNAIL_OFFSET: u16 = 0x0201;
    const THUMBNAIL_LENGTH: u16 = 0x0202;

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

    /// A directory from (tag, type, count, value) at `at`; longer values stand behind it.
    fn directory(order: Tiff<'_>, at: usize, entries: &[(u16, u16, u32, &[u8])], next: u32) -> Vec<u8> {
        let mut out = vec![0; at];
        order.directory(&mut out, entries);
        let link = at + 2 + entries.len() * 12;
        out[link..link + 4].copy_from_slice(&order.long_bytes(next));
        out.split_off(at)
    }

    /// What a phone writes: every field in which somebody or some place can stand says SECRET.
    fn phone(big_endian: bool) -> Vec<u8> {
        let order = Tiff { data: &[], big_endian, first: 8 };
        let long = |n: u32| order.long_bytes(n);
        let secret: &[u8] = b"SECRET\0\0";
        let texts = |tags: &[u16]| tags.iter().map(|tag| (*tag, ASCII, 8, secret)).collect::<Vec<_>>();
        let camera_at = 400;
        let (gps_at, thumb_at) = (camera_at + 400, camera_at + 500);
        let strip_at = thumb_at + 100;
        let (camera_link, gps_link) = (long(camera_at as u32), long(gps_at as u32));
        let mut first = texts(&[0x010E, 0x013C, 0x9C9B, 0x9C9E, 0x83BB, 0x02BC]);
        first.extend([
            (0x010F, ASCII, 6, &b"Maker\0"[..]),
            (ARTIST, ASCII, 4, b"Ann\0"),
            (CAMERA, LONG, 1, &camera_link),
            (0x8825, LONG, 1, &gps_link),
        ]);
        let exposure = [long(1), long(250)].concat();
        let mut camera = texts(&[0x9010, 0x9011, 0x927C, 0x9286, 0xA420, 0xA430, 0xA431, 0xA435, 0xA004]);
        camera.extend([
            (0x829A, RATIONAL, 1, exposure.as_slice()),
            (VERSION, 7, 4, b"0232"),
            (0xA434, ASCII, 5, b"50mm\0"),
            // A field that is known, with a type that is not its own.
            (0x9207, 7, 8, secret),
        ]);
        let mut out = if big_endian { b"MM\0\x2A".to_vec() } else { b"II\x2A\0".to_vec() };
        out.extend(long(8));
        let put = |out: &mut Vec<u8>, at: usize, part: Vec<u8>| {
            assert!(out.len() <= at, "{} {at}", out.len());
            out.resize(at, 0);
            out.extend(part);
        };
        put(&mut out, 8, directory(order, 8, &first, thumb_at as u32));
        put(&mut out, camera_at, directory(order, camera_at, &camera, 0));
        put(&mut out, gps_at, directory(order, gps_at, &texts(&[0x001D, 0x001B]), 0));
        let (from, length) = (long(strip_at as u32), long(6));
        let strips: [(u16, u16, u32, &[u8]); 2] = [(0x0111, LONG, 1, &from), (0x0117, LONG, 1, &length)];
        put(&mut out, thumb_at, directory(order, thumb_at, &strips, 0));
        put(&mut out, strip_at, b"SECRET, and what is behind it".to_vec());
        out
    }

    fn tells(exif: &[u8]) -> usize {
        exif.windows(6).filter(|part| *part == b"SECRET").count()
    }

    #[test]
    fn what_is_shared_names_no_place_and_nobody_by_chance() {
        for big_endian in [false, true] {
            let exif = phone(big_endian);
            assert_eq!(tells(&exif), 19);
            let out = shared(&exif).unwrap();
            assert_eq!(tells(&out), 0, "{}", String::from_utf8_lossy(&out));
            let read = ::exif::Reader::new().read_raw(out.clone()).unwrap();
            let mut tags: Vec<u16> = read.fields().map(|field| field.tag.number()).collect();
            tags.sort_unstable();
            assert_eq!(tags, [0x010F, ARTIST, 0x829A, VERSION, 0xA434]);
            assert_eq!(field(&out, ::exif::Tag::Make).unwrap(), "\"Maker\"");
            assert_eq!(field(&out, ::exif::Tag::ExposureTime).unwrap(), "1/250");
            assert_eq!(field(&out, ::exif::Tag::LensModel).unwrap(), "\"50mm\"");
            assert_eq!(shared(&out), Some(out));
            assert_eq!(tells(&rights(&exif).unwrap()), 0);
            // All of it is all of it, but for the picture before it was cut.
            assert_eq!(tells(&upright(&exif).unwrap()), 18);
        }
        assert_eq!(shared(b"MM\0\x2A\0\0\0\x08\0\0\0\0\0\0"), None);
    }

    #[test]
    fn circles_of_directories_end() {
        let order = Tiff { data: &[], big_endian: true, first: 8 };
        let circle = [b"MM\0\x2A\0\0\0\x08".to_vec(), directory(order, 8, &[], 8)].concat();
        assert_eq!(upright(&circle), None);
        assert_eq!(shared(&circle), None);
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
            let _ = (upright(&exif), rights(&exif), shared(&exif));
        }
    }
}
