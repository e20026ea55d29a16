//! The bodies of messages in the queue.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One original to make derived images of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// The job.
    pub job: String,
    /// Number of the item in it.
    pub n: u64,
    /// Key of the original.
    pub key: String,
}

/// What a message of ours asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Make the images of an original.
    Work(WorkItem),
    /// Go on listing and sending: the first tier, run by the function.
    Feed {
        /// The job.
        job: String,
        /// The page to go on with, for jobs whose pages are all stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<u64>,
    },
}

/// What is noted beside a message that came again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// It is being worked on, or the function broke off on it.
    Begun,
    /// The same for the second time, the first one not having ended.
    BegunAgain,
    /// It is to be tried again.
    Open,
    /// Its result is stored.
    Settled,
}

#[derive(Serialize, Deserialize)]
struct Envelope<M> {
    imgdeploy: M,
}

impl Message {
    /// The body of the message.
    pub fn body(&self) -> String {
        // Strings and numbers only: nothing in it can fail to become JSON.
        serde_json::to_string(&Envelope { imgdeploy: self }).unwrap_or_default()
    }
}

/// What a received body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A message of ours.
    Ours(Message),
    /// Originals that were uploaded, by S3's event notification; keys are decoded.
    Uploaded(Vec<String>),
    /// S3's test message when the notification is set up; nothing is to be done.
    Test,
    /// Somebody else's.
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3Event {
    #[serde(default)]
    records: Vec<S3Record>,
    #[serde(default)]
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct S3Record {
    event_name: String,
    s3: S3Entity,
}

#[derive(Deserialize)]
struct S3Entity {
    object: S3Object,
}

#[derive(Deserialize)]
struct S3Object {
    key: String,
}

impl Received {
    /// Reads a body.
    pub fn of(body: &str) -> Self {
        if let Ok(Envelope { imgdeploy }) = serde_json::from_str(body) {
            return Self::Ours(imgdeploy);
        }
        match serde_json::from_str::<S3Event>(body) {
            Ok(S3Event { event: Some(event), .. }) if event == "s3:TestEvent" => Self::Test,
            Ok(S3Event { records, .. }) if !records.is_empty() => {
                let created = records.into_iter().filter(|one| one.event_name.contains("ObjectCreated:"));
                Self::Uploaded(
                    created.map(|one| decoded(&one.s3.object.key).unwrap_or(one.s3.object.key)).collect(),
                )
            }
            _ => Self::Unknown,
        }
    }
}

/// A key as S3's notifications and inventories have it: percent-encoded, and `+` for a blank. None if it is not UTF-8.
pub fn decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// Most messages in one call, and most bytes of all their bodies. AWS allows 10 messages and 1 MiB; half of that leaves room
/// for what is around the bodies.
const MAX_MESSAGES: usize = 10;
const MAX_BYTES: usize = 512 * 1024;

/// Bodies in calls that SQS takes.
pub fn batches(bodies: Vec<String>) -> Vec<Vec<String>> {
    let mut batches: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for body in bodies {
        bytes += body.len();
        match batches.last_mut() {
            Some(last) if last.len() < MAX_MESSAGES && bytes <= MAX_BYTES => last.push(body),
            _ => {
                bytes = body.len();
                batches.push(vec![body]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn s3s_notifications_are_read() {
        let body = r#"{"Records":[
            {"eventName":"ObjectCreated:Put","s3":{"object":{"key":"a+b/%C3%BC%2B.jpg"}}},
            {"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"gone.jpg"}}}]}"#;
        assert_eq!(Received::of(body), Received::Uploaded(vec!["a b/\u{fc}+.jpg".to_owned()]));
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#;
        assert_eq!(Received::of(test), Received::Test);
        for other in ["", "{}", "[]", "null", r#"{"imgdeploy":{"dance":1}}"#] {
            assert_eq!(Received::of(other), Received::Unknown, "{other}");
        }
        assert_eq!(decoded("100%").as_deref(), Some("100%"));
        assert_eq!(decoded("%zz%4").as_deref(), Some("%zz%4"));
    }

    proptest! {
        #[test]
        fn bodies_are_read_back(job in ".{0,20}", n: u64, key in ".{0,40}", from: Option<u64>) {
            let work = Message::Work(WorkItem { job: job.clone(), n, key });
            prop_assert_eq!(Received::of(&work.body()), Received::Ours(work));
            let feed = Message::Feed { job, from };
            prop_assert_eq!(Received::of(&feed.body()), Received::Ours(feed));
        }

        #[test]
        fn batches_keep_every_body_and_the_limits(sizes in prop::collection::vec(1..200_000usize, 0..60)) {
            let bodies: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
            let made = batches(bodies.clone());
            prop_assert!(made.iter().all(|batch| (1..=10).contains(&batch.len())));
            prop_assert!(made.iter().all(|batch| batch.iter().map(String::len).sum::<usize>() <= MAX_BYTES));
            prop_assert_eq!(made.concat(), bodies);
        }
    }
}
