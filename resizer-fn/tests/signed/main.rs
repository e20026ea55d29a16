//! Signed URLs, as libthumbor makes them.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

use common::{Upstream, as_written, by_path, by_query, handler, outcome, serve};
use resizer_fn::signature::SecurityKey;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn stored() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn list(vectors: &Value, name: &str) -> Vec<String> {
    vectors[name].as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect()
}

fn forbidden(code: &str) -> (u16, String) {
    (403, code.to_owned())
}

async fn all_are_taken(vectors: &Value) {
    let key = vectors["key"].as_str().unwrap();
    let handler =
        handler(&[("SECURITY_KEY", key), ("SOURCES", "h.example.com")], Upstream::image(common::JPEG));
    let urls = [list(vectors, "sizes"), list(vectors, "grammar")].concat();
    for url in &urls {
        // A client that got `a%20b` back sends it as it is; others encode what is not.
        let event = |route: &str, key: &str| match url.contains('%') {
            true => as_written(route, key),
            false => by_path(route, key),
        };
        let (response, _) = serve(&handler, event("resize", &format!("resized/{url}"))).await;
        assert_eq!(response.status_code, 307, "{url}: {}", response.body);
        let (response, _) = serve(&handler, event("image", url)).await;
        assert_eq!(response.status_code, 200, "{url}: {}", response.body);
    }
    // The image is where it was asked for, signature included.
    let stored = handler.store().derived();
    assert_eq!(stored.len(), urls.len());
    assert!(stored.contains_key(&format!("resized/{}", urls[0])));
}

#[tokio::test]
async fn stored_vectors_of_libthumbor() {
    all_are_taken(&stored()).await;
}

