//! Whether a role, or a service of AWS, may do something to what is in the same account: all policies together, as AWS judges them.
//!
//! An explicit Deny anywhere wins. Then the role's own policies have to allow it, within its permissions boundary if it has one; or the
//! resource's policy allows it to the role by name. That is limited by the boundary where it names the role or everyone, and not where it
//! names the role's session. A grant to the account alone leaves it to the role's own policies. What can't be judged from here (policies of
//! the organization, conditions on what is not known) makes a verdict unknown, and never a guess.
//!
//! *Unverified*: whether a boundary limits a grant to everyone (`"Principal": "*"`); such a verdict is unknown here.

use std::collections::BTreeMap;

use serde_json::Value;

use super::access::{Policy, PolicyError, Statement, StatementName, strings};
use super::condition::{Context, Truth};
use super::identity::Allowed;

/// The role of a function.
#[derive(Debug, Clone, Copy)]
pub struct Role<'a> {
    /// Its ARN.
    pub arn: &'a str,
    /// Its own policies, inline and attached, by name.
    pub policies: &'a BTreeMap<String, String>,
    /// Its permissions boundary; `None`: it has none.
    pub boundary: Option<&'a str>,
    /// Its tags; `None`: not known.
    pub tags: Option<&'a BTreeMap<String, String>>,
    /// Name of its sessions, which is the function's; `None`: not known.
    pub session: Option<&'a str>,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Caller<'a> {
    /// A role of the resource's account.
    Role(Role<'a>),
    /// A service, such as `cloudfront.amazonaws.com`, on behalf of a resource.
    Service {
        /// The service's name.
        name: &'a str,
        /// ARN of the resource, such as a distribution's.
        source_arn: &'a str,
    },
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Such as `s3:PutObject`.
    pub action: &'a str,
    /// ARN of the object or bucket.
    pub resource: &'a str,
    /// Account of the resource.
    pub account: &'a str,
    /// Condition keys that are known of this request beside those of every request: a value, or `None` where it does not come with it.
    pub context: &'a [(&'a str, Option<&'a str>)],
}

/// What is known of the requests of our function: how it asks S3 to encrypt, and, where it is in no network of its own (VPC), that it
/// comes by no endpoint of one.
pub fn of_our_function(action: &str, in_network: bool) -> Vec<(&'static str, Option<&'static str>)> {
    let mut context = vec![
        ("s3:x-amz-server-side-encryption", (action == "s3:PutObject").then_some("AES256")),
        ("s3:x-amz-server-side-encryption-aws-kms-key-id", None),
        ("s3:x-amz-acl", None),
    ];
    context.extend(of_network(in_network));
    context
}

/// What is known of where the requests of any function come from.
pub fn of_network(in_network: bool) -> Vec<(&'static str, Option<&'static str>)> {
    if in_network { Vec::new() } else { vec![("aws:SourceVpc", None), ("aws:SourceVpce", None)] }
}

/// Which document decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A policy of the role, by name.
    Own(String),
    /// Its permissions boundary.
    Boundary,
    /// The policy of the bucket.
    Resource,
}

/// Why something is not allowed, or not for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A statement denies it.
    Denied(Document, StatementName),
    /// The permissions boundary leaves it out.
    OutsideBoundary,
    /// Nothing allows it.
    NotGranted,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether it goes through.
    pub allowed: Allowed,
    /// What stands, or may stand, against it.
    pub why: Option<Why>,
}

/// Judges one request. `resource`: the policy of the bucket, if it has one.
///
/// # Errors
/// A document that isn't a policy.
pub fn judge(
    caller: &Caller<'_>,
    resource: Option<&str>,
    request: &Request<'_>,
) -> Result<Judged, PolicyError> {
    let context = context(caller, request);
    let mut documents: Vec<(Document, Policy)> = Vec::new();
    if let Caller::Role(role) = caller {
        for (name, text) in role.policies {
            documents.push((Document::Own(name.clone()), Policy::parse(text)?));
        }
        if let Some(text) = role.boundary {
            documents.push((Document::Boundary, Policy::parse(text)?));
        }
    }
    if let Some(text) = resource {
        documents.push((Document::Resource, Policy::parse(text)?));
    }
    let mut tally = Tally::default();
    for (document, policy) in &documents {
        for statement in &policy.statements {
            let holds = statement.covers(request.action, request.resource).and(statement.condition(&context));
            tally.count(caller, document, statement, holds);
        }
    }
    let has_boundary = matches!(caller, Caller::Role(Role { boundary: Some(_), .. }));
    Ok(tally.verdict(has_boundary))
}

