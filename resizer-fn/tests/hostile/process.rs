//! A process as `/proc` shows it.

use std::time::{Duration, Instant};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(100);

/// State and processor time in ticks; none of a process that has ended.
fn stat(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may have blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    (*fields.first()? != "Z").then(|| Some(ticks(11)? + ticks(12)?)).flatten()
}

/// Waits for its end.
pub(crate) async fn ended(process: u32) {
    while stat(process).is_some() {
        tokio::time::sleep(LOOK).await;
    }
}

/// The most address space and resident memory that it had, in KiB.
pub(crate) fn peaks_kib(process: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    };
    (field("VmPeak:"), field("VmHWM:"))
}

/// Whether it uses no processor time any more before so much time is over: for half a second at a stretch.
pub(crate) async fn rests_within(process: u32, time: Duration) -> bool {
    let begun = Instant::now();
    let (mut last, mut still) = (stat(process), 0);
    while begun.elapsed() < time + 6 * LOOK {
        tokio::time::sleep(LOOK).await;
        let now = stat(process);
        still = if now == last { still + 1 } else { 0 };
        last = now;
        if still == 5 {
            return true;
        }
    }
    false
}
