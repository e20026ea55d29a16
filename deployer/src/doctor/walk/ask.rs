//! What is asked for. Pure, but for the name of the image that does not exist.

use std::collections::BTreeMap;

use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::Object;
use imgdeploy_checks::snapshot::derive::SPEC;
use imgdeploy_model::chain::encode::encode_path;
use imgdeploy_model::derived_key::looks_derived;
use imgdeploy_world::AwsFailure;

use crate::aws::lambda::SECRET;
use crate::doctor::look::is_image;
use crate::names;
use crate::random::random_id;
use crate::settings::value::{SecurityKey, preset_entries};

/// One request to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Where it begins.
    pub url: String,
    /// What for.
    pub asked_for: String,
    /// The original does not exist.
    pub absent: bool,
}

/// Longest key of an original that is asked for, in bytes: prefix and size need room in S3's 1,024.
const LONGEST_ORIGINAL: usize = 900;
/// Originals over this many bytes take longer than they tell.
const LARGEST: u64 = 20 * 1024 * 1024;

impl Ask {
    /// A URL that the user named.
    pub fn of_url(url: &str) -> Self {
        Self { url: url.to_owned(), asked_for: "the URL that was named".to_owned(), absent: false }
    }
}

/// Where viewers begin: the distribution, else the website endpoint.
pub(super) fn base(snapshot: &Snapshot) -> String {
    if let Ok((edge, distribution)) = snapshot.distribution() {
        let alias = distribution.aliases.into_iter().find(|alias| !alias.contains('*'));
        if let Some(host) = alias.or_else(|| edge.domain.known().cloned()) {
            return format!("https://{host}");
        }
    }
    match &snapshot.bucket {
        Some(bucket) => {
            format!("http://{}", imgdeploy_model::region::website_host(&bucket.name, &bucket.region))
        }
        None => String::new(),
    }
}

/// One derived image for each type of original that the bucket has, and one of an original that does not exist: that one reaches the
/// function in any case, while the others may have been made before. Nothing where nothing leads to a resizer.
///
/// # Errors
/// Why what would have to be asked for can't be.
pub(super) fn asks(
    snapshot: &Snapshot,
    base: &str,
    key: Option<&SecurityKey>,
) -> Result<Vec<Ask>, AwsFailure> {
    let Some(bucket) = &snapshot.bucket else { return Ok(Vec::new()) };
    let nothing = snapshot.apis.is_empty() && snapshot.function.is_none();
    let environment = snapshot.configuration().ok().map(|seen| seen.environment.clone()).unwrap_or_default();
    let signed = environment.get("SECURITY_KEY").is_some_and(|value| value == SECRET);
    if nothing || base.is_empty() {
        return Ok(Vec::new());
    }
    if signed && key.is_none() {
        return Err(unasked(
            "the function wants signed URLs, and the key was not given (IMGDEPLOY_SECURITY_KEY)",
        ));
    }
    let Some(spec) = spec(&environment) else {
        return Err(unasked("the function serves presets only, and has none"));
    };
    let prefix = snapshot.prefix();
    let url = |original: &str| {
        let derived = names::derived_key(&prefix, key.filter(|_| signed), &spec, original);
        format!("{base}/{}", encode_path(&derived))
    };
    let objects = bucket.objects.known().map(Vec::as_slice).unwrap_or_default();
    let mut asks: Vec<Ask> = by_type(objects, &prefix)
        .into_iter()
        .map(|(kind, original)| Ask {
            url: url(original),
            asked_for: format!("a derived {kind}"),
            absent: false,
        })
        .collect();
    asks.push(Ask {
        url: url(&format!("imgdeploy-doctor-{}.jpg", random_id())),
        asked_for: "an image that does not exist".to_owned(),
        absent: true,
    });
    Ok(asks)
}

fn unasked(why: &str) -> AwsFailure {
    AwsFailure::local("live requests", why)
}

/// A spec that is served; `None` where only presets are and there are none.
fn spec(environment: &BTreeMap<String, String>) -> Option<String> {
    let value = |name: &str| environment.get(name).map(String::as_str).unwrap_or_default();
    if value("PRESETS_ONLY") == "true" {
        return preset_entries(value("PRESETS")).next().map(|(name, _)| name.to_owned());
    }
    let allowed = value("ALLOWED_DIMENSIONS").split([',', ' ']).find(|one| !one.is_empty());
    Some(allowed.unwrap_or(SPEC).to_owned())
}

/// The smallest original of each type.
fn by_type<'a>(objects: &'a [Object], prefix: &str) -> BTreeMap<&'static str, &'a str> {
    let mut found: BTreeMap<&'static str, &Object> = BTreeMap::new();
    // Names that would be refused rightly (S3-13).
    let odd = |key: &str| {
        key.contains('?')
            || key.chars().any(char::is_control)
            || key.split('/').any(|part| matches!(part, "" | "." | ".."))
    };
    let derived = |key: &str| match prefix {
        // A first folder such as `300x200` is a size.
        "" => looks_derived(key, prefix, |_| false),
        prefix => key.starts_with(prefix),
    };
    for object in objects {
        let key = object.key.as_str();
        if !is_image(key) || odd(key) || derived(key) || key.len() > LONGEST_ORIGINAL {
            continue;
        }
        if object.size == 0 || object.size > LARGEST {
            continue;
        }
        let kind = kind(key);
        if found.get(kind).is_none_or(|known| object.size < known.size) {
            found.insert(kind, object);
        }
    }
    found.into_iter().map(|(kind, object)| (kind, object.key.as_str())).collect()
}

fn kind(key: &str) -> &'static str {
    match key.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "png" => "PNG",
        "webp" => "WebP",
        "gif" => "GIF",
        "avif" => "AVIF",
        _ => "JPEG",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_original_of_each_type_is_asked_for() {
        let objects: Vec<Object> = [
            ("a.jpg", 900),
            ("b.JPEG", 100),
            ("c.png", 5),
            ("empty.gif", 0),
            ("resized/300x200/a.png", 1),
            ("x/?.webp", 1),
            ("readme.txt", 1),
        ]
        .into_iter()
        .map(|(key, size)| Object { key: key.to_owned(), size, owner: None })
        .collect();
        let found = by_type(&objects, "resized/");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("JPEG", "b.JPEG"), ("PNG", "c.png")]);
    }

    #[test]
    fn a_size_that_is_served() {
        let environment = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(spec(&environment(&[])).as_deref(), Some("300x200"));
        assert_eq!(spec(&environment(&[("ALLOWED_DIMENSIONS", "100x,200x")])).as_deref(), Some("100x"));
        let presets = [("PRESETS_ONLY", "true"), ("PRESETS", "thumb=300x200/smart;hero=1600x")];
        assert_eq!(spec(&environment(&presets)).as_deref(), Some("thumb"));
        assert_eq!(spec(&environment(&[("PRESETS_ONLY", "true")])), None);
    }
}
