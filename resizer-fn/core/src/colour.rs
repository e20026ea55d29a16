//! What the numbers in pixels mean, and how they become sRGB.
//!
//! Colours are converted where a file says that they are something else: an ICC profile, code
//! points (AVIF, PNG), or a PNG's gamma and chromaticities. It is done on the small image. Whatever
//! is broken or unknown counts as sRGB, as in browsers: it is no reason to refuse a picture.
//!
//! Profiles with tables are used with their perceptual ones (which the usual print profiles are
//! made for), without black point compensation; for profiles of three primaries all intents are the
//! same. The conversions themselves are `moxcms`'.

mod cmyk;
mod profile;

pub use cmyk::cmyk_to_srgb;

use crate::pixels::{Channels, Pixels};
use moxcms::{ColorProfile, Layout, RenderingIntent, TransformOptions};

/// The longest profile that is looked at, in bytes: those of print are up to 3 MB long. Their tables become numbers of
/// four times the size.
const LONGEST_PROFILE: usize = 4 << 20;

/// What the numbers in an image's pixels mean; by default, sRGB. The first that is there counts:
/// code points, profile, the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColourInfo {
    /// Code points.
    pub cicp: Option<Cicp>,
    /// An ICC profile that fits the pixels' channels.
    pub icc: Option<Vec<u8>>,
    /// 100000 divided by the exponent that makes the numbers linear (`gAMA` of a PNG).
    pub gamma: Option<u32>,
    /// The primaries (`cHRM` of a PNG).
    pub chromaticities: Option<Chromaticities>,
}

/// Code points for colours (ITU-T H.273).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cicp {
    /// Table 2: 1 sRGB, 9 BT.2020, 12 Display P3.
    pub primaries: u8,
    /// Table 3: 13 sRGB, 8 linear.
    pub transfer: u8,
}

/// Where white and the primaries lie, as x and y in 100000ths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chromaticities {
    /// White.
    pub white: (u32, u32),
    /// Red.
    pub red: (u32, u32),
    /// Green.
    pub green: (u32, u32),
    /// Blue.
    pub blue: (u32, u32),
}

impl ColourInfo {
    /// Keeps `icc` only if it describes such channels. A CMYK profile, say, would be wrong on the
    /// RGB pixels that are left after decoding. One that is longer than profiles are counts as none.
    pub fn with_profile(icc: Option<Vec<u8>>, channels: Channels) -> Self {
        let space: &[u8] = match channels {
            Channels::Grey | Channels::GreyAlpha => b"GRAY",
            Channels::Rgb | Channels::Rgba => b"RGB ",
        };
        // Bytes 16 to 19 of an ICC profile name its data colour space, 36 to 39 are its signature.
        let fits = |icc: &Vec<u8>| {
            icc.len() <= LONGEST_PROFILE && icc.get(16..20) == Some(space) && icc.get(36..40) == Some(b"acsp")
        };
        Self { icc: icc.filter(fits), ..Self::default() }
    }

    /// Whether the numbers are sRGB already, or count as such.
    pub fn is_srgb(&self) -> bool {
        profile::of(self).is_none()
    }
}

/// Converts pixels to sRGB, if they are something else. Channels and alpha stay as they are. Pixels
/// that became grey on the way are fine, whatever the profile was for.
pub fn to_srgb(pixels: Pixels, colour: &ColourInfo) -> Pixels {
    match profile::of(colour) {
        Some(profile) => convert(&profile, &pixels).unwrap_or(pixels),
        None => pixels,
    }
}

fn convert(profile: &ColorProfile, pixels: &Pixels) -> Option<Pixels> {
    let data = match pixels.channels {
        Channels::Rgb => transform(profile, Layout::Rgb, Layout::Rgb, &pixels.data, pixels.data.len())?,
        Channels::Rgba => transform(profile, Layout::Rgba, Layout::Rgba, &pixels.data, pixels.data.len())?,
        Channels::Grey => {
            let greys = greys(profile)?;
            pixels.data.iter().map(|v| greys[usize::from(*v)]).collect()
        }
        Channels::GreyAlpha => {
            let greys = greys(profile)?;
            pixels.data.as_chunks().0.iter().flat_map(|[v, a]| [greys[usize::from(*v)], *a]).collect()
        }
    };
    Some(Pixels { data, ..*pixels })
}

/// What each shade of grey becomes.
fn greys(profile: &ColorProfile) -> Option<[u8; 256]> {
    let rgb = if profile.color_space == moxcms::DataColorSpace::Gray {
        let shades: Vec<u8> = (0..=255).collect();
        transform(profile, Layout::Gray, Layout::Rgb, &shades, 3 * 256)?
    } else {
        let shades: Vec<u8> = (0..=255).flat_map(|v| [v; 3]).collect();
        transform(profile, Layout::Rgb, Layout::Rgb, &shades, 3 * 256)?
    };
    // Neutral stays neutral; green is the most exact.
    let mut greys = [0; 256];
    for (grey, [_, green, _]) in greys.iter_mut().zip(rgb.as_chunks().0) {
        *grey = *green;
    }
    Some(greys)
}

fn transform(
    profile: &ColorProfile,
    from: Layout,
    to: Layout,
    data: &[u8],
    length: usize,
) -> Option<Vec<u8>> {
    let options = TransformOptions {
        rendering_intent: RenderingIntent::Perceptual,
        // The images are small: exact rather than fast.
        prefer_fixed_point: false,
        ..TransformOptions::default()
    };
    let transform = profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, options).ok()?;
    let mut out = vec![0; length];
    transform.transform(data, &mut out).ok()?;
    Some(out)
}

#[cfg(test)]
#[path = "colour/tests.rs"]
mod tests;
