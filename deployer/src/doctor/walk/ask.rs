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
    /// The size was not made before.
    pub fresh: bool,
    /// The original, where it is one of the bucket's.
    pub original: Option<String>,
}

/// Requests of which one is to give an image: if an original is bad, the next is asked for.
pub(super) type Turn = Vec<Ask>;

/// Derived images that a look at the bucket lists at most.
const LISTED: usize = 1_000;
/// Originals over this many bytes take longer than they tell.
const LARGEST: u64 = 20 * 1024 * 1024;

impl Ask {
    /// A URL that the user named.
    pub fn of_url(url: &str) -> Self {
        let asked_for = "the URL that was named".to_owned();
        Self { url: url.to_owned(), asked_for, absent: false, fresh: false, original: None }
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

/// One derived image for each type of original that the bucket has, the first of them in a size that was not made before, so that the
/// function has to read and to write; and one of an original that does not exist. Nothing where nothing leads to a resizer.
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
    let sizes = sizes(&environment);
    let Some(spec) = sizes.served.first() else {
        return Err(unasked("the function serves presets only, and has none"));
    };
    let scheme = snapshot.scheme();
    let derived = |spec: &str, original: &str| {
        names::derived_key(&scheme.prefix, key.filter(|_| signed), spec, original)
    };
    let url = |spec: &str, original: &str| format!("{base}/{}", encode_path(&derived(spec, original)));
    let objects = bucket.objects.known().map(Vec::as_slice).unwrap_or_default();
    let made = bucket.derived.known().map(Vec::as_slice);
    // Of a list that ends before the images do, nothing follows for those that are not on it.
    let is_whole = made.is_some_and(|made| made.len() < LISTED);
    let is_made = |key: &str| made.is_some_and(|made| made.iter().any(|one| one.key == key));
    let ask = |kind: ImageKind, original: Original<'_>, spec: &str, fresh: bool| Ask {
        url: url(spec, original.key),
        asked_for: format!(
            "a derived {}{}",
            kind.title(),
            if fresh { " that was not made before" } else { "" }
        ),
        absent: false,
        fresh,
        original: Some(original.key.to_owned()),
    };
    let mut turns: Vec<Turn> = Vec::new();
    for (kind, originals) in by_type(objects, &scheme) {
        // One of a kind is enough: each stays in the bucket.
        let fresh = (turns.is_empty() && (sizes.any || is_whole)).then(|| {
            originals.iter().filter_map(|original| {
                let spec = sizes.not_made(|spec| is_made(&derived(spec, original.key)))?;
                Some(ask(kind, *original, &spec, true))
            })
        });
        let fresh: Turn = fresh.into_iter().flatten().collect();
        let usual = || originals.iter().map(|original| ask(kind, *original, spec, false)).collect();
        turns.push(if fresh.is_empty() { usual() } else { fresh });
    }
    turns.push(vec![Ask {
        url: url(spec, &format!("imgdeploy-doctor-{}.jpg", random_id())),
        asked_for: "an image that does not exist".to_owned(),
        absent: true,
        fresh: false,
        original: None,
    }]);
    Ok(turns)
}

fn unasked(why: &str) -> AwsFailure {
    AwsFailure::local("live requests", why)
}

/// Sizes that are served.
struct Sizes {
    /// All of them where they are listed, else the usual one.
    served: Vec<String>,
    /// Whether every other is, too.
    any: bool,
}

/// So many widths and heights are tried for a size that was not made.
const TRIED: u32 = 100;

impl Sizes {
    /// One of which there is no image, as far as that is known. Among all sizes it is one that hardly anybody asks for: which, is left
    /// to chance, as what a look at the bucket does not show may be there.
    fn not_made(&self, is_made: impl Fn(&str) -> bool) -> Option<String> {
        if !self.any {
            return self.served.iter().find(|spec| !is_made(spec)).cloned();
        }
        let chance = u32::from_str_radix(random_id().get(..6)?, 16).ok()?;
        let sizes = (0..TRIED).map(|at| chance.wrapping_add(at * 7)).map(|chance| {
            let (width, height) = (101 + chance % 199, 101 + chance / 199 % 199);
            format!("{width}x{height}")
        });
        sizes.into_iter().find(|spec| !is_made(spec))
    }
}

/// The sizes that a function with these variables serves.
fn sizes(environment: &BTreeMap<String, String>) -> Sizes {
    let value = |name: &str| environment.get(name).map(String::as_str).unwrap_or_default();
    if value("PRESETS_ONLY") == "true" {
        let served = preset_entries(value("PRESETS")).map(|(name, _)| name.to_owned()).collect();
        return Sizes { served, any: false };
    }
    let allowed = value("ALLOWED_DIMENSIONS").split([',', ' ']).filter(|one| !one.is_empty());
    let served: Vec<String> = allowed.map(str::to_owned).collect();
    if served.is_empty() {
        Sizes { served: vec![SPEC.to_owned()], any: true }
    } else {
        Sizes { served, any: false }
    }
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
    fn sizes_that_are_served() {
        let environment = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let first = |pairs: &[(&str, &str)]| sizes(&environment(pairs)).served.first().cloned();
        assert_eq!(first(&[]).as_deref(), Some("300x200"));
        assert_eq!(first(&[("ALLOWED_DIMENSIONS", "100x,200x")]).as_deref(), Some("100x"));
        let presets = [("PRESETS_ONLY", "true"), ("PRESETS", "thumb=300x200/smart;hero=1600x")];
        assert_eq!(first(&presets).as_deref(), Some("thumb"));
        assert_eq!(first(&[("PRESETS_ONLY", "true")]), None);

        // Of those that are served, one that was not made.
        let listed = sizes(&environment(&[("ALLOWED_DIMENSIONS", "100x,200x")]));
        assert_eq!(listed.not_made(|spec| spec == "100x").as_deref(), Some("200x"));
        assert_eq!(listed.not_made(|_| true), None);
        let any = sizes(&environment(&[]));
        let one = any.not_made(|_| false).unwrap_or_default();
        assert!(
            one.split('x').all(|side| side.parse::<u32>().is_ok_and(|side| (101..300).contains(&side))),
            "{one}"
        );
        assert_ne!(any.not_made(|spec| spec == one), Some(one));
    }
}
