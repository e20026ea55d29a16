//! The chunks that a PNG consists of, and what can be wrong with them.

use crate::error::Error;
use crate::sniff::{Format, PNG_SIGNATURE};

pub(super) fn truncated() -> Error {
    Error::Truncated { format: Format::Png }
}

pub(super) fn corrupt(reason: impl ToString) -> Error {
    Error::corrupt(Format::Png, reason)
}

/// A chunk: its name and its data.
pub(super) type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

/// The chunks of a file, without the end chunk; an error if that is missing.
pub(super) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Result<Chunk<'_>, Error>> {
    let mut rest = bytes.get(PNG_SIGNATURE.len()..);
    std::iter::from_fn(move || match chunk(rest.take()?) {
        Ok(((b"IEND", _), _)) => None,
        Ok((chunk, after)) => {
            rest = Some(after);
            Some(Ok(chunk))
        }
        Err(error) => Some(Err(error)),
    })
}

/// The first chunk, and what follows it.
fn chunk(bytes: &[u8]) -> Result<(Chunk<'_>, &[u8]), Error> {
    let (length, name) = bytes.split_first_chunk::<4>().ok_or_else(truncated)?;
    let (name, body) = name.split_first_chunk::<4>().ok_or_else(truncated)?;
    let length = u32::from_be_bytes(*length) as usize;
    if !name.iter().all(u8::is_ascii_alphabetic) {
        return Err(corrupt("a chunk has no name"));
    }
    let (data, rest) = body.split_at_checked(length).ok_or_else(truncated)?;
    let (_checksum, rest) = rest.split_first_chunk::<4>().ok_or_else(truncated)?;
    Ok(((name, data), rest))
}
