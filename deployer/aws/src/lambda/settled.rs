//! Waiting until no update of a function is under way.

use std::time::{Duration, Instant};

use super::{Configuration, Function};
use crate::AwsFailure;
use imgdeploy_world::Fact;

/// As long as Lambda's own waiters take (LA-03).
const PATIENCE: Duration = Duration::from_mins(5);
/// How long what was just made may take to be seen everywhere.
const SPREADING: Duration = Duration::from_secs(30);
/// The first pause between two looks; it grows by half each time.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Why a function did not come to rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsettled {
    /// It could not be looked at.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// The update failed, for this reason.
    #[error("the function's last update failed: {0}")]
    Failed(String),
    /// There is no such function or version.
    #[error("the function is gone")]
    Gone,
    /// It took too long.
    #[error("the function is still at work after {} s", PATIENCE.as_secs())]
    AtWork,
}

impl Function {
    /// Looks at the unpublished state, or at a version, until no update is under way (LA-02).
    ///
    /// # Errors
    /// See [`Unsettled`].
    pub async fn settled(&self, qualifier: Option<&str>) -> Result<Configuration, Unsettled> {
        let begun = Instant::now();
        let mut pause = PAUSE;
        loop {
            if let Some(end) = judged(self.configuration(qualifier).await, begun.elapsed()) {
                return end;
            }
            crate::pace::pause(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }
}

/// What a look says, this long after the first; `None`: look again.
fn judged(seen: Fact<Configuration>, since: Duration) -> Option<Result<Configuration, Unsettled>> {
    match seen {
        Fact::Known(seen) if seen.is_ready() => Some(Ok(seen)),
        Fact::Known(seen) => match seen.failed() {
            Some(why) => Some(Err(Unsettled::Failed(why))),
            None => (since > PATIENCE).then_some(Err(Unsettled::AtWork)),
        },
        // A version that was just published may not be everywhere yet.
        Fact::Absent => (since > SPREADING).then_some(Err(Unsettled::Gone)),
        Fact::Unknown(failure) => Some(Err(failure.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_and_how_long() {
        let state = |status: &str| {
            Fact::Known(Configuration { update_status: Some(status.to_owned()), ..Configuration::default() })
        };
        let seconds = Duration::from_secs;
        assert!(matches!(judged(state("Successful"), seconds(0)), Some(Ok(_))));
        assert_eq!(judged(state("InProgress"), seconds(299)), None);
        assert_eq!(judged(state("InProgress"), seconds(301)), Some(Err(Unsettled::AtWork)));
        assert!(matches!(judged(state("Failed"), seconds(0)), Some(Err(Unsettled::Failed(_)))));
        // Not there yet, and not there.
        assert_eq!(judged(Fact::Absent, seconds(29)), None);
        assert_eq!(judged(Fact::Absent, seconds(31)), Some(Err(Unsettled::Gone)));
        let denied = AwsFailure::local("lambda:GetFunctionConfiguration", "no");
        assert_eq!(judged(Fact::Unknown(denied.clone()), seconds(0)), Some(Err(Unsettled::Aws(denied))));
    }
}
