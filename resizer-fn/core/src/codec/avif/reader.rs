//! Bytes of an ISO base media file (ISO/IEC 14496-12), read without trust: nothing here can
//! reach out of its slice.

use super::{corrupt, truncated};
use crate::error::Error;

/// The name of a box, brand, item type or reference.
pub(super) type Name = [u8; 4];

/// Reads big-endian numbers from the front of a slice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (head, rest) = self.0.split_at_checked(count).ok_or_else(|| corrupt("a box is too short"))?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, rest) = self.0.split_first_chunk().ok_or_else(|| corrupt("a box is too short"))?;
        self.0 = rest;
        Ok(*head)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn name(&mut self) -> Result<Name, Error> {
        self.array()
    }

    /// A number of 0, 4 or 8 bytes, as `iloc` has them.
    pub(super) fn sized(&mut self, bytes: u8) -> Result<u64, Error> {
        match bytes {
            0 => Ok(0),
            4 => self.u32().map(u64::from),
            8 => self.array().map(u64::from_be_bytes),
            _ => Err(corrupt("a field of iloc has an impossible size")),
        }
    }

    /// An item's id, short or long as the version of the box says.
    pub(super) fn id(&mut self, long: bool) -> Result<u32, Error> {
        if long { self.u32() } else { self.u16().map(u32::from) }
    }

    /// Version and flags, which begin every "full" box.
    pub(super) fn version(&mut self) -> Result<(u8, u32), Error> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0x00FF_FFFF))
    }

    /// The next box: its name and what it holds.
    pub(super) fn next_box(&mut self) -> Result<(Name, &'a [u8]), Error> {
        let whole = self.0.len();
        let size = self.u32()?;
        let name = self.name()?;
        let body = match size {
            0 => self.0.len(),
            1 => {
                let size: u64 = self.array().map(u64::from_be_bytes)?;
                let size = usize::try_from(size).map_err(|_| truncated())?;
                size.checked_sub(whole - self.0.len())
                    .ok_or_else(|| corrupt("a box has an impossible size"))?
            }
            size => (size as usize).checked_sub(8).ok_or_else(|| corrupt("a box has an impossible size"))?,
        };
        if body > self.0.len() {
            return Err(truncated());
        }
        self.bytes(body).map(|body| (name, body))
    }
}

/// The boxes in `bytes`, at most `limit` of them.
pub(super) fn boxes(bytes: &[u8], limit: usize) -> Result<Vec<(Name, &[u8])>, Error> {
    let mut reader = Reader(bytes);
    let mut found = Vec::new();
    while !reader.is_empty() {
        if found.len() == limit {
            return Err(corrupt("it has too many boxes"));
        }
        found.push(reader.next_box()?);
    }
    Ok(found)
}

/// The only box of that name.
pub(super) fn only<'a>(boxes: &[(Name, &'a [u8])], name: &Name) -> Result<Option<&'a [u8]>, Error> {
    let mut of_name = boxes.iter().filter(|(n, _)| n == name).map(|(_, body)| *body);
    let first = of_name.next();
    match of_name.next() {
        Some(_) => Err(corrupt(format!("there is more than one {} box", String::from_utf8_lossy(name)))),
        None => Ok(first),
    }
}
