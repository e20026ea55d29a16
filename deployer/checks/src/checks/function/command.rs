//! Commands and places that name a function.

use crate::check::Finding;
use crate::check::Fix;
use crate::snapshot::{Function, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

/// What a version or alias has to be named for; `$LATEST` is what is called without one.
pub(super) fn qualifier(function: &Function) -> Option<&str> {
    function.qualifier.as_deref().filter(|qualifier| *qualifier != "$LATEST")
}

/// The function and what is called of it: `resize` or `resize:Live`.
pub(super) fn called(function: &Function) -> String {
    match qualifier(function) {
        Some(qualifier) => format!("{}:{qualifier}", function.name),
        None => function.name.clone(),
    }
}

/// The function and a field of it, for [`Finding::place`].
pub(super) fn place(function: &Function, field: &str) -> String {
    format!("function {} in {}, {field}", called(function), function.region)
}

/// `--function-name F --region R`.
pub(super) fn named(function: &Function) -> Command {
    command!("--function-name {} --region {}", function.name, function.region)
}

/// The same with `--qualifier`, where a version or alias is called.
pub(super) fn named_as_called(function: &Function) -> Command {
    match qualifier(function) {
        Some(qualifier) => command!("{} --qualifier {qualifier}", named(function), qualifier = qualifier),
        None => named(function),
    }
}

/// Other code: that of the tool for its own function, a zip of one's own for any other.
pub(super) fn update_code(snapshot: &Snapshot, function: &Function) -> Command {
    if snapshot.is_ours(function) {
        return command!("imgdeploy update-code {}", snapshot.flags());
    }
    let alias = match (&function.alias, qualifier(function)) {
        (Some(_), Some(alias)) => command!(" --alias {alias}", alias = alias),
        _ => Command::default(),
    };
    let (name, region) = (&function.name, &function.region);
    command!(
        "imgdeploy update-code --function {name} --region {region}{alias} --zip FILE",
        name = name,
        region = region,
        alias = alias
    )
}

/// Other settings, also for those who call an alias: a version is published and the alias moved to it.
pub(super) fn configure(function: &Function, options: impl Into<Command>) -> Command {
    let (named, options) = (named(function), options.into());
    let update = command!(
        "aws lambda update-function-configuration {named} {options}",
        named = named,
        options = options
    );
    match (&function.alias, qualifier(function)) {
        (Some(_), Some(alias)) => command!(
            "{update} && aws lambda wait function-updated-v2 {named} && aws lambda update-alias {named} --name {alias} \
             --function-version \"$(aws lambda publish-version {named} --query Version --output text)\"",
            update = update,
            named = named,
            alias = alias
        ),
        _ => update,
    }
}

/// One environment variable, the others left as they are. `update-function-configuration` replaces all of them, also those that
/// are not in the snapshot because they hold secrets: so they are read again on the spot.
pub(super) fn set_variable(function: &Function, name: &str, value: &str) -> Command {
    let program = format!(".Variables.{name}={}", serde_json::Value::from(value));
    let read = command!(
        "aws lambda get-function-configuration {} --query Environment --output json | jq -c {}",
        named(function),
        program
    );
    configure(function, command!("--environment \"$({})\"", read))
}

/// What is wrong with how the function is set up: `--fix` puts that of the tool's own function right.
pub(super) fn of_configuration(
    snapshot: &Snapshot,
    function: &Function,
    what: String,
    field: &str,
    foreign_cure: Command,
) -> Finding {
    let place = place(function, field);
    if snapshot.is_ours(function) {
        Finding::new(what, place, snapshot.fix_command()).fix(Fix::Configuration)
    } else {
        Finding::new(what, place, foreign_cure)
    }
}
