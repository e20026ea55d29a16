//! From `filters:name(arguments):name(arguments)` to filters.

use super::nearest::nearest;
use super::number::Token;
use super::{
    Filter, Kept, MAX_FILTERS, MAX_SIDE, Offset, OutputFormat, Rgb, RoundCorner, SpecError, SpecErrorKind,
    Watermark, WatermarkPos, boxes,
};

/// The longest key of S3, in bytes.
const LONGEST_KEY: usize = 1024;

/// Every filter: its name and how it is written.
const FILTERS: [(&str, &str); 25] = [
    ("background_color", "background_color(colour)"),
    ("blur", "blur(radius[,sigma])"),
    ("brightness", "brightness(percent)"),
    ("contrast", "contrast(percent)"),
    ("cover", "cover()"),
    ("dpr", "dpr(factor)"),
    ("fill", "fill(colour[,1])"),
    ("focal", "focal(LEFTxTOP:RIGHTxBOTTOM)"),
    ("format", "format(name)"),
    ("grayscale", "grayscale()"),
    ("keep", "keep(exif|icc|copyright|all-exif[,…])"),
    ("max_bytes", "max_bytes(bytes)"),
    ("no_upscale", "no_upscale()"),
    ("proportion", "proportion(factor)"),
    ("quality", "quality(percent)"),
    ("rotate", "rotate(degrees)"),
    ("round_corner", "round_corner(radius[|radius],red,green,blue[,1])"),
    ("saturation", "saturation(factor)"),
    ("sharpen", "sharpen(amount,radius[,true])"),
    ("still", "still()"),
    ("stretch", "stretch()"),
    ("strip_exif", "strip_exif()"),
    ("strip_icc", "strip_icc()"),
    ("upscale", "upscale()"),
    ("watermark", "watermark(key,x,y,alpha[,width_percent[,height_percent]])"),
];

/// Reads filters from the beginning of `text`, which is `filters:` and may go on with `/` after
/// them. Returns how many bytes they are. Arguments may have `/`, but `)` ends them always.
pub(super) fn read(text: Token<'_>, into: &mut Vec<Filter>) -> Result<usize, SpecError> {
    let Some(mut rest) = text.strip("filters:") else {
        return Err(text.error(SpecErrorKind::FilterSyntax));
    };
    loop {
        let end = rest.text.find(['(', ':', '/', ')']).unwrap_or(rest.text.len());
        let name = Token { at: rest.at, text: rest.text.get(..end).unwrap_or_default() };
        let usage = usage(name)?;
        let syntax = || name.error(SpecErrorKind::FilterSyntax);
        let open = Token { at: rest.at + end, text: rest.text.get(end..).unwrap_or_default() };
        let (arguments, after) = open.strip("(").and_then(|inner| inner.split(')')).ok_or_else(syntax)?;
        if into.len() >= MAX_FILTERS {
            return Err(name.error(SpecErrorKind::TooManyFilters));
        }
        into.push(filter(name, Arguments::new(name, usage, arguments))?);
        match after.strip(":") {
            Some(next) => rest = next,
            None if after.text.is_empty() || after.text.starts_with('/') => return Ok(after.at - text.at),
            None => {
                let end = after.text.find(['/', ':']).unwrap_or(after.text.len());
                let odd = Token { text: after.text.get(..end).unwrap_or_default(), ..after };
                return Err(odd.error(SpecErrorKind::FilterSyntax));
            }
        }
    }
}

fn usage(name: Token<'_>) -> Result<&'static str, SpecError> {
    match FILTERS.iter().find(|(known, _)| *known == name.text) {
        Some((_, usage)) => Ok(usage),
        None => {
            let nearest = nearest(name.text, FILTERS.iter().map(|(name, _)| *name));
            Err(name.error(SpecErrorKind::UnknownFilter { nearest }))
        }
    }
}

/// The arguments of one filter, taken one by one.
struct Arguments<'a> {
    name: Token<'a>,
    usage: &'static str,
    rest: Option<Token<'a>>,
}

