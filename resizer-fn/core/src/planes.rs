//! Y, Cb and Cr as they come out of a JPEG: each plane at its own scale, resampled on its own.
//!
//! A JPEG that becomes a smaller JPEG stays in planes from end to end: no colour conversion, and
//! chroma is never blown up only to be shrunk again.

use crate::error::Error;
use crate::orientation::Orientation;
use crate::pixels::{Channels, Pixels};
use crate::resample::{Part, resample_grey};
use crate::stop::Stop;

/// The samples of one component, row by row, without padding.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Width in samples, at least 1.
    pub width: u32,
    /// Height in samples, at least 1.
    pub height: u32,
    /// Samples to one pixel of the whole picture, across and down. The last sample of a row or
    /// column may stand partly for what is outside.
    pub density: (f64, f64),
    /// `width * height` samples.
    pub data: Vec<u8>,
}

/// A picture in planes; full range, ITU-R BT.601 (JFIF).
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Y.
    pub luma: Plane,
    /// Cb and Cr; none for a grey picture.
    pub chroma: Option<[Plane; 2]>,
}

/// How many luma samples there are to one chroma sample in a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chroma {
    /// As many (4:4:4).
    Full,
    /// Two by two (4:2:0).
    Half,
}

impl Planes {
    /// Scales a part of the picture.
    ///
    /// # Errors
    /// [`Error::Stopped`]; [`Error::Codec`] for sizes that make no sense: a defect of ours.
    pub fn resample(&self, part: &Part, chroma: Chroma, stop: &Stop) -> Result<Self, Error> {
        let luma = self.luma.resample(part, 1, stop)?;
        let step = if chroma == Chroma::Half { 2 } else { 1 };
        let chroma = match &self.chroma {
            Some([cb, cr]) => Some([cb.resample(part, step, stop)?, cr.resample(part, step, stop)?]),
            None => None,
        };
        Ok(Self { luma, chroma })
    }

    /// Turned upright. Chroma has to be [`Chroma::Full`], or both sides even, where turning would
    /// otherwise put the half sample of an odd side at the wrong end; the difference is below half a pixel.
    pub fn oriented(self, orientation: Orientation) -> Self {
        if orientation == Orientation::UPRIGHT {
            return self;
        }
        let turn = |plane: Plane| {
            let Plane { width, height, density, data } = plane;
            let turned = orientation.apply(Pixels { width, height, channels: Channels::Grey, data });
            let density = if turned.width == width { density } else { (density.1, density.0) };
            Plane { width: turned.width, height: turned.height, density, data: turned.data }
        };
        Self { luma: turn(self.luma), chroma: self.chroma.map(|planes| planes.map(turn)) }
    }

    /// As pixels, grey or RGB. Chroma has to be [`Chroma::Full`]; otherwise samples are repeated.
    pub fn into_pixels(self) -> Pixels {
        let Plane { width, height, data, .. } = self.luma;
        let Some([cb, cr]) = self.chroma else {
            return Pixels { width, height, channels: Channels::Grey, data };
        };
        let mut rgb = vec![0; data.len() * 3];
        if (cb.width, cb.height) == (width, height) && cb.data.len() == cr.data.len() {
            convert(&data, &cb.data, &cr.data, &mut rgb);
        } else {
            let (across, down) = (width.div_ceil(cb.width.max(1)), height.div_ceil(cb.height.max(1)));
            for (y, (row, out)) in
                data.chunks(width as usize).zip(rgb.chunks_mut(3 * width as usize)).enumerate()
            {
                let start = (y as u32 / down * cb.width) as usize;
                let wide = |plane: &Plane| -> Vec<u8> {
                    let row = plane.data.get(start..).unwrap_or_default();
                    row.iter()
                        .flat_map(|s| std::iter::repeat_n(*s, across as usize))
                        .take(row_len(width))
                        .collect()
                };
                convert(row, &wide(&cb), &wide(&cr), out);
            }
        }
        Pixels { width, height, channels: Channels::Rgb, data: rgb }
    }
}

const fn row_len(width: u32) -> usize {
    width as usize
}

