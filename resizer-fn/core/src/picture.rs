//! A decoded picture, and how much of it a decoder is asked for.

use crate::error::Error;
use crate::pixels::Pixels;
use crate::planes::{Chroma, Planes};
use crate::resample::{Part, resample};
use crate::stop::{NEVER, Stop};

/// What is wanted of a picture: a decoder may leave out what will be thrown away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Samples to a pixel of the picture, in each direction, above 0: 0.1 if the largest result is a
    /// tenth as wide; at least 1 for all pixels.
    pub detail: f64,
    /// Chroma samples to a luma sample, in each direction: 1 or 0.5.
    pub chroma: f64,
    /// Rows of the picture as stored (from the top, in pixels) that are wanted. Those below may be anything.
    pub bottom: u32,
}

impl Wanted {
    /// Everything.
    pub const ALL: Self = Self { detail: 1.0, chroma: 1.0, bottom: u32::MAX };
}

/// A decoded picture, as stored, not yet turned.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// As decoded from a JPEG, or an AVIF that means the same by them.
    Planes(Planes),
    /// Pixels, maybe fewer than the file has.
    Pixels {
        /// The pixels.
        pixels: Pixels,
        /// How many there are to one pixel of the file, across and down.
        density: (f64, f64),
    },
}

impl Picture {
    /// All pixels of a file.
    pub const fn full(pixels: Pixels) -> Self {
        Self::Pixels { pixels, density: (1.0, 1.0) }
    }

    /// Scales a part to pixels.
    ///
    /// # Errors
    /// [`Error::Codec`] for sizes that make no sense: a defect of ours.
    pub fn resample(&self, part: &Part) -> Result<Pixels, Error> {
        self.resample_until(part, &NEVER)
    }

    /// [`Picture::resample`] that can be stopped.
    pub(crate) fn resample_until(&self, part: &Part, stop: &Stop) -> Result<Pixels, Error> {
        match self {
            Self::Planes(planes) => Ok(planes.resample(part, Chroma::Full, stop)?.into_pixels()),
            Self::Pixels { pixels, density } => resample(pixels, *density, part, stop),
        }
    }
}
