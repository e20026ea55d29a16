//! What stands before the pixels of a JPEG.

use crate::error::Error;
use crate::metadata::XMP_IN_JPEG;
use crate::sniff::Format;

/// What the headers of a JPEG say, up to its first scan.
#[derive(Debug)]
pub(super) struct JpegHeader<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    /// 1 grey, 3 colour, 4 CMYK or YCCK.
    pub(super) components: u8,
    /// Whether Adobe's marker is there: then inks are stored as what they leave of the light.
    pub(super) adobe: bool,
    /// How many of the components are in the first scan.
    pub(super) in_first_scan: u8,
    /// EXIF data from its TIFF header on.
    pub(super) exif: Option<&'a [u8]>,
    /// XMP, as UTF-8 text.
    pub(super) xmp: Option<&'a [u8]>,
    /// The chunks of the ICC profile: number, count, data.
    icc: Vec<(u8, u8, &'a [u8])>,
}

impl JpegHeader<'_> {
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

fn truncated() -> Error {
    Error::Truncated { format: Format::Jpeg }
}

fn corrupt(reason: &str) -> Error {
    Error::corrupt(Format::Jpeg, reason)
}

fn unsupported(feature: &'static str) -> Error {
    Error::Unsupported { format: Format::Jpeg, feature }
}

/// Reads all segments up to the first scan.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Corrupt`], [`Error::Unsupported`].
pub(super) fn read(bytes: &[u8]) -> Result<JpegHeader<'_>, Error> {
    let mut frame = None;
    let mut adobe = false;
    let (mut exif, mut xmp) = (None, None);
    let mut icc = Vec::new();
    let mut rest = bytes.get(2..).ok_or_else(truncated)?;
    loop {
        let (marker, after) = next_marker(rest)?;
        rest = after;
        match marker {
            // Markers without a length: restarts, a repeated start, TEM.
            0x01 | 0xD0..=0xD8 => continue,
            0xD9 => return Err(corrupt("it ends before its pixels")),
            0xDA => break,
            _ => {}
        }
        let (length, _) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (segment, after) = rest.split_at_checked(length).ok_or_else(truncated)?;
        let body = segment.get(2..).ok_or_else(|| corrupt("a segment has a length below 2"))?;
        rest = after;
        match marker {
            0xC5..=0xC7 | 0xCD..=0xCF => return Err(unsupported("hierarchical coding")),
            0xC0..=0xC3 | 0xC9..=0xCB if frame.is_none() => frame = Some(start_of_frame(body)?),
            0xC0..=0xC3 | 0xC9..=0xCB => return Err(corrupt("it has more than one frame header")),
            0xE1 => {
                exif = exif.or(body.strip_prefix(b"Exif\0\0"));
                xmp = xmp.or(body.strip_prefix(XMP_IN_JPEG));
            }
            0xE2 => {
                // Their numbers end at 255: with more of them the profile is not whole anyway.
                if let Some([number, count, data @ ..]) = body.strip_prefix(b"ICC_PROFILE\0")
                    && icc.len() <= 255
                {
                    icc.push((*number, *count, data));
                }
            }
            0xEE => adobe |= body.starts_with(b"Adobe") && body.len() >= 12,
            _ => {}
        }
    }
    // After the length.
    let in_first_scan = rest.get(2).copied().unwrap_or_default();
    let (width, height, components) =
        frame.ok_or_else(|| corrupt("its pixels come before its frame header"))?;
    Ok(JpegHeader { width, height, components, adobe, in_first_scan, exif, xmp, icc })
}

/// The next marker and what follows it. Bytes that are no marker are passed over, as decoders do.
fn next_marker(mut rest: &[u8]) -> Result<(u8, &[u8]), Error> {
    loop {
        let found = rest.iter().position(|byte| *byte == 0xFF).ok_or_else(truncated)?;
        let fill = rest[found..].iter().position(|byte| *byte != 0xFF).ok_or_else(truncated)?;
        let (marker, after) = rest[found + fill..].split_first().ok_or_else(truncated)?;
        rest = after;
        if *marker != 0 {
            return Ok((*marker, rest));
        }
    }
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

    /// Start, the segments given, the beginning of a scan.
    fn file(segments: &[&[u8]]) -> Vec<u8> {
        [&b"\xFF\xD8"[..], &segments.concat(), b"\xFF\xDA\0\x04\0\0\x12"].concat()
    }

    const SOF: &[u8] = b"\xFF\xC0\0\x0B\x08\0\x05\0\x07\x01\x01\x11\0";

    #[test]
    fn reads_the_frame_header() {
        let bytes = file(&[SOF]);
        let header = read(&bytes).unwrap();
        assert_eq!((header.width, header.height, header.components), (7, 5, 1));
        assert!(header.exif.is_none() && header.icc().is_none() && !header.adobe);
    }

    #[test]
    fn every_cut_in_the_headers_is_noticed() {
        let bytes = file(&[b"\xFF\xE1\0\x0AExif\0\0II", SOF]);
        for end in 2..bytes.len() - 5 {
            assert_eq!(read(&bytes[..end]).err(), Some(truncated()), "cut at {end}");
        }
        // A thumbnail inside a segment is not the picture.
        let thumbnail = file(&[b"\xFF\xE1\0\x0CExif\0\0\xFF\xD8\xFF\xD9", SOF]);
        assert_eq!(read(&thumbnail).unwrap().width, 7);
    }

    #[test]
    fn profiles_are_put_together_in_order() {
        let two = b"\xFF\xE2\0\x12ICC_PROFILE\0\x02\x02cd";
        let one = b"\xFF\xE2\0\x12ICC_PROFILE\0\x01\x02ab";
        assert_eq!(read(&file(&[two, SOF, one])).unwrap().icc().as_deref(), Some(&b"abcd"[..]));
        assert_eq!(read(&file(&[SOF, one])).unwrap().icc(), None);
        assert_eq!(read(&file(&[SOF, one, one])).unwrap().icc(), None);
    }

    #[test]
    fn adobes_marker_is_seen() {
        let adobe = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\x02";
        assert!(read(&file(&[adobe, SOF])).unwrap().adobe);
    }

    #[test]
    fn what_is_not_decoded_is_named() {
        let with = |at: usize, value: u8| {
            let mut sof = SOF.to_vec();
            sof[at] = value;
            read(&file(&[&sof])).unwrap_err()
        };
        assert!(matches!(with(1, 0xC5), Error::Unsupported { feature: "hierarchical coding", .. }));
        assert!(matches!(with(4, 12), Error::Unsupported { .. }));
        assert!(matches!(with(6, 0), Error::Unsupported { .. }));
        assert!(matches!(with(8, 0), Error::Corrupt { .. }));
        assert!(matches!(with(9, 2), Error::Unsupported { .. }));
        assert!(matches!(read(&file(&[])), Err(Error::Corrupt { .. })));
        assert!(matches!(read(&file(&[SOF, SOF])), Err(Error::Corrupt { .. })));
        assert!(matches!(read(b"\xFF\xD8\xFF\xD9"), Err(Error::Corrupt { .. })));
    }
}