impl<'a> Arguments<'a> {
    fn new(name: Token<'a>, usage: &'static str, all: Token<'a>) -> Self {
        let none = all.text.trim().is_empty();
        Self { name, usage, rest: if none { None } else { Some(all) } }
    }

    fn wrong(&self) -> SpecError {
        self.name.error(SpecErrorKind::Arguments { usage: self.usage })
    }

    /// The next argument, if there is one.
    fn maybe(&mut self) -> Option<Token<'a>> {
        let rest = self.rest?;
        let (argument, rest) = rest.split(',').map_or((rest, None), |(one, rest)| (one, Some(rest)));
        self.rest = rest;
        Some(argument.trimmed())
    }

    /// The next argument, which has to be there.
    fn next(&mut self) -> Result<Token<'a>, SpecError> {
        self.maybe().ok_or_else(|| self.wrong())
    }

    /// The end of the arguments.
    fn end(&self) -> Result<(), SpecError> {
        if self.rest.is_some() { Err(self.wrong()) } else { Ok(()) }
    }
}

fn filter(name: Token<'_>, mut args: Arguments<'_>) -> Result<Filter, SpecError> {
    let filter = match name.text {
        "format" => Filter::Format(format(args.next()?)?),
        "quality" => Filter::Quality(args.next()?.byte(0, 100)?.max(1)),
        "max_bytes" => Filter::MaxBytes(args.next()?.whole(1, u64::MAX)?),
        "fill" => {
            let with = args.next()?.fill()?;
            Filter::Fill { with, behind: args.maybe().map_or(Ok(false), Token::truth)? }
        }
        "background_color" => Filter::BackgroundColor(args.next()?.opaque()?),
        "blur" => {
            let radius = args.next()?.small(1, 150)?;
            let sigma = args.maybe().map_or(Ok(0), |sigma| sigma.thousandths(0, 150_000))?;
            // As with thumbor, 0 is the radius.
            Filter::Blur { radius, sigma_thousandths: if sigma == 0 { radius * 1000 } else { sigma } }
        }
        "sharpen" => Filter::Sharpen {
            amount_thousandths: args.next()?.thousandths(0, 10_000)?,
            radius_thousandths: args.next()?.thousandths(0, 10_000)?,
            luminance_only: args.maybe().map_or(Ok(false), Token::truth)?,
        },
        "rotate" => Filter::Rotate(angle(args.next()?)?),
        "grayscale" => Filter::Grayscale,
        "brightness" => Filter::Brightness(args.next()?.percent()?),
        "contrast" => Filter::Contrast(args.next()?.percent()?),
        "saturation" => Filter::Saturation { thousandths: args.next()?.thousandths(0, 10_000)? },
        "proportion" => Filter::Proportion { thousandths: args.next()?.thousandths(1, 1000)? },
        "strip_exif" => Filter::StripExif,
        "strip_icc" => Filter::StripIcc,
        "keep" => Filter::Keep(keep(&mut args)?),
        "no_upscale" => Filter::NoUpscale,
        "upscale" => Filter::Upscale,
        "focal" => Filter::Focal(boxes::region(args.next()?)?),
        "round_corner" => Filter::RoundCorner(round_corner(&mut args)?),
        "watermark" => Filter::Watermark(watermark(&mut args)?),
        "still" | "cover" => Filter::Still,
        "stretch" => Filter::Stretch,
        "dpr" => Filter::Dpr { thousandths: args.next()?.thousandths(100, 10_000)? },
        _ => return Err(name.error(SpecErrorKind::UnknownFilter { nearest: None })),
    };
    args.end()?;
    Ok(filter)
}

/// A format's name, in any case; `jpg`, too.
pub(super) fn format(token: Token<'_>) -> Result<OutputFormat, SpecError> {
    Ok(match token.text.to_ascii_lowercase().as_str() {
        "auto" => OutputFormat::Auto,
        "jpeg" | "jpg" => OutputFormat::Jpeg,
        "png" => OutputFormat::Png,
        "webp" => OutputFormat::WebP,
        "avif" => OutputFormat::Avif,
        "gif" => OutputFormat::Gif,
        _ => {
            let formats = &["jpeg", "png", "webp", "avif", "gif", "auto"];
            return Err(token.error(SpecErrorKind::Choice(formats)));
        }
    })
}

