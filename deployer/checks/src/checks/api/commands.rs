//! Commands that mend an API, ready to be pasted.

use super::route::{Get, Way};
use crate::snapshot::{ApiSeen, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::{Command, Quoted, Remark};

/// The tool's own way for its own API, else the command.
pub(super) fn fix_or(snapshot: &Snapshot, ours: bool, command: impl FnOnce() -> Command) -> Command {
    if ours { snapshot.fix_command() } else { command() }
}

/// Puts an API as it is edited onto a stage; makes the stage if there is none.
pub(super) fn deploy(seen: &ApiSeen, stage: &str) -> Command {
    command!(
        "aws apigateway create-deployment --rest-api-id {} --stage-name {stage} --region {}",
        seen.id,
        seen.region,
        stage = stage
    )
}

/// Options that name a method of a resource; the resource's id is looked up by its path.
pub(super) fn method_options(seen: &ApiSeen, resource: &str, method: &str) -> Command {
    let (id, region) = (&seen.id, &seen.region);
    let query = format!("items[?path=='{resource}'].id");
    command!(
        "--rest-api-id {id} --region {region} --http-method {method} --resource-id $(aws apigateway get-resources --rest-api-id {id} \
         --region {region} --query {query} --output text)",
        id = id,
        region = region,
        method = method,
        query = query
    )
}

/// Changes one field of the GET method, and deploys that.
pub(super) fn set_on_get(get: &Get<'_>, field: &str, value: &str) -> Command {
    let seen = get.way.seen;
    command!("{} && {}", set_field(seen, get.resource, get.name, field, value), deploy(seen, &get.way.stage))
}

/// Changes one field of a method as edited.
pub(super) fn set_field(seen: &ApiSeen, resource: &str, method: &str, field: &str, value: &str) -> Command {
    command!(
        "aws apigateway update-method {} --patch-operations op=replace,path=/{field},value={value}",
        method_options(seen, resource, method),
        field = field,
        value = value
    )
}

/// An open GET with the Lambda function behind it, deployed.
pub(super) fn put_get(way: &Way<'_>, resource: &str, uri: &str) -> Command {
    let options = method_options(way.seen, resource, "GET");
    command!(
        "aws apigateway put-method {options} --authorization-type NONE && {} && {}",
        put_integration(way.seen, resource, "GET", uri),
        deploy(way.seen, &way.stage),
        options = options
    )
}

/// A proxy integration as Lambda needs it (AG-08).
pub(super) fn put_integration(seen: &ApiSeen, resource: &str, method: &str, uri: &str) -> Command {
    command!(
        "aws apigateway put-integration {} --type AWS_PROXY --integration-http-method POST --uri {uri}",
        method_options(seen, resource, method),
        uri = Quoted(uri)
    )
}

/// Rewrites the bucket's rules: `doctor`'s way where the tool has its stack, else by hand.
pub(super) fn rewrite_rules(snapshot: &Snapshot, change: &str) -> Command {
    if snapshot.is_attached() {
        return snapshot.fix_command();
    }
    rewrite_by_hand(snapshot, change)
}

/// Rewrites the bucket's rules by hand, with `change` in the file.
pub(super) fn rewrite_by_hand(snapshot: &Snapshot, change: &str) -> Command {
    let bucket = snapshot.bucket.as_ref().map_or("BUCKET", |bucket| bucket.name.as_str());
    let change = Remark(change);
    command!(
        "aws s3api get-bucket-website --bucket {bucket} > website.json; in it {change}; then \
         aws s3api put-bucket-website --bucket {bucket} --website-configuration file://website.json",
        bucket = bucket,
        change = change
    )
}

/// Makes the tool's stack again, where something in it was deleted by hand.
pub(super) fn attach_again(snapshot: &Snapshot) -> Command {
    let flags = snapshot.flags();
    command!("imgdeploy detach {flags} && imgdeploy attach {flags}", flags = flags)
}
