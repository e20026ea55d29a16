//! The pictures that make up one plane of the image, colours or alpha: one, or the tiles of a grid.

use super::container::{Container, Item};
use super::properties::{Properties, Stream};
use super::reader::Reader;
use super::to_rgb::{self, Canvas};
use super::{bitstream, corrupt, unsupported};
use crate::error::Error;
use crate::stop::Stop;
use resizer_av1::{Cicp, Picture, Sampling};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One or more coded pictures, side by side.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Size of the whole in pixels.
    pub(super) size: (u32, u32),
    /// What the bitstreams are.
    pub(super) stream: Stream,
    tiles: Vec<Tile<'a>>,
    tile_size: (u32, u32),
    columns: u32,
}

#[derive(Debug)]
struct Tile<'a> {
    obus: Cow<'a, [u8]>,
    operating_point: u8,
}

/// The shortest side of a tile, in pixels (ISO/IEC 23000-22, 7.3.11.4.2): each one costs a decoder of its own.
const SHORTEST_TILE: u32 = 64;

impl<'a> Part<'a> {
    /// Pixels that are decoded: those of all tiles, which may reach over the edge.
    pub(super) fn stored_pixels(&self) -> u64 {
        let (width, height) = self.tile_size;
        let tile = u64::from(width).saturating_mul(height.into());
        tile.saturating_mul(self.tiles.len() as u64)
    }

    /// The pictures of that item.
    pub(super) fn of(container: &Container<'a>, id: u32) -> Result<Self, Error> {
        let item = container.item(id)?;
        match &item.kind {
            b"av01" => Self::single(container, item),
            b"grid" => {
                let tiles = container.refers_to(b"dimg", id);
                Self::grid(container, item, tiles)
            }
            b"hvc1" | b"hev1" => Err(unsupported("HEVC, which is HEIC under another name,")),
            _ => Err(unsupported("a picture that is not AV1")),
        }
    }

    /// The alpha plane of that item, if it has one. That of a grid can belong to the grid or to
    /// each tile.
    pub(super) fn alpha_of(container: &Container<'a>, id: u32) -> Result<Option<Self>, Error> {
        let referring = container.referring(b"auxl");
        if let Some(alpha) = alpha_item(container, &referring, id)? {
            return Self::of(container, alpha).map(Some);
        }
        let item = container.item(id)?;
        if item.kind != *b"grid" {
            return Ok(None);
        }
        let tiles = distinct(container.refers_to(b"dimg", id))?;
        let alphas = tiles.iter().map(|tile| alpha_item(container, &referring, *tile));
        let alphas = alphas.collect::<Result<Vec<_>, _>>()?;
        match alphas.iter().copied().collect::<Option<Vec<u32>>>() {
            Some(alphas) => Self::grid(container, item, &alphas).map(Some),
            None if alphas.iter().all(Option::is_none) => Ok(None),
            None => Err(unsupported("alpha on some tiles only")),
        }
    }

    fn single(container: &Container<'a>, item: &Item) -> Result<Self, Error> {
        let properties = Properties::of(container, item)?;
        let size = properties.coded_size()?;
        let stream = properties.stream.ok_or_else(|| corrupt("its av1C box is missing"))?;
        let obus = container.data(item)?;
        bitstream::check(&obus)?;
        let tile = Tile { obus, operating_point: properties.operating_point };
        Ok(Self { size, stream, tiles: vec![tile], tile_size: size, columns: 1 })
    }

    /// ISO/IEC 23008-12, 6.6.2.3.
    fn grid(container: &Container<'a>, item: &Item, tiles: &[u32]) -> Result<Self, Error> {
        let data = container.data(item)?;
        let mut reader = Reader(&data);
        let (version, flags) = (reader.u8()?, reader.u8()?);
        if version != 0 {
            return Err(unsupported("a grid of an unknown version"));
        }
        let (rows, columns) = (u32::from(reader.u8()?) + 1, u32::from(reader.u8()?) + 1);
        let size = (reader.id(flags & 1 == 1)?, reader.id(flags & 1 == 1)?);
        if Properties::of(container, item)?.coded_size()? != size {
            return Err(corrupt("its grid has another size than the picture"));
        }
        if tiles.len() as u64 != u64::from(rows) * u64::from(columns) {
            return Err(corrupt("its grid has another number of tiles"));
        }
        let mut whole: Option<Self> = None;
        for id in distinct(tiles)? {
            let tile = container.item(*id)?;
            if tile.kind != *b"av01" {
                return Err(unsupported("a grid of other things than AV1 pictures"));
            }
            let tile = Self::single(container, tile)?;
            match &mut whole {
                None => whole = Some(tile),
                Some(whole) if whole.tile_size == tile.tile_size && whole.stream.mono == tile.stream.mono => {
                    whole.tiles.extend(tile.tiles);
                }
                Some(_) => return Err(corrupt("the tiles of its grid differ")),
            }
        }
        let whole = whole.ok_or_else(|| corrupt("its grid is empty"))?;
        let (across, down) = whole.tile_size;
        if tiles.len() > 1 && across.min(down) < SHORTEST_TILE {
            return Err(unsupported("a grid of tiles below 64 pixels"));
        }
        let covers = |tile: u32, count: u32, side: u32| {
            // Every tile shows something; only the last ones may reach over the edge.
            let (tile, count, side) = (u64::from(tile), u64::from(count), u64::from(side));
            tile * count >= side && tile * (count - 1) < side && tile <= side + 64
        };
        if !covers(across, columns, size.0) || !covers(down, rows, size.1) {
            return Err(corrupt("the tiles of its grid don't fit"));
        }
        Ok(Self { size, columns, ..whole })
    }

