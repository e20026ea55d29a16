//! The file around encoded pictures: one `meta` box and the data (AVIF 1.1, MIAF).

use super::bitstream::profile_and_level;
use super::reader::Name;
use resizer_av1::{Cicp, Sampling};

/// What goes into a file.
pub(super) struct Contents<'a> {
    /// Size of the picture in pixels.
    pub(super) size: (u32, u32),
    /// OBUs of the picture.
    pub(super) colour: &'a [u8],
    /// How its chroma is sampled.
    pub(super) sampling: Sampling,
    /// OBUs of the alpha plane, of the same size.
    pub(super) alpha: Option<&'a [u8]>,
    /// What its colours mean.
    pub(super) cicp: Cicp,
    /// A profile that says so more exactly.
    pub(super) icc: Option<&'a [u8]>,
    /// EXIF data from their TIFF header on.
    pub(super) exif: Option<&'a [u8]>,
}

/// The item that is the picture.
const COLOUR: u16 = 1;

/// One item: id, type, data, the numbers of its properties (the top bit marks essential ones), and
/// how it refers to the picture.
struct Item {
    id: u16,
    kind: &'static Name,
    data: Vec<u8>,
    properties: Vec<u8>,
    refers: Option<&'static Name>,
}

/// `None` if the file would be too large for its 32-bit places.
pub(super) fn file(contents: &Contents<'_>) -> Option<Vec<u8>> {
    let (items, properties) = items(contents);
    let brand: &Name = if contents.sampling == Sampling::Yuv444 { b"MA1A" } else { b"MA1B" };
    let ftyp = boxed(b"ftyp", &[b"avif", &[0; 4], b"avif", b"mif1", b"miaf", brand]);
    // Places are counted from the start of the file, so the size of meta comes first; it does not
    // depend on them.
    let meta_size = meta(&items, &properties, 0)?.len();
    let start = ftyp.len() + meta_size + 8;
    let data: Vec<&[u8]> = items.iter().map(|item| item.data.as_slice()).collect();
    u32::try_from(start + data.iter().map(|data| data.len()).sum::<usize>()).ok()?;
    Some([ftyp, meta(&items, &properties, start)?, boxed(b"mdat", &data)].concat())
}

