//! IMG096

use super::fault::{Fault, findings, header, place};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::{End, Snapshot, Walk};
use imgdeploy_model::command;
use imgdeploy_model::shell::Quoted;

pub const CHECK: Check = Check {
    code: "IMG096",
    title: "an answer without an image",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Walk],
    symptom: "The request works, but the browser shows a broken image, a page or a line of letters.",
    story: "Something answered without an error, but not with an image. A derived object that was stored as `binary/octet-stream` is \
            shown as a download; an error page that CloudFront or the website sends as 200 hides a missing image (CF-10); a function \
            that sends the image itself needs `binaryMediaTypes`, or its base64 text arrives (AG-10).",
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html",
    cure: "look at the answer's headers with curl -sI, and at who sent it",
    effect_of: EffectOf::AnyErrorOr(&["IMG095"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    findings(snapshot, |walk| {
        let (what, kind) = match &walk.end {
            End::Image { bytes: 0, content_type } => {
                ("the answer says that it is an image, but has no bytes".to_owned(), content_type.clone())
            }
            End::Image { content_type, .. } if !is_image(content_type) => {
                (format!("{} with {content_type} instead of an image", who(walk)), content_type.clone())
            }
            End::Answer => of_answer(walk)?,
            _ => return None,
        };
        Some(Fault {
            what,
            place: walk.hops.last().map_or_else(|| walk.url.clone(), place),
            value: Some(kind),
            cure: command!("curl -sIL {}", Quoted(&walk.url)),
        })
    })
}

fn of_answer(walk: &Walk) -> Option<(String, String)> {
    let last = walk.hops.last().filter(|hop| hop.status < 400)?;
    let kind = match header(last, "content-type") {
        "" => "no content type",
        kind => kind,
    };
    let what = match last.status {
        300..=399 => format!("{} with a redirect that leads nowhere", who(walk)),
        _ if is_base64(&last.body) => {
            format!("{} with the image as base64 text: the API lacks binaryMediaTypes", who(walk))
        }
        _ => format!("{} with {kind} instead of an image", who(walk)),
    };
    Some((what, kind.to_owned()))
}

fn who(walk: &Walk) -> String {
    let last = walk.hops.last();
    last.map_or_else(
        || "somebody answers".to_owned(),
        |hop| format!("{} answers {}", hop.service.title(), hop.status),
    )
}

fn is_image(kind: &str) -> bool {
    kind.trim_start().to_ascii_lowercase().starts_with("image/")
}

/// Base64 of a JPEG, PNG, GIF or WebP begins like this.
fn is_base64(body: &str) -> bool {
    ["/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR"].iter().any(|start| body.starts_with(start))
}
