//! Origins that are the bucket's website, shared by two checks.

use imgdeploy_model::chain::cloudfront::{Distribution, Origin};
use imgdeploy_model::command;
use imgdeploy_model::region::{OriginHost, parse_origin_host, website_host};
use imgdeploy_model::shell::Command;

use crate::check::{Finding, Fix, Skip};
use crate::snapshot::{Bucket, Edge, Snapshot};

/// A finding about those origins of the distribution that are this bucket's website in a region or spelling that `wrong` refuses. It gets
/// the region in the host and the host as it is written. Nothing where no origin in use is a website of this bucket.
pub(super) fn about(
    snapshot: &Snapshot,
    wrong: impl Fn(&Bucket, &str, &str) -> bool,
    what: impl Fn(&str, &str) -> String,
) -> Result<Vec<Finding>, Skip> {
    let bucket = snapshot.bucket()?;
    let (edge, distribution) = snapshot.distribution()?;
    let sites: Vec<(&Origin, String)> = used(&distribution)
        .into_iter()
        .filter_map(|origin| match parse_origin_host(&origin.domain) {
            OriginHost::Website { bucket: name, region } if name == bucket.name => Some((origin, region)),
            _ => None,
        })
        .collect();
    if sites.is_empty() {
        return Err(Skip::Nothing);
    }
    let faulty: Vec<&(&Origin, String)> =
        sites.iter().filter(|(origin, region)| wrong(bucket, region, &host_of(origin))).collect();
    let Some((first, region)) = faulty.first() else {
        return Ok(Vec::new());
    };
    let right = website_host(&bucket.name, &bucket.region);
    let ids: Vec<&str> = faulty.iter().map(|(origin, _)| origin.id.as_str()).collect();
    let ours = ids.iter().all(|id| *id == format!("imgdeploy-website-{}", bucket.name));
    let finding =
        Finding::new(what(region, &right), place(edge, &ids), cure(edge, &ids, &right, ours, bucket))
            .value(first.domain.as_str());
    Ok(vec![if ours { finding.fix(Fix::Documents) } else { finding }])
}

fn host_of(origin: &Origin) -> String {
    origin.domain.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// An origin that no behaviour leads to does no harm.
fn used(distribution: &Distribution) -> Vec<&Origin> {
    let mut origins: Vec<&Origin> = Vec::new();
    for behavior in distribution.behaviors.iter().chain([&distribution.default_behavior]) {
        for origin in distribution.origins_for(&behavior.target).0 {
            if !origins.iter().any(|known| known.id == origin.id) {
                origins.push(origin);
            }
        }
    }
    origins
}

fn place(edge: &Edge, ids: &[&str]) -> String {
    format!("distribution {}, origin {}, DomainName", edge.id, ids.join(" and "))
}

fn cure(edge: &Edge, ids: &[&str], right: &str, ours: bool, bucket: &Bucket) -> Command {
    if ours {
        return command!("imgdeploy doctor --fix --bucket {}", bucket.name);
    }
    command!(
        "aws cloudfront get-distribution-config --id {id} > dist.json; in it set DomainName of the origin {ids} to {right}; then \
         aws cloudfront update-distribution --id {id} --if-match (the ETag in dist.json) --distribution-config (its DistributionConfig)",
        id = edge.id,
        ids = ids.join(" and "),
        right = right
    )
}
