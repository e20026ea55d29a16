//! IMG088

use imgdeploy_model::chain::message::Url;
use imgdeploy_model::command;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict, need};
use crate::shared::part::{Part, redirect_host};
use crate::snapshot::Snapshot;

pub const CHECK: Check = Check {
    code: "IMG088",
    title: "redirects lead to a name that is not the distribution's",
    hop: Hop::CloudFront,
    severity: Severity::Error,
    inputs: &[Input::Distribution, Input::Function, Input::Stack],
    symptom: "The first request for an image ends at another address: a name that does not resolve, a certificate warning, or \
              CloudFront's 403 \"The request could not be satisfied\".",
    story: "The function sends viewers back to the address in its variable URL. CloudFront answers for its own domain and for the \
            alternate domain names in its configuration, for others with 403 even if DNS leads there (CF-19). A distribution that \
            was replaced, or a domain that moved, leaves the old address in the function.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html",
    cure: "set URL to an alternate domain name of the distribution (`imgdeploy attach --url`), or add that name to the distribution",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let part = Part::any(snapshot)?;
    let host = redirect_host(snapshot)?;
    // The URL of an API is a fault of the function's, and its check names it.
    if matches!(parse_origin_host(&host), OriginHost::ExecuteApi { .. }) {
        return Err(Skip::Nothing);
    }
    if part.has_name(&host) == Some(true) {
        return Ok(Vec::new());
    }
    let domain = need(&part.edge.domain)?;
    // The host may be another's of several in front of the bucket.
    let edges = need(&snapshot.edges).map(Vec::as_slice).unwrap_or_default();
    if !part.edge.attached && edges.iter().any(|id| *id != part.edge.id) {
        return Err(Skip::Nothing);
    }
    let aliases = &part.distribution.aliases;
    let id = &part.edge.id;
    let names = if aliases.is_empty() { domain.clone() } else { aliases.join(", ") };
    let right = aliases.iter().find(|alias| !alias.starts_with("*.")).unwrap_or(domain);
    let cure = match (&snapshot.bucket, &snapshot.function) {
        (Some(bucket), _) if snapshot.is_attached() => {
            command!(
                "imgdeploy attach --bucket {} --distribution {id} --url https://{right}",
                bucket.name,
                id = id,
                right = right
            )
        }
        (_, Some(function)) => command!(
            "set the environment variable URL of function {} in {} to https://{right}, or add {host} to the alternate domain names \
             of distribution {id}",
            function.name,
            function.region,
            right = right,
            host = host,
            id = id
        ),
        _ => command!("set URL to https://{right}", right = right),
    };
    let finding = Finding::new(
        format!("redirects lead back to {host}, and distribution {id} answers for {names}"),
        "function, environment variable URL",
        cure,
    )
    .value(&host);
    // The stack was told another name, which is right: then the variable was changed by hand.
    let told = snapshot.stack.known().and_then(|stack| stack.url.as_deref()).and_then(Url::parse);
    let mends = told.is_some_and(|told| told.host != host && part.has_name(&told.host) == Some(true));
    Ok(vec![if mends { finding.by_tool(snapshot, Fix::Configuration) } else { finding }])
}
