//! Scaling a part of an image, by `fast_image_resize`.
//!
//! A crate of its own because all of that library is generic: its code is made here, once, and not
//! each time that something in the core changes (it was four fifths of the core's machine code).
#![forbid(unsafe_code)]

mod bands;
mod lanczos;

use bands::Bands;
use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U8x4};
use fast_image_resize::{Filter, FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// Samples, row by row, without padding.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// `width * height * channels` bytes.
    pub data: &'a [u8],
    /// Width and height in samples.
    pub size: (u32, u32),
    /// 1 (grey), 2 (grey, alpha), 3 (colours) or 4 (colours, alpha).
    pub channels: usize,
}

/// Where in the samples the result is.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Left, top, width, height of the samples that count: the filter does not reach beyond them.
    pub within: (u32, u32, u32, u32),
    /// Left and upper edge of what is seen, from the corner of `within`, in samples.
    pub corner: (f64, f64),
    /// Width and height of what is seen, above 0, in samples.
    pub extent: (f64, f64),
    /// Size of the result in pixels.
    pub to: (u32, u32),
}

/// What a sample is made of. When an image becomes smaller, kernels grow with the reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Lanczos with three lobes: sharp, and may overshoot at edges.
    Lanczos,
    /// A triangle (bilinear): soft, never overshoots.
    Triangle,
}

/// Why nothing was scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Sizes that contradict each other.
    Sizes,
    /// It was to stop.
    Stopped,
}

/// Bytes of pixels that are scaled between two questions whether to stop: some hundredths of a second.
pub const BAND: usize = 8 << 20;

/// Scales a stretch. Alpha is premultiplied meanwhile, so that the colour of clear pixels does not bleed.
/// None for sizes that contradict each other.
pub fn scale(source: &Source<'_>, stretch: &Stretch, kernel: Kernel) -> Option<Vec<u8>> {
    scale_until(source, stretch, kernel, usize::MAX, &|| false).ok()
}

/// [`scale`] that asks after each `band` bytes whether it is to stop. Less than that is done in one go.
///
/// # Errors
/// See [`Failure`].
pub fn scale_until(
    source: &Source<'_>,
    stretch: &Stretch,
    kernel: Kernel,
    band: usize,
    stopped: &dyn Fn() -> bool,
) -> Result<Vec<u8>, Failure> {
    if stopped() {
        return Err(Failure::Stopped);
    }
    match source.channels {
        1 => scale_as::<U8>(source, stretch, kernel, band, stopped),
        2 => {
            // Rare enough to take the way of colours: each kind of pixel is half a minute of compiling.
            let wide: Vec<u8> =
                source.data.as_chunks().0.iter().flat_map(|[v, a]| [*v, *v, *v, *a]).collect();
            let source = Source { data: &wide, channels: 4, ..*source };
            let scaled = scale_as::<U8x4>(&source, stretch, kernel, band, stopped)?;
            drop(wide);
            Ok(scaled.as_chunks().0.iter().flat_map(|[v, _, _, a]| [*v, *a]).collect())
        }
        3 => scale_as::<U8x3>(source, stretch, kernel, band, stopped),
        4 => scale_as::<U8x4>(source, stretch, kernel, band, stopped),
        _ => Err(Failure::Sizes),
    }
}

/// Written for one pixel type at a time, so that only these are compiled.
fn scale_as<P: PixelTrait>(
    source: &Source<'_>,
    stretch: &Stretch,
    kernel: Kernel,
    band: usize,
    stopped: &dyn Fn() -> bool,
) -> Result<Vec<u8>, Failure> {
    let Stretch { within: (x, y, width, height), corner, extent, to } = *stretch;
    let image = TypedImageRef::<P>::from_buffer(source.size.0, source.size.1, source.data)
        .map_err(|_| Failure::Sizes)?;
    // The filter is wider than what it makes a pixel of.
    let part = TypedCroppedImage::from_ref(&image, x, y, width, height).map_err(|_| Failure::Sizes)?;
    let filter = match kernel {
        Kernel::Lanczos => {
            let lobes = f64::from(lanczos::LOBES);
            FilterType::Custom(Filter::new("Lanczos", lanczos::weight, lobes).map_err(|_| Failure::Sizes)?)
        }
        Kernel::Triangle => FilterType::Bilinear,
    };
    let bytes = |width: u32, height: u32| width as usize * height as usize * P::size();
    let copied = extent == (to.0.into(), to.1.into()) && (corner.0.fract(), corner.1.fract()) == (0.0, 0.0);
    if !copied && bytes(width, height).max(bytes(to.0, to.1)) > band {
        return Bands { image: &image, stretch, filter, band, stopped }.scale();
    }
    let mut result = vec![0; bytes(to.0, to.1)];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut result).map_err(|_| Failure::Sizes)?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .use_alpha(true)
        .crop(corner.0, corner.1, extent.0, extent.1);
    Resizer::new().resize_typed(&part, &mut target, &options).map_err(|_| Failure::Sizes)?;
    Ok(result)
}
