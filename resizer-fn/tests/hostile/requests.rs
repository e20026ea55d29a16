//! What is asked for: any spec of the grammar, and what is nearly one.

/// Numbers that follow from a seed (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Sides that are likely to be trouble.
const SIDES: &[u32] =
    &[0, 1, 2, 3, 16, 50, 100, 100, 300, 300, 640, 800, 800, 1600, 2000, 3999, 4000, 5000, 9999, 10_000];

fn filter(chance: &mut Chance, keys: &[String]) -> String {
    let (small, large) = (chance.below(20), chance.below(1200));
    match chance.below(22) {
        0 => format!("blur({})", chance.of(&[0, 1, 7, 40, 150, 151])),
        1 => format!("blur({small},{})", chance.of(&[0, 1, 30])),
        2 => format!("sharpen({small},{},true)", chance.of(&["0.5", "2", "10"])),
        3 => format!("brightness({})", chance.of(&[-100, -1, 50, 100])),
        4 => format!("contrast({})", chance.of(&[-100, -1, 50, 100])),
        5 => format!("saturation({})", chance.of(&["0", "0.5", "2", "10"])),
        6 => "grayscale()".to_owned(),
        7 => format!("rotate({})", chance.of(&[0, 90, 180, 270])),
        8 => format!("round_corner({large}|{small},255,0,10,1)"),
        9 => format!("fill({},1)", chance.of(&["red", "auto", "blur", "transparent", "00ff00"])),
        10 => "background_color(fff)".to_owned(),
        11 => format!("quality({})", chance.of(&[0, 1, 50, 100])),
        12 | 13 => format!("format({})", chance.of(&["jpeg", "png", "webp", "avif", "gif"])),
        14 | 15 => {
            let percent = chance.of(&["", ",10", ",100,100", ",1000", ",1000,1000"]);
            let place = chance.of(&["center", "0", "-10", "repeat", "50p", "9999"]);
            let alpha = chance.of(&[0, 50, 100]);
            format!("watermark({},{place},{place},{alpha}{percent})", chance.of(keys))
        }
        16 => format!("max_bytes({})", chance.of(&[1, 1000, 100_000])),
        17 => format!("dpr({})", chance.of(&["0.1", "1", "2", "10"])),
        18 => format!("proportion({})", chance.of(&["0.001", "0.5", "1"])),
        19 => format!("focal({small}x{small}:{large}x{large})"),
        20 => chance.of(&["still()", "stretch()", "upscale()", "no_upscale()", "keep(icc)"]).to_string(),
        _ => chance.of(&["", "blur(", ")))", "no_such()", "quality(1000)", "watermark()"]).to_string(),
    }
}

fn spec(chance: &mut Chance, keys: &[String]) -> String {
    let mut parts = Vec::new();
    if chance.once_in(8) {
        parts.push(chance.of(&["trim", "trim:bottom-right:50"]).to_string());
    }
    if chance.once_in(8) {
        let (a, b) = (chance.of(SIDES), chance.of(SIDES));
        parts.push(format!("0x0:{a}x{b}"));
    }
    if chance.once_in(3) {
        parts.push(chance.of(&["fit-in", "full-fit-in", "adaptive-fit-in"]).to_string());
    }
    let sign = if chance.once_in(10) { "-" } else { "" };
    let (mut width, height) = (*chance.of(SIDES), *chance.of(SIDES));
    if chance.once_in(40) {
        width = 65_535;
    }
    parts.push(match chance.below(4) {
        0 => format!("{sign}{width}x"),
        1 => format!("x{height}"),
        _ => format!("{sign}{width}x{height}"),
    });
    if chance.once_in(6) {
        parts.push("smart".to_owned());
    }
    let count = *chance.of(&[0, 0, 1, 1, 2, 3, 4, 20]);
    if count > 0 {
        let repeated = chance.once_in(3);
        let one = filter(chance, keys);
        let filters: Vec<String> =
            (0..count).map(|_| if repeated { one.clone() } else { filter(chance, keys) }).collect();
        parts.push(format!("filters:{}", filters.join(":")));
    }
    parts.join("/")
}

/// Route and key, with a blank between: mostly of the file that was put last.
pub(crate) fn path(chance: &mut Chance, keys: &[String], last: usize) -> String {
    let spec = spec(chance, keys);
    let key = if chance.once_in(4) { chance.of(keys) } else { &keys[last] };
    if chance.once_in(4) { format!("image {spec}/{key}") } else { format!("resize resized/{spec}/{key}") }
}
