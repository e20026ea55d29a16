//! Commands that people copy into a shell.
//!
//! A [`Command`] is made of our own words and of arguments; the macro [`command!`](crate::command) quotes every argument, so that
//! the key of an object or a URL stays one word of the command and runs nothing, whatever stands in it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Deref;

use serde::Serialize;

use crate::terminal::is_plain;

/// One word for a POSIX shell. Plain names stay as they are, others stand in single quotes. What [`is_plain`] does not let through
/// is written in octal, in `$'...'` (POSIX.1-2024; bash, zsh, ksh and BusyBox have it long since): no quote stands in that, so
/// that a shell without it gets another word, but no command.
pub fn word(text: &str) -> Cow<'_, str> {
    let safe = |one: char| one.is_ascii_alphanumeric() || "@%_-+:,./=".contains(one);
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(safe) {
        return Cow::Borrowed(text);
    }
    if text.chars().all(|one| is_plain(one) && one != '\\') {
        return Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")));
    }
    let mut out = String::from("$'");
    for one in text.chars() {
        if is_plain(one) && one != '\\' && one != '\'' {
            out.push(one);
        } else {
            for byte in one.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('\'');
    Cow::Owned(out)
}

/// What to do, ready to be copied into a shell: one or more lines.
///
/// There is no way in for a text that is put together elsewhere:
///
/// ```compile_fail
/// let key = String::from("$(reboot)");
/// let command = imgdeploy_model::shell::Command::from(format!("aws s3 rm {key}"));
/// ```
///
/// ```compile_fail
/// let key = "$(reboot)";
/// let command = imgdeploy_model::command!("aws s3 rm {key}");
/// ```
///
/// ```compile_fail
/// let key = "$(reboot)";
/// let command = imgdeploy_model::command!("aws s3 rm '{}'", key);
/// ```
///
/// ```
/// let key = "$(reboot)";
/// let command = imgdeploy_model::command!("aws s3 rm {}", key);
/// assert_eq!(command.to_string(), "aws s3 rm '$(reboot)'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Command(String);

impl Command {
    /// For [`command!`](crate::command) alone: `words` has only arguments that went through [`Argument`].
    #[doc(hidden)]
    pub fn of_quoted(words: fmt::Arguments<'_>) -> Self {
        Self(words.to_string())
    }

    /// As it is to be copied.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The commands one after the other, `between` them.
    #[must_use]
    pub fn join(all: &[Self], between: &'static str) -> Self {
        Self(all.iter().map(Self::as_str).collect::<Vec<_>>().join(between))
    }
}

impl From<&'static str> for Command {
    fn from(words: &'static str) -> Self {
        Self(words.to_owned())
    }
}

/// Its text, to be looked at: what an argument brings along has no line break any more.
impl Deref for Command {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for Command {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for Command {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can stand in a [`Command`].
pub trait Argument {
    /// As it is to stand there.
    fn quoted(&self) -> Cow<'_, str>;
}

impl Argument for str {
    fn quoted(&self) -> Cow<'_, str> {
        word(self)
    }
}

impl Argument for String {
    fn quoted(&self) -> Cow<'_, str> {
        word(self)
    }
}

impl Argument for Command {
    fn quoted(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

/// An argument that stands in quotes even where it need not: an address or a path, so that it is seen where it ends.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a>(pub &'a str);

impl Argument for Quoted<'_> {
    fn quoted(&self) -> Cow<'_, str> {
        match word(self.0) {
            Cow::Borrowed(plain) => Cow::Owned(format!("'{plain}'")),
            quoted => quoted,
        }
    }
}

/// A part of a sentence, in a comment or in what is to be done by hand. It stays as it is, unless a shell that took it for a command
/// would read something into it (an interactive zsh takes comments for commands), or a quote in it stands alone: then it is one
/// quoted word.
#[derive(Debug, Clone, Copy)]
pub struct Remark<'a>(pub &'a str);

impl Argument for Remark<'_> {
    fn quoted(&self) -> Cow<'_, str> {
        let harmless = |one: char| is_plain(one) && !"$`;&|<>\\'!()".contains(one);
        if self.0.chars().all(harmless) && self.0.matches('"').count().is_multiple_of(2) {
            Cow::Borrowed(self.0)
        } else {
            word(self.0)
        }
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn quoted(&self) -> Cow<'_, str> {
        (*self).quoted()
    }
}

macro_rules! plain {
    ($($plain:ty)*) => {$(
        impl Argument for $plain {
            fn quoted(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}
plain!(bool u16 u32 u64 usize);

/// Whether quoted arguments stay whole in a [`Command`]'s own words: none of them within quotes (`$(...)` in double ones is
/// outside again), every quote has its end, and there are no backticks or backslashes.
#[doc(hidden)]
pub const fn is_sound(words: &str) -> bool {
    let bytes = words.as_bytes();
    // Whether double quotes are open, for each `$(`.
    let mut double = [false; 8];
    let (mut depth, mut single, mut at) = (0, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'`' | b'\\' => return false,
            b'\'' if !double[depth] => single = !single,
            b'"' if !single => double[depth] = !double[depth],
            b'(' if !single && at > 0 && bytes[at - 1] == b'$' => {
                depth += 1;
                if depth == double.len() {
                    return false;
                }
                double[depth] = false;
            }
            b')' if !single && depth > 0 && !double[depth] => depth -= 1,
            b'{' if at + 1 < bytes.len() && bytes[at + 1] == b'{' => at += 1,
            b'{' if single || double[depth] => return false,
            _ => {}
        }
        at += 1;
    }
    !single && !double[0] && depth == 0
}

/// A [`Command`]: a literal with `{}` or `{name}`, and its arguments, as in `format!("...", a, name = b)`. Each is quoted as
/// [`word`] does it; a [`Command`] among them stays as it is. Variables are not taken out of the literal, as they would not be
/// quoted.
#[macro_export]
macro_rules! command {
    (@ $words:literal [$($done:tt)*]) => {{
        const { ::core::assert!($crate::shell::is_sound(::core::concat!($words)), "an argument within quotes, or a lone one") }
        $crate::shell::Command::of_quoted(::core::format_args!(::core::concat!($words) $($done)*))
    }};
    (@ $words:literal [$($done:tt)*] $name:ident = $argument:expr $(, $($rest:tt)*)?) => {
        $crate::command!(
            @ $words [$($done)*, $name = $crate::shell::Argument::quoted(&$argument)] $($($rest)*)?
        )
    };
    (@ $words:literal [$($done:tt)*] $argument:expr $(, $($rest:tt)*)?) => {
        $crate::command!(@ $words [$($done)*, $crate::shell::Argument::quoted(&$argument)] $($($rest)*)?)
    };
    ($words:literal $(, $($arguments:tt)*)?) => {
        $crate::command!(@ $words [] $($($arguments)*)?)
    };
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
