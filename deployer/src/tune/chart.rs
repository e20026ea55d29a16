//! The rows as bars, for a terminal. Pure.

use super::measure::Row;
use crate::price;

/// Characters of the longest bar.
const WIDTH: f64 = 40.0;

/// Average and slowest call against memory, and what a million images cost. Empty where nothing was
/// measured.
pub fn bars(rows: &[Row]) -> Vec<String> {
    let longest = rows.iter().filter_map(|row| row.slowest_ms).fold(0.0, f64::max);
    let dearest = rows.iter().filter_map(|row| row.usd_per_million).fold(0.0, f64::max);
    if longest <= 0.0 || dearest <= 0.0 {
        return Vec::new();
    }
    let mut lines = vec!["time paid for: # average, - up to the slowest".to_owned()];
    for row in rows {
        let (Some(average), Some(slowest)) = (row.billed_ms, row.slowest_ms) else { continue };
        let (full, whole) = (length(average, longest), length(slowest, longest));
        let bar = "#".repeat(full) + &"-".repeat(whole.saturating_sub(full));
        lines.push(format!("  {:>5} MB  {bar} {average:.0} ms, {slowest:.0} ms", row.memory_mb));
    }
    lines.push("cost of a million images".to_owned());
    for row in rows {
        let Some(usd) = row.usd_per_million else { continue };
        let bar = "=".repeat(length(usd, dearest));
        lines.push(format!("  {:>5} MB  {bar} {} USD", row.memory_mb, price::in_words(usd)));
    }
    lines
}

/// At least one character: nothing is free.
fn length(value: f64, most: f64) -> usize {
    ((value / most * WIDTH).round().clamp(1.0, WIDTH)) as usize
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::tune) fn rows() -> Vec<Row> {
        let row = |memory_mb, measured: Option<(f64, f64, f64)>| Row {
            memory_mb,
            runs: 20,
            billed_ms: measured.map(|one| one.0),
            slowest_ms: measured.map(|one| one.1),
            spread: measured.map(|_| 0.05),
            init_ms: measured.map(|_| 40.0),
            used_mb: Some(90),
            usd_per_million: measured.map(|one| one.2),
            unsure: None,
            failed: measured.is_none().then(|| "it answered 413: <too much> & more".to_owned()),
        };
        vec![
            row(128, None),
            row(256, Some((800.0, 1_000.0, 2.87))),
            row(512, Some((400.0, 410.0, 2.87))),
            row(1769, Some((120.0, 125.0, 2.96))),
        ]
    }

    #[test]
    fn bars_are_in_proportion() {
        insta::assert_snapshot!(bars(&rows()).join("\n"));
        let lines = bars(&rows());
        let marks = |start: &str, mark: char| {
            let line = lines.iter().find(|line| line.trim_start().starts_with(start)).expect("a bar");
            line.matches(mark).count()
        };
        assert_eq!((marks("256", '#'), marks("512", '#')), (32, 16));
    }

    #[test]
    fn nothing_measured_is_no_chart() {
        assert!(bars(&rows()[..1]).is_empty());
        assert!(bars(&[]).is_empty());
    }
}
