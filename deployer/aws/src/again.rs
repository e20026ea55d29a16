//! Making a call again whose answer says that what is in the way passes by itself.

use std::time::Duration;

use super::AwsFailure;
use super::answers::SOON;
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
    let mut pauses = Pauses::default();
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
        if pauses.waited >= limit {
            return Err(error);
        }
        if pauses.waited.is_zero() {
            say(failure);
        }
        sleep(pauses.next()).await;
    }
}

/// Pauses that grow, and how long they are in all.
#[derive(Default)]
struct Pauses {
    waited: Duration,
    last: Duration,
}

impl Pauses {
    fn next(&mut self) -> Duration {
        self.last = (self.last * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.waited += self.last;
        self.last
    }
}

/// An item that a call for many was refused, though the call succeeded: the SDK looks at the call alone, and tries nothing again.
#[derive(Debug, Clone)]
pub(crate) struct Refused<I> {
    /// The item.
    pub item: I,
    /// What AWS says of it.
    pub failure: AwsFailure,
    within: Option<Duration>,
}

impl<I> Refused<I> {
    /// As the table of answers has it.
    pub(crate) fn of(item: I, failure: AwsFailure) -> Self {
        let within = failure.passes_untried();
        Self { item, failure, within }
    }

    /// Where the answer itself says whether that is AWS's own fault, which passes.
    pub(crate) fn by(item: I, failure: AwsFailure, is_ours: bool) -> Self {
        Self { item, failure, within: (!is_ours).then_some(SOON) }
    }
}

/// Sends items, and those again that are refused for what passes by itself, until there are none or its time is up; what was
/// refused for good.
///
/// # Errors
/// The failed call.
pub(crate) async fn items_again<I, F: Future<Output = Result<Vec<Refused<I>>, AwsFailure>>>(
    items: Vec<I>,
    send: impl FnMut(Vec<I>) -> F,
) -> Result<Vec<Refused<I>>, AwsFailure> {
    items_paced(items, send, crate::pace::pause).await
}

async fn items_paced<I, F: Future<Output = Result<Vec<Refused<I>>, AwsFailure>>, S: Future<Output = ()>>(
    mut items: Vec<I>,
    mut send: impl FnMut(Vec<I>) -> F,
    mut sleep: impl FnMut(Duration) -> S,
) -> Result<Vec<Refused<I>>, AwsFailure> {
    let (mut pauses, mut for_good) = (Pauses::default(), Vec::new());
    loop {
        let refused = send(items).await?;
        let passes = |one: &Refused<I>| one.within.is_some_and(|limit| pauses.waited < limit);
        let (passing, final_ones): (Vec<_>, Vec<_>) = refused.into_iter().partition(passes);
        for_good.extend(final_ones);
        if passing.is_empty() {
            return Ok(for_good);
        }
        items = passing.into_iter().map(|one| one.item).collect();
        sleep(pauses.next()).await;
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

    /// Sends items of which these fail so often, for these reasons; what was refused for good, the sizes of the calls, and how
    /// long was waited.
    async fn sent(
        items: &[&'static str],
        fail: &[(&str, &str, usize)],
    ) -> (Vec<&'static str>, Vec<usize>, Duration) {
        let (mut calls, mut waited) = (Vec::new(), Duration::ZERO);
        let send = |batch: Vec<&'static str>| {
            calls.push(batch.len());
            let refused = batch.into_iter().filter_map(|item| {
                let (_, code, _) = fail.iter().find(|(of, _, times)| *of == item && calls.len() <= *times)?;
                let failure =
                    AwsFailure::of_code("s3:DeleteObject", Some((*code).to_owned()), String::new(), None);
                Some(Refused::of(item, failure))
            });
            std::future::ready(Ok(refused.collect()))
        };
        let sleep = |pause| {
            waited += pause;
            std::future::ready(())
        };
        let refused = items_paced(items.to_vec(), send, sleep).await.unwrap();
        (refused.into_iter().map(|one| one.item).collect(), calls, waited)
    }

    #[tokio::test]
    async fn items_are_sent_again_where_what_is_in_the_way_passes() {
        let all = ["a", "b", "c", "d"];
        assert_eq!(sent(&all, &[]).await, (vec![], vec![4], Duration::ZERO));
        let fail = [("a", "InternalError", 1), ("b", "SlowDown", 2), ("d", "AccessDenied", 9)];
        let (refused, calls, waited) = sent(&all, &fail).await;
        assert_eq!((refused, calls, waited), (vec!["d"], vec![4, 2, 1], Duration::from_millis(250 + 500)));
        // For ever is no passing.
        let (refused, calls, waited) = sent(&all, &[("c", "InternalError", usize::MAX)]).await;
        assert_eq!(refused, ["c"]);
        assert!(calls.len() > 4 && waited >= SOON && waited < SOON * 2, "{calls:?} {waited:?}");
    }
}
