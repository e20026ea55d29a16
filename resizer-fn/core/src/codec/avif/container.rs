//! The `meta` box of an AVIF file: which items there are, where their bytes lie, what describes
//! them and how they refer to each other (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12).

use super::reader::{Name, Reader, boxes, only};
use super::{corrupt, truncated, unsupported};
use crate::error::Error;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Boxes on one level. A picture has a handful.
const MAX_BOXES: usize = 4096;
/// Items of a file; the tiles of a grid are items.
const MAX_ITEMS: usize = 4096;
/// Pieces that all items together are stored in.
const MAX_EXTENTS: usize = 16_384;
/// References between items.
const MAX_REFERENCES: usize = 4096;
/// So many bytes of an item may be those of other items as well: writers store equal tiles once.
const SHARED: usize = 4096;

/// What the file holds.
#[derive(Debug)]
pub(super) struct Container<'a> {
    file: &'a [u8],
    idat: &'a [u8],
    /// Id of the item that is the picture.
    pub(super) primary: u32,
    items: BTreeMap<u32, Item>,
    /// All property boxes, which items refer to by number.
    pub(super) properties: Vec<(Name, &'a [u8])>,
    references: Vec<Reference>,
    /// Bytes of items that were handed out, but for those that may be shared.
    handed_out: Cell<usize>,
}

/// An item: a coded picture, a grid, EXIF data.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// Its type, such as `av01`.
    pub(super) kind: Name,
    protected: bool,
    /// 0: in the file; 1: in `idat`; 2: made of other items.
    construction: u8,
    foreign: bool,
    extents: Vec<(u64, u64)>,
    /// Numbers of its properties, from 0, and whether a reader has to know them.
    pub(super) properties: Vec<(u16, bool)>,
    described: bool,
}

#[derive(Debug)]
struct Reference {
    kind: Name,
    from: u32,
    to: Vec<u32>,
}

