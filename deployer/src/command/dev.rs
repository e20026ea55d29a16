//! `dev`: serves the chain of a bucket on this machine.

use serde_json::json;

use imgdeploy_model::region;

use crate::aws::Clients;
use crate::aws::read::{self, BucketRead};
use crate::cli::DevArgs;
use crate::command::engine;
use crate::dev::{self, DevConfig, DevError, DevUrls};
use crate::error::{Exit, Failure};
use crate::journal::Journal;
use crate::names;
use crate::report::{DOCUMENT_VERSION, Report, Screen};
use crate::settings::{DistributionChoice, Site};
use crate::stack::{self, Stacks};
use imgdeploy_world::Fact;

/// Runs the command until Ctrl-C.
///
/// # Errors
/// With the documented exit code.
pub async fn run(site: &Site, args: &DevArgs, report: &Report) -> Result<Exit, Failure> {
    let clients = engine::clients(&site.access).await?;
    let bucket = site.bucket.as_str();
    let (caller, region) = futures::join!(read::caller(&clients), engine::bucket_region(&clients, bucket));
    let (caller, region) = (caller?, region?);
    let distribution = match &site.distribution {
        DistributionChoice::Id(id) => Some(id.to_string()),
        DistributionChoice::Without => None,
        DistributionChoice::Find => {
            let artifacts = names::artifacts_bucket(&caller.account, &region);
            let read = BucketRead::new(&clients, &region, &artifacts, &caller.account);
            match read.text(&names::journal_key(bucket)).await {
                Fact::Known((text, _)) => match Journal::parse(&text, bucket) {
                    Ok(journal) => journal.distribution.map(|recorded| recorded.id),
                    Err(error) => {
                        report.say(format!("note: no distribution is served: {error}"));
                        None
                    }
                },
                // Not attached: perhaps made by `up`, whose stack has the distribution.
                Fact::Absent => own_distribution(&clients, &region, bucket).await?,
                Fact::Unknown(failure) => {
                    report.say(format!(
                        "note: no distribution is served, name it with --distribution ({failure})"
                    ));
                    None
                }
            }
        }
    };
    if clients.endpoint_url().is_none() {
        report.say("note: calls of the resizer are passed on at an emulator's endpoint only: with AWS itself they answer 502");
    }
    let mut config = DevConfig::new(bucket, &region, &region::website_host(bucket, &region));
    config.distribution = distribution;
    config.cdn_port = args.cdn_port;
    config.website_port = args.website_port;
    config.api_port = args.api_port;
    config.origins = args.origins.iter().cloned().collect();
    let served = dev::run(&clients, config, |urls| {
        report.result(
            &json!({
                "version": DOCUMENT_VERSION,
                "command": "dev",
                "outcome": "serving",
                "cdn": urls.cdn,
                "website": urls.website,
                "api": urls.api,
            }),
            &served_at(urls),
        );
    });
    match served.await {
        Ok(()) => Ok(Exit::Done),
        Err(DevError::Aws(failure)) => Err(failure.into()),
        Err(error @ DevError::Port { .. }) => {
            Err(Failure::new(Exit::Usage, error.to_string(), "0 takes any free port"))
        }
        Err(error @ DevError::Signal(_)) => {
            Err(Failure::new(Exit::Unexpected, error.to_string(), "run this again"))
        }
    }
}

fn served_at(urls: &DevUrls) -> Screen {
    let mut text = Screen::new();
    text.line(format_args!("CDN      {}", urls.cdn));
    text.line(format_args!("website  {}", urls.website));
    text.line(format_args!("API      {}", urls.api));
    text.line("Ctrl-C ends it");
    text
}

/// The distribution in the bucket's own stack.
async fn own_distribution(clients: &Clients, region: &str, bucket: &str) -> Result<Option<String>, Failure> {
    let found = Stacks::new(clients, region).observe(&stack::stack_name(bucket)).await?;
    Ok(found.and_then(|mut stack| stack.outputs.remove(stack::OUTPUT_DISTRIBUTION)))
}
