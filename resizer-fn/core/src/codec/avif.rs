//! AVIF, by dav1d and libaom (crate `resizer-av1`); the container is read and written here.
//!
//! What is read: a single picture or a grid, 8 to 12 bits, any chroma sampling, alpha as an
//! auxiliary picture. Of a sequence, its still picture. What is written: one picture of 8 bits.

mod bitstream;
mod container;
mod from_rgb;
mod parts;
mod properties;
mod reader;
mod to_planes;
mod to_rgb;
mod write;

pub use resizer_av1::Cicp;

use super::{Decoded, EncodeOptions, Header};
use crate::colour::{self, ColourInfo};
use crate::error::Error;
use crate::geometry::Rect;
use crate::orientation::Orientation;
use crate::pixels::{Channels, Pixels};
use crate::sniff::Format;
use crate::stop::Stop;
use container::Container;
use parts::Part;
use properties::Properties;
use std::borrow::Cow;

fn corrupt(reason: impl ToString) -> Error {
    Error::corrupt(Format::Avif, reason)
}

fn truncated() -> Error {
    Error::Truncated { format: Format::Avif }
}

fn unsupported(feature: &'static str) -> Error {
    Error::Unsupported { format: Format::Avif, feature }
}

/// What a file says of its picture; nothing is decoded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info<'a> {
    /// Width in pixels as stored, after cropping, before turning.
    pub width: u32,
    /// Height in pixels, likewise.
    pub height: u32,
    /// How the stored pixels have to be turned. EXIF data have no say in this format.
    pub orientation: Orientation,
    /// Whether there is an alpha plane.
    pub has_alpha: bool,
    /// Bits of a sample: 8, 10 or 12.
    pub depth: u8,
    /// What the colours mean, as far as the container says; the bitstream may say it as well, see
    /// [`ColourInfo::cicp`].
    pub cicp: Option<Cicp>,
    /// An ICC profile. Where there is one, it counts instead of primaries and transfer.
    pub icc: Option<&'a [u8]>,
    /// EXIF data from their TIFF header on.
    pub exif: Option<Cow<'a, [u8]>>,
}

/// Reads what is known before decoding and checks that the picture's data are all there.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Corrupt`], [`Error::Unsupported`].
pub fn read_info(bytes: &[u8]) -> Result<Info<'_>, Error> {
    let container = Container::read(bytes)?;
    let picture = Picture::of(&container)?;
    Ok(picture.info(exif(&container)))
}

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let container = Container::read(bytes)?;
    let picture = Picture::of(&container)?;
    let Rect { width, height, .. } = picture.visible;
    let stored_pixels = picture.colour.stored_pixels();
    // Three planes of up to two bytes, twice where there is film grain, the decoder's own, and pixels before they are cut.
    let working_bytes = stored_pixels.saturating_mul(WORKING_BYTES);
    let still = Header::still(width, height, picture.properties.orientation);
    Ok(Header { stored_pixels, first_pixels: stored_pixels, working_bytes, ..still })
}

/// The picture of a file and what belongs to it.
struct Picture<'a> {
    colour: Part<'a>,
    properties: Properties<'a>,
    alpha: Option<Part<'a>>,
    premultiplied: bool,
    visible: Rect,
}

impl<'a> Picture<'a> {
    fn of(container: &Container<'a>) -> Result<Self, Error> {
        let id = container.primary;
        let properties = Properties::of(container, container.item(id)?)?;
        let colour = Part::of(container, id)?;
        let alpha = Part::alpha_of(container, id)?;
        if alpha.as_ref().is_some_and(|alpha| alpha.size != colour.size) {
            return Err(corrupt("its alpha plane has another size"));
        }
        let premultiplied = alpha.is_some() && !container.refers_to(b"prem", id).is_empty();
        let visible = properties.visible(colour.size);
        Ok(Self { colour, properties, alpha, premultiplied, visible })
    }

