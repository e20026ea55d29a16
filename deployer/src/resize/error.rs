//! Why nothing was made at all.

use imgdeploy_model::terminal::Name;
use resizer_core::spec::SpecError;
use std::io;
use std::path::PathBuf;

/// Why nothing was made at all. What is wrong with a single image is no error of the whole.
#[derive(Debug, thiserror::Error)]
pub enum ResizeError {
    /// A text is no spec.
    #[error("{flag}: {}", error.unescaped())]
    Spec {
        /// The argument, `SPEC` or `--also`.
        flag: &'static str,
        /// Which part, where, and why.
        error: SpecError,
    },
    /// `format(auto)`.
    #[error("{flag}: `format(auto)` depends on what a viewer takes, and there is none")]
    AutoFormat {
        /// The argument, `SPEC` or `--also`.
        flag: &'static str,
    },
    /// A watermark's key leads out of the folder of the image.
    #[error("{flag}: the watermark `{key}` is no file below the folder of the image")]
    WatermarkKey {
        /// The argument, `SPEC` or `--also`.
        flag: &'static str,
        /// The key.
        key: String,
    },
    /// The files can't be told apart as inputs and outputs.
    #[error("{message}")]
    Files {
        /// What is wrong.
        message: String,
        /// How to write it.
        hint: &'static str,
    },
    /// A result would replace what it, or another one, is made of.
    #[error("refused: {output} is the same file as the input {input}; nothing was written")]
    SameFile {
        /// Where the result was to go.
        output: String,
        /// The input.
        input: String,
    },
    /// The folder can't be made.
    #[error("cannot make the folder {}: {error}", Name(path))]
    Folder {
        /// Its path.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl ResizeError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Spec { .. } => {
                "a spec is the part of the URL before the key, such as `300x200`; places count bytes from 0"
            }
            Self::AutoFormat { .. } => "name a format, such as `filters:format(webp)`",
            Self::WatermarkKey { .. } => {
                "put it there and name it by its relative path, without `..` and without a slash in front"
            }
            Self::Files { hint, .. } => hint,
            Self::SameFile { .. } => "give another OUT or `--out-dir`",
            Self::Folder { .. } => "give another `--out-dir`",
        }
    }
}
