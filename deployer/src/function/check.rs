//! The check of a version before viewers get it: a photo goes in with the event, its derived image has to come back.
//! Pure; the function's side is `resizer-fn/src/routes/check.rs`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resizer_core::picture::Wanted;
use resizer_core::pixels::Pixels;
use resizer_core::resample::Part;
use resizer_core::{Format, Limits, codec};
use serde_json::{Value, json};

use crate::aws::lambda::Invocation;
use crate::logs::explain::explain;

/// A photograph, 96 by 64 pixels (tests/photos/mountain.jpg, made smaller).
const PHOTO: &[u8] = include_bytes!("check.jpg");
/// What is asked of it, and the size of the answer in pixels.
const SPEC: &str = "48x32/filters:quality(90)";
const SIZE: (u32, u32) = (48, 32);
/// How far samples may be from those made here, on average, of 255: other versions scale and encode a little differently,
/// another picture is ten times as far off.
const TOLERANCE: f64 = 6.0;

/// Why a version is not fit for viewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckFailed {
    /// What was wrong with the answer.
    pub what: String,
    /// What is behind it, if the words are known.
    pub cause: Option<&'static str>,
    /// The function's last log lines.
    pub log: String,
}

/// The event.
pub fn event() -> Vec<u8> {
    json!({ "imgdeploy": { "check": { "image": STANDARD.encode(PHOTO), "spec": SPEC } } })
        .to_string()
        .into_bytes()
}

/// Whether the answer is the right image.
///
/// # Errors
/// [`CheckFailed`].
pub fn verdict(answer: &Invocation) -> Result<(), CheckFailed> {
    judge(answer).map_err(|what| {
        let words = format!("{what}\n{}", answer.log);
        CheckFailed {
            cause: explain(&[&words]).map(|explained| explained.cause),
            what,
            log: answer.log.trim().to_owned(),
        }
    })
}

fn judge(answer: &Invocation) -> Result<(), String> {
    let payload: Value = serde_json::from_slice(&answer.payload).unwrap_or_default();
    let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    if answer.error.is_some() {
        return Err(format!("it failed: {} {}", text("errorType"), text("errorMessage")));
    }
    let Some(status) = payload.get("statusCode").and_then(Value::as_u64) else {
        return Err("its answer is not one of this tool's function; is this another program? \
             `--skip-check` goes on without asking it"
            .to_owned());
    };
    let body = text("body");
    if status != 200 {
        let error: Value = serde_json::from_str(body).unwrap_or_default();
        let message = error.get("message").and_then(Value::as_str).unwrap_or(body);
        return Err(format!("it answered {status}: {message}"));
    }
    let bytes = STANDARD.decode(body).map_err(|error| format!("its image is no base64: {error}"))?;
    let made = pixels(&bytes)?;
    if (made.width, made.height) != SIZE {
        return Err(format!(
            "its image has {}x{} pixels instead of {}x{}",
            made.width, made.height, SIZE.0, SIZE.1
        ));
    }
    let here = resizer_core::resize(PHOTO, &SPEC.parse().map_err(|_| "no spec")?, &Limits::default());
    let here = pixels(&here.map_err(|error| error.to_string())?.bytes)?;
    let off = distance(&made, &here);
    if off > TOLERANCE {
        return Err(format!("its image shows something else: samples are {off:.1} of 255 off on average"));
    }
    Ok(())
}

fn pixels(bytes: &[u8]) -> Result<Pixels, String> {
    let decoded = codec::read_header(Format::Jpeg, bytes).and_then(|header| {
        let size = (header.width, header.height);
        Limits::default().check_animation(&header)?;
        codec::decode(Format::Jpeg, bytes, &header, &Wanted::ALL)?.picture.resample(&Part::whole(size, size))
    });
    decoded.map_err(|error| format!("its image can't be read: {error}"))
}

/// The mean distance of two pictures of one size.
fn distance(one: &Pixels, other: &Pixels) -> f64 {
    if one.data.len() != other.data.len() || one.data.is_empty() {
        return f64::INFINITY;
    }
    let sum: u64 = one.data.iter().zip(&other.data).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.data.len() as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answered(payload: &Value) -> Result<(), CheckFailed> {
        let payload = payload.to_string().into_bytes();
        verdict(&Invocation { error: None, payload, log: "line".to_owned() })
    }

    fn image(file: &[u8], spec: &str) -> Value {
        let made = resizer_core::resize(file, &spec.parse().unwrap(), &Limits::default()).unwrap();
        json!({ "statusCode": 200, "isBase64Encoded": true, "body": STANDARD.encode(made.bytes) })
    }

    #[test]
    fn the_right_image_passes_also_from_another_encoder() {
        assert_eq!(answered(&image(PHOTO, SPEC)), Ok(()));
        assert_eq!(answered(&image(PHOTO, "48x32/filters:quality(70)")), Ok(()));
    }

    #[test]
    fn anything_else_does_not() {
        for (payload, part) in [
            (image(PHOTO, "47x32"), "47x32 pixels"),
            (image(PHOTO, "48x32/filters:rotate(180)"), "something else"),
            (image(PHOTO, "48x32/filters:brightness(-100)"), "something else"),
            (image(PHOTO, "48x32/filters:format(png)"), "can't be read"),
            (json!({ "statusCode": 200, "body": "%" }), "no base64"),
            (json!({ "statusCode": 503, "body": "{\"message\":\"S3 is busy\"}" }), "503: S3 is busy"),
            (json!({ "hello": 1 }), "another program"),
            (json!(null), "another program"),
        ] {
            let failed = answered(&payload).unwrap_err();
            assert!(failed.what.contains(part), "{failed:?}");
            assert_eq!(failed.log, "line");
        }
    }

    #[test]
    fn a_function_that_does_not_start_is_explained() {
        let payload = json!({
            "errorType": "Runtime.InvalidEntrypoint",
            "errorMessage": "RequestId: 1 Error: fork/exec /var/task/bootstrap: exec format error",
        });
        let error = Some("Unhandled".to_owned());
        let answer = Invocation { error, payload: payload.to_string().into_bytes(), log: String::new() };
        let failed = verdict(&answer).unwrap_err();
        assert!(failed.what.contains("exec format error"));
        assert!(failed.cause.is_some_and(|cause| cause.contains("processor")));
    }
}
