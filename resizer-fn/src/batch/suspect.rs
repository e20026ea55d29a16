//! Messages that come again. Whatever broke the function off (out of memory, killed, out of its time) was one of those that
//! were delivered together, and all of them come again. From the second delivery on each is worked on alone, with a note
//! beside it from when it begins until the work on it has ended, whatever came of that. Where the note was left, the function
//! broke off on that very one, or S3 did not take the note that it had ended, or somebody else is at it: it is tried once more,
//! after those on which nothing broke off. Where the note was left twice, it is listed as failed and not tried again.
//!
//! So each such message breaks the function off three times at most: once in company, twice alone. The good ones of a delivery
//! have their images after as many further deliveries as there are bad ones among them; SQS hands a message out often enough
//! for all ten of a delivery to be bad ([`imgdeploy_batch::MAX_RECEIVES`]).

use super::{Attempt, Batch, Delivered, Desk, DeskError, Ended, GRACE, end, reserve};
use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::store::Store;
use crate::turn::Time;
use futures::future::join_all;
use imgdeploy_batch::{Message, Note, Received};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The part of all the time that has to be left for another one to begin.
const PART: u32 = 4;
/// Wait before a note is written again that could not be; doubled for each further time.
const PAUSE: Duration = Duration::from_millis(50);

/// Whether a message may be what broke the function off. Listing for a tool that has gone holds nothing large and watches
/// the time: it is a victim of others at most.
pub(super) fn is_suspect(message: &Delivered) -> bool {
    message.receives > 1
        && matches!(message.received, Received::Ours(Message::Work(_)) | Received::Uploaded(_))
}

/// The failure of what is not tried again.
pub(super) fn broke_off() -> Failure {
    let message = "the function broke off both times that it worked on this image alone: out of memory, most likely; use a \
                   smaller original, ask for a smaller size, or raise --memory; `imgdeploy logs` has the cause";
    Failure::new(500, "broke_off", message)
}

/// What is noted when work on a message begins; none if that has been in vain too often.
fn next_note(noted: Option<Note>) -> Option<Note> {
    match noted {
        None | Some(Note::Open | Note::Settled) => Some(Note::Begun),
        Some(Note::Begun) => Some(Note::BegunAgain),
        Some(Note::BegunAgain) => None,
    }
}

impl<S: Store, F: Fetch, D: Desk> Batch<S, F, D> {
    /// Works on messages one by one: first those on which nothing broke off while they were alone, and of these those that
    /// were delivered most often. By place; of each the result is stored before the next begins.
    pub(super) async fn one_by_one(
        self: &Arc<Self>,
        messages: Vec<(usize, &Delivered)>,
        time: Time,
        request: &str,
    ) -> BTreeMap<usize, Ended> {
        let noted = join_all(messages.iter().map(|(_, message)| self.noted(&message.id, time))).await;
        let mut noted: Vec<_> = messages.into_iter().zip(noted).collect();
        noted.sort_by_key(|((_, message), noted)| {
            (*noted == Ok(Some(Note::Begun)), Reverse(message.receives))
        });
        let mut ended = BTreeMap::new();
        let mut alone = true;
        for ((place, message), noted) in noted {
            let how = match noted {
                Err(error) => Ended::Again(error.into()),
                Ok(noted) if alone || time.left() > time.whole / PART => {
                    self.suspect(message, noted, alone, time, request).await
                }
                Ok(_) => Ended::Again(Failure::timeout()),
            };
            // What was known or done already took none of the time.
            alone = alone && time.left() > time.whole / PART * (PART - 1);
            ended.insert(place, how);
        }
        ended
    }

    /// Works on one message. Its result is stored before anything else begins, and then only is it settled.
    async fn suspect(
        self: &Arc<Self>,
        message: &Delivered,
        noted: Option<Note>,
        alone: bool,
        time: Time,
        request: &str,
    ) -> Ended {
        if noted == Some(Note::Settled) {
            return Ended::Uncounted(Vec::new());
        }
        let begun = next_note(noted);
        if let Some(begun) = begun {
            let written = timeout_at(time.until, self.desk.note(&message.id, begun)).await;
            if let Err(error) = written.unwrap_or_else(|_| Err(DeskError::late("note"))) {
                // It may be there all the same: a call that failed may have been carried out.
                self.close(&message.id, noted.unwrap_or(Note::Open), time).await;
                return Ended::Again(error.into());
            }
        }
        let attempt = Attempt { receives: message.receives, alone, broke_off: begun.is_none() };
        let how = self.in_task(message, attempt, time, request).await;
        // The function lives, so it did not break off, whether there was time enough or not. This comes before anything that
        // may hang.
        if begun.is_some() {
            self.close(&message.id, Note::Open, time).await;
        }
        let one = BTreeMap::from([(0, how)]);
        let stored = timeout_at(end(time), self.store(&one, request)).await;
        match (one.into_values().next(), stored) {
            (Some(how @ Ended::Again(_)), _) => how,
            (Some(how), Ok(Ok(()))) => {
                // Where that can't be noted, the message is done with all the same.
                self.close(&message.id, Note::Settled, time).await;
                how
            }
            (_, Ok(Err(error))) => Ended::Again(error.into()),
            _ => Ended::Again(DeskError::late("result").into()),
        }
    }

    /// The work on a message as a task of its own, so that a panic is an end like others. It is over when this returns.
    async fn in_task(
        self: &Arc<Self>,
        message: &Delivered,
        attempt: Attempt,
        time: Time,
        request: &str,
    ) -> Ended {
        let (this, message, request) = (Arc::clone(self), message.clone(), request.to_owned());
        let mut task = tokio::spawn(async move { this.one(&message, attempt, time, &request).await });
        match timeout_at(time.until + GRACE, &mut task).await {
            Ok(Ok(how)) => how,
            Ok(Err(error)) => Ended::Again(Failure::internal(error.to_string())),
            Err(_) => {
                task.abort();
                // Until it is gone, nobody has said to its work that it is to stop.
                let _ = task.await;
                Ended::Again(Failure::timeout())
            }
        }
    }

    /// What is noted beside a message, but for what this very process knows better.
    async fn noted(&self, message: &str, time: Time) -> Result<Option<Note>, DeskError> {
        let noted = timeout_at(time.until, self.desk.noted(message)).await;
        let noted = noted.unwrap_or_else(|_| Err(DeskError::late("noted")))?;
        let ours = self.unclosed.lock().unwrap_or_else(PoisonError::into_inner).remove(message);
        Ok(if noted == Some(Note::Settled) { noted } else { ours.or(noted) })
    }

    /// Notes what came of a message, trying for a while. If that does not help, it is kept in mind here.
    async fn close(&self, message: &str, note: Note, time: Time) {
        let written = async {
            let mut pause = PAUSE;
            while self.desk.note(message, note).await.is_err() {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        };
        // One note that is not taken is not to cost the others their time.
        let until = end(time).min(Instant::now() + reserve(time) / 2);
        if timeout_at(until, written).await.is_err() {
            let mut unclosed = self.unclosed.lock().unwrap_or_else(PoisonError::into_inner);
            unclosed.insert(message.to_owned(), note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_begun_alone_twice_at_most() {
        let mut noted = None;
        let mut begun = 0;
        while let Some(next) = next_note(noted) {
            noted = Some(next);
            begun += 1;
        }
        assert_eq!(begun, 2);
        // What ended is as good as new.
        assert_eq!(next_note(Some(Note::Open)), Some(Note::Begun));
    }
}
