//! The canonical text of a spec.

use super::*;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Spec {
    /// The one text for this spec: parts in their order, without those that change nothing. A spec
    /// that asks for nothing is `0x0`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.trim.map(|trim| trim.to_string()));
        parts.extend(self.crop.map(|crop| crop.to_string()));
        if let Fit::Contain { adaptive, full } = self.fit {
            let (adaptive, full) = (if adaptive { "adaptive-" } else { "" }, if full { "full-" } else { "" });
            parts.push(format!("{adaptive}{full}fit-in"));
        }
        let flips = self.flip_horizontal || self.flip_vertical;
        if flips || (self.width, self.height) != (Side::Auto, Side::Auto) {
            parts.push(size(self));
        }
        match self.halign {
            HAlign::Left => parts.push("left".to_owned()),
            HAlign::Center => {}
            HAlign::Right => parts.push("right".to_owned()),
        }
        match self.valign {
            VAlign::Top => parts.push("top".to_owned()),
            VAlign::Middle => {}
            VAlign::Bottom => parts.push("bottom".to_owned()),
        }
        if self.smart {
            parts.push("smart".to_owned());
        }
        if !self.filters.is_empty() {
            let filters: Vec<String> = self.filters.iter().map(Filter::to_string).collect();
            parts.push(format!("filters:{}", filters.join(":")));
        }
        if parts.is_empty() {
            return f.write_str("0x0");
        }
        f.write_str(&parts.join("/"))
    }
}

/// `-300x200`. A side that follows is empty, but `0` beside a minus or if both sides follow.
fn size(spec: &Spec) -> String {
    let both = (spec.width, spec.height) == (Side::Auto, Side::Auto);
    let side = |side: Side, flip: bool| match (side, flip) {
        (Side::Auto, false) if both => "0".to_owned(),
        (Side::Auto, false) => String::new(),
        (Side::Auto, true) => "-0".to_owned(),
        (Side::Orig, flip) => format!("{}orig", if flip { "-" } else { "" }),
        (Side::Pixels(pixels), flip) => format!("{}{pixels}", if flip { "-" } else { "" }),
    };
    format!("{}x{}", side(spec.width, spec.flip_horizontal), side(spec.height, spec.flip_vertical))
}

impl Display for Trim {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("trim")?;
        if self.corner == Corner::BottomRight {
            f.write_str(":bottom-right")?;
        }
        if self.tolerance > 0 {
            write!(f, ":{}", self.tolerance)?;
        }
        Ok(())
    }
}

impl Display for CropBox {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}:{}x{}", self.left, self.top, self.right, self.bottom)
    }
}

impl Display for Edge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => pixels.fmt(f),
            // The point tells it from pixels: `1.0` is the whole side.
            Self::Thousandths(whole) if whole % 1000 == 0 => write!(f, "{}.0", whole / 1000),
            Self::Thousandths(part) => f.write_str(&thousandths(u32::from(*part))),
        }
    }
}

