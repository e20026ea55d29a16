//! Decoded pixels.

/// What one pixel consists of; 8 bits each, alpha not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Grey.
    Grey,
    /// Grey and alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Channels {
    /// Bytes of one pixel.
    pub const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Decoded pixels, row by row from the top, without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// What one pixel consists of.
    pub channels: Channels,
    /// `width * height * channels.count()` bytes.
    pub data: Vec<u8>,
}

impl Pixels {
    /// Whether every pixel is opaque.
    pub fn is_opaque(&self) -> bool {
        match self.channels {
            Channels::Grey | Channels::Rgb => true,
            Channels::GreyAlpha => opaque::<2>(&self.data),
            Channels::Rgba => opaque::<4>(&self.data),
        }
    }

    /// The same without the alpha channel, if there is one and every pixel is opaque.
    pub fn without_needless_alpha(self) -> Self {
        match self.channels {
            Channels::GreyAlpha if self.is_opaque() => self.take::<2, 1>(Channels::Grey),
            Channels::Rgba if self.is_opaque() => self.take::<4, 3>(Channels::Rgb),
            _ => self,
        }
    }

    /// The same with grey as three equal colours: for formats that know no grey.
    pub fn into_colour(self) -> Self {
        let (pixels, channels): (Vec<u8>, _) = match self.channels {
            Channels::Rgb | Channels::Rgba => return self,
            Channels::Grey => (self.data.iter().flat_map(|v| [*v; 3]).collect(), Channels::Rgb),
            Channels::GreyAlpha => {
                let (pairs, _) = self.data.as_chunks::<2>();
                (pairs.iter().flat_map(|[v, a]| [*v, *v, *v, *a]).collect(), Channels::Rgba)
            }
        };
        Self { data: pixels, channels, ..self }
    }

    /// The data as red, green, blue, alpha.
    pub fn to_rgba(&self) -> Vec<u8> {
        match self.channels {
            Channels::Rgba => self.data.clone(),
            Channels::Rgb => self.data.as_chunks().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect(),
            Channels::Grey => self.data.iter().flat_map(|v| [*v, *v, *v, 255]).collect(),
            Channels::GreyAlpha => {
                self.data.as_chunks().0.iter().flat_map(|[v, a]| [*v, *v, *v, *a]).collect()
            }
        }
    }

    /// The first `M` of every `N` bytes.
    fn take<const N: usize, const M: usize>(mut self, channels: Channels) -> Self {
        let count = self.data.len() / N;
        // In place: the target never overtakes the source.
        for pixel in 0..count {
            self.data.copy_within(pixel * N..pixel * N + M, pixel * M);
        }
        self.data.truncate(count * M);
        Self { channels, ..self }
    }
}

/// Whether the last of every `N` bytes is 255.
fn opaque<const N: usize>(data: &[u8]) -> bool {
    data.as_chunks::<N>().0.iter().all(|pixel| pixel[N - 1] == 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_goes_only_where_it_says_nothing() {
        let of = |channels, data: &[u8]| Pixels { width: 2, height: 1, channels, data: data.to_vec() };
        let rgba = of(Channels::Rgba, &[1, 2, 3, 255, 4, 5, 6, 255]);
        assert_eq!(rgba.without_needless_alpha(), of(Channels::Rgb, &[1, 2, 3, 4, 5, 6]));
        let grey = of(Channels::GreyAlpha, &[7, 255, 8, 255]);
        assert_eq!(grey.without_needless_alpha(), of(Channels::Grey, &[7, 8]));
        for kept in
            [of(Channels::Rgba, &[1, 2, 3, 255, 4, 5, 6, 254]), of(Channels::GreyAlpha, &[1, 0, 2, 255])]
        {
            assert_eq!(kept.clone().without_needless_alpha(), kept);
        }
    }

    #[test]
    fn grey_becomes_equal_colours() {
        let of = |channels, data: &[u8]| Pixels { width: 2, height: 1, channels, data: data.to_vec() };
        assert_eq!(of(Channels::Grey, &[7, 8]).into_colour(), of(Channels::Rgb, &[7, 7, 7, 8, 8, 8]));
        assert_eq!(
            of(Channels::GreyAlpha, &[7, 1, 8, 2]).into_colour(),
            of(Channels::Rgba, &[7, 7, 7, 1, 8, 8, 8, 2])
        );
    }
}
