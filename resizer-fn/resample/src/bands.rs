//! Large pictures in bands, so that they can be stopped in between: first down, in strips of columns, then across, in bands
//! of rows. Columns and rows do not know of each other, so the result is that of one go.

use crate::{Failure, Stretch};
use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, ImageView, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// What of a picture is scaled, how, and how much of it at a time.
pub(crate) struct Bands<'a, 'b, P: PixelTrait> {
    pub(crate) image: &'b TypedImageRef<'a, P>,
    pub(crate) stretch: &'b Stretch,
    pub(crate) filter: FilterType,
    /// Bytes of a band.
    pub(crate) band: usize,
    pub(crate) stopped: &'b dyn Fn() -> bool,
}

impl<P: PixelTrait> Bands<'_, '_, P> {
    /// All of it.
    pub(crate) fn scale(&self) -> Result<Vec<u8>, Failure> {
        let (width, height) = self.stretch.to;
        let (first, columns) = self.columns();
        let narrow = self.down(first, columns)?;
        if self.is_whole_across() {
            return self.straight(narrow, width);
        }
        let across = TypedImageRef::<P>::from_buffer(columns, height, &narrow).map_err(|_| Failure::Sizes)?;
        let row = width as usize * P::size();
        let mut result = vec![0; row * height as usize];
        let left = self.stretch.corner.0 - f64::from(first);
        let rows = self.of_band(columns.max(width));
        let mut top = 0;
        for band in result.chunks_mut(rows as usize * row) {
            self.ask()?;
            let rows = (band.len() / row) as u32;
            let part =
                TypedCroppedImage::from_ref(&across, 0, top, columns, rows).map_err(|_| Failure::Sizes)?;
            self.resize(&part, (left, 0.0, self.stretch.extent.0, rows.into()), (width, rows), band)?;
            top += rows;
        }
        drop(narrow);
        self.straight(result, width)
    }

    fn ask(&self) -> Result<(), Failure> {
        if (self.stopped)() { Err(Failure::Stopped) } else { Ok(()) }
    }

    /// How many lines of that length make a band.
    fn of_band(&self, length: u32) -> u32 {
        (self.band / (length.max(1) as usize * P::size())).clamp(1, 1 << 20) as u32
    }

    /// Whether columns stay what they are.
    fn is_whole_across(&self) -> bool {
        self.stretch.extent.0 == f64::from(self.stretch.to.0) && self.stretch.corner.0.fract() == 0.0
    }

    /// The first column that the filter reaches, and how many there are.
    fn columns(&self) -> (u32, u32) {
        let Stretch { within, corner, extent, to } = self.stretch;
        if self.is_whole_across() {
            return (corner.0 as u32, to.0);
        }
        let reach = 3.0 * (extent.0 / f64::from(to.0)).max(1.0) + 2.0;
        let first = (corner.0 - reach).floor().max(0.0) as u32;
        let last = ((corner.0 + extent.0 + reach).ceil() as u32).min(within.2);
        (first, last.saturating_sub(first).max(1))
    }

    /// Scaled down the columns alone, premultiplied where there is alpha.
    fn down(&self, first: u32, columns: u32) -> Result<Vec<u8>, Failure> {
        let Stretch { within: (x, y, _, height), corner, extent, to } = *self.stretch;
        let row = columns as usize * P::size();
        let mut result = vec![0; row * to.1 as usize];
        let width = self.of_band(height.max(to.1)).max(16);
        for from in (0..columns).step_by(width as usize) {
            self.ask()?;
            let width = width.min(columns - from);
            let strip = TypedCroppedImage::from_ref(self.image, x + first + from, y, width, height)
                .map_err(|_| Failure::Sizes)?;
            let mut scaled = vec![0; width as usize * to.1 as usize * P::size()];
            let crop = (0.0, corner.1, f64::from(width), extent.1);
            if has_alpha::<P>() {
                let mut premultiplied = TypedImage::<P>::new(width, height);
                MulDiv::new().multiply_alpha_typed(&strip, &mut premultiplied).map_err(|_| Failure::Sizes)?;
                self.resize(&premultiplied, crop, (width, to.1), &mut scaled)?;
            } else {
                self.resize(&strip, crop, (width, to.1), &mut scaled)?;
            }
            let length = width as usize * P::size();
            let start = from as usize * P::size();
            for (line, scaled) in result.chunks_exact_mut(row).zip(scaled.chunks_exact(length)) {
                line[start..start + length].copy_from_slice(scaled);
            }
        }
        Ok(result)
    }

    fn resize(
        &self,
        from: &impl ImageView<Pixel = P>,
        (left, top, width, height): (f64, f64, f64, f64),
        to: (u32, u32),
        into: &mut [u8],
    ) -> Result<(), Failure> {
        let mut target = TypedImage::<P>::from_buffer(to.0, to.1, into).map_err(|_| Failure::Sizes)?;
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(self.filter))
            .use_alpha(false)
            .crop(left, top, width, height);
        Resizer::new().resize_typed(from, &mut target, &options).map_err(|_| Failure::Sizes)
    }

    /// Not premultiplied any more.
    fn straight(&self, mut data: Vec<u8>, width: u32) -> Result<Vec<u8>, Failure> {
        if has_alpha::<P>() {
            let row = width as usize * P::size();
            for band in data.chunks_mut(self.of_band(width) as usize * row) {
                self.ask()?;
                let rows = (band.len() / row) as u32;
                let mut image =
                    TypedImage::<P>::from_buffer(width, rows, band).map_err(|_| Failure::Sizes)?;
                MulDiv::new().divide_alpha_inplace_typed(&mut image).map_err(|_| Failure::Sizes)?;
            }
        }
        Ok(data)
    }
}

/// Of the pixels that are scaled here, those of four bytes have it.
fn has_alpha<P: PixelTrait>() -> bool {
    P::size() == 4
}
