//! SendMessageBatch in SQS's JSON protocol, as the function sends it.

use serde::{Deserialize, Serialize};

/// One message of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    id: String,
    message_body: String,
}

/// The call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendBatch {
    /// URL of the queue.
    pub queue_url: String,
    /// Up to ten messages.
    pub entries: Vec<Entry>,
}

/// Bodies as entries; their ids are their places.
pub fn entries(bodies: Vec<String>) -> Vec<Entry> {
    let numbered = bodies.into_iter().enumerate();
    numbered.map(|(id, message_body)| Entry { id: id.to_string(), message_body }).collect()
}

/// The answer, as far as it is needed: a call that succeeds may have left messages out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendBatchAnswer {
    /// What was not sent.
    #[serde(default)]
    pub failed: Vec<SendFailure>,
}

/// A message that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendFailure {
    /// Its entry.
    pub id: String,
    /// Why.
    #[serde(default)]
    pub code: String,
}

impl SendBatchAnswer {
    /// The entries that were not sent.
    pub fn unsent(&self, sent: &[Entry]) -> Vec<Entry> {
        sent.iter().filter(|entry| self.failed.iter().any(|failed| failed.id == entry.id)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_call_and_its_answer() {
        let call = SendBatch {
            queue_url: "https://q".to_owned(),
            entries: entries(vec!["a".to_owned(), "b".to_owned()]),
        };
        let text = serde_json::to_string(&call).unwrap();
        assert_eq!(
            text,
            r#"{"QueueUrl":"https://q","Entries":[{"Id":"0","MessageBody":"a"},{"Id":"1","MessageBody":"b"}]}"#
        );
        let answer =
            r#"{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}"#;
        let answer: SendBatchAnswer = serde_json::from_str(answer).unwrap();
        assert_eq!(answer.unsent(&call.entries), call.entries.get(1..).unwrap());
        let answer: SendBatchAnswer = serde_json::from_str("{}").unwrap();
        assert!(answer.unsent(&call.entries).is_empty());
    }
}
