//! `init`: writes a commented settings file from what is in the account.

use imgdeploy_model::terminal::Name;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use futures::StreamExt as _;
use serde_json::json;

use crate::aws::Clients;
use crate::aws::edge::{self, DistributionSummary};
use crate::aws::read::{self, BucketRead};
use crate::cli::InitArgs;
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::output::{self, Over};
use crate::report::{Report, Screen};
use crate::settings::write::{FoundBucket, FoundDistribution, InitFacts, OriginKind, settings_file};
use crate::settings::{Access, DEFAULT_FILE};
use imgdeploy_model::command;
use imgdeploy_model::region::{OriginHost, parse_origin_host};
use imgdeploy_world::Fact;

/// Buckets that are looked at side by side.
const AT_ONCE: usize = 16;

/// Runs the command.
///
/// # Errors
/// With the documented exit code; a file that is there is kept unless `--force`.
pub async fn run(access: &Access, args: &InitArgs, report: &Report) -> Result<Exit, Failure> {
    let file = &args.output_file;
    let over = if args.force { Over::Anything } else { Over::Nothing };
    output::ready(file, over).map_err(|error| unwritten(file, &error))?;
    let clients = engine::clients(access).await?;
    let caller = read::caller(&clients).await?;
    let (named, distribution) = args.named()?;
    let distributions = match edge::distributions(&clients).await {
        Fact::Known(found) => found,
        Fact::Absent => Vec::new(),
        // One that was named can't be left out.
        Fact::Unknown(failure) if distribution.is_some() => return Err(failure.into()),
        Fact::Unknown(failure) => {
            report.say(format!("note: distributions are left out ({failure})"));
            Vec::new()
        }
    };
    let distributions: Vec<DistributionSummary> = match &distribution {
        None => distributions,
        Some(id) => {
            let found: Vec<_> = distributions.into_iter().filter(|one| one.id == id.as_str()).collect();
            if found.is_empty() {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("there is no distribution {id} in account {}", caller.account),
                    "`aws cloudfront list-distributions` lists them",
                ));
            }
            found
        }
    };
    let mut names: Vec<String> = Vec::new();
    for name in named.iter().map(ToString::to_string) {
        // A site may stand in the file once.
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let named = !names.is_empty();
    if !named {
        names = read::bucket_names(&clients).await?;
    }
    let looks = names.iter().map(|name| look(&clients, &caller.account, name, &distributions));
    let looks = futures::stream::iter(looks).buffered(AT_ONCE).collect::<Vec<_>>().await;
    let mut buckets = Vec::new();
    for (name, found) in names.iter().zip(looks) {
        match found {
            Ok(bucket) if named || bucket.website || !bucket.distributions.is_empty() => buckets.push(bucket),
            Ok(_) => {}
            Err(failure) if named => return Err(failure),
            Err(failure) => report.say(format!("note: the bucket {name} is left out ({failure})")),
        }
    }
    if buckets.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "no bucket of this account is a website or the origin of a distribution",
            "name the bucket: `imgdeploy init --bucket NAME`",
        ));
    }
    if let Some(id) = &distribution
        && buckets.iter().all(|bucket| bucket.distributions.is_empty())
    {
        report.say(format!(
            "note: no bucket here is an origin of the distribution {id}, so it is not in the file; attach can \
             still be told to use it: `--distribution {id}`"
        ));
    }
    let sites: Vec<String> = buckets.iter().map(|bucket| bucket.name.clone()).collect();
    let text = settings_file(&InitFacts { buckets });
    output::store(file, over, |to| to.write_all(text.as_bytes())).map_err(|error| unwritten(file, &error))?;
    report.result(
        &json!({
            "version": crate::report::DOCUMENT_VERSION,
            "command": "init",
            "outcome": "written",
            "file": Name(file).to_string(),
            "buckets": sites,
        }),
        &written(file, &sites),
    );
    Ok(Exit::Done)
}

fn written(file: &Path, sites: &[String]) -> Screen {
    let mut text = Screen::of(format_args!("{} written, with {}", Name(file), sites.join(", ")));
    let name = sites.first().map_or("NAME", String::as_str);
    // Another file than the usual one is read only when it is named.
    let attach = if file == Path::new(DEFAULT_FILE) {
        command!("imgdeploy attach --bucket {} --dry-run", name)
    } else {
        let file = Name(file).to_string();
        command!("imgdeploy attach --config {} --bucket {} --dry-run", file, name)
    };
    text.line(format_args!("next: look at it, then `{attach}`"));
    text
}

async fn look(
    clients: &Clients,
    account: &str,
    name: &str,
    distributions: &[DistributionSummary],
) -> Result<FoundBucket, Failure> {
    let region = engine::bucket_region(clients, name).await?;
    let bucket = BucketRead::new(clients, &region, name, account);
    let (website, block) = futures::join!(bucket.website(), bucket.public_access_block());
    // "Could not look" is not "no website".
    if let Fact::Unknown(failure) = &website {
        return Err(failure.clone().into());
    }
    Ok(FoundBucket {
        name: name.to_owned(),
        region,
        website: website.known().is_some(),
        public_access_blocked: match block {
            Fact::Known(block) => Some(block.block_public_policy || block.restrict_public_buckets),
            Fact::Absent => Some(false),
            Fact::Unknown(_) => None,
        },
        distributions: distributions.iter().filter_map(|one| in_front(one, name)).collect(),
    })
}

/// The distribution as `init` writes it down, if the bucket is one of its origins.
fn in_front(distribution: &DistributionSummary, name: &str) -> Option<FoundDistribution> {
    let kinds: Vec<OriginKind> = distribution
        .origins
        .iter()
        .filter_map(|domain| match parse_origin_host(domain) {
            OriginHost::Website { bucket, .. } if bucket == name => Some(OriginKind::Website),
            OriginHost::Rest { bucket, .. } if bucket == name => Some(OriginKind::Rest),
            _ => None,
        })
        .collect();
    let origin_kind =
        if kinds.contains(&OriginKind::Website) { OriginKind::Website } else { *kinds.first()? };
    Some(FoundDistribution {
        id: distribution.id.clone(),
        domain: distribution.domain.clone(),
        aliases: distribution.aliases.clone(),
        origin_kind,
    })
}

fn unwritten(file: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists {
        return Failure::new(
            Exit::Refused,
            format!("{} is there already", Name(file)),
            "give another `--output-file`, or `--force` to write over it",
        );
    }
    let why = format!("cannot write {}: {error}", Name(file));
    Failure::new(Exit::Usage, why, "choose another `--output-file`")
}
