//! IMG061

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{Absent, absent_key, covers, edit_website, fitting, rule_place};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG061",
    title: "rule is for 404 only, the bucket answers 403",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website, Input::Walk],
    symptom: "A derived image that is not there yet ends with S3's 403 AccessDenied page instead of being made.",
    story: "AWS documents 404 for a missing key on the website endpoint, but where everyone may read objects and not list the \
            bucket, people get 403 for it (S3-04). A routing rule for 404 never fires then. A second rule for 403 with the same \
            prefix helps; a public s3:ListBucket would as well, but lets everybody see all keys.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html",
    cure: "add the same routing rule for 403, limited to the prefix of derived images",
    effect_of: EffectOf::Codes(&["IMG063", "IMG064", "IMG065", "IMG066", "IMG068", "IMG069", "IMG070"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    one_sided(snapshot, 404, 403)
}

/// Whether the rules are for one status while the walks show that absent keys get the other.
pub(super) fn one_sided(snapshot: &Snapshot, has: u16, lacks: u16) -> Verdict {
    let bucket = snapshot.bucket()?;
    let rules = fitting(snapshot)?;
    if covers(&rules, lacks) {
        return Ok(Vec::new());
    }
    if !covers(&rules, has) {
        return Err(Skip::Nothing);
    }
    match absent_key(snapshot) {
        Absent::Status(status) if status == lacks => {}
        Absent::Redirected => return Ok(Vec::new()),
        Absent::Status(_) | Absent::Untold => return Err(Skip::Nothing),
    }
    let first = rules.first().ok_or(Skip::Nothing)?;
    let what = format!(
        "missing images are answered with {lacks}, and the routing rules to the resizer are for {has} only"
    );
    let copy = format!(
        "add a copy of routing rule {} with \"HttpErrorCodeReturnedEquals\": \"{lacks}\", right behind it",
        first.at + 1
    );
    let place = format!("{}, HttpErrorCodeReturnedEquals", rule_place(bucket, first.at));
    let finding = Finding::new(what, place, edit_website(bucket, &copy)).value(has.to_string());
    Ok(vec![finding.by_tool(snapshot, Fix::Documents)])
}
