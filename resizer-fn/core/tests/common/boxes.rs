//! AVIF files put together by hand, around pictures that the core itself has encoded.

use resizer_core::Format;
use resizer_core::codec::{self, EncodeOptions};
use resizer_core::pixels::Pixels;

/// A box.
pub(crate) fn boxed(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&(body.len() as u32 + 8).to_be_bytes()[..], name, &body].concat()
}

/// A box with version and flags.
pub(crate) fn full(name: &[u8; 4], version: u8, parts: &[&[u8]]) -> Vec<u8> {
    boxed(name, &[&[version, 0, 0, 0], &parts.concat()])
}

/// An item: id, type, data, the numbers of its properties from 1.
pub(crate) struct Item {
    pub(crate) id: u16,
    pub(crate) kind: [u8; 4],
    pub(crate) data: Vec<u8>,
    pub(crate) properties: Vec<u8>,
}

/// A file whose first item is the picture. The data lie in `idat`, in pieces of `piece` bytes.
pub(crate) fn file(items: &[Item], properties: &[Vec<u8>], references: &[Vec<u8>], piece: usize) -> Vec<u8> {
    let count = (items.len() as u16).to_be_bytes();
    let (mut iloc, mut iinf, mut ipma) = (count.to_vec(), count.to_vec(), vec![0, 0]);
    ipma.extend(count);
    let mut at = 0u32;
    for item in items {
        let id = item.id.to_be_bytes();
        iinf.extend(full(b"infe", 2, &[&id, &[0, 0], &item.kind, &[0]]));
        let pieces: Vec<_> = item.data.chunks(piece).collect();
        iloc.extend(id);
        // Construction method 1, data reference 0.
        iloc.extend([0, 1, 0, 0]);
        iloc.extend((pieces.len() as u16).to_be_bytes());
        for piece in pieces {
            iloc.extend(at.to_be_bytes());
            iloc.extend((piece.len() as u32).to_be_bytes());
            at += piece.len() as u32;
        }
        ipma.extend(id);
        ipma.push(item.properties.len() as u8);
        ipma.extend(&item.properties);
    }
    let idat: Vec<&[u8]> = items.iter().map(|item| item.data.as_slice()).collect();
    let meta = full(
        b"meta",
        0,
        &[
            &full(b"hdlr", 0, &[&[0; 4], b"pict", &[0; 13]]),
            &full(b"pitm", 0, &[&items[0].id.to_be_bytes()]),
            &full(b"iloc", 1, &[&[0x44, 0x00], &iloc]),
            &full(b"iinf", 0, &[&iinf]),
            &full(b"iref", 0, &[&references.concat()]),
            &boxed(b"iprp", &[&boxed(b"ipco", &[&properties.concat()]), &full(b"ipma", 0, &[&ipma])]),
            &boxed(b"idat", &idat),
        ],
    );
    [boxed(b"ftyp", &[b"mif1\0\0\0\0mif1avif"]), meta].concat()
}

/// A reference between items.
pub(crate) fn reference(kind: &[u8; 4], from: u16, to: &[u16]) -> Vec<u8> {
    let to: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
    let count = (to.len() as u16 / 2).to_be_bytes();
    boxed(kind, &[&from.to_be_bytes(), &count, &to])
}

/// The size in pixels.
pub(crate) fn ispe(width: u32, height: u32) -> Vec<u8> {
    full(b"ispe", 0, &[&width.to_be_bytes(), &height.to_be_bytes()])
}

/// The bitstream and `av1C` box of a picture without alpha.
pub(crate) fn stream(pixels: &Pixels) -> (Vec<u8>, Vec<u8>) {
    let file = codec::encode(Format::Avif, pixels, &EncodeOptions::with_quality(85)).unwrap();
    let find = |name: &[u8]| file.windows(4).position(|window| window == name).unwrap();
    let (configuration, data) = (find(b"av1C"), find(b"mdat"));
    (file[data + 4..].to_vec(), boxed(b"av1C", &[&file[configuration + 4..configuration + 8]]))
}

/// A file with that picture, described by these properties besides size and configuration.
pub(crate) fn described(pixels: &Pixels, more: &[Vec<u8>]) -> Vec<u8> {
    let (data, configuration) = stream(pixels);
    let properties = [&[ispe(pixels.width, pixels.height), configuration], more].concat();
    let numbers = (1..=properties.len() as u8).collect();
    file(&[Item { id: 1, kind: *b"av01", data, properties: numbers }], &properties, &[], usize::MAX)
}

/// A file stored as that EXIF orientation has it, but saying so as AVIF does.
pub(crate) fn oriented(stored: &Pixels, orientation: u8) -> Vec<u8> {
    let irot = |quarters: u8| boxed(b"irot", &[&[quarters]]);
    let imir = |axis: u8| boxed(b"imir", &[&[axis]]);
    let turns = match orientation {
        2 => vec![imir(1)],
        3 => vec![irot(2)],
        4 => vec![imir(0)],
        5 => vec![irot(1), imir(0)],
        6 => vec![irot(3)],
        7 => vec![irot(1), imir(1)],
        8 => vec![irot(1)],
        _ => vec![],
    };
    described(stored, &turns)
}
