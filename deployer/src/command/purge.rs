//! `purge`: the derived images of an original, out of the bucket and out of CloudFront.

use imgdeploy_keys::Scheme;
use imgdeploy_model::chain::cloudfront::Distribution;
use imgdeploy_model::command;

use crate::aws::read::{self, BucketRead};
use crate::aws::{AwsFailure, Clients, edge};
use crate::cli::PurgeArgs;
use crate::command::approve::{self, Decision, Shown};
use crate::command::engine::{self, Consent};
use crate::error::{AND, Exit, Failure, Message};
use crate::journal::Journal;
use crate::names;
use crate::observe::parse_journal;
use crate::purge::apply;
use crate::purge::find::{MOST, find};
use crate::purge::key::Target;
use crate::purge::named::{self, Elsewhere, Gone, Named};
use crate::purge::plan::{Edge, Plan};
use crate::report::Report;
use crate::settings::{DistributionChoice, Origin, Site};
use crate::stack::{self, OUTPUT_DISTRIBUTION, StackSeen, Stacks};
use imgdeploy_world::Fact;

/// Runs the command.
///
/// # Errors
/// With the documented exit code.
pub async fn run(site: &Site, args: &PurgeArgs, consent: Consent, report: &Report) -> Result<Exit, Failure> {
    let clients = engine::clients(&site.access).await?;
    let plan = look(&clients, site, args, report).await?;
    let approved = match approve::decide(&plan, consent, report)? {
        Decision::Go(approved) => approved,
        Decision::Nothing if !consent.dry_run => {
            report.purge_nothing(&plan);
            return Ok(Exit::Done);
        }
        decision => return Ok(decision.exit(consent)),
    };
    let done = apply::apply(&clients, &approved, &|line| report.say(line)).await;
    let done = done.map_err(|stopped| {
        report.purge_stopped(&stopped);
        Failure::from(*stopped)
    })?;
    if plan.more {
        return Err(Failure::new(
            Exit::HalfWay,
            format!("{} derived images are deleted, and there are more than {MOST}", done.deleted),
            "run the same command again: it takes the rest",
        ));
    }
    report.purge_done(&plan, &done);
    Ok(Exit::Done)
}

impl Shown for Plan {
    fn changes(&self) -> bool {
        !self.is_empty()
    }

    fn show(&self, report: &Report) {
        // That there is nothing to delete is the result.
        if self.changes() {
            report.purge_plan(self);
        }
    }

    fn show_dry(&self, report: &Report) {
        report.purge_dry_run(self);
    }

    fn questions(&self) -> Vec<String> {
        vec![format!("Delete {} derived images?", self.images.len())]
    }
}

/// What is attached, and what of it is to go.
async fn look(clients: &Clients, site: &Site, args: &PurgeArgs, report: &Report) -> Result<Plan, Failure> {
    let bucket = site.bucket.as_str();
    let (caller, region) = futures::join!(read::caller(clients), engine::bucket_region(clients, bucket));
    let (account, region) = (caller?.account, region?);
    let read = BucketRead::new(clients, &region, bucket, &account);
    let artifacts = BucketRead::new(clients, &region, &names::artifacts_bucket(&account, &region), &account);
    let (stacks, key, name) =
        (Stacks::new(clients, &region), names::journal_key(bucket), stack::stack_name(bucket));
    let (journal, stack, versioning) =
        futures::join!(artifacts.text(&key), stacks.observe(&name), read.versioning());
    let journal = known(parse_journal(journal, bucket))?.map(|(journal, _)| journal);
    let stack = stack?;
    let mut notes = Vec::new();
    let scheme = scheme(site, journal.as_ref(), stack.as_ref(), &mut notes);
    let names = named::named(&args.keys, bucket, &scheme).map_err(|other| elsewhere(&other, bucket))?;
    let names = named::chosen(&read, names).await?;
    let target = target(args, &names);
    check(&scheme, &target)?;

    let edge = async {
        if args.no_invalidate {
            return Ok((None, None));
        }
        distribution(clients, site, journal.as_ref(), stack.as_ref()).await
    };
    let say = |line: &str| report.say(line);
    let (found, edge) = futures::join!(find(&read, &scheme, &target, &say), edge);
    let (found, (edge, note)) = (found?, edge?);
    notes.extend(note);
    let taken = names.iter().filter(|named| !named.keys.is_empty() && !named.keys.contains(&named.text));
    notes.extend(
        taken.map(|named| format!("`{}` is taken for the original {}", named.text, named.keys.join(" or "))),
    );
    let (gone, all) = named::gone(&read, &names, &found).await?;
    notes.extend(gone.iter().map(|gone| format!("{}{}", missing(gone), or_nearest(gone))));
    let plan = Plan {
        bucket: bucket.to_owned(),
        account,
        region,
        prefix: scheme.prefix,
        target,
        images: found.images,
        left: found.left,
        more: found.more,
        versioning: versioning.known().copied(),
        edge,
        notes,
    };
    if all { Err(nothing(&gone, &plan)) } else { Ok(plan) }
}