/// `1500` as `1.5`.
pub(super) fn thousandths(number: u32) -> String {
    let text = format!("{}.{:03}", number / 1000, number % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => write!(f, "format({format})"),
            Self::Quality(quality) => write!(f, "quality({quality})"),
            Self::MaxBytes(bytes) => write!(f, "max_bytes({bytes})"),
            Self::Fill { with, behind } => write!(f, "fill({with}{})", if *behind { ",1" } else { "" }),
            Self::BackgroundColor(colour) => write!(f, "background_color({colour})"),
            Self::Blur { radius, sigma_thousandths: sigma } => {
                write!(f, "blur({radius}")?;
                if *sigma != radius.saturating_mul(1000) {
                    write!(f, ",{}", thousandths(*sigma))?;
                }
                f.write_char(')')
            }
            Self::Sharpen { amount_thousandths, radius_thousandths, luminance_only } => {
                let (amount, radius) = (thousandths(*amount_thousandths), thousandths(*radius_thousandths));
                write!(f, "sharpen({amount},{radius},{luminance_only})")
            }
            Self::Rotate(degrees) => write!(f, "rotate({degrees})"),
            Self::Grayscale => f.write_str("grayscale()"),
            Self::Brightness(percent) => write!(f, "brightness({percent})"),
            Self::Contrast(percent) => write!(f, "contrast({percent})"),
            Self::Saturation { thousandths: factor } => write!(f, "saturation({})", thousandths(*factor)),
            Self::Proportion { thousandths: factor } => write!(f, "proportion({})", thousandths(*factor)),
            Self::StripExif => f.write_str("strip_exif()"),
            Self::StripIcc => f.write_str("strip_icc()"),
            Self::Keep(kept) => {
                let kept: Vec<&str> = kept.iter().map(|kept| kept.name()).collect();
                write!(f, "keep({})", kept.join(","))
            }
            Self::NoUpscale => f.write_str("no_upscale()"),
            Self::Upscale => f.write_str("upscale()"),
            Self::Focal(Region { left, top, right, bottom }) => {
                write!(f, "focal({left}x{top}:{right}x{bottom})")
            }
            Self::RoundCorner(corner) => corner.fmt(f),
            Self::Watermark(mark) => mark.fmt(f),
            Self::Still => f.write_str("still()"),
            Self::Stretch => f.write_str("stretch()"),
            Self::Dpr { thousandths: factor } => write!(f, "dpr({})", thousandths(*factor)),
        }
    }
}

impl OutputFormat {
    /// As written in `format(…)`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Avif => "avif",
            Self::Gif => "gif",
        }
    }
}

impl Display for OutputFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Kept {
    /// As written in `keep(…)`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exif => "exif",
            Self::Icc => "icc",
            Self::Copyright => "copyright",
            Self::AllExif => "all-exif",
        }
    }
}

impl Display for Rgb {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

impl Display for Rgba {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { r, g, b, a } = *self;
        Rgb { r, g, b }.fmt(f)?;
        if a == 255 { Ok(()) } else { write!(f, "{a:02x}") }
    }
}

impl Display for Fill {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Colour(colour) => colour.fmt(f),
            Self::Auto => f.write_str("auto"),
            Self::Blur => f.write_str("blur"),
            Self::Transparent => f.write_str("transparent"),
        }
    }
}

impl Display for RoundCorner {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "round_corner({}", self.rx)?;
        if self.ry != self.rx {
            write!(f, "|{}", self.ry)?;
        }
        match self.background {
            Some(Rgb { r, g, b }) => write!(f, ",{r},{g},{b})"),
            None => f.write_str(",0,0,0,1)"),
        }
    }
}

impl Display for Watermark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { key, x, y, alpha_percent, width_percent, height_percent } = self;
        f.write_str("watermark(")?;
        encode(f, key)?;
        write!(f, ",{x},{y},{alpha_percent}")?;
        match (width_percent, height_percent) {
            (None, None) => {}
            (Some(width), None) => write!(f, ",{width}")?,
            (None, Some(height)) => write!(f, ",none,{height}")?,
            (Some(width), Some(height)) => write!(f, ",{width},{height}")?,
        }
        f.write_char(')')
    }
}

/// Writes `%28` for what would end the argument or not survive as it is.
fn encode(f: &mut Formatter<'_>, key: &str) -> fmt::Result {
    let last = key.chars().count().saturating_sub(1);
    for (i, c) in key.chars().enumerate() {
        let outer = i == 0 || i == last;
        if matches!(c, '%' | '(' | ')' | ',') || c.is_control() || (outer && c.is_whitespace()) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                write!(f, "%{byte:02X}")?;
            }
        } else {
            f.write_char(c)?;
        }
    }
    Ok(())
}

impl Display for WatermarkPos {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(offset) => offset.fmt(f),
            Self::End(offset) => write!(f, "-{offset}"),
            Self::Center => f.write_str("center"),
            Self::Repeat => f.write_str("repeat"),
        }
    }
}

impl Display for Offset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => pixels.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}p"),
        }
    }
}
