//! IAM conditions in three-valued logic: what can't be judged from here is [`Truth::Unknown`], never guessed.

use super::pattern;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// An anonymous request as the policy sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anonymous {
    /// Over TLS. The website endpoint is HTTP only (S3-02), so a Deny on `aws:SecureTransport=false` breaks it (S3-25).
    pub secure: bool,
    /// The `Referer` header; CloudFront may send it as a custom header.
    pub referer: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The caller's address; `None` if not known.
    pub source_ip: Option<std::net::IpAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl Truth {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// The request's condition keys: a value, known to be absent (`None`), or not in the map: not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    keys: BTreeMap<String, Option<String>>,
    /// Beginnings of keys of which those that are not in the map are known to be absent.
    whole: Vec<String>,
}

impl Context {
    pub(super) fn anonymous(caller: &Anonymous) -> Self {
        let mut context = Self::default();
        context.know("aws:SecureTransport", Some(caller.secure.to_string()));
        context.know("aws:Referer", caller.referer.clone());
        context.know("aws:UserAgent", caller.user_agent.clone());
        if let Some(ip) = caller.source_ip {
            context.know("aws:SourceIp", Some(ip.to_string()));
        }
        // A caller without identity has none of these.
        for absent in [
            "aws:PrincipalAccount",
            "aws:PrincipalArn",
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgPaths",
            "aws:SourceArn",
            "aws:SourceAccount",
            "aws:SourceOrgID",
            "aws:MultiFactorAuthPresent",
            "aws:username",
        ] {
            context.know(absent, None);
        }
        context.know("aws:PrincipalType", Some("Anonymous".to_owned()));
        context
    }

    pub(super) fn know(&mut self, key: &str, value: Option<String>) {
        self.keys.insert(key.to_ascii_lowercase(), value);
    }

    /// All keys that begin like this: these values, and no others.
    pub(super) fn know_all(&mut self, beginning: &str, values: &BTreeMap<String, String>) {
        for (name, value) in values {
            self.know(&format!("{beginning}{name}"), Some(value.clone()));
        }
        self.whole.push(beginning.to_ascii_lowercase());
    }

    /// The value of a key, or that there is none; `None`: not known.
    fn value(&self, key: &str) -> Option<Option<&String>> {
        let key = key.to_ascii_lowercase();
        match self.keys.get(&key) {
            Some(value) => Some(value.as_ref()),
            None => self.whole.iter().any(|beginning| key.starts_with(beginning)).then_some(None),
        }
    }

    /// Whether a `Condition` element holds: all operators and all their keys must.
    pub(super) fn holds(&self, condition: Option<&Value>) -> Truth {
        let Some(condition) = condition else {
            return Truth::True;
        };
        let Value::Object(operators) = condition else {
            return Truth::Unknown;
        };
        let mut all = Truth::True;
        for (operator, keys) in operators {
            let Value::Object(keys) = keys else {
                return Truth::Unknown;
            };
            for (key, wanted) in keys {
                all = all.and(self.test(operator, key, wanted));
            }
        }
        all
    }

    fn test(&self, operator: &str, key: &str, wanted: &Value) -> Truth {
        let operator = operator.to_ascii_lowercase();
        let (operator, if_exists) = match operator.strip_suffix("ifexists") {
            Some(bare) => (bare, true),
            None => (operator.as_str(), false),
        };
        let Some(known) = self.value(key) else {
            return Truth::Unknown;
        };
        if operator == "null" {
            let wants_absent = texts(wanted).any(|t| t.eq_ignore_ascii_case("true"));
            return Truth::from(known.is_none() == wants_absent);
        }
        let (operator, negated) = match operator {
            "stringnotequals" => ("stringequals", true),
            "stringnotequalsignorecase" => ("stringequalsignorecase", true),
            "stringnotlike" => ("stringlike", true),
            "arnnotequals" => ("arnequals", true),
            "arnnotlike" => ("arnlike", true),
            "notipaddress" => ("ipaddress", true),
            other => (other, false),
        };
        let Some(value) = known else {
            // A key that isn't there fails a positive operator and passes a negated one or an …IfExists.
            let judged = matches!(
                operator,
                "stringequals"
                    | "stringequalsignorecase"
                    | "stringlike"
                    | "arnequals"
                    | "arnlike"
                    | "ipaddress"
                    | "bool"
            );
            return if judged { Truth::from(negated || if_exists) } else { Truth::Unknown };
        };
        let one = |text: &str| -> Truth {
            if text.contains("${") {
                return Truth::Unknown;
            }
            match operator {
                "bool" | "stringequalsignorecase" => Truth::from(value.eq_ignore_ascii_case(text)),
                "stringequals" => Truth::from(value == text),
                "stringlike" | "arnlike" | "arnequals" => Truth::from(pattern::matches(text, value)),
                "ipaddress" => in_network(value, text),
                _ => Truth::Unknown,
            }
        };
        let any = texts(wanted).fold(Truth::False, |so_far, text| so_far.or(one(&text)));
        if negated { any.not() } else { any }
    }
}

/// Condition values may be strings or bare JSON booleans and numbers, one or a list.
fn texts(value: &Value) -> impl Iterator<Item = String> + '_ {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter().map(|v| match v {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

fn in_network(address: &str, network: &str) -> Truth {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<u32>().ok()),
        None => (network, Some(128)),
    };
    let (Ok(address), Ok(base), Some(length)) = (address.parse::<IpAddr>(), base.parse::<IpAddr>(), length)
    else {
        return Truth::Unknown;
    };
    match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let shift = 32 - length.min(32);
            Truth::from(u64::from(a.to_bits()) >> shift == u64::from(b.to_bits()) >> shift)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            let shift = 128 - length.min(128);
            Truth::from(a.to_bits().checked_shr(shift) == b.to_bits().checked_shr(shift))
        }
        _ => Truth::False,
    }
}

/// Whether a condition holds the statement to fixed values of one of the keys that S3 accepts for "not public" (S3-23).
pub(super) fn pinned_to_fixed_values(condition: Option<&Value>) -> bool {
    const PINS: [&str; 12] = [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceip",
        "aws:userid",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:dataaccesspointarn",
    ];
    let Some(Value::Object(operators)) = condition else {
        return false;
    };
    operators.iter().any(|(operator, keys)| {
        let positive = matches!(
            operator.to_ascii_lowercase().as_str(),
            "stringequals" | "stringlike" | "stringequalsignorecase" | "arnequals" | "arnlike" | "ipaddress"
        );
        let Value::Object(keys) = keys else {
            return false;
        };
        positive
            && keys.iter().any(|(key, wanted)| {
                let key = key.to_ascii_lowercase();
                let fixed = |text: &str| match key.as_str() {
                    // A network as wide as the whole Internet pins nothing.
                    "aws:sourceip" => {
                        text.rsplit_once('/').is_none_or(|(_, len)| len.parse::<u32>().is_ok_and(|l| l >= 8))
                    }
                    // S3 lets wildcards stand in the rest of an access point's or source's ARN only, which is not looked into here.
                    _ => !text.contains(['*', '?']) && !text.contains("${"),
                };
                PINS.contains(&key.as_str()) && texts(wanted).all(|text| fixed(&text))
            })
    })
}
