//! `tune`: memory against time and cost, measured.

use imgdeploy_model::terminal::Name;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use imgdeploy_model::command;
use resizer_core::Spec;
use resizer_core::spec::OutputFormat;

use super::update_code::{Chosen, choose};
use crate::approval::{Approved, Proposal as _};
use crate::cli::TuneArgs;
use crate::command::approve::{self, Decision, Shown};
use crate::command::engine::Consent;
use crate::command::memory;
use crate::command::originals::Originals;
use crate::error::{Exit, Failure, Message};
use crate::function::observe::Seen;
use crate::output::{self, Over};
use crate::price;
use crate::report::{Outcome, Report, TuneReport};
use crate::settings::Access;
use crate::settings::value::SecurityKey;
use crate::stack;
use crate::tune::apply::{Run, Stopped, clean};
use crate::tune::images::event;
use crate::tune::mark::{Cleaning, Leftovers};
use crate::tune::measure::{Measured, Row, row};
use crate::tune::plan::{TunePlan, Wanted, plan};
use crate::tune::recommend::recommend;
use crate::tune::stop::Stop;
use crate::tune::svg::svg;

/// Runs the command. `key`: that of the site, for `--apply`.
///
/// # Errors
/// With the documented exit code.
pub async fn run(
    access: &Access,
    bucket: Option<&str>,
    key: Option<&SecurityKey>,
    args: &TuneArgs,
    consent: Consent,
    report: &Report,
) -> Result<Exit, Failure> {
    let spec = Spec::parse(&args.spec).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("--spec: {}", error.unescaped()),
            "README.md, URLs, keys and answers, has the grammar",
        )
    })?;
    if spec.format() == Some(OutputFormat::Auto) {
        let why = "--spec: format(auto) needs a viewer, who is not there";
        return Err(Failure::new(Exit::Usage, why, "name the format, such as format(webp)"));
    }
    let strategy = args.strategy.strategy();
    let chosen = choose(&args.choice, bucket, access).await?;
    let seen = chosen.look(&args.choice.alias, report).await?;
    if args.clean {
        return cleaned(&chosen, &seen, consent, report).await;
    }
    let originals = Originals::look(&chosen, &seen, args).await?;
    let ours = seen.latest.bucket().is_some_and(|bucket| stack::stack_name(bucket) == chosen.name);
    let wanted = Wanted {
        sizes: args.sizes.0.clone(),
        calls: args.num,
        spec: args.spec.clone(),
        images: originals.images.clone(),
        about_images: originals.about.clone(),
        ours,
        apply: args.apply.then_some(strategy),
    };
    let plan = plan(&seen, &chosen.region, &wanted);
    // Before anything is measured that could then not be written.
    if let Some(path) = args.chart.as_ref().filter(|_| !consent.dry_run && !plan.is_refused()) {
        may_be_chart(path)?;
    }
    let approved = match approve::decide(&plan, consent, report)? {
        Decision::Go(approved) => approved,
        decision => return Ok(decision.exit(consent)),
    };
    let measured = measure(&chosen, &seen, &approved, args, &originals, report).await?;
    let prices = price::lambda(&chosen.region, &plan.architecture);
    let rows: Vec<Row> = measured.iter().map(|one| row(one, &prices)).collect();
    let found = recommend(&rows, strategy);
    let mut shown = TuneReport {
        plan: &plan,
        rows: &rows,
        prices: &prices,
        strategy,
        outcome: Outcome::Planned,
        applied: None,
    };
    let Some(recommended) = found else {
        report.tune_rows(&shown);
        return Err(nothing_measured(&rows));
    };
    if let Some(path) = &args.chart {
        let title = format!("{} ({}, {}), {}", plan.function, plan.architecture, plan.region, plan.spec);
        if let Err(error) = output::store(path, CHART, |file| file.write_all(svg(&rows, &title).as_bytes())) {
            report.tune_rows(&shown);
            return Err(unwritten(path, &error));
        }
    }
    if args.apply {
        report.tune_rows(&shown);
        let set = memory::Set { chosen: &chosen, seen: &seen, ours, key };
        shown.outcome = set.memory(recommended, consent, report).await?;
        shown.applied = Some(recommended);
    }
    report.tune(&shown);
    Ok(Exit::Done)
}

