use super::*;
use crate::spec::{CropBox, Edge, Fit, Side, tests::any};
use proptest::prelude::*;

fn source() -> impl Strategy<Value = Size> {
    prop_oneof![4 => (1u32..70_000, 1u32..70_000), 1 => (1u32..=40, 1u32..=40), 1 => any::<(u32, u32)>()]
}

fn found() -> impl Strategy<Value = Found> {
    let rect = any::<(u16, u16, u16, u16)>().prop_map(|(x, y, w, h)| Rect {
        x: x.into(),
        y: y.into(),
        width: w.into(),
        height: h.into(),
    });
    let region = any::<(u16, u16, u16, u16)>().prop_map(|(left, top, w, h)| Region {
        left: left.into(),
        top: top.into(),
        right: u32::from(left) + u32::from(w),
        bottom: u32::from(top) + u32::from(h),
    });
    (proptest::option::of(rect), proptest::option::of(region))
        .prop_map(|(trimmed, focus)| Found { trimmed, focus })
}

/// Width and height change places everywhere.
fn turned(spec: &Spec) -> Spec {
    let crop = spec.crop.map(|c| CropBox { left: c.top, top: c.left, right: c.bottom, bottom: c.right });
    let filters = spec.filters.iter().map(|filter| match filter {
        Filter::Focal(region) => Filter::Focal(turned_region(*region)),
        other => other.clone(),
    });
    Spec {
        crop,
        width: spec.height,
        height: spec.width,
        halign: match spec.valign {
            VAlign::Top => HAlign::Left,
            VAlign::Middle => HAlign::Center,
            VAlign::Bottom => HAlign::Right,
        },
        valign: match spec.halign {
            HAlign::Left => VAlign::Top,
            HAlign::Center => VAlign::Middle,
            HAlign::Right => VAlign::Bottom,
        },
        flip_horizontal: spec.flip_vertical,
        flip_vertical: spec.flip_horizontal,
        filters: filters.collect(),
        ..spec.clone()
    }
}

const fn turned_region(region: Region) -> Region {
    Region { left: region.top, top: region.left, right: region.bottom, bottom: region.right }
}

