//! Each part and each filter: what it is read as, and the canonical text.

use crate::spec::*;

fn read(text: &str) -> Spec {
    Spec::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn filter(text: &str) -> Filter {
    let mut spec = read(&format!("filters:{text}"));
    assert_eq!(spec.filters.len(), 1, "{text}");
    spec.filters.remove(0)
}

#[test]
fn sizes() {
    let flipped =
        |spec: Spec, flip_horizontal, flip_vertical| Spec { flip_horizontal, flip_vertical, ..spec };
    for (text, spec, canonical) in [
        ("300x200", Spec::cover(300, 200), "300x200"),
        ("300x", Spec::width(300), "300x"),
        ("300x0", Spec::width(300), "300x"),
        ("x200", Spec::height(200), "x200"),
        ("0x200", Spec::height(200), "x200"),
        ("0x0", Spec::default(), "0x0"),
        ("0x", Spec::default(), "0x0"),
        ("x0", Spec::default(), "0x0"),
        ("1x10000", Spec::cover(1, 10_000), "1x10000"),
        ("-300x200", flipped(Spec::cover(300, 200), true, false), "-300x200"),
        ("300x-200", flipped(Spec::cover(300, 200), false, true), "300x-200"),
        ("-300x-200", flipped(Spec::cover(300, 200), true, true), "-300x-200"),
        ("-300x", flipped(Spec::width(300), true, false), "-300x"),
        ("300x-0", flipped(Spec::width(300), false, true), "300x-0"),
        ("300x-", flipped(Spec::width(300), false, true), "300x-0"),
        ("-x200", flipped(Spec::height(200), true, false), "-0x200"),
        ("-0x0", flipped(Spec::default(), true, false), "-0x0"),
        ("0x-0", flipped(Spec::default(), false, true), "0x-0"),
        ("-0x-0", flipped(Spec::default(), true, true), "-0x-0"),
        ("origx100", Spec { width: Side::Orig, ..Spec::height(100) }, "origx100"),
        ("100x-orig", flipped(Spec { height: Side::Orig, ..Spec::width(100) }, false, true), "100x-orig"),
        ("origx", Spec { width: Side::Orig, ..Spec::default() }, "origx"),
    ] {
        assert_eq!(read(text), spec, "{text}");
        assert_eq!(spec.to_string(), canonical, "{text}");
    }
}

#[test]
fn parts_before_filters() {
    let edge = Edge::Pixels;
    let trim = |corner, tolerance| Spec { trim: Some(Trim { corner, tolerance }), ..Spec::default() };
    let crop = |left, top, right, bottom| Spec {
        crop: Some(CropBox { left, top, right, bottom }),
        ..Spec::default()
    };
    let fit = |adaptive, full| Spec { fit: Fit::Contain { adaptive, full }, ..Spec::default() };
    for (text, spec, canonical) in [
        ("trim", trim(Corner::TopLeft, 0), "trim"),
        ("trim:top-left", trim(Corner::TopLeft, 0), "trim"),
        ("trim:bottom-right", trim(Corner::BottomRight, 0), "trim:bottom-right"),
        ("trim:30", trim(Corner::TopLeft, 30), "trim:30"),
        ("trim::50", trim(Corner::TopLeft, 50), "trim:50"),
        ("trim:bottom-right:442", trim(Corner::BottomRight, 442), "trim:bottom-right:442"),
        ("10x20:30x40", crop(edge(10), edge(20), edge(30), edge(40)), "10x20:30x40"),
        ("0x0:0x0", Spec::default(), "0x0"),
        (
            "0.1x.25:1.0x0.9999",
            crop(
                Edge::Thousandths(100),
                Edge::Thousandths(250),
                Edge::Thousandths(1000),
                Edge::Thousandths(1000),
            ),
            "0.1x0.25:1.0x1.0",
        ),
        (
            "10x0.0:0.50x40",
            crop(edge(10), Edge::Thousandths(0), Edge::Thousandths(500), edge(40)),
            "10x0.0:0.5x40",
        ),
        ("fit-in", fit(false, false), "fit-in"),
        ("adaptive-fit-in", fit(true, false), "adaptive-fit-in"),
        ("full-fit-in", fit(false, true), "full-fit-in"),
        ("adaptive-full-fit-in", fit(true, true), "adaptive-full-fit-in"),
        ("left", Spec { halign: HAlign::Left, ..Spec::default() }, "left"),
        ("right", Spec { halign: HAlign::Right, ..Spec::default() }, "right"),
        ("center", Spec::default(), "0x0"),
        ("top", Spec { valign: VAlign::Top, ..Spec::default() }, "top"),
        ("middle", Spec::default(), "0x0"),
        ("bottom", Spec { valign: VAlign::Bottom, ..Spec::default() }, "bottom"),
        ("smart", Spec { smart: true, ..Spec::default() }, "smart"),
    ] {
        assert_eq!(read(text), spec, "{text}");
        assert_eq!(spec.to_string(), canonical, "{text}");
    }
    let all = "trim:3/1x2:3x4/adaptive-full-fit-in/-300x-200/left/top/smart/filters:quality(7):grayscale()";
    assert_eq!(read(all).to_string(), all);
    assert_eq!(Spec::parse_canonical(all).unwrap().filters, [Filter::Quality(7), Filter::Grayscale]);
}

#[test]
fn filters_without_or_with_plain_arguments() {
    let red = Rgb { r: 255, g: 0, b: 0 };
    let colour = Rgba { r: 255, g: 0, b: 0, a: 255 };
    for (text, expected, canonical) in [
        ("format(webp)", Filter::Format(OutputFormat::WebP), "format(webp)"),
        ("format(JPG)", Filter::Format(OutputFormat::Jpeg), "format(jpeg)"),
        ("format( avif )", Filter::Format(OutputFormat::Avif), "format(avif)"),
        ("format(auto)", Filter::Format(OutputFormat::Auto), "format(auto)"),
        ("quality(80)", Filter::Quality(80), "quality(80)"),
        ("quality(0)", Filter::Quality(1), "quality(1)"),
        ("max_bytes(7500)", Filter::MaxBytes(7500), "max_bytes(7500)"),
        ("fill(red)", Filter::Fill { with: Fill::Colour(colour), behind: false }, "fill(ff0000)"),
        ("fill(f00,true)", Filter::Fill { with: Fill::Colour(colour), behind: true }, "fill(ff0000,1)"),
        ("fill(auto,0)", Filter::Fill { with: Fill::Auto, behind: false }, "fill(auto)"),
        ("fill(blur, 1)", Filter::Fill { with: Fill::Blur, behind: true }, "fill(blur,1)"),
        ("fill(transparent)", Filter::Fill { with: Fill::Transparent, behind: false }, "fill(transparent)"),
        (
            "fill(%23f008)",
            Filter::Fill { with: Fill::Colour(Rgba { a: 0x88, ..colour }), behind: false },
            "fill(ff000088)",
        ),
        ("background_color(Red)", Filter::BackgroundColor(red), "background_color(ff0000)"),
        ("blur(7)", Filter::Blur { radius: 7, sigma_thousandths: 7000 }, "blur(7)"),
        ("blur(4, 2.5)", Filter::Blur { radius: 4, sigma_thousandths: 2500 }, "blur(4,2.5)"),
        ("blur(4,4.0)", Filter::Blur { radius: 4, sigma_thousandths: 4000 }, "blur(4)"),
        ("blur(4,0)", Filter::Blur { radius: 4, sigma_thousandths: 4000 }, "blur(4)"),
        (
            "sharpen(2,1.0,true)",
            Filter::Sharpen { amount_thousandths: 2000, radius_thousandths: 1000, luminance_only: true },
            "sharpen(2,1,true)",
        ),
        (
            "sharpen(0.5,.25)",
            Filter::Sharpen { amount_thousandths: 500, radius_thousandths: 250, luminance_only: false },
            "sharpen(0.5,0.25,false)",
        ),
        ("rotate(90)", Filter::Rotate(90), "rotate(90)"),
        ("rotate(-90)", Filter::Rotate(270), "rotate(270)"),
        ("rotate(720)", Filter::Rotate(0), "rotate(0)"),
        ("grayscale()", Filter::Grayscale, "grayscale()"),
        ("grayscale( )", Filter::Grayscale, "grayscale()"),
        ("brightness(-100)", Filter::Brightness(-100), "brightness(-100)"),
        ("contrast(40)", Filter::Contrast(40), "contrast(40)"),
        ("saturation(1.5)", Filter::Saturation { thousandths: 1500 }, "saturation(1.5)"),
        ("saturation(0)", Filter::Saturation { thousandths: 0 }, "saturation(0)"),
        ("proportion(0.5)", Filter::Proportion { thousandths: 500 }, "proportion(0.5)"),
        ("proportion(1.0)", Filter::Proportion { thousandths: 1000 }, "proportion(1)"),
        ("strip_exif()", Filter::StripExif, "strip_exif()"),
        ("strip_icc()", Filter::StripIcc, "strip_icc()"),
        ("keep(icc,exif,icc)", Filter::Keep(vec![Kept::Exif, Kept::Icc]), "keep(exif,icc)"),
        ("keep(all-exif,icc)", Filter::Keep(vec![Kept::Icc, Kept::AllExif]), "keep(icc,all-exif)"),
        ("keep(copyright)", Filter::Keep(vec![Kept::Copyright]), "keep(copyright)"),
        ("no_upscale()", Filter::NoUpscale, "no_upscale()"),
        ("upscale()", Filter::Upscale, "upscale()"),
        (
            "focal(146x206:279x360)",
            Filter::Focal(Region { left: 146, top: 206, right: 279, bottom: 360 }),
            "focal(146x206:279x360)",
        ),
        ("still()", Filter::Still, "still()"),
        ("cover()", Filter::Still, "still()"),
        ("stretch()", Filter::Stretch, "stretch()"),
        ("dpr(2)", Filter::Dpr { thousandths: 2000 }, "dpr(2)"),
    ] {
        assert_eq!(filter(text), expected, "{text}");
        assert_eq!(expected.to_string(), canonical, "{text}");
    }
}

#[test]
fn round_corners() {
    let white = Some(Rgb { r: 255, g: 255, b: 255 });
    for (text, corner, canonical) in [
        ("20,255,255,255", RoundCorner { rx: 20, ry: 20, background: white }, "20,255,255,255"),
        ("20|40,255,255,255,false", RoundCorner { rx: 20, ry: 40, background: white }, "20|40,255,255,255"),
        ("20|20,1,2,3,1", RoundCorner { rx: 20, ry: 20, background: None }, "20,0,0,0,1"),
    ] {
        let text = format!("round_corner({text})");
        assert_eq!(filter(&text), Filter::RoundCorner(corner), "{text}");
        assert_eq!(Filter::RoundCorner(corner).to_string(), format!("round_corner({canonical})"));
    }
}

#[test]
fn watermarks() {
    use WatermarkPos::*;
    let pixels = Offset::Pixels;
    let mark = |key: &str, x, y, alpha_percent, width_percent, height_percent| Watermark {
        key: key.to_owned(),
        x,
        y,
        alpha_percent,
        width_percent,
        height_percent,
    };
    for (text, expected, canonical) in [
        ("a/b.png,10,-20,50", mark("a/b.png", Start(pixels(10)), End(pixels(20)), 50, None, None), ""),
        (
            "http://e.com/a,0,-0,0",
            mark("http://e.com/a", Start(pixels(0)), End(pixels(0)), 0, None, None),
            "",
        ),
        ("a,center,repeat,100", mark("a", Center, Repeat, 100, None, None), ""),
        ("a,20p,-5p,1", mark("a", Start(Offset::Percent(20)), End(Offset::Percent(5)), 1, None, None), ""),
        ("a,1,1,1,20", mark("a", Start(pixels(1)), Start(pixels(1)), 1, Some(20), None), ""),
        ("a,1,1,1,none,15", mark("a", Start(pixels(1)), Start(pixels(1)), 1, None, Some(15)), ""),
        ("a,1,1,1,30,30", mark("a", Start(pixels(1)), Start(pixels(1)), 1, Some(30), Some(30)), ""),
        ("a,1,1,1,0,none", mark("a", Start(pixels(1)), Start(pixels(1)), 1, None, None), "a,1,1,1"),
        (" a b , 1 , 1 , 1 ", mark("a b", Start(pixels(1)), Start(pixels(1)), 1, None, None), "a b,1,1,1"),
        (
            "a%281%29%2c%25%20,1,1,1",
            mark("a(1),% ", Start(pixels(1)), Start(pixels(1)), 1, None, None),
            "a%281%29%2C%25%20,1,1,1",
        ),
        ("é%C3%A9:;=,1,1,1", mark("éé:;=", Start(pixels(1)), Start(pixels(1)), 1, None, None), "éé:;=,1,1,1"),
    ] {
        let canonical = if canonical.is_empty() { text } else { canonical };
        assert_eq!(filter(&format!("watermark({text})")), Filter::Watermark(expected.clone()), "{text}");
        assert_eq!(Filter::Watermark(expected).to_string(), format!("watermark({canonical})"));
    }
}

#[test]
fn of_several_values_the_last_counts() {
    let spec = read("filters:quality(30):format(png):dpr(2):quality(40):format(webp)");
    assert_eq!(spec.quality(&Defaults::default()), 40);
    assert_eq!(spec.format(), Some(OutputFormat::WebP));
    assert_eq!(spec.dpr_thousandths(), 2000);
    let spec = read("0x0");
    assert_eq!(spec.quality(&Defaults::default()), DEFAULT_QUALITY);
    assert_eq!(spec.quality(&Defaults { quality: 0 }), 1);
    assert_eq!(spec.quality(&Defaults { quality: 255 }), 100);
    assert_eq!((spec.format(), spec.dpr_thousandths()), (None, 1000));
}
