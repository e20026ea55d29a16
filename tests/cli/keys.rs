//! Which names of originals come through the whole chain, and what becomes of the others (S3-13).
//!
//! The table is the promise: an image of exactly the key asked for, stored under exactly that key, or a 400 that
//! says why. Beside every original lie images under the names that it could be mistaken for on the way: a key that
//! is cut, decoded twice or put into another normal form would find one of them and give itself away.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;
use test_support::http_client::Answer;
use test_support::{jpeg, photos};

use crate::bench::Bench;
use crate::served::{Served, browse, told};

/// What becomes of a name.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// Resized, and stored under exactly the key asked for.
    Carried,
    /// 400, and a JSON body whose message has this word.
    Refused(&'static str),
}
use Fate::{Carried, Refused};

/// The originals, in the folder `pics/` unless they begin with a slash.
const NAMES: [(&str, Fate); 51] = [
    ("plain.jpg", Carried),
    // Space and what forms make of it.
    ("a b.jpg", Carried),
    (" leading and trailing .jpg", Carried),
    ("a  b.jpg", Carried),
    ("a+b.jpg", Carried),
    ("a +b+ c.jpg", Carried),
    ("+.jpg", Carried),
    // What means something in a query.
    ("a&b.jpg", Carried),
    ("a&key=resized/1x1/pics/plain.jpg", Carried),
    ("a;b.jpg", Carried),
    ("a=b.jpg", Carried),
    // What means something in a URL. S3 is unverified here: were it to leave `#` raw in `Location`, the browser
    // would keep the rest to itself, and nobody behind it could tell.
    ("a#b.jpg", Carried),
    ("#.jpg", Carried),
    ("a:b.jpg", Carried),
    ("http://other.example/a.jpg", Carried),
    ("a@b.jpg", Carried),
    ("a,b.jpg", Carried),
    // Under the stricter reading of S3 a raw `?` in `Location` begins a query and cuts the key.
    ("a?b.jpg", Refused("`?`")),
    ("a.jpg?width=1&b.png", Refused("`?`")),
    ("?.jpg", Refused("`?`")),
    ("a?/b", Refused("`?`")),
    ("a?b", Refused("`?`")),
    // Percent signs: an escape sequence in the name itself, and none.
    ("%41.jpg", Carried),
    ("a%2Fb.jpg", Carried),
    ("a%252Fb.jpg", Carried),
    ("a%20b.jpg", Carried),
    ("100%", Carried),
    ("100% a.jpg", Carried),
    ("%zz.jpg", Carried),
    ("%C3%BC.jpg", Carried),
    // The rest of the keyboard.
    ("a!b$c*d.jpg", Carried),
    ("it's (1) [2] {3}.jpg", Carried),
    ("a~b.jpg", Carried),
    ("a|b.jpg", Carried),
    ("a\"b.jpg", Carried),
    ("a\\b.jpg", Carried),
    ("a<b>^`c.jpg", Carried),
    // Letters beyond ASCII; the same word in both normal forms is two keys.
    ("K\u{e4}the Gr\u{fc}n.jpg", Carried),
    ("Ka\u{308}the Gru\u{308}n.jpg", Carried),
    ("\u{7167}\u{7247}\u{ff08}1\u{ff09}.jpg", Carried),
    ("\u{1f415}\u{200d}\u{1f9ba} \u{1f3d4}\u{fe0f}.jpg", Carried),
    // Extensions and folders.
    ("UPPER.JPG", Carried),
    ("no-extension", Carried),
    (".hidden.jpg", Carried),
    ("a//b.jpg", Carried),
    ("300x200/a.jpg", Carried),
    ("/300x200/a.jpg", Carried),
    ("//at-the-root.jpg", Carried),
    // Browsers take these segments out before they ask; another client gets a reason.
    ("../a.jpg", Refused("`..`")),
    ("./a.jpg", Refused("`.`")),
    ("a\nb.jpg", Refused("control character")),
];

/// The original's key.
fn original(name: &str) -> String {
    name.strip_prefix('/').map_or_else(|| format!("pics/{name}"), str::to_owned)
}

