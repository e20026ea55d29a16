//! Samples of one component.

/// Samples of one component, row by row from the top, without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Width in samples, at least 1.
    pub width: u32,
    /// Height in samples, at least 1.
    pub height: u32,
    /// `width * height` samples.
    pub data: Vec<u8>,
}

/// A plane being written: whole blocks, so it may be wider and higher than the plane.
#[derive(Debug)]
pub(crate) struct Canvas {
    data: Vec<u8>,
    /// Samples from one row to the next.
    pub(crate) stride: usize,
}

impl Canvas {
    /// For so many samples across and down. Grey, for what the file does not have.
    pub(crate) fn new(stride: usize, rows: usize) -> Self {
        Self { data: vec![128; stride * rows], stride }
    }

    /// The samples from column `x` of row `y` to the end.
    #[inline(always)]
    pub(crate) fn at(&mut self, x: usize, y: usize) -> &mut [u8] {
        self.data.get_mut(y * self.stride + x..).unwrap_or_default()
    }

    /// Cuts the padding off.
    pub(crate) fn finish(mut self, width: u32, height: u32) -> Plane {
        let (w, h) = (width as usize, height as usize);
        if w < self.stride {
            for row in 1..h {
                self.data.copy_within(row * self.stride..row * self.stride + w, row * w);
            }
        }
        self.data.truncate(w * h);
        Plane { width, height, data: self.data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_cut_off() {
        let mut canvas = Canvas::new(4, 3);
        for y in 0..3 {
            for x in 0..4 {
                canvas.at(x, y)[0] = (10 * y + x) as u8;
            }
        }
        assert_eq!(canvas.finish(3, 2).data, [0, 1, 2, 10, 11, 12]);
    }
}
