//! Originals in a folder, images in another.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use resizer_core::{Output, Spec};

use super::{Loaded, Store, Wanted};
use crate::resize;

/// Originals below one folder, images below another: `{to}/{prefix}{spec}/{key}`.
#[derive(Debug, Clone)]
pub struct FolderStore {
    /// The originals.
    pub from: PathBuf,
    /// The images.
    pub to: PathBuf,
    /// What images are below.
    pub prefix: String,
}

impl FolderStore {
    fn image(&self, text: &str, key: &str) -> PathBuf {
        self.to.join(format!("{}{text}/{key}", self.prefix))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

impl Store for FolderStore {
    async fn load(&self, key: &str, wanted: &Wanted) -> Result<Loaded, String> {
        let path = self.from.join(key);
        let about = std::fs::metadata(&path).map_err(|error| failed(&path, &error))?;
        if about.len() > wanted.limits.max_bytes {
            return Err(format!(
                "it has {} bytes, more than the {} allowed",
                about.len(),
                wanted.limits.max_bytes
            ));
        }
        let changed = about.modified().ok();
        // A file has no ETag: an image that is newer than its original is of it.
        let current = |text: &String| {
            let made = std::fs::metadata(self.image(text, key)).and_then(|about| about.modified()).ok();
            !wanted.force && made.zip(changed).is_some_and(|(made, changed)| made >= changed)
        };
        let up_to_date: Vec<bool> = wanted.texts.iter().map(current).collect();
        let bytes = if up_to_date.iter().all(|current| *current) {
            None
        } else {
            Some(std::fs::read(&path).map_err(|error| failed(&path, &error))?)
        };
        let age = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Ok(Loaded { bytes, etag: age.as_millis().to_string(), up_to_date })
    }

    async fn put(&self, key: &str, text: &str, _: &Spec, _: &str, output: Output) -> Result<(), String> {
        let path = self.image(text, key);
        let folder = path.parent().unwrap_or(&self.to);
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        resize::store(&path, &output.bytes, true)
    }

    async fn asset(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.from.join(key);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }
}

/// Files below a folder, by name; hidden ones and links to folders are passed over.
#[derive(Debug)]
pub(super) struct Walk {
    root: PathBuf,
    open: Vec<PathBuf>,
}

impl Walk {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { open: vec![root.clone()], root }
    }
}

impl Iterator for Walk {
    type Item = Result<String, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let path = self.open.pop()?;
            let about = match std::fs::symlink_metadata(&path) {
                Ok(about) => about,
                Err(error) => return Some(Err(failed(&path, &error))),
            };
            if !about.is_dir() {
                let below = path.strip_prefix(&self.root).unwrap_or(&path);
                let Some(text) = below.to_str() else {
                    return Some(Err(format!("{}: the name is not UTF-8; rename it", path.display())));
                };
                return Some(Ok(text.replace(std::path::MAIN_SEPARATOR, "/")));
            }
            let entries = match std::fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) => return Some(Err(failed(&path, &error))),
            };
            let hidden = |path: &PathBuf| {
                path.file_name().and_then(std::ffi::OsStr::to_str).is_some_and(|name| name.starts_with('.'))
            };
            let mut inside: Vec<PathBuf> =
                entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| !hidden(path)).collect();
            inside.sort();
            self.open.extend(inside.into_iter().rev());
        }
    }
}
