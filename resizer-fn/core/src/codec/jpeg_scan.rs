//! The marker structure of a JPEG: what stands in its headers and whether its end is there.

use crate::error::Error;
use crate::sniff::Format;

/// What the headers of a JPEG say.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    /// 1 grey, 3 colour, 4 CMYK or YCCK.
    pub(super) components: u8,
    /// Whether this is a sequential (not progressive) image whose components come in more than one
    /// scan.
    pub(super) sequential_in_parts: bool,
    /// EXIF data from its TIFF header on.
    pub(super) exif: Option<&'a [u8]>,
    /// The chunks of the ICC profile: number, count, data.
    icc: Vec<(u8, u8, &'a [u8])>,
}

impl Scan<'_> {
    /// The ICC profile, if all its chunks are there.
    pub(super) fn icc(&self) -> Option<Vec<u8>> {
        let mut chunks = self.icc.clone();
        chunks.sort_by_key(|(number, ..)| *number);
        let count = chunks.len();
        let whole = chunks
            .iter()
            .zip(1..)
            .all(|((number, of, _), n)| usize::from(*number) == n && usize::from(*of) == count);
        (whole && count > 0).then(|| chunks.iter().flat_map(|(.., data)| *data).copied().collect())
    }
}

const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

fn truncated() -> Error {
    Error::Truncated { format: Format::Jpeg }
}

fn corrupt(reason: &str) -> Error {
    Error::corrupt(Format::Jpeg, reason)
}

fn unsupported(feature: &'static str) -> Error {
    Error::Unsupported { format: Format::Jpeg, feature }
}

/// Walks all markers up to the end of the (first) image.
///
/// A decoder fills what is missing of a file with grey; so the end marker is asked for here. What
/// follows it (further pictures of a multi-picture file, junk) does not matter.
pub(super) fn scan(bytes: &[u8]) -> Result<Scan<'_>, Error> {
    let mut frame: Option<(u16, u16, u8)> = None;
    let mut exif = None;
    let mut icc = Vec::new();
    let mut progressive = false;
    let mut scans = 0;
    let mut at = 2;
    loop {
        let (marker, after) = next_marker(bytes, at)?;
        at = after;
        match marker {
            // Markers without a length: restarts, a repeated start, TEM.
            0x01 | 0xD0..=0xD8 => continue,
            EOI => break,
            _ => {}
        }
        let length: [u8; 2] = bytes.get(at..at + 2).and_then(|l| l.try_into().ok()).ok_or_else(truncated)?;
        let length = usize::from(u16::from_be_bytes(length));
        if length < 2 {
            return Err(corrupt("a segment has a length below 2"));
        }
        let body = bytes.get(at + 2..at + length).ok_or_else(truncated)?;
        at += length;
        match marker {
            0xC0..=0xC2 if frame.is_none() => {
                frame = Some(start_of_frame(body)?);
                progressive = marker == 0xC2;
            }
            0xC0..=0xC2 => return Err(corrupt("it has more than one frame header")),
            0xC3 => return Err(unsupported("lossless coding")),
            0xC9..=0xCF => return Err(unsupported("arithmetic coding")),
            0xC5..=0xC7 => return Err(unsupported("hierarchical coding")),
            SOS => {
                if frame.is_none() {
                    return Err(corrupt("its pixels come before its frame header"));
                }
                scans += 1;
                at = skip_entropy_coded(bytes, at);
            }
            0xE1 if exif.is_none() => exif = body.strip_prefix(b"Exif\0\0"),
            0xE2 => {
                if let Some([number, count, data @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
                    icc.push((*number, *count, data));
                }
            }
            _ => {}
        }
    }
    let (width, height, components) = frame.ok_or_else(|| corrupt("it has no frame header"))?;
    if scans == 0 {
        return Err(corrupt("it ends before its pixels"));
    }
    let sequential_in_parts = !progressive && scans > 1;
    Ok(Scan { width, height, components, sequential_in_parts, exif, icc })
}

/// The next marker from `at` on and where its body begins. Bytes that are no marker are passed
/// over, as decoders do.
fn next_marker(bytes: &[u8], mut at: usize) -> Result<(u8, usize), Error> {
    loop {
        at += find(bytes.get(at..).unwrap_or_default(), 0xFF).ok_or_else(truncated)?;
        while bytes.get(at) == Some(&0xFF) {
            at += 1;
        }
        match bytes.get(at) {
            None => return Err(truncated()),
            Some(0) => at += 1,
            Some(marker) => return Ok((*marker, at + 1)),
        }
    }
}

