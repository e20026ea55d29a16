use super::*;

/// Specs and the size of the result, for sources that are wide, tall and small.
#[test]
fn sizes_of_results() {
    for (spec, wide, tall, small) in [
        // Source:       1200 x 400   400 x 1200    30 x 20
        ("0x0", (1200, 400), (400, 1200), (30, 20)),
        ("100x", (100, 33), (100, 300), (100, 67)),
        ("x100", (300, 100), (33, 100), (150, 100)),
        ("300x200", (300, 200), (300, 200), (300, 200)),
        ("origx100", (1200, 100), (400, 100), (30, 100)),
        ("origxorig", (1200, 400), (400, 1200), (30, 20)),
        ("origx", (1200, 400), (400, 1200), (30, 20)),
        ("fit-in/300x200", (300, 100), (67, 200), (30, 20)),
        ("fit-in/300x", (300, 100), (300, 900), (30, 20)),
        ("fit-in", (1200, 400), (400, 1200), (30, 20)),
        ("adaptive-fit-in/300x200", (300, 100), (100, 300), (30, 20)),
        ("adaptive-fit-in/200x300", (300, 100), (100, 300), (30, 20)),
        ("full-fit-in/300x200", (600, 200), (300, 900), (300, 200)),
        ("full-fit-in/300x100", (300, 100), (300, 900), (300, 200)),
        ("adaptive-full-fit-in/300x200", (600, 200), (200, 600), (300, 200)),
        ("300x200/filters:stretch()", (300, 200), (300, 200), (300, 200)),
        ("300x/filters:stretch()", (300, 100), (300, 900), (300, 200)),
        ("fit-in/300x200/filters:stretch()", (300, 100), (67, 200), (30, 20)),
        ("fit-in/300x200/filters:upscale()", (300, 100), (67, 200), (300, 200)),
        ("fit-in/300x200/filters:upscale():no_upscale()", (300, 100), (67, 200), (30, 20)),
        ("100x100/filters:no_upscale()", (100, 100), (100, 100), (30, 20)),
        ("25x100/filters:no_upscale()", (25, 100), (25, 100), (25, 20)),
        ("600x/filters:no_upscale()", (600, 200), (400, 1200), (30, 20)),
        ("full-fit-in/300x200/filters:no_upscale()", (600, 200), (300, 900), (30, 20)),
        ("300x200/filters:dpr(2)", (600, 400), (600, 400), (600, 400)),
        ("x25/filters:dpr(1.5)", (114, 38), (13, 38), (57, 38)),
        ("fit-in/300x200/filters:dpr(2)", (600, 200), (133, 400), (30, 20)),
        ("filters:dpr(2)", (1200, 400), (400, 1200), (30, 20)),
        ("origx100/filters:dpr(2)", (1200, 200), (400, 200), (30, 200)),
        ("filters:proportion(0.5)", (600, 200), (200, 600), (15, 10)),
        ("300x200/filters:proportion(0.5)", (150, 100), (150, 100), (150, 100)),
        ("300x/filters:proportion(0.1)", (30, 10), (30, 90), (30, 20)),
        ("fit-in/300x200/filters:proportion(0.5)", (150, 50), (33, 100), (15, 10)),
        ("filters:proportion(0.001)", (1, 1), (1, 1), (1, 1)),
        ("fit-in/300x200/filters:fill(red)", (300, 200), (300, 200), (300, 200)),
        ("adaptive-fit-in/300x200/filters:fill(red)", (300, 200), (200, 300), (300, 200)),
        ("full-fit-in/300x200/filters:fill(red)", (600, 200), (300, 900), (300, 200)),
        ("fit-in/300x/filters:fill(red)", (300, 100), (300, 900), (300, 200)),
        ("fit-in/300x200/filters:fill(red):no_upscale()", (300, 200), (300, 200), (300, 200)),
        ("fit-in/300x200/filters:fill(red):dpr(2)", (600, 400), (600, 400), (600, 400)),
        ("fit-in/300x200/filters:fill(red):proportion(0.5)", (150, 100), (150, 100), (150, 100)),
        ("50x50/filters:fill(red):no_upscale()", (50, 50), (50, 50), (50, 50)),
        ("0x0/filters:fill(red)", (1200, 400), (400, 1200), (30, 20)),
        // Boxes beyond the picture are ignored.
        ("10x10:20x15", (10, 5), (10, 5), (10, 5)),
        ("1100x390:1300x500", (100, 10), (400, 1200), (30, 20)),
        ("0.5x0.0:1.0x0.5", (600, 200), (200, 600), (15, 10)),
        ("10x0:20x10/40x", (40, 40), (40, 40), (40, 40)),
        ("10x0:20x10/origx5", (10, 5), (10, 5), (10, 5)),
        ("10x0:20x10/40x40/filters:no_upscale()", (10, 10), (10, 10), (10, 10)),
    ] {
        for (source, output) in [((1200, 400), wide), ((400, 1200), tall), ((30, 20), small)] {
            assert_eq!(lay(source, spec).output(), output, "{spec} of {source:?}");
        }
    }
}

#[test]
fn rounding_is_half_up_and_never_to_nothing() {
    let output = |source, spec: &str| lay(source, spec).output();
    // 3 * 50 / 100 = 1.5 goes up; 1 * 49 / 100 = 0.49 would be nothing.
    assert_eq!(output((100, 3), "50x"), (50, 2));
    assert_eq!(output((100, 1), "49x"), (49, 1));
    assert_eq!(output((2, 3), "4x"), (4, 6));
    // One side alone cuts nothing off, even where the other was rounded up.
    assert_eq!(lay((100, 3), "50x").window.scaled, (50, 2));
    // 1920 x 1080 to 853 x 480: rounding alone must not leave a gap or cut a line.
    assert_eq!(lay((1920, 1080), "853x480").window.scaled, (853, 480));
    assert_eq!(lay((6000, 4000), "300x200").window.scaled, (300, 200));
}

#[test]
fn extremes_do_not_overflow() {
    const MAX: u32 = u32::MAX;
    let tall = lay((1, MAX), "10000x1/filters:dpr(10)");
    assert_eq!((tall.output(), tall.window.scaled.1), ((100_000, 10), MAX));
    assert_eq!(lay((MAX, 1), "x10000").window.scaled.0, MAX);
    assert_eq!(lay((0, 0), "7x").output(), (7, 7));
    let regions = "filters:".to_owned() + &["focal(0x0:1000000x1000000)"; 32].join(":");
    assert_eq!(lay((MAX, MAX), &regions).output(), (MAX, MAX));
    let found = Found {
        trimmed: Some(Rect { x: MAX, y: MAX, width: MAX, height: MAX }),
        focus: Some(crate::spec::Region { left: MAX, top: 0, right: MAX, bottom: MAX }),
    };
    assert_eq!(lay_found((MAX, MAX), "1x1/smart", &found).window.source, Rect::whole((MAX, MAX)));
}
