//! The query form: `?url=https://host/a.jpg&width=300&height=200&fit=contain&format=webp&quality=80`. Pure.

use resizer_core::Spec;
use resizer_core::spec::{Filter, Fit, MAX_SIDE, OutputFormat, Side};
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
    /// A parameter that means nothing.
    #[error(
        "the query has `{0}`, which means nothing here; known are url, width, height, fit, format, quality and \
         signature. If it belongs to the URL, encode the `&` in front of it as %26"
    )]
    Unknown(String),
    /// A value that is none.
    #[error("`{name}` is `{value}`; {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it can be.
        expected: String,
    },
}

/// Reads the parameters of a query, decoded.
///
/// # Errors
/// See [`QueryError`].
pub fn parse(parameters: &BTreeMap<String, String>) -> Result<Query, QueryError> {
    const KNOWN: [&str; 7] = ["url", "width", "height", "fit", "format", "quality", "signature"];
    if let Some(name) = parameters.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(QueryError::Unknown(name.clone()));
    }
    let get = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let side =
        |name| get(name).map_or(Ok(Side::Auto), |value| Ok(Side::Pixels(number(name, value, MAX_SIDE)?)));
    let mut spec = Spec { width: side("width")?, height: side("height")?, ..Spec::default() };
    match get("fit") {
        None | Some("cover") => {}
        Some("contain") => spec.fit = Fit::CONTAIN,
        Some("stretch") => spec.filters.push(Filter::Stretch),
        Some(other) => return Err(wrong("fit", other, "use cover, contain or stretch")),
    }
    if let Some(format) = get("format") {
        spec.filters.push(Filter::Format(format_of(format)?));
    }
    if let Some(quality) = get("quality") {
        let quality = u8::try_from(number("quality", quality, 100)?).unwrap_or(100);
        spec.filters.push(Filter::Quality(quality));
    }
    let signed = parameters.iter().filter(|(name, _)| *name != "signature");
    let signed: Vec<String> = signed.map(|(name, value)| format!("{name}={value}")).collect();
    Ok(Query {
        url: get("url").ok_or(QueryError::NoUrl)?.to_owned(),
        spec,
        signature: get("signature").map(str::to_owned),
        signed_text: signed.join("&"),
    })
}

fn wrong(name: &'static str, value: &str, expected: &str) -> QueryError {
    QueryError::Value { name, value: value.to_owned(), expected: expected.to_owned() }
}

fn number(name: &'static str, value: &str, most: u32) -> Result<u32, QueryError> {
    let plain = value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse().ok().filter(|number| plain && (1..=most).contains(number));
    number.ok_or_else(|| wrong(name, value, &format!("use a whole number from 1 to {most}")))
}

fn format_of(name: &str) -> Result<OutputFormat, QueryError> {
    Ok(match name {
        "auto" => OutputFormat::Auto,
        "jpeg" | "jpg" => OutputFormat::Jpeg,
        "png" => OutputFormat::Png,
        "webp" => OutputFormat::WebP,
        "avif" => OutputFormat::Avif,
        "gif" => OutputFormat::Gif,
        other => return Err(wrong("format", other, "use jpeg, png, webp, avif, gif or auto")),
    })
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
        let asked =
            query("width=300&url=https://h/a.jpg&height=200&fit=contain&quality=70&format=webp&signature=s=")
                .unwrap();
        assert_eq!(asked.url, "https://h/a.jpg");
        let filters = vec![Filter::Format(OutputFormat::WebP), Filter::Quality(70)];
        assert_eq!(asked.spec, Spec { filters, ..Spec::contain(300, 200) });
        assert_eq!(asked.signature.as_deref(), Some("s="));
        assert_eq!(
            asked.signed_text,
            "fit=contain&format=webp&height=200&quality=70&url=https://h/a.jpg&width=300"
        );
        assert_eq!(query("url=u&width=3").unwrap().spec, Spec::width(3));
        assert_eq!(query("url=u&height=3&width=&fit=cover").unwrap().spec, Spec::height(3));
        assert_eq!(query("url=u").unwrap().spec, Spec::default());
        assert_eq!(query("url=u&fit=stretch").unwrap().spec, Spec::default().with(Filter::Stretch));
    }

    #[test]
    fn wrong_values_are_named() {
        for (text, says) in [
            ("width=3", "no `url`"),
            ("url=", "no `url`"),
            ("url=u&width=0", "`width` is `0`; use a whole number from 1 to 10000"),
            ("url=u&width=+3", "`width` is `+3`"),
            ("url=u&height=10001", "`height` is `10001`"),
            ("url=u&height=3px", "`height` is `3px`"),
            ("url=u&quality=101", "`quality` is `101`; use a whole number from 1 to 100"),
            ("url=u&fit=fill", "`fit` is `fill`; use cover"),
            ("url=u&format=bmp", "`format` is `bmp`; use jpeg"),
            ("url=u&w=3", "`w`, which means nothing"),
        ] {
            let error = query(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
