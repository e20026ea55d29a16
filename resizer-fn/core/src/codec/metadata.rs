//! Finding metadata in the files, as they are.

use super::{avif, gif_blocks, jpeg, png_chunks, png_rows, webp_chunks};
use crate::metadata::{Kept, XMP_IN_PNG};
use crate::sniff::Format;

/// The metadata of a file, as they stand there. Those that cannot be read are left out.
pub(super) fn read(format: Format, bytes: &[u8]) -> Kept {
    match format {
        Format::Jpeg => jpeg::metadata(bytes),
        Format::Png => of_png(bytes),
        Format::WebP => of_webp(bytes),
        Format::Avif => of_avif(bytes),
        Format::Gif => of_gif(bytes),
    }
}

fn of_gif(bytes: &[u8]) -> Kept {
    let xmp = gif_blocks::read(bytes).ok().and_then(|gif| gif.xmp);
    Kept { xmp: xmp.map(<[u8]>::to_vec), ..Kept::default() }
}

fn of_avif(bytes: &[u8]) -> Kept {
    let Ok(info) = avif::read_info(bytes) else { return Kept::default() };
    Kept { exif: info.exif.map(Into::into), icc: info.icc.map(<[u8]>::to_vec), xmp: None }
}

fn of_png(bytes: &[u8]) -> Kept {
    let mut kept = Kept::default();
    for (name, data) in png_chunks::chunks(bytes).map_while(Result::ok) {
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
    let decoder = png_rows::decoder(bytes);
    kept.icc = decoder.read_info().ok().and_then(|reader| Some(reader.info().icc_profile.as_ref()?.to_vec()));
    kept
}

fn of_webp(bytes: &[u8]) -> Kept {
    let chunks = webp_chunks::read(bytes).unwrap_or_default();
    let [exif, icc, xmp] = [b"EXIF", b"ICCP", b"XMP "].map(|name| webp_chunks::find(&chunks, name));
    // Some writers keep the prefix that the data have in a JPEG.
    let exif = exif.map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    let owned = |data: Option<&[u8]>| data.map(<[u8]>::to_vec);
    Kept { exif: owned(exif), icc: owned(icc), xmp: owned(xmp) }
}
