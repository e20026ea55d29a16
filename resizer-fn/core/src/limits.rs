//! What a caller is willing to spend on one image.

use crate::codec::Header;
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
    /// Most frames of an animation.
    pub max_frames: u32,
    /// Most pixels of all frames of an animation together, each counted at the size of the canvas.
    pub max_total_pixels: u64,
    /// Most pixels of all frames of an animation that is made together.
    pub max_total_output_pixels: u64,
    /// Most memory that making all results of a call may take, in bytes, as `pipeline/memory.rs` estimates it.
    pub max_memory: u64,
    /// Most work that making all results of a call may be, in microseconds of one processor, as `pipeline/work.rs`
    /// estimates it.
    pub max_work: u64,
}

impl Default for Limits {
    /// 32 MiB, 50 million pixels in, 16 million out. Of animations, 600 frames and 200 million pixels
    /// together, in and out: they are held one frame at a time, so that limits time and not memory. Memory and work are
    /// not limited.
    fn default() -> Self {
        Self {
            max_bytes: 32 << 20,
            max_pixels: 50_000_000,
            max_output_pixels: 16_000_000,
            max_frames: 600,
            max_total_pixels: 200_000_000,
            max_total_output_pixels: 200_000_000,
            max_memory: u64::MAX,
            max_work: u64::MAX,
        }
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

    /// Checks what is stored of the image, or of an animation's first frame: more than what is seen, where a part is
    /// cut off.
    ///
    /// # Errors
    /// [`Error::TooManyPixels`].
    pub fn check_stored(&self, header: &Header) -> Result<(), Error> {
        if header.first_pixels > self.max_pixels {
            let Header { width, height, .. } = *header;
            return Err(Error::TooManyPixels { width, height, limit: self.max_pixels });
        }
        Ok(())
    }

    /// Checks what showing all frames of an animation would cost, as its header gives it. Only for
    /// callers that go through the frames: one frame alone is [`Limits::check_source`]'s matter.
    ///
    /// # Errors
    /// [`Error::TooManyFrames`], [`Error::TooMuchAnimation`].
    pub fn check_animation(&self, header: &Header) -> Result<(), Error> {
        let frames = header.frames;
        if frames > self.max_frames {
            return Err(Error::TooManyFrames { frames, limit: self.max_frames });
        }
        let shown = (u64::from(header.width) * u64::from(header.height)).saturating_mul(frames.into());
        // A GIF's frames may be larger than its canvas; they are decoded all the same.
        let pixels = shown.max(header.stored_pixels);
        if frames > 1 && pixels > self.max_total_pixels {
            return Err(Error::TooMuchAnimation { frames, pixels, limit: self.max_total_pixels });
        }
        Ok(())
    }

    /// Checks all frames of an animation that is made, each of that size.
    ///
    /// # Errors
    /// [`Error::AnimationTooLarge`].
    pub fn check_animation_output(&self, frames: u32, (width, height): (u32, u32)) -> Result<(), Error> {
        let pixels = (u64::from(width) * u64::from(height)).saturating_mul(frames.into());
        let limit = self.max_total_output_pixels;
        if pixels > limit {
            return Err(Error::AnimationTooLarge { frames, width, height, limit });
        }
        Ok(())
    }

    /// Checks the memory that is needed.
    ///
    /// # Errors
    /// [`Error::TooMuchMemory`].
    pub fn check_memory(&self, bytes: u64) -> Result<(), Error> {
        if bytes > self.max_memory {
            return Err(Error::TooMuchMemory { bytes, limit: self.max_memory });
        }
        Ok(())
    }

    /// Checks the work that is needed.
    ///
    /// # Errors
    /// [`Error::TooMuchWork`].
    pub fn check_work(&self, work: u64) -> Result<(), Error> {
        if work > self.max_work {
            return Err(Error::TooMuchWork { work, limit: self.max_work });
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
        let limits = Limits { max_bytes: 10, max_pixels: 12, max_output_pixels: 6, ..Limits::default() };
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
    fn animations_are_counted_as_a_whole() {
        let limits = Limits { max_frames: 3, max_total_pixels: 60, ..Limits::default() };
        let header = |frames, stored_pixels| Header {
            frames,
            stored_pixels,
            ..Header::still(4, 5, crate::orientation::Orientation::UPRIGHT)
        };
        assert_eq!(limits.check_animation(&header(3, 60)), Ok(()));
        assert_eq!(limits.check_animation(&header(4, 4)), Err(Error::TooManyFrames { frames: 4, limit: 3 }));
        let too_much = |frames, pixels| Err(Error::TooMuchAnimation { frames, pixels, limit: 60 });
        assert_eq!(limits.check_animation(&header(2, 61)), too_much(2, 61));
        let tighter = Limits { max_total_pixels: 59, ..limits };
        assert_eq!(
            tighter.check_animation(&header(3, 0)),
            Err(Error::TooMuchAnimation { frames: 3, pixels: 60, limit: 59 })
        );
        // One frame is no animation.
        assert_eq!(tighter.check_animation(&header(1, 100)), Ok(()));
    }

    #[test]
    fn all_frames_of_a_result_count() {
        let limits = Limits { max_total_output_pixels: 60, ..Limits::default() };
        assert_eq!(limits.check_animation_output(3, (4, 5)), Ok(()));
        let too_large = Error::AnimationTooLarge { frames: 4, width: 4, height: 5, limit: 60 };
        assert_eq!(limits.check_animation_output(4, (4, 5)), Err(too_large));
        assert!(limits.check_animation_output(u32::MAX, (u32::MAX, u32::MAX)).is_err());
    }

    #[test]
    fn products_do_not_overflow() {
        let limits = Limits::default();
        let huge = Header { frames: 600, ..Header::still(u32::MAX, u32::MAX, Default::default()) };
        assert!(limits.check_animation(&huge).is_err());
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
