//! Keys from files and inventories, as pages.

use imgdeploy_model::terminal::Name;
use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use imgdeploy_batch::{PAGE_KEYS, Page};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::inventory::{BUCKET_AND_KEY, Inventory, ListError, csv, lines};
use super::records::Records;
use crate::aws::{AwsFailure, Clients, read};
use crate::input;

/// Bytes of the largest manifest of an inventory that is read.
const MOST_MANIFEST: u64 = 64 * 1024 * 1024;

/// Where a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// A file with a key on each line; `-` is standard input.
    File(PathBuf),
    /// An object: `manifest.json` of an inventory, `.csv` with bucket and key, or else a key on each line.
    Object {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
}

/// Why a list did not become pages.
#[derive(Debug, thiserror::Error)]
pub enum Unlisted {
    /// The list is wrong.
    #[error("the list {0} {1}")]
    List(String, ListError),
    /// AWS did not answer as it should.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
}

/// A list that was read: its text stays on disk, as it may be long.
#[derive(Debug)]
pub struct Fetched {
    name: String,
    format: Format,
    /// With the number of bytes of each that are the list.
    files: Vec<(PathBuf, u64)>,
    /// Files of ours, to be taken away again.
    _folder: Option<TempDir>,
    digest: String,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Lines,
    Csv(super::inventory::Columns),
}

/// A folder for what is downloaded, deleted when it is no longer needed. Nobody else can look into it.
fn temporary() -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("imgdeploy-").tempdir()
}

impl Fetched {
    /// The same list has the same digest.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Gives every key to `each`, in order.
    ///
    /// # Errors
    /// See [`Unlisted`].
    pub fn each(
        &self,
        bucket: &str,
        each: impl FnMut(String) -> Result<(), ListError>,
    ) -> Result<(), Unlisted> {
        self.read(bucket, each).map_err(|error| Unlisted::List(self.name.clone(), error))
    }

    fn read(
        &self,
        bucket: &str,
        mut each: impl FnMut(String) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        for (path, length) in &self.files {
            let file = input::open(path).map_err(|error| ListError::Unreadable(error.to_string()))?;
            // What has been added since is not of the list whose digest was taken.
            let file = file.take(*length);
            let zipped = path.extension().is_some_and(|extension| extension == "gz");
            let text: Box<dyn Read> =
                if zipped { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
            match self.format {
                Format::Lines => lines(BufReader::new(text), &mut each)?,
                Format::Csv(columns) => csv(BufReader::new(text), columns, bucket, &mut each)?,
            }
        }
        Ok(())
    }

    /// Stores all pages of `job`. The last one says that it is.
    ///
    /// # Errors
    /// See [`Unlisted`].
    pub async fn store(&self, records: &Records, job: &str, bucket: &str) -> Result<u64, Unlisted> {
        // A list is read by a thread of its own, a page ahead of what is stored: no more of it is in memory.
        let (pages, mut ready) = tokio::sync::mpsc::channel::<Page>(2);
        let (mut number, mut stored) = (0, 0);
        let store = async {
            while let Some(page) = ready.recv().await {
                stored = page.end();
                records.keep(job, number, page).await?;
                number += 1;
            }
            Ok::<_, AwsFailure>(())
        };
        let (read, stored_all) = std::thread::scope(|scope| {
            let reading = scope.spawn(|| self.pages(bucket, pages));
            let stored_all =
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(store));
            (reading.join(), stored_all)
        });
        stored_all?;
        let read = read.unwrap_or_else(|_| Err(ListError::Unreadable("its reader failed".to_owned())));
        read.map_err(|error| Unlisted::List(self.name.clone(), error))?;
        Ok(stored)
    }

    fn pages(&self, bucket: &str, pages: tokio::sync::mpsc::Sender<Page>) -> Result<(), ListError> {
        let mut page = Page { first: 0, keys: Vec::new(), next: None };
        let gone = || ListError::Unreadable("what it was read for has ended".to_owned());
        self.read(bucket, |key| {
            if page.keys.len() == PAGE_KEYS {
                let first = page.end();
                let full = std::mem::replace(&mut page, Page { first, keys: Vec::new(), next: None });
                pages.blocking_send(Page { next: Some(String::new()), ..full }).map_err(|_| gone())?;
            }
            page.keys.push(key);
            Ok(())
        })?;
        pages.blocking_send(page).map_err(|_| gone())
    }
}

/// Fetches a list that is for `bucket`.
///
/// # Errors
/// See [`Unlisted`].
pub async fn fetch(list: &List, clients: &Clients, bucket: &str) -> Result<Fetched, Unlisted> {
    let name = match list {
        List::File(path) => Name(path).to_string(),
        List::Object { bucket, key } => format!("s3://{bucket}/{key}"),
    };
    let wrong = |error: ListError| Unlisted::List(name.clone(), error);
    let unreadable = |error: std::io::Error| wrong(ListError::Unreadable(error.to_string()));
    let (format, files, folder) = match list {
        List::File(path) if path.as_os_str() != "-" => {
            (by_name(&path.to_string_lossy()), vec![path.clone()], None)
        }
        List::File(_) => {
            let folder = temporary().map_err(unreadable)?;
            let path = folder.path().join("list");
            let mut file = File::create(&path).map_err(unreadable)?;
            // Line by line: what is no list is not written to the disk without an end.
            lines(std::io::stdin().lock(), |key| {
                writeln!(file, "{key}").map_err(|error| ListError::Unreadable(error.to_string()))
            })
            .map_err(wrong)?;
            (Format::Lines, vec![path], Some(folder))
        }
        List::Object { bucket: of, key } => {
            let folder = temporary().map_err(unreadable)?;
            let ending = if key.ends_with(".gz") { "list.gz" } else { "list" };
            let first = download(clients, of, key, &folder.path().join(ending)).await?;
            if key.ends_with("manifest.json") {
                let text = input::read(&first, MOST_MANIFEST).map_err(unreadable)?;
                let (inventory, columns) = Inventory::of(&text, bucket).map_err(wrong)?;
                let mut files = Vec::new();
                for (number, file) in inventory.files.iter().enumerate() {
                    let ending = if file.key.ends_with(".gz") { ".gz" } else { "" };
                    let path = folder.path().join(format!("{number}{ending}"));
                    files.push(download(clients, inventory.lists_bucket(), &file.key, &path).await?);
                }
                (Format::Csv(columns), files, Some(folder))
            } else {
                (by_name(key.strip_suffix(".gz").unwrap_or(key)), vec![first], Some(folder))
            }
        }
    };
    let mut hash = Sha256::new();
    let mut measured = Vec::new();
    for path in files {
        let file = input::open(&path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        std::io::copy(&mut file.take(length), &mut hash).map_err(unreadable)?;
        measured.push((path, length));
    }
    Ok(Fetched { name, format, files: measured, _folder: folder, digest: hex::encode(hash.finalize()) })
}

fn by_name(name: &str) -> Format {
    if name.ends_with(".csv") { Format::Csv(BUCKET_AND_KEY) } else { Format::Lines }
}

/// Downloads an object, of whatever size, to a file.
async fn download(clients: &Clients, bucket: &str, key: &str, to: &Path) -> Result<PathBuf, AwsFailure> {
    let local = |error: std::io::Error| AwsFailure::local("s3:GetObject", format!("{}: {error}", Name(to)));
    let mut file = File::create(to).map_err(local)?;
    read::in_parts(clients, bucket, key, |part| file.write_all(part).map_err(local)).await?;
    Ok(to.to_owned())
}
