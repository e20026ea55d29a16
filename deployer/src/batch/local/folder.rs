//! Originals in a folder, images in another.

use imgdeploy_model::terminal::Name;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use resizer_core::{Output, Spec};

use super::{Found, Loaded, Store, Wanted};
use crate::{input, resize};

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

/// Whether originals lie where the images would go: each could be taken for an image, and be replaced by one.
pub(super) fn is_among_images(originals: &Path, images: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    // Below a folder that is not there, nothing is.
    real(originals).zip(real(images)).is_some_and(|(originals, images)| originals.starts_with(images))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", Name(path))
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
            Some(input::read(&path, wanted.limits.max_bytes).map_err(|error| failed(&path, &error))?)
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

    async fn asset(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>, String> {
        let path = self.from.join(key);
        match input::read(&path, most) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }
}

/// Files below a folder, by name; hidden ones, links to folders, and the folder of the images are passed over.
#[derive(Debug)]
pub(super) struct Walk {
    root: PathBuf,
    /// Where the images go: they are no originals.
    images: PathBuf,
    open: Vec<PathBuf>,
    unread: Vec<Found>,
}

impl Walk {
    pub(super) fn new(root: PathBuf, images: PathBuf) -> Self {
        Self { open: vec![root.clone()], root, images, unread: Vec::new() }
    }

    /// A path as a key, if it can be one: from the root, with slashes.
    fn found(&self, path: &Path) -> Found {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        match below.to_str() {
            Some(text) => Found::Key(text.replace(std::path::MAIN_SEPARATOR, "/")),
            None => self.unusable(path, "its name is not UTF-8 text, as keys are; rename it"),
        }
    }

    fn unusable(&self, path: &Path, reason: impl ToString) -> Found {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        Found::Unusable { name: Name(below).to_string(), reason: reason.to_string() }
    }

    /// What is in a folder is looked at next.
    fn enter(&mut self, path: &Path) -> Result<(), std::io::Error> {
        let hidden =
            |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path)? {
            match entry {
                Ok(entry) if hidden(&entry.path()) => {}
                Ok(entry) => inside.push(entry.path()),
                Err(error) => {
                    let unread = self.unusable(path, error);
                    self.unread.push(unread);
                }
            }
        }
        inside.sort();
        self.open.extend(inside.into_iter().rev());
        Ok(())
    }

    fn is_of_images(&self, folder: &Path) -> bool {
        folder.canonicalize().is_ok_and(|folder| self.images.canonicalize().is_ok_and(|own| own == folder))
    }
}

