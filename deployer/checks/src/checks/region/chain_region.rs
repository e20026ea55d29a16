//! IMG001

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict, need_or_absent};
use crate::snapshot::{Snapshot, derive};
use imgdeploy_model::command;

/// The API or the function is in another region than the bucket.
pub const CHECK: Check = Check {
    code: "IMG001",
    title: "function or API in another region",
    hop: Hop::Region,
    severity: Severity::Error,
    inputs: &[Input::Bucket, Input::Api, Input::Function],
    symptom: "The first request for a size ends in a timeout (504) or in `{\"message\":\"Internal server error\"}` (502), because the \
              function talks to S3 in its own region, where the bucket is not.",
    story: "A function's AWS_REGION is reserved and always the function's own, and S3 clients use it unless the code says otherwise \
            (LA-16). S3 in that region answers 301 for a bucket that is elsewhere; many clients then retry until the function times \
            out, without a line in the log. It usually begins with a function made in the region that the console happened to show. \
            A client that is told the bucket's region works across regions too, but slowly, and each byte is paid for; the bucket's \
            region is where HeadBucket says (S3-29).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    cure: "make function and API in the bucket's region: `imgdeploy attach` does that, and lets the routing rules lead there",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let api = match snapshot.api_seen() {
        Ok(seen) if seen.region != bucket.region => {
            need_or_absent(&seen.api).map(|there| there.map(|_| (format!("API {}", seen.id), &seen.region)))
        }
        _ => Ok(None),
    };
    let function = match snapshot.function() {
        Ok(function) if function.region != bucket.region => derive::is_there(function)
            .map(|there| there.then(|| (format!("function {}", function.name), &function.region))),
        _ => Ok(None),
    };
    let found: Vec<(String, &String)> = [&api, &function].into_iter().flatten().flatten().cloned().collect();
    if found.is_empty() {
        // What may be in another region and could not be looked at is not known to be right.
        api?;
        function?;
        return match (snapshot.api_seen(), snapshot.function()) {
            (Err(Skip::Nothing), Err(Skip::Nothing)) => Err(Skip::Nothing),
            _ => Ok(Vec::new()),
        };
    }
    let list = |text: &dyn Fn(&(String, &String)) -> String| {
        found.iter().map(text).collect::<Vec<_>>().join(" and ")
    };
    let what = list(&|(name, region)| format!("{name} is in {region}"));
    Ok(vec![
        Finding::new(
            format!("{what}, the bucket {} is in {}", bucket.name, bucket.region),
            list(&|(name, _)| name.clone()),
            command!("imgdeploy attach --bucket {}", bucket.name),
        )
        .value(list(&|(_, region)| (*region).clone())),
    ])
}
