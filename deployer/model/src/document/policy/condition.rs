//! Whether the conditions of a statement hold for an anonymous GET on the website endpoint.
//!
//! Such a request has no signature, no VPC endpoint and no TLS (S3-02), so much is known about it: keys that only signed or
//! private requests have are absent, and an absent key makes a positive test fail and a negated one hold. What depends on the
//! viewer or on CloudFront (address, referer, time) stays open.

use crate::document::glob::Glob;
use crate::document::json::Json;

/// An answer that may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Maybe,
}

impl Truth {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Maybe,
        }
    }

    pub(super) fn of(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
        }
    }
}

/// What is known about a condition key of an anonymous website request.
enum Fact {
    Is(&'static str),
    Absent,
    Open,
}

fn fact(key: &str) -> Fact {
    // Absent from requests without a signature, or from such as don't come through a VPC endpoint or another service.
    const ABSENT: [&str; 24] = [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:username",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpcsourceip",
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceidentity",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:tokenissuetime",
        "aws:federatedprovider",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
        "s3:accesspointnetworkorigin",
        "s3:versionid",
    ];
    match key {
        "aws:securetransport" => Fact::Is("false"),
        "aws:principaltype" => Fact::Is("Anonymous"),
        "aws:userid" => Fact::Is("anonymous"),
        key if ABSENT.contains(&key)
            || key.starts_with("aws:principaltag/")
            || key.starts_with("s3:x-amz-") =>
        {
            Fact::Absent
        }
        _ => Fact::Open,
    }
}

/// Whether all conditions hold, and in words which of them decide that.
pub(super) fn holds(condition: Option<&Json>) -> (Truth, Vec<String>) {
    let mut all = Truth::Yes;
    let mut reasons = Vec::new();
    for (operator, keys) in condition.map(Json::fields).unwrap_or_default() {
        for (key, values) in keys.fields() {
            let values = values.texts();
            let truth = test(operator, key, &values);
            all = all.and(truth);
            let test = format!("{operator} {key} {}", values.join(", "));
            match truth {
                Truth::Yes if key.eq_ignore_ascii_case("aws:SecureTransport") => {
                    reasons.push(format!("{test}: the website endpoint speaks plain HTTP only"));
                }
                Truth::Yes => reasons.push(format!("{test}: holds for anonymous website requests")),
                Truth::Maybe => reasons.push(format!("{test}: depends on the request")),
                Truth::No => {}
            }
        }
    }
    (all, reasons)
}

/// The keys, in lower case, whose tests fail for a request without a signature from outside.
pub(super) fn failing_keys(condition: Option<&Json>) -> Vec<String> {
    let operators = condition.map(Json::fields).unwrap_or_default().iter();
    let tests = operators
        .flat_map(|(operator, keys)| keys.fields().iter().map(move |(key, values)| (operator, key, values)));
    let failing = tests.filter(|(operator, key, values)| test(operator, key, &values.texts()) == Truth::No);
    failing.map(|(_, key, _)| key.to_ascii_lowercase()).collect()
}

/// One operator on one key.
fn test(operator: &str, key: &str, values: &[String]) -> Truth {
    let operator = operator.to_ascii_lowercase();
    let (operator, set) = match operator.split_once(':') {
        Some((set, operator)) => (operator.to_owned(), Some(set.to_owned())),
        None => (operator, None),
    };
    let (operator, if_exists) = match operator.strip_suffix("ifexists") {
        Some(operator) => (operator, true),
        None => (operator.as_str(), false),
    };
    let fact = fact(&key.to_ascii_lowercase());
    if operator == "null" {
        let wants_absent = match values {
            [value] if value.eq_ignore_ascii_case("true") => Truth::Yes,
            [value] if value.eq_ignore_ascii_case("false") => Truth::No,
            _ => Truth::Maybe,
        };
        return match fact {
            Fact::Absent => wants_absent,
            Fact::Is(_) => wants_absent.not(),
            Fact::Open => Truth::Maybe,
        };
    }
    const POSITIVE: [&str; 18] = [
        "stringequals",
        "stringequalsignorecase",
        "stringlike",
        "numericequals",
        "numericlessthan",
        "numericlessthanequals",
        "numericgreaterthan",
        "numericgreaterthanequals",
        "dateequals",
        "datelessthan",
        "datelessthanequals",
        "dategreaterthan",
        "dategreaterthanequals",
        "bool",
        "binaryequals",
        "ipaddress",
        "arnequals",
        "arnlike",
    ];
    const NEGATED: [&str; 8] = [
        "stringnotequals",
        "stringnotequalsignorecase",
        "stringnotlike",
        "numericnotequals",
        "datenotequals",
        "notipaddress",
        "arnnotequals",
        "arnnotlike",
    ];
    let negated = NEGATED.contains(&operator);
    if !negated && !POSITIVE.contains(&operator) {
        return Truth::Maybe;
    }
    match fact {
        Fact::Open => Truth::Maybe,
        Fact::Absent if if_exists => Truth::Yes,
        Fact::Absent => match set.as_deref() {
            Some("forallvalues") => Truth::Yes,
            Some("foranyvalue") => Truth::No,
            Some(_) => Truth::Maybe,
            None => Truth::of(negated),
        },
        Fact::Is(actual) => {
            let equal = any_equal(operator, actual, values);
            if negated { equal.not() } else { equal }
        }
    }
}

/// Whether any of the values fits the actual one.
fn any_equal(operator: &str, actual: &str, values: &[String]) -> Truth {
    if values.iter().any(|value| value.contains("${")) {
        return Truth::Maybe;
    }
    match operator {
        "bool" | "stringequalsignorecase" | "stringnotequalsignorecase" => {
            Truth::of(values.iter().any(|value| value.eq_ignore_ascii_case(actual)))
        }
        "stringequals" | "stringnotequals" => Truth::of(values.iter().any(|value| value == actual)),
        "stringlike" | "stringnotlike" => {
            Truth::of(values.iter().any(|value| Glob::new(value).matches(actual)))
        }
        _ => Truth::Maybe,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn truth(condition: &str) -> Truth {
        holds(Some(&Json::parse(condition).unwrap())).0
    }

    #[test]
    fn what_an_anonymous_website_request_meets() {
        use Truth::*;
        let cases = [
            (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, Yes),
            (r#"{"Bool":{"AWS:securetransport":[false]}}"#, Yes),
            (r#"{"bool":{"aws:SecureTransport":"true"}}"#, No),
            (r#"{"BoolIfExists":{"aws:SecureTransport":"false"}}"#, Yes),
            (r#"{"StringNotEquals":{"aws:SecureTransport":"true"}}"#, Yes),
            (r#"{"Null":{"aws:SecureTransport":"true"}}"#, No),
            (r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#, Yes),
            (r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#, No),
            (r#"{"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#, Yes),
            (r#"{"StringNotEquals":{"AWS:SourceArn":"arn:aws:cloudfront::1:distribution/E"}}"#, Yes),
            (r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#, Yes),
            (r#"{"StringNotLike":{"aws:PrincipalTag/team":"x*"}}"#, Yes),
            (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#, Yes),
            (r#"{"Null":{"aws:PrincipalArn":"true"}}"#, Yes),
            (r#"{"Null":{"s3:x-amz-server-side-encryption":"true"}}"#, Yes),
            (r#"{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}"#, Yes),
            (r#"{"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-1/*"}}"#, No),
            (r#"{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}}"#, Yes),
            (r#"{"StringEquals":{"aws:PrincipalType":["User","Anonymous"]}}"#, Yes),
            (r#"{"StringNotLike":{"aws:userid":["AROA*:*"]}}"#, Yes),
            (r#"{"StringLike":{"aws:userid":"${aws:x}"}}"#, Maybe),
            (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, Maybe),
            (r#"{"StringNotLike":{"aws:Referer":"https://example.com/*"}}"#, Maybe),
            (r#"{"NumericLessThan":{"s3:TlsVersion":"1.2"}}"#, Maybe),
            (r#"{"Brandnew":{"aws:PrincipalArn":"x"}}"#, Maybe),
            // All must hold.
            (r#"{"Bool":{"aws:SecureTransport":"false"},"StringEquals":{"aws:SourceVpce":"v"}}"#, No),
            (r#"{"Bool":{"aws:SecureTransport":"false"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, Maybe),
            ("{}", Yes),
        ];
        for (condition, expected) in cases {
            assert_eq!(truth(condition), expected, "{condition}");
        }
    }
}
