//! Which original is meant by what people paste: a key, a URL, `s3://…`, the key of a derived image. Pure.

use imgdeploy_keys::Scheme;
use percent_encoding::percent_decode_str;
use strsim::osa_distance;

/// Between the stage of our API and a derived key without its prefix, in redirects.
const RESIZE: &str = "/resize/";
/// Names that are told.
const TOLD: usize = 3;

/// The keys of originals that a text can stand for, the likeliest first; the text itself alone where nothing else can be meant.
pub(crate) fn candidates(text: &str, bucket: &str, scheme: &Scheme) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for form in forms(text, bucket, &scheme.prefix) {
        let originals = if scheme.is_derived(&form) {
            scheme.readings(&form).iter().map(|reading| reading.original.to_owned()).collect()
        } else {
            vec![form]
        };
        for original in originals {
            if !original.is_empty() && !out.contains(&original) {
                out.push(original);
            }
        }
    }
    out
}

/// The bucket that an `s3://` address names.
pub(crate) fn bucket_of(text: &str) -> Option<&str> {
    text.strip_prefix("s3://").map(|rest| rest.split('/').next().unwrap_or_default())
}

/// The keys that a text can be.
fn forms(text: &str, bucket: &str, prefix: &str) -> Vec<String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
    let mut out = Vec::new();
    let mut path = text;
    if let Some(key) = text.strip_prefix("s3://") {
        path = key.split_once('/').map_or("", |(_, key)| key);
    } else if let Some((_, rest)) = text.split_once("://") {
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        path = rest.split_once('/').map_or("", |(_, path)| path);
        // Of a URL nothing but the decoded path can be a key.
        out.extend(decoded(path));
    }
    if out.is_empty() {
        out.push(path.to_owned());
        out.extend(decoded(path).filter(|decoded| decoded != path));
    }
    for at in 0..out.len() {
        let form = out[at].clone();
        let bare = form.trim_start_matches('/');
        if bare != form {
            out.push(bare.to_owned());
        }
        // By the address of the bucket that has its name in the path.
        out.extend(bare.strip_prefix(bucket).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned));
        // What a redirect to the API looks like.
        let behind =
            bare.split_once(RESIZE).filter(|(stage, _)| text.contains("://") && !stage.contains('/'));
        out.extend(behind.map(|(_, rest)| format!("{prefix}{rest}")));
    }
    // What is longer to say is what is meant: of `/prod/resize/300x200/a.jpg` the part behind `resize`.
    if text.contains("://") {
        out.reverse();
    }
    out
}

/// The keys that look most like a wrong one, the nearest first.
pub(crate) fn nearest<'a>(wrong: &str, keys: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = wrong.to_lowercase();
    let most = 2 + wrong.chars().count() / 4;
    let mut near: Vec<(usize, &str)> = keys
        .into_iter()
        .map(|key| (osa_distance(&lower, &key.to_lowercase()), key))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.dedup();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter()
        .take_while(|(distance, _)| *distance <= best + 1)
        .take(TOLD)
        .map(|(_, key)| key)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(text: &str) -> Vec<String> {
        candidates(text, "photos", &Scheme::of_lists("resized/", ["thumb=30x20"]))
    }

    #[test]
    fn a_key_is_a_key() {
        for key in ["pics/a.jpg", "a b.jpg", "photo.jpg", "prod/resize/a.jpg"] {
            assert_eq!(of(key), [key]);
        }
    }

    #[test]
    fn what_is_pasted_is_the_original_that_is_meant() {
        for (text, meant) in [
            ("/pics/a.jpg", "pics/a.jpg"),
            ("s3://photos/pics/a.jpg", "pics/a.jpg"),
            ("https://cdn.example.com/pics/a.jpg", "pics/a.jpg"),
            ("https://cdn.example.com/pics/a%20b.jpg?v=3#top", "pics/a b.jpg"),
            ("pics/a%20b.jpg", "pics/a b.jpg"),
            ("https://photos.s3.eu-west-1.amazonaws.com/pics/a.jpg", "pics/a.jpg"),
            ("https://s3.eu-west-1.amazonaws.com/photos/pics/a.jpg", "pics/a.jpg"),
            ("http://photos.s3-website-eu-west-1.amazonaws.com/resized/300x200/pics/a.jpg", "pics/a.jpg"),
            ("https://abc.execute-api.eu-west-1.amazonaws.com/prod/resize/300x200/pics/a.jpg", "pics/a.jpg"),
            ("https://cdn.example.com/resized/thumb/pics/%C3%BC.jpg", "pics/\u{fc}.jpg"),
            ("resized/300x200/pics/a.jpg", "pics/a.jpg"),
            ("/resized/300x200/pics/a.jpg", "pics/a.jpg"),
            ("s3://photos/resized/thumb/pics/a.jpg", "pics/a.jpg"),
        ] {
            assert!(of(text).iter().any(|candidate| candidate == meant), "{text}: {:?}", of(text));
            assert!(!of(text).iter().any(|candidate| candidate.contains("://")), "{:?}", of(text));
        }
        assert_eq!(of("resized/300x200/pics/a.jpg"), ["pics/a.jpg"]);
        assert_eq!(bucket_of("s3://other/a.jpg"), Some("other"));
    }

    #[test]
    fn without_a_prefix_too() {
        let scheme = Scheme::of_lists("", ["thumb=30x20"]);
        let of = |text: &str| candidates(text, "photos", &scheme);
        assert_eq!(of("https://cdn.example.com/thumb/pics/a.jpg"), ["pics/a.jpg"]);
        assert_eq!(of("https://cdn.example.com/300x200/a.jpg"), ["a.jpg"]);
        assert_eq!(of("pics/a.jpg"), ["pics/a.jpg"]);
    }

    #[test]
    fn the_nearest_come_first() {
        let keys = ["pics/a.jpg", "pics/A1.jpg", "pics/aa.jpg", "docs/manual.pdf"];
        assert_eq!(nearest("pic/a.jpg", keys)[0], "pics/a.jpg");
        assert_eq!(nearest("pics/a1.JPG", keys)[0], "pics/A1.jpg");
        assert!(nearest("something/else.gif", keys).is_empty());
    }
}
