//! Formats of lists of keys. Pure.

use std::io::{BufRead as _, Read};

use imgdeploy_batch::decoded;
use serde::Deserialize;

/// Why a list can't be used. The texts continue "the list …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It can't be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A line of it is wrong; lines count from 1.
    #[error("has a wrong line {line}: {problem}")]
    Line {
        /// The line.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The inventory is of a kind that is not read.
    #[error("is an inventory that cannot be used: {0}")]
    Inventory(String),
}

/// `manifest.json` of S3 Inventory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The bucket that was listed.
    pub source_bucket: String,
    /// ARN of the bucket with the lists.
    pub destination_bucket: String,
    /// `CSV`, `ORC` or `Parquet`.
    pub file_format: String,
    /// Names of the columns, separated by commas.
    pub file_schema: String,
    /// The lists.
    pub files: Vec<InventoryFile>,
}

/// One list of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InventoryFile {
    /// Its key.
    pub key: String,
}

/// Which columns of a CSV matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    bucket: Option<usize>,
    key: usize,
    latest: Option<usize>,
    deleted: Option<usize>,
}

impl Inventory {
    /// Reads the manifest of an inventory of `bucket`.
    ///
    /// # Errors
    /// It is not one, of another bucket, or not in CSV.
    pub fn of(text: &[u8], bucket: &str) -> Result<(Self, Columns), ListError> {
        let read: Self = serde_json::from_slice(text)
            .map_err(|error| ListError::Inventory(format!("its manifest is not what S3 writes: {error}")))?;
        if read.source_bucket != bucket {
            return Err(ListError::Inventory(format!(
                "it is of the bucket {}, not {bucket}",
                read.source_bucket
            )));
        }
        if read.file_format != "CSV" {
            return Err(ListError::Inventory(format!(
                "it is in {}; have S3 write it in CSV",
                read.file_format
            )));
        }
        let names: Vec<&str> = read.file_schema.split(',').map(str::trim).collect();
        let place = |name: &str| names.iter().position(|one| *one == name);
        let Some(key) = place("Key") else {
            return Err(ListError::Inventory("it has no column Key".to_owned()));
        };
        let columns = Columns {
            bucket: place("Bucket"),
            key,
            latest: place("IsLatest"),
            deleted: place("IsDeleteMarker"),
        };
        Ok((read, columns))
    }

    /// Name of the bucket with the lists.
    pub fn lists_bucket(&self) -> &str {
        self.destination_bucket.rsplit(':').next().unwrap_or(&self.destination_bucket)
    }
}

/// The columns of a list as S3 Batch Operations takes it: bucket and key.
pub const BUCKET_AND_KEY: Columns = Columns { bucket: Some(0), key: 1, latest: None, deleted: None };

/// Gives every key of a CSV to `each`, in order. Its keys are percent-encoded.
///
/// # Errors
/// A line is wrong, or `each` says so.
pub fn csv(
    from: impl Read,
    columns: Columns,
    bucket: &str,
    mut each: impl FnMut(String) -> Result<(), ListError>,
) -> Result<(), ListError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(from);
    let mut row = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(ListError::Unreadable(error.to_string())),
        }
        let line = row.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| ListError::Line { line, problem };
        let field = |place: Option<usize>| place.and_then(|place| row.get(place));
        if let Some(other) = field(columns.bucket).filter(|other| *other != bucket) {
            return Err(wrong(format!("it names the bucket {other}, not {bucket}")));
        }
        // Old versions and delete markers are no originals.
        if field(columns.latest) == Some("false") || field(columns.deleted) == Some("true") {
            continue;
        }
        let Some(key) = row.get(columns.key) else {
            return Err(wrong("it has no key".to_owned()));
        };
        // A blank is `+` or %20 there, by all accounts; a plus itself is %2B [unverified].
        each(decoded(key).ok_or_else(|| wrong(format!("`{key}` is not UTF-8 once decoded")))?)?;
    }
}

/// Bytes of the longest key that S3 allows.
const LONGEST_KEY: usize = 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// A key, what may stand in front of it and behind it, and one more.
const LONGEST_LINE: u64 = LONGEST_KEY as u64 + 6;

