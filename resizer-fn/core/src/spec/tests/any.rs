//! Any spec, for property tests.

use crate::spec::*;
use proptest::prelude::*;

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Auto), Just(Side::Orig), (1..=MAX_SIDE).prop_map(Side::Pixels)]
}

fn span() -> impl Strategy<Value = (Edge, Edge)> {
    let pixels =
        (0u32..500_000, 1u32..=500_000).prop_map(|(at, long)| (Edge::Pixels(at), Edge::Pixels(at + long)));
    let parts =
        (0u16..500, 1u16..=500).prop_map(|(at, long)| (Edge::Thousandths(at), Edge::Thousandths(at + long)));
    let mixed =
        (0u16..=1000, 1u32..=1_000_000).prop_map(|(at, to)| (Edge::Thousandths(at), Edge::Pixels(to)));
    prop_oneof![pixels, parts, mixed]
}

fn crop() -> impl Strategy<Value = CropBox> {
    (span(), span()).prop_map(|((left, right), (top, bottom))| CropBox { left, top, right, bottom })
}

fn trim() -> impl Strategy<Value = Trim> {
    let corner = prop_oneof![Just(Corner::TopLeft), Just(Corner::BottomRight)];
    (corner, 0..=Trim::MAX_TOLERANCE).prop_map(|(corner, tolerance)| Trim { corner, tolerance })
}

fn fit() -> impl Strategy<Value = Fit> {
    let contain = any::<(bool, bool)>().prop_map(|(adaptive, full)| Fit::Contain { adaptive, full });
    prop_oneof![Just(Fit::Cover), contain]
}

fn rgb() -> impl Strategy<Value = Rgb> {
    any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Rgb { r, g, b })
}

fn fill() -> impl Strategy<Value = Fill> {
    let colour = any::<(u8, u8, u8, u8)>().prop_map(|(r, g, b, a)| Fill::Colour(Rgba { r, g, b, a }));
    prop_oneof![colour, Just(Fill::Auto), Just(Fill::Blur), Just(Fill::Transparent)]
}

fn position() -> impl Strategy<Value = WatermarkPos> {
    let offset =
        || prop_oneof![(0..=MAX_SIDE).prop_map(Offset::Pixels), (0u32..=1000).prop_map(Offset::Percent)];
    prop_oneof![
        offset().prop_map(WatermarkPos::Start),
        offset().prop_map(WatermarkPos::End),
        Just(WatermarkPos::Center),
        Just(WatermarkPos::Repeat)
    ]
}

fn watermark() -> impl Strategy<Value = Filter> {
    let percent = || proptest::option::of(1u32..=1000);
    let key = prop_oneof!["\\PC{1,20}", "[ (),%:/;=]{1,9}"];
    (key, position(), position(), 0u8..=100, percent(), percent()).prop_map(
        |(key, x, y, alpha_percent, width_percent, height_percent)| {
            Filter::Watermark(Watermark { key, x, y, alpha_percent, width_percent, height_percent })
        },
    )
}

fn round_corner() -> impl Strategy<Value = Filter> {
    (0..=MAX_SIDE, 0..=MAX_SIDE, proptest::option::of(rgb()))
        .prop_map(|(rx, ry, background)| Filter::RoundCorner(RoundCorner { rx, ry, background }))
}

fn focal() -> impl Strategy<Value = Filter> {
    (0u32..500_000, 0u32..500_000, 1u32..500_000, 1u32..500_000).prop_map(|(left, top, width, height)| {
        Filter::Focal(Region { left, top, right: left + width, bottom: top + height })
    })
}

fn sharpen() -> impl Strategy<Value = Filter> {
    (0u32..=10_000, 0u32..=10_000, any::<bool>()).prop_map(
        |(amount_thousandths, radius_thousandths, luminance_only)| Filter::Sharpen {
            amount_thousandths,
            radius_thousandths,
            luminance_only,
        },
    )
}

fn keep() -> impl Strategy<Value = Filter> {
    let kinds = vec![Kept::Exif, Kept::Icc, Kept::Copyright, Kept::AllExif];
    proptest::sample::subsequence(kinds, 1..=4).prop_map(Filter::Keep)
}

fn filter() -> impl Strategy<Value = Filter> {
    let formats = [
        OutputFormat::Auto,
        OutputFormat::Jpeg,
        OutputFormat::Png,
        OutputFormat::WebP,
        OutputFormat::Avif,
        OutputFormat::Gif,
    ];
    let plain = [
        Filter::Grayscale,
        Filter::StripExif,
        Filter::StripIcc,
        Filter::NoUpscale,
        Filter::Upscale,
        Filter::Still,
        Filter::Stretch,
    ];
    let angles = [Filter::Rotate(0), Filter::Rotate(90), Filter::Rotate(180), Filter::Rotate(270)];
    let numbers = prop_oneof![
        (1u8..=100).prop_map(Filter::Quality),
        (1u64..).prop_map(Filter::MaxBytes),
        (1u32..=150, 1u32..=150_000)
            .prop_map(|(radius, sigma_thousandths)| Filter::Blur { radius, sigma_thousandths }),
        (-100i8..=100).prop_map(Filter::Brightness),
        (-100i8..=100).prop_map(Filter::Contrast),
        (0u32..=10_000).prop_map(|thousandths| Filter::Saturation { thousandths }),
        (1u32..=1000).prop_map(|thousandths| Filter::Proportion { thousandths }),
        (100u32..=10_000).prop_map(|thousandths| Filter::Dpr { thousandths }),
    ];
    prop_oneof![
        proptest::sample::select(formats.to_vec()).prop_map(Filter::Format),
        proptest::sample::select(plain.to_vec()),
        proptest::sample::select(angles.to_vec()),
        numbers,
        (fill(), any::<bool>()).prop_map(|(with, behind)| Filter::Fill { with, behind }),
        rgb().prop_map(Filter::BackgroundColor),
        sharpen(),
        keep(),
        focal(),
        round_corner(),
        watermark(),
    ]
}

/// Any spec that a text can ask for.
pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let halign = proptest::sample::select(vec![HAlign::Left, HAlign::Center, HAlign::Right]);
    let valign = proptest::sample::select(vec![VAlign::Top, VAlign::Middle, VAlign::Bottom]);
    let cut = (proptest::option::of(trim()), proptest::option::of(crop()), fit());
    let size = (side(), side(), any::<bool>(), any::<bool>());
    (cut, size, halign, valign, any::<bool>(), proptest::collection::vec(filter(), 0..6)).prop_map(
        |(
            (trim, crop, fit),
            (width, height, flip_horizontal, flip_vertical),
            halign,
            valign,
            smart,
            filters,
        )| {
            Spec {
                trim,
                crop,
                fit,
                width,
                height,
                flip_horizontal,
                flip_vertical,
                halign,
                valign,
                smart,
                filters,
            }
        },
    )
}
