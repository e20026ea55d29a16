//! Where a log begins, in words: so long ago, or at a moment.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::time::from_rfc3339;

/// The beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Ago(Duration),
    /// At a moment.
    At(SystemTime),
}

impl Since {
    /// The moment meant, as seen from `now`.
    pub fn moment(self, now: SystemTime) -> SystemTime {
        match self {
            Self::Ago(time) => now.checked_sub(time).unwrap_or(SystemTime::UNIX_EPOCH),
            Self::At(moment) => moment,
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(ago) = ago(text) {
            return Ok(Self::Ago(ago));
        }
        from_rfc3339(text).map(Self::At).ok_or_else(|| {
            "write how long ago (30s, 10m, 2h, 3d or 1w), or a time such as 2026-01-31T12:00:00Z".to_owned()
        })
    }
}

/// A number and a unit.
fn ago(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let number = text.strip_suffix(unit)?;
    // `parse` would take a plus sign.
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_moments() {
        let ago = |seconds| Ok(Since::Ago(Duration::from_secs(seconds)));
        let at = |seconds| Ok(Since::At(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)));
        for (text, expected) in [
            ("30s", ago(30)),
            ("10m", ago(600)),
            ("2h", ago(7_200)),
            ("3d", ago(259_200)),
            ("1w", ago(604_800)),
            ("0s", ago(0)),
            ("1970-01-02T00:00:00Z", at(86_400)),
            ("1970-01-02T01:00:00+01:00", at(86_400)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        for text in [
            "",
            "10",
            "m",
            "-5m",
            "+5m",
            "1.5h",
            "10 m",
            "5y",
            "10µ",
            "yesterday",
            "1969-01-01T00:00:00Z",
            "99999999999999999999w",
        ] {
            assert!(text.parse::<Since>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn longer_ago_than_there_was_time_is_the_beginning() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(
            Since::Ago(Duration::from_secs(400)).moment(now),
            SystemTime::UNIX_EPOCH + Duration::from_secs(600)
        );
        assert_eq!(Since::Ago(Duration::from_secs(u64::MAX)).moment(now), SystemTime::UNIX_EPOCH);
    }
}
