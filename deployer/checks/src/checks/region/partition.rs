//! IMG008

use imgdeploy_model::command;
use imgdeploy_model::shell::Remark;
use std::collections::BTreeSet;

use imgdeploy_model::region::Partition;
use serde_json::Value;

use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Skip, Verdict};
use crate::snapshot::Snapshot;
use imgdeploy_world::AwsFailure;
use imgdeploy_world::Fact;

/// An ARN of another partition than the region's.
pub const CHECK: Check = Check {
    code: "IMG008",
    title: "ARN of another partition",
    hop: Hop::Region,
    severity: Severity::Error,
    inputs: &[Input::Policy, Input::Api, Input::Function, Input::FunctionPolicy, Input::Role],
    symptom: "What the ARN should allow is refused: 403 for images, `{\"message\":\"Internal server error\"}` from API Gateway, or \
              `AccessDenied` in the function's log.",
    story: "Regions come in partitions with accounts and ARNs of their own: `arn:aws:` is for the commercial regions, `arn:aws-cn:` for \
            China, `arn:aws-us-gov:` for GovCloud (PA-01). AWS compares ARNs as text, so that a policy with another partition is \
            accepted in many places and then fits nothing. Templates that spell out `arn:aws:` carry this into the other partitions.",
    page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
    cure: "write the region's partition into the ARN",
    effect_of: EffectOf::Codes(&[]),
    run,
};

/// Where ARNs stand, and what stands there.
#[derive(Default)]
struct Found {
    /// Place, ARN.
    wrong: Vec<(String, String)>,
    seen_any: bool,
    unseen: Option<AwsFailure>,
}

fn run(snapshot: &Snapshot) -> Verdict {
    let partition = snapshot.partition();
    let mut found = Found::default();
    if let Some(bucket) = &snapshot.bucket {
        found.document(&bucket.policy, partition, &format!("bucket {}, policy", bucket.name));
    }
    match snapshot.api() {
        Ok((seen, api)) => {
            for (path, methods) in &api.resources {
                for (name, method) in methods {
                    let uri = method.integration.as_ref().map_or("", |integration| integration.uri.as_str());
                    // One ARN inside the other: both have a partition.
                    for arn in uri.match_indices("arn:").filter_map(|(at, _)| uri.get(at..)) {
                        found.arn(arn, partition, || {
                            format!("API {}, {name} {path}, integration URI", seen.id)
                        });
                    }
                }
            }
        }
        Err(Skip::Unseen(why)) => found.unseen = found.unseen.or(Some(why)),
        Err(Skip::Nothing) => {}
    }
    if let Some(function) = &snapshot.function {
        let of = format!("function {}", function.name);
        found.document(&function.policy, partition, &format!("{of}, resource policy"));
        found.document(
            &function.unqualified_policy,
            partition,
            &format!("{of}, resource policy without qualifier"),
        );
        match snapshot.configuration() {
            Ok(configuration) => found.arn(&configuration.role, partition, || format!("{of}, role")),
            Err(Skip::Unseen(why)) => found.unseen = found.unseen.or(Some(why)),
            Err(Skip::Nothing) => {}
        }
        match &function.role {
            Fact::Known(role) => {
                for (name, policy) in &role.policies {
                    found.text(policy, partition, &format!("role {}, policy {name}", role.name));
                }
            }
            Fact::Unknown(why) => found.unseen = found.unseen.or(Some(why.clone())),
            Fact::Absent => {}
        }
    }
    found.verdict(snapshot, partition)
}

impl Found {
    fn document(&mut self, document: &Fact<String>, partition: Partition, place: &str) {
        match document {
            Fact::Known(text) => self.text(text, partition, place),
            Fact::Unknown(why) => self.unseen = self.unseen.take().or(Some(why.clone())),
            Fact::Absent => {}
        }
    }

    fn text(&mut self, json: &str, partition: Partition, place: &str) {
        let Ok(value) = serde_json::from_str::<Value>(json) else {
            return;
        };
        let mut arns = BTreeSet::new();
        collect(&value, &mut arns);
        for arn in &arns {
            // Documents that are meant for several partitions name each resource in all of them.
            let here = arn.splitn(3, ':').nth(2).map(|rest| format!("{}{rest}", partition.arn_prefix()));
            if here.as_ref() == Some(arn) || !here.is_some_and(|here| arns.contains(&here)) {
                self.arn(arn, partition, || place.to_owned());
            }
        }
    }

    fn arn(&mut self, arn: &str, partition: Partition, place: impl FnOnce() -> String) {
        let mut parts = arn.splitn(3, ':');
        let (Some("arn"), Some(named)) = (parts.next(), parts.next()) else {
            return;
        };
        self.seen_any = true;
        // A wildcard or a variable may stand for the right one.
        if named != partition.name() && !named.contains(['*', '?', '$']) {
            self.wrong.push((place(), arn.to_owned()));
        }
    }

    /// One finding for all: they come from one template, and are mended together.
    fn verdict(self, snapshot: &Snapshot, partition: Partition) -> Verdict {
        let Some((place, arn)) = self.wrong.first() else {
            return match self.unseen {
                Some(why) => Err(Skip::Unseen(why)),
                None if self.seen_any => Ok(Vec::new()),
                None => Err(Skip::Nothing),
            };
        };
        let region = snapshot.bucket.as_ref().map(|bucket| bucket.region.as_str());
        let region = region.or(snapshot.home_region.as_deref()).unwrap_or("here");
        let mut places: Vec<&str> = self.wrong.iter().map(|(place, _)| place.as_str()).collect();
        places.dedup();
        let more = match places.len() {
            1 => String::new(),
            count => format!(", and {} more of the kind", count - 1),
        };
        // `attach` writes the bucket policy anew; what the stack made stays as somebody changed it.
        let cure = if snapshot.is_attached() && places.iter().all(|place| place.starts_with("bucket ")) {
            command!("imgdeploy attach {}", snapshot.flags())
        } else {
            command!(
                "replace {} by {} in: {}",
                prefix(arn),
                partition.arn_prefix(),
                Remark(&places.join("; "))
            )
        };
        let what =
            format!("{place} names `{arn}`{more}; ARNs begin with `{}` in {region}", partition.arn_prefix());
        Ok(vec![Finding::new(what, places.join("; "), cure).value(arn.as_str())])
    }
}

fn prefix(arn: &str) -> String {
    format!("{}:", arn.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"))
}

fn collect(value: &Value, arns: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with("arn:") => {
            arns.insert(text.clone());
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, arns)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, arns)),
        _ => {}
    }
}