/// Keys that a careless step would take this one for.
fn misreadings(key: &str) -> Vec<String> {
    let cut = |at: char| key.split(at).next().unwrap_or_default().to_owned();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let all = [
        cut('?'),
        cut('#'),
        cut('&'),
        cut(';'),
        cut('%'),
        key.replace('+', " "),
        key.replace(' ', "+"),
        key.replace("//", "/"),
        key.replace('\\', "/"),
        key.trim_end().to_owned(),
        key.trim_start_matches('/').to_owned(),
        key.to_lowercase(),
        decoded(key),
        decoded(&decoded(key)),
    ];
    // A folder is no mistake: nothing can be stored as an image there that a URL of the table names.
    all.into_iter().filter(|other| other != key && !other.is_empty() && !other.ends_with('/')).collect()
}

/// Puts a photograph that is like no other: the key stands in a comment, so the `ETag` is its own.
fn put_its_own_photo(bench: &Bench, key: &str) -> String {
    let (start, rest) = photos::DANDELION.bytes.split_at(2);
    let comment = [b"the original ", key.as_bytes()].concat();
    let length = u16::try_from(comment.len() + 2).unwrap().to_be_bytes();
    let bytes = [start, &[0xFF, 0xFE], &length, &comment, rest].concat();
    bench.scenario.put_object(key, "image/jpeg", bytes);
    let target = format!("/{}/{}", bench.scenario.bucket, test_support::aws::encode_key(key));
    let head = bench.scenario.root.s3("HEAD", &target, "").ok(&target);
    head.header("etag").unwrap().trim_matches('"').to_owned()
}

/// Originals and everything that they could be mistaken for. The `ETag` of each by key.
fn put_all<'a>(bench: &Bench, keys: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    let mut etags = BTreeMap::new();
    for key in keys {
        for other in misreadings(key).into_iter().chain([key.clone()]) {
            let _ = etags.entry(other).or_insert_with_key(|key| put_its_own_photo(bench, key));
        }
    }
    etags
}

/// What is wrong with the way to an image of this key; nothing if it is as the table says.
fn complaint(way: &[Answer], etag: &str, fate: Fate) -> Option<String> {
    let last = way.last()?;
    match fate {
        Carried if last.status != 200 => Some("no image".to_owned()),
        Carried if jpeg::dimensions(&last.body) != Ok((300, 200)) => {
            Some(format!("not a JPEG of 300x200: {:?}", jpeg::dimensions(&last.body)))
        }
        Carried if last.header("x-amz-meta-imgdeploy-source-etag") != Some(etag) => {
            Some("the image of another original".to_owned())
        }
        Refused(_) if last.status != 400 => Some("not refused with 400".to_owned()),
        Refused(word) => {
            let body: serde_json::Value = serde_json::from_slice(&last.body).unwrap_or_default();
            let message = body["message"].as_str().unwrap_or_default();
            let error = body["error"].as_str().unwrap_or_default();
            (error.is_empty() || !message.contains(word)).then(|| format!("no reason with {word:?}"))
        }
        Carried => None,
    }
}

