//! The query form: `?url=https://host/a.jpg&width=300&height=200&fit=contain&format=webp&quality=80`. Pure.

use resizer_core::Spec;
use resizer_core::spec;
use std::collections::BTreeMap;

/// What a query asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Where the original is.
    pub url: String,
    /// What is asked of it.
    pub spec: Spec,
    /// `signature`, if there is one.
    pub signature: Option<String>,
    /// What a signature is of: the other parameters, decoded, as `name=value`, sorted by name and joined by `&`.
    pub signed_text: String,
}

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// It has no `url`.
    #[error(
        "the query has no `url`; ask for ?url=https://host/a.jpg&width=300, with the URL percent-encoded"
    )]
    NoUrl,
    /// A parameter that is unknown or wrong.
    #[error("{0}; if it belongs to the URL, encode the `&` in front of it as %26")]
    Parameter(#[from] spec::QueryError),
}

/// Reads the parameters of a query, decoded.
///
/// # Errors
/// See [`QueryError`].
pub fn parse(parameters: &BTreeMap<String, String>) -> Result<Query, QueryError> {
    let get = |name: &str| parameters.get(name).filter(|value| !value.is_empty()).cloned();
    let url = get("url").ok_or(QueryError::NoUrl)?;
    let ours = |name: &str| matches!(name, "url" | "signature");
    let pairs = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let spec = spec::from_query(pairs.filter(|(name, _)| !ours(name)))?;
    let signed = parameters.iter().filter(|(name, _)| *name != "signature");
    let signed: Vec<String> = signed.map(|(name, value)| format!("{name}={value}")).collect();
    Ok(Query { url, spec, signature: get("signature"), signed_text: signed.join("&") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn query(text: &str) -> Result<Query, QueryError> {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        parse(&pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn everything_asked_for() {
        let text =
            "width=300&url=https://h/a.jpg&height=200&fit=inside&quality=70&format=webp&dpr=2&signature=s=";
        let asked = query(text).unwrap();
        assert_eq!(asked.url, "https://h/a.jpg");
        assert_eq!(
            asked.spec,
            spec::from_query([
                ("width", "300"),
                ("height", "200"),
                ("fit", "inside"),
                ("quality", "70"),
                ("format", "webp"),
                ("dpr", "2"),
            ])
            .unwrap()
        );
        assert_eq!(asked.signature.as_deref(), Some("s="));
        assert_eq!(
            asked.signed_text,
            "dpr=2&fit=inside&format=webp&height=200&quality=70&url=https://h/a.jpg&width=300"
        );
        assert_eq!(query("url=u&width=3").unwrap().spec, Spec::width(3));
        assert_eq!(query("url=u").unwrap().spec, Spec::default());
    }

    #[test]
    fn wrong_values_are_named() {
        for (text, says) in [
            ("width=3", "no `url`"),
            ("url=", "no `url`"),
            ("url=u&width=0", "`width`"),
            ("url=u&fit=scale", "`fit`"),
            ("url=u&w=3", "`w`"),
            ("url=u&w=3", "%26"),
        ] {
            let error = query(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
