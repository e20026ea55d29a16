//! Four inks to sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout};

/// Four bytes of ink a pixel (cyan, magenta, yellow, black) to three of sRGB. `inverted`: 255 stands
/// for no ink, as in JPEGs by Adobe's software. Without a CMYK profile that can be used, inks count
/// as ideal filters, as in browsers. Bytes at the end that are no whole pixel are left out.
pub fn cmyk_to_srgb(cmyk: &[u8], icc: Option<&[u8]>, inverted: bool) -> Vec<u8> {
    let cmyk = cmyk.as_chunks::<4>().0;
    by_profile(cmyk, icc, inverted).unwrap_or_else(|| by_filters(cmyk, inverted))
}

fn by_profile(cmyk: &[[u8; 4]], icc: Option<&[u8]>, inverted: bool) -> Option<Vec<u8>> {
    let icc = icc.filter(|icc| icc.len() <= super::LONGEST_PROFILE)?;
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    if profile.color_space != DataColorSpace::Cmyk {
        return None;
    }
    let length = cmyk.len() * 3;
    if inverted {
        let inks: Vec<u8> = cmyk.as_flattened().iter().map(|v| 255 - v).collect();
        return super::transform(&profile, Layout::Rgba, Layout::Rgb, &inks, length);
    }
    super::transform(&profile, Layout::Rgba, Layout::Rgb, cmyk.as_flattened(), length)
}

fn by_filters(cmyk: &[[u8; 4]], inverted: bool) -> Vec<u8> {
    let paper = |ink: u8| u32::from(if inverted { ink } else { 255 - ink });
    cmyk.iter()
        .flat_map(|[c, m, y, k]| [c, m, y].map(|ink| ((paper(*ink) * paper(*k) + 127) / 255) as u8))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_profile_inks_are_filters() {
        let inks = [[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255], [0, 128, 0, 128]];
        let seen = [255, 255, 255, 0, 255, 255, 255, 0, 0, 0, 0, 0, 127, 63, 127];
        let inks = inks.concat();
        assert_eq!(cmyk_to_srgb(&inks, None, false), seen);
        let inverted: Vec<u8> = inks.iter().map(|v| 255 - v).collect();
        assert_eq!(cmyk_to_srgb(&inverted, None, true), seen);
        // What is no profile, or one for something else, does not count.
        assert_eq!(cmyk_to_srgb(&inks, Some(b"broken"), false), seen);
        let srgb = ColorProfile::new_srgb().encode().unwrap_or_default();
        assert_eq!(cmyk_to_srgb(&inks, Some(&srgb), false), seen);
    }
}
