//! IMG033

use super::command::{named, place, qualifier};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Skip, Verdict, need_or_absent};
use crate::snapshot::{Function, Snapshot};
use imgdeploy_model::command;
use imgdeploy_model::shell::Command;

pub const CHECK: Check = Check {
    code: "IMG033",
    title: "the alias or version that is called does not exist",
    hop: Hop::Function,
    severity: Severity::Error,
    inputs: &[Input::Function],
    symptom: "Viewers get 500 with `{\"message\":\"Internal server error\"}`: the function is there, but not the version that the API asks for.",
    story: "The API calls the function through an alias or a version number. When that is deleted, for example by a script that tidies \
            up old versions, API Gateway has nothing to call and answers 500 as it does for a missing permission (AG-05). Publishing \
            a version does not bring an alias back or move it (LA-06).",
    page: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html",
    cure: "imgdeploy doctor --fix, or aws lambda create-alias or update-alias with a version that is there",
    effect_of: EffectOf::Codes(&["IMG021", "IMG052"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let function = snapshot.function()?;
    let Some(qualifier) = qualifier(function) else { return Err(Skip::Nothing) };
    if function.latest.is_absent() {
        return Err(Skip::Nothing);
    }
    let newest = newest(function);
    let (what, command, value) = match &function.alias {
        Some(alias) => match need_or_absent(alias)? {
            None => {
                (format!("the function {} has no alias {qualifier}", function.name), "create-alias", None)
            }
            Some(alias) if is_there(function, &alias.version) => return Ok(Vec::new()),
            Some(alias) => (
                format!("the alias {qualifier} points to version {}, which does not exist", alias.version),
                "update-alias",
                Some(alias.version.clone()),
            ),
        },
        None if need_or_absent(&function.configuration)?.is_some() => return Ok(Vec::new()),
        None => {
            // Other code may stand behind any number, so that it is for a person to choose.
            need_or_absent(&function.latest)?;
            let instead = newest
                .map_or_else(Command::default, |newest| command!(", or version {newest}", newest = newest));
            let cure = command!(
                "let the integration of the API call {} without :{qualifier}{instead}, and deploy the API",
                function.name,
                qualifier = qualifier,
                instead = instead
            );
            let what = format!("the function {} has no version {qualifier}", function.name);
            return Ok(vec![Finding::new(what, place(function, "version"), cure)]);
        }
    };
    need_or_absent(&function.latest)?;
    let named = named(function);
    let finding = match newest {
        _ if snapshot.is_ours(function) => {
            let repair = if newest.is_some() {
                snapshot.fix_command()
            } else {
                command!("imgdeploy attach {}", snapshot.flags())
            };
            Finding::new(what, place(function, "alias"), repair)
        }
        Some(version) => {
            let cure = command!(
                "aws lambda {command} {named} --name {qualifier} --function-version {version}",
                command = command,
                named = named,
                qualifier = qualifier,
                version = version
            );
            Finding::new(what, place(function, "alias"), cure)
        }
        None => {
            let publish =
                command!("aws lambda publish-version {named} --query Version --output text", named = named);
            let cure = command!(
                "aws lambda {command} {named} --name {qualifier} --function-version \"$({publish})\"",
                command = command,
                named = named,
                qualifier = qualifier,
                publish = publish
            );
            Finding::new(what, place(function, "alias"), cure)
        }
    };
    let finding = if newest.is_some() { finding.fix(Fix::Alias) } else { finding };
    Ok(vec![match value {
        Some(value) => finding.value(value),
        None => finding,
    }])
}

/// Whether the version that the alias points to exists, as far as can be seen.
fn is_there(function: &Function, version: &str) -> bool {
    let listed = function.versions.known();
    let gone =
        listed.is_some_and(|versions| version != "$LATEST" && !versions.iter().any(|one| one == version));
    !gone && !function.configuration.is_absent()
}

fn newest(function: &Function) -> Option<u64> {
    function.versions.known()?.iter().filter_map(|version| version.parse().ok()).max()
}
