//! Whether anyone may do something to the bucket's objects: bucket policy and public access block (S3-20..25).
//!
//! The answer errs towards "no": an Allow whose condition can't be judged doesn't allow, a Deny whose condition can't be judged may deny.
//! Object ACLs are not looked at: with `BucketOwnerEnforced`, the default, they don't count (S3-26).

pub use super::condition::Anonymous;
use super::condition::{Context, Truth, pinned_to_fixed_values};
use super::pattern;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A policy document, as far as it matters to anonymous callers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

/// A document that isn't a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy can't be read: {0}")]
pub struct PolicyError(pub String);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    sid: Option<String>,
    at: usize,
    deny: bool,
    body: Map<String, Value>,
}

/// The four flags of a public access block (S3-20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlock {
    /// Refuses new public ACLs.
    pub block_public_acls: bool,
    /// Ignores public ACLs.
    pub ignore_public_acls: bool,
    /// Refuses new public policies (S3-21).
    pub block_public_policy: bool,
    /// Leaves a public policy stored but without effect for strangers (S3-22).
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything blocked: how a private bucket is kept.
    pub const PRIVATE: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };

    /// Both levels together: the most restrictive wins (S3-20).
    pub fn or(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }
}

/// Whether an anonymous request goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This statement allows it and none denies it.
    Allowed(StatementName),
    /// Nothing allows it for sure.
    NotAllowed,
    /// This statement denies it.
    Denied(StatementName),
    /// This statement denies it, unless its condition, which can't be judged from here, doesn't hold.
    MayBeDenied(StatementName),
    /// `RestrictPublicBuckets` leaves public policies without effect (S3-22).
    Restricted,
}

impl Verdict {
    /// Whether the request goes through for sure.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// How to call a statement in a message: its `Sid`, or its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementName {
    /// `Sid`, if it has one.
    pub sid: Option<String>,
    /// Position in the document, from 0.
    pub at: usize,
}

impl std::fmt::Display for StatementName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.sid {
            Some(sid) => f.write_str(sid),
            None => write!(f, "statement {}", self.at + 1),
        }
    }
}

impl Policy {
    /// Reads a policy document. An absent policy is [`Policy::default`].
    ///
    /// # Errors
    /// Not JSON, or no `Statement`.
    pub fn parse(json: &str) -> Result<Self, PolicyError> {
        let value: Value = serde_json::from_str(json).map_err(|e| PolicyError(e.to_string()))?;
        let list = match value.get("Statement") {
            Some(Value::Array(list)) => list.clone(),
            Some(one @ Value::Object(_)) => vec![one.clone()],
            _ => return Err(PolicyError("it has no Statement".to_owned())),
        };
        let statements = list
            .into_iter()
            .enumerate()
            .map(|(at, statement)| {
                let Value::Object(body) = statement else {
                    return Err(PolicyError(format!("statement {} is not an object", at + 1)));
                };
                let deny = match body.get("Effect").and_then(Value::as_str) {
                    Some("Allow") => false,
                    Some("Deny") => true,
                    _ => {
                        return Err(PolicyError(format!(
                            "statement {} has no Effect of Allow or Deny",
                            at + 1
                        )));
                    }
                };
                let sid = body.get("Sid").and_then(Value::as_str).map(str::to_owned);
                Ok(Statement { sid, at, deny, body })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { statements })
    }

    /// Whether anyone may do `action` (for example `s3:GetObject`) to the resource with this ARN.
    pub fn anonymous(
        &self,
        action: &str,
        arn: &str,
        caller: &Anonymous,
        block: PublicAccessBlock,
    ) -> Verdict {
        let context = Context::anonymous(caller);
        let mut allowed = None;
        let mut may_deny = None;
        for statement in &self.statements {
            let holds =
                statement.anyone().and(statement.covers(action, arn)).and(statement.condition(&context));
            match (statement.deny, holds) {
                (true, Truth::True) => return Verdict::Denied(statement.name()),
                (true, Truth::Unknown) => may_deny = may_deny.or(Some(statement.name())),
                (false, Truth::True) => allowed = allowed.or(Some(statement.name())),
                _ => {}
            }
        }
        match (allowed, may_deny) {
            (None, _) => Verdict::NotAllowed,
            (Some(_), _) if block.restrict_public_buckets && self.is_public() => Verdict::Restricted,
            (Some(_), Some(name)) => Verdict::MayBeDenied(name),
            (Some(name), None) => Verdict::Allowed(name),
        }
    }

    /// Whether S3 counts the policy as public: an Allow for anyone that isn't pinned to fixed values (S3-23). `aws:Referer` pins nothing.
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(|s| {
            !s.deny && s.anyone() != Truth::False && !pinned_to_fixed_values(s.body.get("Condition"))
        })
    }
}

impl Statement {
    pub(super) fn name(&self) -> StatementName {
        StatementName { sid: self.sid.clone(), at: self.at }
    }

    pub(super) fn is_deny(&self) -> bool {
        self.deny
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    /// Whether the statement speaks of a caller without identity.
    fn anyone(&self) -> Truth {
        if let Some(except) = self.body.get("NotPrincipal") {
            // A caller without identity is in no list of exceptions but "*". As an Allow AWS advises against it: taken for no.
            return Truth::from(self.deny && !names_anyone(except));
        }
        self.body.get("Principal").map_or(Truth::False, |principal| Truth::from(names_anyone(principal)))
    }

    /// Whether it speaks of this action.
    pub(super) fn acts(&self, action: &str) -> Truth {
        let matches = |p: &str| Truth::from(pattern::matches_ignoring_case(p, action));
        match (self.body.get("Action"), self.body.get("NotAction")) {
            (Some(list), _) => any(list, matches),
            (None, Some(list)) => any(list, matches).not(),
            (None, None) => Truth::False,
        }
    }

    /// Whether it speaks of this action on this resource.
    pub(super) fn covers(&self, action: &str, arn: &str) -> Truth {
        let action = self.acts(action);
        let fits = |p: &str| {
            // A policy variable has no value here that could be known.
            if p.contains("${") { Truth::Unknown } else { Truth::from(pattern::matches(p, arn)) }
        };
        let resource = match (self.body.get("Resource"), self.body.get("NotResource")) {
            (Some(list), _) => any(list, fits),
            (None, Some(list)) => any(list, fits).not(),
            (None, None) => Truth::False,
        };
        action.and(resource)
    }

    pub(super) fn condition(&self, context: &Context) -> Truth {
        context.holds(self.body.get("Condition"))
    }
}

fn names_anyone(principal: &Value) -> bool {
    match principal {
        Value::String(name) => name == "*",
        Value::Object(kinds) => kinds
            .iter()
            .any(|(kind, who)| (kind == "AWS" || kind == "*") && strings(who).any(|name| name == "*")),
        _ => false,
    }
}

/// The strings in a value that may be one string or a list of them.
pub(super) fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter().filter_map(Value::as_str)
}

fn any(value: &Value, test: impl Fn(&str) -> Truth) -> Truth {
    strings(value).fold(Truth::False, |so_far, text| so_far.or(test(text)))
}