impl Shown for TunePlan {
    fn against(&self) -> Option<Failure> {
        Failure::against(&self.unseen, &self.refusals).err()
    }

    fn show(&self, report: &Report) {
        report.tune_plan(self);
    }

    fn show_dry(&self, report: &Report) {
        report.tune_dry_run(self);
    }
}

impl Shown for Cleaning {
    fn changes(&self) -> bool {
        !self.left.is_empty()
    }

    fn show(&self, report: &Report) {
        if self.changes() {
            report.tune_left(&self.function, &self.left);
        }
    }

    fn show_dry(&self, report: &Report) {
        let outcome = if self.changes() { Outcome::Planned } else { Outcome::NothingToDo };
        report.tune_cleaned(&self.function, &self.left, outcome);
    }

    fn questions(&self) -> Vec<String> {
        vec!["Take that away?".to_owned()]
    }
}

/// What a chart may be written over: another one.
const CHART: Over<'_> = Over::Alike(b"<svg");

/// Refuses a chart over anything but a chart, and where nothing can be written. A file that is there stays as it is until there
/// is a chart.
fn may_be_chart(path: &Path) -> Result<(), Failure> {
    output::ready(path, CHART).map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    let hint = "name another file with `--chart`";
    if error.kind() == ErrorKind::AlreadyExists {
        return Failure::new(
            Exit::Refused,
            format!("{} is no chart, and would be written over", Name(path)),
            hint,
        );
    }
    Failure::new(Exit::Usage, format!("the chart can't be written to {}: {error}", Name(path)), hint)
}

fn nothing_measured(rows: &[Row]) -> Failure {
    let whys: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("{} MB: {}", row.memory_mb, row.failed.as_ref()?)))
        .collect();
    Failure::new(
        Exit::Unexpected,
        whys.into_iter()
            .fold(Message::from("no memory size made the images"), |all, why| all.with(format!("  {why}"))),
        "try larger sizes with `--memory`, or other images with `--image`; `imgdeploy doctor` looks at the function",
    )
}

/// Measures, and takes away what was made, whatever comes of it.
async fn measure(
    chosen: &Chosen,
    seen: &Seen,
    plan: &Approved<'_, TunePlan>,
    args: &TuneArgs,
    originals: &Originals,
    report: &Report,
) -> Result<Vec<Measured>, Failure> {
    let events: Vec<Vec<u8>> =
        originals.fetch().await?.iter().map(|image| event(image, &args.spec)).collect();
    let stop = Stop::listen();
    let say = |line: &str| report.say(line);
    let run = Run {
        function: &chosen.function,
        latest: &seen.latest,
        plan,
        calls: args.num,
        events: &events,
        stop: &stop,
        say: &say,
    };
    let measured = run.measure().await;
    if let Err(Stopped::NotOurs(why)) = &measured {
        stop.release();
        return Err(Failure::new(
            Exit::Refused,
            Message::from(format!(
                "version {} of {} does not make an image of what a call carries: {why}",
                plan.live, plan.function
            ))
            .with("  nothing had been changed before that"),
            "`tune` measures this tool's code, as the classic samples store what they make; `imgdeploy update-code` puts it there",
        ));
    }
    let again = again(chosen);
    let cleaned = clean(&chosen.function, plan).await;
    stop.release();
    if let Ok(left) = &cleaned {
        for (version, alias) in &left.kept {
            report.say(format!("      version {version} stays: the alias {alias} names it"));
        }
    }
    match (measured, cleaned) {
        (Ok(measured), Ok(_)) => Ok(measured),
        (Err(stopped), Ok(_)) => Err(stopped_early(&stopped)),
        (Ok(_), Err(cause)) => Err(Failure::new(
            Exit::HalfWay,
            format!("measured, but what was made for it could not be taken away: {cause}"),
            format!("{again} takes it away"),
        )),
        (Err(stopped), Err(cause)) => Err(Failure::new(
            Exit::HalfWay,
            stopped_early(&stopped)
                .message
                .with(format!("  and what was made could not be taken away: {cause}")),
            format!("{again} takes it away"),
        )),
    }
}

