//! How long an answer with an image may be cached: as long as set, but no longer than where it came from says. Pure.

/// What an upstream's `Cache-Control` and `Age` say (RFC 9111).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Not to be kept by a cache that others share: `no-store`, `private`.
    pub unshared: bool,
    /// Seconds it stays fresh from now on; 0 for `no-cache`. `None` if nothing is said.
    pub seconds: Option<u64>,
}

impl Freshness {
    /// Reads the headers. Of `max-age` and `s-maxage` the smaller counts, as the answer goes to browsers and shared
    /// caches alike.
    pub fn read(cache_control: Option<&str>, age: Option<&str>) -> Self {
        let directives = cache_control.unwrap_or_default().split(',').map(str::trim);
        let age = age.and_then(|age| age.trim().parse::<u64>().ok()).unwrap_or(0);
        directives.fold(Self::default(), |known, directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let shorter = |seconds: u64| Some(known.seconds.map_or(seconds, |known| known.min(seconds)));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" | "private" => Self { unshared: true, ..known },
                "no-cache" => Self { seconds: Some(0), ..known },
                "max-age" | "s-maxage" => match value.trim().trim_matches('"').parse::<u64>() {
                    Ok(seconds) => Self { seconds: shorter(seconds.saturating_sub(age)), ..known },
                    // What can't be read is stale (RFC 9111, 4.2.1).
                    Err(_) => Self { seconds: Some(0), ..known },
                },
                _ => known,
            }
        })
    }
}

/// The `Cache-Control` of an answer: `set`, or less if the upstream wants less.
pub fn cache_control(set: &str, upstream: Freshness) -> String {
    if upstream.unshared {
        return "no-store".to_owned();
    }
    let ours = Freshness::read(Some(set), None);
    match upstream.seconds {
        Some(seconds) if !ours.unshared && ours.seconds.is_none_or(|ours| seconds < ours) => match seconds {
            0 => "no-cache".to_owned(),
            seconds => format!("public, max-age={seconds}"),
        },
        _ => set.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_time_wins() {
        const SET: &str = "public, max-age=1209600, immutable";
        for (upstream, age, answer) in [
            (None, None, SET),
            (Some("public"), None, SET),
            (Some("max-age=99999999"), None, SET),
            (Some("public, max-age=60"), None, "public, max-age=60"),
            (Some("max-age=60"), Some("20"), "public, max-age=40"),
            (Some("max-age=60"), Some("61"), "no-cache"),
            (Some("max-age=600, S-MaxAge=60"), None, "public, max-age=60"),
            (Some("max-age=\"60\""), None, "public, max-age=60"),
            (Some("max-age=soon"), None, "no-cache"),
            (Some("no-cache"), None, "no-cache"),
            (Some("max-age=0, must-revalidate"), None, "no-cache"),
            (Some("private, max-age=60"), None, "no-store"),
            (Some("no-store"), None, "no-store"),
        ] {
            let fresh = Freshness::read(upstream, age);
            assert_eq!(cache_control(SET, fresh), answer, "{upstream:?} {age:?}");
        }
        let minute = Freshness::read(Some("max-age=60"), None);
        assert_eq!(cache_control("no-store", minute), "no-store");
        assert_eq!(cache_control("no-cache", minute), "no-cache");
        assert_eq!(cache_control("public", minute), "public, max-age=60");
    }
}
