//! The query form: `?url=https://host/a.jpg&width=300&height=200&fit=contain&format=webp&quality=80`. Pure.

use crate::signature::{UNRESERVED, VERSION};
use percent_encoding::utf8_percent_encode;
use resizer_core::Spec;
use resizer_core::spec;
use std::collections::BTreeMap;

/// The parameter with the signature.
const SIGNATURE: &str = "signature";

/// What a query asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Where the original is.
    pub url: String,
    /// What is asked of it.
    pub spec: Spec,
    /// `signature`, if there is one.
    pub signature: Option<String>,
    /// The texts that a signature may be of: see [`signed_text`] and [`first_signed_text`].
    pub signed_texts: Vec<String>,
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
    let ours = |name: &str| matches!(name, "url" | SIGNATURE);
    let pairs = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let spec = spec::from_query(pairs.filter(|(name, _)| !ours(name)))?;
    let signed_texts =
        std::iter::once(signed_text(parameters)).chain(first_signed_text(parameters)).collect();
    Ok(Query { url, spec, signature: get(SIGNATURE), signed_texts })
}

/// What is signed of a query: `v2?` and the parameters other than `signature`, sorted by name, as `name=value` joined by
/// `&`, where all but unreserved characters of a value are percent-encoded.
///
/// The values having neither `&` nor `=` in them, each text is of one query. It has no `/`, which every signed path has.
pub fn signed_text(parameters: &BTreeMap<String, String>) -> String {
    let pairs = parameters.iter().filter(|(name, _)| *name != SIGNATURE);
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, UNRESERVED))).collect();
    format!("{VERSION}?{}", pairs.join("&"))
}

/// What was signed before there were versions: the same with the values as they are. Where `url` has a query, its end can
/// be taken for `width`, the one name behind `url`: such a text is of two queries, and is not taken.
fn first_signed_text(parameters: &BTreeMap<String, String>) -> Option<String> {
    let url = parameters.get("url").map_or("", String::as_str);
    let ambiguous = url.contains("&width=") || (url.contains('?') && parameters.contains_key("width"));
    let pairs = parameters.iter().filter(|(name, _)| *name != SIGNATURE);
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    (!ambiguous).then(|| pairs.join("&"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

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
            asked.signed_texts,
            [
                "v2?dpr=2&fit=inside&format=webp&height=200&quality=70&url=https%3A%2F%2Fh%2Fa.jpg&width=300",
                "dpr=2&fit=inside&format=webp&height=200&quality=70&url=https://h/a.jpg&width=300",
            ]
        );
        assert_eq!(query("url=u&width=3").unwrap().spec, Spec::width(3));
        assert_eq!(query("url=u").unwrap().spec, Spec::default());
    }

    #[test]
    fn texts_that_are_of_two_queries_are_not_taken() {
        let texts = |pairs: &[(&str, &str)]| {
            let all = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            parse(&all).unwrap().signed_texts
        };
        // The first text of both would be the same.
        let split = texts(&[("url", "https://h/a.jpg?id=7"), ("width", "300")]);
        let whole = texts(&[("url", "https://h/a.jpg?id=7&width=300")]);
        assert_eq!(split, ["v2?url=https%3A%2F%2Fh%2Fa.jpg%3Fid%3D7&width=300"]);
        assert_eq!(whole, ["v2?url=https%3A%2F%2Fh%2Fa.jpg%3Fid%3D7%26width%3D300"]);
        assert_eq!(texts(&[("url", "https://h/a.jpg&width=300")]).len(), 1);
        // Nothing else can end like that.
        assert_eq!(texts(&[("url", "https://h/a.jpg?id=7"), ("height", "300")]).len(), 2);
        assert_eq!(texts(&[("url", "https://h/a.jpg"), ("width", "300")]).len(), 2);
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

    /// Parameters with values that look like more parameters.
    fn parameters() -> impl Strategy<Value = BTreeMap<String, String>> {
        let piece = prop::sample::select(vec![
            "&", "=", "?", "%", "%26", "%3D", "+", "/", "#", "width", "&width=3", "height", "url", "v2?",
            "3", "a",
        ]);
        let url =
            prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("https://h/{}", pieces.concat()));
        let side = || prop::option::of(prop::sample::select(vec!["3", "30", ""]));
        (url, side(), side(), prop::option::of(Just("webp"))).prop_map(|(url, width, height, format)| {
            let others = [("width", width), ("height", height), ("format", format)];
            let others =
                others.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
            others.chain([("url".to_owned(), url)]).collect()
        })
    }

    /// All ways to cut a text into parameters, as a forger would.
    fn cut(text: &str) -> Vec<BTreeMap<String, String>> {
        let pairs: Vec<&str> = text.split('&').collect();
        (0u32..1 << (pairs.len() - 1).min(8))
            .map(|joints| {
                let mut values: Vec<String> = Vec::new();
                for (at, pair) in pairs.iter().enumerate() {
                    match values.last_mut().filter(|_| at > 0 && joints >> (at - 1) & 1 == 1) {
                        Some(last) => *last = format!("{last}&{pair}"),
                        None => values.push((*pair).to_owned()),
                    }
                }
                let pairs = values.iter().filter_map(|pair| pair.split_once('='));
                pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            })
            .collect()
    }

    proptest! {
        /// No text is of two queries, and none of a query is of a path.
        #[test]
        fn each_signed_text_is_of_one_query(one in parameters(), other in parameters()) {
            let asked = parse(&one).unwrap();
            for text in &asked.signed_texts {
                let forged = cut(text.strip_prefix("v2?").unwrap_or(text));
                for other in forged.iter().chain([&other]).filter(|other| **other != one) {
                    if let Ok(query) = parse(other) {
                        prop_assert!(!query.signed_texts.contains(text), "{text}: {one:?} and {other:?}");
                    }
                }
                let presets = spec::Presets::parse("v2=3x;url=4x").unwrap();
                prop_assert!(imgdeploy_keys::readings(text, &presets).is_err(), "{text}");
            }
        }
    }
}
