use proptest::prelude::*;

use super::*;

#[test]
fn what_acts_on_a_terminal_is_written_out() {
    for (raw, shown) in [
        ("a\u{1b}[2K\rb", r"a\u{1b}[2K\rb"),
        ("one\ntwo\tthree", r"one\ntwo\tthree"),
        ("bell\u{7}back\u{8}del\u{7f}", r"bell\u{7}back\u{8}del\u{7f}"),
        ("c1 \u{80}\u{85}\u{9b}31m\u{9f}", r"c1 \u{80}\u{85}\u{9b}31m\u{9f}"),
        ("gpj.\u{202e}exe", r"gpj.\u{202e}exe"),
        (
            "\u{202a}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
            r"\u{202a}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
        ),
        (
            "z\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}",
            r"z\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}",
        ),
        ("l\u{2028}p\u{2029}", r"l\u{2028}p\u{2029}"),
        ("\u{3164}\u{e0041}\u{fe0f}\u{a0}", r"\u{3164}\u{e0041}\u{fe0f}\u{a0}"),
    ] {
        assert_eq!(escape(raw), shown);
        assert_eq!(Escaped(raw).to_string(), shown);
        assert_eq!(format!("{:?}", Escaped(raw)), shown);
    }
}

#[test]
fn what_people_write_stays() {
    for text in [
        "",
        "a b.jpg",
        "été.jpg",
        "e\u{301}te\u{301}.jpg",
        "日本/写真.png",
        "Ελλάδα",
        "ไทย",
        "عربى",
        "😀",
        r"C:\x",
    ] {
        assert_eq!(escape(text), text);
    }
    assert_eq!(format!("[{:<4}]", Escaped("é")), "[é   ]");
}

#[test]
fn a_name_that_looks_like_an_escape_is_told_apart_from_one() {
    assert_eq!(escape(r"\u{1b}"), r"\\u{1b}");
    assert_eq!(escape(r"a\nb"), r"a\\nb");
    assert_eq!(escape("\\\u{1b}"), r"\\\u{1b}");
}

/// Reads [`escape`] back.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(one) = rest.chars().next() {
        rest = &rest[one.len_utf8()..];
        if one != '\\' {
            out.push(one);
        } else if let Some(hex) = rest.strip_prefix("u{") {
            let (hex, after) = hex.split_once('}').expect("an end");
            out.push(char::from_u32(u32::from_str_radix(hex, 16).expect("hex")).expect("a character"));
            rest = after;
        } else if let Some((raw, after)) = [("n", '\n'), ("r", '\r'), ("t", '\t'), ("\\", '\\')]
            .iter()
            .find_map(|(sign, raw)| Some((*raw, rest.strip_prefix(sign)?)))
        {
            out.push(raw);
            rest = after;
        } else {
            out.push('\\');
        }
    }
    out
}

proptest! {
    #[test]
    fn only_plain_characters_come_out_and_they_lead_back(
        text in prop_oneof![any::<String>(), r"[\\nrtu{}1b\x00-\x1f\x7f-\x9f\u{200b}-\u{202e}a ]{0,20}"]
    ) {
        let shown = escape(&text);
        prop_assert!(shown.chars().all(is_plain), "{shown:?}");
        prop_assert_eq!(unescape(&shown), text);
    }
}

/// A name of bytes.
#[cfg(unix)]
fn named(bytes: &[u8]) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    Name(Path::new(std::ffi::OsStr::from_bytes(bytes))).to_string()
}

#[test]
#[cfg(unix)]
fn bytes_that_are_no_text_show_in_names_and_nothing_else_changes() {
    for (bytes, shown) in [
        (&b"a b.jpg"[..], "a b.jpg"),
        ("日本/写真.png".as_bytes(), "日本/写真.png"),
        (b"n\xffo.jpg", r"n\xFFo.jpg"),
        (b"\xe6\x97", r"\xE6\x97"),
        (br"n\xFFo", r"n\\xFFo"),
        (br"C:\xyz", r"C:\xyz"),
        (b"a\x1b[2K", "a\u{1b}[2K"),
    ] {
        assert_eq!(named(bytes), shown);
        assert_eq!(format!("{:?}", Name(Path::new(shown))), Name(Path::new(shown)).to_string());
    }
    // On a terminal, the escapes of bytes stay as they are, and what acts on it is escaped once.
    assert_eq!(escape(&named(b"b/\xff\x1b.jpg")), r"b/\xFF\u{1b}.jpg");
}

#[cfg(unix)]
proptest! {
    #[test]
    fn different_names_never_look_the_same(
        one in proptest::collection::vec(proptest::sample::select(&b"\\xF0\xff\xfe"[..]), 0..6),
        other in proptest::collection::vec(proptest::sample::select(&b"\\xF0\xff\xfe"[..]), 0..6),
    ) {
        prop_assert_eq!(one == other, named(&one) == named(&other));
        let shown = |bytes: &[u8]| escape(&named(bytes)).into_owned();
        prop_assert_eq!(one == other, shown(&one) == shown(&other));
    }
}