/// Degrees, brought to 0, 90, 180 or 270.
fn angle(token: Token<'_>) -> Result<i32, SpecError> {
    let degrees = i32::try_from(token.signed(-3600, 3600)?).unwrap_or_default();
    if degrees % 90 == 0 { Ok(degrees.rem_euclid(360)) } else { Err(token.error(SpecErrorKind::Angle)) }
}

fn keep(args: &mut Arguments<'_>) -> Result<Vec<Kept>, SpecError> {
    let mut next = Some(args.next()?);
    let mut kept = Vec::new();
    while let Some(token) = next {
        let names = &["exif", "icc", "copyright", "all-exif"];
        kept.push(Kept::named(token.text).ok_or_else(|| token.error(SpecErrorKind::Choice(names)))?);
        next = args.maybe();
    }
    kept.sort_unstable();
    kept.dedup();
    Ok(kept)
}

fn round_corner(args: &mut Arguments<'_>) -> Result<RoundCorner, SpecError> {
    let radius = args.next()?;
    let (rx, ry) = radius.split('|').unwrap_or((radius, radius));
    let (rx, ry) = (rx.small(0, MAX_SIDE)?, ry.small(0, MAX_SIDE)?);
    let colour =
        Rgb { r: args.next()?.byte(0, 255)?, g: args.next()?.byte(0, 255)?, b: args.next()?.byte(0, 255)? };
    let transparent = args.maybe().map_or(Ok(false), Token::truth)?;
    Ok(RoundCorner { rx, ry, background: if transparent { None } else { Some(colour) } })
}

fn watermark(args: &mut Arguments<'_>) -> Result<Watermark, SpecError> {
    Ok(Watermark {
        key: key(args.next()?)?,
        x: position(args.next()?)?,
        y: position(args.next()?)?,
        alpha_percent: args.next()?.byte(0, 100)?,
        width_percent: args.maybe().map_or(Ok(None), ratio)?,
        height_percent: args.maybe().map_or(Ok(None), ratio)?,
    })
}

fn position(token: Token<'_>) -> Result<WatermarkPos, SpecError> {
    let (end, number) = match token.text {
        "center" => return Ok(WatermarkPos::Center),
        "repeat" => return Ok(WatermarkPos::Repeat),
        _ => token.strip("-").map_or((false, token), |number| (true, number)),
    };
    let offset = match number.text.strip_suffix('p') {
        Some(percent) => Offset::Percent(Token { text: percent, ..number }.small(0, 1000)?),
        None => Offset::Pixels(number.small(0, MAX_SIDE)?),
    };
    Ok(if end { WatermarkPos::End(offset) } else { WatermarkPos::Start(offset) })
}

/// A percentage; `none` and, as with thumbor, 0 are none.
fn ratio(token: Token<'_>) -> Result<Option<u32>, SpecError> {
    match token.text {
        "none" => Ok(None),
        _ => token.small(0, 1000).map(|percent| Some(percent).filter(|percent| *percent > 0)),
    }
}

/// A key as an argument: `%28`, `%29`, `%2C` and `%25` stand for `(`, `)`, `,` and `%` (in a URL,
/// whose path is decoded before it gets here, `%2528` and so on).
fn key(token: Token<'_>) -> Result<String, SpecError> {
    let error = || token.error(SpecErrorKind::Key);
    let mut bytes = token.text.bytes();
    let mut decoded = Vec::with_capacity(token.text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16)).ok_or_else(error);
            let number = digit()? * 16 + digit()?;
            u8::try_from(number).map_err(|_| error())?
        } else {
            byte
        });
    }
    let key = String::from_utf8(decoded).map_err(|_| error())?;
    if key.is_empty() || key.len() > LONGEST_KEY || key.chars().any(char::is_control) {
        return Err(error());
    }
    Ok(key)
}
