//! IMG089

use imgdeploy_model::chain::policies::Query;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::shared::part::Part;
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG089",
    title: "query strings split the cache of images",
    hop: Hop::CloudFront,
    severity: Severity::Info,
    inputs: &[Input::Distribution],
    symptom: "Images come from S3 more often than needed: a.jpg?v=1 and a.jpg?v=2 are cached apart, although they are the same \
              image.",
    story: "What is forwarded of the query is a part of the cache key (CF-17). S3's website ignores the query of an image, so that \
            each variant is the same bytes, asked for and stored anew; whoever adds numbers to the address reaches S3 each time.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/QueryStringParameters.html",
    cure: "leave query strings out of the behaviour for derived images",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::of(snapshot)?;
    let behavior = part.behavior();
    if !part.is_exact(behavior) {
        return Err(Skip::Nothing);
    }
    let value = match part.policy(behavior)?.query {
        Query::None => return Ok(Vec::new()),
        Query::All => "all".to_owned(),
        Query::Only(names) => names.join(", "),
        Query::Except(names) => format!("all but {}", names.join(", ")),
    };
    let pattern = &behavior.pattern;
    Ok(vec![
        Finding::new(
            format!("behaviour {pattern} caches by query string ({value}), which makes no difference to a derived image"),
            part.behavior_place("QueryString"),
            part.edit(&format!("in behaviour {pattern} set \"QueryString\": false in ForwardedValues, or take a cache policy \
             without query strings")),
        )
        .value(value),
    ])
}
