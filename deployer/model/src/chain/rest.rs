//! The S3 REST endpoint as a distribution's origin: objects and XML errors, no index, no error document, no routing rules (S3-03).

use super::message::{Method, Request, Response};
use super::website::Object;

/// What an origin that is the bucket's REST endpoint answers when it doesn't serve the object; `None`: serve the object (200).
///
/// `lists` says whether the reader may list the bucket: without that an absent key is 403 (S3-04, CF-21).
pub fn refusal(request: &Request, key: &str, object: &Object, lists: bool) -> Option<Response> {
    if !matches!(request.method, Method::Get | Method::Head) {
        return Some(error(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            key,
        ));
    }
    match object {
        Object::Present { .. } if !key.is_empty() => None,
        Object::Absent if lists => Some(error(404, "NoSuchKey", "The specified key does not exist.", key)),
        _ => Some(error(403, "AccessDenied", "Access Denied", key)),
    }
}

fn error(status: u16, code: &str, message: &str, key: &str) -> Response {
    let key = key.replace('&', "&amp;").replace('<', "&lt;");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><Key>{key}</Key></Error>"
    );
    Response::new(status).with_body("application/xml", xml)
}
