#![allow(clippy::unwrap_used)]

use super::*;
use crate::aws::failure::Answered as _;

fn scheme(prefix: &str) -> Scheme {
    Scheme::of_lists(prefix, ["thumb=30x20"])
}

fn keys<'a>(objects: &[(&'a str, u64)], prefix: &str) -> Vec<&'a str> {
    let found = originals(objects.iter().copied(), &scheme(prefix), 1_000);
    found.into_iter().map(|one| one.key).collect()
}

#[test]
fn originals_are_images_that_can_be_asked_for() {
    let objects = [
        ("index.html", 10),
        ("pics/empty.jpg", 0),
        ("pics/huge.jpg", 5_000),
        ("pics/B.JPG", 900),
        ("resized/300x200/pics/B.JPG", 20),
        ("folder.jpg/", 1),
        ("c?.jpg", 1),
        ("../d.jpg", 1),
        ("e\n.jpg", 1),
        ("f.avif", 3),
    ];
    assert_eq!(keys(&objects, "resized/"), ["f.avif", "pics/B.JPG"]);
}

/// `--prefix "" --presets thumb=30x20`: an image of the preset is no original.
#[test]
fn with_an_empty_prefix_a_preset_image_is_no_original() {
    let objects =
        [("thumb/pics/a.jpg", 5), ("pics/a.jpg", 900), ("300x200/pics/a.jpg", 6), ("other/b.jpg", 950)];
    assert_eq!(keys(&objects, ""), ["pics/a.jpg", "other/b.jpg"]);
    assert_eq!(keys(&objects, "resized/").len(), 4);
}

#[test]
fn the_smallest_is_not_the_first() {
    let names: Vec<String> = (1..=100).map(|size| format!("{size:03}.jpg")).collect();
    let objects = || names.iter().zip(1..).map(|(name, size)| (name.as_str(), size));
    let turn = |count: usize| -> Vec<u64> {
        let found = originals(objects().take(count), &scheme("resized/"), 1_000);
        in_turn(&found).iter().map(|one| one.size).collect()
    };
    assert_eq!(turn(100), [51, 31, 71, 11, 91]);
    assert_eq!(turn(5), [3, 2, 4, 1, 5]);
    assert_eq!(turn(4), [2, 1, 3, 4]);
    assert_eq!(turn(3), [2, 1, 3]);
    assert_eq!(turn(2), [2, 1]);
    assert_eq!(turn(1), [1]);
    assert!(turn(0).is_empty());
}

#[test]
fn answers_about_an_original_are_told_from_all_others() {
    let body = |code: &str| format!(r#"{{"error":"{code}","message":"why","key":"resized/300x200/a.jpg"}}"#);
    for (status, code, about) in [
        (422, "truncated", true),
        (422, "corrupt", true),
        (422, "unsupported", true),
        (413, "too_many_pixels", true),
        (404, "original_not_found", true),
        (409, "key_taken", true),
        (403, "size_not_allowed", false),
        (403, "signature", false),
        (404, "no_bucket", false),
        (400, "bad_request", false),
        // A routing rule may have changed the key.
        (400, "bad_key", false),
        (500, "internal", false),
        (503, "timeout", false),
        (500, "truncated", false),
    ] {
        assert_eq!(said_of("a.jpg", status, &body(code)).is_some(), about, "{status} {code}");
    }
    for body in [r#"{"message":"Forbidden"}"#, "<html>", "", r#"{"error":null}"#] {
        assert_eq!(said_of("a.jpg", 403, body), None, "{body}");
    }
    let bad = said_of("a.jpg", 422, &body("truncated")).unwrap();
    assert_eq!((bad.key.as_str(), bad.status, bad.reason.as_str()), ("a.jpg", 422, "why"));
}

#[test]
fn what_is_not_found_is_looked_at() {
    let bad = |code: &str| BadOriginal {
        key: "a.jpg".to_owned(),
        status: 404,
        code: code.to_owned(),
        reason: "told".to_owned(),
    };
    let refused = |code: &str, message: &str| {
        let code = Some(code.to_owned());
        Some(Err(AwsFailure::of_code("s3:GetObject", code, message.to_owned(), Some(403))))
    };
    let begun = |bytes: &[u8], encryption: Option<&str>| {
        Some(Ok(Begun { bytes: bytes.to_vec(), encryption: encryption.map(str::to_owned) }))
    };
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF";
    for (code, seen, fault, word) in [
        ("truncated", None, true, "told"),
        ("output_too_large", None, false, "told"),
        ("original_not_found", None, false, "told"),
        // The function does not find what is there: that is the chain's fault.
        ("original_not_found", begun(jpeg, Some("AES256")), false, "told"),
        ("original_not_found", begun(jpeg, Some("aws:kms")), true, "KMS"),
        ("original_not_found", begun(b"<!doctype html>", None), true, "no image"),
        ("original_not_found", begun(b"", None), true, "no image"),
        ("original_not_found", refused("InvalidObjectState", ""), true, "archived"),
        ("original_not_found", refused("AccessDenied", "no"), false, "told"),
        (
            "original_not_found",
            refused("AccessDenied", "not authorized to perform: kms:Decrypt KMS key"),
            true,
            "encrypted",
        ),
        ("original_not_found", refused("KMS.DisabledException", "disabled"), true, "encrypted"),
    ] {
        let mut bad = bad(code);
        assert_eq!(explained(&mut bad, seen.as_ref()), fault, "{code} {seen:?}");
        assert!(bad.reason.contains(word), "{bad:?}");
    }
}
