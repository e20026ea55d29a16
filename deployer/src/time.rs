//! Moments in numbers and words. Pure: nobody here asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970; what is before counts as 1970.
pub fn millis(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970 as RFC 3339 in UTC, with three digits behind the point, so that columns are straight. The number
/// itself outside the years 1 to 9999, of which RFC 3339 knows nothing.
pub fn rfc3339(millis: i64) -> String {
    match OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000) {
        Ok(moment) if (1..=9_999).contains(&moment.year()) => format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            moment.year(),
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second(),
            moment.millisecond()
        ),
        _ => millis.to_string(),
    }
}

/// The moment that RFC 3339 names, with any offset; `None` for other texts, and for what was before 1970.
pub fn from_rfc3339(text: &str) -> Option<SystemTime> {
    // The library takes any sign between day and hour.
    if text.as_bytes().get(10).is_some_and(|sign| !matches!(sign, b'T' | b't')) {
        return None;
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    (moment >= OffsetDateTime::UNIX_EPOCH).then(|| moment.into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_as_wide_as_each_other() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_769_860_800_120, "2026-01-31T12:00:00.120Z"),
            (1_769_860_800_123, "2026-01-31T12:00:00.123Z"),
            (1_700_000_000_500, "2023-11-14T22:13:20.500Z"),
            (1_700_000_000_007, "2023-11-14T22:13:20.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "253402300800000"),
            (i64::MAX, "9223372036854775807"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            assert_eq!(rfc3339(ms), text);
        }
    }

    #[test]
    fn moments_are_read_with_their_offset() {
        let at = |millis| Some(UNIX_EPOCH + Duration::from_millis(millis));
        for (text, moment) in [
            ("1970-01-01T00:00:00Z", at(0)),
            ("1970-01-02T00:00:00.25z", at(86_400_250)),
            ("1970-01-02t01:00:00+01:00", at(86_400_000)),
            ("1970-01-01T00:00:00+00:01", None),
            ("1970-01-02 00:00:00Z", None),
            ("1970-01-02T00:00:00", None),
            ("1970-02-30T00:00:00Z", None),
            ("1970-01-02", None),
            ("", None),
        ] {
            assert_eq!(from_rfc3339(text), moment, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for ms in [0, 1, 951_782_400_000, 1_700_000_000_007] {
            assert_eq!(from_rfc3339(&rfc3339(ms)).map(millis), Some(ms));
        }
        assert_eq!(millis(UNIX_EPOCH - Duration::from_secs(1)), 0);
    }
}
