//! What a file says about its picture besides the pixels: EXIF, colour profile, XMP.

mod exif;

pub(crate) use exif::orientation;
pub use exif::{rights, shared, upright};

/// What precedes XMP in a JPEG's segment (XMP specification, part 3).
pub(crate) const XMP_IN_JPEG: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The keyword of XMP in a PNG.
pub(crate) const XMP_IN_PNG: &str = "XML:com.adobe.xmp";

/// The metadata of a file, or those to write into one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// EXIF data, from their TIFF header on.
    pub exif: Option<Vec<u8>>,
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
    /// XMP, as UTF-8 text.
    pub xmp: Option<Vec<u8>>,
}
