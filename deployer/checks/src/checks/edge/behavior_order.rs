//! IMG076

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG076",
    title: "a broader cache behaviour stands before that of images",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution],
    symptom: "The behaviour for derived images is there and looks right, yet redirects are cached, or another origin answers.",
    story: "CloudFront takes the first behaviour in the list whose pattern fits, not the best one (CF-11). A pattern such as *.jpg \
            in front therefore takes the JPEGs from a behaviour for resized/*, with its own origin and cache times, under which the \
            redirect stays for a day (CF-02).",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html",
    cure: "move the behaviour for derived images before the broader one",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let Some((taking, own)) = part.ahead() else {
        return Ok(Vec::new());
    };
    let (origins, _) = part.distribution.origins_for(&taking.target);
    let by_website = origins.first().is_some_and(|origin| part.is_website(origin));
    let why = if by_website {
        match part.keeps_redirects(taking)? {
            0 => return Ok(Vec::new()),
            seconds => format!("keeps redirects for {seconds} seconds"),
        }
    } else {
        format!("asks origin {}", taking.target)
    };
    let finding = Finding::new(
        format!(
            "behaviour {} stands before {} and takes derived images from it; it {why}",
            taking.pattern, own.pattern
        ),
        part.place(&format!("CacheBehaviors, {}", taking.pattern)),
        part.edit_and_forget(&format!("in CacheBehaviors move {} before {}", own.pattern, taking.pattern)),
    )
    .value(format!("{}, {}", taking.pattern, own.pattern));
    // Ours is written anew in its right place.
    Ok(vec![part.by_tool(finding)])
}
