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