fn stopped_early(stopped: &Stopped) -> Failure {
    use crate::function::apply::Cause;
    let clean = "what was made is taken away, and the memory is as before";
    match stopped {
        Stopped::Asked => {
            Failure::new(Exit::HalfWay, format!("stopped by Ctrl-C: {clean}"), "run this again")
        }
        Stopped::Step(Cause::Conflict(why)) => Failure::new(
            Exit::Refused,
            format!("somebody else has changed the function meanwhile ({why}): {clean}"),
            "run this again when they are done",
        ),
        Stopped::Step(Cause::Aws(failure)) => {
            let failure = Failure::from(failure.clone());
            Failure { message: failure.message.with(format!("  {clean}")), ..failure }
        }
        Stopped::Step(cause) => Failure::new(Exit::HalfWay, format!("{cause}: {clean}"), "run this again"),
        Stopped::NotOurs(why) => Failure::new(Exit::Refused, why.clone(), "nothing was changed"),
    }
}

/// The command that cleans up.
fn again(chosen: &Chosen) -> String {
    match &chosen.bucket {
        Some(bucket) => format!("`{}`", command!("imgdeploy tune --clean --bucket {}", bucket)),
        None => format!(
            "`{}`",
            command!("imgdeploy tune --clean --function {} --region {}", chosen.name, chosen.region)
        ),
    }
}

/// `--clean`.
async fn cleaned(chosen: &Chosen, seen: &Seen, consent: Consent, report: &Report) -> Result<Exit, Failure> {
    let unseen: Vec<_> =
        [seen.aliases.unknown(), seen.versions.unknown()].into_iter().flatten().cloned().collect();
    if !unseen.is_empty() {
        return Err(Failure::unseen(&unseen));
    }
    let none = (Vec::new(), Vec::new());
    let versions = seen.versions.known().unwrap_or(&none.0);
    let left = Leftovers::of(&seen.latest, versions, seen.aliases.known().unwrap_or(&none.1));
    let cleaning = Cleaning { function: chosen.name.clone(), left };
    let approved = match approve::decide(&cleaning, consent, report)? {
        Decision::Go(approved) => approved,
        Decision::Nothing if !consent.dry_run => {
            report.tune_cleaned(&chosen.name, &cleaning.left, Outcome::NothingToDo);
            return Ok(Exit::Done);
        }
        decision => return Ok(decision.exit(consent)),
    };
    let done = clean(&chosen.function, &approved).await.map_err(|cause| {
        Failure::new(Exit::HalfWay, format!("could not be taken away: {cause}"), "run the same command again")
    })?;
    report.tune_cleaned(&chosen.name, &done, Outcome::Applied);
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_chart_takes_the_place_of_charts_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in [("old.svg", "<svg></svg>"), ("empty.svg", ""), ("settings.yaml", "version: 1\n")]
        {
            std::fs::write(at(name), text).unwrap();
            assert_eq!(may_be_chart(&at(name)).is_ok(), name.ends_with(".svg"), "{name}");
            assert_eq!(std::fs::read_to_string(at(name)).unwrap(), text, "{name}");
        }
        assert!(may_be_chart(&at("new.svg")).is_ok());
        assert!(!at("new.svg").exists(), "there is no chart yet");
        assert!(may_be_chart(folder.path()).is_err());
        assert!(may_be_chart(&at("no/folder.svg")).is_err());
    }
}
