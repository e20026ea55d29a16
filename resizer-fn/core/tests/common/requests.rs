//! Files of every kind and requests of every filter, made from numbers, so that they are the same each time.

use super::*;
use resizer_core::Assets;
use resizer_core::codec::{AnimationWriter, EncodeOptions};

/// Numbers that look like chance (an LCG, the upper half of its state).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 32) % u64::from(sides)) as u32
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len() as u32) as usize]
    }
}

/// Waves with noise on them, so that no codec gets off lightly.
pub(crate) fn scene(channels: Channels, (width, height): (u32, u32), noise: u32) -> Pixels {
    let mut dice = Dice::new(u64::from(width) + u64::from(noise));
    let wave = |x: u32, y: u32, by: f32| {
        (110.0 + 90.0 * (x as f32 / by).sin() * (y as f32 / (by + 7.0)).cos()) as u32
    };
    let mut data = Vec::with_capacity((width * height) as usize * channels.count());
    for y in 0..height {
        for x in 0..width {
            let n = dice.roll(noise + 1);
            let pixel =
                [wave(x, y, 31.0) + n, wave(x, y, 17.0) + n / 2, wave(x, y, 53.0) + n, 255 - x * 200 / width];
            let bytes = pixel.map(|value| value.min(255) as u8);
            match channels {
                Channels::Grey => data.push(bytes[0]),
                Channels::GreyAlpha => data.extend([bytes[0], bytes[3]]),
                Channels::Rgb => data.extend(&bytes[..3]),
                Channels::Rgba => data.extend(bytes),
            }
        }
    }
    Pixels { width, height, channels, data }
}

fn animation(format: Format, size: (u32, u32), frames: u32) -> Vec<u8> {
    let mut writer = AnimationWriter::new(format, size.0, size.1, &EncodeOptions::with_quality(80)).unwrap();
    for frame in 0..frames {
        writer.push(&scene(Channels::Rgba, size, 10 + 20 * frame), 100).unwrap();
    }
    writer.finish().unwrap()
}

/// Files of every kind, of about that size in pixels.
pub(crate) fn files((width, height): (u32, u32)) -> Vec<(&'static str, Vec<u8>)> {
    let how = EncodeOptions::with_quality(85);
    let size = (width, height);
    let encoded = |format, channels| codec::encode(format, &scene(channels, size, 30), &how).unwrap();
    let deep = {
        let info = png_info(width, height, png::ColorType::Rgba, png::BitDepth::Sixteen);
        let data: Vec<u8> = scene(Channels::Rgba, size, 30).data.iter().flat_map(|v| [*v, *v]).collect();
        png(info, &data)
    };
    let rgba = scene(Channels::Rgba, size, 30);
    vec![
        ("baseline.jpg", jpeg(&scene(Channels::Rgb, size, 30), |_| ())),
        ("turned.jpg", oriented(Format::Jpeg, &scene(Channels::Rgb, size, 30), 6)),
        ("progressive.jpg", jpeg(&scene(Channels::Rgb, size, 30), |encoder| encoder.set_progressive(true))),
        ("grey.jpg", jpeg(&scene(Channels::Grey, size, 30), |_| ())),
        ("cmyk.jpg", jpeg(&rgba, |_| ())),
        ("colour.png", encoded(Format::Png, Channels::Rgb)),
        ("alpha.png", encoded(Format::Png, Channels::Rgba)),
        ("grey.png", encoded(Format::Png, Channels::Grey)),
        ("grey-alpha.png", encoded(Format::Png, Channels::GreyAlpha)),
        ("deep.png", deep),
        ("lossy.webp", encoded(Format::WebP, Channels::Rgb)),
        ("alpha.webp", encoded(Format::WebP, Channels::Rgba)),
        ("colour.avif", encoded(Format::Avif, Channels::Rgb)),
        ("alpha.avif", encoded(Format::Avif, Channels::Rgba)),
        ("animated.gif", animation(Format::Gif, (width / 2, height / 2), 4)),
        ("animated.webp", animation(Format::WebP, (width / 2, height / 2), 4)),
    ]
}

