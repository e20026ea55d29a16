//! IMG059

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict};
use crate::shared::site::{edit_website, rule_place, rules_named};
use crate::snapshot::Snapshot;
use crate::snapshot::derive::ImageRule;

pub const CHECK: Check = Check {
    code: "IMG059",
    title: "routing rule for all keys instead of the prefix",
    hop: Hop::Bucket,
    severity: Severity::Warning,
    inputs: &[Input::Website, Input::Function, Input::Stack],
    symptom: "Every missing page of the site goes to the resizer, which answers 400, instead of showing the site's own 404 page.",
    story: "A rule without KeyPrefixEquals fits every key (S3-09). With it the matched prefix is replaced by ReplaceKeyPrefixWith; \
            without it that text is only put in front, so that a replacement which repeats the prefix doubles it (S3-12). Each \
            missing favicon, and each scanner that tries addresses, then costs a call of the function.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html",
    cure: "give the rule a KeyPrefixEquals with the prefix of derived images",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = snapshot.bucket()?;
    let prefix = snapshot.prefix();
    if prefix.is_empty() {
        return Err(Skip::Nothing);
    }
    let all = snapshot.image_rules()?;
    let broad: Vec<&ImageRule> = all.iter().filter(|rule| rule.rule.condition.key_prefix.is_none()).collect();
    let Some(first) = broad.first() else {
        return if all.is_empty() { Err(Skip::Nothing) } else { Ok(Vec::new()) };
    };
    let (path, query) = first.target(&snapshot.sample_key());
    let doubled = format!("{path}?{}", query.unwrap_or_default()).contains(&format!("{prefix}{prefix}"));
    let doubles = if doubled {
        format!(", and it doubles the prefix of derived images: the API is asked for {path}")
    } else {
        String::new()
    };
    let what = format!(
        "{} {} no KeyPrefixEquals: every missing page of the site goes to the resizer, not only what is under {prefix}{doubles}",
        rules_named(&broad),
        if broad.len() == 1 { "has" } else { "have" }
    );
    let replacement = first.rule.redirect.replace_key_prefix_with.as_deref().unwrap_or_default();
    let repeated = if replacement.ends_with(&prefix) {
        replacement.to_owned()
    } else {
        format!("{replacement}{prefix}")
    };
    let change = format!(
        "give {} \"KeyPrefixEquals\": \"{prefix}\" in Condition and \"ReplaceKeyPrefixWith\": \"{repeated}\" in Redirect",
        rules_named(&broad)
    );
    let finding = Finding::new(what, rule_place(bucket, first.at), edit_website(bucket, &change))
        .value("no KeyPrefixEquals");
    Ok(vec![finding.by_tool(snapshot, Fix::Documents)])
}
