//! What a caller is willing to spend on one image.

use crate::error::Error;
use crate::sniff::Format;

/// What a caller is willing to spend on one image. All are checked before pixels are allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest encoded input, in bytes.
    pub max_bytes: u64,
    /// Most pixels (width x height) of the input.
    pub max_pixels: u64,
    /// Most pixels (width x height) of the result.
    pub max_output_pixels: u64,
}

impl Default for Limits {
    /// 32 MiB, 50 million pixels in, 16 million out. A progressive JPEG of 50 million pixels is
    /// the costliest: 6 bytes a pixel for coefficients and 3 for the decoded image.
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_pixels: 50_000_000, max_output_pixels: 16_000_000 }
    }
}

impl Limits {
    /// Checks the size of the encoded file.
    ///
    /// # Errors
    /// [`Error::TooManyBytes`].
    pub fn check_bytes(&self, bytes: u64) -> Result<(), Error> {
        if bytes > self.max_bytes {
            return Err(Error::TooManyBytes { bytes, limit: self.max_bytes });
        }
        Ok(())
    }

    /// Checks the source's size as its header gives it.
    ///
    /// # Errors
    /// [`Error::TooManyPixels`].
    pub fn check_source(&self, width: u32, height: u32) -> Result<(), Error> {
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(Error::TooManyPixels { width, height, limit: self.max_pixels });
        }
        Ok(())
    }

    /// Checks the size of the result, also against what its format can express.
    ///
    /// # Errors
    /// [`Error::OutputTooLarge`], [`Error::SideTooLong`].
    pub fn check_output(&self, format: Format, width: u32, height: u32) -> Result<(), Error> {
        if u64::from(width) * u64::from(height) > self.max_output_pixels {
            return Err(Error::OutputTooLarge { width, height, limit: self.max_output_pixels });
        }
        let limit = format.longest_side();
        if width.max(height) > limit {
            return Err(Error::SideTooLong { format, width, height, limit });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_inclusive() {
        let limits = Limits { max_bytes: 10, max_pixels: 12, max_output_pixels: 6 };
        assert_eq!(limits.check_bytes(10), Ok(()));
        assert_eq!(limits.check_bytes(11), Err(Error::TooManyBytes { bytes: 11, limit: 10 }));
        assert_eq!(limits.check_source(3, 4), Ok(()));
        assert_eq!(limits.check_source(13, 1), Err(Error::TooManyPixels { width: 13, height: 1, limit: 12 }));
        assert_eq!(limits.check_output(Format::Png, 2, 3), Ok(()));
        assert_eq!(
            limits.check_output(Format::Png, 7, 1),
            Err(Error::OutputTooLarge { width: 7, height: 1, limit: 6 })
        );
    }

    #[test]
    fn products_do_not_overflow() {
        let limits = Limits::default();
        assert!(limits.check_source(u32::MAX, u32::MAX).is_err());
        assert!(limits.check_output(Format::Png, u32::MAX, u32::MAX).is_err());
    }

    #[test]
    fn formats_have_their_own_longest_side() {
        let limits = Limits::default();
        assert_eq!(limits.check_output(Format::WebP, 16_383, 1), Ok(()));
        assert!(matches!(
            limits.check_output(Format::WebP, 16_384, 1),
            Err(Error::SideTooLong { limit: 16_383, .. })
        ));
        assert_eq!(limits.check_output(Format::Jpeg, 1, 65_535), Ok(()));
        assert!(limits.check_output(Format::Jpeg, 1, 65_536).is_err());
    }
}
