//! The one line that is logged for each request.

use serde::Serialize;
use std::time::{Duration, Instant};

/// What is worth knowing of a request afterwards. Written as one line of JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Record {
    /// Lambda's id of the request.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// The batch job that asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The derived key asked for; on the direct route the path, or the URL without its query;
    /// in a batch the key of the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The size; in a batch all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
    /// The HTTP status answered.
    pub status: u16,
    /// `ok`, or the code of the failure.
    pub reason: &'static str,
    /// More on the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Milliseconds for getting the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_get: Option<f64>,
    /// Milliseconds for decoding, resizing and encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_resize: Option<f64>,
    /// Milliseconds for storing the derived image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_put: Option<f64>,
    /// Bytes of the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<usize>,
    /// Bytes of the derived image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<usize>,
}

/// Milliseconds since `start`, to a hundredth.
pub fn ms_since(start: Instant) -> f64 {
    ms(start.elapsed())
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_record_is_one_line_of_what_is_known() {
        let record = Record {
            key: Some("a\nb".to_owned()),
            status: 404,
            reason: "original_not_found",
            ms_get: Some(ms(Duration::from_micros(1_234))),
            ..Record::default()
        };
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            r#"{"key":"a\nb","status":404,"reason":"original_not_found","ms_get":1.23}"#
        );
    }
}
