//! Routing rules that lead to an API that is not there, shared by two checks.

use super::commands;
use super::route::{image_rules, rule_names, rule_place};
use crate::check::{Finding, Fix, Skip, Verdict};
use crate::snapshot::Snapshot;
use crate::snapshot::derive::ImageRule;
use imgdeploy_model::shell::Command;
use imgdeploy_world::Fact;

/// An API that rules name and that is not there.
struct Gone<'a> {
    id: &'a str,
    /// The region in its host.
    region: &'a str,
    /// Its host, as in the rules.
    host: &'a str,
    /// `routing rules 1 and 2 lead`.
    rules: String,
    place: String,
}

/// Findings about the APIs in those regions that rules for derived images name and that AWS says are not there, one for each.
pub(in crate::checks) fn findings(snapshot: &Snapshot, in_region: impl Fn(&str) -> bool) -> Verdict {
    let rules: Vec<ImageRule> = image_rules(snapshot)?.into_iter().map(|(rule, _)| rule).collect();
    if rules.is_empty() {
        return Err(Skip::Nothing);
    }
    let mut found: Vec<Finding> = Vec::new();
    let mut unseen = None;
    let mut done: Vec<(&str, &str)> = Vec::new();
    for rule in &rules {
        let Some((id, region)) = &rule.api else { continue };
        if !in_region(region) || done.contains(&(id.as_str(), region.as_str())) {
            continue;
        }
        done.push((id, region));
        match snapshot.apis.iter().find(|seen| seen.id == *id && seen.region == *region).map(|seen| &seen.api)
        {
            Some(Fact::Absent) => {
                let those: Vec<&ImageRule> = rules.iter().filter(|other| other.api == rule.api).collect();
                let gone = Gone {
                    id,
                    region,
                    host: &rule.host,
                    rules: format!(
                        "{} lead{}",
                        rule_names(those.iter().copied()),
                        if those.len() == 1 { "s" } else { "" }
                    ),
                    place: format!("{}, HostName", rule_place(snapshot, those.iter().copied())),
                };
                found.push(gone.finding(snapshot));
            }
            Some(Fact::Unknown(why)) => unseen = unseen.or(Some(why.clone())),
            _ => {}
        }
    }
    match unseen {
        Some(why) if found.is_empty() => Err(Skip::Unseen(why)),
        _ => Ok(found),
    }
}

impl Gone<'_> {
    fn finding(&self, snapshot: &Snapshot) -> Finding {
        let what = format!(
            "{} to {}, and there is no REST API {} in {}",
            self.rules, self.host, self.id, self.region
        );
        let finding = Finding::new(what, self.place.clone(), self.cure(snapshot)).value(self.host);
        if self.is_mended_by_documents(snapshot) { finding.fix(Fix::Documents) } else { finding }
    }

    /// Whether writing our rules anew leads to an API that is there.
    fn is_mended_by_documents(&self, snapshot: &Snapshot) -> bool {
        let host = snapshot.stack.known().and_then(|stack| stack.api_host.as_deref());
        host.is_some_and(|host| host != self.host)
    }

    /// What to do about it.
    fn cure(&self, snapshot: &Snapshot) -> Command {
        if self.is_mended_by_documents(snapshot) || !snapshot.is_attached() {
            let there = snapshot.apis.iter().find(|seen| seen.api.known().is_some());
            let host = there.map_or_else(
                || "the host of the API that calls the function (`aws apigateway get-rest-apis` lists the ids)".to_owned(),
                |seen| imgdeploy_model::region::execute_api_host(&seen.id, &seen.region),
            );
            commands::rewrite_rules(snapshot, &format!("set HostName {} to {host}", self.host))
        } else {
            commands::attach_again(snapshot)
        }
    }
}
