use super::*;

fn scheme(prefix: &str) -> Scheme {
    Scheme::of_lists(prefix, ["thumb=30x20"])
}

#[test]
fn derived_keys_are_recognised_by_their_form() {
    let with_prefix = scheme("resized/");
    for (key, derived) in [
        ("resized/300x200/a.jpg", true),
        ("resized/300x/pics/a.jpg", true),
        ("resized/x200/a", true),
        ("resized/300x0/a.jpg", true),
        ("resized/-300xorig/a.jpg", true),
        ("resized/fit-in/300x200/smart/a.jpg", true),
        ("resized/smart/a.jpg", true),
        ("resized/trim:bottom-right:20/1x2:0.3x40/300x/left/top/a.jpg", true),
        ("resized/300x/filters:quality(80):watermark(a/b.png,0,0,0)/pics/a.jpg", true),
        ("resized/filters:grayscale()/a.jpg", true),
        ("resized/6SUOzOlrBMV5lOr90SbsCMFJ3q0=/fit-in/30x20/pics/a.jpg", true),
        ("resized/6SUOzOlrBMV5lOr90SbsCMFJ3q0=/thumb/pics/a.jpg", true),
        ("resized/unsafe/30x20/a.jpg", true),
        ("resized/thumb/a.jpg", true),
        ("resized/direct/0123456789abcdef0123456789abcdef.png", true),
        ("resized/direct/a/b.png", false),
        ("resized/thumb/", false),
        ("resized/other/a.jpg", false),
        ("resized/unsafe/a.jpg", false),
        ("resized/filters:grayscale(/a.jpg", false),
        ("resized/x/a", false),
        ("resized/300x200/", false),
        ("resized/smart", false),
        ("resized/logo.png", false),
        ("resized/old/300x200/a.jpg", false),
        ("other/300x200/a.jpg", false),
    ] {
        assert_eq!(with_prefix.has_form(key), derived, "{key}");
    }
    // Of a name that is no preset any more, only what is stored beside an object tells.
    assert!(with_prefix.may_have_made("resized/other/a.jpg"));
    assert!(!with_prefix.may_have_made("resized/Old Images/a.jpg"));
    let plain = Scheme::default();
    for (key, derived) in [
        ("300x200/a.jpg", true),
        ("fit-in/300x200/a.jpg", true),
        ("unsafe/smart/a.jpg", true),
        ("top/a.jpg", false),
        ("smart/a.jpg", false),
        ("pics/a.jpg", false),
    ] {
        assert_eq!(plain.has_form(key), derived, "{key}");
    }
}

/// Which objects of a bucket are originals, derived, or images that a URL can ask for: the same for whoever asks.
#[test]
fn originals_derived_and_images_are_told_apart() {
    use ImageKind::{Avif, Gif, Jpeg};
    for (prefix, key, original, askable) in [
        ("resized/", "pics/a.jpg", true, Some(Jpeg)),
        ("resized/", "thumb/a.JPG", true, Some(Jpeg)),
        ("resized/", "300x200/a.gif", true, Some(Gif)),
        ("resized/", "resized/thumb/a.jpg", false, None),
        ("resized/", "resized/logo.png", false, None),
        ("resized/", "pics/", false, None),
        ("resized/", "pics.jpg/", false, None),
        ("resized/", "readme.txt", true, None),
        ("resized/", "a?.jpg", true, None),
        ("resized/", "a/../b.jpg", true, None),
        ("resized/", "a//b.jpg", true, None),
        ("resized/", "a\n.jpg", true, None),
        ("resized/", "a b+ü%2B&;.avif", true, Some(Avif)),
        ("", "pics/a.jpg", true, Some(Jpeg)),
        // With an empty prefix, a preset's folder holds derived images, as a size's does.
        ("", "thumb/pics/a.jpg", false, None),
        ("", "300x200/pics/a.jpg", false, None),
        ("", "unsafe/thumb/a.jpg", false, None),
        ("", "direct/0123.png", false, None),
        ("", "other/a.jpg", true, Some(Jpeg)),
        ("", "smart/a.jpg", true, Some(Jpeg)),
        ("", "thumb", true, None),
    ] {
        let scheme = scheme(prefix);
        assert_eq!(scheme.is_original(key), original, "{prefix:?} {key}");
        assert_eq!(scheme.askable(key), askable, "{prefix:?} {key}");
    }
    assert_eq!(scheme("resized/").askable(&format!("{}.jpg", "a".repeat(900))), None);
}

#[test]
fn names_of_wrong_presets_count() {
    let scheme = Scheme::of_lists("", ["thumb=30x20;hero=what", "wide = 300x;\n thumb=1x1", ""]);
    for name in ["thumb", "hero", "wide"] {
        assert!(scheme.is_derived(&format!("{name}/a.jpg")), "{name}");
    }
    assert_eq!(scheme.presets.get("thumb"), Some(&Spec::cover(30, 20)), "the first list's");
    assert!(!scheme.is_derived("what/a.jpg"));
}