fn inside(rect: Rect, size: Size) -> bool {
    let fits =
        |at: u32, length: u32, all: u32| length > 0 && at.checked_add(length).is_some_and(|end| end <= all);
    fits(rect.x, rect.width, size.0) && fits(rect.y, rect.height, size.1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Any source, any spec: every rectangle is inside of what it is a part of, and none is empty.
    #[test]
    fn everything_is_inside(source in source(), spec in any::spec(), found in found()) {
        let Layout { window, canvas, at, .. } = layout(source, &spec, &found);
        prop_assert!(inside(window.source, (source.0.max(1), source.1.max(1))));
        prop_assert!(inside(window.crop, window.scaled));
        let (width, height) = window.output();
        let image = Rect { x: at.0, y: at.1, width, height };
        prop_assert!(inside(image, canvas));
    }

    #[test]
    fn turning_the_source_turns_the_layout(source in source(), spec in any::spec(), found in found()) {
        let one = layout(source, &spec, &found);
        let found = Found { trimmed: found.trimmed.map(|t| t.transposed()), focus: found.focus.map(turned_region) };
        let other = layout((source.1, source.0), &turned(&spec), &found);
        prop_assert_eq!(one, Layout {
            window: Window {
                source: other.window.source.transposed(),
                scaled: (other.window.scaled.1, other.window.scaled.0),
                crop: other.window.crop.transposed(),
            },
            flip_horizontal: other.flip_vertical,
            flip_vertical: other.flip_horizontal,
            canvas: (other.canvas.1, other.canvas.0),
            at: (other.at.1, other.at.0),
        });
    }

    #[test]
    fn sizes_are_as_asked(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000, b in 1u32..=10_000) {
        let output = |spec: Spec| layout((w, h), &spec, &Found::default()).output();
        prop_assert_eq!(output(Spec::cover(a, b)), (a, b));
        prop_assert_eq!(output(Spec::cover(a, b).with(Filter::Stretch)), (a, b));
        prop_assert_eq!(output(Spec::width(a)).0, a);
        prop_assert_eq!(output(Spec::height(b)).1, b);
        let fill = Filter::Fill { with: crate::spec::Fill::Auto, behind: false };
        prop_assert_eq!(output(Spec::contain(a, b).with(fill)), (a, b));
        let (x, y) = output(Spec::contain(a, b));
        prop_assert!(x <= a.min(w) && y <= b.min(h) && (x == a || y == b || (x, y) == (w, h)));
        let (x, y) = output(Spec::contain(a, b).with(Filter::Upscale));
        prop_assert!(x <= a && y <= b && (x == a || y == b));
        let (x, y) = output(Spec { fit: Fit::Contain { adaptive: false, full: true }, ..Spec::cover(a, b) });
        prop_assert!(x >= a && y >= b && (x == a || y == b));
        for spec in [Spec::cover(a, b), Spec::width(a), Spec::height(b)] {
            let (x, y) = output(spec.with(Filter::NoUpscale));
            prop_assert!(x <= w && y <= h);
        }
    }

    #[test]
    fn cuts_are_centred_and_no_larger_than_needed(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000, b in 1u32..=10_000) {
        let Window { scaled, crop, .. } = layout((w, h), &Spec::cover(a, b), &Found::default()).window;
        let (right, bottom) = (scaled.0 - crop.width - crop.x, scaled.1 - crop.height - crop.y);
        prop_assert!(right - crop.x <= 1 && bottom - crop.y <= 1);
        prop_assert!(scaled.0 == a || scaled.1 == b);
    }

    /// One side is exact, the other at most half a pixel from it, or 1 for less than that; covering
    /// and fitting may move it up or down to the side asked for, which is nearer than a pixel.
    #[test]
    fn the_aspect_is_kept(w in 1u32..70_000, h in 1u32..70_000, a in 1u32..=10_000, b in 1u32..=10_000) {
        let contain = Spec::contain(a, b);
        let upscale = contain.clone().with(Filter::Upscale);
        let full = Spec { fit: Fit::Contain { adaptive: true, full: true }, ..contain.clone() };
        for spec in [Spec::width(a), Spec::height(b), Spec::cover(a, b), contain, upscale, full] {
            let (x, y) = layout((w, h), &spec, &Found::default()).window.scaled;
            let (x_for_y, y_for_x) = (f64::from(w) * f64::from(y) / f64::from(h), f64::from(h) * f64::from(x) / f64::from(w));
            let off = |got: u32, exact: f64| (f64::from(got) - exact).abs() <= 0.5 + 1e-6 || got == 1 && exact < 1.0;
            prop_assert!(off(x, x_for_y) || off(y, y_for_x), "{spec}: {x} x {y}");
        }
    }

    /// The middle of a focal region is in the cut, and in its middle unless an edge is in the way.
    #[test]
    fn focus_stays(w in 1u32..5000, h in 1u32..5000, a in 1u32..=500, b in 1u32..=500, x in 0.0f64..1.0, y in 0.0f64..1.0) {
        let (left, top) = ((f64::from(w) * x) as u32, (f64::from(h) * y) as u32);
        let region = Region { left, top, right: left + 1, bottom: top + 1 };
        let Window { scaled, crop, .. } =
            layout((w, h), &Spec::cover(a, b).with(Filter::Focal(region)), &Found::default()).window;
        let near = |at: u32, own: u32, scaled: u32, start: u32, length: u32| {
            let middle = (f64::from(at) + 0.5) * f64::from(scaled) / f64::from(own);
            let off = f64::from(start) + f64::from(length) / 2.0 - middle;
            start == 0 && off >= -1.0 || start + length == scaled && off <= 1.0 || off.abs() <= 1.0
        };
        prop_assert!(near(left, w, scaled.0, crop.x, crop.width), "{crop:?} of {scaled:?}");
        prop_assert!(near(top, h, scaled.1, crop.y, crop.height), "{crop:?} of {scaled:?}");
    }

    #[test]
    fn crops_keep_just_the_box(w in 1u32..5000, h in 1u32..5000, x in 0u32..5000, y in 0u32..5000, a in 1u32..5000, b in 1u32..5000) {
        let (left, top, right, bottom) = (Edge::Pixels(x), Edge::Pixels(y), Edge::Pixels(x + a), Edge::Pixels(y + b));
        let spec = Spec { crop: Some(CropBox { left, top, right, bottom }), width: Side::Orig, ..Spec::default() };
        let kept = layout((w, h), &spec, &Found::default()).window.source;
        if x < w && y < h {
            prop_assert_eq!(kept, Rect { x, y, width: a.min(w - x), height: b.min(h - y) });
        } else {
            prop_assert_eq!(kept, Rect::whole((w, h)));
        }
    }
}
