//! What is asked for. Pure, but for the name of the image that does not exist.

use crate::aws::lambda::SECRET;
use crate::names;
use crate::random::random_id;
use crate::sample::{self, Original};
use crate::settings::value::{SecurityKey, preset_entries};
use imgdeploy_checks::Snapshot;
use imgdeploy_checks::snapshot::Object;
use imgdeploy_checks::snapshot::derive::SPEC;
use imgdeploy_keys::{ImageKind, Scheme};
use imgdeploy_model::chain::encode::encode_path;
use imgdeploy_world::AwsFailure;
use std::collections::BTreeMap;

/// One request to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Where it begins.
    pub url: String,
    /// What for.
    pub asked_for: String,
    /// The original does not exist.
    pub absent: bool,
    /// The original, where it is one of the bucket's.
    pub original: Option<String>,
}

/// Requests of which one is to give an image: if an original is bad, the next is asked for.
pub(super) type Turn = Vec<Ask>;

/// Originals over this many bytes take longer than they tell.
const LARGEST: u64 = 20 * 1024 * 1024;

impl Ask {
    /// A URL that the user named.
    pub fn of_url(url: &str) -> Self {
        let asked_for = "the URL that was named".to_owned();
        Self { url: url.to_owned(), asked_for, absent: false, original: None }
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
) -> Result<Vec<Turn>, AwsFailure> {
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
    let scheme = snapshot.scheme();
    let url = |original: &str| {
        let derived = names::derived_key(&scheme.prefix, key.filter(|_| signed), &spec, original);
        format!("{base}/{}", encode_path(&derived))
    };
    let objects = bucket.objects.known().map(Vec::as_slice).unwrap_or_default();
    let ask = |kind: ImageKind, original: Original<'_>| Ask {
        url: url(original.key),
        asked_for: format!("a derived {}", kind.title()),
        absent: false,
        original: Some(original.key.to_owned()),
    };
    let mut turns: Vec<Turn> = by_type(objects, &scheme)
        .into_iter()
        .map(|(kind, originals)| originals.into_iter().map(|original| ask(kind, original)).collect())
        .collect();
    turns.push(vec![Ask {
        url: url(&format!("imgdeploy-doctor-{}.jpg", random_id())),
        asked_for: "an image that does not exist".to_owned(),
        absent: true,
        original: None,
    }]);
    Ok(turns)
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

/// Originals of each type, in turn.
fn by_type<'a>(objects: &'a [Object], scheme: &Scheme) -> BTreeMap<ImageKind, Vec<Original<'a>>> {
    let sized = objects.iter().map(|object| (object.key.as_str(), object.size));
    let mut found: BTreeMap<ImageKind, Vec<Original<'a>>> = BTreeMap::new();
    for original in sample::originals(sized, scheme, LARGEST) {
        found.entry(original.kind).or_default().push(original);
    }
    found.into_iter().map(|(kind, originals)| (kind, sample::in_turn(&originals))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn originals_of_each_type_are_asked_for_in_turn() {
        let objects: Vec<Object> = [
            ("a.jpg", 900),
            ("b.JPEG", 100),
            ("c.png", 5),
            ("empty.gif", 0),
            ("resized/300x200/a.png", 1),
            ("x/?.webp", 1),
            ("readme.txt", 1),
            ("thumb/a.gif", 7),
        ]
        .into_iter()
        .map(|(key, size)| Object { key: key.to_owned(), size, owner: None })
        .collect();
        let found = |prefix: &str| -> Vec<(&str, Vec<String>)> {
            let scheme = Scheme::of_lists(prefix, ["thumb=30x20"]);
            let found = by_type(&objects, &scheme).into_iter();
            let keys = |found: Vec<Original<'_>>| found.iter().map(|one| one.key.to_owned()).collect();
            found.map(|(kind, originals)| (kind.title(), keys(originals))).collect()
        };
        let all = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let jpeg = ("JPEG", all(&["a.jpg", "b.JPEG"]));
        assert_eq!(
            found("resized/"),
            [jpeg.clone(), ("PNG", all(&["c.png"])), ("GIF", all(&["thumb/a.gif"]))]
        );
        // Without a prefix, an image of a preset is no original.
        let png = ("PNG", all(&["c.png", "resized/300x200/a.png"]));
        assert_eq!(found(""), [jpeg, png]);
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
