//! What calls took, and what that says of a memory size. Pure.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use crate::aws::lambda::Invocation;
use crate::logs::explain::explain;
use crate::logs::parse::{Line, Measures, parse};
use crate::price::Lambda;

/// Calls with one image from which on their spread says something.
pub const ENOUGH: usize = 5;
/// Largest interquartile range, as a part of the median, of a measurement that is relied on.
pub const STEADY: f64 = 0.25;

/// One call that made its image.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Number of the image.
    pub image: usize,
    /// Milliseconds that are paid for.
    pub billed_ms: f64,
    /// Milliseconds for making the instance, if it was made for this call.
    pub init_ms: Option<f64>,
    /// MB that were used at most.
    pub used_mb: Option<u64>,
}

/// The calls with one memory size, and how they ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// MB.
    pub memory: u32,
    /// The first call, for which an instance was made.
    pub cold: Option<Run>,
    /// The others, in their order.
    pub warm: Vec<Run>,
    /// Why it went no further.
    pub failed: Option<String>,
}

/// What is said of a memory size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// MB.
    pub memory_mb: u32,
    /// Calls that count: those without the making of an instance.
    pub runs: usize,
    /// Milliseconds that are paid for: each image's median, averaged over the images.
    pub billed_ms: Option<f64>,
    /// The slowest of these calls.
    pub slowest_ms: Option<f64>,
    /// Interquartile range as a part of the median, of the image where it is largest.
    pub spread: Option<f64>,
    /// Milliseconds for making an instance.
    pub init_ms: Option<f64>,
    /// MB that were used at most.
    pub used_mb: Option<u64>,
    /// US dollars for a million images: time and calls of Lambda.
    pub usd_per_million: Option<f64>,
    /// Why this measurement is not to be relied on.
    pub unsure: Option<String>,
    /// Why there is none.
    pub failed: Option<String>,
}

/// What Lambda says of a call that made an image.
///
/// # Errors
/// Why there is no image, or nothing is said: in words for a row.
pub fn read(answer: &Invocation) -> Result<Measures, String> {
    let payload: Value = serde_json::from_slice(&answer.payload).unwrap_or_default();
    let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    if answer.error.is_some() {
        let what = format!("{} {}", text("errorType"), text("errorMessage")).trim().to_owned();
        return Err(match explain(&[&what, &answer.log]) {
            Some(explained) => format!("{} ({what})", explained.cause),
            None => format!("the call failed: {what}"),
        });
    }
    match payload.get("statusCode").and_then(Value::as_u64) {
        None => return Err("the answer is not one of this tool's function".to_owned()),
        Some(200) => {}
        Some(status) => {
            let error: Value = serde_json::from_str(text("body")).unwrap_or_default();
            let said = error.get("message").and_then(Value::as_str).unwrap_or(text("body"));
            return Err(format!("it answered {status}: {said}"));
        }
    }
    if !STANDARD.decode(text("body")).is_ok_and(|image| !image.is_empty()) {
        return Err("the answer is not an image, so not one of this tool's function".to_owned());
    }
    let report = answer.log.lines().rev().find_map(report);
    report.filter(|measures| measures.billed.is_some()).ok_or_else(|| {
        "there is no REPORT line in what Lambda hands out of the log, so what the call took is not known"
            .to_owned()
    })
}

/// The measures of a `REPORT` line, or of what stands for it where the function logs JSON.
fn report(line: &str) -> Option<Measures> {
    if let Line::Report { measures, .. } = parse(line) {
        return Some(measures);
    }
    let event: Value = serde_json::from_str(line.trim()).ok()?;
    if event.get("type")?.as_str()? != "platform.report" {
        return None;
    }
    let metrics = event.get("record")?.get("metrics")?;
    let number = |name: &str| metrics.get(name).and_then(Value::as_f64);
    let whole = |name: &str| metrics.get(name).and_then(Value::as_u64);
    Some(Measures {
        duration: number("durationMs"),
        billed: number("billedDurationMs"),
        memory: whole("memorySizeMB"),
        used: whole("maxMemoryUsedMB"),
        init: number("initDurationMs"),
        ..Measures::default()
    })
}

/// The row of a memory size.
pub fn row(measured: &Measured, prices: &Lambda) -> Row {
    let Measured { memory, cold, warm, failed } = measured;
    let mut images: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for run in warm {
        images.entry(run.image).or_default().push(run.billed_ms);
    }
    for times in images.values_mut() {
        times.sort_by(f64::total_cmp);
    }
    // A size that failed once is not one to work with, whatever the other calls took.
    let counts = failed.is_none() && !images.is_empty();
    let count = images.len() as f64;
    let billed_ms =
        counts.then(|| images.values().map(|times| quantile(times, 0.5)).sum::<f64>() / count.max(1.0));
    let spread = images.values().filter(|times| times.len() > 1).map(|times| spread(times)).reduce(f64::max);
    let fewest = images.values().map(Vec::len).min().unwrap_or(0);
    let unsure = match spread {
        _ if !counts => None,
        _ if fewest < ENOUGH => {
            Some(format!("few calls: {fewest} with an image, and less than {ENOUGH} say little; raise --num"))
        }
        Some(spread) if spread > STEADY => Some(format!(
            "unsteady: the middle half of the calls is spread over {:.0} % of the median, more than {:.0} %; measure again, with a larger --num",
            spread * 100.0,
            STEADY * 100.0
        )),
        _ => None,
    };
    Row {
        memory_mb: *memory,
        runs: warm.len(),
        billed_ms,
        slowest_ms: warm.iter().map(|run| run.billed_ms).reduce(f64::max).filter(|_| counts),
        spread: spread.filter(|_| counts),
        init_ms: cold.as_ref().and_then(|run| run.init_ms),
        used_mb: warm.iter().chain(cold).filter_map(|run| run.used_mb).max(),
        usd_per_million: billed_ms.map(|ms| prices.usd(1_000_000.0, ms, *memory)),
        unsure,
        failed: failed.clone(),
    }
}

/// Interquartile range over median of sorted times.
fn spread(sorted: &[f64]) -> f64 {
    let median = quantile(sorted, 0.5);
    if median <= 0.0 { 0.0 } else { (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median }
}

/// The value below which the part `at` of sorted values lies, between neighbours in proportion.
fn quantile(sorted: &[f64], at: f64) -> f64 {
    let place = at * (sorted.len().max(1) - 1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    match (sorted.get(low), sorted.get(high)) {
        (Some(low), Some(high)) => low + (high - low) * place.fract(),
        _ => 0.0,
    }
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
