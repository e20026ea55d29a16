//! What the bucket policy says to viewers of derived images.

use imgdeploy_model::chain::access::{
    Anonymous, Policy, PublicAccessBlock, StatementName, Verdict as Access,
};
use serde_json::Value;

use crate::check::{Skip, need_or_absent};
use crate::shared::part;
use crate::shared::statement::one_or_list;
use crate::snapshot::{Bucket, Snapshot};

/// Whether viewers may read a derived image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// They may.
    Allowed,
    /// It depends on what can't be judged from here, such as the address that a request comes from.
    Open,
    /// There is no policy.
    NoPolicy,
    /// No statement lets them.
    NotAllowed,
    /// This statement lets them, but over TLS only, which the website endpoint does not have (S3-02).
    OnlyOverTls(StatementName),
    /// This statement forbids it, whatever the transport.
    Denied(StatementName),
    /// This statement forbids it over plain HTTP; the flag: over TLS they may.
    DeniedPlain(StatementName, bool),
}

/// How to call a statement within a sentence.
pub(super) fn named(statement: &StatementName) -> String {
    match &statement.sid {
        Some(sid) => format!("statement {sid}"),
        None => format!("statement {}", statement.at + 1),
    }
}

/// Asks the bucket policy. The public access block is left to others.
///
/// # Errors
/// [`Skip`].
pub(super) fn reading(snapshot: &Snapshot, bucket: &Bucket) -> Result<Reading, Skip> {
    let Some(text) = need_or_absent(&bucket.policy)? else {
        return Ok(Reading::NoPolicy);
    };
    let policy = Policy::parse(text).map_err(|_| Skip::Nothing)?;
    let arn = snapshot.object_arn(bucket, &snapshot.sample_key());
    let (referer, user_agent) = headers(snapshot);
    let ask = |secure| {
        let caller =
            Anonymous { secure, referer: referer.clone(), user_agent: user_agent.clone(), source_ip: None };
        policy.anonymous("s3:GetObject", &arn, &caller, PublicAccessBlock::default())
    };
    Ok(match (ask(false), ask(true)) {
        (Access::Allowed(_), _) => Reading::Allowed,
        (Access::MayBeDenied(_) | Access::Restricted, _) => Reading::Open,
        (Access::Denied(_), Access::Denied(name)) => Reading::Denied(name),
        (Access::Denied(name), Access::NotAllowed) => Reading::DeniedPlain(name, may_hold(text, &arn)),
        (Access::Denied(name), _) => Reading::DeniedPlain(name, true),
        (Access::NotAllowed, Access::Allowed(name)) => Reading::OnlyOverTls(name),
        (Access::NotAllowed, _) if may_hold(text, &arn) => Reading::Open,
        (Access::NotAllowed, _) => Reading::NotAllowed,
    })
}

/// What CloudFront sends: the custom headers of its origin, and a name of its own for the viewer's.
fn headers(snapshot: &Snapshot) -> (Option<String>, Option<String>) {
    let Some(headers) = part::origin_headers(snapshot) else {
        return (None, None);
    };
    let of = |name: &str| {
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    (of("referer"), of("user-agent").or_else(|| Some("Amazon CloudFront".to_owned())))
}

/// Whether an Allow that is for these keys has a condition that can't be judged, such as one on addresses: it may let viewers in.
fn may_hold(policy: &str, arn: &str) -> bool {
    let value: Value = serde_json::from_str(policy).unwrap_or_default();
    one_or_list(value.get("Statement")).iter().cloned().any(|mut statement| {
        let condition = statement.as_object_mut().and_then(|fields| fields.remove("Condition"));
        let operators = condition.as_ref().and_then(Value::as_object);
        let unknown = operators.into_iter().flatten().any(|(_, keys)| {
            keys.as_object().into_iter().flatten().any(|(key, _)| is_unknown(&key.to_ascii_lowercase()))
        });
        let alone = serde_json::json!({ "Statement": [statement] }).to_string();
        let fits = |policy: Policy| {
            let caller = Anonymous::default();
            policy.anonymous("s3:GetObject", arn, &caller, PublicAccessBlock::default()).is_allowed()
        };
        unknown && Policy::parse(&alone).is_ok_and(fits)
    })
}

/// Whether the value of a condition key can't be known from here. A viewer has no identity, and S3 no source that calls it.
fn is_unknown(key: &str) -> bool {
    const KNOWN: [&str; 5] =
        ["aws:referer", "aws:useragent", "aws:securetransport", "aws:sourcearn", "aws:sourceaccount"];
    !KNOWN.contains(&key) && !key.starts_with("aws:principal")
}
