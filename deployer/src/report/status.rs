//! Where everything is, on one screen.

use imgdeploy_model::command;
use serde_json::{Value, json};

use super::json::joined;
use super::{DOCUMENT_VERSION, Report, Screen};
use crate::aws::stack::drift::StackTimes;
use crate::journal::State;
use crate::price;
use crate::status::cost::Cost;
use crate::status::drift::{Document, Finding};
use crate::status::read::{DAYS, Live};
use crate::status::{Attached, Stack, Status, website_url};
use imgdeploy_world::{AwsFailure, Fact};

impl Report {
    /// What `status` found.
    pub fn status(&self, status: &Status) {
        self.result(&object(status), &text(status));
    }
}

fn object(status: &Status) -> Value {
    joined(json!({ "version": DOCUMENT_VERSION, "command": "status", "outcome": "shown" }), status)
}

fn text(status: &Status) -> Screen {
    let Status { bucket, account, region, .. } = status;
    let attached = match status.attached {
        Attached::Yes => "attached",
        Attached::No => "not attached",
        Attached::Half => "half attached: `imgdeploy attach` finishes it, `imgdeploy detach` takes it out",
        Attached::Unknown => "whether it is attached could not be looked at",
    };
    let mut text = Screen::of(format_args!("{bucket} (account {account}, region {region}): {attached}"));
    if status.attached == Attached::No {
        text.line(format_args!(
            "`{}` attaches it; with `--dry-run` it shows what that would change",
            command!("imgdeploy attach --bucket {}", bucket)
        ));
        return text;
    }
    let rows = rows(status);
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, lines) in rows {
        for (at, line) in lines.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            text.line(format_args!("  {name:width$}  {line}"));
        }
    }
    text
}

fn rows(status: &Status) -> Vec<(&'static str, Vec<String>)> {
    let mut rows = vec![("delivery", vec![delivery(status)])];
    if let (Some(url), Some(prefix)) = (&status.url, &status.prefix) {
        rows.push(("images", vec![format!("{url}/{prefix}SPEC/KEY")]));
    }
    rows.push(("stack", vec![or_why(&status.stack, stack)]));
    if let Some(stack) = status.stack.known() {
        rows.push(("API", vec![api(stack)]));
    }
    rows.push(("function", vec![or_why(&status.function, function)]));
    rows.push(("code", vec![code(status)]));
    if let Some(distribution) = &status.distribution {
        let state = or_why(&distribution.state, |state| format!("{}, {}", state.domain, state.status));
        rows.push(("distribution", vec![format!("{}: {state}", distribution.id)]));
    }
    rows.push(("last change", vec![status.last_change.clone().unwrap_or_else(|| "not known".to_owned())]));
    rows.push(("last run", vec![or_why(&status.last_run, last_run)]));
    rows.push(("drift", drift(status)));
    rows.push(("last 30 days", cost(&status.cost)));
    if let Some(group) = status.stack.known().and_then(|stack| stack.log_group.as_deref()) {
        rows.push((
            "log",
            vec![format!("{group}: `{}`", command!("imgdeploy logs --bucket {}", status.bucket))],
        ));
    }
    rows
}

/// What is known, or why it is not.
fn or_why<T>(look: &Fact<T>, text: impl FnOnce(&T) -> String) -> String {
    match look {
        Fact::Known(value) => text(value),
        Fact::Absent => "there is none".to_owned(),
        Fact::Unknown(why) => unseen(why),
    }
}

fn unseen(why: &AwsFailure) -> String {
    let AwsFailure { operation, code, message, .. } = why;
    let code = code.as_deref().map_or_else(String::new, |code| format!(" {code}"));
    format!("could not look: {operation}{code}: {message}")
}

fn delivery(status: &Status) -> String {
    match (status.delivery, &status.distribution) {
        (Some(way), Some(distribution)) => format!("{way}, behind CloudFront {}", distribution.id),
        (Some(way), None) => format!("{way}, without CloudFront ({})", website_url(status)),
        (None, _) => "not known".to_owned(),
    }
}

fn stack(stack: &Stack) -> String {
    let by = stack.tool.as_deref().map_or_else(String::new, |tool| format!(", by imgdeploy {tool}"));
    let reason = stack.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
    format!("{}, {}{reason}{by}", stack.name, stack.status)
}

fn api(stack: &Stack) -> String {
    let url = stack.api_url.as_deref().unwrap_or("the stack does not say");
    let direct = if stack.sources.is_empty() {
        String::new()
    } else {
        format!(", with the direct route /image for {}", stack.sources)
    };
    format!("{url}{direct}")
}

