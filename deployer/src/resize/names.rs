//! Names of results.

use super::words::Asked;
use imgdeploy_keys::ImageKind;
use resizer_core::Format;
use resizer_core::spec::OutputFormat;
use sha2::{Digest as _, Sha256};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The longest part of a name that a spec makes, in bytes: a name has at most 255.
const LONGEST: usize = 100;

/// The name of the result for a file of this name. With `mark` it has the spec in it.
///
/// Without `format(...)` the extension stays, as the format does; with it, unless it is one of that format already.
pub(super) fn result(name: &OsStr, asked: &Asked, mark: bool) -> OsString {
    let path = Path::new(name);
    let mut result = path.file_stem().unwrap_or(name).to_owned();
    if mark {
        result.push("-");
        result.push(safe(&asked.text));
    }
    let kept = path.extension().map(OsStr::to_owned);
    let extension = match asked.spec.format().and_then(known) {
        Some(format) if kept.as_deref().and_then(of_extension) != Some(format) => {
            Some(OsString::from(extension(format)))
        }
        _ => kept,
    };
    if let Some(extension) = extension {
        result.push(".");
        result.push(extension);
    }
    result
}

/// A spec as a part of a file's name: runs of other characters than `A-Za-z0-9.-` become one `_`; long ones
/// are cut, with a digest in place of what is lost.
fn safe(spec: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let words: Vec<&str> = spec.split(|c| !plain(c)).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("_");
    if name.len() > LONGEST {
        let digest = hex::encode(Sha256::digest(spec));
        name.truncate(LONGEST - 9);
        name.push('_');
        name.extend(digest.chars().take(8));
    }
    name
}

/// The format, unless the viewer decides.
fn known(format: OutputFormat) -> Option<Format> {
    match format {
        OutputFormat::Auto => None,
        OutputFormat::Jpeg => Some(Format::Jpeg),
        OutputFormat::Png => Some(Format::Png),
        OutputFormat::WebP => Some(Format::WebP),
        OutputFormat::Avif => Some(Format::Avif),
        OutputFormat::Gif => Some(Format::Gif),
    }
}

/// The usual extension.
pub(super) fn extension(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpg",
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Avif => "avif",
        Format::Gif => "gif",
    }
}

/// The format that an extension stands for.
pub(super) fn of_extension(extension: &OsStr) -> Option<Format> {
    Some(match ImageKind::of_extension(extension.to_str()?)? {
        ImageKind::Jpeg => Format::Jpeg,
        ImageKind::Png => Format::Png,
        ImageKind::WebP => Format::WebP,
        ImageKind::Avif => Format::Avif,
        ImageKind::Gif => Format::Gif,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::asked;
    use super::*;

    fn name(file: &str, spec: &str, mark: bool) -> String {
        let asked = asked(spec, &[]).unwrap().remove(0);
        result(OsStr::new(file), &asked, mark).into_string().unwrap()
    }

    #[test]
    fn the_extension_is_that_of_the_result() {
        assert_eq!(name("a.b.jpg", "30x", false), "a.b.jpg");
        assert_eq!(name("a", "30x", false), "a");
        assert_eq!(name("a", "30x/filters:format(png)", false), "a.png");
        assert_eq!(name("a.b.PNG", "30x/filters:format(webp)", false), "a.b.webp");
        assert_eq!(name("a.JPEG", "30x/filters:format(jpeg)", false), "a.JPEG");
        assert_eq!(name(".hidden", "30x/filters:format(gif)", false), ".hidden.gif");
        for format in Format::ALL {
            assert_eq!(of_extension(OsStr::new(extension(format))), Some(format));
        }
    }

    #[test]
    fn a_marked_name_has_the_spec_in_it() {
        assert_eq!(name("a.jpg", "-30x20", true), "a--30x20.jpg");
        let spec = "fit-in/30x20/smart/filters:format(webp):quality(80)";
        assert_eq!(name("a.jpg", spec, true), "a-fit-in_30x20_smart_filters_format_webp_quality_80.webp");
    }

    #[test]
    fn long_specs_are_told_apart_by_a_digest() {
        let spec = |last: u8| format!("9x9/filters:{}:quality({last})", ["blur(1)"; 20].join(":"));
        let (one, other) = (safe(&spec(1)), safe(&spec(2)));
        assert_eq!((one.len(), other.len()), (LONGEST, LONGEST));
        assert_ne!(one, other);
    }
}