impl Iterator for Walk {
    type Item = Result<Found, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(unread) = self.unread.pop() {
                return Some(Ok(unread));
            }
            let path = self.open.pop()?;
            let entered = match std::fs::symlink_metadata(&path) {
                Ok(about) if about.is_dir() && self.is_of_images(&path) => Ok(()),
                Ok(about) if about.is_dir() => self.enter(&path),
                Ok(about) if about.is_symlink() && path.is_dir() => Ok(()),
                Ok(_) => return Some(Ok(self.found(&path))),
                Err(error) => Err(error),
            };
            match entered {
                Ok(()) => {}
                // Without it there is nothing at all.
                Err(error) if path == self.root => return Some(Err(failed(&path, &error))),
                Err(error) => return Some(Ok(self.unusable(&path, error))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn walked(root: &Path, images: &str) -> Vec<String> {
        Walk::new(root.to_owned(), root.join(images))
            .map(|found| match found.unwrap() {
                Found::Key(key) => key,
                Found::Unusable { name, reason } => format!("{name}: {reason}"),
            })
            .collect()
    }

    #[test]
    #[cfg(unix)]
    fn what_cannot_be_a_key_keeps_nothing_else_from_being_found() {
        use std::os::unix::ffi::OsStrExt as _;
        let root = tempfile::tempdir().unwrap();
        let at = |name: &[u8]| root.path().join(std::ffi::OsStr::from_bytes(name));
        for folder in ["b", "z", "resized", "resized/300x200"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        for file in
            [&b"a.jpg"[..], b"b/\xff\x1b.jpg", b"b/c.jpg", b".hidden", b"z/y.jpg", b"resized/300x200/a.jpg"]
        {
            std::fs::write(at(file), "x").unwrap();
        }
        std::os::unix::fs::symlink(root.path(), root.path().join("b/round")).unwrap();
        std::os::unix::fs::symlink("itself", root.path().join("itself")).unwrap();
        assert_eq!(
            walked(root.path(), "resized"),
            [
                "a.jpg",
                "b/c.jpg",
                "b/\\xFF\u{1b}.jpg: its name is not UTF-8 text, as keys are; rename it",
                "itself",
                "z/y.jpg",
            ]
        );
    }

    fn contents(root: &Path) -> Vec<(String, Vec<u8>)> {
        let read = |key: String| (key.clone(), std::fs::read(root.join(key)).unwrap());
        walked(root, "none").into_iter().map(read).collect()
    }

    /// The folder of the originals is the one of the images too, or has it somewhere below.
    #[tokio::test]
    async fn images_among_originals_are_no_originals_however_often_it_runs() {
        let photo = test_support::photos::DANDELION.bytes;
        for (to, prefix, force) in
            [("", "resized/", false), ("", "resized/", true), ("out", "", true), ("out", "r/", true)]
        {
            let root = tempfile::tempdir().unwrap();
            // The second is named as an image would be.
            for key in ["a.jpg", "30x20/a.jpg", "sub/resized/30x20/a.jpg"] {
                std::fs::create_dir_all(root.path().join(key).parent().unwrap()).unwrap();
                std::fs::write(root.path().join(key), photo).unwrap();
            }
            let originals = contents(root.path());
            let to = root.path().join(to);
            let store =
                FolderStore { from: root.path().to_owned(), to: to.clone(), prefix: prefix.to_owned() };
            let wanted = Wanted {
                texts: vec!["30x20".to_owned()],
                specs: vec!["30x20".parse().unwrap()],
                quality: 80,
                limits: resizer_core::Limits::default(),
                force,
            };
            let mut files = Vec::new();
            for run in 0..3 {
                let keys = super::super::files(root.path().to_owned(), to.join(prefix));
                let end = super::super::run(&store, keys, &wanted, |_| {}).await.unwrap();
                assert_eq!((end.counts.total(), end.failed.len()), (3, 0), "{to:?} {run}");
                let after = contents(root.path());
                assert!(originals.iter().all(|one| after.contains(one)), "{to:?} {run}");
                assert_eq!(after.len(), 6);
                assert!(run == 0 || after == files, "{to:?} {run}");
                files = after;
            }
        }
    }

    #[tokio::test]
    async fn watermarks_have_the_limits_of_other_files() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("mark.png"), [0; 100]).unwrap();
        let store =
            FolderStore { from: root.path().to_owned(), to: root.path().to_owned(), prefix: String::new() };
        let specs: Vec<Spec> = vec!["30x20/filters:watermark(mark.png,0,0,0)".parse().unwrap()];
        for (max_bytes, max_memory, fits) in [(100, 1000, true), (99, 1000, false), (100, 149, false)] {
            let limits = resizer_core::Limits { max_bytes, max_memory, ..resizer_core::Limits::default() };
            let marks = super::super::marks(&store, &specs, &limits, 50).await;
            assert_eq!(marks.is_ok(), fits, "{max_bytes} {max_memory}");
            assert!(marks.err().is_none_or(|why| why.starts_with("the watermark mark.png: ")));
        }
    }

    #[test]
    fn originals_are_not_where_images_go() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("resized/30x20/in")).unwrap();
        std::fs::create_dir_all(at("resized-not")).unwrap();
        for (originals, images, among) in [
            ("resized/30x20", "resized", true),
            ("resized/30x20/in", "resized/30x20/../", true),
            ("resized", "resized", true),
            ("resized-not", "resized", false),
            ("", "resized", false),
            ("", "not-there-yet", false),
        ] {
            assert_eq!(is_among_images(&at(originals), &at(images)), among, "{originals} {images}");
        }
    }

    #[test]
    fn a_folder_of_images_within_is_no_folder_of_originals() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("out/resized/9x9")).unwrap();
        std::fs::write(root.path().join("out/resized/9x9/a.jpg"), "x").unwrap();
        std::fs::write(root.path().join("out/b.jpg"), "x").unwrap();
        assert_eq!(walked(root.path(), "out/../out/resized"), ["out/b.jpg"]);
        assert_eq!(walked(root.path(), "elsewhere").len(), 2);
        assert!(Walk::new(root.path().join("none"), PathBuf::new()).next().unwrap().is_err());
    }
}
