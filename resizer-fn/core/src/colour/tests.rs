#![allow(clippy::unwrap_used)]

use super::*;
use moxcms::{ToneReprCurve, Xyzd};

/// Three numbers that are seen as a colour.
type Triple = [f64; 3];

fn swatches() -> Vec<[u8; 3]> {
    let levels = [0u8, 20, 64, 128, 200, 255];
    let pairs = levels.iter().flat_map(|r| levels.iter().map(move |g| (*r, *g)));
    pairs.flat_map(|(r, g)| levels.iter().map(move |b| [r, g, *b])).collect()
}

fn rgb(swatches: &[[u8; 3]]) -> Pixels {
    let data = swatches.as_flattened().to_vec();
    Pixels { width: swatches.len() as u32, height: 1, channels: Channels::Rgb, data }
}

fn with_icc(profile: &ColorProfile) -> ColourInfo {
    ColourInfo::with_profile(Some(profile.encode().unwrap()), Channels::Rgb)
}

fn srgb_linear(v: f64) -> f64 {
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn srgb_level(v: f64) -> f64 {
    let v = v.clamp(0.0, 1.0);
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

fn times(m: [Triple; 3], v: Triple) -> Triple {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// From linear Display P3 to linear sRGB (CSS Color 4's sample code, rounded).
const P3: [Triple; 3] =
    [[1.224_940, -0.224_940, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
/// From linear Adobe RGB (1998) to linear sRGB.
const ADOBE: [Triple; 3] = [[1.398_356, -0.398_356, 0.0], [0.0, 1.0, 0.0], [0.0, -0.042_939, 1.042_939]];
/// From linear BT.2020 to linear sRGB (ITU-R BT.2087).
const BT2020: [Triple; 3] = [
    [1.660_491, -0.587_641, -0.072_850],
    [-0.124_550, 1.132_900, -0.008_349],
    [-0.018_151, -0.100_579, 1.118_730],
];

#[track_caller]
fn assert_close(colour: &ColourInfo, matrix: [Triple; 3], linear: impl Fn(f64) -> f64, tolerance: f64) {
    let swatches = swatches();
    let out = to_srgb(rgb(&swatches), colour);
    for (from, to) in swatches.iter().zip(out.data.as_chunks::<3>().0) {
        let wanted = times(matrix, from.map(|v| linear(f64::from(v) / 255.0))).map(|v| srgb_level(v) * 255.0);
        for (to, wanted) in to.iter().zip(wanted) {
            assert!((f64::from(*to) - wanted).abs() <= tolerance, "{from:?}: {to} instead of {wanted}");
        }
    }
}

#[test]
fn wide_gamuts_come_out_right() {
    assert_close(&with_icc(&ColorProfile::new_display_p3()), P3, srgb_linear, 1.6);
    assert_close(&with_icc(&ColorProfile::new_adobe_rgb()), ADOBE, |v| v.powf(563.0 / 256.0), 1.6);
}

#[test]
fn code_points_come_out_right() {
    let cicp = |primaries, transfer| ColourInfo {
        cicp: Some(Cicp { primaries, transfer }),
        ..ColourInfo::default()
    };
    assert_close(&cicp(12, 13), P3, srgb_linear, 1.6);
    // Close to black, where the curve is steepest, many of its colours end up.
    assert_close(&cicp(9, 13), BT2020, srgb_linear, 2.5);
    assert_close(&cicp(9, 1), BT2020, srgb_linear, 2.5);
    let unchanged = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    assert_close(&cicp(1, 8), unchanged, |v| v, 1.6);
    assert_close(&cicp(2, 4), unchanged, |v| v.powf(2.2), 1.6);
    for (primaries, transfer) in [(1, 13), (1, 1), (2, 2), (1, 6), (9, 16), (200, 13), (0, 0)] {
        assert!(cicp(primaries, transfer).is_srgb(), "{primaries}/{transfer}");
    }
    // They count more than a profile.
    let both = ColourInfo { icc: with_icc(&ColorProfile::new_adobe_rgb()).icc, ..cicp(12, 13) };
    assert_close(&both, P3, srgb_linear, 1.6);
}

#[test]
fn gamma_and_primaries_of_a_png_come_out_right() {
    let srgb = Chromaticities {
        white: (31_270, 32_900),
        red: (64_000, 33_000),
        green: (30_000, 60_000),
        blue: (15_000, 6_000),
    };
    let p3 = Chromaticities { red: (68_000, 32_000), green: (26_500, 69_000), ..srgb };
    let info = |gamma, chromaticities| ColourInfo { gamma, chromaticities, ..ColourInfo::default() };
    assert_close(&info(None, Some(p3)), P3, srgb_linear, 1.6);
    assert_close(&info(Some(45_455), Some(p3)), P3, srgb_linear, 1.6);
    let unchanged = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    assert_close(&info(Some(100_000), None), unchanged, |v| v, 1.6);
    assert_close(&info(Some(55_556), Some(srgb)), unchanged, |v| v.powf(1.8), 1.6);
    let on_a_line =
        Chromaticities { red: (30_000, 30_000), green: (20_000, 20_000), blue: (10_000, 10_000), ..srgb };
    for (gamma, primaries) in [
        (Some(45_455), None),
        (None, Some(srgb)),
        (Some(45_455), Some(srgb)),
        (Some(0), None),
        (Some(u32::MAX), None),
        (None, Some(on_a_line)),
        (None, Some(Chromaticities { white: (31_270, 0), ..srgb })),
        (None, Some(Chromaticities { red: (u32::MAX, u32::MAX), ..srgb })),
    ] {
        assert!(info(gamma, primaries).is_srgb(), "{gamma:?} {primaries:?}");
    }
}

/// sRGB whose red and blue are exchanged.
fn swapped() -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    std::mem::swap(&mut profile.red_colorant, &mut profile.blue_colorant);
    profile.cicp = None;
    profile
}

#[test]
fn exchanged_channels_are_exchanged_back() {
    let colour = with_icc(&swapped());
    assert!(!colour.is_srgb(), "its name is not to be trusted");
    let swatches = swatches();
    let out = to_srgb(rgb(&swatches), &colour);
    for ([r, g, b], to) in swatches.iter().zip(out.data.as_chunks::<3>().0) {
        for (to, wanted) in to.iter().zip([*b, *g, *r]) {
            assert!(to.abs_diff(wanted) <= 1, "{r} {g} {b}: {to:?}");
        }
    }
    // Alpha stays, colours are the same with and without it.
    let rgba: Vec<u8> = swatches.iter().zip(0u8..).flat_map(|([r, g, b], a)| [*r, *g, *b, a]).collect();
    let width = swatches.len() as u32;
    let rgba = to_srgb(Pixels { width, height: 1, channels: Channels::Rgba, data: rgba }, &colour);
    let both = rgba.data.as_chunks::<4>().0.iter().zip(out.data.as_chunks::<3>().0);
    for (([r, g, b, a], plain), alpha) in both.zip(0u8..) {
        assert_eq!(*a, alpha);
        assert!([r, g, b].iter().zip(plain).all(|(one, other)| one.abs_diff(*other) <= 1));
    }
}

#[test]
fn srgb_in_any_wording_is_left_alone() {
    let mut table = ColorProfile::new_srgb();
    table.cicp = None;
    let levels = (0..1024).map(|v| (srgb_linear(f64::from(v) / 1023.0) * 65_535.0).round() as u16);
    let curve = Some(ToneReprCurve::Lut(levels.collect()));
    (table.red_trc, table.green_trc, table.blue_trc) = (curve.clone(), curve.clone(), curve);
    // As in the profile that most photographs carry.
    table.red_colorant = Xyzd { x: 0.436_07, y: 0.222_49, z: 0.013_92 };
    table.green_colorant = Xyzd { x: 0.385_15, y: 0.716_87, z: 0.097_08 };
    table.blue_colorant = Xyzd { x: 0.143_07, y: 0.060_61, z: 0.714_10 };
    table.description = None;
    for profile in [ColorProfile::new_srgb(), table.clone()] {
        let colour = with_icc(&profile);
        assert!(colour.icc.is_some() && colour.is_srgb());
        let pixels = rgb(&swatches());
        assert_eq!(to_srgb(pixels.clone(), &colour), pixels);
    }
    // A curve that is nearly the same is another one.
    table.green_trc = Some(moxcms::curve_from_gamma(2.2));
    assert!(!with_icc(&table).is_srgb());
}

#[test]
fn grey_stays_grey() {
    let linear = with_grey(1.0);
    let greys: Vec<u8> = (0..=255).collect();
    let grey = |data: Vec<u8>, channels| Pixels { width: 256, height: 1, channels, data };
    let out = to_srgb(grey(greys.clone(), Channels::Grey), &linear);
    assert_eq!(out.channels, Channels::Grey);
    for (v, to) in greys.iter().zip(&out.data) {
        let wanted = srgb_level(f64::from(*v) / 255.0) * 255.0;
        assert!((f64::from(*to) - wanted).abs() <= 1.6, "{v}: {to} instead of {wanted}");
    }
    let with_alpha: Vec<u8> = greys.iter().flat_map(|v| [*v, 255 - v]).collect();
    let both = to_srgb(grey(with_alpha, Channels::GreyAlpha), &linear);
    for ((v, to), plain) in greys.iter().zip(both.data.as_chunks().0).zip(&out.data) {
        assert_eq!(*to, [*plain, 255 - v]);
    }
    // Made grey from wide colours: the curve is what is left of the profile.
    let p3 = with_icc(&ColorProfile::new_display_p3());
    let out = to_srgb(grey(greys.clone(), Channels::Grey), &p3);
    assert!(greys.iter().zip(&out.data).all(|(v, to)| v.abs_diff(*to) <= 1), "{:?}", out.data);
}

fn with_grey(gamma: f32) -> ColourInfo {
    let profile = ColorProfile::new_gray_with_gamma(gamma).encode().unwrap();
    let colour = ColourInfo::with_profile(Some(profile), Channels::Grey);
    assert!(colour.icc.is_some());
    colour
}

#[test]
fn broken_profiles_count_as_srgb() {
    let pixels = rgb(&swatches());
    let whole = swapped().encode().unwrap();
    for end in 0..whole.len() {
        let colour = ColourInfo { icc: Some(whole[..end].to_vec()), ..ColourInfo::default() };
        let out = to_srgb(pixels.clone(), &colour);
        assert_eq!(out.data.len(), pixels.data.len());
    }
    let mut junk = vec![0xA5; 600];
    junk[16..20].copy_from_slice(b"RGB ");
    junk[36..40].copy_from_slice(b"acsp");
    let colour = ColourInfo::with_profile(Some(junk), Channels::Rgb);
    assert!(colour.icc.is_some());
    assert_eq!(to_srgb(pixels.clone(), &colour), pixels);
    // Profiles for other channels are not even kept.
    let icc = Some(whole);
    assert_eq!(ColourInfo::with_profile(icc.clone(), Channels::Grey).icc, None);
    assert_eq!(ColourInfo::with_profile(None, Channels::Rgb), ColourInfo::default());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn damaged_profiles_never_panic(
        flips in proptest::collection::vec((0usize..560, proptest::prelude::any::<u8>()), 1..8),
    ) {
        let mut icc = swapped().encode().unwrap();
        for (at, value) in flips {
            let at = at % icc.len();
            icc[at] = value;
        }
        let pixels = rgb(&[[1, 2, 3], [200, 100, 50]]);
        let colour = ColourInfo { icc: Some(icc), ..ColourInfo::default() };
        proptest::prop_assert_eq!(to_srgb(pixels, &colour).data.len(), 6);
    }
}
