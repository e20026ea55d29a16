//! What API Gateway expects back of a proxy integration (AG-07). Pure.

use serde::Serialize;
use std::collections::BTreeMap;

/// An answer, as API Gateway takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status; has to be a number (AG-07).
    pub status_code: u16,
    /// One value for each header.
    pub headers: BTreeMap<&'static str, String>,
    /// Always a string (AG-07), empty for none.
    pub body: String,
    /// Whether the body is base64 of bytes; else it is text (AG-10).
    pub is_base64_encoded: bool,
}

impl Response {
    /// An answer without headers and body.
    pub const fn new(status_code: u16) -> Self {
        Self { status_code, headers: BTreeMap::new(), body: String::new(), is_base64_encoded: false }
    }

    /// Adds a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    /// The redirect to a derived image that was just stored. 301 is the classic, without a word on
    /// caching; the temporary ones must not be kept by a cache in front, or it would lead to
    /// itself (CF-08).
    pub fn redirect(code: u16, location: String) -> Self {
        let response = Self::new(code).with("Location", location);
        if code == 301 { response } else { response.with("Cache-Control", "no-store") }
    }

    /// The same without its body, as an answer to HEAD.
    pub fn without_body(mut self) -> Self {
        self.body.clear();
        self.is_base64_encoded = false;
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_shape_is_what_api_gateway_takes() {
        let response = Response::redirect(307, "https://h/a".to_owned());
        assert_eq!(
            serde_json::to_value(response).unwrap(),
            json!({
                "statusCode": 307,
                "headers": { "Location": "https://h/a", "Cache-Control": "no-store" },
                "body": "",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn only_temporary_redirects_are_kept_out_of_caches() {
        for (code, cached) in [(301, None), (302, Some("no-store")), (307, Some("no-store"))] {
            let response = Response::redirect(code, "https://h/a".to_owned());
            assert_eq!(response.headers.get("Cache-Control").map(String::as_str), cached);
        }
    }
}
