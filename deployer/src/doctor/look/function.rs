//! The function: configuration, alias, policies.

use std::collections::BTreeMap;

use imgdeploy_checks::snapshot::{Alias, Code, Configuration, Function, Role};
use imgdeploy_world::Fact;

use super::Looker;
use super::route::Reference;
use super::target::Named;
use crate::aws::AwsFailure;
use crate::aws::failure::Answered;
use crate::aws::lambda;

/// Variables that hold secrets: their values get into no report.
const SECRETS: [&str; 1] = ["SECURITY_KEY"];
/// What stands for the value of a secret that is set.
pub(crate) const SECRET: &str = "(a secret)";

impl Looker {
    /// The function that the user named, before anything else is known. It is looked at as its API would call it: if it has the alias
    /// that this tool makes, by that.
    pub(super) async fn named_function(&self, named: &Named) -> Function {
        let region = named.region.clone().unwrap_or_else(|| self.clients().home_region());
        let function = lambda::Function::new(self.clients(), &region, &named.name);
        let alias = self.fact("lambda:GetAlias", function.alias(crate::function::LIVE)).await;
        let qualifier = alias.known().map(|alias| alias.name.clone());
        let reference = Reference { region, name: named.name.clone(), account: None, qualifier };
        self.configured(&reference).await
    }

    /// What needs the function's name only.
    pub(super) async fn configured(&self, reference: &Reference) -> Function {
        let lambda = self.clients().lambda(&reference.region);
        let Reference { region, name, qualifier, account } = reference.clone();
        let qualifier_of = qualifier.as_deref();
        let alias_name = qualifier_of.filter(|text| text.parse::<u64>().is_err() && *text != "$LATEST");
        let function = lambda::Function::new(self.clients(), &region, &name);
        let (configuration, latest, alias, versions, policy, unqualified_policy, reserved_concurrency) = futures::join!(
            self.fact("lambda:GetFunctionConfiguration", configuration(&lambda, &name, qualifier_of)),
            self.fact("lambda:GetFunctionConfiguration", configuration(&lambda, &name, None)),
            futures::future::OptionFuture::from(
                alias_name.map(|alias| self.fact("lambda:GetAlias", function.alias(alias)))
            ),
            self.fact("lambda:ListVersionsByFunction", function.versions()),
            self.fact("lambda:GetPolicy", policy(&lambda, &name, qualifier_of)),
            self.fact("lambda:GetPolicy", policy(&lambda, &name, None)),
            self.fact("lambda:GetFunctionConcurrency", function.reserved()),
        );
        Function {
            region,
            name,
            account,
            qualifier,
            configuration,
            latest,
            alias: alias.map(|alias| alias.map(|alias| Alias { name: alias.name, version: alias.version })),
            versions: versions.map(|all| all.into_iter().map(|version| version.version).collect()),
            policy,
            unqualified_policy,
            reserved_concurrency,
            role: Fact::Absent,
            code: Fact::Absent,
        }
    }

    /// Role and code, which need the configuration. Code that the stack published was checked before it was uploaded.
    pub(super) async fn depth_of(
        &self,
        function: &Function,
        known_code: Option<&str>,
    ) -> (Fact<Role>, Fact<Code>) {
        let found = match (&function.configuration, &function.latest) {
            (Fact::Known(found), _) | (Fact::Absent, Fact::Known(found)) => found,
            (Fact::Unknown(why), _) | (Fact::Absent, Fact::Unknown(why)) => {
                return (Fact::Unknown(why.clone()), Fact::Unknown(why.clone()));
            }
            (Fact::Absent, Fact::Absent) => return (Fact::Absent, Fact::Absent),
        };
        let known = known_code.is_some_and(|sha| sha == found.code_sha256);
        let code = async {
            if known { Fact::Absent } else { self.code(&function.region, &function.name, found).await }
        };
        futures::join!(self.role(&found.role), code)
    }
}

async fn configuration(
    lambda: &aws_sdk_lambda::Client,
    name: &str,
    qualifier: Option<&str>,
) -> Fact<Configuration> {
    let call = lambda.get_function_configuration().function_name(name);
    let sent = call.set_qualifier(qualifier.map(str::to_owned)).send().await;
    let answer = sent.map_err(|error| AwsFailure::from_sdk("lambda:GetFunctionConfiguration", &error));
    Fact::of(answer.map(|seen| {
        let variables = seen.environment().and_then(|environment| environment.variables());
        let environment: BTreeMap<String, String> = variables
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let secret = SECRETS.contains(&name.as_str()) && !value.is_empty();
                (name.clone(), if secret { SECRET.to_owned() } else { value.clone() })
            })
            .collect();
        let architecture = seen.architectures().first().map(aws_sdk_lambda::types::Architecture::as_str);
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Configuration {
            version: seen.version().unwrap_or_default().to_owned(),
            runtime: seen.runtime().map(|runtime| runtime.as_str().to_owned()),
            handler: text(seen.handler()),
            // What Lambda takes where nothing is said (LA-04).
            architecture: architecture.unwrap_or("x86_64").to_owned(),
            memory: seen.memory_size().and_then(|mb| u32::try_from(mb).ok()).unwrap_or_default(),
            timeout: seen.timeout().and_then(|s| u32::try_from(s).ok()).unwrap_or_default(),
            state: seen.state().map(|state| state.as_str().to_owned()),
            state_reason: text(seen.state_reason()),
            update_status: seen.last_update_status().map(|status| status.as_str().to_owned()),
            update_reason: text(seen.last_update_status_reason()),
            environment,
            code_sha256: seen.code_sha256().unwrap_or_default().to_owned(),
            role: seen.role().unwrap_or_default().to_owned(),
            log_group: seen
                .logging_config()
                .and_then(|logging| logging.log_group())
                .map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned),
        }
    }))
}

async fn policy(lambda: &aws_sdk_lambda::Client, name: &str, qualifier: Option<&str>) -> Fact<String> {
    let call = lambda.get_policy().function_name(name);
    let sent = call.set_qualifier(qualifier.map(str::to_owned)).send().await;
    match Fact::of(sent.map_err(|error| AwsFailure::from_sdk("lambda:GetPolicy", &error))) {
        Fact::Known(seen) => seen.policy().map_or(Fact::Absent, |text| Fact::Known(text.to_owned())),
        Fact::Absent => Fact::Absent,
        Fact::Unknown(failure) => Fact::Unknown(failure),
    }
}

/// For the log of a run: what the function is called by.
pub(crate) fn log_group(function: &Function) -> Option<String> {
    let found = function.configuration.known().or(function.latest.known())?;
    Some(found.log_group.clone())
}
