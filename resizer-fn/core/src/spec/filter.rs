//! Filters as data. Names, arguments and their ranges are thumbor's where it has the filter;
//! differences are noted.

/// One filter. Those that change pixels (`blur` to `watermark`) are applied to the resized image in
/// the order written, on each frame of an animation. The others set a value for the whole
/// request; of several that set the same, the last wins, except `focal`: all count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Filter {
    /// `format(webp)`. Thumbor ignores formats it does not know; here they are an error.
    Format(OutputFormat),
    /// `quality(80)` of lossy formats, 1 to 100. `quality(0)`, which thumbor allows, is read as 1.
    Quality(u8),
    /// `max_bytes(7500)`: quality is lowered until the file has at most so many bytes; 1 or more.
    MaxBytes(u64),
    /// `fill(colour[,1])`: the image is put on a canvas of exactly the size asked for.
    Fill {
        /// What the canvas shows where the image leaves room.
        with: Fill,
        /// Whether it also shows behind transparent parts of the image.
        behind: bool,
    },
    /// `background_color(colour)`: what is behind transparent parts of the image.
    BackgroundColor(Rgb),
    /// `blur(radius[,sigma])`: Gaussian.
    Blur {
        /// Half the width of the kernel in pixels, 1 to 150. (Thumbor takes 150 for more.)
        radius: u32,
        /// Standard deviation in thousandths of a pixel, 1 to 150000; the radius unless written.
        sigma_thousandths: u32,
    },
    /// `sharpen(amount,radius,luminance_only)`.
    Sharpen {
        /// Strength, 0 to 10000: thousandths of thumbor's typical 0 to 10.
        amount_thousandths: u32,
        /// Thousandths of a pixel, 0 to 10000; typically up to 2000.
        radius_thousandths: u32,
        /// Whether colour stays as it is.
        luminance_only: bool,
    },
    /// `rotate(90)`: counter-clockwise, after resizing, in degrees: 0, 90, 180 or 270. Any whole
    /// multiple of 90 can be written. (Thumbor ignores other angles; here they are an error.)
    Rotate(i32),
    /// `grayscale()`.
    Grayscale,
    /// `brightness(40)` in percent, -100 to 100.
    Brightness(i8),
    /// `contrast(40)` in percent, -100 to 100.
    Contrast(i8),
    /// `saturation(1.5)`: the factor by which colours differ from grey; 0 is grey, 1000 thousandths
    /// change nothing, at most 10000. (As thumbor does; its documentation speaks of percent.)
    Saturation {
        /// The factor in thousandths.
        thousandths: u32,
    },
    /// `proportion(0.5)`: the result is made smaller by this factor.
    Proportion {
        /// The factor in thousandths, 1 to 1000.
        thousandths: u32,
    },
    /// `strip_exif()`.
    StripExif,
    /// `strip_icc()`: the colours are converted to sRGB and the profile is left out.
    StripIcc,
    /// `keep(exif,icc,copyright,all-exif)`: what of the source's metadata is carried over; ours. Sorted,
    /// each once, at least one.
    Keep(Vec<Kept>),
    /// `no_upscale()`: never larger than the source.
    NoUpscale,
    /// `upscale()`: `fit-in` enlarges, too.
    Upscale,
    /// `focal(AxB:CxD)`: this part of the source should stay when something is cut off.
    Focal(Region),
    /// `round_corner(rx[|ry],r,g,b[,1])`.
    RoundCorner(RoundCorner),
    /// `watermark(key,x,y,alpha[,w_ratio[,h_ratio]])`.
    Watermark(Watermark),
    /// `still()`, or thumbor's `cover()`: of an animation, the first frame.
    Still,
    /// `stretch()`: exactly the size asked for, without keeping the aspect. Not with `fit-in`.
    Stretch,
    /// `dpr(2)`: device pixels for each pixel asked for; ours.
    Dpr {
        /// The factor in thousandths, 100 to 10000.
        thousandths: u32,
    },
}

/// A format that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutputFormat {
    /// The best that the client takes.
    Auto,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// AVIF.
    Avif,
    /// GIF.
    Gif,
}

/// A colour, 8 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rgb {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

/// A colour with alpha, 8 bits each, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rgba {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// 255 is opaque.
    pub a: u8,
}

/// What a canvas shows where the image leaves room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fill {
    /// `red`, `f00`, `ff0000`, `ff000080`.
    Colour(Rgba),
    /// `auto`: a colour that fits the image.
    Auto,
    /// `blur`: the image itself, stretched and blurred.
    Blur,
    /// `transparent`: nothing, in formats that can.
    Transparent,
}

/// A kind of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kept {
    /// EXIF data, but for what names a place, the owner or their very camera: see [`crate::metadata::shared`].
    Exif,
    /// The colour profile.
    Icc,
    /// The name of the author and the copyright notice alone.
    Copyright,
    /// All EXIF data, but for the orientation, which is applied, and the thumbnail.
    AllExif,
}

impl Kept {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Icc, Self::Copyright, Self::Exif, Self::AllExif];

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A rectangle of the source as seen, in its pixels, before anything is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region {
    /// Columns left of it.
    pub left: u32,
    /// Rows above it.
    pub top: u32,
    /// The first column right of it; more than `left`.
    pub right: u32,
    /// The first row below it; more than `top`.
    pub bottom: u32,
}

/// Rounded corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoundCorner {
    /// Horizontal radius in pixels, at most [`super::MAX_SIDE`].
    pub rx: u32,
    /// Vertical radius in pixels, at most [`super::MAX_SIDE`].
    pub ry: u32,
    /// The colour outside of the corners; `None` is transparent.
    pub background: Option<Rgb>,
}

/// Another image on top.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Watermark {
    /// The key of that image, decoded.
    pub key: String,
    /// Where it is horizontally.
    pub x: WatermarkPos,
    /// Where it is vertically.
    pub y: WatermarkPos,
    /// 0 is fully opaque, 100 fully transparent.
    pub alpha_percent: u8,
    /// Scaled to fit in this percentage of the image's width, 1 to 1000.
    pub width_percent: Option<u32>,
    /// Scaled to fit in this percentage of the image's height, 1 to 1000.
    pub height_percent: Option<u32>,
}

/// Where a watermark is, along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WatermarkPos {
    /// `10`, `20p`: from the left or top edge of the image to that of the watermark.
    Start(Offset),
    /// `-10`, `-20p`, `-0`: from the right or bottom edge of the watermark to that of the image.
    End(Offset),
    /// `center`.
    Center,
    /// `repeat`: side by side.
    Repeat,
}

/// A distance within the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Offset {
    /// In pixels, at most [`super::MAX_SIDE`].
    Pixels(u32),
    /// In percent of the image's width or height, at most 1000.
    Percent(u32),
}
