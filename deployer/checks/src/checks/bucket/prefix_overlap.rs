//! IMG073

use imgdeploy_keys::Scheme;
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

use super::derived::{is_our_scheme, scheme};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict, need};
use crate::shared::site::{keys_named, uri};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG073",
    title: "originals lie under the prefix of derived images",
    hop: Hop::Bucket,
    severity: Severity::Warning,
    inputs: &[Input::Objects, Input::Function, Input::Stack],
    symptom: "Files under the prefix are public, a missing one ends with the resizer's 400 instead of a 404 page, and a clean-up of \
              derived images would delete them too.",
    story: "What is under the prefix counts as derived: everyone may read it, the function may overwrite it, and a missing key is \
            sent to the resizer, which expects a size in it (S3-09, IA-01). Deleting everything under the prefix is meant to be \
            harmless, as images are made again; files of other origin are not.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html",
    cure: "move these files out of the prefix, or attach with another --prefix",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let prefix = snapshot.prefix();
    // Other schemes put the size elsewhere: nothing to go by.
    if prefix.is_empty() || !is_our_scheme(snapshot) {
        return Err(Skip::Nothing);
    }
    let foreign = |scheme: &Scheme| -> Result<Vec<&str>, Skip> {
        let keys = need(&bucket.derived)?.iter().map(|object| object.key.as_str());
        // Consoles make objects such as `resized/` for folders.
        Ok(keys.filter(|key| !key.ends_with('/') && !scheme.has_form(key)).collect())
    };
    if foreign(&Scheme::of_lists(&prefix, []))?.is_empty() {
        return Ok(Vec::new());
    }
    let keys = foreign(&scheme(snapshot)?)?;
    let Some(first) = keys.first() else {
        return Ok(Vec::new());
    };
    let rest = first.strip_prefix(&prefix).unwrap_or(first);
    let more = if keys.len() > 1 {
        command!("\n# and the same for {} more", keys.len() - 1)
    } else {
        Command::default()
    };
    Ok(vec![
        Finding::new(
            format!(
                "{} under {prefix} {} like no derived image ({})",
                if keys.len() == 1 { "an object" } else { "objects" },
                if keys.len() == 1 { "looks" } else { "look" },
                keys_named(&keys)
            ),
            format!("s3://{}/{first}", bucket.name),
            command!(
                "aws s3 mv {} {} --region {}{more}",
                uri(bucket, first),
                uri(bucket, rest),
                bucket.region,
                more = more
            ),
        )
        .value(keys_named(&keys)),
    ])
}