/// The files that requests name as watermarks.
pub(crate) fn marks(files: &[(&str, Vec<u8>)]) -> Assets {
    let named = |name: &str| files.iter().find(|(known, _)| *known == name).unwrap().1.clone();
    let names = ["baseline.jpg", "alpha.png", "grey-alpha.png"];
    names.iter().map(|name| ((*name).to_owned(), named(name))).collect()
}

/// One filter that changes pixels.
fn filter(dice: &mut Dice) -> String {
    let place = |dice: &mut Dice| {
        let n = dice.roll(300);
        match dice.roll(6) {
            0 => "center".to_owned(),
            1 => "repeat".to_owned(),
            2 => format!("-{n}"),
            3 => format!("{}p", n / 3),
            _ => n.to_string(),
        }
    };
    let (a, b) = (dice.roll(1000), dice.roll(20));
    match dice.roll(12) {
        0 => format!("blur({})", 1 + a % 150),
        1 => format!("sharpen({},{},{})", 1 + b / 3, b / 2, dice.of(&["true", "false"])),
        2 => format!("rotate({})", 90 * (a % 4)),
        3 => "grayscale()".to_owned(),
        4 => format!("brightness({b}):contrast({b})"),
        5 => format!("saturation({})", a % 4),
        6 => format!("round_corner({}|{},{b},{b},9{})", a % 200, a % 90, dice.of(&["", ",1"])),
        7 | 8 => {
            let (x, y) = (place(dice), place(dice));
            let name = *dice.of(&["baseline.jpg", "alpha.png", "grey-alpha.png"]);
            let ratio = *dice.of(&["none", "10", "60", "200", "1000"]);
            format!("watermark({name},{x},{y},{b},{ratio},{})", dice.of(&["none", "50", "900"]))
        }
        9 => format!(
            "fill({}{})",
            dice.of(&["red", "auto", "blur", "transparent", "00ff0044"]),
            dice.of(&["", ",1"])
        ),
        10 => "background_color(00ff88)".to_owned(),
        _ => format!("proportion(0.{})", 1 + b % 9),
    }
}

/// A request, sides up to `side` pixels.
pub(crate) fn spec(dice: &mut Dice, side: u32) -> String {
    let mut text = String::new();
    if dice.roll(8) == 0 {
        text += *dice.of(&["trim/", "trim:bottom-right:40/"]);
    }
    if dice.roll(8) == 0 {
        text += "20x30:250x160/";
    }
    text += *dice.of(&["", "", "", "fit-in/", "full-fit-in/", "adaptive-fit-in/"]);
    let length = |dice: &mut Dice| format!("{}{}", dice.of(&["", "", "-"]), 1 + dice.roll(side));
    let (width, height) = (length(dice), length(dice));
    text += &match dice.roll(4) {
        0 => format!("{width}x0"),
        1 => format!("0x{height}"),
        _ => format!("{width}x{height}"),
    };
    text += *dice.of(&["", "", "/smart", "/left/top"]);
    let mut filters: Vec<String> = (0..dice.roll(5)).map(|_| filter(dice)).collect();
    // AVIF takes ten times as long as others.
    let formats = ["jpeg", "jpeg", "png", "png", "webp", "webp", "gif", "gif"];
    let format = if dice.roll(30) == 0 { "avif" } else { dice.of(&formats) };
    if dice.roll(5) > 0 {
        filters.push(format!("format({format})"));
    }
    if dice.roll(3) == 0 {
        filters.push(format!("quality({})", 1 + dice.roll(100)));
    }
    if dice.roll(20) == 0 {
        filters.push(format!("max_bytes({})", 1 + dice.roll(20_000)));
    }
    if dice.roll(6) == 0 {
        filters.push("still()".to_owned());
    }
    if dice.roll(10) == 0 {
        filters.push("keep(icc,exif)".to_owned());
    }
    if !filters.is_empty() {
        text += &format!("/filters:{}", filters.join(":"));
    }
    text
}