/// Where the entropy-coded data from `at` on end: at the next marker that is not a restart.
fn skip_entropy_coded(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), 0xFF) {
        at += found;
        match bytes.get(at + 1) {
            Some(0 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|b| *b == wanted)
}

/// Width, height and number of components.
fn start_of_frame(body: &[u8]) -> Result<(u16, u16, u8), Error> {
    let [precision, h1, h0, w1, w0, components, rest @ ..] = body else {
        return Err(corrupt("its frame header is too short"));
    };
    let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
    if *precision != 8 {
        return Err(unsupported("other than 8 bits per sample"));
    }
    if width == 0 {
        return Err(corrupt("its width is 0"));
    }
    if height == 0 {
        return Err(unsupported("a height that only follows its pixels (DNL)"));
    }
    if !matches!(components, 1 | 3 | 4) {
        return Err(unsupported("other than 1, 3 or 4 components"));
    }
    if rest.len() != 3 * usize::from(*components) {
        return Err(corrupt("its frame header has the wrong length"));
    }
    Ok((width, height, *components))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Start, the segments given, a scan with stuffing and a restart, end.
    fn file(segments: &[&[u8]]) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        for segment in segments {
            file.extend_from_slice(segment);
        }
        file.extend_from_slice(b"\xFF\xDA\0\x04\0\0\x12\xFF\0\x34\xFF\xD0\x56\xFF\xD9");
        file
    }

    const SOF: &[u8] = b"\xFF\xC0\0\x0B\x08\0\x05\0\x07\x01\x01\x11\0";

    #[test]
    fn reads_the_frame_header() {
        let bytes = file(&[SOF]);
        let scan = scan(&bytes).unwrap();
        assert_eq!((scan.width, scan.height, scan.components), (7, 5, 1));
        assert!(scan.exif.is_none() && scan.icc().is_none() && !scan.sequential_in_parts);
    }

    #[test]
    fn every_cut_is_noticed() {
        let bytes = file(&[b"\xFF\xE1\0\x0AExif\0\0II", SOF]);
        for end in 2..bytes.len() {
            assert_eq!(scan(&bytes[..end]).err(), Some(truncated()), "cut at {end}");
        }
        // Neither the end of a thumbnail inside a segment nor what follows the end counts.
        let thumbnail = file(&[b"\xFF\xE1\0\x0CExif\0\0\xFF\xD8\xFF\xD9", SOF]);
        assert!(scan(&thumbnail[..thumbnail.len() - 2]).is_err());
        let mut more = bytes;
        more.extend_from_slice(b"\xFF\xD8\xFF\xE0\0");
        assert!(scan(&more).is_ok());
    }

    #[test]
    fn scans_are_counted() {
        let more = b"\xFF\xDA\0\x04\0\0\x12";
        let progressive = [&SOF[..1], b"\xC2", &SOF[2..]].concat();
        assert!(scan(&file(&[SOF, more])).unwrap().sequential_in_parts);
        assert!(!scan(&file(&[&progressive, more])).unwrap().sequential_in_parts);
    }

    #[test]
    fn profiles_are_put_together_in_order() {
        let two = b"\xFF\xE2\0\x12ICC_PROFILE\0\x02\x02cd";
        let one = b"\xFF\xE2\0\x12ICC_PROFILE\0\x01\x02ab";
        assert_eq!(scan(&file(&[two, SOF, one])).unwrap().icc().as_deref(), Some(&b"abcd"[..]));
        assert_eq!(scan(&file(&[SOF, one])).unwrap().icc(), None);
        assert_eq!(scan(&file(&[SOF, one, one])).unwrap().icc(), None);
    }

    #[test]
    fn what_is_not_decoded_is_named() {
        let with = |at: usize, value: u8| {
            let mut sof = SOF.to_vec();
            sof[at] = value;
            scan(&file(&[&sof])).unwrap_err()
        };
        assert!(matches!(with(1, 0xC3), Error::Unsupported { feature: "lossless coding", .. }));
        assert!(matches!(with(1, 0xC9), Error::Unsupported { feature: "arithmetic coding", .. }));
        assert!(matches!(with(1, 0xC5), Error::Unsupported { feature: "hierarchical coding", .. }));
        assert!(matches!(with(4, 12), Error::Unsupported { .. }));
        assert!(matches!(with(6, 0), Error::Unsupported { .. }));
        assert!(matches!(with(8, 0), Error::Corrupt { .. }));
        assert!(matches!(with(9, 2), Error::Unsupported { .. }));
        assert!(matches!(scan(&file(&[])), Err(Error::Corrupt { .. })));
        assert!(matches!(scan(&file(&[SOF, SOF])), Err(Error::Corrupt { .. })));
        assert!(matches!(scan(b"\xFF\xD8\xFF\xD9"), Err(Error::Corrupt { .. })));
    }
}
