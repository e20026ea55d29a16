#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/path/images";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/images/resizer";
const OBJECT: &str = "arn:aws:s3:::b/resized/300x200/a.jpg";
const DISTRIBUTION: &str = "arn:aws:cloudfront::111122223333:distribution/E1";

fn document(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn own(statements: &[Value]) -> BTreeMap<String, String> {
    [("images".to_owned(), document(statements))].into()
}

/// The verdict for the role with these policies.
fn of_role(policies: &BTreeMap<String, String>, boundary: Option<&str>, resource: Option<&str>) -> Judged {
    let tags = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
    let role = Role { arn: ROLE, policies, boundary, tags: Some(&tags), session: Some("resizer") };
    let context = [("s3:x-amz-server-side-encryption", Some("AES256")), ("aws:SourceVpce", None)];
    let request = Request { action: "s3:PutObject", resource: OBJECT, account: ACCOUNT, context: &context };
    judge(&Caller::Role(role), resource, &request).unwrap()
}

fn allow_all() -> BTreeMap<String, String> {
    own(&[json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" })])
}

#[test]
fn each_document_can_stand_in_the_way_and_is_named() {
    let fine = of_role(&allow_all(), None, None);
    assert_eq!(fine, Judged { allowed: Allowed::Yes, why: None });

    let nothing = of_role(&BTreeMap::new(), None, None);
    assert_eq!(nothing.why, Some(Why::NotGranted));

    let reads = document(&[json!({ "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" })]);
    let bounded = of_role(&allow_all(), Some(&reads), None);
    assert_eq!(bounded, Judged { allowed: Allowed::No, why: Some(Why::OutsideBoundary) });

    // Asked for by many security checks: only what says how it is to be encrypted is stored.
    let unencrypted = document(&[json!({
        "Sid": "DenyUnEncryptedObjectUploads", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::b/*",
        "Condition": { "StringNotEquals": { "s3:x-amz-server-side-encryption": "aws:kms" } }
    })]);
    let denied = of_role(&allow_all(), None, Some(&unencrypted));
    assert_eq!(denied.allowed, Allowed::No);
    let Some(Why::Denied(Document::Resource, name)) = denied.why else { panic!("{denied:?}") };
    assert_eq!(name.to_string(), "DenyUnEncryptedObjectUploads");
    let any = unencrypted.replace(r#""aws:kms""#, r#""AES256""#);
    assert_eq!(of_role(&allow_all(), None, Some(&any)).allowed, Allowed::Yes);

    let own_deny = own(&[
        json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }),
        json!({ "Sid": "NoWrites", "Effect": "Deny", "Action": "s3:Put*", "Resource": "*" }),
    ]);
    let denied = of_role(&own_deny, None, None);
    assert!(matches!(denied.why, Some(Why::Denied(Document::Own(name), _)) if name == "images"));
}

#[test]
fn conditions_that_are_known_count_and_others_are_not_guessed() {
    let deny = |condition: Value| {
        let text = document(&[json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": condition
        })]);
        of_role(&allow_all(), None, Some(&text)).allowed
    };
    for (condition, allowed) in [
        (json!({ "Bool": { "aws:SecureTransport": "false" } }), Allowed::Yes),
        (json!({ "StringNotLike": { "aws:Referer": "https://example.com/*" } }), Allowed::No),
        (json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1" } }), Allowed::No),
        (json!({ "StringNotEquals": { "aws:PrincipalTag/team": "web" } }), Allowed::Yes),
        (json!({ "StringNotEquals": { "aws:PrincipalTag/team": "shop" } }), Allowed::No),
        (json!({ "Null": { "aws:PrincipalTag/cost-centre": "true" } }), Allowed::No),
        (json!({ "ArnNotEquals": { "aws:PrincipalArn": ROLE } }), Allowed::Yes),
        (json!({ "StringNotEquals": { "aws:PrincipalAccount": ACCOUNT } }), Allowed::Yes),
        (json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } }), Allowed::No),
        (json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } }), Allowed::Unknown),
        (json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }), Allowed::Unknown),
        (json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } }), Allowed::Unknown),
    ] {
        assert_eq!(deny(condition.clone()), allowed, "{condition}");
    }
}

#[test]
fn a_grant_of_the_bucket_is_limited_by_a_boundary_but_for_sessions() {
    let grant = |principal: Value| {
        document(&[
            json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*" }),
        ])
    };
    let nothing = BTreeMap::new();
    let boundary = document(&[json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" })]);
    for (principal, free, bounded) in [
        (json!({ "AWS": ROLE }), Allowed::Yes, Allowed::No),
        (json!({ "AWS": SESSION }), Allowed::Yes, Allowed::Yes),
        (json!("*"), Allowed::Yes, Allowed::Unknown),
        (json!({ "AWS": ACCOUNT }), Allowed::No, Allowed::No),
        (json!({ "AWS": "arn:aws:iam::111122223333:root" }), Allowed::No, Allowed::No),
        (json!({ "AWS": "arn:aws:iam::111122223333:role/other" }), Allowed::No, Allowed::No),
        (json!({ "Service": "cloudfront.amazonaws.com" }), Allowed::No, Allowed::No),
    ] {
        let resource = grant(principal.clone());
        assert_eq!(of_role(&nothing, None, Some(&resource)).allowed, free, "{principal}");
        assert_eq!(of_role(&nothing, Some(&boundary), Some(&resource)).allowed, bounded, "{principal}");
    }
    // Whoever is left out of a Deny: a role with a boundary is denied all the same.
    let except = document(&[json!({
        "Effect": "Deny", "NotPrincipal": { "AWS": [ROLE, SESSION, ACCOUNT] }, "Action": "s3:*", "Resource": "*"
    })]);
    assert_eq!(of_role(&allow_all(), None, Some(&except)).allowed, Allowed::Unknown);
    let wide = document(&[json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })]);
    assert_eq!(of_role(&allow_all(), Some(&wide), Some(&except)).allowed, Allowed::No);
}

/// What may stand in a statement, each as JSON, and whether it holds for the caller: written down by hand from AWS's page on how
/// policies are evaluated, not taken from the model.
type Choice = (Value, bool);

fn conditions(kind: Kind) -> Vec<Choice> {
    let role = kind == Kind::Role;
    vec![
        (Value::Null, true),
        (json!({ "Bool": { "aws:SecureTransport": "false" } }), kind == Kind::Viewer),
        (json!({ "Bool": { "aws:SecureTransport": "true" } }), kind != Kind::Viewer),
        (json!({ "StringLike": { "aws:Referer": "https://example.com/*" } }), false),
        (json!({ "StringNotLike": { "aws:Referer": "https://example.com/*" } }), true),
        (json!({ "StringEquals": { "aws:PrincipalAccount": ACCOUNT } }), role),
        (json!({ "StringNotEquals": { "aws:PrincipalAccount": ACCOUNT } }), !role),
        (json!({ "StringEqualsIfExists": { "aws:PrincipalAccount": "999988887777" } }), !role),
        (
            json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudfront::*:distribution/E1" } }),
            kind == Kind::Distribution,
        ),
        (json!({ "StringNotEquals": { "aws:SourceArn": DISTRIBUTION } }), kind != Kind::Distribution),
        (json!({ "Null": { "aws:PrincipalArn": "true" } }), !role),
    ]
}

fn principals(kind: Kind) -> Vec<(Value, Grant)> {
    let of = |meant: bool, grant: Grant| if meant { grant } else { Grant::Other };
    let role = kind == Kind::Role;
    vec![
        (json!("*"), Grant::Anyone),
        (json!({ "AWS": "*" }), Grant::Anyone),
        (json!({ "AWS": ROLE }), of(role, Grant::Role)),
        (json!({ "AWS": [SESSION, "arn:aws:iam::999988887777:root"] }), of(role, Grant::Session)),
        (json!({ "AWS": ACCOUNT }), of(role, Grant::Account)),
        (json!({ "AWS": "arn:aws:iam::111122223333:user/somebody" }), Grant::Other),
        (json!({ "Service": "cloudfront.amazonaws.com" }), of(kind == Kind::Distribution, Grant::Role)),
        (json!({ "Service": "logging.s3.amazonaws.com" }), Grant::Other),
    ]
}

fn targets() -> Vec<Choice> {
    vec![
        (json!({ "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" }), true),
        (json!({ "Action": ["s3:Put*", "S3:getobject"], "Resource": OBJECT }), true),
        (json!({ "Action": "*", "NotResource": "arn:aws:s3:::b/private/*" }), true),
        (json!({ "NotAction": "s3:Delete*", "Resource": "arn:aws:s3:::b/resized/*" }), true),
        (json!({ "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b" }), false),
        (json!({ "Action": "s3:PutObject", "Resource": "*" }), false),
        (json!({ "NotAction": "s3:Get*", "Resource": "*" }), false),
        (json!({ "Action": "s3:*", "Resource": "arn:aws:s3:::other/*" }), false),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Viewer,
    Role,
    Distribution,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    Anyone,
    Role,
    Session,
    Account,
    Other,
}

/// A statement, and what it comes to.
#[derive(Debug, Clone)]
struct Made {
    json: Value,
    deny: bool,
    holds: bool,
    grant: Grant,
}

fn statement(kind: Kind, of_resource: bool) -> impl Strategy<Value = Made> {
    (any::<bool>(), select(principals(kind)), select(targets()), select(conditions(kind))).prop_map(
        move |(deny, (principal, grant), (target, covers), (condition, met))| {
            let mut json = target;
            json["Effect"] = if deny { "Deny" } else { "Allow" }.into();
            if of_resource {
                json["Principal"] = principal;
            }
            if !condition.is_null() {
                json["Condition"] = condition;
            }
            Made { json, deny, holds: covers && met, grant }
        },
    )
}

fn statements(kind: Kind, of_resource: bool) -> impl Strategy<Value = Vec<Made>> {
    proptest::collection::vec(statement(kind, of_resource), 0..4)
}

/// AWS's rule for one account, in two values; `None` where AWS does not say.
fn by_the_page(kind: Kind, own: &[Made], boundary: Option<&[Made]>, resource: &[Made]) -> Option<bool> {
    let identity = if kind == Kind::Role { own } else { &[] };
    let limits = if kind == Kind::Role { boundary } else { None };
    let everything = identity.iter().chain(limits.into_iter().flatten());
    let denied = everything.clone().any(|one| one.deny && one.holds)
        || resource.iter().any(|one| one.deny && one.holds && one.grant != Grant::Other);
    if denied {
        return Some(false);
    }
    let allows = |list: &[Made]| list.iter().any(|one| !one.deny && one.holds);
    let grants = |grant: Grant| resource.iter().any(|one| !one.deny && one.holds && one.grant == grant);
    let within = limits.is_none_or(allows);
    if grants(Grant::Session)
        || (within && (allows(identity) || grants(Grant::Role) || grants(Grant::Anyone)))
    {
        return Some(true);
    }
    if grants(Grant::Anyone) { None } else { Some(false) }
}

fn texts(list: &[Made]) -> String {
    document(&list.iter().map(|one| one.json.clone()).collect::<Vec<_>>())
}

fn judged(kind: Kind, own: &[Made], boundary: Option<&[Made]>, resource: &[Made]) -> Allowed {
    let policies = BTreeMap::from([("own".to_owned(), texts(own))]);
    let (boundary, resource) = (boundary.map(texts), texts(resource));
    let role = Role {
        arn: ROLE,
        policies: &policies,
        boundary: boundary.as_deref(),
        tags: None,
        session: Some("resizer"),
    };
    let request = Request { action: "s3:GetObject", resource: OBJECT, account: ACCOUNT, context: &[] };
    let caller = match kind {
        Kind::Role => Caller::Role(role),
        Kind::Distribution => Caller::Service { name: "cloudfront.amazonaws.com", source_arn: DISTRIBUTION },
        Kind::Viewer => {
            let (policy, viewer) =
                (Policy::parse(&resource).unwrap(), super::super::access::Anonymous::default());
            let verdict = policy.anonymous(request.action, OBJECT, &viewer, Default::default());
            return if verdict.is_allowed() { Allowed::Yes } else { Allowed::No };
        }
    };
    judge(&caller, Some(&resource), &request).unwrap().allowed
}

fn world(kind: Kind) -> impl Strategy<Value = (Kind, Vec<Made>, Option<Vec<Made>>, Vec<Made>)> {
    let boundary = proptest::option::of(statements(kind, false));
    (Just(kind), statements(kind, false), boundary, statements(kind, true))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn verdicts_are_those_of_the_page(
        (kind, own, boundary, resource) in select(vec![Kind::Viewer, Kind::Role, Kind::Distribution]).prop_flat_map(world)
    ) {
        let wanted = match by_the_page(kind, &own, boundary.as_deref(), &resource) {
            Some(true) => Allowed::Yes,
            Some(false) => Allowed::No,
            None => Allowed::Unknown,
        };
        let found = judged(kind, &own, boundary.as_deref(), &resource);
        prop_assert_eq!(found, wanted, "{:?}\n{}\n{:?}\n{}", kind, texts(&own), boundary.map(|b| texts(&b)), texts(&resource));
    }

    /// Statements have no order.
    #[test]
    fn order_does_not_matter(resource in statements(Kind::Role, true), own in statements(Kind::Role, false)) {
        let mut turned = resource.clone();
        turned.reverse();
        prop_assert_eq!(judged(Kind::Role, &own, None, &resource), judged(Kind::Role, &own, None, &turned));
    }

    /// A Deny more never lets anything through, and an Allow less neither.
    #[test]
    fn less_is_never_more(all in statements(Kind::Role, true), keep in subsequence(vec![0, 1, 2], 0..3)) {
        let fewer: Vec<Made> =
            all.iter().enumerate().filter(|(at, one)| one.deny || keep.contains(at)).map(|(_, one)| one.clone()).collect();
        if judged(Kind::Role, &[], None, &fewer) == Allowed::Yes {
            prop_assert_eq!(judged(Kind::Role, &[], None, &all), Allowed::Yes);
        }
    }
}
