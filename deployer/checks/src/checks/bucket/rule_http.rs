//! IMG060

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{edit_website, rule_place, rules_named};
use crate::snapshot::Snapshot;
use crate::snapshot::derive::ImageRule;

pub const CHECK: Check = Check {
    code: "IMG060",
    title: "routing rule leads to the API over http",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website],
    symptom: "The redirect leads to http://...execute-api..., where nothing answers: browsers show a broken image, or block it as \
              mixed content.",
    story: "API Gateway speaks HTTPS only. A rule's Protocol is that of the request unless it is set, and requests to the website \
            endpoint are always plain HTTP (S3-02, S3-11), also when the viewer came to CloudFront over HTTPS. So Protocol has to \
            be https in the rule.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "set Protocol to https in the routing rule",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let all = snapshot.image_rules()?;
    let plain: Vec<&ImageRule> =
        all.iter().filter(|rule| rule.rule.redirect.protocol.as_deref() != Some("https")).collect();
    let Some(first) = plain.first() else {
        return if all.is_empty() { Err(Skip::Nothing) } else { Ok(Vec::new()) };
    };
    let value = first.rule.redirect.protocol.as_deref();
    let why = match value {
        Some(protocol) => format!("Protocol is {protocol}"),
        None => "Protocol is not set, which means http on a website endpoint".to_owned(),
    };
    let what = format!(
        "{} {} to {} over http: {why}",
        rules_named(&plain),
        if plain.len() == 1 { "leads" } else { "lead" },
        first.host
    );
    let change = format!("set \"Protocol\": \"https\" in Redirect of {}", rules_named(&plain));
    let place = format!("{}, Protocol", rule_place(bucket, first.at));
    let finding = Finding::new(what, place, edit_website(bucket, &change)).value(value.unwrap_or("not set"));
    Ok(vec![finding.by_tool(snapshot, Fix::Documents)])
}