    fn info(&self, exif: Option<Cow<'a, [u8]>>) -> Info<'a> {
        Info {
            width: self.visible.width,
            height: self.visible.height,
            orientation: self.properties.orientation,
            has_alpha: self.alpha.is_some(),
            depth: self.colour.stream.depth,
            cicp: self.properties.nclx,
            icc: self.properties.icc,
            exif,
        }
    }
}

/// EXIF data of the picture, if they can be had.
fn exif<'a>(container: &Container<'a>) -> Option<Cow<'a, [u8]>> {
    let mut describing = container.referring_to(b"cdsc", container.primary);
    let id = describing.find(|id| container.item(*id).is_ok_and(|item| item.kind == *b"Exif"))?;
    let data = container.data(container.item(id).ok()?).ok()?;
    // The first number says how many bytes lie between it and the TIFF header.
    let skip = 4 + u32::from_be_bytes(*data.first_chunk()?) as usize;
    match data {
        Cow::Borrowed(data) => data.get(skip..).map(Cow::Borrowed),
        Cow::Owned(data) => data.get(skip..).map(|data| Cow::Owned(data.to_vec())),
    }
}

pub(super) fn decode(bytes: &[u8], header: &Header, stop: &Stop) -> Result<Decoded, Error> {
    let container = Container::read(bytes)?;
    let picture = Picture::of(&container)?;
    let Picture { colour, properties, alpha, premultiplied, visible } = picture;
    if (visible.width, visible.height) != (header.width, header.height) {
        return Err(corrupt("its headers contradict each other"));
    }
    let info = |cicp: Cicp, channels| {
        let mut info = ColourInfo::with_profile(properties.icc.map(<[u8]>::to_vec), channels);
        // Here a profile counts more than the code points (ISO/IEC 23000-22, 7.3.6.4); elsewhere less.
        if info.icc.is_none() {
            info.cicp = Some(colour::Cicp { primaries: cicp.primaries, transfer: cicp.transfer });
        }
        info
    };
    let whole = alpha.is_none() && visible == Rect::whole(colour.size);
    let alone = if whole { colour.decode_alone(stop)? } else { None };
    let alone = alone.map(|picture| (properties.nclx.unwrap_or(picture.cicp()), picture));
    let channels = match (colour.stream.mono, alpha.is_some()) {
        (true, false) => Channels::Grey,
        (true, true) => Channels::GreyAlpha,
        (false, false) => Channels::Rgb,
        (false, true) => Channels::Rgba,
    };
    if let Some((cicp, picture)) = &alone
        && to_planes::suits(picture.depth(), *cicp)
    {
        let picture = crate::picture::Picture::Planes(to_planes::planes(picture, cicp.full_range));
        return Ok(Decoded { picture, colour: info(*cicp, channels) });
    }
    let step = channels.count();
    let (width, height) = colour.size;
    let mut data = vec![0; width as usize * height as usize * step];
    let mut canvas = to_rgb::Canvas { data: &mut data, width: width as usize, step, stop };
    let cicp = match alone {
        Some((cicp, picture)) => {
            to_rgb::colours(&picture, cicp, &mut canvas, (0, 0))?;
            cicp
        }
        None => colour.decode_colours(properties.nclx, &mut canvas)?,
    };
    if let Some(alpha) = alpha {
        alpha.decode_alpha(&mut canvas)?;
        if premultiplied {
            to_rgb::unpremultiply(&mut data, step);
        }
    }
    let pixels = cut(Pixels { width, height, channels, data }, visible);
    Ok(Decoded { picture: crate::picture::Picture::full(pixels), colour: info(cicp, channels) })
}