#[test]
fn s3_13_every_name_is_carried_or_refused_as_the_table_says() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::start(&bench);
    let probed = bench.scenario.keys("resized/");
    let table: Vec<(String, Fate)> = NAMES.iter().map(|(name, fate)| (original(name), *fate)).collect();
    let etags = put_all(&bench, table.iter().map(|(key, _)| key));

    let mut wrong = String::new();
    let mut expected = Vec::new();
    for (key, fate) in &table {
        let asked = format!("resized/300x200/{key}");
        let way = dev.browse(&Method::GET, &asked);
        if let Some(complaint) = complaint(&way, &etags[key], *fate) {
            wrong.push_str(&format!("\n{key:?}: {complaint}{}", told(&way)));
        }
        if *fate == Carried {
            // The next one finds it where it was asked for.
            let again = dev.browse(&Method::GET, &asked);
            if again.len() != 1 || again[0].body != way[way.len() - 1].body {
                wrong.push_str(&format!("\n{key:?}: the second request{}", told(&again)));
            }
            expected.push(asked);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // And nothing was written under any other key.
    expected.sort();
    let mut stored = bench.scenario.keys("resized/");
    stored.retain(|key| !probed.contains(key));
    stored.sort();
    assert_eq!(stored, expected);
}

#[test]
fn a_key_may_be_as_long_as_s3_allows() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::start(&bench);
    // 1,024 bytes of UTF-8 with prefix and size; percent-encoded it is three times as long.
    let longest = 1024 - "resized/300x200/".len();
    for letter in ["x", "\u{fc}"] {
        let fill = longest - "pics/.jpg".len();
        let fitting =
            format!("pics/{}{}.jpg", "x".repeat(fill % letter.len()), letter.repeat(fill / letter.len()));
        assert_eq!(fitting.len(), longest);
        let etag = put_its_own_photo(&bench, &fitting);
        let asked = format!("resized/300x200/{fitting}");
        let way = dev.browse(&Method::GET, &asked);
        assert_eq!(complaint(&way, &etag, Carried), None, "{}", told(&way));
        assert!(bench.scenario.keys("resized/300x200/pics/x").contains(&asked) || letter != "x");

        let long = format!("{fitting}x");
        let etag = put_its_own_photo(&bench, &long);
        let way = dev.browse(&Method::GET, &format!("resized/300x200/{long}"));
        assert_eq!(complaint(&way, &etag, Refused("1024")), None, "{}", told(&way));
    }
}

#[test]
fn what_is_itself_resized_is_not_resized_again() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::start(&bench);
    let first = dev.browse(&Method::GET, "resized/300x200/pics/b.jpg");
    assert_eq!(first.last().unwrap().status, 200);
    let way = dev.browse(&Method::GET, "resized/300x200/resized/300x200/pics/b.jpg");
    assert_eq!(complaint(&way, "", Refused("itself a resized image")), None, "{}", told(&way));
}

#[test]
fn head_goes_the_way_of_get() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::start(&bench);
    let names = ["a b.jpg", "a+b.jpg", "a&b.jpg", "a#b.jpg", "100%", "%41.jpg", "K\u{e4}the.JPG", "a?b.jpg"];
    for name in names {
        let key = format!("pics/{name}");
        let etag = put_its_own_photo(&bench, &key);
        let asked = format!("resized/300x200/{key}");
        let way = dev.browse(&Method::HEAD, &asked);
        let last = way.last().unwrap();
        assert!(way.iter().all(|answer| answer.body.is_empty()), "{name}{}", told(&way));
        if name.contains('?') {
            assert_eq!(last.status, 400, "{name}{}", told(&way));
            continue;
        }
        assert_eq!(last.status, 200, "{name}{}", told(&way));
        assert_eq!(last.header("x-amz-meta-imgdeploy-source-etag"), Some(etag.as_str()), "{name}");
        let get = dev.browse(&Method::GET, &asked);
        assert_eq!(get.len(), 1, "{name}: HEAD has not stored the image{}", told(&get));
        assert_eq!(last.header("content-length"), Some(get[0].body.len().to_string().as_str()), "{name}");
    }
}

#[test]
fn a_query_that_only_wards_off_caches_does_no_harm() {
    let bench = Bench::used();
    let _ = bench.attach().exits(0);
    let dev = Served::start(&bench);
    // Our behaviour drops it (CF-17); the website endpoint hands it on, as far as is known.
    for (host, size) in [(&dev.cdn, "300x200"), (&dev.website, "30x20")] {
        for query in ["v=2", "1700000000", "ver=1.2.3&t="] {
            let url = format!("{host}/resized/{size}/pics/b.jpg?{query}");
            let way = browse(&Method::GET, &url);
            assert_eq!(way.last().unwrap().status, 200, "{url}{}", told(&way));
        }
        // Without an original it may just as well be the rest of its name.
        let way = browse(&Method::GET, &format!("{}/resized/{size}/pics/none.jpg?v=2", dev.website));
        assert_eq!(complaint(&way, "", Refused("`?`")), None, "{}", told(&way));
    }
}
