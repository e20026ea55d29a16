#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

#[test]
fn words_are_quoted_where_a_shell_would_read_something_into_them() {
    for (raw, quoted) in [
        ("pics/a.jpg", "pics/a.jpg"),
        ("https://x.example/a%20b", "https://x.example/a%20b"),
        ("", "''"),
        ("=ls", "'=ls'"),
        ("a b.jpg", "'a b.jpg'"),
        ("it's", r"'it'\''s'"),
        ("$(reboot)`x`;&|<>", "'$(reboot)`x`;&|<>'"),
        ("~/日本", "'~/日本'"),
        ("a\u{1b}[2K\rb\nc", r"$'a\033[2K\015b\012c'"),
        ("\u{202e}'\\", r"$'\342\200\256\047\134'"),
    ] {
        assert_eq!(word(raw), quoted);
    }
}

#[test]
fn arguments_are_quoted_and_commands_are_not() {
    let inner = crate::command!("aws x --key {}", "a b");
    let all = crate::command!("{inner} && {inner} > {} # {n}", "$HOME", inner = inner, n = 3_u32);
    assert_eq!(all.as_str(), "aws x --key 'a b' && aws x --key 'a b' > '$HOME' # 3");
    assert_eq!(crate::command!("{} {}", Quoted("a/b"), Quoted("it's")), r"'a/b' 'it'\''s'");
    assert_eq!(crate::command!("a\nb {}", "c\nd").lines().count(), 2);
}

#[test]
fn remarks_stay_readable_and_run_nothing() {
    let remark = |text: &str| crate::command!("# {}", Remark(text)).to_string();
    assert_eq!(remark("set \"MinTTL\": 0 in resized/*"), "# set \"MinTTL\": 0 in resized/*");
    assert_eq!(remark("set it to $(reboot)"), "# 'set it to $(reboot)'");
    assert_eq!(remark("set it to a\nreboot"), r"# $'set it to a\012reboot'");
    assert_eq!(remark("the rule's"), r"# 'the rule'\''s'");
}

#[test]
fn words_of_our_own_leave_arguments_whole() {
    for sound in ["", "aws x {}", "a 'b c' {} \"d\"", "a \"$(b {} --c 'd')\" {}", "x '{{}}' {}"] {
        assert!(is_sound(sound), "{sound}");
    }
    for unsound in ["a '{}'", "a \"{}\"", "the rules' {}", "`{}`", "a \"$(b '{}')\"", "a \"$(b {}", r"a \{}"]
    {
        assert!(!is_sound(unsound), "{unsound}");
    }
}

proptest! {
    #[test]
    fn a_word_stays_one_line_of_plain_characters(text in any::<String>()) {
        prop_assert!(word(&text).chars().all(is_plain));
    }
}
