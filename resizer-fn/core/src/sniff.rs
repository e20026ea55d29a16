//! What a file is, by its first bytes; names and declared types are not trusted.

use std::fmt;

/// An image format that is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy or lossless.
    WebP,
    /// AVIF, a still picture.
    Avif,
    /// GIF.
    Gif,
}

impl Format {
    /// All formats, for tables and tests.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::WebP, Self::Avif, Self::Gif];

    /// The media type for `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
            Self::Gif => "image/gif",
        }
    }

    /// The longest side that the format can express, in pixels.
    pub const fn longest_side(self) -> u32 {
        match self {
            Self::Jpeg | Self::Gif => 65_535,
            Self::Png => i32::MAX as u32,
            Self::WebP => 16_383,
            // AV1 itself could express four times that; its levels, and so most decoders, end there.
            Self::Avif => 16_384,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Avif => "AVIF",
            Self::Gif => "GIF",
        })
    }
}

/// The PNG signature.
pub(crate) const PNG_SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Tells the format by the first bytes; `None` when they are none of ours.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if bytes.starts_with(&PNG_SIGNATURE) {
        Some(Format::Png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(Format::WebP)
    } else if is_avif(bytes) {
        Some(Format::Avif)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(Format::Gif)
    } else {
        None
    }
}

/// Whether the file type box, which comes first, names AVIF among the brands that the file meets
/// (ISO/IEC 14496-12, 4.3). The main brand may be a more general one, such as `mif1`.
fn is_avif(bytes: &[u8]) -> bool {
    let Some((size, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let Some(brands) = rest.strip_prefix(b"ftyp") else { return false };
    let length = (u32::from_be_bytes(*size) as usize).saturating_sub(8).min(brands.len());
    let is_ours = |brand: &[u8]| brand == b"avif" || brand == b"avis";
    // The second word is the version of the main brand.
    let words = brands.get(..length).unwrap_or_default().chunks_exact(4);
    words.enumerate().any(|(place, brand)| place != 1 && is_ours(brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_formats_apart() {
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0\0\x10JFIF"), Some(Format::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(Format::Png));
        assert_eq!(sniff(b"RIFF\x24\0\0\0WEBPVP8 "), Some(Format::WebP));
        assert_eq!(sniff(b"\0\0\0\x14ftypavif\0\0\0\0mif1"), Some(Format::Avif));
        assert_eq!(sniff(b"\0\0\0\x18ftypmif1\0\0\0\0miafavif"), Some(Format::Avif));
        assert_eq!(sniff(b"GIF87a"), Some(Format::Gif));
        assert_eq!(sniff(b"GIF89a\x01\0\x01\0"), Some(Format::Gif));
    }

    #[test]
    fn others_are_none() {
        for other in [
            &b""[..],
            b"\xFF\xD8",
            b"GIF88a",
            b"RIFF\x24\0\0\0WAVE",
            b"RIFF\x24\0\0\0WE",
            b"<svg xmlns=",
            b"<?xml version=\"1.0\"?><Error><Code>AccessDenied",
            b"\x89PNG\n\x1a\n",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            b"\0\0\0\x14ftypmif1avifmiaf",
            b"\0\0\0\x10ftypmif1\0\0\0\0avif",
            b"\0\0\0\x14ftyp",
        ] {
            assert_eq!(sniff(other), None, "{other:?}");
        }
    }
}