/// What is there, or that it is not.
fn known<T>(fact: Fact<T>) -> Result<Option<T>, Failure> {
    match fact {
        Fact::Known(value) => Ok(Some(value)),
        Fact::Absent => Ok(None),
        Fact::Unknown(failure) => Err(Failure::unseen(&[failure])),
    }
}

/// How derived keys are made: what is attached says it, and where nothing is any more, the settings.
fn scheme(
    site: &Site,
    journal: Option<&Journal>,
    stack: Option<&StackSeen>,
    notes: &mut Vec<String>,
) -> Scheme {
    let told = |name: &str| stack.and_then(|stack| stack.parameters.get(name));
    let attached = journal.map(|journal| &journal.prefix).or_else(|| told("Prefix"));
    let prefix = attached.map_or(site.prefix.as_str(), String::as_str);
    if prefix != site.prefix.as_str() && *site.origin("prefix") != Origin::Default {
        notes.push(format!(
            "the settings say that derived keys begin with `{}`, but what is attached makes them begin with `{prefix}`: these \
             are looked at",
            site.prefix
        ));
    }
    let presets = [Some(site.presets.as_str()), told("Presets").map(String::as_str)];
    Scheme::of_lists(prefix, presets.into_iter().flatten())
}

/// What is to be purged.
fn target(args: &PurgeArgs, names: &[Named]) -> Target {
    match &args.prefix {
        Some(prefix) => Target::Prefix(prefix.clone()),
        None => Target::Keys(names.iter().flat_map(|named| named.keys.iter().cloned()).collect()),
    }
}

/// Refuses a beginning of keys that are derived images.
fn check(scheme: &Scheme, target: &Target) -> Result<(), Failure> {
    match target {
        Target::Prefix(prefix) if !scheme.prefix.is_empty() && prefix.starts_with(&scheme.prefix) => {
            Err(Failure::new(
                Exit::Usage,
                format!("`{prefix}` is where derived images are, not originals"),
                "name a beginning of the originals' keys, such as `--prefix pics/`",
            ))
        }
        Target::Prefix(_) | Target::Keys(_) => Ok(()),
    }
}

fn elsewhere(Elsewhere(text): &Elsewhere, bucket: &str) -> Failure {
    let message = format!("`{text}` is in another bucket than {bucket}");
    Failure::new(Exit::Usage, message, "name that bucket (`--bucket`), or a key in this one")
}

fn missing(gone: &Gone) -> String {
    format!("there is no original `{}`, and no image that was made of it", gone.text)
}

fn or_nearest(gone: &Gone) -> String {
    if gone.nearest.is_empty() {
        String::new()
    } else {
        format!("; the nearest: {}", gone.nearest.join(", "))
    }
}

/// Nothing of what was named is there.
fn nothing(gone: &[Gone], plan: &Plan) -> Failure {
    let hints = gone.iter().map(|gone| match gone.nearest.is_empty() {
        true => {
            format!(
                "`{}` lists the keys that there are",
                command!("aws s3 ls --recursive s3://{}", plan.bucket)
            )
        }
        false => format!("did you mean {}?", gone.nearest.join(", or ")),
    });
    let mut hints: Vec<String> = hints.collect();
    hints.dedup();
    hints.extend(plan.by_hand());
    Failure { exit: Exit::Usage, message: Message::listed(gone.iter().map(missing), AND), hints }
}

/// The distribution that was named, else that of the journal, else that of `up`'s stack; and what to say about it.
async fn distribution(
    clients: &Clients,
    site: &Site,
    journal: Option<&Journal>,
    stack: Option<&StackSeen>,
) -> Result<(Option<Edge>, Option<String>), Failure> {
    let recorded = || {
        let journal = journal.and_then(|journal| journal.distribution.as_ref()).map(|found| &found.id);
        journal.or_else(|| stack.and_then(|stack| stack.outputs.get(OUTPUT_DISTRIBUTION))).cloned()
    };
    let (id, named) = match &site.distribution {
        DistributionChoice::Without => return Ok((None, None)),
        DistributionChoice::Id(id) => (Some(id.to_string()), true),
        DistributionChoice::Find => (recorded(), false),
    };
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        let note = "no distribution is known in front of the bucket, so none is told to forget these images; \
                    `--distribution ID` names one";
        return Ok((None, Some(note.to_owned())));
    };
    match edge::distribution_document(clients, &id).await {
        Fact::Known(document) => {
            let config = Distribution::parse(&document.xml).ok();
            Ok((Some(Edge { id, config }), None))
        }
        Fact::Absent if named => Err(Failure::new(
            Exit::Usage,
            format!("there is no distribution {id}"),
            "`aws cloudfront list-distributions` lists them; check `--distribution` and `--profile`",
        )),
        Fact::Absent => {
            Ok((None, Some(format!("the distribution {id} that was attached is not there any more"))))
        }
        Fact::Unknown(failure) => Err(unreadable(&failure)),
    }
}

fn unreadable(failure: &AwsFailure) -> Failure {
    let mut failure = Failure::unseen(std::slice::from_ref(failure));
    failure.hints.push("`--no-invalidate` leaves CloudFront as it is".to_owned());
    failure
}
