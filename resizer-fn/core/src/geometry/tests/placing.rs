use super::*;
use crate::spec::Region;

fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
    Rect { x, y, width, height }
}

#[test]
fn covers_are_cut_by_alignment() {
    for (source, spec, scaled, x, y) in [
        ((600, 200), "200x200", (600, 200), 200, 0),
        ((600, 200), "200x200/left", (600, 200), 0, 0),
        ((600, 200), "200x200/right/top", (600, 200), 400, 0),
        ((300, 500), "300x200", (300, 500), 0, 150),
        ((300, 500), "300x200/left/top", (300, 500), 0, 0),
        ((300, 500), "300x200/bottom", (300, 500), 0, 300),
        // 305 - 200 = 105: 52 from the left, 53 from the right.
        ((305, 200), "200x200", (305, 200), 52, 0),
        ((400, 400), "100x50", (100, 100), 0, 25),
    ] {
        let window = lay(source, spec).window;
        assert_eq!((window.scaled, window.crop.x, window.crop.y), (scaled, x, y), "{spec} of {source:?}");
    }
}

#[test]
fn focus_goes_before_alignment() {
    for (spec, x) in [
        // The centre of the region is the centre of the cut, as far as the picture goes.
        ("200x200/filters:focal(300x0:400x200)", 250),
        ("200x200/left/filters:focal(300x0:400x200)", 250),
        ("100x100/filters:focal(300x0:400x200)", 125),
        ("200x200/filters:focal(0x0:10x10)", 0),
        ("200x200/filters:focal(550x0:600x200)", 400),
        // By area: 3 to 1 between 100 and 500.
        ("200x200/filters:focal(85x0:115x10):focal(495x0:505x10)", 100),
        // Not within the picture, so it does not count.
        ("200x200/filters:focal(700x0:800x10)", 200),
        ("200x200/right/filters:focal(700x0:800x10)", 400),
        // In the crop's own place; the second is not within.
        ("100x0:500x200/200x200/filters:focal(290x0:310x200)", 100),
        ("100x0:500x200/200x200/filters:focal(10x0:30x200)", 100),
    ] {
        assert_eq!(lay((600, 200), spec).window.crop.x, x, "{spec}");
    }
    assert_eq!(lay((200, 600), "200x200/filters:focal(0x300:200x400)").window.crop.y, 250);
}

#[test]
fn what_smart_found_counts_like_a_focal_region() {
    let found = Found { focus: Some(Region { left: 300, top: 0, right: 400, bottom: 200 }), trimmed: None };
    assert_eq!(lay_found((600, 200), "200x200/smart", &found).window.crop.x, 250);
    let spec = "200x200/smart/filters:focal(0x0:100x200)";
    assert_eq!(lay_found((600, 200), spec, &found).window.crop.x, 100);
}

#[test]
fn crop_and_trim_keep_what_they_share() {
    let found = |rect| Found { trimmed: Some(rect), focus: None };
    for (spec, trimmed, kept) in [
        ("10x20:30x50", rect(0, 0, 100, 80), rect(10, 20, 20, 30)),
        ("10x20:300x500", rect(0, 0, 100, 80), rect(10, 20, 90, 60)),
        ("trim", rect(5, 6, 50, 40), rect(5, 6, 50, 40)),
        ("trim/10x0:30x80", rect(5, 6, 50, 40), rect(10, 6, 20, 40)),
        ("trim/60x0:90x80", rect(5, 6, 50, 40), rect(5, 6, 50, 40)),
        ("0.1x0.25:0.9x0.5", rect(0, 0, 100, 80), rect(10, 20, 80, 20)),
        ("0.005x0.0:1.0x1.0", rect(0, 0, 100, 80), rect(1, 0, 99, 80)),
        ("trim", rect(90, 70, 50, 40), rect(90, 70, 10, 10)),
        // Nothing is left: all stays.
        ("trim", rect(0, 0, 0, 5), rect(0, 0, 100, 80)),
        ("100x0:200x10", rect(0, 0, 100, 80), rect(0, 0, 100, 80)),
        ("0.9x0.0:20x80", rect(0, 0, 100, 80), rect(0, 0, 100, 80)),
    ] {
        let window = lay_found((100, 80), spec, &found(trimmed)).window;
        assert_eq!((window.source, window.scaled), (kept, kept.size()), "{spec} of {trimmed:?}");
    }
}

#[test]
fn fill_puts_the_image_where_alignment_says() {
    for (spec, at, canvas) in [
        ("fit-in/301x200/filters:fill(red)", (0, 50), (301, 200)),
        ("fit-in/300x201/filters:fill(red)", (0, 50), (300, 201)),
        ("fit-in/300x200/top/filters:fill(red)", (0, 0), (300, 200)),
        ("fit-in/300x200/bottom/filters:fill(red)", (0, 100), (300, 200)),
        ("fit-in/2000x400/filters:fill(red)", (400, 0), (2000, 400)),
        ("fit-in/2000x400/right/filters:fill(red)", (800, 0), (2000, 400)),
        ("fit-in/2000x400/left/filters:fill(red)", (0, 0), (2000, 400)),
        ("fit-in/300x200", (0, 0), (300, 100)),
        ("300x200/filters:fill(red)", (0, 0), (300, 200)),
    ] {
        let layout = lay((1200, 400), spec);
        assert_eq!((layout.at, layout.canvas), (at, canvas), "{spec}");
        assert_eq!(layout.is_padded(), spec.contains("fill") && spec.contains("fit-in"), "{spec}");
    }
}

#[test]
fn minus_is_a_flip_and_changes_no_size() {
    let plain = lay((600, 200), "200x200/left");
    for (spec, flip_horizontal, flip_vertical) in
        [("-200x200/left", true, false), ("200x-200/left", false, true), ("-200x-200/left", true, true)]
    {
        assert_eq!(lay((600, 200), spec), Layout { flip_horizontal, flip_vertical, ..plain });
    }
    assert_eq!(lay((600, 200), "-0x0").output(), (600, 200));
}