/// What the statements say, one kind of grant apart from the other.
struct Tally {
    own: Truth,
    boundary: Truth,
    to_role: Truth,
    to_session: Truth,
    to_anyone: Truth,
    denied: Truth,
    by: Option<(Document, StatementName)>,
}

impl Default for Tally {
    fn default() -> Self {
        let no = Truth::False;
        Self { own: no, boundary: no, to_role: no, to_session: no, to_anyone: no, denied: no, by: None }
    }
}

impl Tally {
    fn count(&mut self, caller: &Caller<'_>, document: &Document, statement: &Statement, holds: Truth) {
        let meant = Meant::of(caller, statement);
        if statement.is_deny() {
            let holds = if *document == Document::Resource { holds.and(meant.denied()) } else { holds };
            // The surest is named, and of these the first.
            if holds != Truth::False
                && (self.by.is_none() || (holds == Truth::True && self.denied != Truth::True))
            {
                self.by = Some((document.clone(), statement.name()));
            }
            self.denied = self.denied.or(holds);
            return;
        }
        match document {
            Document::Own(_) => self.own = self.own.or(holds),
            Document::Boundary => self.boundary = self.boundary.or(holds),
            Document::Resource => {
                self.to_role = self.to_role.or(holds.and(meant.role));
                self.to_session = self.to_session.or(holds.and(meant.session));
                self.to_anyone = self.to_anyone.or(holds.and(meant.anyone));
            }
        }
    }

    fn verdict(self, has_boundary: bool) -> Judged {
        let within = if has_boundary { self.boundary } else { Truth::True };
        let anyone = match within {
            Truth::True => self.to_anyone,
            // Unverified, see above.
            Truth::False | Truth::Unknown => self.to_anyone.and(Truth::Unknown),
        };
        let unlimited = self.own.or(self.to_role);
        let granted = unlimited.and(within).or(self.to_session).or(anyone);
        let allowed = Allowed::from(granted.and(self.denied.not()));
        let why = match (allowed, self.by) {
            (Allowed::Yes, _) => None,
            (_, Some((document, statement))) if granted != Truth::False => {
                Some(Why::Denied(document, statement))
            }
            _ if granted == Truth::False && unlimited != Truth::False => Some(Why::OutsideBoundary),
            (Allowed::No, _) => Some(Why::NotGranted),
            (Allowed::Unknown, _) => None,
        };
        Judged { allowed, why }
    }
}

/// Whom the principal of a resource's statement means.
struct Meant {
    /// The role by its ARN, or the service by its name.
    role: Truth,
    /// The role's session.
    session: Truth,
    /// Everyone.
    anyone: Truth,
    /// The account: enough for a Deny, and no grant by itself.
    account: Truth,
}

impl Meant {
    fn of(caller: &Caller<'_>, statement: &Statement) -> Self {
        let (principal, except) = (statement.get("Principal"), statement.get("NotPrincipal"));
        match (principal, except) {
            (Some(principal), _) => Self::named(caller, principal),
            // Everyone but those: who is named in part (the role without its session) may be denied all the same, and a role with a
            // boundary is denied whoever is named. As an Allow AWS advises against it.
            (None, Some(except)) => {
                let named = Self::named(caller, except).denied();
                let bounded =
                    matches!(caller, Caller::Role(Role { boundary: Some(_), .. })) && statement.is_deny();
                let others = if named == Truth::False || bounded { Truth::True } else { Truth::Unknown };
                Self { role: Truth::False, session: Truth::False, anyone: others, account: Truth::False }
            }
            (None, None) => Self {
                role: Truth::False,
                session: Truth::False,
                anyone: Truth::False,
                account: Truth::False,
            },
        }
    }

