//! `cost`: what a month of new images costs.

use super::update_code::choose;
use crate::cli::CostArgs;
use crate::cost::{Question, estimate};
use crate::error::{Exit, Failure};
use crate::price;
use crate::report::Report;
use crate::settings::Access;
use crate::status::read;
use imgdeploy_world::Fact;

/// Memory where there is no function to ask: the default of `attach`.
const MEMORY_MB: u32 = 1024;

/// Without any call of AWS.
pub fn offline(access: &Access, args: &CostArgs, report: &Report) {
    let region = access.region.as_ref().map_or_else(|| price::FALLBACK.to_owned(), ToString::to_string);
    let question = Question { region, ..question(args) };
    report.cost(&estimate(&question), None);
}

/// With the memory, the processor and the calls of a function. What CloudWatch does not have is assumed, and that is said.
///
/// # Errors
/// With the documented exit code: 2 where there is no such function, 5 where AWS lets nothing be looked at.
pub async fn of_function(
    access: &Access,
    bucket: Option<&str>,
    args: &CostArgs,
    report: &Report,
) -> Result<Exit, Failure> {
    let choice = args.choice();
    let chosen = choose(&choice, bucket, access).await?;
    let alias = choice.alias.as_str();
    let (live, latest, month) = futures::join!(
        chosen.function.configuration(Some(alias)),
        chosen.function.configuration(None),
        read::month(&chosen.clients, &chosen.region, &chosen.name)
    );
    // Without an alias, calls reach the unpublished state.
    let live = match (live, latest) {
        (Fact::Known(live), _) | (Fact::Absent, Fact::Known(live)) => live,
        (Fact::Absent, Fact::Absent) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("there is no function {} in {}", chosen.name, chosen.region),
                "leave `--bucket`, `--site` and `--function` out to work with assumptions",
            ));
        }
        (Fact::Unknown(failure), _) | (_, Fact::Unknown(failure)) => return Err(failure.into()),
    };
    let mut asked = Question { region: chosen.region.clone(), ..question(args) };
    asked.architecture.clone_from(&live.architecture);
    asked.memory_mb = args.memory.unwrap_or(live.memory);
    let unseen = match month {
        Fact::Known(sums) if args.memory.is_none_or(|memory| memory == live.memory) => {
            asked.month = Some(sums);
            None
        }
        Fact::Known(_) => Some(format!(
            "the calls of the last 30 days say nothing of {} MB: the function has {} MB",
            asked.memory_mb, live.memory
        )),
        Fact::Absent => Some("CloudWatch has no numbers: no calls, or none counted yet".to_owned()),
        Fact::Unknown(failure) => Some(format!("the calls of the last 30 days are not known: {failure}")),
    };
    let unseen = unseen.filter(|_| args.duration.is_none());
    report.cost(&estimate(&asked), unseen.as_deref());
    Ok(Exit::Done)
}

fn question(args: &CostArgs) -> Question {
    Question {
        images: args.images,
        size_mb: args.size,
        specs: args.specs,
        memory_mb: args.memory.unwrap_or(MEMORY_MB),
        architecture: "arm64".to_owned(),
        region: String::new(),
        duration_ms: args.duration,
        month: None,
    }
}