/// JFIF's conversion, in 16ths of bits: R = Y + 1.402 Cr, G = Y - 0.344136 Cb - 0.714136 Cr, B = Y + 1.772 Cb.
fn convert(luma: &[u8], cb: &[u8], cr: &[u8], rgb: &mut [u8]) {
    const HALF: i32 = 1 << 15;
    for (((y, cb), cr), out) in luma.iter().zip(cb).zip(cr).zip(rgb.chunks_exact_mut(3)) {
        let (y, cb, cr) = (i32::from(*y) << 16 | HALF, i32::from(*cb) - 128, i32::from(*cr) - 128);
        let [r, g, b] = [y + 91_881 * cr, y - 22_554 * cb - 46_802 * cr, y + 116_130 * cb];
        for (out, value) in out.iter_mut().zip([r, g, b]) {
            *out = (value >> 16).clamp(0, 255) as u8;
        }
    }
}

impl Plane {
    /// Scales a part to one sample for each `step` pixels of the result, across and down.
    fn resample(&self, part: &Part, step: u32, stop: &Stop) -> Result<Self, Error> {
        let (width, height) = (part.to.0.div_ceil(step), part.to.1.div_ceil(step));
        // The last sample of an odd side stands for one pixel more than there is.
        let reach = |samples: u32, to: u32| f64::from(samples * step) / f64::from(to);
        let extent = (part.extent.0 * reach(width, part.to.0), part.extent.1 * reach(height, part.to.1));
        let part = Part { extent, to: (width, height), ..*part };
        let data = resample_grey(&self.data, (self.width, self.height), self.density, &part, stop)?;
        let density = 1.0 / f64::from(step);
        Ok(Self { width, height, density: (density, density), data })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stop::NEVER;

    fn flat(width: u32, height: u32, density: f64, value: u8) -> Plane {
        Plane { width, height, density: (density, density), data: vec![value; (width * height) as usize] }
    }

    fn picture() -> Planes {
        Planes {
            luma: flat(41, 31, 0.5, 100),
            chroma: Some([flat(21, 16, 0.25, 90), flat(21, 16, 0.25, 160)]),
        }
    }

    fn whole(to: (u32, u32)) -> Part {
        Part::whole((82, 62), to)
    }

    #[test]
    fn chroma_is_as_large_as_asked() {
        for (to, half) in [((20, 10), (10, 5)), ((21, 11), (11, 6)), ((1, 1), (1, 1))] {
            let full = picture().resample(&whole(to), Chroma::Full, &NEVER).unwrap();
            let [cb, _] = full.chroma.unwrap();
            assert_eq!((cb.width, cb.height), to);
            let small = picture().resample(&whole(to), Chroma::Half, &NEVER).unwrap();
            assert_eq!((small.luma.width, small.luma.height), to);
            let [cb, cr] = small.chroma.unwrap();
            assert_eq!((cb.width, cb.height, cr.width, cr.height), (half.0, half.1, half.0, half.1));
            assert!(cb.data.iter().all(|s| *s == 90) && cr.data.iter().all(|s| *s == 160));
        }
    }

    #[test]
    fn colours_are_those_of_jfif() {
        let pixels = picture().resample(&whole((4, 3)), Chroma::Full, &NEVER).unwrap().into_pixels();
        // 100 + 1.402 * 32, 100 + 0.344 * 38 - 0.714 * 32, 100 - 1.772 * 38
        assert_eq!(&pixels.data[..3], [145, 90, 33]);
        let repeated = picture().resample(&whole((5, 3)), Chroma::Half, &NEVER).unwrap().into_pixels();
        assert_eq!(repeated.data.len(), 45);
        assert_eq!(&repeated.data[42..], [145, 90, 33]);
        let grey = Planes { luma: flat(3, 2, 1.0, 7), chroma: None }.into_pixels();
        assert_eq!((grey.channels, grey.data), (Channels::Grey, vec![7; 6]));
    }

    #[test]
    fn extremes_are_cut() {
        let mut rgb = [0; 6];
        convert(&[255, 0], &[255, 0], &[255, 0], &mut rgb);
        assert_eq!(rgb, [255, 121, 255, 0, 135, 0]);
    }
}
