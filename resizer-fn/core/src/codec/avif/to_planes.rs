//! Planes of an AV1 picture as they are, where they mean what those of a JPEG do: no colours are converted at
//! full size.

use super::to_rgb::Scale;
use crate::planes::{Plane, Planes};
use resizer_av1::{Cicp, Picture};

/// Whether the planes of such a picture can stay planes: 8 bits, BT.601 (which MIAF takes where nothing is said).
pub(super) fn suits(depth: u8, cicp: Cicp) -> bool {
    depth == 8 && matches!(cicp.matrix, 2 | 5 | 6)
}

/// Copies the planes of a picture of 8 bits, brought to full range.
pub(super) fn planes(picture: &Picture, full_range: bool) -> Planes {
    let sampling = picture.sampling();
    let size = (picture.width(), picture.height());
    let chroma = sampling.chroma_size(size.0, size.1);
    let (across, down) = sampling.shifts();
    let half = |shifts: u32| if shifts == 1 { 0.5 } else { 1.0 };
    let plane = |number: usize, (width, height): (u32, u32), density: (f64, f64)| {
        let values = (!full_range).then(|| widened(number > 0));
        let mut data = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            let row = picture.row::<u8>(number, y);
            match &values {
                None => data.extend_from_slice(row),
                Some(values) => data.extend(row.iter().map(|sample| values[usize::from(*sample)])),
            }
        }
        Plane { width, height, density, data }
    };
    let density = (half(across), half(down));
    let chroma = chroma.map(|size| [plane(1, size, density), plane(2, size, density)]);
    Planes { luma: plane(0, size, (1.0, 1.0)), chroma }
}

/// For each sample of video range its value in full range.
fn widened(chroma: bool) -> [u8; 256] {
    let scale = Scale::of(8, false);
    std::array::from_fn(|sample| if chroma { scale.chroma(sample as i32) } else { scale.luma(sample as i32) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn video_range_becomes_full_range() {
        let (luma, chroma) = (widened(false), widened(true));
        assert_eq!([0, 16, 126, 235, 255].map(|sample| luma[sample]), [0, 0, 128, 255, 255]);
        assert_eq!([16, 72, 128, 240, 255].map(|sample| chroma[sample]), [1, 64, 128, 255, 255]);
    }

    #[test]
    fn others_are_converted() {
        let cicp = |matrix| Cicp { matrix, ..Cicp::SRGB };
        assert!(suits(8, cicp(6)) && suits(8, Cicp::UNSPECIFIED));
        for (depth, cicp) in [(10, cicp(6)), (8, cicp(1)), (8, cicp(0))] {
            assert!(!suits(depth, cicp));
        }
    }
}
