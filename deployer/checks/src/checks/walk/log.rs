//! IMG095

use super::fault::is_right_without_image;
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need};
use crate::snapshot::{End, LogLine, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

pub const CHECK: Check = Check {
    code: "IMG095",
    title: "the function fails, says its log",
    hop: Hop::Walk,
    severity: Severity::Error,
    inputs: &[Input::Log, Input::Walk],
    symptom: "Viewers get 500, 502, 503 or 504; the function's log says why.",
    story: "API Gateway hides the reason of a failure behind `{\"message\":\"Internal server error\"}` (AG-06). The function's log has it: a \
            program that does not start (LA-11), a call that was denied, no more time or memory. doctor reads what was logged while \
            its own requests were under way, so that other viewers' failures of the same minute are among it.",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html",
    cure: "imgdeploy logs shows one line for each request, with the reason of each failure",
    effect_of: EffectOf::AnyError,
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let lines = need(&snapshot.log)?;
    // A function that throws where an original is missing logs a failure, too, with nothing being wrong.
    let excused = snapshot.walks.iter().any(|walk| is_right_without_image(snapshot, walk) && !is_404(walk));
    let all_right = snapshot
        .walks
        .iter()
        .all(|walk| matches!(walk.end, End::Image { .. }) || is_right_without_image(snapshot, walk));
    if excused && all_right {
        return Ok(Vec::new());
    }
    let mut faults: Vec<(&str, &LogLine, usize)> = Vec::new();
    for line in lines {
        let key = line.cause.as_deref().unwrap_or(line.text.trim());
        match faults.iter_mut().find(|(other, ..)| *other == key) {
            Some((.., count)) => *count += 1,
            None => faults.push((key, line, 1)),
        }
    }
    Ok(faults.into_iter().map(|(key, line, count)| finding(snapshot, key, line, count)).collect())
}

fn is_404(walk: &crate::snapshot::Walk) -> bool {
    walk.hops.last().is_some_and(|hop| hop.status == 404)
}

fn finding(snapshot: &Snapshot, key: &str, line: &LogLine, count: usize) -> Finding {
    let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
    let (place, more) = match snapshot.configuration() {
        Ok(seen) => (
            format!("log group {}", seen.log_group),
            snapshot.function.as_ref().filter(|_| !snapshot.is_attached()).map(|function| {
                command!("aws logs tail {} --since 15m --region {}", seen.log_group, function.region)
            }),
        ),
        Err(_) => ("the function's log".to_owned(), None),
    };
    let cure = line
        .next
        .map(Command::from)
        .or(more)
        .unwrap_or_else(|| command!("imgdeploy logs {}", snapshot.flags()));
    Finding::new(format!("the function fails: {key}{times}"), place, cure).value(line.text.trim())
}
