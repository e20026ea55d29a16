//! Paths into spec and key.

use crate::spec::*;

fn splits(path: &str) -> Vec<(&str, &str)> {
    let readings = readings(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    readings.into_iter().map(|reading| (reading.text, reading.key)).collect()
}

#[test]
fn the_longest_spec_comes_first() {
    assert_eq!(splits("300x200/a.jpg"), [("300x200", "a.jpg")]);
    assert_eq!(splits("300x200/smart/a.jpg"), [("300x200/smart", "a.jpg"), ("300x200", "smart/a.jpg")]);
    assert_eq!(
        splits("fit-in/30x20/left/left/a"),
        [("fit-in/30x20/left", "left/a"), ("fit-in/30x20", "left/left/a"), ("fit-in", "30x20/left/left/a")]
    );
    let specs: Vec<_> =
        readings("300x200/smart/a").unwrap().into_iter().map(|reading| reading.spec).collect();
    assert_eq!(specs, [Spec { smart: true, ..Spec::cover(300, 200) }, Spec::cover(300, 200)]);
    // All eight parts.
    let path = "trim/1x1:2x2/fit-in/3x3/left/top/smart/filters:still()/k";
    assert_eq!(splits(path).len(), 8);
    assert_eq!(splits(path)[0].1, "k");
}

#[test]
fn a_key_is_left_over() {
    assert_eq!(splits("300x200/smart"), [("300x200", "smart")]);
    assert_eq!(splits("300x200/smart/"), [("300x200", "smart/")]);
    assert_eq!(splits("300x200//a"), [("300x200", "/a")]);
    assert_eq!(splits("300x/x200"), [("300x", "x200")]);
    for path in ["300x200", "300x200/", "smart", "filters:still()", "filters:still()/"] {
        assert_eq!(readings(path).unwrap_err().kind, SpecErrorKind::NoKey, "{path}");
    }
}

#[test]
fn parts_count_in_their_order_only() {
    assert_eq!(splits("smart/300x200/a"), [("smart", "300x200/a")]);
    assert_eq!(splits("300x200/300x200/a"), [("300x200", "300x200/a")]);
    assert_eq!(splits("300x200/0300x1/a"), [("300x200", "0300x1/a")]);
    assert_eq!(splits("300x200/fit-in/a"), [("300x200", "fit-in/a")]);
    assert_eq!(splits("300x/trim:9999/a"), [("300x", "trim:9999/a")]);
    assert_eq!(
        splits("top/filters:still()/filters:still()/a")[0],
        ("top/filters:still()", "filters:still()/a")
    );
}

#[test]
fn wrong_parts_are_not_keys() {
    for (path, at) in [
        ("fit-in/0300x1/a", 7),
        ("trim/20000x1/a", 5),
        ("trim:x/a", 5),
        ("300x/filters:bluur(1)/a", 13),
        ("300x/smart/filters:a/b", 19),
        ("2x2:1x1/a", 0),
        ("meta/300x/a", 0),
        ("debug/300x/a", 0),
        ("unsafe/300x/a", 0),
        ("pics/a.jpg", 0),
        ("", 0),
        ("/", 0),
    ] {
        let error = readings(path).unwrap_err();
        assert_eq!(error.at, at, "{path}: {error}");
    }
    assert_eq!(readings("meta/300x/a").unwrap_err().kind, SpecErrorKind::NotOffered);
}

#[test]
fn arguments_may_have_slashes() {
    let path = "300x/filters:watermark(pics/logo.png,1,1,1):still()/pics/a(1).jpg";
    assert_eq!(splits(path)[0].1, "pics/a(1).jpg");
    // Without `/` after it, a parenthesis does not end the filters.
    assert!(readings("300x/filters:still()a.jpg").is_err());
}

/// The paths that libthumbor 2.0.2 writes, without its signature.
#[test]
fn what_libthumbor_writes() {
    for (path, canonical) in [
        ("300x200", "300x200"),
        ("300x0", "300x"),
        ("0x200", "x200"),
        ("-300x200", "-300x200"),
        ("-300x-200", "-300x-200"),
        ("-0x0", "-0x0"),
        ("0x-0", "0x-0"),
        ("-0x-0", "-0x-0"),
        ("origx100", "origx100"),
        ("origxorig", "origxorig"),
        ("trim", "trim"),
        ("trim:top-left", "trim"),
        ("trim:bottom-right:50", "trim:bottom-right:50"),
        ("trim::50", "trim:50"),
        ("10x20:30x40", "10x20:30x40"),
        ("fit-in/300x200", "fit-in/300x200"),
        ("full-fit-in/300x0", "full-fit-in/300x"),
        ("adaptive-fit-in/0x3", "adaptive-fit-in/x3"),
        ("adaptive-full-fit-in/4x3", "adaptive-full-fit-in/4x3"),
        ("fit-in/3x0/filters:fill(blue)", "fit-in/3x/filters:fill(0000ff)"),
        (
            "30x40/left/top/smart/filters:quality(20):brightness(10):watermark(http://my.site.com/img.png,-10,-10,50)",
            "30x40/left/top/smart/filters:quality(20):brightness(10):watermark(http://my.site.com/img.png,-10,-10,50)",
        ),
        (
            "trim:bottom-right:30/1x2:3x4/adaptive-full-fit-in/3x-0/left/filters:blur(3)",
            "trim:bottom-right:30/1x2:3x4/adaptive-full-fit-in/3x-0/left/filters:blur(3)",
        ),
        ("right", "right"),
        ("bottom", "bottom"),
        ("smart", "smart"),
    ] {
        let path = format!("{path}/a/b.jpg");
        let reading = readings(&path).unwrap().remove(0);
        assert_eq!((reading.key, reading.spec.to_string().as_str()), ("a/b.jpg", canonical), "{path}");
    }
}
