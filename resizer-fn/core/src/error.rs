//! Why an image could not be resized.

use crate::sniff::Format;

/// Why an image could not be resized. The variants are told apart because callers answer them
/// differently: bad input, over a limit, or our own fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes begin like none of the formats known.
    #[error("not a JPEG, PNG, WebP, AVIF or GIF image")]
    NotAnImage,
    /// The file ends before the image does.
    #[error("the {format} file is cut short")]
    Truncated {
        /// What the file began as.
        format: Format,
    },
    /// The file breaks its format's rules.
    #[error("the {format} file is damaged: {reason}")]
    Corrupt {
        /// What the file began as.
        format: Format,
        /// What was wrong, as far as the decoder says.
        reason: String,
    },
    /// A valid file of a kind that is not decoded here.
    #[error("{format} with {feature} is not supported")]
    Unsupported {
        /// What the file is.
        format: Format,
        /// The feature in question.
        feature: &'static str,
    },
    /// The encoded file is larger than allowed.
    #[error("the file has {bytes} bytes, more than the {limit} allowed")]
    TooManyBytes {
        /// Size of the file.
        bytes: u64,
        /// [`crate::Limits::max_bytes`].
        limit: u64,
    },
    /// The image has more pixels than allowed.
    #[error("the image has {width} x {height} pixels, more than the {limit} allowed")]
    TooManyPixels {
        /// Width of the source in pixels.
        width: u32,
        /// Height of the source in pixels.
        height: u32,
        /// [`crate::Limits::max_pixels`].
        limit: u64,
    },
    /// The animation has more frames than allowed.
    #[error("the animation has {frames} frames, more than the {limit} allowed")]
    TooManyFrames {
        /// Frames of the source.
        frames: u32,
        /// [`crate::Limits::max_frames`].
        limit: u32,
    },
    /// All frames of the animation together have more pixels than allowed.
    #[error("the animation's {frames} frames have {pixels} pixels together, more than the {limit} allowed")]
    TooMuchAnimation {
        /// Frames of the source.
        frames: u32,
        /// Pixels of all of them.
        pixels: u64,
        /// [`crate::Limits::max_total_pixels`].
        limit: u64,
    },
    /// All frames of the result together would have more pixels than allowed.
    #[error(
        "the result would have {frames} frames of {width} x {height} pixels, together more than the {limit} pixels allowed"
    )]
    AnimationTooLarge {
        /// Frames of the source.
        frames: u32,
        /// Width of the result in pixels.
        width: u32,
        /// Height of the result in pixels.
        height: u32,
        /// [`crate::Limits::max_total_output_pixels`].
        limit: u64,
    },
    /// The result would have more pixels than allowed.
    #[error("the result would have {width} x {height} pixels, more than the {limit} allowed")]
    OutputTooLarge {
        /// Width of the result in pixels.
        width: u32,
        /// Height of the result in pixels.
        height: u32,
        /// [`crate::Limits::max_output_pixels`].
        limit: u64,
    },
    /// It might take more memory than allowed.
    #[error("it could take {} MiB of memory, more than the {} allowed", bytes.div_ceil(1 << 20), limit >> 20)]
    TooMuchMemory {
        /// The estimate, in bytes; see `pipeline/memory.rs`.
        bytes: u64,
        /// [`crate::Limits::max_memory`].
        limit: u64,
    },
    /// It might take more work than allowed.
    #[error("it could take {} ms of a whole processor, more than the {} allowed", work.div_ceil(1000), limit / 1000)]
    TooMuchWork {
        /// The estimate, in microseconds of one processor; see `pipeline/work.rs`.
        work: u64,
        /// [`crate::Limits::max_work`].
        limit: u64,
    },
    /// Whoever wanted the image said that they do not wait any more: see [`crate::Stop`].
    #[error("the image was not finished in the time there was")]
    Stopped,
    /// A side of the result would be longer than its format can express.
    #[error("the result would be {width} x {height}; a side of a {format} has at most {limit}")]
    SideTooLong {
        /// The format of the result.
        format: Format,
        /// Width of the result in pixels.
        width: u32,
        /// Height of the result in pixels.
        height: u32,
        /// The longest side that the format allows, in pixels.
        limit: u32,
    },
    /// An image that a `watermark` filter names was not handed over.
    #[error("the watermark `{key}` is not there")]
    MissingWatermark {
        /// Its key.
        key: String,
    },
    /// Encoding failed: not the image's fault.
    #[error("encoding the {format} failed: {reason}")]
    Encode {
        /// The format of the result.
        format: Format,
        /// What the encoder said.
        reason: String,
    },
    /// A codec panicked on these bytes.
    #[error("the image codec failed on this file")]
    Codec,
}

impl Error {
    /// A [`Error::Corrupt`] from whatever a decoder says.
    pub(crate) fn corrupt(format: Format, reason: impl ToString) -> Self {
        Self::Corrupt { format, reason: reason.to_string() }
    }

    /// A [`Error::Encode`] from whatever an encoder says.
    pub(crate) fn encode(format: Format, reason: impl ToString) -> Self {
        Self::Encode { format, reason: reason.to_string() }
    }
}