#[tokio::test]
async fn libthumbor_itself() {
    // Next to the emulator in the environment that `make test` makes.
    let Some(ministack) = std::env::var_os("IMGDEPLOY_MINISTACK") else { return };
    let python = Path::new(&ministack).with_file_name("python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/signed/make.py");
    let output = Command::new(python).args([script, "-"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(made, stored());
    all_are_taken(&made).await;
}

#[tokio::test]
async fn whatever_was_changed_is_refused() {
    let vectors = stored();
    let key = vectors["key"].as_str().unwrap();
    let handler =
        handler(&[("SECURITY_KEY", key), ("SOURCES", "h.example.com")], Upstream::image(common::JPEG));
    let url = &list(&vectors, "sizes")[0];
    let (signature, path) = url.split_once('/').unwrap();
    let other = SecurityKey::new("another key").unwrap().sign(path);
    let mut flipped = signature.to_owned();
    flipped.replace_range(3..4, if &signature[3..4] == "A" { "B" } else { "A" });
    for (asked, code) in [
        (format!("{signature}/301x200/pics/a.jpg"), "signature"),
        (format!("{signature}/300x200/pics/b.jpg"), "signature"),
        (format!("{signature}/300x200/pics//a.jpg"), "signature"),
        (format!("{flipped}/{path}"), "signature"),
        (format!("{other}/{path}"), "signature"),
        (path.to_owned(), "signature"),
        (format!("unsafe/{path}"), "signature"),
    ] {
        let event = by_path("resize", &format!("resized/{asked}"));
        assert_eq!(outcome(&handler, event).await, forbidden(code), "{asked}");
        assert_eq!(outcome(&handler, by_path("image", &asked)).await, forbidden(code), "{asked}");
    }
    // A second mark behind the first is no spec.
    let nested = format!("resized/{signature}/{url}");
    assert_ne!(outcome(&handler, by_path("resize", &nested)).await.0, 307);
    assert_eq!(handler.store().derived().len(), 0);
}

#[tokio::test]
async fn unsafe_only_where_switched_on() {
    let path = "300x200/pics/a.jpg";
    for (vars, plain, marked) in [
        (&[][..], 307, 403),
        (&[("ALLOW_UNSAFE", "true")][..], 307, 307),
        (&[("SECURITY_KEY", "k")][..], 403, 403),
        (&[("SECURITY_KEY", "k"), ("ALLOW_UNSAFE", "true")][..], 403, 307),
        (&[("SECURITY_KEY", "k"), ("ALLOW_UNSAFE", "false")][..], 403, 403),
    ] {
        let handler = handler(vars, Upstream::image(common::JPEG));
        let status = async |key: String| outcome(&handler, by_path("resize", &key)).await.0;
        assert_eq!(status(format!("resized/{path}")).await, plain, "{vars:?}");
        assert_eq!(status(format!("resized/unsafe/{path}")).await, marked, "{vars:?}");
        let signature = SecurityKey::new("k").unwrap().sign(path);
        let signed = status(format!("resized/{signature}/{path}")).await;
        assert_eq!(signed, if vars.first().is_some_and(|var| var.0 == "SECURITY_KEY") { 307 } else { 403 });
    }
}

#[tokio::test]
async fn urls_in_paths_are_signed_with_both_slashes() {
    let path = "30x20/https://h.example.com/a.jpg";
    let signature = SecurityKey::new("k").unwrap().sign(path);
    let vars = [("SOURCES", "h.example.com"), ("SECURITY_KEY", "k")];
    let handler = handler(&vars, Upstream::image(common::JPEG));
    for written in [path, "30x20/https:/h.example.com/a.jpg", "30x20/https%3A%2F%2Fh.example.com%2Fa.jpg"] {
        let event = as_written("image", &format!("{signature}/{written}"));
        assert_eq!(outcome(&handler, event).await.0, 200, "{written}");
    }
    let other = as_written("image", &format!("{signature}/30x20/https://h.example.com/b.jpg"));
    assert_eq!(outcome(&handler, other).await, forbidden("signature"));
    assert_eq!(handler.fetch().asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn queries_are_signed_too() {
    let text = "url=https://h.example.com/a.jpg&width=30";
    let signature = SecurityKey::new("k").unwrap().sign(text);
    let asked = [("width", "30"), ("url", "https://h.example.com/a.jpg")];
    let signed = |width: &'static str, signature: &str| {
        by_query(&[("width", width), asked[1], ("signature", signature)])
    };
    let vars = [("SOURCES", "h.example.com"), ("SECURITY_KEY", "k")];
    let strict = handler(&vars, Upstream::image(common::JPEG));
    assert_eq!(outcome(&strict, signed("30", &signature)).await.0, 200);
    assert_eq!(outcome(&strict, signed("31", &signature)).await, forbidden("signature"));
    assert_eq!(outcome(&strict, signed("30", "x")).await, forbidden("signature"));
    assert_eq!(outcome(&strict, by_query(&asked)).await, forbidden("signature"));
    assert_eq!(strict.fetch().asked.lock().unwrap().len(), 1);
    let lax = handler(&[vars[0], vars[1], ("ALLOW_UNSAFE", "true")], Upstream::image(common::JPEG));
    assert_eq!(outcome(&lax, by_query(&asked)).await.0, 200);
    assert_eq!(outcome(&lax, signed("31", &signature)).await, forbidden("signature"));
}

#[tokio::test]
async fn no_signed_query_lets_another_one_pass() {
    const URL: &str = "https://h.example.com/a.jpg?id=7";
    let key = SecurityKey::new("k").unwrap();
    let vars = [("SOURCES", "h.example.com"), ("SECURITY_KEY", "k")];
    let handler = handler(&vars, Upstream::image(common::JPEG));
    let swallowed = format!("{URL}&width=30");
    let first = key.sign(&swallowed.replacen("https", "url=https", 1));
    let newer = key.sign("v2?url=https%3A%2F%2Fh.example.com%2Fa.jpg%3Fid%3D7&width=30");
    for (query, signature, status) in [
        (vec![("url", URL), ("width", "30")], &newer, 200),
        (vec![("url", swallowed.as_str())], &newer, 403),
        (vec![("url", URL), ("width", "30"), ("height", "20")], &newer, 403),
        // As it was signed before there were versions: it fits both.
        (vec![("url", URL), ("width", "30")], &first, 403),
        (vec![("url", swallowed.as_str())], &first, 403),
    ] {
        let signed = [query.clone(), vec![("signature", signature.as_str())]].concat();
        assert_eq!(outcome(&handler, by_query(&signed)).await.0, status, "{query:?}");
    }
    assert_eq!(handler.fetch().asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_signed_escape_is_of_one_key() {
    let handler = handler(&[("SECURITY_KEY", "k")], Upstream::image(common::JPEG));
    for original in ["a b.jpg", "a%20b.jpg", "a%2520b.jpg"] {
        handler.store().insert(original, common::JPEG.to_vec());
    }
    let signature = SecurityKey::new("k").unwrap().sign("30x/a%20b.jpg");
    for (original, status) in [("a b.jpg", 307), ("a%20b.jpg", 403), ("a%2520b.jpg", 403)] {
        let event = by_path("resize", &format!("resized/{signature}/30x/{original}"));
        assert_eq!(outcome(&handler, event).await.0, status, "{original}");
    }
}
