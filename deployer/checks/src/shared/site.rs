//! What the checks of the bucket share: what it is for, what its rules do with a derived key, and commands that change it.

use imgdeploy_model::chain::encode::{PlusInPath, decode_key};
use imgdeploy_model::chain::message::Request;
use imgdeploy_model::chain::website::RoutingRule;
use imgdeploy_model::command;
use imgdeploy_model::shell::{Command, Quoted, Remark};

use super::part;
use crate::check::Skip;
use crate::snapshot::derive::ImageRule;
use crate::snapshot::{Bucket, End, Service, Snapshot};
use imgdeploy_world::Fact;

/// The bucket, if viewers get its derived images through the website endpoint.
///
/// # Errors
/// [`Skip`]; [`Skip::Nothing`] where nothing is resized or a distribution reads from the REST endpoint.
pub(crate) fn by_website(snapshot: &Snapshot) -> Result<&Bucket, Skip> {
    let bucket = snapshot.bucket()?;
    if !snapshot.is_meant() {
        return Err(match &snapshot.stack {
            Fact::Unknown(why) => Skip::Unseen(why.clone()),
            _ => Skip::Nothing,
        });
    }
    if part::is_rest(snapshot) { Err(Skip::Nothing) } else { Ok(bucket) }
}

/// The rules that lead to the resizer and are for the sample key, whatever the error.
///
/// # Errors
/// [`Skip`]; [`Skip::Nothing`] where there is none: IMG057 speaks of that.
pub(crate) fn fitting(snapshot: &Snapshot) -> Result<Vec<ImageRule>, Skip> {
    let key = snapshot.sample_key();
    let mut rules = snapshot.image_rules()?;
    rules.retain(|rule| key.starts_with(rule.rule.condition.key_prefix.as_deref().unwrap_or_default()));
    if rules.is_empty() || snapshot.website()?.redirect_all.is_some() {
        return Err(Skip::Nothing);
    }
    Ok(rules)
}

/// Whether one of the rules is for this status.
pub(crate) fn covers(rules: &[ImageRule], status: u16) -> bool {
    rules.iter().any(|rule| rule.rule.condition.error_code.is_none_or(|code| code == status))
}

/// What the website answered for a derived key that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// A rule led to the resizer: whatever the status was, it is covered.
    Redirected,
    /// No rule: this status.
    Status(u16),
    /// The walks don't tell.
    Untold,
}

/// What the walks tell about the status of absent keys (S3-04).
pub(crate) fn absent_key(snapshot: &Snapshot) -> Absent {
    let prefix = snapshot.prefix();
    let hosts: Vec<String> =
        snapshot.image_rules().unwrap_or_default().into_iter().map(|rule| rule.host).collect();
    let mut told = Absent::Untold;
    for walk in snapshot.walks.iter().filter(|walk| key_of(&walk.url).starts_with(&prefix)) {
        for hop in &walk.hops {
            let code = hop.headers.get("x-amz-error-code").map(String::as_str);
            match (hop.status, hop.service) {
                (300..400, Service::Website | Service::CloudFront) => {
                    let location = hop.headers.get("location").map(String::as_str).unwrap_or_default();
                    let Some(to) = Request::get(location) else { continue };
                    if hosts.contains(&to.host) {
                        return Absent::Redirected;
                    }
                    // Where only one status leads there, by somebody else's rule, that is what it was.
                    let leads = |status| {
                        let website = snapshot.website().ok()?;
                        website.rule_for(&key_of(&hop.url), Some(status))?.1.redirect.host.clone()
                    };
                    let there: Vec<u16> = [403, 404]
                        .into_iter()
                        .filter(|status| leads(*status).as_ref() == Some(&to.host))
                        .collect();
                    if let [status] = there[..] {
                        told = Absent::Status(status);
                    }
                }
                // CloudFront has errors of its own; those of S3 have a code.
                (403, Service::Website) if matches!(code, None | Some("AccessDenied")) => {
                    told = Absent::Status(403);
                }
                (404, Service::Website) if matches!(code, None | Some("NoSuchKey")) => {
                    told = Absent::Status(404);
                }
                (403, Service::CloudFront) if code == Some("AccessDenied") => told = Absent::Status(403),
                (404, Service::CloudFront) if code == Some("NoSuchKey") => told = Absent::Status(404),
                // From here on it is about an object that the function has written.
                _ => break,
            }
        }
    }
    told
}