    /// Decodes the colours onto the canvas. What they mean is what the container says, else the
    /// bitstream; it is returned.
    pub(super) fn decode_colours(&self, nclx: Option<Cicp>, canvas: &mut Canvas<'_>) -> Result<Cicp, Error> {
        let mut meaning = nclx;
        self.decode(canvas.stop, |picture, at| {
            self.check(&picture)?;
            let cicp = *meaning.get_or_insert(picture.cicp());
            to_rgb::colours(&picture, cicp, canvas, at)
        })?;
        Ok(meaning.unwrap_or(Cicp::UNSPECIFIED))
    }

    /// Grey has to be what the container takes for grey.
    fn check(&self, picture: &Picture) -> Result<(), Error> {
        match (picture.sampling() == Sampling::Mono) == self.stream.mono {
            true => Ok(()),
            false => Err(corrupt("its headers contradict each other")),
        }
    }

    /// Decodes the one picture; none for a grid.
    pub(super) fn decode_alone(&self, stop: &Stop) -> Result<Option<Picture>, Error> {
        let mut alone = None;
        if self.tiles.len() == 1 {
            self.decode(stop, |picture, _| {
                self.check(&picture)?;
                alone = Some(picture);
                Ok(())
            })?;
        }
        Ok(alone)
    }

    /// Decodes the luma of an alpha plane onto the canvas.
    pub(super) fn decode_alpha(&self, canvas: &mut Canvas<'_>) -> Result<(), Error> {
        self.decode(canvas.stop, |picture, at| {
            to_rgb::alpha(&picture, picture.cicp().full_range, canvas, at);
            Ok(())
        })
    }

    /// Decodes one picture after the other, so that only one is in memory.
    fn decode(
        &self,
        stop: &Stop,
        mut each: impl FnMut(Picture, (usize, usize)) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (width, height) = self.tile_size;
        let limit = u32::try_from(u64::from(width) * u64::from(height)).unwrap_or(u32::MAX);
        for (number, tile) in self.tiles.iter().enumerate() {
            stop.check()?;
            let picture =
                resizer_av1::decode(&tile.obus, limit, tile.operating_point).map_err(
                    |error| match error {
                        resizer_av1::Error::Setup(_) => Error::Codec,
                        error => corrupt(error),
                    },
                )?;
            if (picture.width(), picture.height()) != self.tile_size {
                return Err(corrupt("its headers contradict each other"));
            }
            let (row, column) = (number / self.columns as usize, number % self.columns as usize);
            each(picture, (column * width as usize, row * height as usize))?;
        }
        Ok(())
    }
}

/// The tiles of a grid, if none is there twice: an item stands for itself once (ISO/IEC 14496-12, 8.11.12.3), and a
/// few bytes could ask for any amount of work.
fn distinct(tiles: &[u32]) -> Result<&[u32], Error> {
    let mut seen = BTreeSet::new();
    if tiles.iter().all(|id| seen.insert(id)) { Ok(tiles) } else { Err(corrupt("its grid has a tile twice")) }
}

/// The item that is the alpha plane of that one; `referring` has the auxiliary pictures of all.
fn alpha_item(
    container: &Container<'_>,
    referring: &BTreeMap<u32, Vec<u32>>,
    id: u32,
) -> Result<Option<u32>, Error> {
    for auxiliary in referring.get(&id).into_iter().flatten() {
        if Properties::of(container, container.item(*auxiliary)?)?.is_alpha() {
            return Ok(Some(*auxiliary));
        }
    }
    Ok(None)
}
