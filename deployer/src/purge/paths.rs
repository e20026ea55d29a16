//! Which paths CloudFront is told to forget: as few as possible, and nothing that is not a derived image's. Pure.
//!
//! Each path costs after the first 1,000 of a month, and a wildcard counts as one (CF-16). Besides, only 15 wildcards and 3,000
//! other paths may be in progress at once.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// The most paths of one invalidation without wildcards (CF-16).
pub const MOST_PATHS: usize = 3000;
/// The most wildcards (CF-16).
const MOST_WILDCARDS: usize = 15;
/// Where one wildcard over all derived images is better than what would have to be paid for.
const MANY: usize = 1000;

/// A derived image that edges may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// Its path for viewers, not encoded: `/resized/300x200/pics/a.jpg`.
    pub path: String,
    /// A beginning of that path that nothing but derived images has, and of these hardly any but what is purged:
    /// `/resized/300x200/pics/`, where all of `pics/` is purged.
    pub common: Option<String>,
    /// Whether edges keep it once for each query string (CF-17).
    pub by_query: bool,
}

/// What to send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Paths {
    /// Paths as CloudFront wants them, in order.
    pub paths: Vec<String>,
    /// Whether they are for more than what is purged: for all derived images. These are fetched from the bucket again.
    pub all_derived: bool,
    /// Whether edges may keep what was cached with a query string, as no wildcard is safe here.
    pub queries_left: bool,
}

/// The fewest paths for these images. `own` is the beginning of all paths that are derived images' and nobody else's, such as
/// `/resized/`; without one, no wildcard is safe.
pub fn paths(images: &[Cached], own: Option<&str>) -> Paths {
    let mut exact: BTreeSet<String> = BTreeSet::new();
    let mut groups: BTreeMap<&str, Vec<&Cached>> = BTreeMap::new();
    let mut queries_left = false;
    for image in images {
        let wild = own.is_some_and(|own| image.path.starts_with(own));
        match &image.common {
            Some(common) if wild => groups.entry(common).or_default().push(image),
            _ if wild && image.by_query => groups.entry(&image.path).or_default().push(image),
            _ => {
                queries_left |= image.by_query;
                exact.extend(encoded(&image.path));
            }
        }
    }
    // Where little is to be had by a wildcard, paths are as good.
    let mut candidates: Vec<(usize, bool, &str, Vec<&Cached>)> = Vec::new();
    for (start, images) in groups {
        let single: BTreeSet<String> = images.iter().flat_map(|image| encoded(&image.path)).collect();
        let by_query = images.iter().any(|image| image.by_query);
        if by_query || single.len() > encoded(start).len() {
            candidates.push((single.len(), by_query, start, images));
        } else {
            exact.extend(single);
        }
    }
    // What needs a wildcard first, then what saves most.
    candidates.sort_by_key(|(count, by_query, start, _)| (!by_query, usize::MAX - count, *start));
    let mut wildcards: BTreeSet<String> = BTreeSet::new();
    let mut too_many = false;
    for (_, by_query, start, images) in candidates {
        let stars: Vec<String> = encoded(start).into_iter().map(|start| format!("{start}*")).collect();
        if wildcards.len() + stars.len() <= MOST_WILDCARDS {
            wildcards.extend(stars);
        } else {
            too_many |= by_query;
            exact.extend(images.iter().flat_map(|image| encoded(&image.path)));
        }
    }
    exact.retain(|path| !wildcards.iter().any(|star| path.starts_with(star.trim_end_matches('*'))));
    match own {
        Some(own) if too_many || exact.len() + wildcards.len() > MANY => {
            exact.retain(|path| !path.starts_with(own));
            let paths = std::iter::once(format!("{own}*")).chain(exact).collect();
            Paths { paths, all_derived: true, queries_left }
        }
        _ => Paths { paths: wildcards.into_iter().chain(exact).collect(), all_derived: false, queries_left },
    }
}

/// RFC 1738's unsafe characters: CloudFront wants these and those beyond ASCII encoded, and no others.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'<')
    .add(b'>')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^')
    .add(b'[')
    .add(b']')
    .add(b'`')
    // A query begins there.
    .add(b'?')
    // The last one of a path would be a wildcard.
    .add(b'*');

