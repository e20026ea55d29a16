//! Which function is meant, and what the user's words for it say. Pure.

use std::time::Duration;

use super::plan::Canary;

/// How long a canary's errors are watched if nothing is said.
const CANARY_TIME: Duration = Duration::from_mins(5);
/// Longer than that is for a person to watch.
const LONGEST_CANARY: Duration = Duration::from_hours(1);

/// A function's name, and the region if an ARN says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Name without version or alias.
    pub name: String,
    /// Region of the ARN.
    pub region: Option<String>,
}

/// Reads a name or an ARN.
///
/// # Errors
/// What is wrong with it.
pub fn named(text: &str) -> Result<Named, String> {
    let (region, name) = match text.strip_prefix("arn:") {
        None => (None, text),
        Some(rest) => match rest.split(':').collect::<Vec<_>>()[..] {
            // A version or alias behind the name is not for us to choose.
            [_, "lambda", region, _, "function", name] => (Some(region.to_owned()), name),
            [_, "lambda", _, _, "function", name, qualifier] => {
                return Err(format!("`{text}` names a version or alias: leave `:{qualifier}` away ({name})"));
            }
            _ => return Err(format!("`{text}` is not the ARN of a function")),
        },
    };
    if !is_name(name) {
        return Err(format!("`{name}` is not a function's name: 1 to 64 letters, digits, `-` and `_`"));
    }
    Ok(Named { name: name.to_owned(), region })
}

/// Whether it can be a function's name, by Lambda's model.
pub fn is_name(text: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&text.len()) && text.chars().all(valid)
}

/// Account of an ARN.
pub fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| account.len() == 12)
}

/// Reads `10%`, `10%:5m`, `10%:90s`, `10%:1h`.
///
/// # Errors
/// What is wrong with it.
pub fn canary(text: &str) -> Result<Canary, String> {
    let wrong = || format!("`{text}` is not a share such as 10% or 10%:5m");
    let (share, time) = text.split_once(':').map_or((text, None), |(share, time)| (share, Some(time)));
    let percent: u8 = share.strip_suffix('%').unwrap_or(share).parse().map_err(|_| wrong())?;
    if !(1..=99).contains(&percent) {
        return Err(format!("a canary gets 1 to 99 % of the calls, not {percent} %"));
    }
    let time = match time {
        None => CANARY_TIME,
        Some(time) => {
            let unit = time.chars().last().ok_or_else(wrong)?;
            let number: u64 = time.strip_suffix(unit).and_then(|n| n.parse().ok()).ok_or_else(wrong)?;
            let seconds = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                _ => return Err(wrong()),
            };
            Duration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?)
        }
    };
    if time.is_zero() || time > LONGEST_CANARY {
        return Err(format!("a canary is watched for 1 s to 1 h, not for {} s", time.as_secs()));
    }
    Ok(Canary { percent, time })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_and_arns() {
        let plain = named("my-function_1").unwrap();
        assert_eq!((plain.name.as_str(), plain.region), ("my-function_1", None));
        let arn = named("arn:aws-cn:lambda:cn-north-1:123456789012:function:f").unwrap();
        assert_eq!((arn.name.as_str(), arn.region.as_deref()), ("f", Some("cn-north-1")));
        for wrong in ["", "a b", "arn:aws:s3:::bucket", "arn:aws:lambda:r:1:function:f:Live", &"x".repeat(65)]
        {
            assert!(named(wrong).is_err(), "{wrong}");
        }
        assert_eq!(account("arn:aws:lambda:r:123456789012:function:f"), Some("123456789012"));
        assert_eq!(account("f"), None);
    }

    #[test]
    fn canaries() {
        let read = |text| canary(text).map(|canary| (canary.percent, canary.time.as_secs()));
        assert_eq!(read("10%"), Ok((10, 300)));
        assert_eq!(read("10"), Ok((10, 300)));
        assert_eq!(read("1%:90s"), Ok((1, 90)));
        assert_eq!(read("99%:1h"), Ok((99, 3600)));
        for wrong in
            ["", "%", "0%", "100%", "x%", "10%:", "10%:5", "10%:m", "10%:2h", "10%:0s", "10%:5d", "1.5%"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
