//! Text of others on its way to a terminal.
//!
//! Keys of objects, answers of servers, lines of logs and names of files may hold anything: sequences that clear the screen or
//! colour it, line breaks that forge a line of a plan, marks that turn the direction of writing, letters that nobody sees. What is
//! shown has all of these as escapes, so that it can be read, told apart, and turned back into what it was.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::path::Path;

/// Shows a value in one line: [`escape`] over what its `Display` gives. Width and precision count escaped characters.
#[derive(Clone, Copy)]
pub struct Escaped<T>(pub T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&escape(&self.0.to_string()))
    }
}

impl<T: fmt::Display> fmt::Debug for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of a file as text, which every message gives it by: a name can hold bytes that are none, and these are `\xFF` and the like
/// here. A backslash that would read as the beginning of such a byte is doubled, so that different names never look the same. It is
/// text of others all the same, and escaped when it is shown.
#[derive(Clone, Copy)]
pub struct Name<'a>(pub &'a Path);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        for chunk in self.0.as_os_str().as_encoded_bytes().utf8_chunks() {
            let mut rest = chunk.valid().chars();
            while let Some(one) = rest.next() {
                name.push(one);
                let before_byte = rest.as_str().is_empty() && !chunk.invalid().is_empty();
                if one == '\\' && (before_byte || reads_as_byte(rest.as_str())) {
                    name.push(one);
                }
            }
            chunk.invalid().iter().try_for_each(|byte| write!(name, "\\x{byte:02X}"))?;
        }
        f.pad(&name)
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text with `\n`, `\r`, `\t` and `\u{hex}` for every character that is not [`is_plain`]. A backslash stays as it is, unless
/// it would read as the beginning of an escape: then it is doubled. So different texts never look the same.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|one| is_plain(one) && one != '\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        match one {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' if reads_as_escape(rest.as_str()) => out.push_str("\\\\"),
            _ if is_plain(one) => out.push(one),
            _ => out.extend(one.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// Whether a backslash before `rest` would be taken for an escape's.
fn reads_as_escape(rest: &str) -> bool {
    rest.starts_with(['n', 'r', 't', '\\'])
        || rest.starts_with("u{")
        || rest.chars().next().is_some_and(|next| !is_plain(next))
}

/// Whether a backslash before `rest` would be taken for that of a byte in a [`Name`].
fn reads_as_byte(rest: &str) -> bool {
    let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    match rest.as_bytes() {
        [b'\\', ..] => true,
        [b'x', high, low, ..] => digit(high) && digit(low),
        _ => false,
    }
}

/// Whether a character shows as itself and does nothing else: letters of all scripts, marks, digits, signs and the space. Not:
/// controls (C0, DEL, C1), format characters (directions of writing, zero-width ones), separators of lines and paragraphs,
/// spaces other than the common one, what is not assigned or private, and fillers and selectors that take no room.
pub fn is_plain(one: char) -> bool {
    if one.is_ascii() {
        return matches!(one, ' '..='~');
    }
    // Unicode's DerivedCoreProperties.txt: Default_Ignorable_Code_Point among letters and marks.
    let unseen = matches!(
        one,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    // The standard library's table of what can be printed. The letter before it is for marks, which it would escape at the
    // beginning of a text.
    !unseen && ['a', one].iter().collect::<String>().escape_debug().nth(2).is_none()
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
