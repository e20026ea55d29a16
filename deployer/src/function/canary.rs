//! A share of the calls for the new version, for a while: it is kept when all goes well, else the alias goes back.

use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::plan::Canary;
use super::run::{Cause, Run};
use crate::aws::{AwsFailure, logs};
use crate::logs::explain::explain;
use crate::time::millis;

/// Between two looks at the log. Lambda's log lines are readable some seconds after they were written.
const LOOK: Duration = Duration::from_secs(5);
/// Of a hundred requests, so many may fail: a busy S3 is not the code's fault.
const TOLERATED_PERCENT: usize = 1;
/// What Lambda itself logs of a call that failed, and never our function.
const PLATFORM_ERRORS: [&str; 4] =
    ["Task timed out", "Runtime.ExitError", "Runtime.InvalidEntrypoint", "Runtime.Unknown"];

/// Reasons in the function's records that mean a fault of the setup. Viewers may have got 404 for it: they are not told.
const BROKEN: [&str; 2] = ["access_denied", "storage_failed"];

/// What the log says of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    requests: usize,
    errors: usize,
    last: Option<String>,
}

impl Tally {
    fn of(lines: &[String]) -> Self {
        let mut tally = Self::default();
        for line in lines {
            let record: Value = serde_json::from_str(line).unwrap_or_default();
            let status = record.get("status").and_then(Value::as_u64);
            let reason = record.get("reason").and_then(Value::as_str);
            let broken = reason.is_some_and(|reason| BROKEN.contains(&reason));
            let platform = PLATFORM_ERRORS.iter().any(|sign| line.contains(sign));
            tally.requests += usize::from(status.is_some() || platform);
            if platform || broken || status.is_some_and(|status| status >= 500) {
                tally.errors += 1;
                tally.last = Some(line.trim().to_owned());
            }
        }
        tally
    }

    fn is_bad(&self) -> bool {
        self.errors * 100 > self.requests * TOLERATED_PERCENT
    }
}

/// Shifts the share, watches, and leaves the alias either with the share or as it was.
pub(super) async fn run(run: &Run<'_>, canary: Canary, version: &str) -> Result<(), Cause> {
    let Some(alias) = run.seen.alias.known() else { return Ok(()) };
    let since = SystemTime::now();
    let group = &run.seen.latest.log_group;
    // Streams are named `2026/11/21/[7]…`, by the version.
    let stream = format!("[{version}]");
    let look = || async {
        let events = logs::recent(run.clients, run.region, group, millis(since)).await?;
        Ok(events
            .into_iter()
            .filter(|event| event.stream.contains(&stream))
            .map(|event| event.message)
            .collect())
    };
    // What can't be watched is not begun.
    look().await?;
    let share = f64::from(canary.percent) / 100.0;
    run.point(&alias.name, &alias.version, Some((version, share))).await?;
    let watched = tokio::select! {
        watched = watch(canary.time, look) => watched,
        _ = tokio::signal::ctrl_c() => Err("stopped by Ctrl-C".to_owned()),
    };
    match watched {
        Ok(0) => {
            (run.say)("      no request came to the new version");
            Ok(())
        }
        Ok(requests) => {
            (run.say)(&format!("      {requests} requests, errors within {TOLERATED_PERCENT} %"));
            Ok(())
        }
        Err(why) => {
            run.point(&alias.name, &alias.version, None).await?;
            Err(Cause::Canary(format!("{why}; all calls go to version {} again", alias.version)))
        }
    }
}

async fn watch<F, T>(time: Duration, look: F) -> Result<usize, String>
where
    F: Fn() -> T,
    T: Future<Output = Result<Vec<String>, AwsFailure>>,
{
    let begun = Instant::now();
    loop {
        let left = time.saturating_sub(begun.elapsed());
        tokio::time::sleep(left.min(crate::aws::pace::of(LOOK))).await;
        let lines = look().await.map_err(|failure| format!("its log can't be read any more: {failure}"))?;
        let tally = Tally::of(&lines);
        if tally.is_bad() {
            let last = tally.last.unwrap_or_default();
            let cause =
                explain(&[&last]).map(|explained| format!(" ({})", explained.cause)).unwrap_or_default();
            return Err(format!(
                "{} of {} requests to it failed: {last}{cause}",
                tally.errors, tally.requests
            ));
        }
        if begun.elapsed() >= time {
            return Ok(tally.requests);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> (usize, usize, bool) {
        let tally = Tally::of(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        (tally.requests, tally.errors, tally.is_bad())
    }

    #[test]
    fn records_and_lambdas_own_lines_count() {
        let fine = r#"{"status":307,"reason":"ok"}"#;
        let viewer = r#"{"status":404,"reason":"original_not_found"}"#;
        let busy = r#"{"status":503,"reason":"busy"}"#;
        assert_eq!(tally(&[]), (0, 0, false));
        assert_eq!(tally(&["START RequestId: 1", fine, viewer, "REPORT RequestId: 1"]), (2, 0, false));
        assert_eq!(tally(&[fine, busy]), (2, 1, true));
        let mut many = vec![fine; 99];
        many.push(busy);
        assert_eq!(tally(&many), (100, 1, false));
        assert_eq!(tally(&["2026-11-21T10:00:00Z 1 Task timed out after 20.00 seconds"]), (1, 1, true));
        assert_eq!(tally(&["RequestId: 1 Error: Runtime exited Runtime.ExitError"]), (1, 1, true));
    }
}
