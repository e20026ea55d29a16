//! `init`: writes a commented settings file from what is in the account.

use std::path::Path;

use futures::future::join_all;
use serde_json::json;

use crate::aws::edge::{self, DistributionSummary};
use crate::aws::read::{self, BucketRead};
use crate::aws::{Clients, FailureKind};
use crate::cli::InitArgs;
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::fact::Fact;
use crate::report::Report;
use crate::settings::Access;
use crate::settings::write::{FoundBucket, FoundDistribution, InitFacts, OriginKind, settings_file};
use imgdeploy_model::region::{OriginHost, parse_origin_host};

/// Runs the command.
///
/// # Errors
/// With the documented exit code; a file that is there is kept unless `--force`.
pub async fn run(access: &Access, args: &InitArgs, report: &Report) -> Result<Exit, Failure> {
    let file = &args.output_file;
    if file.exists() && !args.force {
        return Err(Failure::new(
            Exit::Refused,
            format!("{} is there already", file.display()),
            "give another `--output-file`, or `--force` to write over it",
        ));
    }
    let clients = engine::clients(access).await?;
    let caller = read::caller(&clients).await?;
    let (named, distribution) = args.named()?;
    let distributions = match edge::distributions(&clients).await {
        Fact::Known(found) => found,
        Fact::Absent => Vec::new(),
        Fact::Unknown(failure) => {
            report.say(&format!("note: distributions are left out ({failure})"));
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
    let names: Vec<String> = if named.is_empty() {
        read::bucket_names(&clients).await?
    } else {
        named.iter().map(ToString::to_string).collect()
    };
    let named = !named.is_empty();
    let looks = names.iter().map(|name| look(&clients, &caller.account, name, &distributions));
    let mut buckets = Vec::new();
    for (name, found) in names.iter().zip(join_all(looks).await) {
        match found {
            Ok(bucket) if named || bucket.website || !bucket.distributions.is_empty() => buckets.push(bucket),
            Ok(_) => {}
            Err(failure) if named => return Err(failure),
            Err(failure) => report.say(&format!("note: the bucket {name} is left out ({failure})")),
        }
    }
    if buckets.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "no bucket of this account is a website or the origin of a distribution",
            "name the bucket: `imgdeploy init --bucket NAME`",
        ));
    }
    let sites: Vec<String> = buckets.iter().map(|bucket| bucket.name.clone()).collect();
    store(file, &settings_file(&InitFacts { buckets }))?;
    report.result(
        &json!({
            "version": crate::report::DOCUMENT_VERSION,
            "command": "init",
            "outcome": "written",
            "file": file.display().to_string(),
            "buckets": sites,
        }),
        &format!(
            "{} written, with {}\nnext: look at it, then `imgdeploy attach --bucket {} --dry-run`\n",
            file.display(),
            sites.join(", "),
            sites.first().map_or("NAME", String::as_str)
        ),
    );
    Ok(Exit::Done)
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
    if let Fact::Unknown(failure) = &website
        && failure.kind == FailureKind::Denied
    {
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

/// Writes beside and renames: a cut-off run leaves no half file.
fn store(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::Usage,
            format!("cannot write {}: {error}", file.display()),
            "choose another `--output-file`",
        )
    };
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, text).map_err(failed)?;
    std::fs::rename(&beside, file).map_err(failed)
}
