//! How long CloudFront keeps an answer: the TTL rules of CF-02, CF-03 and CF-10.

use super::message::Headers;

/// `MinTTL`, `DefaultTTL` and `MaxTTL` of a behaviour or cache policy, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ttls {
    /// Kept at least so long, whatever the origin says.
    pub min: u64,
    /// Kept so long when the origin says nothing.
    pub default: u64,
    /// Kept at most so long.
    pub max: u64,
}

impl Ttls {
    /// Fills in what a document leaves out with CloudFront's defaults (one day, one year), never below `min`.
    pub fn filled(min: u64, default: Option<u64>, max: Option<u64>) -> Self {
        let default = default.unwrap_or(86_400).max(min);
        Self { min, default, max: max.unwrap_or(31_536_000).max(default) }
    }
}

/// What to do with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is not stored.
    Never,
    /// It is stored and counts as fresh for so many seconds; 0 means that each request asks the origin again.
    For(u64),
}

/// What the origin says about caching.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wish {
    /// `no-store`, `no-cache` or `private`.
    forbids: bool,
    /// From `s-maxage`, else `max-age`, else `Expires`.
    seconds: Option<u64>,
    /// The seconds came from `Cache-Control`, not `Expires`.
    explicit_age: bool,
}

impl Wish {
    fn read(headers: &Headers, now: u64) -> Self {
        let (mut shared, mut any, mut forbids) = (None, None, false);
        for directive in headers.all("Cache-Control").flat_map(|line| line.split(',')) {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (directive.trim(), None),
            };
            // An age that is too big for a number is a very long one.
            let seconds = value
                .filter(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()))
                .map(|v| v.parse::<u64>().unwrap_or(u64::MAX));
            match name.to_ascii_lowercase().as_str() {
                "s-maxage" => shared = shared.or(seconds),
                "max-age" => any = any.or(seconds),
                "no-store" | "no-cache" | "private" => forbids = true,
                _ => {}
            }
        }
        let age = shared.or(any);
        // A date that can't be read lies in the past.
        let expires = headers.get("Expires").map(|date| http_date(date).unwrap_or(0).saturating_sub(now));
        Self { forbids, seconds: age.or(expires), explicit_age: age.is_some() }
    }
}

/// How long an answer below 400 is kept. Redirects count like any other (CF-02).
///
/// `now` is in seconds since 1970, for `Expires`.
pub fn success(ttls: Ttls, headers: &Headers, now: u64) -> Keep {
    let wish = Wish::read(headers, now);
    match (wish.forbids, wish.seconds) {
        // CF-03: with MinTTL > 0 even no-store is kept.
        (true, _) if ttls.min == 0 => Keep::Never,
        (true, _) => Keep::For(ttls.min),
        (false, Some(seconds)) => Keep::For(seconds.min(ttls.max).max(ttls.min)),
        (false, None) => Keep::For(ttls.default.max(ttls.min)),
    }
}

/// The default of `ErrorCachingMinTTL` in seconds (CF-10).
pub const ERROR_MIN_TTL: u64 = 10;

/// How long an error is kept (CF-10). `error_min` is the `ErrorCachingMinTTL` configured for this status.
///
/// `no-store`, `no-cache` and `private` are heard for 404, 410, 414 and 501 only.
pub fn error(status: u16, error_min: Option<u64>, ttls: Ttls, headers: &Headers, now: u64) -> Keep {
    let wish = Wish::read(headers, now);
    let min = error_min.unwrap_or(ERROR_MIN_TTL);
    match status {
        404 | 410 | 414 | 501 if wish.forbids => return Keep::Never,
        404 | 410 | 414 | 500..=504 => {}
        400 | 403 | 405 | 412 | 415 if wish.explicit_age => {}
        _ => return Keep::Never,
    }
    let seconds = if wish.forbids { None } else { wish.seconds.map(|s| s.min(ttls.max)) };
    Keep::For(seconds.unwrap_or(0).max(min))
}

/// Seconds since 1970 of an HTTP date in the usual form, `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    words.next()?.strip_suffix(',')?;
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|m| *m == month)? as u64 + 1;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.splitn(3, ':').map(str::parse::<u64>);
    let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
    if words.next()? != "GMT" || !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970 in the proleptic Gregorian calendar, years counted from March so that the leap day comes last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    let epoch = 719_468; // the same sum for 1 January 1970
    Some((days - epoch) * 86_400 + hour * 3_600 + minute * 60 + second)
}