/// As the function writes the path into its redirect.
const REDIRECTED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The ways in which viewers may have asked for a path: as browsers write it, and as the function's redirect has it. Edges keep
/// `:` and `%3A` apart, as RFC 3986 does.
fn encoded(path: &str) -> BTreeSet<String> {
    [UNSAFE, REDIRECTED].into_iter().map(|set| utf8_percent_encode(path, set).to_string()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const OWN: Option<&str> = Some("/resized/");

    fn image(path: &str, common: Option<&str>) -> Cached {
        Cached { path: path.to_owned(), common: common.map(str::to_owned), by_query: false }
    }

    fn all(images: &[Cached], own: Option<&str>) -> Vec<String> {
        paths(images, own).paths
    }

    #[test]
    fn one_original_takes_a_path_for_each_size() {
        let images = ["300x200", "40x"].map(|size| image(&format!("/resized/{size}/pics/a.jpg"), None));
        let expected = ["/resized/300x200/pics/a.jpg", "/resized/40x/pics/a.jpg"];
        assert_eq!(all(&images, OWN), expected);
        assert_eq!(all(&images, None), expected);
        assert_eq!(paths(&[], OWN), Paths::default());
    }

    #[test]
    fn paths_are_encoded_as_cloudfront_wants_them_and_as_the_function_redirects() {
        assert_eq!(
            all(&[image("/resized/fit-in/3x2/filters:format(webp)/ä b~.jpg", None)], OWN),
            [
                "/resized/fit-in/3x2/filters%3Aformat%28webp%29/%C3%A4%20b~.jpg",
                "/resized/fit-in/3x2/filters:format(webp)/%C3%A4%20b~.jpg",
            ]
        );
        // No star of a key becomes a wildcard, and no question mark a query.
        assert_eq!(all(&[image("/resized/3x/100%_[x]?*", None)], OWN), ["/resized/3x/100%25_%5Bx%5D%3F%2A"]);
    }

    #[test]
    fn a_folder_takes_one_wildcard_for_each_size() {
        let mut images: Vec<Cached> = (0..5)
            .map(|n| image(&format!("/resized/300x200/pics/{n}.jpg"), Some("/resized/300x200/pics/")))
            .collect();
        images.push(image("/resized/40x/pics/1.jpg", Some("/resized/40x/pics/")));
        assert_eq!(all(&images, OWN), ["/resized/300x200/pics/*", "/resized/40x/pics/1.jpg"]);
        // Without a prefix, `300x200/pics/` may be a folder of somebody else's.
        assert_eq!(all(&images, None).len(), 6);
    }

    #[test]
    fn what_is_kept_by_query_string_takes_a_wildcard() {
        let by_query = |n: usize| Cached { by_query: true, ..image(&format!("/resized/{n}x/a.jpg"), None) };
        assert_eq!(all(&[by_query(3)], OWN), ["/resized/3x/a.jpg*"]);
        let without = paths(&[by_query(3)], None);
        assert_eq!((without.paths, without.queries_left), (vec!["/resized/3x/a.jpg".to_owned()], true));
        // More wildcards than there may be at once.
        let many: Vec<Cached> = (1..=16).map(by_query).collect();
        let all = paths(&many, OWN);
        assert_eq!((all.paths, all.all_derived), (vec!["/resized/*".to_owned()], true));
        assert_eq!(paths(&many[..15], OWN).paths.len(), 15);
    }

    #[test]
    fn too_many_paths_become_one() {
        let images: Vec<Cached> = (0..1001).map(|n| image(&format!("/resized/{n}x/a.jpg"), None)).collect();
        assert_eq!(all(&images[..1000], OWN).len(), 1000);
        let wide = paths(&images, OWN);
        assert_eq!((wide.paths, wide.all_derived), (vec!["/resized/*".to_owned()], true));
        assert_eq!(all(&images, None).len(), 1001);
        // Under another folder there, by the path of an origin.
        let elsewhere = image("/small/1x/a.jpg", None);
        let images: Vec<Cached> = images.into_iter().chain([elsewhere]).collect();
        assert_eq!(all(&images, OWN), ["/resized/*", "/small/1x/a.jpg"]);
    }

    /// As CloudFront compares: a star at the end stands for anything.
    fn covers(pattern: &str, path: &str) -> bool {
        match pattern.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => pattern == path,
        }
    }

    fn any_image() -> impl Strategy<Value = Cached> {
        let spec = prop::sample::select(vec!["300x200", "40x", "fit-in/3x3/filters:format(webp)", "smart"]);
        let place = prop::sample::select(vec!["/resized/", "/", "/site/resized/"]);
        (place, spec, "(pics/|é ?/)?", "[a-c*?%~:]{1,3}", any::<bool>(), prop::bool::weighted(0.2)).prop_map(
            |(place, spec, folder, name, grouped, by_query)| Cached {
                path: format!("{place}{spec}/{folder}{name}"),
                common: grouped.then(|| format!("{place}{spec}/{folder}")),
                by_query,
            },
        )
    }

    proptest! {
        #[test]
        fn all_of_it_goes_and_nothing_of_others(
            images in prop::collection::vec(any_image(), 0..60),
            own in prop_oneof![Just(Some("/resized/")), Just(None)],
        ) {
            let found = paths(&images, own);
            prop_assert_eq!(&paths(&images.iter().rev().cloned().collect::<Vec<_>>(), own), &found);
            for image in &images {
                for path in encoded(&image.path) {
                    prop_assert!(found.paths.iter().any(|pattern| covers(pattern, &path)), "{path} {found:?}");
                    let own_path = own.is_some_and(|own| image.path.starts_with(own));
                    if image.by_query && own_path {
                        let variant = format!("{path}?v=2");
                        prop_assert!(found.paths.iter().any(|pattern| covers(pattern, &variant)), "{variant}");
                    } else if image.by_query {
                        prop_assert!(found.queries_left);
                    }
                }
            }
            for pattern in &found.paths {
                prop_assert!(pattern.starts_with('/') && pattern.is_ascii() && pattern.len() <= 4000);
                prop_assert!(!pattern.contains([' ', '?', '#', '"']), "{pattern}");
                let start = pattern.trim_end_matches('*');
                prop_assert!(!start.contains('*'), "{pattern}");
                if start.len() < pattern.len() {
                    prop_assert!(own.is_some_and(|own| start.starts_with(own)), "{pattern}");
                    let meant = images.iter().any(|image| {
                        let common = image.common.as_deref().unwrap_or(&image.path);
                        encoded(common).contains(start)
                    });
                    prop_assert!(found.all_derived || meant, "{pattern}");
                } else {
                    prop_assert!(images.iter().any(|image| encoded(&image.path).contains(pattern)), "{pattern}");
                }
            }
            let single: BTreeSet<String> = images.iter().flat_map(|image| encoded(&image.path)).collect();
            prop_assert!(found.paths.len() <= single.len());
            prop_assert!(found.paths.iter().filter(|path| path.ends_with('*')).count() <= MOST_WILDCARDS);
        }
    }
}
