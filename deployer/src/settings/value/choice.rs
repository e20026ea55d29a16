//! Settings with a few values to choose from.

use super::FromText;
use crate::settings::nearest::nearest;
use crate::settings::problem::Fault;
use std::fmt;

/// How a derived image reaches the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Website endpoint, routing rule, redirect to the API and back.
    Website,
}

impl Delivery {
    /// The words to write.
    pub const WORDS: &[&str] = &["website"];
}

impl FromText for Delivery {
    fn from_text(text: &str) -> Result<Self, Fault> {
        match text {
            "website" => Ok(Self::Website),
            "failover" | "direct" => {
                Err(Fault::new(format!("can't be `{text}`: that is not available in this version"))
                    .hint("only `website` is"))
            }
            _ => Err(not_one_of(text, Self::WORDS)),
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Website => "website",
        })
    }
}

/// Processor that the function's code is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// 64-bit Arm (Graviton).
    Arm64,
    /// 64-bit x86.
    X86_64,
}

impl Arch {
    /// The words to write: AWS's own.
    pub const WORDS: &[&str] = &["arm64", "x86_64"];
}

impl FromText for Arch {
    fn from_text(text: &str) -> Result<Self, Fault> {
        match text {
            "arm64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            "aarch64" => Err(not_one_of(text, Self::WORDS).hint("AWS calls it `arm64`")),
            "amd64" | "x64" | "x86-64" => Err(not_one_of(text, Self::WORDS).hint("AWS calls it `x86_64`")),
            _ => Err(not_one_of(text, Self::WORDS)),
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        })
    }
}

/// HTTP status of the redirect from the function back to the derived image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectCode {
    /// 307, temporary: never cached by browsers.
    Temporary307,
    /// 302, temporary.
    Found302,
    /// 301, permanent: browsers keep it.
    Permanent301,
}

impl RedirectCode {
    /// The numbers to write.
    pub const NUMBERS: &[u64] = &[307, 302, 301];

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Temporary307 => 307,
            Self::Found302 => 302,
            Self::Permanent301 => 301,
        }
    }
}

impl FromText for RedirectCode {
    fn from_text(text: &str) -> Result<Self, Fault> {
        match text {
            "307" => Ok(Self::Temporary307),
            "302" => Ok(Self::Found302),
            "301" => Ok(Self::Permanent301),
            _ => Err(Fault::new(format!("must be 307, 302 or 301, not `{text}`"))),
        }
    }
}

impl fmt::Display for RedirectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status())
    }
}

/// The retention times that CloudWatch Logs takes, in days.
pub const LOG_RETENTION_DAYS: &[u64] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// Days that logs are kept: one of [`LOG_RETENTION_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogRetention(pub(crate) u32);

impl FromText for LogRetention {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let fault =
            || Fault::new(format!("must be a number of days that CloudWatch Logs takes, not `{text}`"));
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(days) = text.parse::<u32>().ok().filter(|_| digits) else {
            return Err(fault().hint(format!("one of {}", listed(LOG_RETENTION_DAYS))));
        };
        if LOG_RETENTION_DAYS.contains(&days.into()) {
            return Ok(Self(days));
        }
        let longer = LOG_RETENTION_DAYS.iter().find(|allowed| **allowed > days.into());
        let shorter = LOG_RETENTION_DAYS.iter().rev().find(|allowed| **allowed < days.into());
        Err(match (shorter, longer) {
            (Some(shorter), Some(longer)) => fault().hint(format!("the nearest are {shorter} and {longer}")),
            (Some(nearest), None) | (None, Some(nearest)) => {
                fault().hint(format!("the nearest is {nearest}"))
            }
            (None, None) => fault(),
        })
    }
}

fn not_one_of(text: &str, words: &[&str]) -> Fault {
    let listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let fault = Fault::new(format!("must be {}, not `{text}`", listed.join(" or ")));
    match nearest(text, words.iter().copied()) {
        Some(word) => fault.hint(format!("did you mean `{word}`?")),
        None => fault,
    }
}

fn listed(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    numbers.join(", ")
}
