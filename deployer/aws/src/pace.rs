//! How long is waited between two looks, or two tries.

use std::sync::OnceLock;
use std::time::Duration;

/// The longest pause, in milliseconds. For the tests of this program, whose AWS shows at once what was written: what they
/// wait for is the same, only sooner. Nothing that a user sets, so no help has it.
const LONGEST: &str = "IMGDEPLOY_LONGEST_PAUSE_MS";

/// A pause of this length, or the longest that there may be.
pub fn of(wanted: Duration) -> Duration {
    static CAP: OnceLock<Option<Duration>> = OnceLock::new();
    let longest = *CAP.get_or_init(|| longest(std::env::var(LONGEST).ok().as_deref()));
    longest.map_or(wanted, |longest| wanted.min(longest))
}

/// Waits for so long, or for the longest pause that there may be.
pub async fn pause(wanted: Duration) {
    tokio::time::sleep(of(wanted)).await;
}

/// None unless it is a whole number: a wrong word shortens nothing.
fn longest(text: Option<&str>) -> Option<Duration> {
    text?.parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_as_long_as_wanted_unless_a_number_says_otherwise() {
        assert_eq!(longest(None), None);
        assert_eq!(longest(Some("")), None);
        assert_eq!(longest(Some("1s")), None);
        assert_eq!(longest(Some("100")), Some(Duration::from_millis(100)));
        // Tests of this crate run in an environment without it.
        assert_eq!(of(Duration::from_secs(12)), Duration::from_secs(12));
    }
}
