//! IMG037

use imgdeploy_model::chain::identity::{Allowed, allows};

use super::rights::{account, lacking, log_group, logging, role};
use crate::check::{Check, EffectOf, Hop, Input, Severity, Verdict};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG037",
    title: "the role may not write the function's log",
    hop: Hop::Function,
    severity: Severity::Warning,
    inputs: &[Input::Function, Input::Role],
    symptom: "Images come, but the function leaves no line in its log: the next failure will be invisible.",
    story: "Lambda writes the log with the function's role, which needs `logs:CreateLogStream` and `logs:PutLogEvents` on the log group \
            (IA-01). Without them nothing fails and nothing is said: the log group stays empty or does not exist. A policy for \
            another function's log group, left behind by a rename, has the same result.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    cure: "aws iam put-role-policy with logs:CreateLogStream and logs:PutLogEvents on the log group",
    effect_of: EffectOf::Codes(&["IMG008", "IMG038", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let (function, role) = role(snapshot)?;
    let group = log_group(snapshot)?;
    let account = account(snapshot)?;
    // Policies name the group, with or without `:*`, or its streams; which form Lambda asks for is not documented, so any counts.
    let forms = [format!("{group}:log-stream:imgdeploy"), format!("{group}:*"), group.clone()];
    let lacks: Vec<&str> = ["logs:CreateLogStream", "logs:PutLogEvents"]
        .into_iter()
        .filter(|action| {
            forms.iter().all(|form| {
                let documents = role.policies.values().map(String::as_str);
                allows(documents, action, form, &account) == Ok(Allowed::No)
            })
        })
        .collect();
    if lacks.is_empty() {
        return Ok(Vec::new());
    }
    let what = format!("the role {} may not do {} on {group}", role.name, lacks.join(" and "));
    Ok(vec![lacking(function, role, what, "imgdeploy-log", &[logging(&group)])])
}