impl<'a> Container<'a> {
    /// Reads the boxes; no pictures yet.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Error> {
        let meta = find_meta(file)?;
        let mut reader = Reader(meta);
        reader.version()?;
        // What is cut off within meta can't be mended by more bytes at the end of the file.
        let inner = |error| if error == truncated() { corrupt("a box is too long") } else { error };
        let parts = boxes(reader.0, MAX_BOXES).map_err(inner)?;
        let required = |name: &Name| {
            let text = String::from_utf8_lossy(name);
            only(&parts, name)?.ok_or_else(|| corrupt(format!("its {text} box is missing")))
        };
        let mut this = Self {
            file,
            idat: only(&parts, b"idat")?.unwrap_or_default(),
            primary: primary(required(b"pitm")?)?,
            items: BTreeMap::new(),
            properties: Vec::new(),
            references: Vec::new(),
            handed_out: Cell::new(0),
        };
        this.read_types(required(b"iinf")?).map_err(inner)?;
        this.read_places(required(b"iloc")?)?;
        let iprp = boxes(required(b"iprp")?, MAX_BOXES).map_err(inner)?;
        let ipco = only(&iprp, b"ipco")?.ok_or_else(|| corrupt("its ipco box is missing"))?;
        this.properties = boxes(ipco, MAX_BOXES).map_err(inner)?;
        for (_, body) in iprp.iter().filter(|(name, _)| name == b"ipma") {
            this.read_associations(body)?;
        }
        if let Some(iref) = only(&parts, b"iref")? {
            this.read_references(iref).map_err(inner)?;
        }
        Ok(this)
    }

    fn read_types(&mut self, iinf: &[u8]) -> Result<(), Error> {
        let mut reader = Reader(iinf);
        let (version, _) = reader.version()?;
        reader.id(version > 0)?;
        for (name, body) in boxes(reader.0, MAX_ITEMS)? {
            let mut entry = Reader(body);
            let (version, _) = entry.version()?;
            // Versions 0 and 1 describe no items of the types that matter here.
            if name != *b"infe" || version < 2 {
                continue;
            }
            let id = entry.id(version > 2)?;
            let protected = entry.u16()? != 0;
            let item = Item { kind: entry.name()?, protected, ..Item::default() };
            if self.items.insert(id, item).is_some() {
                return Err(corrupt("two items have the same id"));
            }
        }
        Ok(())
    }

    fn read_places(&mut self, iloc: &[u8]) -> Result<(), Error> {
        let mut reader = Reader(iloc);
        let (version, _) = reader.version()?;
        if version > 2 {
            return Err(unsupported("an iloc box of an unknown version"));
        }
        let sizes = reader.u16()?;
        let [offset, length, base, index] = [12, 8, 4, 0].map(|shift| (sizes >> shift & 15) as u8);
        let count = reader.id(version == 2)?;
        let mut total = 0;
        for _ in 0..count {
            let id = reader.id(version == 2)?;
            let construction = if version > 0 { (reader.u16()? & 15) as u8 } else { 0 };
            let foreign = reader.u16()? != 0;
            let base = reader.sized(base)?;
            let extents = usize::from(reader.u16()?);
            total += extents;
            if total > MAX_EXTENTS {
                return Err(corrupt("its items are in too many pieces"));
            }
            let mut pieces = Vec::new();
            for _ in 0..extents {
                if version > 0 {
                    reader.sized(index)?;
                }
                let start = reader.sized(offset)?.checked_add(base).ok_or_else(truncated)?;
                pieces.push((start, reader.sized(length)?));
            }
            // Places of items that nobody described are of no use.
            if let Some(item) = self.items.get_mut(&id) {
                if !item.extents.is_empty() {
                    return Err(corrupt("an item has two places"));
                }
                (item.construction, item.foreign, item.extents) = (construction, foreign, pieces);
            }
        }
        Ok(())
    }

    fn read_associations(&mut self, ipma: &[u8]) -> Result<(), Error> {
        let mut reader = Reader(ipma);
        let (version, flags) = reader.version()?;
        for _ in 0..reader.u32()? {
            let id = reader.id(version > 0)?;
            let mut properties = Vec::new();
            for _ in 0..reader.u8()? {
                let (number, essential) = if flags & 1 == 1 {
                    let word = reader.u16()?;
                    (word & 0x7FFF, word & 0x8000 != 0)
                } else {
                    let byte = reader.u8()?;
                    (u16::from(byte & 0x7F), byte & 0x80 != 0)
                };
                // 0 stands for none.
                if let Some(number) = number.checked_sub(1) {
                    properties.push((number, essential));
                }
            }
            if let Some(item) = self.items.get_mut(&id) {
                if std::mem::replace(&mut item.described, true) {
                    return Err(corrupt("an item is described twice"));
                }
                item.properties = properties;
            }
        }
        Ok(())
    }

    fn read_references(&mut self, iref: &[u8]) -> Result<(), Error> {
        let mut reader = Reader(iref);
        let (version, _) = reader.version()?;
        let mut total = 0;
        for (kind, body) in boxes(reader.0, MAX_REFERENCES)? {
            let mut entry = Reader(body);
            let from = entry.id(version > 0)?;
            let count = usize::from(entry.u16()?);
            total += count;
            if total > MAX_REFERENCES {
                return Err(corrupt("it has too many references"));
            }
            let to = (0..count).map(|_| entry.id(version > 0)).collect::<Result<_, _>>()?;
            self.references.push(Reference { kind, from, to });
        }
        Ok(())
    }

    /// The item of that id.
    pub(super) fn item(&self, id: u32) -> Result<&Item, Error> {
        self.items.get(&id).ok_or_else(|| corrupt("an item is missing"))
    }

    /// What the item refers to, in order.
    pub(super) fn refers_to(&self, kind: &Name, from: u32) -> &[u32] {
        self.references.iter().find(|r| r.kind == *kind && r.from == from).map_or(&[], |r| &r.to)
    }

    /// The items that refer to that one.
    pub(super) fn referring_to(&self, kind: &Name, to: u32) -> impl Iterator<Item = u32> {
        self.references.iter().filter(move |r| r.kind == *kind && r.to.contains(&to)).map(|r| r.from)
    }

    /// All items that refer to others, by those that they refer to.
    pub(super) fn referring(&self, kind: &Name) -> BTreeMap<u32, Vec<u32>> {
        let mut referring = BTreeMap::<_, Vec<_>>::new();
        for reference in self.references.iter().filter(|r| r.kind == *kind) {
            for to in &reference.to {
                referring.entry(*to).or_default().push(reference.from);
            }
        }
        referring
    }

    /// The bytes of an item: a slice of the file where they are in one piece. Asked for once for each item.
    ///
    /// Items lie beside each other, and so do their pieces: all that is handed out is no more than the file, whatever
    /// places a file names.
    pub(super) fn data(&self, item: &Item) -> Result<Cow<'a, [u8]>, Error> {
        if item.protected {
            return Err(unsupported("encryption"));
        }
        let source = match (item.construction, item.foreign) {
            (0, false) => self.file,
            (1, false) => self.idat,
            (_, true) => return Err(unsupported("pictures outside of the file")),
            _ => return Err(unsupported("items made of other items")),
        };
        let piece = |&(start, length): &(u64, u64)| {
            let start = usize::try_from(start).map_err(|_| truncated())?;
            let rest = source.get(start..).ok_or_else(truncated)?;
            match usize::try_from(length).map_err(|_| truncated())? {
                0 => Ok(rest),
                length => rest.get(..length).ok_or_else(truncated),
            }
        };
        match item.extents.as_slice() {
            [] => Err(corrupt("an item has no place")),
            [extent] => {
                let piece = piece(extent)?;
                self.hand_out(piece.len())?;
                Ok(Cow::Borrowed(piece))
            }
            extents => {
                let pieces = || extents.iter().map(piece);
                let length = pieces().try_fold(0_usize, |sum, piece| Ok(sum.saturating_add(piece?.len())))?;
                if length > source.len() {
                    return Err(corrupt("the pieces of an item overlap"));
                }
                self.hand_out(length)?;
                let mut whole = Vec::with_capacity(length);
                for piece in pieces() {
                    whole.extend_from_slice(piece?);
                }
                Ok(Cow::Owned(whole))
            }
        }
    }

    fn hand_out(&self, length: usize) -> Result<(), Error> {
        let all = self.handed_out.get().saturating_add(length.saturating_sub(SHARED));
        self.handed_out.set(all);
        if all > self.file.len() { Err(corrupt("its items overlap")) } else { Ok(()) }
    }
}

/// The file's `meta` box. Boxes after it may be cut off: items say themselves what they need.
fn find_meta(file: &[u8]) -> Result<&[u8], Error> {
    let mut reader = Reader(file);
    let mut sequence = false;
    for _ in 0..MAX_BOXES {
        if reader.is_empty() {
            // Tracks without a still picture: rare, since writers put the first frame there too.
            return Err(if sequence { unsupported("frames but no still picture") } else { truncated() });
        }
        if reader.0.len() < 8 {
            return Err(truncated());
        }
        match reader.next_box()? {
            (name, body) if name == *b"meta" => return Ok(body),
            (name, _) => sequence |= name == *b"moov",
        }
    }
    Err(corrupt("it has too many boxes"))
}

fn primary(pitm: &[u8]) -> Result<u32, Error> {
    let mut reader = Reader(pitm);
    let (version, _) = reader.version()?;
    reader.id(version > 0)
}