    fn named(caller: &Caller<'_>, principal: &Value) -> Self {
        let mut meant =
            Self { role: Truth::False, session: Truth::False, anyone: Truth::False, account: Truth::False };
        match principal {
            Value::String(all) if all == "*" => meant.anyone = Truth::True,
            Value::Object(kinds) => {
                for (kind, who) in kinds {
                    strings(who).for_each(|name| meant.add(caller, kind, name));
                }
            }
            _ => {}
        }
        meant
    }

    fn add(&mut self, caller: &Caller<'_>, kind: &str, name: &str) {
        match (caller, kind) {
            (_, "AWS" | "*") if name == "*" => self.anyone = Truth::True,
            (Caller::Service { name: service, .. }, "Service") if name == *service => self.role = Truth::True,
            (Caller::Role(role), "AWS") => {
                let parts = RoleArn::of(role.arn);
                if name == role.arn {
                    self.role = Truth::True;
                } else if name == parts.account
                    || name == format!("arn:{}:iam::{}:root", parts.partition, parts.account)
                {
                    self.account = Truth::True;
                } else if let Some(session) = name.strip_prefix(&parts.sessions()) {
                    let same = role.session.map_or(Truth::Unknown, |known| Truth::from(known == session));
                    self.session = self.session.or(same);
                } else if name.starts_with("AROA") {
                    // An id of a role: whose, is not known.
                    self.role = self.role.or(Truth::Unknown);
                }
            }
            // An account by its canonical id.
            (Caller::Role(_), "CanonicalUser") => self.account = self.account.or(Truth::Unknown),
            _ => {}
        }
    }

    /// Whether a Deny for these is one for the caller.
    fn denied(&self) -> Truth {
        self.role.or(self.session).or(self.anyone).or(self.account)
    }
}

/// A role's ARN, taken apart.
struct RoleArn<'a> {
    partition: &'a str,
    account: &'a str,
    name: &'a str,
}

impl<'a> RoleArn<'a> {
    fn of(arn: &'a str) -> Self {
        let mut parts = arn.splitn(6, ':');
        let partition = parts.nth(1).unwrap_or("aws");
        let account = parts.nth(2).unwrap_or_default();
        // Behind `role/` there may be a path.
        let name = arn.rsplit('/').next().unwrap_or_default();
        Self { partition, account, name }
    }

    /// How the ARNs of its sessions begin.
    fn sessions(&self) -> String {
        format!("arn:{}:sts::{}:assumed-role/{}/", self.partition, self.account, self.name)
    }
}

fn context(caller: &Caller<'_>, request: &Request<'_>) -> Context {
    let mut context = Context::default();
    let some = |text: &str| Some(text.to_owned());
    context.know("aws:SecureTransport", some("true"));
    context.know("aws:ResourceAccount", some(request.account));
    context.know("s3:ResourceAccount", some(request.account));
    context.know("s3:signatureversion", some("AWS4-HMAC-SHA256"));
    // A function sends none of these, and CloudFront none of its own.
    for absent in [
        "aws:Referer",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:username",
        "aws:FederatedProvider",
    ] {
        context.know(absent, None);
    }
    match caller {
        Caller::Role(role) => {
            let parts = RoleArn::of(role.arn);
            context.know("aws:PrincipalArn", some(role.arn));
            context.know("aws:PrincipalAccount", some(parts.account));
            context.know("aws:PrincipalType", some("AssumedRole"));
            context.know("aws:PrincipalIsAWSService", some("false"));
            context.know("aws:ViaAWSService", some("false"));
            for absent in ["aws:SourceArn", "aws:SourceAccount", "aws:CalledVia", "aws:PrincipalServiceName"]
            {
                context.know(absent, None);
            }
            if let Some(tags) = role.tags {
                context.know_all("aws:PrincipalTag/", tags);
            }
        }
        Caller::Service { name, source_arn } => {
            context.know("aws:SourceArn", some(source_arn));
            context.know("aws:SourceAccount", source_arn.split(':').nth(4).map(str::to_owned));
            context.know("aws:PrincipalIsAWSService", some("true"));
            context.know("aws:PrincipalServiceName", some(name));
            for absent in ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:userid"] {
                context.know(absent, None);
            }
        }
    }
    for (key, value) in request.context {
        context.know(key, value.map(str::to_owned));
    }
    context
}

#[cfg(test)]
#[path = "rights_tests.rs"]
mod tests;
