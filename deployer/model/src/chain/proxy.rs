//! What API Gateway makes of a function's proxy output (AG-06, 07, 09, 10).

use super::api::{Api, error_response};
use super::message::{Request, Response};
use base64::Engine as _;
use serde_json::Value;

/// How a call of the function ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned this JSON.
    Payload(String),
    /// It crashed, couldn't start, or returned a function error: 502 (AG-06).
    Crashed,
    /// It took longer than the integration's timeout: 504 (AG-09).
    TimedOut,
    /// Lambda throttled it: 500 (AG-06).
    Throttled,
}

/// The answer to the client, and why it isn't the function's own, if it isn't.
pub fn respond(api: &Api, request: &Request, outcome: &Outcome) -> (Response, Option<String>) {
    let refuse = |status, error_type, message, why: &str| {
        (error_response(status, error_type, message), Some(why.to_owned()))
    };
    let text = match outcome {
        Outcome::Payload(text) => text,
        Outcome::Crashed => return refuse(502, BAD_GATEWAY, INTERNAL, "the function failed"),
        // The text is unverified.
        Outcome::TimedOut => {
            return refuse(
                504,
                "InternalServerErrorException",
                "Endpoint request timed out",
                "the function took too long",
            );
        }
        Outcome::Throttled => {
            return refuse(500, BAD_GATEWAY, INTERNAL, "Lambda throttled the function");
        }
    };
    match read(api, request, text) {
        Ok(response) => (response, None),
        Err(Malformed::Shape(why)) => {
            refuse(502, BAD_GATEWAY, INTERNAL, &format!("malformed proxy response: {why}"))
        }
        // AG-10
        Err(Malformed::Base64) => {
            refuse(500, BAD_GATEWAY, INTERNAL, "the body is not base64 although isBase64Encoded says so")
        }
    }
}

const BAD_GATEWAY: &str = "InternalServerErrorException";
const INTERNAL: &str = "Internal server error";

enum Malformed {
    Shape(String),
    Base64,
}

fn read(api: &Api, request: &Request, text: &str) -> Result<Response, Malformed> {
    let shape = |why: &str| Malformed::Shape(why.to_owned());
    let value: Value = serde_json::from_str(text).map_err(|e| Malformed::Shape(e.to_string()))?;
    let Value::Object(fields) = value else {
        return Err(shape("not an object"));
    };
    for name in fields.keys() {
        if !["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"].contains(&name.as_str())
        {
            return Err(Malformed::Shape(format!("unknown field {name}")));
        }
    }
    let status = match fields.get("statusCode") {
        // A number in a string is taken too. Unverified.
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_u64(),
        None => None,
    };
    let status = status
        .and_then(|s| u16::try_from(s).ok())
        .filter(|s| (100..600).contains(s))
        .ok_or_else(|| shape("statusCode is not a status"))?;
    let mut response = Response::new(status);
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match fields.get("headers") {
        None | Some(Value::Null) => {}
        Some(Value::Object(headers)) => {
            for (name, value) in headers {
                let value = scalar(value)
                    .ok_or_else(|| Malformed::Shape(format!("header {name} is not a string")))?;
                response.headers.set(name, value);
            }
        }
        Some(_) => return Err(shape("headers is not an object")),
    }
    match fields.get("multiValueHeaders") {
        None | Some(Value::Null) => {}
        Some(Value::Object(headers)) => {
            for (name, values) in headers {
                let Value::Array(values) = values else {
                    return Err(Malformed::Shape(format!("multi-value header {name} is not a list")));
                };
                response.headers.remove(name);
                for value in values {
                    let value = scalar(value)
                        .ok_or_else(|| Malformed::Shape(format!("header {name} is not a string")))?;
                    response.headers.push(name, value);
                }
            }
        }
        Some(_) => return Err(shape("multiValueHeaders is not an object")),
    }
    let body = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(body)) => body,
        Some(_) => return Err(shape("body is not a string")),
    };
    let encoded = match fields.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(encoded)) => *encoded,
        Some(_) => return Err(shape("isBase64Encoded is not true or false")),
    };
    if response.headers.get("Content-Type").is_none() {
        response.headers.set("Content-Type", "application/json");
    }
    response.body = if encoded && hands_over_bytes(api, request) {
        base64::engine::general_purpose::STANDARD.decode(body).map_err(|_| Malformed::Base64)?
    } else {
        body.as_bytes().to_vec()
    };
    Ok(response)
}

/// AG-10: bytes only if a binary media type fits the *first* type in `Accept`; else the base64 text arrives.
fn hands_over_bytes(api: &Api, request: &Request) -> bool {
    let accept = request.headers.get("Accept").unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default().trim();
    api.binary_media_types.iter().any(|kind| {
        kind == "*/*"
            || kind.eq_ignore_ascii_case(first)
            || kind.strip_suffix("/*").is_some_and(|k| first.split('/').next() == Some(k))
    })
}
