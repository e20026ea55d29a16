//! The usual JPEG: decoded to planes by `resizer-jpeg` at the scale that is wanted.

use crate::planes::{Plane, Planes};
use resizer_jpeg::{Error, Frame};

/// How much larger than wanted the decoded luma has to be at least: below, the resampler would have
/// too little to work with, and the result would be less sharp than one from the full picture.
const MARGIN: f64 = 1.0;

/// Samples that are wanted of the whole picture, across and down: more than this is thrown away later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Luma samples across.
    pub width: f64,
    /// Luma samples down.
    pub height: f64,
    /// Chroma samples wanted to one luma sample, in each direction: 1 or 0.5.
    pub chroma: f64,
    /// Rows of the picture (pixels from the top) that are wanted; those below may stay grey.
    pub bottom: u32,
}

/// Decodes with as few samples as `wanted` allows.
///
/// # Errors
/// As `resizer_jpeg::decode`, and [`Error::Unsupported`] where libjpeg-turbo is the better choice.
pub fn decode(bytes: &[u8], wanted: &Wanted) -> Result<(Planes, bool), Error> {
    let frame = resizer_jpeg::frame(bytes)?;
    let scales = scales(&frame, wanted);
    let decoded = resizer_jpeg::decode(bytes, scales, wanted.bottom)?;
    let mut planes = decoded.planes.into_iter().enumerate().map(|(index, plane)| {
        let (width, height) = density(&frame, index);
        let scale = f64::from(scales[index]) / 8.0;
        let density = (width * scale, height * scale);
        Plane { width: plane.width, height: plane.height, density, data: plane.data }
    });
    let luma = planes.next().ok_or(Error::Corrupt("it has no components"))?;
    let chroma = match (planes.next(), planes.next()) {
        (Some(cb), Some(cr)) => Some([cb, cr]),
        _ => None,
    };
    Ok((Planes { luma, chroma }, decoded.complete))
}

/// Samples of a component to one pixel at full size, across and down.
fn density(frame: &Frame, index: usize) -> (f64, f64) {
    let (h, v) = frame.sampling();
    let component = &frame.components[index];
    (f64::from(component.horizontal) / f64::from(h), f64::from(component.vertical) / f64::from(v))
}

/// For each component the smallest scale that gives what is wanted.
fn scales(frame: &Frame, wanted: &Wanted) -> [u8; 3] {
    std::array::from_fn(|index| {
        if index >= frame.components.len() {
            return 1;
        }
        let (across, down) = density(frame, index);
        let (factor, margin) = if index == 0 { (1.0, MARGIN) } else { (wanted.chroma, 1.0) };
        let need = |samples: f64, pixels: u16, density: f64| samples * factor * margin / (f64::from(pixels) * density);
        let most = need(wanted.width, frame.width, across).max(need(wanted.height, frame.height, down));
        // A millionth less than the next scale is that scale.
        (most * 8.0 - 1e-6).ceil().clamp(1.0, 8.0) as u8
    })
}
