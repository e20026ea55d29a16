//! From what a file says about its colours to a profile that can be converted from.

use super::{Chromaticities, Cicp, ColourInfo};
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, XyY, curve_from_gamma,
};

/// Channels of sRGB that differ by less cannot be told apart in 8 bits.
const SAME_LEVEL: f64 = 0.75 / 255.0;
/// Rounding of colorants in profiles, and adaptation to D50 by slightly different matrices.
const SAME_COLORANT: f64 = 0.002;

/// The profile to convert from; `None` if the numbers are sRGB, or nothing better is known.
pub(super) fn of(colour: &ColourInfo) -> Option<ColorProfile> {
    let profile = if let Some(cicp) = colour.cicp {
        from_code_points(cicp)?
    } else if let Some(icc) = &colour.icc {
        ColorProfile::new_from_slice(icc).ok()?
    } else if colour.gamma.is_some() || colour.chromaticities.is_some() {
        from_primaries(colour.gamma, colour.chromaticities)?
    } else {
        return None;
    };
    unless_srgb(profile)
}

fn from_code_points(cicp: Cicp) -> Option<ColorProfile> {
    let curve = match cicp.transfer {
        4 => curve_from_gamma(2.2),
        5 => curve_from_gamma(2.8),
        8 => curve_from_gamma(1.0),
        // PQ and HLG reach far beyond white; without tone mapping their numbers are of more use
        // than their light.
        16 | 18 => return None,
        // The curves of cameras for video are met by displays like those for sRGB; browsers show
        // them so.
        _ => srgb_curve(),
    };
    let code = CicpColorPrimaries::try_from(if cicp.primaries == 2 { 1 } else { cicp.primaries }).ok()?;
    // Some codes name nothing.
    ColorPrimaries::try_from(code).ok()?;
    let mut profile = ColorProfile::new_srgb();
    // What it returns says nothing (moxcms 0.9).
    profile.update_rgb_colorimetry_from_cicp(CicpProfile {
        color_primaries: code,
        transfer_characteristics: TransferCharacteristics::Srgb,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    profile.cicp = None;
    Some(with_curve(profile, curve))
}

fn from_primaries(gamma: Option<u32>, chromaticities: Option<Chromaticities>) -> Option<ColorProfile> {
    let curve = match gamma {
        // 45455 is what files say that mean sRGB.
        None | Some(45_450..=45_460) => srgb_curve(),
        // Exponents from 0.2 to 10: others are mistakes.
        Some(gamma @ 10_000..=500_000) => curve_from_gamma(100_000.0 / gamma as f32),
        Some(_) => return None,
    };
    let Some(all) = chromaticities else {
        return Some(rgb(xyy(d65()), ColorPrimaries::BT_709, curve));
    };
    let point = |(x, y): (u32, u32)| {
        let (x, y) = (f64::from(x) / 100_000.0, f64::from(y) / 100_000.0);
        (y > 0.0 && x + y <= 1.0).then_some(Chromaticity { x: x as f32, y: y as f32 })
    };
    let primaries = ColorPrimaries { red: point(all.red)?, green: point(all.green)?, blue: point(all.blue)? };
    let ColorPrimaries { red, green, blue } = primaries;
    let area = (green.x - red.x) * (blue.y - red.y) - (green.y - red.y) * (blue.x - red.x);
    // Primaries on a line span no colours.
    (area.abs() > 0.001).then_some(())?;
    Some(rgb(xyy(point(all.white)?), primaries, curve))
}

fn rgb(white: XyY, primaries: ColorPrimaries, curve: ToneReprCurve) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    profile.update_rgb_colorimetry(white, primaries);
    with_curve(profile, curve)
}

fn with_curve(mut profile: ColorProfile, curve: ToneReprCurve) -> ColorProfile {
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    profile
}

fn d65() -> Chromaticity {
    Chromaticity { x: 0.3127, y: 0.3290 }
}

fn xyy(white: Chromaticity) -> XyY {
    XyY { x: white.x.into(), y: white.y.into(), yb: 1.0 }
}

fn srgb_curve() -> ToneReprCurve {
    // The parameters of ICC's function type 3.
    ToneReprCurve::Parametric(vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045])
}

/// The profile, unless it says what sRGB says, by its values: names are not trusted. Primaries that
/// are sRGB's but for rounding become exactly those, so that they do not mix.
fn unless_srgb(mut profile: ColorProfile) -> Option<ColorProfile> {
    let tables = profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some();
    if tables {
        return Some(profile);
    }
    if profile.color_space == DataColorSpace::Gray {
        let same = profile.gray_trc.as_ref().is_some_and(is_srgb_curve);
        return (!same).then_some(profile);
    }
    let srgb = ColorProfile::new_srgb();
    let same_colorants = [
        (profile.red_colorant, srgb.red_colorant),
        (profile.green_colorant, srgb.green_colorant),
        (profile.blue_colorant, srgb.blue_colorant),
    ]
    .iter()
    .all(|(one, other)| {
        [one.x - other.x, one.y - other.y, one.z - other.z].iter().all(|d| d.abs() < SAME_COLORANT)
    });
    if !same_colorants || profile.color_space != DataColorSpace::Rgb {
        return Some(profile);
    }
    let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
    if curves.into_iter().all(|curve| curve.as_ref().is_some_and(is_srgb_curve)) {
        return None;
    }
    profile.red_colorant = srgb.red_colorant;
    profile.green_colorant = srgb.green_colorant;
    profile.blue_colorant = srgb.blue_colorant;
    Some(profile)
}

/// Whether a curve makes the same levels linear as sRGB's, at every eighth of 256 levels.
fn is_srgb_curve(curve: &ToneReprCurve) -> bool {
    (0..=255)
        .step_by(8)
        .map(|level| f64::from(level) / 255.0)
        .all(|level| value(curve, level).is_some_and(|linear| (encoded(linear) - level).abs() < SAME_LEVEL))
}

/// The level that stands for this much light in sRGB (IEC 61966-2-1).
fn encoded(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// What a curve makes of a level (ICC.1:2022, 10.6 and 10.18).
fn value(curve: &ToneReprCurve, x: f64) -> Option<f64> {
    match curve {
        ToneReprCurve::Lut(table) => match table[..] {
            [] => Some(x),
            [gamma] => Some(x.powf(f64::from(gamma) / 256.0)),
            _ => {
                let at = x * (table.len() - 1) as f64;
                let below = f64::from(*table.get(at.floor() as usize)?);
                let above = f64::from(*table.get(at.ceil() as usize)?);
                Some((below + (above - below) * at.fract()) / 65_535.0)
            }
        },
        ToneReprCurve::Parametric(parameters) => {
            let parameters: Vec<f64> = parameters.iter().map(|p| f64::from(*p)).collect();
            match parameters[..] {
                [g] => Some(x.powf(g)),
                [g, a, b] => Some(if x >= -b / a { (a * x + b).powf(g) } else { 0.0 }),
                [g, a, b, c] => Some(if x >= -b / a { (a * x + b).powf(g) + c } else { c }),
                [g, a, b, c, d] => Some(if x >= d { (a * x + b).powf(g) } else { c * x }),
                [g, a, b, c, d, e, f] => Some(if x >= d { (a * x + b).powf(g) + e } else { c * x + f }),
                _ => None,
            }
        }
    }
}
