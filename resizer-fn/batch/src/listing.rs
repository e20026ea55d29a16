//! What S3 answers to a listing: keys as they are stored, and whether there is more.

use crate::feed::Listed;
use percent_encoding::percent_decode_str;

/// Why an answer to a listing can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListingError {
    /// There is more, but not behind what was listed so far: asked again, S3 would give the same for ever.
    Stuck,
    /// A key that is no text; as it was answered.
    Key(String),
}

impl std::fmt::Display for ListingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stuck => f.write_str("S3 says that there are more keys, and gives none behind those it gave before: the list would never end"),
            Self::Key(key) => write!(f, "S3 lists the key {key:?}, which is not UTF-8 text"),
        }
    }
}

impl std::error::Error for ListingError {}

/// A key, or what keys have in common, as it is stored.
///
/// Keys may have characters that XML can't hold, so that every listing is asked for with `encoding-type=url`. What the answer
/// says of its encoding decides (`url_encoded`), as not every S3 knows that. It is the encoding of forms: `+` is a space.
///
/// # Errors
/// [`ListingError::Key`].
pub fn listed_key(text: &str, url_encoded: bool) -> Result<String, ListingError> {
    if !url_encoded {
        return Ok(text.to_owned());
    }
    let spaces = text.replace('+', " ");
    match percent_decode_str(&spaces).decode_utf8() {
        Ok(key) => Ok(key.into_owned()),
        Err(_) => Err(ListingError::Key(text.to_owned())),
    }
}

impl Listed {
    /// The answer to a listing behind `after`, with its keys as they were sent.
    ///
    /// # Errors
    /// See [`ListingError`].
    pub fn of_answer<'a>(
        keys: impl IntoIterator<Item = &'a str>,
        url_encoded: bool,
        is_truncated: bool,
        after: Option<&str>,
    ) -> Result<Self, ListingError> {
        let keys: Vec<String> =
            keys.into_iter().map(|key| listed_key(key, url_encoded)).collect::<Result<_, _>>()?;
        let next = match keys.last() {
            _ if !is_truncated => None,
            // S3 lists in the order of UTF-8 bytes.
            Some(last) if after.is_none_or(|after| last.as_str() > after) => Some(last.clone()),
            _ => return Err(ListingError::Stuck),
        };
        Ok(Self { keys, next })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn answered(keys: &[&str], is_truncated: bool, after: Option<&str>) -> Result<Listed, ListingError> {
        Listed::of_answer(keys.iter().copied(), true, is_truncated, after)
    }

    #[test]
    fn a_list_goes_on_behind_what_was_listed_or_not_at_all() {
        let listed = answered(&["a", "b+c%2Bd%0A%01"], true, None).unwrap();
        assert_eq!(listed.keys, ["a", "b c+d\n\u{1}"]);
        assert_eq!(listed.next.as_deref(), Some("b c+d\n\u{1}"));
        assert_eq!(answered(&["x"], false, Some("x")).unwrap().next, None, "the end is the end");
        // The same page again, an earlier one, none at all.
        for keys in [&["x"][..], &["a", "b"], &[]] {
            assert_eq!(answered(keys, true, Some("x")), Err(ListingError::Stuck), "{keys:?}");
        }
        assert_eq!(answered(&[], true, None), Err(ListingError::Stuck));
    }

    #[test]
    fn what_is_not_encoded_is_not_decoded() {
        let listed = Listed::of_answer(["a+b%20c"], false, false, None).unwrap();
        assert_eq!(listed.keys, ["a+b%20c"]);
        assert_eq!(listed_key("%ff", true), Err(ListingError::Key("%ff".to_owned())));
    }

    proptest! {
        #[test]
        fn any_key_comes_back(key in any::<String>()) {
            let encoded = percent_encoding::utf8_percent_encode(&key, percent_encoding::NON_ALPHANUMERIC).to_string();
            prop_assert_eq!(listed_key(&encoded, true).unwrap(), key.clone());
            // As forms do it.
            prop_assert_eq!(listed_key(&encoded.replace("%20", "+"), true).unwrap(), key);
        }
    }
}
