//! The types of the settings. Each is made from text only ([`FromText`]), whether that came from a
//! flag, a variable or the file, so one rule and one wording hold for all three.

mod choice;
mod dimensions;
mod direct;
mod keep;
mod name;
mod on_upload;
mod prefix;
mod rights;
mod url;

pub use choice::{Arch, Delivery, LOG_RETENTION_DAYS, RedirectCode};
pub use dimensions::{Dimension, Dimensions, MAX_SIDE};
pub use direct::{Presets, SecurityKey, Sources, preset_entries};
pub use keep::Keep;
pub use name::{BucketName, CacheControl, DistributionId, Profile, Region};
pub use on_upload::{MAX_SPECS, OnUpload, spec_or_preset};
pub use prefix::Prefix;
pub use rights::{PolicyArn, RoleArn};
pub use url::BaseUrl;

pub(crate) use choice::LogRetention;
pub(crate) use name::ZipPath;

use super::problem::Fault;

/// A value that can be read from the text of a setting.
pub trait FromText: Sized {
    /// Reads the value. The fault continues a sentence that begins with the setting's name.
    ///
    /// # Errors
    /// The text is not such a value.
    fn from_text(text: &str) -> Result<Self, Fault>;
}

/// Regular expressions (ECMA 262) of the text values, for the JSON Schema. A value that the code
/// takes matches its pattern; the code may be stricter.
pub mod pattern {
    pub use super::dimensions::{LIST_PATTERN as DIMENSION_LIST, PATTERN as DIMENSION};
    pub use super::direct::{
        PRESETS_PATTERN as PRESETS, SECURITY_KEY_PATTERN as SECURITY_KEY, SOURCES_PATTERN as SOURCES,
    };
    pub use super::keep::PATTERN as KEEP;
    pub use super::name::{
        BUCKET_PATTERN as BUCKET, CACHE_CONTROL_PATTERN as CACHE_CONTROL,
        DISTRIBUTION_PATTERN as DISTRIBUTION, LINE_PATTERN as LINE, REGION_PATTERN as REGION,
    };
    pub use super::on_upload::PATTERN as ON_UPLOAD;
    pub use super::prefix::PATTERN as PREFIX;
    pub use super::rights::{POLICY_PATTERN as POLICY_ARN, ROLE_PATTERN as ROLE_ARN};
    pub use super::url::PATTERN as URL;
}

/// A newtype around a checked `String`.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text_type;

/// Reads a whole number from `min` to `max`.
///
/// # Errors
/// The text is not such a number. `unit` is for the message.
pub(crate) fn whole(text: &str, min: u64, max: u64, unit: &str) -> Result<u64, Fault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u64>() {
        Ok(number) if digits && (min..=max).contains(&number) => Ok(number),
        _ => {
            let space = if unit.is_empty() { "" } else { " " };
            Err(Fault::new(format!("must be a whole number from {min} to {max}{space}{unit}, not `{text}`")))
        }
    }
}

#[cfg(test)]
mod tests;
