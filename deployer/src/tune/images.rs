//! The images that are measured with. Pure.

use crate::aws::read::Object;
use crate::sample::originals;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imgdeploy_keys::Scheme;
use serde_json::json;

/// Largest image that fits into a call: 6 MB of payload (LA-07), in base64 a third more.
pub const MOST_BYTES: u64 = 4_400_000;
/// How many originals are chosen at most.
const CHOSEN: usize = 5;

/// A photograph of 1600 by 900 pixels, for a bucket without any (tests/photos/README.md says whose).
pub const SAMPLE: &[u8] = include_bytes!("../../../tests/photos/dandelion.jpg");
/// What it is called.
pub const SAMPLE_NAME: &str = "(built-in photograph, 1600x900)";

/// Up to five typical originals, or up to `most`: from the middle of each fifth of their sizes, the smallest first.
pub fn typical(objects: &[Object], scheme: &Scheme, most: usize) -> Vec<Object> {
    let objects = objects.iter().map(|object| (object.key.as_str(), object.size));
    let found = originals(objects, scheme, MOST_BYTES);
    let count = found.len().min(CHOSEN).min(most);
    (0..count)
        .filter_map(|at| found.get((2 * at + 1) * found.len() / (2 * count)))
        .map(|one| Object { key: one.key.to_owned(), size: one.size, owner: None })
        .collect()
}

/// The event that has the function make an image without storing anything (`resizer-fn/src/routes/check.rs`).
pub fn event(image: &[u8], spec: &str) -> Vec<u8> {
    json!({ "imgdeploy": { "check": { "image": STANDARD.encode(image), "spec": spec } } })
        .to_string()
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scheme(prefix: &str) -> Scheme {
        Scheme::of_lists(prefix, [])
    }

    fn objects(sizes: &[u64]) -> Vec<Object> {
        let one = |(at, size): (usize, &u64)| Object { key: format!("{at}.jpg"), size: *size, owner: None };
        sizes.iter().enumerate().map(one).collect()
    }

    #[test]
    fn the_choice_goes_over_all_sizes() {
        let sizes: Vec<u64> = (1..=100).collect();
        let chosen: Vec<u64> =
            typical(&objects(&sizes), &scheme("resized/"), 9).iter().map(|one| one.size).collect();
        assert_eq!(chosen, [11, 31, 51, 71, 91]);
        let one: Vec<u64> =
            typical(&objects(&sizes), &scheme("resized/"), 1).iter().map(|one| one.size).collect();
        assert_eq!(one, [51]);
        assert_eq!(typical(&objects(&[7]), &scheme(""), 9).len(), 1);
        assert!(typical(&[], &scheme(""), 9).is_empty());
    }

    #[test]
    fn neither_derived_nor_too_large_nor_no_image() {
        let named = |key: &str, size| Object { key: key.to_owned(), size, owner: None };
        let all = [
            named("resized/300x200/a.jpg", 10),
            named("index.html", 10),
            named("huge.jpg", MOST_BYTES + 1),
            named("a.jpg", 10),
        ];
        let chosen = typical(&all, &scheme("resized/"), 9);
        assert_eq!(chosen.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["a.jpg"]);
    }

    #[test]
    fn the_largest_image_fits_into_a_call() {
        let most = usize::try_from(MOST_BYTES).unwrap_or_default();
        assert!(event(&vec![0; most], "fit-in/300x200/filters:format(webp)").len() < 6 * 1024 * 1024);
        assert!(!SAMPLE.is_empty());
    }

    proptest! {
        #[test]
        fn at_most_five_and_all_different(sizes in prop::collection::vec(1_u64..1_000, 0..40)) {
            let chosen = typical(&objects(&sizes), &scheme(""), 9);
            prop_assert_eq!(chosen.len(), sizes.len().min(5));
            let mut keys: Vec<&str> = chosen.iter().map(|one| one.key.as_str()).collect();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!(keys.len(), chosen.len());
        }
    }
}
