//! The endpoint's HTML errors. An XML body would mean that the REST endpoint answered (S3-03).

use crate::chain::message::{Method, Response};
use std::fmt::Write as _;

/// Why the endpoint refuses, as its error page tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status code.
    pub status: u16,
    /// S3's error code, for example `NoSuchKey`.
    pub code: &'static str,
    /// S3's message.
    pub message: &'static str,
    /// What the error is about: a label and its value, for example `Key` and the key.
    pub subject: Option<(&'static str, String)>,
    /// The error met while fetching the error document.
    pub nested: Option<Box<Refusal>>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, subject: None, nested: None }
    }

    /// 404 `NoSuchKey` or 403 `AccessDenied`, by status.
    pub fn for_key(status: u16, key: &str) -> Self {
        if status == 404 {
            let subject = Some(("Key", key.to_owned()));
            return Self { subject, ..Self::new(404, "NoSuchKey", "The specified key does not exist.") };
        }
        Self::new(403, "AccessDenied", "Access Denied")
    }

    /// 404: the bucket has no website configuration (S3-07).
    pub fn no_website(bucket: &str) -> Self {
        let subject = Some(("BucketName", bucket.to_owned()));
        let message = "The specified bucket does not have a website configuration";
        Self { subject, ..Self::new(404, "NoSuchWebsiteConfiguration", message) }
    }

    /// 404: the `Host` names no bucket of this endpoint (S3-16, CF-06).
    pub fn no_bucket(host: &str) -> Self {
        let subject = Some(("BucketName", host.to_owned()));
        Self { subject, ..Self::new(404, "NoSuchBucket", "The specified bucket does not exist") }
    }

    /// 405: only GET and HEAD (S3-02).
    pub fn method_not_allowed(method: &Method) -> Self {
        let subject = Some(("Method", method.as_str().to_owned()));
        Self {
            subject,
            ..Self::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        }
    }

    /// 400: the path isn't percent-encoded UTF-8. Unverified for the website endpoint.
    pub fn invalid_uri() -> Self {
        Self::new(400, "InvalidURI", "Couldn't parse the specified URI.")
    }
}

/// The response with the error's HTML page; for `HEAD` the caller drops the body.
pub fn error_page(refusal: &Refusal) -> Response {
    let reason = match refusal.status {
        400 => "Bad Request",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        _ => "Not Found",
    };
    let title = format!("{} {reason}", refusal.status);
    let mut html = format!("<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n");
    list(&mut html, refusal);
    if let Some(nested) = &refusal.nested {
        html.push_str("<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n");
        list(&mut html, nested);
    }
    html.push_str("<hr/>\n</body>\n</html>\n");
    Response::new(refusal.status)
        .with("x-amz-error-code", refusal.code)
        .with("x-amz-error-message", refusal.message)
        .with_body("text/html; charset=utf-8", html)
}

fn list(html: &mut String, refusal: &Refusal) {
    // Writing to a String can't fail.
    let _ = write!(html, "<ul>\n<li>Code: {}</li>\n<li>Message: {}</li>\n", refusal.code, refusal.message);
    if let Some((label, value)) = &refusal.subject {
        let _ = writeln!(html, "<li>{label}: {}</li>", escape(value));
    }
    html.push_str("</ul>\n");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