/// Gives every key of a plain list, one on each line, to `each`.
///
/// # Errors
/// It can't be read, or `each` says so.
pub fn lines(
    from: impl std::io::BufRead,
    mut each: impl FnMut(String) -> Result<(), ListError>,
) -> Result<(), ListError> {
    let mut from = from;
    for line in 1.. {
        let wrong = |problem: String| ListError::Line { line, problem };
        let mut text = Vec::new();
        // No more of a line is read than a key may have: where no line ends, it might be endless.
        let read = (&mut from).take(LONGEST_LINE).read_until(b'\n', &mut text);
        if read.map_err(|error| wrong(error.to_string()))? == 0 {
            break;
        }
        let key = text.strip_suffix(b"\n").unwrap_or(&text);
        let key = key.strip_suffix(b"\r").unwrap_or(key);
        // Lists that were written on Windows begin so.
        let key = key.strip_prefix(BYTE_ORDER_MARK).filter(|_| line == 1).unwrap_or(key);
        if key.len() > LONGEST_KEY {
            return Err(wrong(format!("the key has more than {LONGEST_KEY} bytes, which S3 does not allow")));
        }
        let key = std::str::from_utf8(key).map_err(|_| wrong("it is not UTF-8 text".to_owned()))?;
        if !key.is_empty() {
            each(key.to_owned())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn keys_of(text: &str, columns: Columns) -> Result<Vec<String>, ListError> {
        let mut found = Vec::new();
        csv(text.as_bytes(), columns, "b", |key| {
            found.push(key);
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn a_list_for_batch_operations_is_read() {
        let text = "b,a%20b.jpg\n\"b\",\"c+d%2B%C3%BC.jpg\"\nb,e.jpg,version\n";
        assert_eq!(keys_of(text, BUCKET_AND_KEY).unwrap(), ["a b.jpg", "c d+\u{fc}.jpg", "e.jpg"]);
        let wrong = keys_of("b,a.jpg\nother,b.jpg\n", BUCKET_AND_KEY).unwrap_err().to_string();
        assert_eq!(wrong, "has a wrong line 2: it names the bucket other, not b");
        assert!(keys_of("b\n", BUCKET_AND_KEY).unwrap_err().to_string().contains("no key"));
        assert!(keys_of("b,%ff\n", BUCKET_AND_KEY).unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn an_inventory_is_read_without_old_versions() {
        let manifest = br#"{"sourceBucket":"b","destinationBucket":"arn:aws:s3:::lists","fileFormat":"CSV",
            "version":"2016-11-30","fileSchema":"Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size",
            "files":[{"key":"x/data/1.csv.gz","size":1,"MD5checksum":"0"}]}"#;
        let (inventory, columns) = Inventory::of(manifest, "b").unwrap();
        assert_eq!((inventory.lists_bucket(), inventory.files.len()), ("lists", 1));
        let text = "\"b\",\"new.jpg\",\"2\",\"true\",\"false\",\"9\"\n\"b\",\"new.jpg\",\"1\",\"false\",\"false\",\"9\"\n\
                    \"b\",\"gone.jpg\",\"1\",\"true\",\"true\",\"\"\n";
        assert_eq!(keys_of(text, columns).unwrap(), ["new.jpg"]);
        for (from, to) in [("\"CSV\"", "\"ORC\""), ("\"b\"", "\"c\""), ("Key", "Kay"), ("files", "fails")] {
            let other = String::from_utf8(manifest.to_vec()).unwrap().replace(from, to);
            assert!(Inventory::of(other.as_bytes(), "b").is_err(), "{to}");
        }
    }

    #[test]
    fn a_plain_list_has_a_key_on_each_line() {
        let mut found = Vec::new();
        lines("a b.jpg\r\n\n c%20.jpg\nd".as_bytes(), |key| {
            found.push(key);
            Ok(())
        })
        .unwrap();
        assert_eq!(found, ["a b.jpg", " c%20.jpg", "d"]);
        let mut first = Vec::new();
        lines("\u{feff}a.jpg\r\nb.jpg\r\n".as_bytes(), |key| {
            first.push(key);
            Ok(())
        })
        .unwrap();
        assert_eq!(first, ["a.jpg", "b.jpg"]);
        let longest = format!("{}\r\nb", "x".repeat(1024));
        assert!(lines(longest.as_bytes(), |_| Ok(())).is_ok());
        assert!(lines("x".repeat(1025).as_bytes(), |_| Ok(())).is_err());
        // What has no lines at all is not read to its end.
        let mut endless = std::io::BufReader::with_capacity(512, std::io::repeat(0).take(1 << 20));
        assert!(lines(&mut endless, |_| Ok(())).is_err());
        assert!(endless.into_inner().limit() > 1 << 19);
        assert!(lines(&b"\xff\n"[..], |_| Ok(())).is_err());
    }
}
