//! What is refused, with which words and which place.

use crate::spec::*;

#[test]
fn errors_say_what_and_where() {
    for (text, message) in [
        (
            "pics",
            "`pics` at 0 is no size: write 300x200, 300x, x200, or the parts trim, 10x10:90x90, fit-in, \
                  300x200, left, top, smart, filters:name(value), in this order",
        ),
        ("fitin", "`fitin` at 0 is no size; did you mean `fit-in`?"),
        ("300x200/centre", "`centre` at 8 is no size; did you mean `center`?"),
        ("meta/300x200", "`meta` at 0 is not offered here; ask for an image"),
        ("300x0200", "`0200` at 4 is not a plain whole number without leading zeros"),
        ("-300x10001", "`10001` at 5 is outside 1 to 10000"),
        ("fit-in/99999999999999999999x1", "`99999999999999999999` at 7 is outside 1 to 10000"),
        ("trim:top", "`top` at 5 is none of top-left, bottom-right"),
        ("trim:", "`` at 5 is none of top-left, bottom-right"),
        ("trim:top-left:443", "`443` at 14 is outside 0 to 442"),
        (
            "trim/30x30:20x40",
            "`30x30:20x40` at 5 is empty: its first corner has to be above and left of its \
                              second one",
        ),
        (
            "0.5x0:0.5x1",
            "`0.5x0:0.5x1` at 0 is empty: its first corner has to be above and left of its second one",
        ),
        ("1x1:1.1x2", "`1.1` at 4 is outside 0 to 1"),
        ("1x1:2", "`1x1:2` at 0 is no box; write LEFTxTOP:RIGHTxBOTTOM"),
        ("1x1:-2x2", "`-2` at 4 is not a plain whole number without leading zeros"),
        ("filters:bluur(2)", "`bluur` at 8 is an unknown filter; did you mean `blur`?"),
        ("filters:quality(8):noise(2)", "`noise` at 19 is an unknown filter"),
        ("filters:", "`` at 8 is an unknown filter"),
        ("filters:grayscale", "`grayscale` at 8 is not of the form name(arguments):name(arguments)"),
        ("filters:blur(2", "`blur` at 8 is not of the form name(arguments):name(arguments)"),
        ("filters:blur(2):", "`` at 16 is an unknown filter"),
        ("filters:blur(2)x/a", "`x` at 15 is not of the form name(arguments):name(arguments)"),
        ("filters:blur()", "`blur` at 8 has too few or too many arguments; write blur(radius[,sigma])"),
        ("filters:blur(2,1,3)", "`blur` at 8 has too few or too many arguments; write blur(radius[,sigma])"),
        ("filters:grayscale(1)", "`grayscale` at 8 has too few or too many arguments; write grayscale()"),
        ("filters:blur(2, 1e)", "`1e` at 16 is not a plain number such as 2 or 0.5"),
        ("filters:blur(151)", "`151` at 13 is outside 1 to 150"),
        ("filters:blur(0)", "`0` at 13 is outside 1 to 150"),
        ("filters:quality(101)", "`101` at 16 is outside 0 to 100"),
        ("filters:brightness(-101)", "`-101` at 19 is outside -100 to 100"),
        ("filters:saturation(40)", "`40` at 19 is outside 0 to 10"),
        ("filters:proportion(0)", "`0` at 19 is outside 0.001 to 1"),
        ("filters:sharpen(-1,1)", "`-1` at 16 is outside 0 to 10"),
        ("filters:max_bytes(0)", "`0` at 18 is outside 1 to 18446744073709551615"),
        ("filters:rotate(45)", "`45` at 15 is not a multiple of 90 degrees"),
        ("filters:format(heic)", "`heic` at 15 is none of jpeg, png, webp, avif, gif, auto"),
        ("filters:fill(redd)", "`redd` at 13 is no colour; write a name, f00 or ff0000"),
        ("filters:fill(red,yes)", "`yes` at 17 is none of true, false, 1, 0"),
        ("filters:background_color(f008)", "`f008` at 25 is no colour; write a name, f00 or ff0000"),
        ("filters:keep(exif,gps)", "`gps` at 18 is none of exif, icc, copyright, all-exif"),
        ("filters:focal(1x1)", "`1x1` at 14 is no box; write LEFTxTOP:RIGHTxBOTTOM"),
        (
            "filters:round_corner(1|2|3,0,0,0)",
            "`2|3` at 23 is not a plain whole number without leading zeros",
        ),
        ("filters:round_corner(1,0,0,256)", "`256` at 27 is outside 0 to 255"),
        (
            "filters:watermark(,1,1,1)",
            "`` at 18 is no key: it is empty, longer than 1024 bytes, or has control \
                                      characters or a `%` that should be written %25",
        ),
        (
            "filters:watermark(a,middle,1,1)",
            "`middle` at 20 is not a plain whole number without leading zeros",
        ),
        ("filters:watermark(a,1,1,101)", "`101` at 24 is outside 0 to 100"),
        ("filters:dpr(0)", "`0` at 12 is outside 0.1 to 10"),
    ] {
        assert_eq!(Spec::parse(text).map_err(|error| error.to_string()), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn sizes_that_are_none() {
    for text in [
        "",
        "x",
        "300",
        "a.jpg",
        "300X200",
        "300×200",
        "/",
        "300x200/",
        "/300x200",
        " 300x200",
        "300x200 ",
        "3e2x1",
        "300.5x",
        "٣٠٠x200",
        "axb",
        "x x",
        "-x",
        "x-",
        "-x-",
        "-",
        "original",
        "origx orig",
        "orig",
        "Orig x",
    ] {
        let error = Spec::parse(text).unwrap_err();
        assert!(matches!(error.kind, SpecErrorKind::NotASpec { .. }), "{text}: {error:?}");
    }
    for text in
        ["+300x200", "300x+200", "0300x200", "00x1", "x00", "300x200x100", "--3x2", "3-x2", "-origx01"]
    {
        let error = Spec::parse(text).unwrap_err();
        assert_eq!(error.kind, SpecErrorKind::Number, "{text}");
    }
}

#[test]
fn keys_that_are_none() {
    for key in ["%", "%2", "%zz", "%+1", "%FF", "%0a", "a\u{7f}", &"k".repeat(1025), &"%20".repeat(1025)] {
        // The last is too long for a spec, too, but that is not what is said of it.
        let error = Spec::parse(&format!("filters:watermark({key},1,1,1)")).unwrap_err();
        assert_eq!((error.at, error.kind), (18, SpecErrorKind::Key), "{key}");
    }
}

#[test]
fn there_is_an_end() {
    let filters = |n: usize| format!("filters:{}", vec!["still()"; n].join(":"));
    assert!(Spec::parse(&filters(MAX_FILTERS)).is_ok());
    assert_eq!(Spec::parse(&filters(MAX_FILTERS + 1)).unwrap_err().kind, SpecErrorKind::TooManyFilters);
    let keys = |n: usize| {
        format!("filters:watermark({},1,1,1):watermark({},1,1,1)", "a".repeat(1000), "b".repeat(n))
    };
    assert_eq!(keys(1005).len(), MAX_LENGTH);
    assert!(Spec::parse(&keys(1005)).is_ok());
    assert_eq!(Spec::parse(&keys(1006)).unwrap_err().kind, SpecErrorKind::TooLong);
    // Messages stay short.
    let error = Spec::parse(&"é".repeat(10_000)).unwrap_err();
    assert_eq!(error.token, format!("{}…", "é".repeat(60)));
}

#[test]
fn other_texts_of_the_same_spec_can_be_refused() {
    for (text, canonical) in
        [("0x200", "x200"), ("300x200/center", "300x200"), ("center", "0x0"), ("300x0", "300x")]
    {
        let error = Spec::parse_canonical(text).unwrap_err();
        assert_eq!(error.kind, SpecErrorKind::NotCanonical(canonical.to_owned()), "{text}");
    }
}
