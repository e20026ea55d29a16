//! The query form: `width=300&height=200&fit=cover&format=webp&quality=80&dpr=2`.

use super::nearest::nearest;
use super::number::Token;
use super::{Fill, Filter, Fit, MAX_SIDE, Side, Spec, SpecError, SpecErrorKind, filters};
use std::fmt::{self, Display, Formatter};

const PARAMETERS: [&str; 6] = ["width", "height", "fit", "format", "quality", "dpr"];

/// A parameter that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The name of the parameter.
    pub name: String,
    /// What is wrong with it.
    pub kind: QueryErrorKind,
}

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryErrorKind {
    /// There is no such parameter.
    Unknown {
        /// The parameter that may have been meant.
        nearest: Option<&'static str>,
    },
    /// It is there twice.
    Twice,
    /// Its value is wrong.
    Value(SpecError),
}

impl std::error::Error for QueryError {}

impl Display for QueryError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_debug();
        match &self.kind {
            QueryErrorKind::Unknown { nearest: Some(known) } => {
                write!(f, "unknown parameter `{name}`; did you mean `{known}`?")
            }
            QueryErrorKind::Unknown { nearest: None } => {
                write!(f, "unknown parameter `{name}`; there are {}", PARAMETERS.join(", "))
            }
            QueryErrorKind::Twice => write!(f, "the parameter `{name}` is given twice"),
            QueryErrorKind::Value(SpecError { token, kind, .. }) => {
                write!(f, "`{}` in the parameter `{name}` {kind}", token.escape_debug())
            }
        }
    }
}

/// A spec from the parameters of a query, decoded: `width` and `height` in pixels, `fit`, `format`,
/// `quality` (1 to 100) and `dpr` (0.1 to 10). An empty value counts as none given.
///
/// `fit` has the words of CSS and sharp, with their meaning: both enlarge small images.
///
/// | fit | spec |
/// |---|---|
/// | `cover` (default) | the size exactly, the rest cut off |
/// | `contain` | the size exactly, the whole image on a transparent canvas |
/// | `fill` | the size exactly, stretched |
/// | `inside` | the whole image, at most the size |
/// | `outside` | the whole image, at least the size |
///
/// # Errors
/// The first parameter that is unknown, given twice or wrong.
pub fn from_query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Spec, QueryError> {
    let mut spec = Spec::default();
    let mut seen = Vec::new();
    let mut fit = "cover";
    for (name, value) in pairs {
        let error = |kind| QueryError { name: name.to_owned(), kind };
        let Some(known) = PARAMETERS.into_iter().find(|known| *known == name) else {
            return Err(error(QueryErrorKind::Unknown { nearest: nearest(name, PARAMETERS) }));
        };
        if seen.contains(&known) {
            return Err(error(QueryErrorKind::Twice));
        }
        seen.push(known);
        if !value.is_empty() {
            set(&mut spec, &mut fit, known, Token { at: 0, text: value })
                .map_err(|wrong| error(QueryErrorKind::Value(wrong)))?;
        }
    }
    match fit {
        "contain" => {
            spec.fit = Fit::CONTAIN;
            spec.filters.push(Filter::Upscale);
            spec.filters.push(Filter::Fill { with: Fill::Transparent, behind: false });
        }
        "inside" => {
            spec.fit = Fit::CONTAIN;
            spec.filters.push(Filter::Upscale);
        }
        "outside" => spec.fit = Fit::Contain { adaptive: false, full: true },
        "fill" => spec.filters.push(Filter::Stretch),
        _ => {}
    }
    // The order of parameters says nothing, so it makes no other spec.
    spec.filters.sort();
    Ok(spec)
}

fn set<'a>(spec: &mut Spec, fit: &mut &'a str, name: &str, value: Token<'a>) -> Result<(), SpecError> {
    match name {
        "width" => spec.width = Side::Pixels(value.small(1, MAX_SIDE)?),
        "height" => spec.height = Side::Pixels(value.small(1, MAX_SIDE)?),
        "format" => spec.filters.push(Filter::Format(filters::format(value)?)),
        "quality" => spec.filters.push(Filter::Quality(value.byte(1, 100)?)),
        "dpr" => spec.filters.push(Filter::Dpr { thousandths: value.thousandths(100, 10_000)? }),
        _ => {
            let fits = &["cover", "contain", "fill", "inside", "outside"];
            if !fits.contains(&value.text) {
                return Err(value.error(SpecErrorKind::Choice(fits)));
            }
            *fit = value.text;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(query: &str) -> Result<Spec, QueryError> {
        from_query(query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap()))
    }

    #[test]
    fn the_path_that_asks_for_the_same() {
        for (query, path) in [
            ("", "0x0"),
            ("width=", "0x0"),
            ("width=300", "300x"),
            ("height=200", "x200"),
            ("width=300&height=200", "300x200"),
            ("height=200&fit=cover&width=300", "300x200"),
            ("width=300&height=200&fit=inside", "fit-in/300x200/filters:upscale()"),
            ("width=300&height=200&fit=contain", "fit-in/300x200/filters:fill(transparent):upscale()"),
            ("width=300&height=200&fit=outside", "full-fit-in/300x200"),
            ("width=300&height=200&fit=fill", "300x200/filters:stretch()"),
            ("format=jpg&quality=7&dpr=1.5", "filters:format(jpeg):quality(7):dpr(1.5)"),
            ("dpr=1.5&quality=7&format=jpeg", "filters:format(jpeg):quality(7):dpr(1.5)"),
        ] {
            let spec = read(query).unwrap();
            assert_eq!(spec.to_string(), path, "{query}");
            assert_eq!(Spec::parse(path), Ok(spec), "{query}");
        }
    }

    #[test]
    fn errors_name_the_parameter() {
        for (query, text) in [
            ("widht=1", "unknown parameter `widht`; did you mean `width`?"),
            ("zoom=1", "unknown parameter `zoom`; there are width, height, fit, format, quality, dpr"),
            ("width=1&width=1", "the parameter `width` is given twice"),
            ("width=&width=1", "the parameter `width` is given twice"),
            ("width=0", "`0` in the parameter `width` is outside 1 to 10000"),
            (
                "height=1px",
                "`1px` in the parameter `height` is not a plain whole number without leading zeros",
            ),
            ("fit=scale", "`scale` in the parameter `fit` is none of cover, contain, fill, inside, outside"),
            ("quality=0", "`0` in the parameter `quality` is outside 1 to 100"),
            ("dpr=11", "`11` in the parameter `dpr` is outside 0.1 to 10"),
            ("format=bmp", "`bmp` in the parameter `format` is none of jpeg, png, webp, avif, gif, auto"),
        ] {
            assert_eq!(read(query).unwrap_err().to_string(), text, "{query}");
        }
    }
}
