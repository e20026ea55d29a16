//! Finding metadata in the files, as they are.

use super::{Kept, XMP_IN_JPEG, XMP_IN_PNG};
use crate::codec;
use crate::sniff::Format;
use std::io::Cursor;

/// The metadata of a file, as they stand there. Those that cannot be read are left out.
pub fn read(format: Format, bytes: &[u8]) -> Kept {
    match format {
        Format::Jpeg => jpeg(bytes),
        Format::Png => png(bytes),
        Format::WebP => webp(bytes),
        Format::Avif => avif(bytes),
        Format::Gif => Kept { xmp: codec::xmp_of_gif(bytes).map(<[u8]>::to_vec), ..Kept::default() },
    }
}

fn avif(bytes: &[u8]) -> Kept {
    let Ok(info) = codec::avif::read_info(bytes) else { return Kept::default() };
    Kept { exif: info.exif.map(Into::into), icc: info.icc.map(<[u8]>::to_vec), xmp: None }
}

/// Reads the segments before the first scan.
fn jpeg(bytes: &[u8]) -> Kept {
    let mut kept = Kept::default();
    let mut profile = Vec::new();
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xFF, marker, after @ ..] = rest {
        match marker {
            // Padding, and markers without a length.
            0xFF => rest = &rest[1..],
            0x01 | 0xD0..=0xD8 => rest = after,
            0xD9 | 0xDA => break,
            _ => {
                let Some((length, _)) = after.split_first_chunk::<2>() else { break };
                let length = usize::from(u16::from_be_bytes(*length));
                let Some((segment, next)) = after.split_at_checked(length) else { break };
                let body = segment.get(2..).unwrap_or_default();
                rest = next;
                if length < 2 {
                    break;
                }
                if let (0xE1, Some(exif)) = (marker, body.strip_prefix(b"Exif\0\0")) {
                    kept.exif.get_or_insert_with(|| exif.to_vec());
                } else if let (0xE1, Some(xmp)) = (marker, body.strip_prefix(XMP_IN_JPEG)) {
                    kept.xmp.get_or_insert_with(|| xmp.to_vec());
                } else if let (0xE2, Some([number, count, part @ ..])) =
                    (marker, body.strip_prefix(b"ICC_PROFILE\0"))
                {
                    profile.push((*number, *count, part));
                }
            }
        }
    }
    profile.sort_by_key(|(number, ..)| *number);
    let whole = profile
        .iter()
        .zip(1..)
        .all(|((number, count, _), n)| usize::from(*number) == n && usize::from(*count) == profile.len());
    if whole && !profile.is_empty() {
        kept.icc = Some(profile.iter().flat_map(|(.., part)| *part).copied().collect());
    }
    kept
}

fn png(bytes: &[u8]) -> Kept {
    let mut kept = Kept::default();
    for (name, data) in codec::png::chunks(bytes).map_while(Result::ok) {
        match name {
            b"eXIf" => kept.exif = Some(data.to_vec()),
            b"iTXt" => {
                // Keyword, 0, not compressed, method, language, 0, translated keyword, 0, text.
                let text = data.strip_prefix(XMP_IN_PNG.as_bytes()).and_then(|d| d.strip_prefix(&[0, 0, 0]));
                let mut parts = text.unwrap_or_default().splitn(3, |byte| *byte == 0);
                if let (Some(_), Some(_), Some(text)) = (parts.next(), parts.next(), parts.next()) {
                    kept.xmp = Some(text.to_vec());
                }
            }
            _ => {}
        }
    }
    // The profile is compressed.
    let mut decoder = ::png::Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    kept.icc = decoder.read_info().ok().and_then(|reader| Some(reader.info().icc_profile.as_ref()?.to_vec()));
    kept
}

fn webp(bytes: &[u8]) -> Kept {
    let [exif, icc, xmp] = codec::webp_chunks_named(bytes, [b"EXIF", b"ICCP", b"XMP "]);
    // Some writers keep the prefix that the data have in a JPEG.
    let exif = exif.map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    let owned = |data: Option<&[u8]>| data.map(<[u8]>::to_vec);
    Kept { exif: owned(exif), icc: owned(icc), xmp: owned(xmp) }
}
