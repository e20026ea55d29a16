//! Messages that come again. Whatever broke the function off (out of memory, killed, out of its time) was one of those that
//! were delivered together, and all of them come again. From the second delivery on each is worked on alone, with a note
//! beside it from when it begins until its result is stored. Where that note was left, the function broke off on that very one: it is
//! listed as failed and not tried again.
//!
//! So each such message breaks the function off twice at most: once in company, once alone. The good ones of a delivery have
//! their images after as many further deliveries as there are bad ones among them; SQS hands a message out often enough for
//! all ten of a delivery to be bad ([`imgdeploy_batch::MAX_RECEIVES`]).

use super::{Attempt, Batch, Delivered, Desk, Ended, GRACE};
use crate::direct::fetch::Fetch;
use crate::failure::Failure;
use crate::store::Store;
use crate::turn::Time;
use imgdeploy_batch::{Message, Note, Received};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The part of all the time that has to be left for another one to begin.
const PART: u32 = 4;

/// Whether a message may be what broke the function off. Listing for a tool that has gone holds nothing large and watches
/// the time: it is a victim of others at most.
pub(super) fn is_suspect(message: &Delivered) -> bool {
    message.receives > 1
        && matches!(message.received, Received::Ours(Message::Work(_)) | Received::Uploaded(_))
}

/// The failure of what is not tried again.
pub(super) fn broke_off() -> Failure {
    let message = "the function broke off while it worked on this image alone: out of memory, most likely; use a smaller \
                   original, ask for a smaller size, or raise --memory; `imgdeploy logs` has the cause";
    Failure::new(500, "broke_off", message)
}

impl<S: Store, F: Fetch, D: Desk> Batch<S, F, D> {
    /// Works on messages one by one, those that were delivered most often first. By place; of each the result is stored
    /// before the next begins.
    pub(super) async fn one_by_one(
        self: &Arc<Self>,
        mut messages: Vec<(usize, &Delivered)>,
        time: Time,
        request: &str,
    ) -> BTreeMap<usize, Ended> {
        messages.sort_by_key(|(_, message)| Reverse(message.receives));
        let mut ended = BTreeMap::new();
        let mut alone = true;
        for (place, message) in messages {
            let how = if alone || time.left() > time.whole / PART {
                let (this, message, request) = (Arc::clone(self), message.clone(), request.to_owned());
                // A task of its own, so that a panic is an end like others.
                let task = tokio::spawn(async move { this.suspect(&message, alone, time, &request).await });
                match tokio::time::timeout_at(time.until + GRACE, task).await {
                    Ok(Ok(how)) => how,
                    Ok(Err(error)) => Ended::Again(Failure::internal(error.to_string())),
                    Err(_) => Ended::Again(Failure::timeout()),
                }
            } else {
                Ended::Again(Failure::timeout())
            };
            // What was known or done already took none of the time.
            alone = alone && time.left() > time.whole / PART * (PART - 1);
            ended.insert(place, how);
        }
        ended
    }

    /// Works on one message. Its result is stored before anything else begins, and then only is it settled.
    async fn suspect(&self, message: &Delivered, alone: bool, time: Time, request: &str) -> Ended {
        let noted = match self.desk.noted(&message.id).await {
            Ok(noted) => noted,
            Err(error) => return Ended::Again(error.into()),
        };
        if noted == Some(Note::Settled) {
            return Ended::Uncounted(Vec::new());
        }
        let broke_off = noted == Some(Note::Begun);
        let attempt = Attempt { receives: message.receives, alone, broke_off };
        if !broke_off && let Err(error) = self.desk.note(&message.id, Note::Begun).await {
            return Ended::Again(error.into());
        }
        let how = self.one(message, attempt, time, request).await;
        let one = BTreeMap::from([(0, how)]);
        let stored = self.store(&one, request).await;
        let how = match (one.into_values().next(), stored) {
            (Some(how), Ok(())) => how,
            (_, Err(error)) => Ended::Again(error.into()),
            (None, Ok(())) => Ended::Again(Failure::timeout()),
        };
        let note = match (&how, broke_off) {
            (Ended::Again(_), false) => Note::Open,
            (Ended::Again(_), true) => Note::Begun,
            _ => Note::Settled,
        };
        match self.desk.note(&message.id, note).await {
            Ok(()) => how,
            Err(error) => Ended::Again(error.into()),
        }
    }
}