fn items(contents: &Contents<'_>) -> (Vec<Item>, Vec<Vec<u8>>) {
    const ESSENTIAL: u8 = 0x80;
    let (width, height) = contents.size;
    let mono = contents.sampling == Sampling::Mono;
    let mut properties = vec![
        full_box(b"ispe", 0, &[&width.to_be_bytes(), &height.to_be_bytes()]),
        depths(if mono { 1 } else { 3 }),
        boxed(b"av1C", &[&configuration(contents.colour, contents.sampling)]),
        nclx(contents.cicp),
    ];
    let mut of_colour = vec![1, 2, 3 | ESSENTIAL, 4];
    if let Some(icc) = contents.icc {
        properties.push(boxed(b"colr", &[b"prof", icc]));
        of_colour.push(5);
    }
    let item = |id, kind, data: &[u8], properties, refers| Item {
        id,
        kind,
        data: data.to_vec(),
        properties,
        refers,
    };
    let mut items = vec![item(COLOUR, b"av01", contents.colour, of_colour, None)];
    if let Some(alpha) = contents.alpha {
        let next = properties.len() as u8 + 1;
        properties.push(depths(1));
        properties.push(boxed(b"av1C", &[&configuration(alpha, Sampling::Mono)]));
        properties.push(full_box(b"auxC", 0, &[b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"]));
        let of_alpha = vec![1, next, (next + 1) | ESSENTIAL, next + 2];
        items.push(item(2, b"av01", alpha, of_alpha, Some(b"auxl")));
    }
    if let Some(exif) = contents.exif {
        // The offset of the TIFF header comes first.
        let data = [&[0; 4][..], exif].concat();
        items.push(item(3, b"Exif", &data, Vec::new(), Some(b"cdsc")));
    }
    (items, properties)
}

/// `pixi`: eight bits for each channel.
fn depths(channels: u8) -> Vec<u8> {
    full_box(b"pixi", 0, &[&[channels], &vec![8; usize::from(channels)]])
}

fn nclx(cicp: Cicp) -> Vec<u8> {
    let Cicp { primaries, transfer, matrix, full_range } = cicp;
    boxed(b"colr", &[b"nclx", &[0, primaries, 0, transfer, 0, matrix, u8::from(full_range) << 7]])
}

/// What is in `av1C` (AV1 in ISOBMFF, 2.3.3).
fn configuration(obus: &[u8], sampling: Sampling) -> [u8; 4] {
    const MARKER_AND_VERSION: u8 = 0x81;
    // 31 stands for "no level in particular".
    let full = sampling == Sampling::Yuv444;
    let (profile, level) = profile_and_level(obus).unwrap_or((u8::from(full), 31));
    let mono = u8::from(sampling == Sampling::Mono);
    let subsampled = u8::from(!full);
    [MARKER_AND_VERSION, profile << 5 | level, mono << 4 | subsampled << 3 | subsampled << 2, 0]
}

fn meta(items: &[Item], properties: &[Vec<u8>], start: usize) -> Option<Vec<u8>> {
    let hdlr = full_box(b"hdlr", 0, &[&[0; 4], b"pict", &[0; 13]]);
    let pitm = full_box(b"pitm", 0, &[&COLOUR.to_be_bytes()]);
    let count = u16::try_from(items.len()).ok()?;

    // Offsets and lengths of 4 bytes, one piece for each item.
    let mut places = vec![0x44, 0x00];
    places.extend(count.to_be_bytes());
    let mut at = start;
    for item in items {
        places.extend(item.id.to_be_bytes());
        places.extend([0, 0, 0, 1]);
        places.extend(u32::try_from(at).ok()?.to_be_bytes());
        places.extend(u32::try_from(item.data.len()).ok()?.to_be_bytes());
        at += item.data.len();
    }

    let mut entries = count.to_be_bytes().to_vec();
    for item in items {
        entries.extend(full_box(b"infe", 2, &[&item.id.to_be_bytes(), &[0; 2], item.kind, &[0]]));
    }

    let mut references = Vec::new();
    for item in items {
        if let Some(kind) = item.refers {
            references.extend(boxed(kind, &[&item.id.to_be_bytes(), &[0, 1], &COLOUR.to_be_bytes()]));
        }
    }
    let iref = if references.is_empty() { Vec::new() } else { full_box(b"iref", 0, &[&references]) };

    let described: Vec<&Item> = items.iter().filter(|item| !item.properties.is_empty()).collect();
    let mut associations = u32::try_from(described.len()).ok()?.to_be_bytes().to_vec();
    for item in described {
        associations.extend(item.id.to_be_bytes());
        associations.push(item.properties.len() as u8);
        associations.extend(&item.properties);
    }
    let iprp =
        boxed(b"iprp", &[&boxed(b"ipco", &[&properties.concat()]), &full_box(b"ipma", 0, &[&associations])]);
    let iloc = full_box(b"iloc", 0, &[&places]);
    Some(full_box(b"meta", 0, &[&hdlr, &pitm, &iloc, &full_box(b"iinf", 0, &[&entries]), &iref, &iprp]))
}

/// A box around the parts. Sizes are checked for the file as a whole.
fn boxed(name: &Name, parts: &[&[u8]]) -> Vec<u8> {
    let size = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = (size as u32).to_be_bytes().to_vec();
    bytes.extend(name);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// A box with a version, and no flags.
fn full_box(name: &Name, version: u8, parts: &[&[u8]]) -> Vec<u8> {
    let version = [version, 0, 0, 0];
    let parts: Vec<&[u8]> = std::iter::once(&version[..]).chain(parts.iter().copied()).collect();
    boxed(name, &parts)
}
