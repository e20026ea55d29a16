//! The function: configuration, alias, policies.

use imgdeploy_checks::snapshot::{Code, Function, Role};
use imgdeploy_world::Fact;

use super::Looker;
use super::route::Reference;
use super::target::Named;
use crate::aws::{lambda, role};

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
        let Reference { region, name, qualifier, account } = reference.clone();
        let qualifier_of = qualifier.as_deref();
        let alias_name = qualifier_of.filter(|text| text.parse::<u64>().is_err() && *text != "$LATEST");
        let function = lambda::Function::new(self.clients(), &region, &name);
        let (configuration, latest, alias, versions, policy, unqualified_policy, reserved_concurrency) = futures::join!(
            self.fact("lambda:GetFunctionConfiguration", function.configuration(qualifier_of)),
            self.fact("lambda:GetFunctionConfiguration", function.configuration(None)),
            futures::future::OptionFuture::from(
                alias_name.map(|alias| self.fact("lambda:GetAlias", function.alias(alias)))
            ),
            self.fact("lambda:ListVersionsByFunction", function.versions()),
            self.fact("lambda:GetPolicy", function.policy(qualifier_of)),
            self.fact("lambda:GetPolicy", function.policy(None)),
            self.fact("lambda:GetFunctionConcurrency", function.reserved()),
        );
        Function {
            region,
            name,
            account,
            qualifier,
            configuration,
            latest,
            alias,
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

    /// The role with this ARN.
    async fn role(&self, arn: &str) -> Fact<Role> {
        // Behind `role/` there may be a path.
        let Some(name) = arn.rsplit('/').next().filter(|name| !name.is_empty()) else { return Fact::Absent };
        self.fact("iam:GetRole", async { Fact::of(role::role(self.clients(), name).await) }).await
    }
}

/// For the log of a run: what the function is called by.
pub(crate) fn log_group(function: &Function) -> Option<String> {
    let found = function.configuration.known().or(function.latest.known())?;
    Some(found.log_group.clone())
}
