//! Files that this program is given to read: the one place that opens them.
//!
//! A pipe without a writer, a terminal or `/dev/zero` would be waited for, or read, for ever. So only plain files are read, which
//! is decided on what was opened, and never more of one than a limit: it may grow meanwhile. What has to be piped goes through
//! standard input, where a command takes `-`.

use std::fs::{File, FileType, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Opens a plain file, or a link to one, without waiting for anybody.
///
/// # Errors
/// There is none, it can't be opened, or it is something else, which the error names.
pub fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Without it, opening a pipe waits for its writer; reading a plain file does not know it.
        options.custom_flags(libc::O_NONBLOCK);
    }
    let opened = options.open(path);
    let file = match opened {
        Ok(file) => file,
        // A socket can't even be opened; what it is says more than the system's word for that.
        Err(error) => match std::fs::metadata(path) {
            Ok(about) if !about.is_file() => return Err(not_plain(about.file_type())),
            _ => return Err(error),
        },
    };
    let about = file.metadata()?;
    if about.is_file() { Ok(file) } else { Err(not_plain(about.file_type())) }
}

/// Reads a plain file of up to `limit` bytes.
///
/// # Errors
/// As [`open`]; [`ErrorKind::FileTooLarge`].
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    limited(open(path)?, limit)
}

/// Reads all that there is, which has to be up to `limit` bytes.
///
/// # Errors
/// It can't be read; [`ErrorKind::FileTooLarge`].
pub fn limited(from: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Error::new(
            ErrorKind::FileTooLarge,
            format!("it has more than the {limit} bytes allowed"),
        ));
    }
    Ok(bytes)
}

/// What is said of a thing that is no plain file.
pub fn not_plain(kind: FileType) -> Error {
    let error = if kind.is_dir() { ErrorKind::IsADirectory } else { ErrorKind::InvalidInput };
    Error::new(error, format!("it is {}, and only plain files are read here", what(kind)))
}

/// What a thing that is no plain file is called.
pub fn what(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { special(kind) }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read(&folder.path().join("b"), 4).unwrap_err().kind(), ErrorKind::NotFound);
        let text = read(folder.path(), 4).unwrap_err().to_string();
        assert_eq!(text, "it is a folder, and only plain files are read here");
    }

    #[test]
    #[cfg(unix)]
    fn nothing_else_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for (path, what) in [
            (pipe.as_path(), "a pipe"),
            (&link, "a pipe"),
            (&socket, "a socket"),
            (Path::new("/dev/zero"), "a device"),
        ] {
            let error = read(path, 4).unwrap_err();
            assert_eq!(error.to_string(), format!("it is {what}, and only plain files are read here"));
        }
    }
}
