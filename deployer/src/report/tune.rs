//! What memory costs and what it is good for.

use serde_json::{Value, json};

use super::{DOCUMENT_VERSION, Outcome, Report, Screen};
use crate::price::{self, Lambda};
use crate::tune::chart;
use crate::tune::mark::Leftovers;
use crate::tune::measure::Row;
use crate::tune::plan::TunePlan;
use crate::tune::recommend::{Strategy, recommend};

/// A measurement.
#[derive(Debug)]
pub struct TuneReport<'a> {
    /// What was done.
    pub plan: &'a TunePlan,
    /// What came of it, the smallest size first.
    pub rows: &'a [Row],
    /// What Lambda costs there.
    pub prices: &'a Lambda,
    /// What the recommendation is for.
    pub strategy: Strategy,
    /// How `--apply` ended.
    pub outcome: Outcome,
    /// MB that are live now by `--apply`.
    pub applied: Option<u32>,
}

impl Report {
    /// The plan, on standard error.
    pub fn tune_plan(&self, plan: &TunePlan) {
        self.err(&planned(plan));
    }

    /// The plan of a dry run: it is the result.
    pub fn tune_dry_run(&self, plan: &TunePlan) {
        let object = json!({
            "version": DOCUMENT_VERSION,
            "command": "tune",
            "outcome": Outcome::Planned,
            "changes": true,
            "plan": plan,
            "result": null,
            "error": null,
        });
        self.result(&object, &planned(plan));
    }

    /// The rows, before `--apply` asks.
    pub fn tune_rows(&self, tune: &TuneReport<'_>) {
        self.err(&text(tune));
    }

    /// The end.
    pub fn tune(&self, tune: &TuneReport<'_>) {
        let text = match (tune.applied, tune.outcome) {
            // The rows were shown before it was asked.
            (Some(memory), Outcome::Applied) => {
                Screen::of(format_args!("{}: {memory} MB are live", tune.plan.function))
            }
            (Some(memory), _) => {
                Screen::of(format_args!("{}: nothing to do, {memory} MB are live", tune.plan.function))
            }
            (None, _) => text(tune),
        };
        self.result(&object(tune), &text);
    }

    /// What a run that was cut off has left, before it is asked.
    pub fn tune_left(&self, function: &str, left: &Leftovers) {
        self.err(&leftovers(function, left, Outcome::Planned));
    }

    /// The end of `--clean`.
    pub fn tune_cleaned(&self, function: &str, left: &Leftovers, outcome: Outcome) {
        let object = json!({
            "version": DOCUMENT_VERSION,
            "command": "tune",
            "outcome": outcome,
            "changes": !left.is_empty(),
            "plan": null,
            "result": {
                "function": function,
                "memory_mb": left.restore.as_ref().map(|mark| mark.memory),
                "deleted": left.delete,
                "kept": left.kept.iter().map(|kept| json!({ "version": kept.0, "alias": kept.1 })).collect::<Vec<_>>(),
            },
            "error": null,
        });
        self.result(&object, &leftovers(function, left, outcome));
    }
}

fn leftovers(function: &str, left: &Leftovers, outcome: Outcome) -> Screen {
    let mut out = Screen::of(match outcome {
        Outcome::NothingToDo => format!("{function}: nothing to clean"),
        Outcome::Planned => format!("{function}, left by a run of `tune` that was cut off:"),
        Outcome::Applied => format!("{function}: done"),
    });
    for step in left.steps() {
        out.line(format_args!("  {step}"));
    }
    for (version, alias) in &left.kept {
        out.line(format_args!(
            "note: version {version} is of `tune` too, and stays: the alias {alias} names it"
        ));
    }
    out
}

fn planned(plan: &TunePlan) -> Screen {
    let TunePlan {
        function, region, architecture, memory_mb, live, spec, images, calls, usd_at_most, ..
    } = plan;
    let mut out =
        Screen::of(format_args!("function {function} (region {region}, {architecture}, {memory_mb} MB)"));
    out.line(format_args!("  live    version {live}, which stays live"));
    let names: Vec<String> = images.iter().map(ToString::to_string).collect();
    out.line(format_args!("  images  {}, as {spec}", names.join(", ")));
    out.line(format_args!(
        "  calls   {calls}, at most {} USD for Lambda if each took as long as it may",
        price::in_words(*usd_at_most)
    ));
    for note in &plan.notes {
        out.line(format_args!("note: {note}"));
    }
    let steps = plan.steps();
    out.end();
    out.line(format_args!("plan: {} steps", steps.len()));
    for (number, step) in steps.iter().enumerate() {
        out.line(format_args!("  {}. {step}", number + 1));
    }
    out
}

