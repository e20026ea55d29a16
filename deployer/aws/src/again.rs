//! Making a call again whose answer says that what is in the way passes by itself.

use std::time::Duration;

use super::AwsFailure;
use super::failure::Answered as _;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// An error that may come of AWS's answer.
pub trait HasAnswer {
    /// That answer, if it does.
    fn answer(&self) -> Option<&AwsFailure>;
}

impl HasAnswer for AwsFailure {
    fn answer(&self) -> Option<&AwsFailure> {
        Some(self)
    }
}

/// Tries until there is another answer than one that passes by itself, or its time is up (`answers`). A try is all that has to
/// be done anew: of a document that is written without a condition, the look whether it still is as planned.
///
/// # Errors
/// The last try's.
pub async fn again<T, E: HasAnswer, F: Future<Output = Result<T, E>>>(
    attempt: impl FnMut() -> F,
) -> Result<T, E> {
    again_saying(|_| (), attempt).await
}

/// The same; `say` is told once what is waited for.
///
/// # Errors
/// The last try's.
pub async fn again_saying<T, E: HasAnswer, F: Future<Output = Result<T, E>>>(
    say: impl FnMut(&AwsFailure),
    attempt: impl FnMut() -> F,
) -> Result<T, E> {
    paced(say, attempt, crate::pace::pause).await
}

async fn paced<T, E: HasAnswer, F: Future<Output = Result<T, E>>, S: Future<Output = ()>>(
    mut say: impl FnMut(&AwsFailure),
    mut attempt: impl FnMut() -> F,
    mut sleep: impl FnMut(Duration) -> S,
) -> Result<T, E> {
    let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
    loop {
        let error = match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let Some((failure, limit)) =
            error.answer().and_then(|failure| Some((failure, failure.passes_within()?)))
        else {
            return Err(error);
        };
        if waited >= limit {
            return Err(error);
        }
        if waited.is_zero() {
            say(failure);
        }
        sleep(pause).await;
        waited += pause;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answer(code: &str, status: u16) -> AwsFailure {
        AwsFailure::of_code("s3:PutBucketPolicy", Some(code.to_owned()), String::new(), Some(status))
    }

    /// Tries with these answers, the last one for ever: what came of it, how often it was tried, and how long was waited.
    async fn tried(answers: &[Result<(), AwsFailure>]) -> (Result<(), AwsFailure>, usize, Duration, usize) {
        let (mut tries, mut waited, mut said) = (0, Duration::ZERO, 0);
        let attempt = || {
            tries += 1;
            std::future::ready(answers[(tries - 1).min(answers.len() - 1)].clone())
        };
        let sleep = |pause| {
            waited += pause;
            std::future::ready(())
        };
        let done = paced(|_| said += 1, attempt, sleep).await;
        (done, tries, waited, said)
    }

    #[tokio::test]
    async fn what_passes_is_waited_for_and_nothing_else() {
        let aborted = || Err(answer("OperationAborted", 409));
        let (done, tries, waited, said) = tried(&[aborted(), aborted(), aborted(), Ok(())]).await;
        assert_eq!((done, tries, said), (Ok(()), 4, 1));
        assert_eq!(waited, Duration::from_millis(250 + 500 + 1000));
        for (code, status) in [("AccessDenied", 403), ("PreconditionFailed", 412), ("SlowDown", 503)] {
            let (done, tries, waited, _) = tried(&[Err(answer(code, status)), Ok(())]).await;
            assert_eq!((done.unwrap_err().code.as_deref(), tries), (Some(code), 1));
            assert!(waited.is_zero());
        }
        let (done, tries, ..) = tried(&[aborted(), Err(answer("AccessDenied", 403))]).await;
        assert_eq!((done.unwrap_err().code.as_deref(), tries), (Some("AccessDenied"), 2));
    }

    #[tokio::test]
    async fn it_ends() {
        let (done, tries, waited, _) = tried(&[Err(answer("OperationAborted", 409))]).await;
        assert_eq!(done.unwrap_err().kind, crate::FailureKind::Busy);
        assert!(waited >= Duration::from_secs(60) && waited < Duration::from_secs(70), "{waited:?}");
        assert!(tries > 8, "{tries}");
    }
}
