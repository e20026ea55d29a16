//! IMG058

use std::collections::BTreeMap;

use imgdeploy_model::chain::website::RoutingRule;

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::shared::site::{covers, describe, edit_website, fitting, list, rule_place};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG058",
    title: "another routing rule takes derived images first",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Website],
    symptom: "A derived image that is not there yet is redirected to some other page or host than the resizer.",
    story: "The first routing rule that fits a request wins, all behind it are not looked at (S3-10). A rule without an error code \
            does not even wait for an error: it redirects before S3 looks for the object, wherever it stands (S3-09). So a rule for \
            the whole site, such as one that leads old pages elsewhere, takes the images along unless the resizer's rules stand \
            before it.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "put the resizer's rules first, or give the other rule a KeyPrefixEquals that leaves derived images out",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let website = snapshot.website()?;
    let rules = fitting(snapshot)?;
    let key = snapshot.sample_key();
    let is_ours = |at: usize| rules.iter().any(|rule| rule.at == at);
    let mut takes: BTreeMap<usize, (&RoutingRule, Vec<u16>)> = BTreeMap::new();
    if let Some((at, rule)) = website.rule_for(&key, None) {
        if !is_ours(at) {
            takes.insert(at, (rule, Vec::new()));
        }
    } else {
        for status in [404, 403].into_iter().filter(|status| covers(&rules, *status)) {
            if let Some((at, rule)) = website.rule_for(&key, Some(status))
                && !is_ours(at)
            {
                takes.entry(at).or_insert_with(|| (rule, Vec::new())).1.push(status);
            }
        }
    }
    let Some((at, (rule, statuses))) = takes.iter().next() else {
        return Ok(Vec::new());
    };
    let first = rules.iter().map(|rule| rule.at).min().unwrap_or_default();
    let when = match statuses.as_slice() {
        [] => "before S3 looks for the object".to_owned(),
        some => format!("that end with {}", list(some)),
    };
    let others = match takes.len() {
        1 => String::new(),
        more => format!(", and so does {} other", more - 1),
    };
    let what = format!(
        "routing rule {} takes requests for derived images {when} and leads them elsewhere ({}){others}; that of the resizer is \
         routing rule {}",
        at + 1,
        describe(rule),
        first + 1
    );
    let change = format!(
        "move the rules of the resizer before routing rule {}, or give that one a KeyPrefixEquals of its own",
        at + 1
    );
    let finding =
        Finding::new(what, rule_place(bucket, *at), edit_website(bucket, &change)).value(describe(rule));
    // A rule without an error code counts before ours wherever it stands: moving ours does not help.
    let helps = *at < first;
    Ok(vec![if helps { finding.by_tool(snapshot, Fix::Documents) } else { finding }])
}