fn key_of(url: &str) -> String {
    Request::get(url).and_then(|request| decode_key(&request.path, PlusInPath::Literal)).unwrap_or_default()
}

/// Whether a walk got an image whose URL ends with this key. `made`: by way of the function, so that it read an original.
pub(crate) fn was_served(snapshot: &Snapshot, key: &str, made: bool) -> bool {
    snapshot.walks.iter().any(|walk| {
        matches!(walk.end, End::Image { .. })
            && key_of(&walk.url).ends_with(key)
            && (!made || walk.hops.iter().any(|hop| hop.service == Service::Function))
    })
}

/// Whether a walk got an image by way of the function: then it may do what that takes.
pub(crate) fn was_made(snapshot: &Snapshot) -> bool {
    was_served(snapshot, "", true)
}

/// How to call a rule in a message, from 1.
pub(crate) fn rule_place(bucket: &Bucket, at: usize) -> String {
    format!("bucket {}, website configuration, routing rule {}", bucket.name, at + 1)
}

/// `1`, `1 and 2`, `1, 2 and 3`.
pub(crate) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Positions of rules as people count them, with the noun.
pub(crate) fn rules_named(rules: &[&ImageRule]) -> String {
    let noun = if rules.len() == 1 { "routing rule" } else { "routing rules" };
    format!("{noun} {}", list(rules.iter().map(|rule| rule.at + 1)))
}

/// In short what a rule does.
pub(crate) fn describe(rule: &RoutingRule) -> String {
    let prefix = rule.condition.key_prefix.as_deref().unwrap_or_default();
    let code = rule.condition.error_code.map(|code| format!(" on {code}")).unwrap_or_default();
    let host = rule.redirect.host.as_deref().unwrap_or("the same host");
    let path = match (&rule.redirect.replace_key_with, &rule.redirect.replace_key_prefix_with) {
        (Some(key), _) => format!("/{key}"),
        (None, Some(start)) => format!("/{start}..."),
        (None, None) => "/...".to_owned(),
    };
    format!("{prefix}*{code} -> {host}{path}")
}

/// Commands that change the website configuration, which S3 takes as a whole only (S3-06).
pub(crate) fn edit_website(bucket: &Bucket, change: &str) -> Command {
    let Bucket { name, region, .. } = bucket;
    let change = Remark(change);
    command!(
        "aws s3api get-bucket-website --bucket {name} --region {region} > website.json\n\
         # in website.json: {change}\n\
         aws s3api put-bucket-website --bucket {name} --region {region} --website-configuration file://website.json",
        name = name,
        region = region,
        change = change
    )
}

/// Commands that change the policy, which S3 takes as a whole only (S3-25).
pub(crate) fn edit_policy(bucket: &Bucket, change: &str) -> Command {
    let Bucket { name, region, .. } = bucket;
    let change = Remark(change);
    command!(
        "aws s3api get-bucket-policy --bucket {name} --region {region} --query Policy --output text > policy.json\n\
         # in policy.json: {change}\n\
         aws s3api put-bucket-policy --bucket {name} --region {region} --policy file://policy.json",
        name = name,
        region = region,
        change = change
    )
}

/// Commands that delete derived objects and make the distribution forget them: they are then made again.
pub(crate) fn remove(snapshot: &Snapshot, bucket: &Bucket, keys: &[&str]) -> Command {
    let region = &bucket.region;
    let mut lines: Vec<Command> = keys
        .iter()
        .take(3)
        .map(|key| command!("aws s3 rm {} --region {region}", uri(bucket, key), region = region))
        .collect();
    if keys.len() > 3 {
        lines.push(command!("# and the same for {} more", keys.len() - 3));
    }
    if let Some(edge) = &snapshot.edge {
        lines.push(part::invalidation(&edge.id, &snapshot.prefix()));
    }
    Command::join(&lines, "\n")
}

/// An object's address.
pub(crate) fn uri(bucket: &Bucket, key: &str) -> Command {
    command!("{}", Quoted(&format!("s3://{}/{key}", bucket.name)))
}

/// The first of some keys, and how many more there are.
pub(crate) fn keys_named(keys: &[&str]) -> String {
    match keys {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