fn text(tune: &TuneReport<'_>) -> Screen {
    let TuneReport { plan, rows, prices, strategy, .. } = tune;
    let TunePlan { function, region, architecture, spec, .. } = plan;
    let mut out = Screen::of(format_args!("{function} ({region}, {architecture}), {spec} of:"));
    for image in &plan.images {
        out.line(format_args!("  {image}"));
    }
    out.end();
    out.line("     MB  calls   median  slowest  spread     init  used MB  USD per million images");
    rows.iter().for_each(|row| out.line(line(row)));
    let bars = chart::bars(rows);
    if !bars.is_empty() {
        out.end();
        bars.iter().for_each(|bar| out.line(bar));
    }
    out.end();
    for one in Strategy::ALL {
        if let Some(memory) = recommend(rows, one) {
            let mark = if one == *strategy { "->" } else { "  " };
            out.line(format_args!("{mark} {one:<9} {memory} MB ({})", one.rule()));
        }
    }
    for row in *rows {
        if let Some(unsure) = &row.unsure {
            out.line(format_args!("note: {} MB: {unsure}", row.memory_mb));
        }
    }
    for note in &plan.notes {
        out.line(format_args!("note: {note}"));
    }
    out.line(format_args!("note: prices of {}: {} USD for a GB-second, {:.2} for a million calls ({}); an instance that starts is paid for too, \
         API Gateway, S3 and CloudFront are not in it",
        prices.region,
        prices.usd_per_gb_second,
        prices.usd_per_million,
        price::SOURCE));
    out
}

fn line(row: &Row) -> String {
    if let Some(failed) = &row.failed {
        return format!("  {:>5}  {:>5}  {failed}", row.memory_mb, row.runs);
    }
    let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.0} ms"));
    let spread = row.spread.map_or_else(|| "-".to_owned(), |spread| format!("{:.0} %", spread * 100.0));
    let used = row.used_mb.map_or_else(|| "-".to_owned(), |mb| mb.to_string());
    let usd = row.usd_per_million.map_or_else(|| "-".to_owned(), price::in_words);
    format!(
        "  {:>5}  {:>5}  {:>7}  {:>7}  {spread:>6}  {:>7}  {used:>7}  {usd}{}",
        row.memory_mb,
        row.runs,
        ms(row.billed_ms),
        ms(row.slowest_ms),
        ms(row.init_ms),
        if row.unsure.is_some() { "  ?" } else { "" }
    )
}

fn object(tune: &TuneReport<'_>) -> Value {
    let TuneReport { plan, rows, prices, strategy, outcome, applied } = tune;
    let of = |strategy| recommend(rows, strategy);
    json!({
        "version": DOCUMENT_VERSION,
        "command": "tune",
        "outcome": if applied.is_some() { json!(outcome) } else { json!("measured") },
        "changes": applied.is_some() && *outcome == Outcome::Applied,
        "plan": plan,
        "result": {
            "rows": rows,
            "recommended": {
                "cost": of(Strategy::Cost),
                "speed": of(Strategy::Speed),
                "balanced": of(Strategy::Balanced),
            },
            "strategy": strategy,
            "prices": prices,
            "applied_mb": applied,
        },
        "error": null,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tune::plan::Image;

    fn plan() -> TunePlan {
        TunePlan {
            function: "imgdeploy-media".to_owned(),
            region: "eu-west-1".to_owned(),
            architecture: "arm64".to_owned(),
            memory_mb: 1024,
            live: "7".to_owned(),
            sizes: vec![128, 512, 1769],
            spec: "300x".to_owned(),
            images: vec![Image { name: "pics/a.jpg".to_owned(), bytes: 812_345 }],
            calls: 64,
            usd_at_most: 0.0134,
            apply: Some(Strategy::Balanced),
            notes: vec![crate::tune::plan::SCOPE.to_owned()],
            refusals: Vec::new(),
            unseen: Vec::new(),
        }
    }

    fn rows() -> Vec<Row> {
        let row = |memory_mb, billed_ms, usd| Row {
            memory_mb,
            runs: 20,
            billed_ms: Some(billed_ms),
            slowest_ms: Some(billed_ms * 1.2),
            spread: Some(0.04),
            init_ms: Some(38.6),
            used_mb: Some(92),
            usd_per_million: Some(usd),
            unsure: None,
            failed: None,
        };
        let failed = Row {
            runs: 0,
            billed_ms: None,
            slowest_ms: None,
            spread: None,
            usd_per_million: None,
            failed: Some("it answered 413: it could need 300 MB".to_owned()),
            ..row(128, 0.0, 0.0)
        };
        let unsure =
            Row { unsure: Some("unsteady".to_owned()), spread: Some(0.31), ..row(1769, 130.0, 3.19) };
        vec![failed, row(512, 410.0, 2.93), unsure]
    }

    #[test]
    fn the_plan_and_the_result_in_words() {
        insta::assert_snapshot!("tune_plan", planned(&plan()).as_str());
        let (plan, rows, prices) = (plan(), rows(), price::lambda("eu-west-1", "arm64"));
        let tune = TuneReport {
            plan: &plan,
            rows: &rows,
            prices: &prices,
            strategy: Strategy::Balanced,
            outcome: Outcome::Planned,
            applied: None,
        };
        insta::assert_snapshot!("tune_result", text(&tune).as_str());
        let object = object(&tune);
        assert_eq!(object["outcome"], "measured");
        assert_eq!(object["result"]["recommended"], json!({ "cost": 512, "speed": 1769, "balanced": 1769 }));
        assert_eq!(object["result"]["rows"].as_array().unwrap().len(), 3);
    }
}