fn function(live: &Live) -> String {
    let mut parts = vec![format!("{}, version {} is live", live.function, live.version)];
    if !live.also.is_empty() {
        parts.push(format!("and in part {}", live.also.join(", ")));
    }
    parts.extend(live.state.clone());
    parts.extend(live.architecture.clone());
    parts.extend(live.memory_mb.map(|mb| format!("{mb} MB")));
    parts.extend(live.timeout_s.map(|seconds| format!("{seconds} s")));
    parts.extend(live.runtime.clone());
    parts.join(", ")
}

fn code(status: &Status) -> String {
    let Some(live) = status.function.known() else {
        return "not known, see function".to_owned();
    };
    let hash = live.code_sha256.as_deref().unwrap_or("not said");
    let verdict = match status.drift.code {
        Some(false) => "as the stack published it",
        Some(true) => "changed since outside the stack",
        None => "what the stack published is not known",
    };
    let modified = live.modified.as_deref().map_or_else(String::new, |at| format!(", of {at}"));
    format!("sha256 {hash}{modified}: {verdict}")
}

fn last_run(state: &State) -> String {
    match state {
        State::Done => "done".to_owned(),
        State::Running => "was cut off, or is at work: running the same command again goes on".to_owned(),
    }
}

fn drift(status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    let named = |finding: Finding| {
        let names = status.drift.documents.iter().filter(|one| one.finding == finding).map(name);
        names.collect::<Vec<_>>().join(", ")
    };
    for (finding, said) in [
        (Finding::OursChanged, "imgdeploy's part was changed or is gone: `imgdeploy attach` puts it right"),
        (Finding::Gone, "not there any more: `imgdeploy attach` makes it again"),
        (Finding::ChangedElsewhere, "changed by somebody else, imgdeploy's part is in place"),
        (Finding::AsLeft, "as attach left it"),
    ] {
        let names = named(finding);
        if !names.is_empty() {
            lines.push(format!("{names}: {said}"));
        }
    }
    let unseen_documents = status.drift.documents.iter().filter_map(|one| Some((one, one.why.as_ref()?)));
    lines.extend(unseen_documents.map(|(one, why)| format!("{}: {}", name(one), unseen(why))));
    if status.drift.documents.is_empty() {
        lines.push(match &status.last_run {
            Fact::Unknown(_) => "documents: the journal could not be read, see last run".to_owned(),
            _ => "documents: no journal, so what attach made of them is not known".to_owned(),
        });
    }
    lines.push(format!("CloudFormation: {}", or_why(&status.drift.cloudformation, cloudformation)));
    lines
}

fn name(document: &Document) -> String {
    document.document.replace('_', " ")
}

fn cloudformation(times: &StackTimes) -> String {
    let checked = times.drift_checked.as_deref().map_or_else(String::new, |at| format!(" (looked at {at})"));
    match times.drift.as_deref() {
        Some("IN_SYNC") => format!("none{checked}"),
        Some("DRIFTED") if times.drifted.is_empty() => {
            format!("drifted{checked}; `--detect-drift` names the resources")
        }
        Some("DRIFTED") => format!("drifted{checked}: {}", times.drifted.join(", ")),
        Some("UNKNOWN") => format!("CloudFormation does not know{checked}"),
        _ => "not checked; `--detect-drift` has it checked".to_owned(),
    }
}

fn cost(cost: &Fact<Cost>) -> Vec<String> {
    let cost = match cost {
        Fact::Known(cost) => cost,
        Fact::Absent => return vec!["CloudWatch has no numbers: no calls, or none counted yet".to_owned()],
        Fact::Unknown(why) => return vec![unseen(why)],
    };
    let Cost { invocations, errors, duration_s, memory_mb, architecture, .. } = cost;
    debug_assert_eq!(cost.days, DAYS, "the row's name says so");
    vec![
        format!(
            "{invocations} calls, {errors} errors, {duration_s:.1} s of work: about {} USD for Lambda",
            price::in_words(cost.usd)
        ),
        format!(
            "= {duration_s:.1} s x {memory_mb}/1024 GB x {} ({architecture}) + {invocations} x {:.2} / 1000000",
            cost.usd_per_gb_second, cost.usd_per_million
        ),
        format!(
            "public prices of {}; free tier, start-up of instances, API Gateway and S3 are not counted",
            cost.price_region
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_screen_and_one_object() {
        for (name, status) in crate::status::fixtures() {
            let text = text(&status);
            insta::assert_snapshot!(format!("status_{name}"), text.as_str());
            assert!(text.as_str().lines().count() < 25, "{name} is no screen");
            insta::assert_snapshot!(format!("status_{name}_json"), format!("{:#}", object(&status)));
        }
    }
}
