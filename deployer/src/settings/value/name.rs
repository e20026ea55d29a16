//! Names that AWS gives or rules over, and lines of text.

use super::{FromText, text_type};
use crate::settings::problem::Fault;
use std::path::PathBuf;

text_type! {
    /// Name of a general purpose bucket that can be a website.
    BucketName
}

pub(super) const BUCKET_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// See [`super::pattern`].
pub const BUCKET_PATTERN: &str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";

impl FromText for BucketName {
    // Rules: aws-facts D10. Reserved prefixes (`xn--` and others) are not refused: a bucket that is
    // there already may be older than the rule.
    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(rest) = text.strip_prefix("s3://") {
            let bucket = rest.split('/').next().unwrap_or_default();
            return Err(Fault::new(format!("must be a bucket's name, not the address `{text}`"))
                .hint(format!("write `{bucket}`")));
        }
        if let Some(bucket) = text.strip_prefix("arn:").and_then(|arn| arn.rsplit(':').next()) {
            return Err(Fault::new(format!("must be a bucket's name, not the ARN `{text}`"))
                .hint(format!("write `{bucket}`")));
        }
        let wrong = |why: String| Err(Fault::new(format!("isn't a bucket's name: `{text}` {why}")));
        if let Some(bad) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '-')) {
            return wrong(format!("has '{bad}'; only a-z, 0-9, `.` and `-` can be in it"));
        }
        if !(3..=63).contains(&text.len()) {
            return wrong(format!("has {} characters; 3 to 63 are allowed", text.len()));
        }
        if text.starts_with(['.', '-']) || text.ends_with(['.', '-']) {
            return wrong("must begin and end with a letter or digit".into());
        }
        if text.contains("..") {
            return wrong("has two dots in a row".into());
        }
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() == 4 && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
            return wrong("is an IP address".into());
        }
        if let Some(suffix) = BUCKET_SUFFIXES.iter().find(|suffix| text.ends_with(*suffix)) {
            return wrong(format!(
                "ends with `{suffix}`, which marks an access point, a directory or a table bucket: these can't be websites"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// Id of a CloudFront distribution.
    DistributionId
}

/// See [`super::pattern`].
pub const DISTRIBUTION_PATTERN: &str = "^[A-Z0-9]{1,64}$";

impl FromText for DistributionId {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let id = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        if (1..=64).contains(&text.len()) && text.chars().all(id) {
            return Ok(Self(text.to_owned()));
        }
        let fault = Fault::new(format!("must be a distribution's id such as `E2QWRUHAPOMQZL`, not `{text}`"));
        if let Some((_, id)) = text.rsplit_once(":distribution/") {
            return Err(fault.hint(format!("write `{id}`")));
        }
        if text.contains('.') {
            return Err(
                fault.hint("a domain name is not the id: `aws cloudfront list-distributions` shows both")
            );
        }
        Err(fault)
    }
}

text_type! {
    /// Name of an AWS region.
    Region
}

/// See [`super::pattern`].
pub const REGION_PATTERN: &str = "^[a-z]{2,}(-[a-z]+)+-[0-9]+$";

impl FromText for Region {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let mut parts: Vec<&str> = text.split('-').collect();
        let number = parts.pop().unwrap_or_default();
        let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let fits = parts.len() >= 2
            && parts.iter().all(letters)
            && parts[0].len() >= 2
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit());
        if fits {
            return Ok(Self(text.to_owned()));
        }
        let fault = Fault::new(format!("must be a region such as `eu-west-1`, not `{text}`"));
        if number.len() == 2 && number.ends_with(|c: char| c.is_ascii_lowercase()) && parts.len() >= 2 {
            let region = &text[..text.len() - 1];
            return Err(fault.hint(format!("that is an availability zone: its region is `{region}`")));
        }
        Err(fault)
    }
}

/// See [`super::pattern`].
pub const LINE_PATTERN: &str = r"^[^\x00-\x1f\x7f]+$";

fn line(text: &str, what: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::new(format!("must be {what}, not empty")));
    }
    if text.chars().any(|c| c.is_ascii_control()) {
        return Err(Fault::new(format!("must be {what}, without control characters: \"{text}\"")));
    }
    Ok(text.to_owned())
}

text_type! {
    /// Name of a profile in the AWS configuration files.
    Profile
}

impl FromText for Profile {
    fn from_text(text: &str) -> Result<Self, Fault> {
        line(text, "a profile's name").map(Self)
    }
}

/// Path of a zip file, as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZipPath(pub(crate) PathBuf);

impl FromText for ZipPath {
    fn from_text(text: &str) -> Result<Self, Fault> {
        line(text, "a file's path").map(|path| Self(path.into()))
    }
}

text_type! {
    /// A `Cache-Control` header for derived images.
    CacheControl
}

/// See [`super::pattern`].
pub const CACHE_CONTROL_PATTERN: &str = r"^[!-~]([ -~]{0,254}[!-~])?$";

impl FromText for CacheControl {
    fn from_text(text: &str) -> Result<Self, Fault> {
        if !(1..=256).contains(&text.len()) {
            return Err(Fault::new(format!("must have 1 to 256 characters, not {}", text.len())));
        }
        if text.trim() != text || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Fault::new(format!(
                "must be a header's value in plain ASCII, without white space around it: \"{text}\""
            )));
        }
        Ok(Self(text.to_owned()))
    }
}
