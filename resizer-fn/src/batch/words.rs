//! The variables that switch batches on.

use crate::settings::SettingsError;

/// Where a batch's objects and messages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchSettings {
    /// `BATCH_BUCKET`: the artifacts bucket, which has jobs, pages and results.
    pub bucket: String,
    /// `BATCH_QUEUE_URL`: where messages come from, and the first tier's go to.
    pub queue_url: String,
    /// `BATCH_ERRORS_URL`: the queue for what failed.
    pub errors_url: String,
    /// `ON_UPLOAD`: what is made of an original that was uploaded, separated by `;`.
    pub on_upload: Vec<String>,
}

/// Reads them; none without `BATCH_QUEUE_URL`.
///
/// # Errors
/// One of them is missing.
pub fn batch_settings(var: impl Fn(&str) -> Option<String>) -> Result<Option<BatchSettings>, SettingsError> {
    let text = |name: &str| var(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let Some(queue_url) = text("BATCH_QUEUE_URL") else { return Ok(None) };
    let required = |name: &'static str| {
        let problem = "is not set, but BATCH_QUEUE_URL is".to_owned();
        text(name).ok_or(SettingsError { name, problem })
    };
    let on_upload = text("ON_UPLOAD").unwrap_or_default();
    Ok(Some(BatchSettings {
        bucket: required("BATCH_BUCKET")?,
        errors_url: required("BATCH_ERRORS_URL")?,
        queue_url,
        on_upload: on_upload.split(';').filter(|spec| !spec.is_empty()).map(str::to_owned).collect(),
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn without_a_queue_there_is_no_batch() {
        let vars = |name: &str| match name {
            "BATCH_QUEUE_URL" => Some("https://q".to_owned()),
            "BATCH_ERRORS_URL" => Some("https://e".to_owned()),
            "BATCH_BUCKET" => Some("b".to_owned()),
            "ON_UPLOAD" => Some("300x200;fit-in/80x80;".to_owned()),
            _ => None,
        };
        assert_eq!(batch_settings(|_| None), Ok(None));
        assert_eq!(batch_settings(vars).unwrap().unwrap().on_upload, ["300x200", "fit-in/80x80"]);
        let error =
            batch_settings(|name| (name != "BATCH_BUCKET").then(|| vars(name)).flatten()).unwrap_err();
        assert_eq!(error.name, "BATCH_BUCKET");
    }
}