/// The part of the pixels inside of `kept`.
fn cut(pixels: Pixels, kept: Rect) -> Pixels {
    let (width, height) = (kept.width, kept.height);
    if (width, height) == (pixels.width, pixels.height) {
        return pixels;
    }
    let step = pixels.channels.count();
    let row = pixels.width as usize * step;
    let (start, length) = (kept.x as usize * step, width as usize * step);
    let lines = pixels.data.chunks_exact(row).skip(kept.y as usize).take(height as usize);
    let mut data = Vec::with_capacity(length * height as usize);
    lines.filter_map(|line| line.get(start..start + length)).for_each(|part| data.extend_from_slice(part));
    Pixels { width, height, channels: pixels.channels, data }
}

/// Memory for a pixel while decoding, in bytes, besides the pixel that comes out.
const WORKING_BYTES: u64 = 20;

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// 1 to 100; 50 is usual, and looks as 50 does with sharp.
    pub quality: u8,
    /// libaom's speed, 0 to 9.
    pub speed: u8,
    /// Primaries and transfer of the pixels; `None`, or unspecified ones, is sRGB.
    pub cicp: Option<Cicp>,
    /// An ICC profile that fits the pixels' channels.
    pub icc: Option<&'a [u8]>,
    /// EXIF data from their TIFF header on.
    pub exif: Option<&'a [u8]>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { quality: 50, speed: SPEED, cicp: None, icc: None, exif: None }
    }
}

/// libaom's speed: 5 takes four times as long, for 0.002 more SSIM in as many bytes.
const SPEED: u8 = 6;
/// libaom's quantiser (0 to 63) that quality 0 would stand for.
const WORST_QUANTISER: u16 = 62;
/// From this quality on chroma is not halved.
const FULL_CHROMA_FROM: u8 = 90;

pub(super) fn encode(pixels: &Pixels, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let EncodeOptions { quality, kept, .. } = options;
    let options = Options {
        quality: *quality,
        icc: kept.icc.as_deref(),
        exif: kept.exif.as_deref(),
        ..Options::default()
    };
    encode_with(pixels, &options)
}

/// Encodes a picture of 8 bits: 4:2:0, from quality 90 on 4:4:4, grey as 4:0:0, alpha (unless all
/// is opaque) as an auxiliary picture.
///
/// # Errors
/// [`Error::Encode`].
pub fn encode_with(pixels: &Pixels, options: &Options<'_>) -> Result<Vec<u8>, Error> {
    let quality = options.quality.clamp(1, 100);
    // 50 gives about the SSIM and bytes that 50 does with sharp. 0 would be lossless coding, many times as large.
    let quantiser = ((100 - u16::from(quality)) * WORST_QUANTISER + 50) / 100;
    let given = options.cicp.unwrap_or(Cicp::SRGB);
    let known = |point, otherwise| if point == 2 { otherwise } else { point };
    let cicp = Cicp {
        primaries: known(given.primaries, Cicp::SRGB.primaries),
        transfer: known(given.transfer, Cicp::SRGB.transfer),
        ..Cicp::SRGB
    };
    let failed = |error: resizer_av1::Error| Error::encode(Format::Avif, error);
    let settings = resizer_av1::Settings { quantiser: quantiser.max(1) as u8, speed: options.speed, cicp };
    let yuv = from_rgb::Yuv::of(pixels, quality >= FULL_CHROMA_FROM);
    let colour = resizer_av1::encode(&yuv.planes(), &settings).map_err(failed)?;
    let alpha = from_rgb::Yuv::of_alpha(pixels)
        .map(|alpha| {
            let cicp = Cicp { full_range: true, ..Cicp::UNSPECIFIED };
            resizer_av1::encode(&alpha.planes(), &resizer_av1::Settings { cicp, ..settings }).map_err(failed)
        })
        .transpose()?;
    let contents = write::Contents {
        size: (pixels.width, pixels.height),
        colour: &colour,
        sampling: yuv.planes().sampling,
        alpha: alpha.as_deref(),
        cicp,
        icc: options.icc,
        exif: options.exif,
    };
    write::file(&contents).ok_or_else(|| Error::encode(Format::Avif, "the file would be too large"))
}
